#include "analyze/logline.h"

#include <string.h>

#include "base/clock.h"

enum { JOINED_MAX = 256 << 10 };
static const char no_minute[16] = "?";

void logparser_init(struct logparser *p, int64_t reference)
{
	*p = (struct logparser){.reference = reference, .decoded = BUF_MAX(JOINED_MAX), .joined = BUF_MAX(JOINED_MAX)};
	memcpy(p->minute, no_minute, sizeof(p->minute));
}

void logparser_release(struct logparser *p)
{
	buf_release(&p->decoded);
	buf_release(&p->joined);
}

void logparser_reset(struct logparser *p)
{
	buf_clear(&p->joined);
}

struct str logline_message(const struct logline *l, struct str text)
{
	return l->message.p ? l->message : (struct str){text.p + l->at, text.n - l->at};
}

struct str logline_subject(const struct logline *l, struct str text)
{
	if (l->message.p || !l->ident.p)
		return logline_message(l, text);
	return (struct str){l->ident.p, (size_t)(text.p + text.n - l->ident.p)};
}

/* -- small readers ----------------------------------------------------------------------------------------------- */

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digit(p[i]))
			return false;
	return true;
}

static inline int two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* "19:33:31" at p, with at least 8 bytes there. */
static bool is_clock(const char *p)
{
	return digits(p, 2) && p[2] == ':' && digits(p + 3, 2) && p[5] == ':' && digits(p + 6, 2);
}

/* "31.123456" or "31,123": seconds and fraction in µs; *used gets the bytes. Two digits are known to be there. */
static int64_t seconds_us(const char *p, const char *end, size_t *used)
{
	int64_t us = two(p) * US_PER_S, scale = 100000;
	const char *q = p + 2;

	if (end - q > 1 && (*q == '.' || *q == ',') && is_digit(q[1]))
		for (q++; q < end && is_digit(*q); q++, scale /= 10)
			us += (*q - '0') * scale;
	*used = (size_t)(q - p);
	return us;
}

/* Lines without a year: the year that puts them nearest before the reference, with a day's grace. */
static int64_t without_year(const struct logparser *lp, int month, int day, const char *clock, int64_t us)
{
	const int64_t year_us = INT64_C(31557600) * US_PER_S;

	/* An archive's dates can say anything; beyond the year 10000 the sums below would overflow. */
	if (month < 1 || month > 12 || day < 1 || day > 31 || lp->reference < 0 || lp->reference > 8030 * year_us)
		return TIME_NONE;
	int64_t limit = lp->reference + INT64_C(86400) * US_PER_S;
	int year = 1970 + (int)(limit / year_us) + 1; /* not before the true year, at most one after */
	for (int i = 0; i < 3; i++, year--) {
		int64_t t = clock_from_civil(year, month, day, two(clock), two(clock + 3), 0, 0) + us;
		if (t <= limit)
			return t;
	}
	return TIME_NONE;
}

/* ISO time at the line's beginning. Most lines of a log share the minute and zone of the line before. */
static size_t iso_time(struct logparser *lp, struct str s, struct logline *out)
{
	size_t used = 0;

	if (s.n >= 20 && memcmp(s.p, lp->minute, 16) == 0 && s.p[16] == ':' && digits(s.p + 17, 2)) {
		out->ts = lp->minute_us + seconds_us(s.p + 17, s.p + s.n, &used);
		used += 17;
		if (used < s.n && s.p[used] == 'Z')
			return used + 1;
		if (s.n - used >= 5 && (s.p[used] == '+' || s.p[used] == '-') && memcmp(s.p + used, lp->zone, 5) == 0) {
			out->ts -= lp->zone_us;
			return used + 5;
		}
	}
	out->ts = clock_parse_iso(s, &used);
	if (out->ts == TIME_NONE)
		return 0;
	out->local_time = is_digit(s.p[used - 1]) && s.p[used - 3] != '+' && s.p[used - 3] != '-' && s.p[used - 5] != '+' &&
	                  s.p[used - 5] != '-' && s.p[used - 6] != '+' && s.p[used - 6] != '-';
	int64_t minute = clock_parse_iso((struct str){s.p, 19}, NULL);
	if (minute == TIME_NONE)
		return used;
	memcpy(lp->minute, s.p, 16);
	lp->minute_us = minute - two(s.p + 17) * US_PER_S;
	const char *z = s.p + used - 5;
	bool zone = used >= 24 && (*z == '+' || *z == '-') && digits(z + 1, 4);
	memcpy(lp->zone, zone ? z : "?????", 5);
	lp->zone_us = zone ? (*z == '-' ? -1 : 1) * (two(z + 1) * 3600 + two(z + 3) * 60) * US_PER_S : 0;
	return used;
}

