#include "analyze/extract.h"

#include <string.h>

/* Digits with at most one point as an integer and a power of ten; returns the bytes eaten, 0 when it is no number. */
static size_t decimal(struct str s, __int128 *mantissa, int *exp10)
{
	size_t i = 0, seen = 0;
	bool minus = false, point = false;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		minus = s.p[i++] == '-';
	*mantissa = 0;
	*exp10 = 0;
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		seen++;
		if (*mantissa > (__int128)1 << 90) { /* digits beyond any sense are dropped */
			*exp10 += !point;
			continue;
		}
		*mantissa = *mantissa * 10 + (c - '0');
		*exp10 -= point;
	}
	if (minus)
		*mantissa = -*mantissa;
	return seen ? i : 0;
}

/* n u m k M G T P E, Ki Mi ..., e3. False when the suffix is none of them. */
static bool suffix(struct str s, int *exp10, int *exp2)
{
	static const char decimals[] = "numkMGTPE", binaries[] = "KMGTPE";
	static const int powers[] = {-9, -6, -3, 3, 6, 9, 12, 15, 18};
	const char *c;

	*exp2 = 0;
	if (s.n == 0)
		return true;
	if (s.n == 2 && s.p[1] == 'i' && (c = memchr(binaries, s.p[0], 6))) {
		*exp2 = 10 * (int)(c - binaries + 1);
		return true;
	}
	if (s.n == 1 && (c = memchr(decimals, s.p[0], 9))) {
		*exp10 += powers[c - decimals];
		return true;
	}
	if ((s.p[0] != 'e' && s.p[0] != 'E') || s.n < 2 || s.n > 4)
		return false;
	int sign = 1, v = 0;
	size_t i = 1;
	if (s.p[i] == '-' || s.p[i] == '+')
		sign = s.p[i++] == '-' ? -1 : 1;
	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*exp10 += sign * v;
	return true;
}

static bool quantity(struct str s, int extra10, int64_t *out)
{
	__int128 v;
	int exp10, exp2;
	const __int128 top = INT64_MAX;

	size_t n = decimal(s, &v, &exp10);
	if (n == 0 || !suffix((struct str){s.p + n, s.n - n}, &exp10, &exp2))
		return false;
	exp10 += extra10;
	for (; exp2 > 0; exp2--) {
		if (v > top << 30 || v < -(top << 30))
			return false;
		v *= 2;
	}
	for (; exp10 > 0 && v != 0; exp10--) {
		if (v > top || v < -top)
			return false;
		v *= 10;
	}
	for (; exp10 < 0 && v != 0; exp10++)
		v = v / 10 + (v % 10 > 0); /* up, as Kubernetes rounds */
	if (v > top || v < -top)
		return false;
	*out = (int64_t)v;
	return true;
}

bool quantity_milli(struct str s, int64_t *v)
{
	return quantity(s, 3, v);
}

bool quantity_whole(struct str s, int64_t *v)
{
	return quantity(s, 0, v);
}
