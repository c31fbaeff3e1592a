/* jsonscan: lists cut at every possible place, lines, paths, strings, and what hostile input does. */
#include "base/jsonscan.h"
#include "tests/unit/unit.h"

struct seen {
	struct buf text; /* "line:index:json;" */
	int fail_at;
};

static int collect(void *arg, const struct jsonitem *it, struct err *e)
{
	struct seen *s = arg;

	if (s->fail_at && it->index + 1 == s->fail_at)
		return err_set(e, ERR_CANCELED, "enough");
	return buf_printf(&s->text, e, "%ld:%ld:%s%.*s;", (long)it->line, (long)it->index, it->too_big ? "BIG" : "",
	                  (int)it->json.n, it->json.p);
}

/* Feeds text in pieces of `step` bytes, each in memory of its own so that a read past its end is noticed. */
static int cut(const char *text, size_t n, size_t step, struct jsonitems *s, struct seen *seen, struct err *e)
{
	int rc = 0;

	seen->text = (struct buf)BUF_MAX(1 << 20);
	jsonitems_init(s, collect, seen);
	for (size_t i = 0; i < n && rc == 0; i += step) {
		size_t k = n - i < step ? n - i : step;
		char *piece = xmalloc(k);
		memcpy(piece, text + i, k);
		rc = jsonitems_feed(s, piece, k, e);
		free(piece);
	}
	return rc < 0 ? rc : jsonitems_finish(s, e);
}

static void expect_items(const char *text, const char *want, enum jsonitems_shape shape, const char *kind)
{
	struct jsonitems s;
	struct err e = {0};

	for (size_t step = 1; step <= strlen(text) + 1; step++) {
		struct seen seen = {0};
		int rc = cut(text, strlen(text), step, &s, &seen, &e);
		if (rc < 0)
			print_error("%s\n", e.msg);
		assert_int_equal(rc, 0);
		assert_string_equal(buf_cstr(&seen.text), want);
		assert_int_equal(s.shape, shape);
		assert_string_equal(s.kind, kind);
		buf_release(&seen.text);
		jsonitems_release(&s);
	}
}

static void test_shapes(void **state)
{
	(void)state;
	expect_items("{\n \"kind\": \"PodList\",\n \"items\": [\n  {\"a\": \"}]\\\"\\\\\"},\n  {\n\"b\": [1,{}]}\n ]\n}\n",
	             "4:0:{\"a\": \"}]\\\"\\\\\"};5:1:{\n\"b\": [1,{}]};", JSONITEMS_LIST, "PodList");
	expect_items("{\"items\":[{}, 12 ,\"x,]\",null,[[]]],\"kind\":\"List\"}", "1:0:{};1:1:12;1:2:\"x,]\";1:3:null;1:4:[[]];",
	             JSONITEMS_LIST, "List");
	expect_items("[{\"a\":1}\n,\n{\"b\":2}]", "1:0:{\"a\":1};3:1:{\"b\":2};", JSONITEMS_ARRAY, "");
	expect_items("[]", "", JSONITEMS_ARRAY, "");
	expect_items("\n{\"kind\":\"Pod\",\"spec\":{\"items\":[1]},\"x\":[2]}", "2:0:{\"kind\":\"Pod\",\"spec\":{\"items\":[1]},\"x\":[2]};",
	             JSONITEMS_SINGLE, "Pod");
	/* "items" must be the key and an array, at the top. */
	expect_items("{\"kind\":\"X\",\"a\":\"items\",\"items\":{\"b\":[1]}}", "1:0:{\"kind\":\"X\",\"a\":\"items\",\"items\":{\"b\":[1]}};",
	             JSONITEMS_SINGLE, "X");
	expect_items("{\"kind\":\"PodList\",\"metadata\":{},\"items\":null}", "", JSONITEMS_LIST, "PodList");
	expect_items("{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"}}", "", JSONITEMS_LIST, "PodList");
	expect_items("{\"kind\":\"AllowList\",\"metadata\":{\"name\":\"x\"}}", "1:0:{\"kind\":\"AllowList\",\"metadata\":{\"name\":\"x\"}};",
	             JSONITEMS_SINGLE, "AllowList");
}

static void test_head(void **state)
{
	struct jsonitems s;
	struct seen seen = {0};
	struct err e = {0};
	const char *text = "{\"metadata\":{\"continue\":\"abc\\u003d\",\"resourceVersion\":\"77\"},\"items\":[{}],\"apiVersion\":\"v1\"}";

	(void)state;
	assert_int_equal(cut(text, strlen(text), 7, &s, &seen, &e), 0);
	assert_string_equal(s.cont, "abc=");
	assert_string_equal(s.resource_version, "77");
	assert_string_equal(s.api_version, "v1");
	assert_int_equal(s.count, 1);
	buf_release(&seen.text);
	jsonitems_release(&s);
}

