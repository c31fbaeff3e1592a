#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message that was cut may end inside a UTF-8 character; drop the part of it. */
static void trim_cut_character(char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && n - i < 3 && ((unsigned char)s[i - 1] & 0xC0) == 0x80)
		i--;
	if (i == 0 || !((unsigned char)s[i - 1] & 0x80))
		return;
	unsigned char lead = (unsigned char)s[i - 1];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (n - (i - 1) < need)
		s[i - 1] = '\0';
}

/* The arguments may point into e->msg, so the text is made apart first. */
static void set_message(struct err *e, const char *text)
{
	size_t n = strnlen(text, sizeof(e->msg) - 1);

	memcpy(e->msg, text, n);
	e->msg[n] = '\0';
	if (n == sizeof(e->msg) - 1)
		trim_cut_character(e->msg, n);
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	if (!e)
		return -code;
	char text[sizeof(e->msg)];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_message(e, text);
	e->code = code;
	return -code;
}

int err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;

	if (!e)
		return -ERR_IO;
	char text[sizeof(e->msg)], reason[128];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(text)) /* the GNU strerror_r: returns the text, thread-safe */
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s", strerror_r(saved, reason, sizeof(reason)));
	set_message(e, text);
	e->code = ERR_IO;
	errno = saved;
	return -ERR_IO;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	if (!e)
		return -ERR_INTERNAL;
	char text[2 * sizeof(e->msg)];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s", e->msg);
	set_message(e, text);
	return -e->code;
}