/* -- outer formats ----------------------------------------------------------------------------------------------- */

/* " host ident[pid]: " behind the time; moves *at behind it. The host may be missing in odd logs; then this is none. */
static bool syslog_head(struct str s, size_t *at, struct logline *out)
{
	const char *end = s.p + s.n, *host = s.p + *at;

	if (host >= end || *host != ' ')
		return false;
	host++;
	const char *id = memchr(host, ' ', (size_t)(end - host));
	if (!id || id == host)
		return false;
	id++;
	size_t limit = (size_t)(end - id) < 128 ? (size_t)(end - id) : 128;
	const char *colon = memchr(id, ':', limit);
	if (!colon)
		return false;
	const char *id_end = colon;
	if (colon > id && colon[-1] == ']') {
		const char *bracket = memchr(id, '[', (size_t)(colon - id));
		if (!bracket || bracket == id)
			return false;
		id_end = bracket;
	} else if (memchr(id, ' ', (size_t)(colon - id)) || (colon + 1 < end && colon[1] != ' ')) {
		return false; /* a message with a colon in it */
	}
	out->ident = (struct str){id, (size_t)(id_end - id)};
	*at = (size_t)(colon + 1 - s.p);
	if (*at < s.n && s.p[*at] == ' ')
		++*at;
	return true;
}

/* " stderr F " behind the time. */
static bool cri_head(struct str s, size_t *at, struct logline *out)
{
	const char *p = s.p + *at;
	size_t n = s.n - *at;

	if (n < 9 || memcmp(p, " std", 4) != 0 || (memcmp(p + 4, "out ", 4) != 0 && memcmp(p + 4, "err ", 4) != 0))
		return false;
	if (p[8] != 'F' && p[8] != 'P')
		return false;
	if (n > 9 && p[9] != ' ' && p[9] != ':')
		return false;
	out->partial = p[8] == 'P';
	out->parts = true;
	size_t i = 9;
	while (i < n && p[i] != ' ') /* tags behind the flag are kept for later versions of CRI */
		i++;
	*at += i < n ? i + 1 : i;
	return true;
}

/* A line that begins with a date. */
static size_t dated(struct logparser *lp, struct str s, struct logline *out)
{
	size_t at = iso_time(lp, s, out);

	if (at == 0)
		return 0;
	/* journald and rsyslog write the zone as +0000 or +00:00; the API's timestamps end in Z. */
	bool syslog = s.p[10] == 'T' && s.p[at - 1] != 'Z';
	if (cri_head(s, &at, out) || (syslog && syslog_head(s, &at, out)))
		return at;
	return at < s.n && s.p[at] == ' ' ? at + 1 : at;
}

static int month_of(const char *p, size_t n)
{
	static const char names[] = "jan feb mar apr may jun jul aug sep oct nov dec ";
	char low[4] = "";

	/* "8月": Chinese and Japanese journals count their months. */
	if (n >= 4 && is_digit(p[0])) {
		size_t d = is_digit(p[1]) ? 2 : 1;
		if (n == d + 3 && memcmp(p + d, "\xe6\x9c\x88", 3) == 0)
			return d == 2 ? two(p) : p[0] - '0';
	}
	if (n < 3)
		return 0;
	for (int i = 0; i < 3; i++)
		low[i] = (char)(p[i] | 0x20);
	const char *hit = strstr(names, low);
	return hit && (hit - names) % 4 == 0 ? (int)((hit - names) / 4) + 1 : 0;
}

/* "Nov 23 19:33:31 host kubelet[99]: ..." and its localised sisters, whose month may be any word. */
static size_t short_dated(struct logparser *lp, struct str s, struct logline *out)
{
	const char *end = s.p + s.n, *p = memchr(s.p, ' ', s.n < 24 ? s.n : 24);
	size_t used = 0;

	if (!p)
		return 0;
	size_t word = (size_t)(p - s.p);
	while (p < end && *p == ' ')
		p++;
	int d = 0;
	const char *day = p;
	for (; p < end && is_digit(*p) && p - day < 2; p++)
		d = d * 10 + (*p - '0');
	if (p == day || end - p < 9 || *p != ' ' || !is_clock(p + 1))
		return 0;
	const char *clock = p + 1;
	int64_t us = seconds_us(clock + 6, end, &used);
	size_t at = (size_t)(clock + 6 - s.p) + used;
	if (!syslog_head(s, &at, out))
		return 0;
	out->ts = without_year(lp, month_of(s.p, word), d, clock, us);
	out->local_time = out->ts != TIME_NONE;
	return at;
}

