#include "base/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

static int paged = -1;

void term_paged(int fd)
{
	paged = fd;
}

/* The terminal, if it is one, on which the stream ends. */
static int terminal_of(FILE *f)
{
	return f == stdout && paged >= 0 ? paged : fileno(f);
}

bool term_is_tty(FILE *f)
{
	int fd = terminal_of(f);

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

	if (term_is_tty(f) && ioctl(terminal_of(f), TIOCGWINSZ, &w) == 0 && w.ws_col >= 20)
		return w.ws_col;
	return 80;
}

int term_height(FILE *f)
{
	struct winsize w;

	if (term_is_tty(f) && ioctl(terminal_of(f), TIOCGWINSZ, &w) == 0 && w.ws_row >= 4)
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
	if (n > start)
		fwrite(p + start, 1, n - start, f);
}

/* How much of s stays on one line, and how wide it is: a word, or one Chinese character with the punctuation that clings to it. */
static size_t unbroken(const char *s, int *columns)
{
	static const char *const closing = "，。、；：！？）》」』”", *const opening = "（《「『";
	bool after_wide = false, after_opening = false;
	size_t n = 0;

	for (*columns = 0; s[n] && s[n] != ' ' && s[n] != '\n';) {
		char c[5] = {s[n]};
		size_t k = 1;
		for (; k < 4 && ((unsigned char)s[n + k] & 0xc0) == 0x80; k++)
			c[k] = s[n + k];
		unsigned char lead = (unsigned char)c[0], next = (unsigned char)c[1];
		bool wide = k == 3 && ((lead >= 0xe3 && lead <= 0xe9) || (lead == 0xef && next == 0xbc));
		if (n && (wide || after_wide) && !after_opening && !(k == 3 && strstr(closing, c)))
			break;
		after_wide = wide;
		after_opening = wide && strstr(opening, c);
		*columns += wide ? 2 : 1;
		n += k;
	}
	return n;
}

void term_print_wrapped(FILE *f, const char *s, int indent, int width, int max_lines)
{
	int column = 0, room = width - indent, columns, lines = 1;

	for (;;) {
		size_t gap = strspn(s, " \n");
		s += gap;
		if (!*s)
			break;
		size_t n = unbroken(s, &columns);
		if (column && column + (gap > 0) + columns > room) {
			if (lines++ == max_lines) {
				fputs(" …", f);
				break;
			}
			fputc('\n', f);
			column = 0;
		}
		if (column == 0) {
			fprintf(f, "%*s", indent, "");
		} else if (gap) {
			fputc(' ', f);
			column++;
		}
		term_print_safe(f, s, n, false);
		column += columns;
		s += n;
	}
	fputc('\n', f);
}
