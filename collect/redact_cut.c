/* Lines that are too long to be held: where to cut them so that no credential stands across the cut. */
#include "collect/redact_internal.h"
#include "collect/redact_value.h"

enum { LOOK_BACK = 64 * 1024, REST_MAX = 4096 };

/* Whether what follows belongs to the object in front of it: "data":{...},"kind":"Secret", {name: X, value: Y}. */
static bool belongs(struct str s, size_t p)
{
	static const char *const keys[] = {"kind", "immutable", "type", "metadata", "data", "stringData", "value", "Value"};

	while (p < s.n && (redact_is_blank(s.p[p]) || s.p[p] == '\\' || s.p[p] == '"'))
		p++;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (s.n - p >= strlen(keys[i]) && !memcmp(s.p + p, keys[i], strlen(keys[i])))
			return true;
	return p >= s.n;
}

/* How good a place behind byte p - 1 is: 3 between items, 2 between members, 1 between words, 0 none. */
static int rank(struct str s, size_t p)
{
	char c = s.p[p - 1], before = p > 1 ? s.p[p - 2] : 0;

	if (c == ',' && (before == '}' || before == ']'))
		return s.p[p] == '{' || s.p[p] == '[' ? 3 : belongs(s, p) ? 0 : 2;
	if (c == ';')
		return 2;
	if (redact_is_blank(c) && before && !redact_is_blank(before) && !strchr("=:,('\"-", before) && !strchr("=:('\"", s.p[p]) && s.p[p]) {
		size_t w = p - 1;
		while (w > 0 && !redact_is_blank(s.p[w - 1]))
			w--;
		return s.p[w] != '-' && s.p[p] != '-';
	}
	return 0;
}

size_t redact_cut_at(struct str s)
{
	size_t from = s.n > LOOK_BACK ? s.n - LOOK_BACK : 1, best = s.n;
	int have = 0;

	for (size_t p = s.n - 1; p > from && have < 3; p--) {
		int r = rank(s, p);

		if (r > have) {
			have = r;
			best = p;
		}
	}
	return best;
}

size_t redact_rest_of_value(struct str s)
{
	size_t n = 0;

	while (n < s.n && (!s.p[n] || !strchr("\"'\\,;}\n", s.p[n])) && !(n >= REST_MAX && redact_is_blank(s.p[n])))
		n++;
	return n;
}
