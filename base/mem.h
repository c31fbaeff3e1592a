/* mem: small allocations that cannot fail, and cleanup by scope.
 *
 * The x-functions abort on failure and are for small, bounded sizes only. A size that input decides goes through
 * struct buf (buf.h), whose cap turns "too big" into an error. */
#ifndef SICKBAY_BASE_MEM_H
#define SICKBAY_BASE_MEM_H
#include <stddef.h>

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
/* Overflow-checked. */
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
__attribute__((format(printf, 1, 2))) char *xasprintf(const char *fmt, ...);

/* CLEAN(fn) calls fn(&variable) when the variable leaves its scope; STEAL(p) hands the pointer on and leaves NULL. */
#define CLEAN(fn) __attribute__((cleanup(fn)))
#define STEAL(p) ({ __typeof__(p) stolen_ = (p); (p) = NULL; stolen_; })
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* free() for CLEAN: CLEAN(clean_free) char *s = ...; */
void clean_free(void *pp);
/* fclose() for CLEAN, of a FILE * that may be NULL. */
void clean_file(void *pp);
/* close() for CLEAN, of an int descriptor that may be -1. */
void clean_fd(int *fd);

#endif
