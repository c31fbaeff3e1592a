/* text: UTF-8, escaping, globs and path patterns. */
#include "tests/unit/unit.h"

#include "base/text.h"

static void test_utf8(void **state)
{
	static const char *const good[] = {"", "plain", "\xc3\xa9", "\xe7\x82\xb9", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80", "\xc3", "a\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	                                  "\xf8\x88\x80\x80\x80", "\xff", "\xe7\x82"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(text_utf8_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_utf8_valid(bad[i], strlen(bad[i])));
}

static void test_repair(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct err e = {0};

	(void)state;
	OK(text_utf8_repair("a\0b\xff\xc3\xa9\xe7\x82", 8, &b, &e));
	assert_string_equal(buf_cstr(&b), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xc3\xa9\xEF\xBF\xBD\xEF\xBF\xBD");
	CLEAN_BUF struct buf small = BUF_MAX(2);
	assert_int_equal(text_utf8_repair("\xff", 1, &small, &e), -ERR_LIMIT);
}

static void test_html(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(500);
	struct err e = {0};

	(void)state;
	static const char text[] = "<a href=\"x\" b='y'>&\n\t\033[31m\xe2\x80\xae \xff \xe7\x82\xb9";
	OK(text_html(text, sizeof(text) - 1, &b, &e));
	assert_string_equal(buf_cstr(&b), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\n\t\\x1b[31m\\u202e \\xff \xe7\x82\xb9");
}

static void test_glob(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} t[] = {
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"*", "a/b", false}, {"**", "a/b/c", true},
		{"a*c", "abbbc", true}, {"a*c", "abbb", false}, {"?", "a", true}, {"?", "/", false}, {"?", "", false},
		{"**/kubelet.log", "nodes/n1/journal/kubelet.log", true}, {"*/kubelet.log", "nodes/n1/kubelet.log", false},
		{"nodes/*/journal/*.log", "nodes/n1/journal/etcd.log", true}, {"nodes/*/journal/*.log", "nodes/n1/journal/x/etcd.log", false},
		{"**a*b", "x/a/xaab", true}, {"*a*b", "a/ab", false}, {"a**", "a", true}, {"***", "a/b", true}, {"*.json", ".json", true},
		{"**/*a", "x/b/ya", true}, {"**a/*b", "a/xa/yb", true}, {"a?c", "abc", true}, {"abc", "ab", false}, {"ab", "abc", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (text_glob(t[i].pattern, str_of(t[i].text)) != t[i].matches)
			fail_msg("%s against %s", t[i].pattern, t[i].text);
	/* Backtracking stays polynomial. */
	char text[4001];
	memset(text, 'a', 4000);
	text[4000] = '\0';
	assert_false(text_glob("*a*a*a*a*a*a*a*a*a*b", str_of(text)));
}

static void path_is(const char *pattern, const char *path, const char *expected)
{
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	struct str caps[8];
	int n = text_path_match(pattern, str_of(path), caps, 8);

	(void)buf_printf(&b, NULL, "%d", n);
	for (int i = 0; i < n; i++)
		(void)buf_printf(&b, NULL, " %.*s", (int)caps[i].n, caps[i].p);
	assert_string_equal(buf_cstr(&b), expected);
}

static void test_path(void **state)
{
	static const char pattern[] = "{a**}x{b**}x{c**}x{d**}x{e**}x{f**}y";
	char text[4096];
	struct str caps[8];

	(void)state;
	path_is("nodes/{node}/journal/{unit}.log", "nodes/n1/journal/kubelet.log", "2 n1 kubelet");
	path_is("nodes/{node}/journal/{unit}.log", "nodes/n1/x/journal/kubelet.log", "-1");
	path_is("nodes/{node}/journal/{unit}.log", "nodes//journal/kubelet.log", "-1");
	path_is("{a}-{b}.log", "x-y-z.log", "2 x-y z");
	path_is("{unit}.log", "a.log.log", "1 a.log");
	path_is("nodes/{node}/etc/{file**}", "nodes/n1/etc/kubernetes/manifests/etcd.yaml", "2 n1 kubernetes/manifests/etcd.yaml");
	path_is("a", "a", "0");
	path_is("a", "b", "-1");
	path_is("{open", "open", "-1");
	assert_int_equal(text_path_match("{a}/{b}", str_of("x/y"), caps, 1), -1);
	/* Many deep parts over a long path that cannot match: bounded. */
	memset(text, 'x', sizeof(text));
	assert_int_equal(text_path_match(pattern, (struct str){text, sizeof(text)}, caps, 8), -1);
}

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(text_distance("collect", "collect", 3), 0);
	assert_int_equal(text_distance("colect", "collect", 3), 1);
	assert_int_equal(text_distance("colletc", "collect", 3), 1);
	assert_int_equal(text_distance("query", "collect", 3), 3);
	assert_int_equal(text_distance("", "abc", 9), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_glob),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_distance),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
