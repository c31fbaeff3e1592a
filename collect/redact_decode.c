/* What texts are packed into within a document: base64, and the percent encoding of URLs. */
#include "collect/redact_internal.h"
#include <ctype.h>
#include <openssl/evp.h>

bool redact_decode_base64(struct str v, struct buf *out)
{
	size_t pad = 0;

	while (pad < 2 && pad < v.n && v.p[v.n - 1 - pad] == '=')
		pad++;
	if (v.n < 8 || v.n % 4 || buf_reserve(out, v.n / 4 * 3 + 1, NULL) < 0)
		return false;
	int n = EVP_DecodeBlock((unsigned char *)out->p + out->n, (const unsigned char *)v.p, (int)v.n);
	if (n < (int)pad)
		return false;
	out->n += (size_t)n - pad;
	return true;
}

static int digit_of(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

bool redact_decode_percent(struct str v, struct buf *out)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if (c == '%' && i + 2 < v.n && isxdigit((unsigned char)v.p[i + 1]) && isxdigit((unsigned char)v.p[i + 2])) {
			c = (char)(digit_of(v.p[i + 1]) * 16 + digit_of(v.p[i + 2]));
			i += 2;
		}
		if (buf_add(out, &c, 1, NULL) < 0)
			return false;
	}
	return true;
}
