/* json: cJSON's traps stay closed; both writers give JSON whatever they are given. */
#include "tests/unit/unit.h"

#include "base/json.h"

static cJSON *parse(const char *s)
{
	struct err e = {0};
	cJSON *v = NULL;

	OK(json_parse(s, strlen(s), &v, &e));
	return v;
}

static void refuse(const char *s, size_t n, int code, const char *why)
{
	struct err e = {0};
	cJSON *v = NULL;

	assert_int_equal(json_parse(s, n, &v, &e), -code);
	assert_null(v);
	if (!strstr(e.msg, why))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, why);
}

static void test_refused(void **state)
{
	char deep[402];

	(void)state;
	refuse("", 0, ERR_FORMAT, "empty");
	refuse("  ", 2, ERR_FORMAT, "bad JSON");
	refuse("[1,2]garbage", 12, ERR_FORMAT, "byte 5: text behind");
	refuse("{\"a\":}", 6, ERR_FORMAT, "byte 5: bad JSON");
	refuse("{\"a\":1", 6, ERR_FORMAT, "bad JSON");
	memset(deep, '[', 201);
	memset(deep + 201, ']', 201);
	refuse(deep, 402, ERR_FORMAT, "nested deeper than 200");
	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	struct err e = {0};
	CLEAN(clean_cjson) cJSON *v = NULL;
	OK(json_parse(deep, 400, &v, &e));
	refuse(deep, (64 << 20) + 1, ERR_LIMIT, "64 MiB"); /* refused by its size alone, before a byte is read */
}

static void test_getters(void **state)
{
	CLEAN(clean_cjson) cJSON *v = parse("{\"Name\":\"no\",\"name\":\"yes\",\"n\":\"17\",\"big\":1e300,\"i\":-3,\"t\":true,"
		"\"o\":{\"a\":{\"b\":\"deep\"}},\"l\":[1],\"x\":\"12x\",\"z\":null} \n");

	(void)state;
	assert_string_equal(json_get_str(v, "name"), "yes");
	assert_null(json_get_str(v, "NAME"));
	assert_null(json_get_str(v, "i"));
	assert_null(json_get_str(NULL, "name"));
	assert_int_equal(json_get_int(v, "n", -1), 17);
	assert_int_equal(json_get_int(v, "i", -1), -3);
	assert_int_equal(json_get_int(v, "big", -1), INT64_MAX);
	assert_int_equal(json_get_int(v, "x", -1), -1);
	assert_int_equal(json_get_int(v, "none", -1), -1);
	assert_true(json_get_bool(v, "t", false));
	assert_true(json_get_bool(v, "none", true));
	assert_non_null(json_get_obj(v, "o"));
	assert_null(json_get_obj(v, "l"));
	assert_non_null(json_get_arr(v, "l"));
	assert_string_equal(json_path_str(v, "o.a.b"), "deep");
	assert_null(json_path(v, "o.x.b"));
	assert_null(json_path(v, "name.x"));
}

static void test_bytes(void **state)
{
	static const char text[] = "{\"a\":\"x\\u0000y\",\"b\":\"bad\xff\",\"c\":\"\\\\u0000\"}";
	CLEAN(clean_cjson) cJSON *v = NULL;
	struct err e = {0};

	(void)state;
	OK(json_parse(text, sizeof(text) - 1, &v, &e));
	assert_string_equal(json_get_str(v, "a"), "x\xEF\xBF\xBDy");
	assert_string_equal(json_get_str(v, "b"), "bad\xEF\xBF\xBD");
	assert_string_equal(json_get_str(v, "c"), "\\u0000");
	clean_cjson(&v);
	/* NUL in the middle ends nothing: it is garbage. */
	assert_int_equal(json_parse("[1]\0[2]", 7, &v, &e), -ERR_FORMAT);
}

static void test_pretty(void **state)
{
	CLEAN(clean_cjson) cJSON *v = parse("{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"e\\n\"}],\"f\":1.5,\"g\":9007199254740993,\"h\":null}");
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	struct err e = {0};

	(void)state;
	OK(json_print_pretty(v, 0, &b, &e));
	assert_string_equal(buf_cstr(&b), "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": \"e\\n\"\n    }\n  ],\n"
		"  \"f\": 1.5,\n  \"g\": 9007199254740992,\n  \"h\": null\n}");
	buf_clear(&b);
	CLEAN(clean_cjson) cJSON *w = parse("{\"a\":1}");
	OK(json_print_pretty(w, 4, &b, &e));
	assert_string_equal(buf_cstr(&b), "{\n      \"a\": 1\n    }");
	CLEAN_BUF struct buf small = BUF_MAX(5);
	assert_int_equal(json_print_pretty(v, 0, &small, &e), -ERR_LIMIT);
	CLEAN(clean_free) char *s = json_text(w);
	assert_string_equal(s, "{\"a\":1}");
}

static void test_pretty_deep(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	CLEAN(clean_cjson) cJSON *v = NULL, *again = NULL;
	char deep[301];
	struct err e = {0};

	(void)state;
	memset(deep, '[', 150);
	memset(deep + 150, ']', 150);
	OK(json_parse(deep, 300, &v, &e));
	OK(json_print_pretty(v, 0, &b, &e));
	OK(json_parse(b.p, b.n, &again, &e));
	assert_true(cJSON_Compare(v, again, 1));
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static void test_writer(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	struct err e = {0};
	struct jsonw w;

	(void)state;
	jsonw_init(&w, to_buf, &b, 0, &e);
	jsonw_object(&w);
	jsonw_key(&w, "s\"");
	jsonw_str(&w, "tab\t esc\033 bidi\xe2\x80\xae bad\xc3 \\ \xe7\x82\xb9 \xf0\x9f\x98\x80");
	jsonw_key(&w, "n");
	jsonw_str(&w, NULL);
	jsonw_key(&w, "l");
	jsonw_array(&w);
	jsonw_int(&w, INT64_MIN);
	jsonw_bool(&w, true);
	jsonw_raw(&w, "{}", 2);
	jsonw_object(&w);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
	OK(jsonw_finish(&w));
	assert_string_equal(buf_cstr(&b), "{\"s\\\"\":\"tab\\t esc\\u001b bidi\\u202e bad\\ufffd \\\\ \xe7\x82\xb9 \xf0\x9f\x98\x80\","
		"\"n\":null,\"l\":[-9223372036854775808,true,{},{}]}");
	/* The first failure stays, and later calls are harmless. */
	CLEAN_BUF struct buf small = BUF_MAX(3);
	jsonw_init(&w, to_buf, &small, 2, &e);
	jsonw_array(&w);
	for (int i = 0; i < 10; i++)
		jsonw_str(&w, "text");
	jsonw_end(&w);
	assert_int_equal(jsonw_finish(&w), -ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_pretty_deep),
		cmocka_unit_test(test_writer),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