/* A list whose next page cannot be asked for is not taken for a whole one. */
static void test_lost_continue(void **state)
{
	static const char before[] = "{\"items\":[{}],\"metadata\":{\"continue\":\"", after[] = "\"}}";
	static const size_t lengths[] = {2047, 2048, 5000, 70000};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
		struct jsonitems s;
		struct seen seen = {0};
		struct err e = {0};

		buf_add_str(&b, before, NULL);
		for (size_t k = 0; k < lengths[i]; k++)
			buf_add(&b, "x", 1, NULL);
		buf_add_str(&b, after, NULL);
		assert_int_equal(cut(b.p, b.n, 4096, &s, &seen, &e), 0);
		assert_int_equal(s.cont_lost, i > 0);
		assert_int_equal(strlen(s.cont), i > 0 ? 0 : 2047);
		buf_release(&seen.text);
		jsonitems_release(&s);
	}
}

static void expect_broken(const char *text, size_t n, const char *items, const char *why)
{
	for (size_t step = 1; step < 70; step += 9) {
		struct jsonitems s;
		struct seen seen = {0};
		struct err e = {0};
		assert_true(cut(text, n, step, &s, &seen, &e) < 0);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_string_equal(e.msg, why);
		assert_string_equal(buf_cstr(&seen.text), items);
		buf_release(&seen.text);
		jsonitems_release(&s);
	}
}

static void test_broken(void **state)
{
	CLEAN(clean_free) char *deep = xmalloc(1000);

	(void)state;
	expect_broken("", 0, "", "empty");
	expect_broken("hello", 5, "", "line 1: no JSON object or array");
	expect_broken("{\"items\":[{\"a\":1},\n{\"b\":", 24, "1:0:{\"a\":1};", "cut off at line 2");
	expect_broken("[{}\n}", 5, "1:0:{};", "line 2: unexpected '}'");
	expect_broken("[{}]\n\nx", 7, "1:0:{};", "line 3: text behind the end of the JSON value");
	expect_broken("[\0]", 3, "", "line 1: unexpected byte 0x00");
	memset(deep, '[', 1000);
	expect_broken(deep, 1000, "", "line 1: nested deeper than 200");
}

static void test_caps_and_callbacks(void **state)
{
	struct jsonitems s;
	struct seen seen = {0};
	struct err e = {0};
	const char *text = "[\"0123456789\",{\"a\":\"0123456789\"},{}]";

	(void)state;
	for (size_t step = 1; step < 40; step++) {
		seen = (struct seen){.text = BUF_MAX(1000)};
		jsonitems_init(&s, collect, &seen);
		s.max_item = 8;
		for (size_t i = 0; i < strlen(text); i += step)
			assert_int_equal(jsonitems_feed(&s, text + i, strlen(text) - i < step ? strlen(text) - i : step, &e), 0);
		assert_int_equal(jsonitems_finish(&s, &e), 0);
		assert_string_equal(buf_cstr(&seen.text), "1:0:BIG\"0123456;1:1:BIG{\"a\":\"01;1:2:{};");
		buf_release(&seen.text);
		jsonitems_release(&s);
	}
	seen = (struct seen){.fail_at = 2};
	assert_int_equal(cut("[1,2,3]", 7, 3, &s, &seen, &e), -ERR_CANCELED);
	assert_string_equal(e.msg, "enough");
	buf_release(&seen.text);
	jsonitems_release(&s);
}

static void expect_paths(const char *json, const char *path, const char *want)
{
	struct jsonpaths *p = NULL;
	struct str v;
	struct err e = {0};
	size_t n = strlen(json);
	char *copy = xmalloc(n);

	memcpy(copy, json, n);
	assert_int_equal(jsonpaths_compile(&path, 1, &p, &e), 0);
	assert_int_equal(jsonpaths_scan(p, (struct str){copy, n}, &v, &e), 0);
	if (want) {
		assert_non_null(v.p);
		assert_int_equal(v.n, strlen(want));
		assert_memory_equal(v.p, want, v.n);
	} else {
		assert_null(v.p);
	}
	jsonpaths_free(p);
	free(copy);
}

static void test_paths(void **state)
{
	const char *doc = "{ \"a\" : {\"b.c/d\": [10, {\"x\": \"y\\\"\"}], \"n\": null, \"t\": true},\n \"a\": 2, \"e\": 1.5e+3 }";

	(void)state;
	expect_paths(doc, ".a.\"b.c/d\"[1].x", "\"y\\\"\"");
	expect_paths(doc, ".a.\"b.c/d\"[0]", "10");
	expect_paths(doc, ".a.\"b.c/d\"[7]", NULL);
	expect_paths(doc, ".a.n", NULL);
	expect_paths(doc, ".a.n | .zz | .a.t", "true");
	expect_paths(doc, ".e | .a.t", "1.5e+3");
	expect_paths(doc, ".a.\"b.c/d\"", "[10, {\"x\": \"y\\\"\"}]");
	expect_paths("[{\"k\":1},{\"k\":2}]", "[1].k", "2");
	expect_paths("[]", "[0]", NULL);
	expect_paths("{}", ".", "{}");
	expect_paths("\"s\"", ".a", NULL);
}

