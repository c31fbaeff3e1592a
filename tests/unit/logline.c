/* logline: every format alone and inside another, times without year and zone, parts of long lines, and noise. */
#include "analyze/logline.h"
#include "base/clock.h"
#include "tests/unit/unit.h"

static struct logparser lp;

static int setup(void **state)
{
	(void)state;
	logparser_init(&lp, clock_parse_iso(STR("2024-01-02T12:00:00Z"), NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	logparser_release(&lp);
	return 0;
}

/* time "" for none; level '-' for none. The line lies in memory of its own, so that a read past its end is noticed. */
static void expect(const char *line, const char *time, char level, const char *message)
{
	size_t n = strlen(line);
	char *copy = xmalloc(n), when[32];
	struct str text = {memcpy(copy, line, n), n};
	struct logline l;

	logline_parse(&lp, text, &l);
	struct str m = logline_message(&l, text);
	if (strcmp(clock_format(l.ts, when), time) != 0 || (l.level ? l.level : '-') != level || !str_eq(m, message))
		fail_msg("%s\n  got  %s %c %.*s\n  want %s %c %s", line, when, l.level ? l.level : '-', (int)m.n, m.p, time, level, message);
	/* The message again from the stored line alone. */
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	if (!l.joined && !l.partial) {
		assert_int_equal(logline_decode(text, l.at, &b, NULL), 0);
		assert_string_equal(buf_cstr(&b), message);
	}
	free(copy);
}

static void test_journald(void **state)
{
	(void)state;
	expect("2026-11-23T16:31:02.117281+0000 node2 systemd[1]: Started kubelet.", "2026-11-23T16:31:02.117281Z", '-', "Started kubelet.");
	expect("2026-11-23T16:31:02.500000+0000 node2 kubelet[2111]: F1123 16:31:02.117130    2111 kubelet.go:1350] no",
	       "2026-11-23T16:31:02.500000Z", 'F', "F1123 16:31:02.117130    2111 kubelet.go:1350] no");
	expect("2026-11-23T18:31:03+0200 node2 dockerd[9]: time=\"2026-11-23T16:31:03Z\" level=warning msg=\"a\"",
	       "2026-11-23T16:31:03Z", 'W', "time=\"2026-11-23T16:31:03Z\" level=warning msg=\"a\"");
	expect("2026-11-23T16:31:03.000001-0330 n kernel: x: y", "2026-11-23T20:01:03.000001Z", '-', "x: y");
	expect("May 05 13:59:56 ip-10 kubelet[2858]: I0505 13:59:56.872908    2858 a.go:6] b", "2023-05-05T13:59:56Z", 'I',
	       "I0505 13:59:56.872908    2858 a.go:6] b");
	expect("Jan  2 11:59:56 h crio[1]: m", "2024-01-02T11:59:56Z", '-', "m");
	expect("Jan  4 11:59:56 h crio[1]: m", "2023-01-04T11:59:56Z", '-', "m");
	expect("8\xe6\x9c\x88 02 14:51:42 h kubelet[1]: m", "2023-08-02T14:51:42Z", '-', "m");
	expect("Mai 05 13:59:56 h kubelet[1]: m", "", '-', "m"); /* a month we do not know: the message at least */
	expect("D\xc3\xa9" "c. 05 13:59:56 h kubelet-wrapper[1]: m", "", '-', "m");
	struct logline l;
	logline_parse(&lp, STR("2026-11-23T16:31:02.1+0000 node2 kubelet[2111]: x"), &l);
	assert_true(str_eq(l.ident, "kubelet"));
	assert_false(l.local_time);
	assert_true(str_eq(logline_subject(&l, STR("2026-11-23T16:31:02.1+0000 node2 kubelet[2111]: x")).n ? STR("x") : STR(""), "x"));
	logline_parse(&lp, STR("-- Logs begin at Mon 2020-01-01 00:00:00 UTC. --"), &l);
	assert_true(l.skip);
	logline_parse(&lp, STR("-- Reboot --"), &l);
	assert_true(l.skip);
	logline_parse(&lp, STR("-- not a mark"), &l);
	assert_false(l.skip);
}

static void test_containers(void **state)
{
	(void)state;
	expect("2022-06-06T06:01:46.817224179Z stderr F E0606 06:01:46.817000       1 a.go:1] b", "2022-06-06T06:01:46.817224Z", 'E',
	       "E0606 06:01:46.817000       1 a.go:1] b");
	expect("2022-06-06T06:01:46.817224179+02:00 stdout F hello: world", "2022-06-06T04:01:46.817224Z", '-', "hello: world");
	expect("2022-06-06T06:01:46.817224179Z error syncing: x", "2022-06-06T06:01:46.817224Z", '-', "error syncing: x");
	expect("2022-06-06T06:01:46.817224179Z plain text", "2022-06-06T06:01:46.817224Z", '-', "plain text");
	expect("2022-06-06T06:01:46.817224179Z ", "2022-06-06T06:01:46.817224Z", '-', "");
	expect("{\"log\":\"W0606 06:01:46.817000       1 a.go:1] \\u003cb\\u003e\\n\",\"stream\":\"stderr\",\"time\":\"2022-06-06T06:01:46.9Z\"}",
	       "2022-06-06T06:01:46.900000Z", 'W', "W0606 06:01:46.817000       1 a.go:1] <b>");
	expect("{\"log\":\"{\\\"level\\\":\\\"error\\\",\\\"msg\\\":\\\"m\\\",\\\"k\\\":1}\\n\",\"stream\":\"stderr\",\"time\":\"2022-06-06T06:01:46Z\"}",
	       "2022-06-06T06:01:46Z", 'E', "m k=1");
}

static void test_messages(void **state)
{
	(void)state;
	expect("I1231 23:59:59.123456   4711 a.go:1] b", "2023-12-31T23:59:59.123456Z", 'I', "I1231 23:59:59.123456   4711 a.go:1] b");
	expect("I0102 13:00:00.000000       1 a.go:1] b", "2024-01-02T13:00:00Z", 'I', "I0102 13:00:00.000000       1 a.go:1] b");
	expect("{\"ts\":1753121294157.29,\"caller\":\"k/x.go:72\",\"msg\":\"Failed\",\"v\":0,\"err\":\"a \\\"b\\\"\"}",
	       "2025-07-21T18:08:14.157290Z", '-', "Failed err=\"a \\\"b\\\"\"");
	expect("{\"level\":\"warn\",\"ts\":\"2021-01-02T03:04:05.678Z\",\"caller\":\"a\",\"msg\":\"slow\",\"took\":\"1s\",\"n\":[1]}",
	       "2021-01-02T03:04:05.678000Z", 'W', "slow took=\"1s\" n=[1]");
	expect("{\"level\":\"info\",\"ts\":1609556645.5,\"msg\":\"x\"}", "2021-01-02T03:04:05.500000Z", 'I', "x");
	expect("2018-11-26 17:56:03.975261 W | etcdserver: no", "2018-11-26T17:56:03.975261Z", 'W', "etcdserver: no");
	expect("2018-11-26 17:56:03.975261 C | etcdmain: no", "2018-11-26T17:56:03.975261Z", 'F', "etcdmain: no");
	expect("raft2020/11/10 23:10:22 INFO: elected", "2020-11-10T23:10:22Z", 'I', "INFO: elected");
	expect("2020/11/10 23:10:22 hi", "2020-11-10T23:10:22Z", '-', "hi");
	expect("time=\"2021-05-05T10:00:00.123456789+02:00\" level=error msg=x", "2021-05-05T08:00:00.123456Z", 'E',
	       "time=\"2021-05-05T10:00:00.123456789+02:00\" level=error msg=x");
	expect("level=info msg=x", "", 'I', "level=info msg=x");
	expect("[Mon Nov 23 19:33:31 2026] eth0: up", "2026-11-23T19:33:31Z", '-', "eth0: up");
	expect("[INFO] 10.0.0.1:53 - 1 \"A\"", "", 'I', "[INFO] 10.0.0.1:53 - 1 \"A\"");
	expect("2021-05-05 10:00:00.123 [ERROR][12] felix/x.go: y", "2021-05-05T10:00:00.123000Z", 'E', "[ERROR][12] felix/x.go: y");
	expect("goroutine 1 [running]:", "", '-', "goroutine 1 [running]:");
	expect("", "", '-', "");
}

static void test_local_time(void **state)
{
	struct logline l;

	(void)state;
	logline_parse(&lp, STR("I1231 23:59:59.123456   4711 a.go:1] b"), &l);
	assert_true(l.local_time);
	logline_parse(&lp, STR("2018-11-26 17:56:03.975261 W | x"), &l);
	assert_true(l.local_time);
	for (int i = 0; i < 2; i++) { /* the second time from what is remembered of the first */
		logline_parse(&lp, STR("2018-11-26T17:56:03.975261+01:00 a"), &l);
		assert_false(l.local_time);
		assert_true(l.ts == clock_parse_iso(STR("2018-11-26T16:56:03.975261Z"), NULL));
		logline_parse(&lp, STR("2018-11-26T17:56:04.975261+0100 a"), &l);
		assert_false(l.local_time);
		assert_true(l.ts == clock_parse_iso(STR("2018-11-26T16:56:04.975261Z"), NULL));
		logline_parse(&lp, STR("2018-11-26T17:56:05.975261-0100 a"), &l);
		assert_true(l.ts == clock_parse_iso(STR("2018-11-26T18:56:05.975261Z"), NULL));
		logline_parse(&lp, STR("2018-11-26T17:56:06Z a"), &l);
		assert_false(l.local_time);
		assert_true(l.ts == clock_parse_iso(STR("2018-11-26T17:56:06Z"), NULL));
	}
}

static void test_parts(void **state)
{
	struct logline l;
	struct str last = STR("2022-06-06T06:01:46.9Z stderr F end");

	(void)state;
	logparser_reset(&lp);
	logline_parse(&lp, STR("2022-06-06T06:01:46.8Z stderr P E0606 06:01:46.817000       1 a.go:1] be"), &l);
	assert_true(l.partial);
	logline_parse(&lp, STR("2022-06-06T06:01:46.8Z stderr P gin "), &l);
	assert_true(l.partial);
	logline_parse(&lp, last, &l);
	assert_true(l.joined && !l.partial && l.level == 'E');
	assert_true(str_eq(logline_message(&l, last), "E0606 06:01:46.817000       1 a.go:1] begin end"));
	expect("2022-06-06T06:01:46.9Z stderr F alone", "2022-06-06T06:01:46.900000Z", '-', "alone");
	logline_parse(&lp, STR("{\"log\":\"first \",\"stream\":\"stdout\",\"time\":\"2022-06-06T06:01:46Z\"}"), &l);
	assert_true(l.partial);
	logline_parse(&lp, STR("{\"log\":\"second\\n\",\"stream\":\"stdout\",\"time\":\"2022-06-06T06:01:47Z\"}"), &l);
	assert_true(l.joined);
	assert_true(str_eq(l.message, "first second"));
}

/* Nothing but that nothing breaks. */
static void test_noise(void **state)
{
	static const char *const seeds[] = {"2026-11-23T16:31:02.117281+0000 node2 kubelet[2111]: F1123 16:31:02.117130 1 a] b",
		"{\"log\":\"a\\n\",\"stream\":\"x\",\"time\":\"2022\"}", "time=\"2021-05-05T10:00:00Z\" level=error", "Nov 23 19:33:31 h a[1]: b",
		"2022-06-06T06:01:46.8Z stderr P x", "[Mon Nov 23 19:33:31 2026] x", "{\"level\":\"warn\",\"ts\":1e99,\"msg\":\"\\ud800\"}"};
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		const char *s = seeds[i % (int)ARRAY_LEN(seeds)];
		size_t n = strlen(s);
		CLEAN(clean_free) char *copy = xmalloc(n);
		struct logline l;
		memcpy(copy, s, n);
		for (int k = 0; k < 3; k++) {
			seed = seed * 1664525 + 1013904223;
			copy[(seed >> 8) % n] = "{}\"\\:[]. 0T-"[(seed >> 28) % 12];
		}
		seed = seed * 1664525 + 1013904223;
		struct str text = {copy, 1 + (seed >> 8) % n};
		logline_parse(&lp, text, &l);
		assert_true(l.at <= text.n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journald), cmocka_unit_test(test_containers), cmocka_unit_test(test_messages),
		cmocka_unit_test(test_local_time), cmocka_unit_test(test_parts), cmocka_unit_test(test_noise),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
