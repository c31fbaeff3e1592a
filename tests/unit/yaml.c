/* yaml: types as JSON has them, quoted scalars stay strings, and nothing hostile costs more than its caps. */
#include "tests/unit/unit.h"

#include "base/yaml.h"

static void is(const char *yaml, const char *json)
{
	struct err e = {0};
	CLEAN(clean_cjson) cJSON *v = NULL;

	OK(yaml_parse(yaml, strlen(yaml), &v, &e));
	CLEAN(clean_free) char *s = json_text(v);
	assert_string_equal(s, json);
}

static void refuse(const char *yaml, size_t n, int code, const char *why)
{
	struct err e = {0};
	cJSON *v = NULL;

	assert_int_equal(yaml_parse(yaml, n, &v, &e), -code);
	assert_null(v);
	if (!strstr(e.msg, why))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, why);
}

static void test_scalars(void **state)
{
	(void)state;
	is("a: 1\nb: -5\nc: 0644\nd: 1.5\ne: +5\nf: 0\ng: 1234567890123456", "{\"a\":1,\"b\":-5,\"c\":\"0644\",\"d\":\"1.5\",\"e\":\"+5\","
	   "\"f\":0,\"g\":\"1234567890123456\"}");
	is("a: true\nb: 'true'\nc: \"1\"\nd: yes\ne: on\nf: False\ng: '1'", "{\"a\":true,\"b\":\"true\",\"c\":\"1\",\"d\":\"yes\","
	   "\"e\":\"on\",\"f\":false,\"g\":\"1\"}");
	is("a:\nb: null\nc: ~\nd: ''\ne: \"null\"", "{\"a\":null,\"b\":null,\"c\":null,\"d\":\"\",\"e\":\"null\"}");
	is("a: |\n  12\n  34\nb: >\n  5\n", "{\"a\":\"12\\n34\\n\",\"b\":\"5\\n\"}");
	is("a: !!str 12\nb: !custom 12", "{\"a\":\"12\",\"b\":\"12\"}");
	is("a: \"x\\0y\"", "{\"a\":\"x\xEF\xBF\xBDy\"}");
	is("{en: \"Docker on {node}\", zh: 节点}", "{\"en\":\"Docker on {node}\",\"zh\":\"节点\"}");
	is("1: x\ntrue: y", "{\"1\":\"x\",\"true\":\"y\"}");
}

static void test_documents(void **state)
{
	(void)state;
	is("", "null");
	is("# only a comment\n", "null");
	is("---\n", "null");
	is("--- [1, {a: b}]\n...\n", "[1,{\"a\":\"b\"}]");
	refuse("a: 1\n---\nb: 2\n", 14, ERR_FORMAT, "second document");
}

static void test_aliases(void **state)
{
	(void)state;
	is("a: &x {k: [1, 2]}\nb: *x\nc: &y s\nd: *y", "{\"a\":{\"k\":[1,2]},\"b\":{\"k\":[1,2]},\"c\":\"s\",\"d\":\"s\"}");
	is("- &x 1\n- &x 2\n- *x", "[1,2,2]");
	refuse("a: *x", 5, ERR_FORMAT, "alias without its anchor");
	refuse("a: &x [*x]", 10, ERR_FORMAT, "alias without its anchor");
	/* A thousand million laughs. */
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	(void)buf_add_str(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n", NULL);
	for (int i = 1; i < 10; i++) {
		(void)buf_printf(&b, NULL, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			(void)buf_printf(&b, NULL, "%s*a%d", k ? "," : "", i - 1);
		(void)buf_add_str(&b, "]\n", NULL);
	}
	refuse(b.p, b.n, ERR_LIMIT, "1,000,000 values");
	buf_clear(&b);
	(void)buf_add_str(&b, "- &x 1\n", NULL);
	for (int i = 0; i < 1001; i++)
		(void)buf_add_str(&b, "- *x\n", NULL);
	refuse(b.p, b.n, ERR_LIMIT, "1,000 aliases");
}

static void test_errors(void **state)
{
	char deep[202];

	(void)state;
	refuse("a: [1, 2\nb: 3", 13, ERR_FORMAT, "line 2, column 2: did not find expected");
	refuse("a: 1\nb: 2\na: 3\n", 15, ERR_FORMAT, "\"a\" twice");
	refuse("? [x]\n: 1\n", 10, ERR_FORMAT, "line 1, column 3: a key must be plain text");
	refuse("a:\n\t- b\n", 8, ERR_FORMAT, "line 2");
	refuse("a: \xff\xfe\n", 6, ERR_FORMAT, "byte 3");
	memset(deep, '[', 101);
	memset(deep + 101, ']', 101);
	refuse(deep, 202, ERR_LIMIT, "nested deeper than 100");
	refuse(deep, (16 << 20) + 1, ERR_LIMIT, "16 MiB"); /* refused by its size alone */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_errors),
	};
	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