static void test_paths_shared(void **state)
{
	const char *const paths[] = {".m json", ".m.l"}; /* words behind a path are not part of it */
	const char *const good[] = {".m", ".m.l", ".m"};
	struct jsonpaths *p = NULL;
	struct str v[3];
	struct err e;

	(void)state;
	assert_int_equal(jsonpaths_compile(paths, 2, &p, &e), -ERR_FORMAT);
	assert_int_equal(jsonpaths_compile(good, 3, &p, &e), 0);
	assert_int_equal(jsonpaths_scan(p, STR("{\"m\":{\"l\":1}}"), v, &e), 0);
	assert_int_equal(v[0].n, 7);
	assert_int_equal(v[1].n, 1);
	assert_ptr_equal(v[2].p, v[0].p);
	jsonpaths_free(p);
}

static void test_grammar(void **state)
{
	static const char *const bad[] = {"", "{", "}", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[1 2]", "01", "1.", "-", "1e",
		"+1", "tru", "nulL", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\t\"", "{a:1}", "{\"a\":1}x", "[1]]", "\"a\nb\"", "{\"a\" 1}", "\"\\"};
	static const char *const good[] = {"{}", "[]", "0", "-0.5E-7", "\"\\u12aF\\n\"", " [ 1 , { \"a\" : [ ] } ] \n", "null",
		"\"a string that is longer than sixteen bytes\"", "{\"a key that is longer than sixteen\":   \t\r\n        []}"};
	const char *path = ".a";
	struct jsonpaths *p = NULL;
	struct str v;
	struct err e;

	(void)state;
	assert_int_equal(jsonpaths_compile(&path, 1, &p, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t n = strlen(bad[i]);
		char *copy = xmalloc(n);
		memcpy(copy, bad[i], n);
		if (jsonpaths_scan(p, (struct str){copy, n}, &v, &e) == 0)
			fail_msg("accepted: %s", bad[i]);
		free(copy);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (jsonpaths_scan(p, str_of(good[i]), &v, &e) < 0)
			fail_msg("refused: %s", good[i]);
	CLEAN(clean_free) char *deep = xmalloc(100000);
	memset(deep, '[', 100000);
	assert_int_equal(jsonpaths_scan(p, (struct str){deep, 100000}, &v, &e), -ERR_FORMAT);
	jsonpaths_free(p);
}

static int add_element(void *arg, struct str el, struct err *e)
{
	return buf_printf(arg, e, "%.*s|", (int)el.n, el.p);
}

static void test_each(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct err e;

	(void)state;
	assert_int_equal(json_each_element(STR("[ 1,{\"a\":[2]} , \"x\" ]"), add_element, &b, &e), 0);
	assert_string_equal(buf_cstr(&b), "1|{\"a\":[2]}|\"x\"|");
	assert_int_equal(json_each_element(STR("[]"), add_element, &b, &e), 0);
	assert_int_equal(json_each_element(STR("{}"), add_element, &b, &e), -ERR_FORMAT);
	assert_int_equal(json_each_element(STR("[1,"), add_element, &b, &e), -ERR_FORMAT);
}

static void expect_decoded(const char *token, const char *want)
{
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	struct err e = {0};

	assert_int_equal(json_decode(str_of(token), &b, &e), 0);
	assert_string_equal(buf_cstr(&b), want);
}

static void test_decode(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	struct err e;

	(void)state;
	expect_decoded("\"a\\n\\t\\\"\\\\\\/b\"", "a\n\t\"\\/b");
	expect_decoded("\"\\u0041\\u00e9\\u4e2d\\ud83d\\ude00\"", "A\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80");
	expect_decoded("\"\\u0000\\ud83d\\u0041\\udc00\"", "\xef\xbf\xbd\xef\xbf\xbd" "A\xef\xbf\xbd");
	expect_decoded("\"a\xff\"", "a\xef\xbf\xbd");
	expect_decoded("12.5", "12.5");
	expect_decoded("null", "");
	assert_int_equal(json_decode(STR("\"abc"), &b, &e), -ERR_FORMAT);
	assert_int_equal(json_decode(STR("\"a\"b\""), &b, &e), -ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes), cmocka_unit_test(test_head), cmocka_unit_test(test_lost_continue), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_caps_and_callbacks), cmocka_unit_test(test_paths), cmocka_unit_test(test_paths_shared),
		cmocka_unit_test(test_grammar), cmocka_unit_test(test_each), cmocka_unit_test(test_decode),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
