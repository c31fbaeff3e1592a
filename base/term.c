#include "base/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

bool term_is_tty(FILE *f)
{
	int fd = fileno(f);

	return fd >= 0 && isatty(fd) == 1;
}

bool term_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no && *no)
		return false;
	return term && strcmp(term, "dumb") != 0 && term_is_tty(f);
}

int term_width(FILE *f)
{
	struct winsize w;

	if (term_is_tty(f) && ioctl(fileno(f), TIOCGWINSZ, &w) == 0 && w.ws_col >= 20)
		return w.ws_col;
	return 80;
}

int term_height(FILE *f)
{
	struct winsize w;

	if (term_is_tty(f) && ioctl(fileno(f), TIOCGWINSZ, &w) == 0 && w.ws_row >= 4)
		return w.ws_row;
	return 24;
}

void term_style(FILE *f, enum term_style s)
{
	static const char *const codes[] = {
		[TERM_PLAIN] = "\033[0m",   [TERM_BOLD] = "\033[1m",   [TERM_DIM] = "\033[2m",   [TERM_RED] = "\033[31m",
		[TERM_YELLOW] = "\033[33m", [TERM_GREEN] = "\033[32m", [TERM_CYAN] = "\033[36m",
	};

	if (term_colour(f))
		fputs(codes[s], f);
}

void term_print_safe(FILE *f, const char *p, size_t n, bool keep_newlines)
{
	size_t start = 0, i = 0;
	unsigned cp = 0;
	char esc[12];

	while (i < n) {
		size_t len = text_utf8_decode(p + i, n - i, &cp);
		if (len > 0 && (!text_is_hidden(cp) || cp == '\t' || (cp == '\n' && keep_newlines))) {
			i += len;
			continue;
		}
		fwrite(p + start, 1, i - start, f);
		if (len == 0)
			cp = (unsigned char)p[i];
		fwrite(esc, 1, len == 0 ? (size_t)snprintf(esc, sizeof(esc), "\\x%02x", cp) : text_visible_escape(cp, esc), f);
		i += len ? len : 1;
		start = i;
	}
	fwrite(p + start, 1, n - start, f);
}
