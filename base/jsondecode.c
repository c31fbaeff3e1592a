#include "base/jsonscan.h"
#include "base/jsonwalk.h"
#include "base/text.h"

static unsigned hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 4 | (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return v;
}

static int add_utf8(struct buf *out, unsigned cp, struct err *e)
{
	char b[4];
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	if (n == 1)
		b[0] = (char)cp;
	for (size_t i = n; n > 1 && i-- > 1; cp >>= 6)
		b[i] = (char)(0x80 | (cp & 0x3f));
	if (n > 1)
		b[0] = (char)((0xf00 >> n & 0xff) | cp);
	return buf_add(out, b, n, e);
}

/* p is at "\uXXXX"; returns the bytes eaten. */
static size_t decode_unicode(const char *p, const char *end, unsigned *cp)
{
	*cp = hex4(p + 2);
	if (*cp >= 0xd800 && *cp < 0xdc00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
		unsigned low = hex4(p + 8);
		if (low >= 0xdc00 && low < 0xe000) {
			*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
			return 12;
		}
	}
	if (*cp == 0 || (*cp >= 0xd800 && *cp < 0xe000))
		*cp = 0xfffd;
	return 6;
}

static int decode_escape(const char **pp, const char *end, struct buf *out, struct err *e)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = *pp;

	if (p[1] == 'u') {
		unsigned cp;
		*pp += decode_unicode(p, end, &cp);
		return add_utf8(out, cp, e);
	}
	*pp += 2;
	return buf_add(out, &to[strchr(from, p[1]) - from], 1, e);
}

int json_decode(struct str token, struct buf *out, struct err *e)
{
	const char *p = token.p, *end = token.p + token.n;
	int rc = 0;

	if (token.n == 0 || (token.n == 4 && memcmp(p, "null", 4) == 0))
		return 0;
	if (*p != '"')
		return buf_add(out, p, token.n, e);
	if (skip_string(p + 1, end) != end)
		return err_set(e, ERR_FORMAT, "bad JSON string");
	p++;
	end--;
	while (p < end && rc == 0) {
		const char *back = memchr(p, '\\', (size_t)(end - p));
		size_t n = (size_t)((back ? back : end) - p);
		rc = text_utf8_valid(p, n) ? buf_add(out, p, n, e) : text_utf8_repair(p, n, out, e);
		p += n;
		if (back && rc == 0)
			rc = decode_escape(&p, end, out, e);
	}
	return rc;
}
