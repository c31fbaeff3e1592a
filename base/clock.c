#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_cpu(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; the year is taken to begin in March. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

int64_t clock_from_civil(int year, int month, int day, int hour, int min, int sec, int us)
{
	int64_t s = days_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 + (int64_t)min * 60 + sec, t;

	if (__builtin_mul_overflow(s, US_PER_S, &t) || __builtin_add_overflow(t, us, &t))
		return TIME_NONE;
	return t;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits at *i; moves *i behind them. */
static bool take_number(struct str s, size_t *i, size_t n, int *v)
{
	if (s.n - *i < n)
		return false;
	*v = 0;
	for (size_t k = 0; k < n; k++) {
		char c = s.p[*i + k];
		if (!is_digit(c))
			return false;
		*v = *v * 10 + (c - '0');
	}
	*i += n;
	return true;
}

static bool take_char(struct str s, size_t *i, const char *set)
{
	if (*i >= s.n || !s.p[*i] || !strchr(set, s.p[*i]))
		return false;
	(*i)++;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* ".123456789" -> 123456 µs; digits beyond are eaten. */
static int take_fraction(struct str s, size_t *i)
{
	size_t k = *i + 1;
	int us = 0, scale = 100000;

	if (*i >= s.n || (s.p[*i] != '.' && s.p[*i] != ',') || k >= s.n || !is_digit(s.p[k]))
		return 0;
	for (; k < s.n && is_digit(s.p[k]); k++, scale /= 10)
		us += (s.p[k] - '0') * scale;
	*i = k;
	return us;
}

/* "Z", "+02:00", "+0200", "+02", and Go's " +0200"; seconds east of UTC. Without one the time is taken as UTC. */
static int take_zone(struct str s, size_t *i)
{
	size_t k = *i;
	int h, m = 0;

	if (take_char(s, i, "Zz"))
		return 0;
	bool blank = take_char(s, &k, " ");
	if (k >= s.n || (s.p[k] != '+' && s.p[k] != '-'))
		return 0;
	int sign = s.p[k++] == '-' ? -1 : 1;
	if (!take_number(s, &k, 2, &h) || h > 14)
		return 0;
	size_t end = k;
	bool colon = take_char(s, &k, ":");
	if (take_number(s, &k, 2, &m) && m < 60)
		end = k;
	else if (blank || colon)
		return 0;
	else
		m = 0;
	*i = end;
	return sign * (h * 3600 + m * 60);
}

int64_t clock_parse_iso(struct str s, size_t *used)
{
	int y, mo, d, h, mi, sec;
	size_t i = 0;

	if (!take_number(s, &i, 4, &y) || !take_char(s, &i, "-") || !take_number(s, &i, 2, &mo) ||
	    !take_char(s, &i, "-") || !take_number(s, &i, 2, &d) || !take_char(s, &i, "Tt ") ||
	    !take_number(s, &i, 2, &h) || !take_char(s, &i, ":") || !take_number(s, &i, 2, &mi) ||
	    !take_char(s, &i, ":") || !take_number(s, &i, 2, &sec))
		return TIME_NONE;
	if (mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo) || h > 23 || mi > 59 || sec > 60)
		return TIME_NONE;
	int us = take_fraction(s, &i);
	int east = take_zone(s, &i);
	if (used)
		*used = i;
	return clock_from_civil(y, mo, d, h, mi, sec, us) - east * US_PER_S;
}

/* A date alone and a time without seconds are completed before the strict reader sees them. */
static int64_t parse_written(const char *s)
{
	char full[64];
	size_t n = strlen(s), used = 0;
	int64_t t;

	if (n >= sizeof(full) - 16)
		return TIME_NONE;
	if (n == 10)
		snprintf(full, sizeof(full), "%s 00:00:00", s);
	else if (n >= 16 && s[13] == ':' && s[16] != ':')
		snprintf(full, sizeof(full), "%.16s:00%s", s, s + 16);
	else
		snprintf(full, sizeof(full), "%s", s);
	t = clock_parse_iso((struct str){full, strlen(full)}, &used);
	return full[used] ? TIME_NONE : t;
}

int clock_parse_moment(const char *s, int64_t now, int64_t *us, struct err *e)
{
	int64_t t, d;

	if (clock_parse_duration(s, &d, NULL) == 0) {
		*us = now - d;
		return 0;
	}
	t = parse_written(s);
	if (t == TIME_NONE)
		return err_set(e, ERR_USAGE, "\"%.60s\" is not a time; write 90s, 24h, 7d, or 2026-11-20, \"2026-11-20 10:00\", "
		               "2026-11-20T10:00:00+02:00 (UTC without a zone)", s);
	if (t > now)
		return err_set(e, ERR_USAGE, "\"%.60s\" lies in the future (UTC is meant where no zone is given)", s);
	*us = t;
	return 0;
}

char *clock_format(int64_t us, char buf[32])
{
	if (us == TIME_NONE) {
		buf[0] = '\0';
		return buf;
	}
	int64_t sec = us / US_PER_S, frac = us % US_PER_S;
	if (frac < 0) {
		frac += US_PER_S;
		sec--;
	}
	int64_t days = sec / 86400, rest = sec % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	/* The way back from days_from_civil. */
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int day = (int)(doy - (153 * mp + 2) / 5 + 1), month = (int)(mp < 10 ? mp + 3 : mp - 9);
	int64_t year = yoe + era * 400 + (month <= 2);
	int n = snprintf(buf, 32, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d", year, month, day, (int)(rest / 3600),
	                 (int)(rest / 60 % 60), (int)(rest % 60));
	if (n < 0 || n >= 32)
		n = 0;
	if (frac)
		snprintf(buf + n, (size_t)(32 - n), ".%06dZ", (int)frac);
	else
		snprintf(buf + n, (size_t)(32 - n), "Z");
	return buf;
}

/* Microseconds of the unit at *s; moves behind it; 0 when there is no such unit. */
static int64_t take_unit(const char **s)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {{"ms", 1000}, {"s", US_PER_S}, {"m", 60 * US_PER_S}, {"h", 3600 * US_PER_S}, {"d", 86400 * US_PER_S},
	             {"w", 7 * 86400 * US_PER_S}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i].name);
		if (strncmp(*s, units[i].name, n) == 0 && (is_digit((*s)[n]) || !(*s)[n])) {
			*s += n;
			return units[i].us;
		}
	}
	return 0;
}

