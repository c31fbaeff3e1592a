/* buf: a byte buffer that grows up to a mandatory cap; str: a view with a length.
 *
 * Invariant: b->p is NULL or holds b->n bytes followed by one NUL that does not count. */
#ifndef SICKBAY_BASE_BUF_H
#define SICKBAY_BASE_BUF_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct str {
	const char *p; /* borrowed; not NUL-terminated */
	size_t n;
};
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
struct str str_of(const char *s); /* NULL gives an empty view */
bool str_eq(struct str a, const char *b);
bool str_starts(struct str a, const char *prefix);
bool str_ends(struct str a, const char *suffix);

struct buf {
	char *p;
	size_t n, size; /* bytes used, bytes allocated */
	size_t max;     /* cap on n; adding beyond it is ERR_LIMIT */
};
#define BUF_MAX(cap) {NULL, 0, 0, (cap)}
/* All adders return 0, or -ERR_LIMIT with the buffer unchanged. */
int buf_add(struct buf *b, const void *p, size_t n, struct err *e);
int buf_add_str(struct buf *b, const char *s, struct err *e);
__attribute__((format(printf, 3, 4))) int buf_printf(struct buf *b, struct err *e, const char *fmt, ...);
/* Room for n more bytes at b->p + b->n; the caller fills it and adds to b->n. */
int buf_reserve(struct buf *b, size_t n, struct err *e);
void buf_clear(struct buf *b);   /* n = 0, memory kept */
void buf_release(struct buf *b); /* memory freed; the buffer may be used again */
/* Takes the bytes out as a NUL-terminated string (never NULL); the buffer is empty after. Caller frees. */
char *buf_take(struct buf *b);
const char *buf_cstr(const struct buf *b); /* borrowed, "" when empty */
#define CLEAN_BUF CLEAN(buf_release)

#endif
