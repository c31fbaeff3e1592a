/* sha256: OpenSSL's EVP behind three calls. */
#ifndef SICKBAY_BASE_SHA256_H
#define SICKBAY_BASE_SHA256_H
#include <stddef.h>

struct sha256;
struct sha256 *sha256_new(void);
void sha256_add(struct sha256 *s, const void *p, size_t n);
/* Writes 64 hex digits and NUL, frees s. */
void sha256_finish(struct sha256 *s, char hex[65]);
void sha256_free(struct sha256 *s); /* when unfinished; NULL allowed */

#endif