/* "[Mon Nov 23 19:33:31 2026] text" of dmesg -T. */
static size_t dmesg_dated(struct str s, struct logline *out)
{
	const char *p = s.p;

	if (s.n < 26 || p[4] != ' ' || p[8] != ' ' || p[11] != ' ' || !is_clock(p + 12) || !digits(p + 21, 4) || p[25] != ']')
		return 0;
	int day = (p[9] == ' ' ? 0 : p[9] - '0') * 10 + (p[10] - '0'), month = month_of(p + 5, 3);
	int year = two(p + 21) * 100 + two(p + 23);
	if (month == 0 || day < 1 || day > 31)
		return 0;
	out->ts = clock_from_civil(year, month, day, two(p + 12), two(p + 15), two(p + 18), 0);
	out->local_time = true;
	return 26 + (s.n > 26 && p[26] == ' '); /* without the blank a character of several bytes may stand there */
}

/* "2020/11/10 23:10:22 " of Go's log package, with raft's word in front. */
static size_t slash_dated(struct str s, size_t from, struct logline *out)
{
	const char *p = s.p + from, *end = s.p + s.n;
	size_t used;

	if (end - p < 19 || !digits(p, 4) || p[4] != '/' || !digits(p + 5, 2) || p[7] != '/' || !digits(p + 8, 2) ||
	    p[10] != ' ' || !is_clock(p + 11))
		return 0;
	int month = two(p + 5), day = two(p + 8);
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return 0;
	int64_t us = seconds_us(p + 17, end, &used);
	out->ts = clock_from_civil(two(p) * 100 + two(p + 2), month, day, two(p + 11), two(p + 14), 0, 0) + us;
	out->local_time = true;
	size_t at = from + 17 + used;
	return at < s.n && s.p[at] == ' ' ? at + 1 : at;
}

static bool is_meta(struct str s)
{
	static const char *const heads[] = {"-- Logs begin at", "-- Journal begins", "-- Reboot --", "-- No entries --",
	                                    "-- Boot ", "-- cursor:"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts(s, heads[i]))
			return true;
	return false;
}

/* Takes off what was put around the message; returns where it begins. */
static size_t outer(struct logparser *lp, struct str s, struct logline *out)
{
	char c = s.p[0];

	if (is_digit(c) && s.n > 10 && s.p[4] == '-')
		return dated(lp, s, out);
	if (is_digit(c) && s.n > 10 && s.p[4] == '/')
		return slash_dated(s, 0, out);
	if (c == '[')
		return dmesg_dated(s, out);
	if (c == '{')
		return 0;
	if (c == '-' && is_meta(s)) {
		out->skip = true;
		return 0;
	}
	if (str_starts(s, "raft20"))
		return slash_dated(s, 4, out);
	return short_dated(lp, s, out);
}

/* -- the message itself ------------------------------------------------------------------------------------------ */

char logline_level(struct str word)
{
	if (word.n == 0)
		return 0;
	switch (word.p[0] | 0x20) {
	case 'i': return (word.n == 4 || word.n == 1) ? 'I' : 0;
	case 'n': return word.n == 6 ? 'I' : 0;                            /* notice */
	case 'w': return 'W';
	case 'e': return (word.p[word.n > 1 ? 1 : 0] | 0x20) == 'm' ? 'F' : 'E'; /* emerg, error */
	case 'f': return 'F';
	case 'p': return 'F';                                              /* panic */
	case 'a': return word.n == 5 ? 'F' : 0;                            /* alert */
	case 'c': return 'F';                                              /* critical */
	case 'd': return word.n > 1 && (word.p[1] | 0x20) == 'p' ? 'F' : 'D'; /* dpanic, debug */
	case 't': return 'D';                                              /* trace */
	default: return 0;
	}
}

/* "E1123 19:33:31.123456    4711 kubelet.go:2183] ..." */
static bool klog_text(struct logparser *lp, struct str m, struct logline *out)
{
	const char *p = m.p;
	size_t used;

	if (m.n < 21 || (p[0] != 'I' && p[0] != 'W' && p[0] != 'E' && p[0] != 'F' && p[0] != 'D'))
		return false;
	if (!digits(p + 1, 4) || p[5] != ' ' || !is_clock(p + 6) || p[14] != '.')
		return false;
	out->level = p[0];
	if (out->ts == TIME_NONE) {
		int64_t us = seconds_us(p + 12, p + m.n, &used);
		out->ts = without_year(lp, two(p + 1), two(p + 3), p + 6, us);
		out->local_time = out->ts != TIME_NONE;
	}
	return true;
}

