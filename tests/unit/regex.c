/* regex: groups and names, bytes that are no text, hostile lines, many threads. */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/regex.h"

static void test_groups(void **state)
{
	CLEAN(clean_regex) struct regex *r = NULL;
	struct str g[4];
	struct err e = {0};

	(void)state;
	OK(regex_compile("lookup (?<name>\\S+)(?: on (\\S+))?: i/o (?<what>\\w+)", 0, &r, &e));
	assert_int_equal(regex_group_count(r), 3);
	assert_string_equal(regex_group_name(r, 0), "name");
	assert_null(regex_group_name(r, 1));
	assert_string_equal(regex_group_name(r, 2), "what");
	assert_null(regex_group_name(r, 3));
	assert_true(regex_match(r, STR("E lookup a.b: i/o timeout"), g, 4));
	assert_true(str_eq(g[0], "a.b"));
	assert_null(g[1].p);
	assert_true(str_eq(g[2], "timeout"));
	assert_false(regex_match(r, STR("E LOOKUP a.b: i/o timeout"), g, 4));
	assert_true(regex_match(r, STR("lookup x on 1.2.3.4: i/o timeout"), g, 1));
	assert_true(regex_match(r, STR("lookup x on 1.2.3.4: i/o timeout"), NULL, 0));
	assert_false(regex_match(r, (struct str){NULL, 0}, g, 4));
}

static void test_find(void **state)
{
	CLEAN(clean_regex) struct regex *r = NULL;
	struct str g[1], s = STR("a=1 b=22 C=333");
	size_t start, end, from = 0;
	struct err e = {0};
	int n = 0;

	(void)state;
	OK(regex_compile("\\b([a-c])=\\d+", REGEX_CASELESS, &r, &e));
	for (; regex_find(r, s, from, &start, &end, g, 1); n++)
		from = end;
	assert_int_equal(n, 3);
	assert_int_equal(from, s.n);
	assert_false(regex_find(r, s, s.n + 1, &start, &end, g, 1));
}

static void test_bad_patterns(void **state)
{
	struct regex *r = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(regex_compile("a(b", 0, &r, &e), -ERR_FORMAT);
	assert_non_null(strstr(e.msg, "offset 3"));
	assert_int_equal(regex_compile("(*UTF)x", 0, &r, &e), -ERR_FORMAT);
	char many[300] = "";
	for (size_t i = 0; i < 64; i++)
		memcpy(many + i * 3, "(a)", 4);
	assert_int_equal(regex_compile(many, 0, &r, &e), -ERR_FORMAT);
	assert_null(r);
}

static void test_hostile(void **state)
{
	CLEAN(clean_regex) struct regex *r = NULL;
	char line[3000];
	struct err e = {0};
	int64_t start = clock_mono();

	(void)state;
	memset(line, 'a', sizeof(line));
	OK(regex_compile("^(a+)+$", 0, &r, &e));
	line[2999] = 'b';
	assert_false(regex_match(r, (struct str){line, sizeof(line)}, NULL, 0));
	assert_true(clock_mono() - start < US_PER_S);
	memset(line, 0xff, sizeof(line));
	assert_false(regex_match(r, (struct str){line, sizeof(line)}, NULL, 0));
	line[7] = '\0';
	line[9] = 'a';
	clean_regex(&r);
	r = NULL;
	OK(regex_compile("\\x00.(a)", 0, &r, &e));
	assert_true(regex_match(r, (struct str){line, sizeof(line)}, NULL, 0));
}

static void *match_many(void *arg)
{
	struct str g[1];
	size_t n = 0;

	for (int i = 0; i < 10000; i++)
		n += regex_match(arg, STR("pod kube-dns-1 failed"), g, 1) && str_eq(g[0], "kube-dns-1");
	return (void *)n;
}

static void test_threads(void **state)
{
	CLEAN(clean_regex) struct regex *r = NULL;
	struct err e = {0};
	pthread_t t[4];
	void *n;

	(void)state;
	OK(regex_compile("pod (\\S+) failed", 0, &r, &e));
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, match_many, r);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &n);
		assert_int_equal((size_t)n, 10000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_bad_patterns),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
