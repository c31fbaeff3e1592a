/* clock: ISO times in all the forms that logs and the API use, civil dates both ways, durations, ages. */
#include "tests/unit/unit.h"

#include "base/clock.h"

static int64_t parse(const char *s, size_t *used)
{
	return clock_parse_iso(str_of(s), used);
}

static void test_iso(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
		size_t used;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0, 20},
		{"2026-11-23T19:33:31Z", 1795462411000000, 20},
		{"2026-11-23T19:33:31.123456Z", 1795462411123456, 27},
		{"2026-11-23T19:33:31.123456789Z rest", 1795462411123456, 30},
		{"2026-11-23T19:33:31,5Z", 1795462411500000, 22},
		{"2026-11-23T21:33:31+02:00", 1795462411000000, 25},
		{"2026-11-23T21:33:31+0200 host kubelet", 1795462411000000, 24},
		{"2026-11-23T14:33:31-05", 1795462411000000, 22},
		{"2026-11-23 19:33:31", 1795462411000000, 19},
		{"2026-11-23 21:33:31.5 +0200 EET", 1795462411500000, 27},
		{"2026-11-23T19:33:31. next", 1795462411000000, 19},
		{"2026-11-23 19:33:31 -5 apples", 1795462411000000, 19},
		{"2000-02-29T00:00:00Z", 951782400000000, 20},
		{"1969-12-31T23:59:59.5Z", -500000, 22},
	};
	static const char *const bad[] = {"", "2026", "2026-11-23", "2026-11-23T", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T00:60:00Z", "2026-11-23T00:00:61Z",
		"2026-1-23T00:00:00Z", "x2026-11-23T00:00:00Z", "2026-11-23T19:33", "0000-00-00T00:00:00Z"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		size_t used = 0;
		assert_int_equal(parse(good[i].text, &used), good[i].us);
		assert_int_equal(used, good[i].used);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(parse(bad[i], NULL), TIME_NONE);
	/* Views are not NUL-terminated: nothing behind them may be looked at. */
	char *exact = strdup("2026-11-23T19:33:31");
	char *end = realloc(exact, 19);
	assert_int_equal(clock_parse_iso((struct str){end, 19}, NULL), 1795462411000000);
	assert_int_equal(clock_parse_iso((struct str){end, 18}, NULL), TIME_NONE);
	free(end);
}

static void test_moment(void **state)
{
	const int64_t now = 1795462411000000; /* 2026-11-23T19:33:31Z */
	static const struct {
		const char *text;
		int64_t us;
	} good[] = {
		{"90s", 1795462321000000},
		{"1h30m", 1795457011000000},
		{"2026-11-23", 1795392000000000},
		{"2026-11-23 10:00", 1795428000000000},
		{"2026-11-23T10:00Z", 1795428000000000},
		{"2026-11-23T10:00+02:00", 1795420800000000},
		{"2026-11-23 10:00:07", 1795428007000000},
		{"2026-11-23T10:00:07.5Z", 1795428007500000},
		{"2026-11-23T19:33:31Z", 1795462411000000},
	};
	static const char *const bad[] = {"", "yesterday", "-1h", "2026-11-23T10", "2026-11-23 10:00 noon", "2026-11-23T19:33:32Z",
		"2027-01-01", "2026-13-01", "2026-11-23 25:00", "10:00", "2026-11-23 10:00:00:00",
		"2026-11-23T10:00:00Z and a text that is far longer than any time that anybody would write"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		int64_t us = 0;
		struct err e = {0};
		assert_int_equal(clock_parse_moment(good[i].text, now, &us, &e), 0);
		assert_int_equal(us, good[i].us);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t us = 77;
		struct err e = {0};
		assert_int_equal(clock_parse_moment(bad[i], now, &us, &e), -ERR_USAGE);
		assert_int_equal(us, 77);
	}
}

static void test_round_trip(void **state)
{
	char text[32];

	(void)state;
	for (int64_t us = INT64_C(-62135596800) * US_PER_S; us < INT64_C(253402300800) * US_PER_S;
	     us += INT64_C(86400) * US_PER_S * 37 + 1234567) {
		size_t used;
		assert_int_equal(parse(clock_format(us, text), &used), us);
		assert_int_equal(used, strlen(text));
	}
	assert_string_equal(clock_format(TIME_NONE, text), "");
	assert_string_equal(clock_format(0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(clock_format(INT64_MAX, text), "294247-01-10T04:00:54.775807Z");
	clock_format(INT64_MIN + 1, text);
	assert_int_equal(clock_from_civil(INT32_MAX, 1, 1, 0, 0, 0, 0), TIME_NONE);
}

static void test_duration(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} good[] = {{"90s", 90 * US_PER_S}, {"15m", 900 * US_PER_S}, {"24h", 86400 * US_PER_S}, {"7d", 7 * 86400 * US_PER_S},
	            {"1h30m", 5400 * US_PER_S}, {"30", 30 * US_PER_S}, {"500ms", 500000}, {"2w", 14 * 86400 * US_PER_S},
	            {"1m500ms", 60500000}, {"0", 0}};
	static const char *const bad[] = {"", "h", "1x", "-5s", "1h30", " 5s", "5 s", "99999999999999999999s", "9999999999999d", "1.5h"};
	struct err e = {0};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		OK(clock_parse_duration(good[i].text, &us, &e));
		assert_int_equal(us, good[i].us);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(clock_parse_duration(bad[i], &us, &e), -ERR_USAGE);
}

static void test_age(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} ages[] = {{-5, "0s"}, {45, "45s"}, {119, "119s"}, {120, "2m"}, {135, "2m15s"}, {720, "12m"}, {10799, "179m"},
	            {10800, "3h"}, {18720, "5h12m"}, {30000, "8h"}, {172799, "47h"}, {172800, "2d"}, {262800, "3d1h"},
	            {8 * 86400, "8d"}, {729 * 86400, "729d"}, {730 * 86400, "2y"}, {731 * 86400, "2y1d"}, {INT64_C(3650) * 86400, "10y"}};
	char text[24];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ages); i++)
		assert_string_equal(clock_age(ages[i].s * US_PER_S, text), ages[i].text);
	clock_age(INT64_MAX, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iso), cmocka_unit_test(test_moment),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_age),
	};
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
