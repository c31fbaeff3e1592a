/* names, capture, looks: the small modules of bundles. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "bundles/capture.h"
#include "bundles/looks.h"
#include "bundles/names.h"

static void clean_is(const char *path, const char *expected)
{
	CLEAN(clean_free) char *s = names_clean_path(path);

	assert_string_equal(s, expected);
}

static void test_clean_path(void **state)
{
	char longer[700];

	(void)state;
	clean_is("nodes/n1/host/df.txt", "nodes/n1/host/df.txt");
	clean_is("/a//./b/", "a/b");
	clean_is("../../etc/passwd", "__/__/etc/passwd");
	clean_is("a\033b/c\\d/\xff", "a_b/c_d/_");
	clean_is("\xe2\x80\xaegnp.exe", "_gnp.exe");
	clean_is("", "unnamed");
	clean_is("///", "unnamed");
	/* A cut never splits a character. */
	for (size_t i = 0; i + 3 < sizeof(longer); i += 3)
		memcpy(longer + i, "\xe7\x82\xb9", 4);
	CLEAN(clean_free) char *s = names_clean_path(longer);
	assert_int_equal(strlen(s), 255);
}

static void test_unused(void **state)
{
	struct names *n = names_new();
	char *kept[3000];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		CLEAN(clean_free) char *path = xasprintf("d/f%d.log", i);
		kept[i] = names_unused(n, path);
		assert_string_equal(kept[i], path);
		names_add(n, kept[i]);
	}
	for (int i = 0; i < 3000; i++)
		assert_true(names_has(n, kept[i]));
	assert_false(names_has(n, "d/f3000.log"));
	CLEAN(clean_free) char *two = names_unused(n, "d/f7.log");
	assert_string_equal(two, "d/f7-2.log");
	names_add(n, two);
	CLEAN(clean_free) char *three = names_unused(n, "d/f7.log");
	assert_string_equal(three, "d/f7-3.log");
	names_free(n);
	for (int i = 0; i < 3000; i++)
		free(kept[i]);
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static void test_capture(void **state)
{
	static const struct capture c = {.path = "x", .source = "ssh", .started = TIME_NONE, .exit_status = -1,
	                                 .state = CAPTURE_ABSENT, .error = "no \"x\"\n"};
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct capture back;
	struct jsonw w;
	struct err e = {0};
	enum capture_state s;

	(void)state;
	jsonw_init(&w, to_buf, &b, 0, &e);
	capture_write_json(&c, &w);
	OK(jsonw_finish(&w));
	assert_string_equal(buf_cstr(&b), "{\"path\":\"x\",\"source\":\"ssh\",\"state\":\"absent\",\"error\":\"no \\\"x\\\"\\n\"}");
	OK(json_parse(b.p, b.n, &o, &e));
	OK(capture_from_json(o, &back, &e));
	assert_int_equal(back.state, CAPTURE_ABSENT);
	assert_int_equal(back.exit_status, -1);
	assert_int_equal(back.started, TIME_NONE);
	assert_string_equal(back.error, c.error);
	assert_false(capture_state_parse("fine", &s));
	cJSON_DeleteItemFromObject(o, "state");
	assert_int_equal(capture_from_json(o, &back, &e), -ERR_FORMAT);
	assert_int_equal(capture_from_json(NULL, &back, &e), -ERR_FORMAT);
}

static void test_looks(void **state)
{
	(void)state;
	assert_string_equal(looks_like_what("PK\003\004", 4), "a zip archive");
	assert_string_equal(looks_like_what("PK", 2), "text");
	assert_string_equal(looks_like_what("\001", 1), "unknown binary data");
	assert_string_equal(looks_like_what("", 0), "unknown binary data");
	assert_string_equal(looks_like_what("apiVersion: v1", 14), "a Kubernetes manifest in YAML");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_path),
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_looks),
	};
	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