/* time="2026-11-23T19:33:31.123Z" level=warning msg="..." */
static bool logrus_text(struct logparser *lp, struct str m, struct logline *out)
{
	const char *end = m.p + m.n, *p = m.p;

	if (str_starts(m, "time=\"")) {
		struct logline t = {.ts = TIME_NONE};
		size_t used = iso_time(lp, (struct str){m.p + 6, m.n - 6}, &t);
		if (used && out->ts == TIME_NONE) {
			out->ts = t.ts;
			out->local_time = t.local_time;
		}
		p = memchr(m.p + 6, '"', m.n - 6);
		if (!p || end - p < 2)
			return used > 0;
		p += 2;
	}
	if (end - p < 7 || memcmp(p, "level=", 6) != 0)
		return p != m.p;
	p += 6;
	const char *blank = memchr(p, ' ', (size_t)(end - p));
	out->level = logline_level((struct str){p, (size_t)((blank ? blank : end) - p)});
	return true;
}

/* capnslog "W | etcdserver: ..." behind its time, and "[INFO] ..." / "INFO: ..." of many others. Returns the bytes that are
 * no message. */
static size_t leading_level(struct str m, struct logline *out)
{
	if (m.n > 4 && m.p[1] == ' ' && m.p[2] == '|' && m.p[3] == ' ' && strchr("CEWNIDT", m.p[0]) && m.p[0]) {
		out->level = m.p[0] == 'C' ? 'F' : m.p[0] == 'N' ? 'I' : m.p[0] == 'T' ? 'D' : m.p[0];
		return 4;
	}
	size_t from = m.p[0] == '[', to = from;
	while (to < m.n && to < from + 10 && m.p[to] >= 'A' && m.p[to] <= 'Z')
		to++;
	if (to - from >= 3 && to < m.n && m.p[to] == (from ? ']' : ':'))
		out->level = logline_level((struct str){m.p + from, to - from});
	return 0;
}

static void inner(struct logparser *lp, struct str m, struct logline *out)
{
	if (m.n == 0)
		return;
	if (m.p[0] == '{') {
		logline_json(lp, m, out);
		return;
	}
	if (klog_text(lp, m, out) || ((m.p[0] == 't' || m.p[0] == 'l') && logrus_text(lp, m, out)))
		return;
	size_t k = leading_level(m, out);
	if (out->message.p)
		out->message = (struct str){out->message.p + k, out->message.n - k};
	else
		out->at += k;
}

/* Joins the parts of a line that the runtime had cut; the whole message stands at its last part. */
static void join(struct logparser *lp, struct str text, struct logline *out)
{
	struct str m = logline_message(out, text);

	if (!out->partial && lp->joined.n == 0)
		return;
	(void)buf_add(&lp->joined, m.p, m.n, NULL); /* beyond the cap the rest is dropped */
	if (out->partial)
		return;
	buf_clear(&lp->decoded);
	(void)buf_add(&lp->decoded, lp->joined.p, lp->joined.n, NULL);
	buf_clear(&lp->joined);
	out->message = (struct str){buf_cstr(&lp->decoded), lp->decoded.n};
	out->joined = true;
}

int logline_decode(struct str text, size_t at, struct buf *out, struct err *e)
{
	struct logparser lp;
	struct logline l = {.ts = TIME_NONE};
	struct str m = at <= text.n ? (struct str){text.p + at, text.n - at} : STR("");

	logparser_init(&lp, TIME_NONE);
	if (m.n > 0 && m.p[0] == '{' && logline_json(&lp, m, &l) && l.message.p)
		m = l.message;
	int rc = buf_add(out, m.p, m.n, e);
	logparser_release(&lp);
	return rc;
}

void logline_parse(struct logparser *lp, struct str text, struct logline *out)
{
	*out = (struct logline){.ts = TIME_NONE};
	if (text.n == 0)
		return;
	out->at = outer(lp, text, out);
	if (out->skip)
		return;
	bool cri = out->parts;
	if (cri)
		join(lp, text, out);
	if (out->partial)
		return;
	struct str m = logline_message(out, text);
	if (out->message.p) { /* joined: its text must outlive what inner() decodes; only the level is read of it */
		struct logline head = {.ts = out->ts};
		if (m.n > 0 && m.p[0] != '{' && klog_text(lp, m, &head))
			out->level = head.level;
		return;
	}
	inner(lp, m, out);
	if (out->parts && !cri) /* docker's json-file, which splits long lines, too */
		join(lp, text, out);
}
