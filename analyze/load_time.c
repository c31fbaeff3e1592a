/* A file that says when the bundle was taken: must-gather's "timestamp", sos's output of date. Its lines are kept, too. */
#include <string.h>

#include "analyze/load.h"
#include "base/clock.h"

enum { LOOKED_AT = 4096 };

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* "2021-08-03 12:11:56.91501602 +0200 CEST m=+1.65", as Go prints a time. */
static int64_t go_time(struct str s)
{
	size_t used = 0;
	int64_t t = clock_parse_iso(s, &used);
	const char *z = s.p + used;

	if (t == TIME_NONE || s.n < used + 6 || z[0] != ' ' || (z[1] != '+' && z[1] != '-'))
		return t;
	for (int i = 2; i < 6; i++)
		if (z[i] < '0' || z[i] > '9')
			return t;
	int minutes = ((z[2] - '0') * 10 + (z[3] - '0')) * 60 + (z[4] - '0') * 10 + (z[5] - '0');
	return t - (z[1] == '-' ? -1 : 1) * minutes * 60 * US_PER_S;
}

/* "Fri Feb 11 19:23:39 UTC 2022", "Fri 11 Feb 2022 07:23:39 PM UTC": the words in any order. Only UTC: the zone's name says nothing
 * to others. */
static int64_t date_time(struct str s)
{
	int month = 0, day = 0, year = 0, h = -1, m = 0, sec = 0;
	bool utc = false, pm = false, am = false;
	const char *p = s.p, *end = s.p + s.n;

	while (p < end) {
		size_t n = 0;
		char word[16] = "";
		while (p + n < end && p[n] != ' ')
			n++;
		if (n > 0 && n < sizeof(word)) {
			int a, b, c;
			memcpy(word, p, n);
			const char *at = n == 3 ? strstr(months, word) : NULL;
			if (sscanf(word, "%2d:%2d:%2d", &a, &b, &c) == 3)
				h = a, m = b, sec = c;
			else if (at && (at - months) % 3 == 0)
				month = (int)(at - months) / 3 + 1;
			else if (strcmp(word, "UTC") == 0 || strcmp(word, "GMT") == 0)
				utc = true;
			else if (strcmp(word, "PM") == 0 || strcmp(word, "AM") == 0)
				*(word[0] == 'P' ? &pm : &am) = true;
			else if (sscanf(word, "%4d", &a) == 1)
				*(n == 4 ? &year : &day) = a;
		}
		p += n + 1;
	}
	if (!utc || !month || day < 1 || day > 31 || year < 2000 || h < 0 || h > 23)
		return TIME_NONE;
	h = pm && h < 12 ? h + 12 : am && h == 12 ? 0 : h;
	return clock_from_civil(year, month, day, h, m, sec, 0);
}

static void time_begin(struct load *l)
{
	buf_clear(&l->whole);
}

static int time_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	if (l->whole.n < LOOKED_AT)
		(void)buf_add(&l->whole, p, n < LOOKED_AT - l->whole.n ? n : LOOKED_AT - l->whole.n, NULL);
	return load_lines.feed(l, p, n, e);
}

static int time_end(struct load *l, struct err *e)
{
	const char *p = buf_cstr(&l->whole), *end = p + l->whole.n;

	for (const char *nl; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		nl = nl ? nl : end;
		struct str line = {p, (size_t)(nl - p)};
		int64_t t = go_time(line);
		if (t == TIME_NONE)
			t = date_time(line);
		if (t != TIME_NONE && (l->taken == TIME_NONE || t > l->taken))
			l->taken = t;
		if (t != TIME_NONE && (l->taken_from == TIME_NONE || t < l->taken_from))
			l->taken_from = t;
	}
	return load_lines.end(l, e);
}

const struct loader load_time = {time_begin, time_feed, time_end};
