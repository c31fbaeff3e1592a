#include "base/text.h"

#include <stdint.h>
#include <string.h>

size_t text_utf8_decode(const char *p, size_t n, unsigned *cp)
{
	const unsigned char *s = (const unsigned char *)p;

	if (n == 0)
		return 0;
	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	if (s[0] < 0xC2 || s[0] > 0xF4 || n < len)
		return 0;
	unsigned v = s[0] & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3Fu);
	}
	/* Overlong forms, surrogates and what lies beyond Unicode are not UTF-8. */
	if ((len == 3 && v < 0x800) || (len == 4 && v < 0x10000) || (v >= 0xD800 && v <= 0xDFFF) || v > 0x10FFFF)
		return 0;
	*cp = v;
	return len;
}

bool text_is_hidden(unsigned cp)
{
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		return true;
	return cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x2028 && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF;
}

size_t text_visible_escape(unsigned cp, char out[12])
{
	return (size_t)snprintf(out, 12, cp < 0x80 ? "\\x%02x" : "\\u%04x", cp);
}

/* Length of the ASCII text without NUL that p begins with; eight bytes at a time, as most text is nothing else. */
static size_t ascii_run(const char *p, size_t n)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
	size_t i = 0;

	for (uint64_t v; i + sizeof(v) <= n; i += sizeof(v)) {
		memcpy(&v, p + i, sizeof(v));
		if ((v | (v - ones)) & high) /* a byte beyond ASCII, or (v - 1 of) a NUL */
			break;
	}
	while (i < n && (signed char)p[i] > 0)
		i++;
	return i;
}

bool text_utf8_valid(const char *p, size_t n)
{
	unsigned cp;

	for (size_t i = 0; i < n;) {
		i += ascii_run(p + i, n - i);
		if (i == n)
			break;
		size_t len = text_utf8_decode(p + i, n - i, &cp);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

int text_utf8_repair(const char *p, size_t n, struct buf *out, struct err *e)
{
	size_t start = 0, i = 0;
	unsigned cp = 0;
	int rc;

	while (i < n) {
		i += ascii_run(p + i, n - i);
		if (i == n)
			break;
		size_t len = text_utf8_decode(p + i, n - i, &cp);
		if (len > 0 && cp != 0) {
			i += len;
			continue;
		}
		if ((rc = buf_add(out, p + start, i - start, e)) < 0 || (rc = buf_add_str(out, "\xEF\xBF\xBD", e)) < 0)
			return rc;
		start = ++i;
	}
	return buf_add(out, p + start, n - start, e);
}

/* What one character becomes in HTML, or NULL when it stays. */
static const char *html_escape(unsigned cp, char room[12])
{
	switch (cp) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\t':
	case '\n': return NULL;
	default: break;
	}
	if (!text_is_hidden(cp))
		return NULL;
	text_visible_escape(cp, room);
	return room;
}

int text_html(const char *p, size_t n, struct buf *out, struct err *e)
{
	size_t start = 0, i = 0;
	unsigned cp = 0;
	char room[12];
	int rc;

	while (i < n) {
		size_t len = text_utf8_decode(p + i, n - i, &cp);
		const char *with = room;
		if (len == 0) {
			snprintf(room, sizeof(room), "\\x%02x", (unsigned char)p[i]);
			len = 1;
		} else if (!(with = html_escape(cp, room))) {
			i += len;
			continue;
		}
		if ((rc = buf_add(out, p + start, i - start, e)) < 0 || (rc = buf_add_str(out, with, e)) < 0)
			return rc;
		i += len;
		start = i;
	}
	return buf_add(out, p + start, n - start, e);
}

/* A star that failed later can only be helped by taking one more byte itself: stars before it reach no further, because
 * what lies between has already matched as early as it can. So two marks suffice, the last "*" and the last "**". */
bool text_glob(const char *pattern, struct str s)
{
	const char *p = pattern, *star = NULL, *deep = NULL; /* pattern behind the last * and the last ** */
	size_t i = 0, star_at = 0, deep_at = 0;

	for (;;) {
		if (p[0] == '*' && p[1] == '*') {
			p += 2;
			deep = p;
			deep_at = i;
			star = NULL;
		} else if (p[0] == '*') {
			star = ++p;
			star_at = i;
		} else if (i < s.n && p[0] != '\0' && (p[0] == s.p[i] || (p[0] == '?' && s.p[i] != '/'))) {
			p++;
			i++;
		} else if (i == s.n && p[0] == '\0') {
			return true;
		} else if (star && star_at < s.n && s.p[star_at] != '/') {
			i = ++star_at;
			p = star;
		} else if (deep && deep_at < s.n) {
			i = ++deep_at;
			p = deep;
			star = NULL;
		} else {
			return false;
		}
	}
}

struct path_match {
	struct str path;
	struct str *caps;
	int max, budget; /* steps left: a hostile path cannot make matching slow */
};

static int match_from(struct path_match *m, const char *p, size_t i, int ncaps);

/* p is at "{name}" or "{name**}": tries the longest text first. */
static int match_part(struct path_match *m, const char *p, size_t i, int ncaps)
{
	const char *close = strchr(p, '}');

	if (!close || ncaps >= m->max)
		return -1;
	bool deep = close - p > 2 && close[-1] == '*' && close[-2] == '*';
	size_t end = i;
	while (end < m->path.n && (deep || m->path.p[end] != '/'))
		end++;
	for (; end > i; end--) {
		m->caps[ncaps] = (struct str){m->path.p + i, end - i};
		int n = match_from(m, close + 1, end, ncaps + 1);
		if (n >= 0)
			return n;
	}
	return -1;
}

static int match_from(struct path_match *m, const char *p, size_t i, int ncaps)
{
	for (; *p; p++, i++) {
		if (--m->budget < 0)
			return -1;
		if (*p == '{')
			return match_part(m, p, i, ncaps);
		if (i >= m->path.n || m->path.p[i] != *p)
			return -1;
	}
	return i == m->path.n ? ncaps : -1;
}

int text_path_match(const char *pattern, struct str path, struct str *caps, int max)
{
	struct path_match m = {path, caps, max, 100000};

	return match_from(&m, pattern, 0, 0);
}

int text_distance(const char *a, const char *b, int cap)
{
	enum { MAX = 255 };
	size_t n = strlen(a), m = strlen(b);
	short rows[3][MAX + 1], *old = rows[0], *last = rows[1], *now = rows[2];

	if (n > MAX || m > MAX || (n > m ? n - m : m - n) >= (size_t)cap)
		return cap;
	for (size_t j = 0; j <= m; j++)
		last[j] = (short)j;
	for (size_t i = 1; i <= n; i++) {
		short best = now[0] = (short)i;
		for (size_t j = 1; j <= m; j++) {
			short d = (short)(last[j - 1] + (a[i - 1] != b[j - 1]));
			if (last[j] + 1 < d)
				d = (short)(last[j] + 1);
			if (now[j - 1] + 1 < d)
				d = (short)(now[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && old[j - 2] + 1 < d)
				d = (short)(old[j - 2] + 1);
			now[j] = d;
			best = d < best ? d : best;
		}
		if (best >= cap)
			return cap;
		short *t = old;
		old = last;
		last = now;
		now = t;
	}
	return last[m] < cap ? last[m] : cap;
}
