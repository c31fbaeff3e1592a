#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct str str_of(const char *s)
{
	return (struct str){s, s ? strlen(s) : 0};
}

bool str_eq(struct str a, const char *b)
{
	size_t n = strlen(b);

	return a.n == n && (n == 0 || memcmp(a.p, b, n) == 0);
}

bool str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

bool str_ends(struct str a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && (n == 0 || memcmp(a.p + a.n - n, suffix, n) == 0);
}

int buf_reserve(struct buf *b, size_t n, struct err *e)
{
	if (b->n > b->max || n > b->max - b->n)
		return err_set(e, ERR_LIMIT, "more than %zu bytes", b->max);
	size_t need = b->n + n; /* <= max; one more byte for the NUL */
	if (need == SIZE_MAX)
		return err_set(e, ERR_LIMIT, "more than %zu bytes", b->max);
	if (b->p && need < b->size)
		return 0;
	size_t size = b->size < 64 ? 64 : b->size;
	while (size <= need)
		size = size > SIZE_MAX / 2 ? SIZE_MAX : size * 2;
	if (size > b->max) /* no more than the cap will ever need */
		size = b->max + 1;
	char *p = realloc(b->p, size);
	if (!p)
		return err_set(e, ERR_LIMIT, "no memory for %zu bytes", size);
	b->p = p;
	b->size = size;
	p[b->n] = '\0';
	return 0;
}

int buf_add(struct buf *b, const void *p, size_t n, struct err *e)
{
	int rc = buf_reserve(b, n, e);

	if (rc < 0)
		return rc;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
	return 0;
}

int buf_add_str(struct buf *b, const char *s, struct err *e)
{
	return buf_add(b, s, strlen(s), e);
}

int buf_printf(struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list ap, again;
	char small[256];

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	int rc = n < 0 ? err_set(e, ERR_INTERNAL, "formatting failed") : 0;
	if (rc == 0 && (size_t)n < sizeof(small))
		rc = buf_add(b, small, (size_t)n, e);
	else if (rc == 0 && (rc = buf_reserve(b, (size_t)n, e)) == 0) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	return rc;
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->p);
	b->p = NULL;
	b->n = b->size = 0;
}

/* After buf_reserve the caller adds to n itself; the NUL behind is made good here. */
static void terminate(const struct buf *b)
{
	if (b->p && b->p[b->n] != '\0')
		b->p[b->n] = '\0';
}

char *buf_take(struct buf *b)
{
	if (!b->p)
		return xstrdup("");
	terminate(b);
	char *p = STEAL(b->p);
	b->n = b->size = 0;
	return p;
}

const char *buf_cstr(const struct buf *b)
{
	if (!b->p)
		return "";
	terminate(b);
	return b->p;
}
