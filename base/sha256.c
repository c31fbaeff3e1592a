#include "base/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"

struct sha256 {
	EVP_MD_CTX *ctx;
};

/* OpenSSL's digests fail only without memory or without the algorithm; neither can be answered here. */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

struct sha256 *sha256_new(void)
{
	struct sha256 *s = xcalloc(1, sizeof(*s));

	s->ctx = EVP_MD_CTX_new();
	must(s->ctx != NULL);
	must(EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL));
	return s;
}

void sha256_add(struct sha256 *s, const void *p, size_t n)
{
	must(EVP_DigestUpdate(s->ctx, p, n));
}

void sha256_finish(struct sha256 *s, char hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(EVP_DigestFinal_ex(s->ctx, md, &n));
	for (size_t i = 0; i < 32; i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[64] = '\0';
	sha256_free(s);
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}