int clock_parse_duration(const char *s, int64_t *us, struct err *e)
{
	int64_t total = 0;
	const char *p = s;

	do {
		int64_t v = 0, unit;
		const char *start = p;
		for (; is_digit(*p); p++)
			if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *p - '0', &v))
				goto bad;
		if (p == start)
			goto bad;
		unit = !*p && start == s ? US_PER_S : take_unit(&p);
		if (unit == 0 || __builtin_mul_overflow(v, unit, &v) || __builtin_add_overflow(total, v, &total))
			goto bad;
	} while (*p);
	*us = total;
	return 0;
bad:
	return err_set(e, ERR_USAGE, "\"%.60s\" is not a duration; write 90s, 15m, 24h, 7d or 1h30m", s);
}

/* kubectl's rules: two units while the larger one is small, one after. */
char *clock_age(int64_t us, char buf[24])
{
	int64_t s = us / US_PER_S, m = s / 60, h = s / 3600, d = h / 24, y = d / 365;
	int64_t big, small = 0;
	char bu, su = 0;

	if (us < 0)
		s = 0;
	if (s < 120) {
		big = s, bu = 's';
	} else if (h < 3) {
		big = m, bu = 'm', small = m < 10 ? s % 60 : 0, su = 's';
	} else if (h < 48) {
		big = h, bu = 'h', small = h < 8 ? m % 60 : 0, su = 'm';
	} else if (d < 365 * 2) {
		big = d, bu = 'd', small = d < 8 ? h % 24 : 0, su = 'h';
	} else {
		big = y, bu = 'y', small = y < 8 ? d % 365 : 0, su = 'd';
	}
	if (small)
		snprintf(buf, 24, "%" PRId64 "%c%" PRId64 "%c", big, bu, small, su);
	else
		snprintf(buf, 24, "%" PRId64 "%c", big, bu);
	return buf;
}
