/* YAML of Kubernetes as JSON: the quick reader against libyaml, and the stream cut into elements. */
#include "tests/unit/unit.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/yamlitems.h"
#include "base/yamljson.h"

static char *text_of(int (*read)(struct str, struct buf *, long *, struct err *), const char *yaml, int want, long *skipped)
{
	struct buf out = BUF_MAX(1 << 20);
	struct err e = {0};

	assert_int_equal(read(str_of(yaml), &out, skipped, &e), want);
	return buf_take(&out);
}

/* Both readers give the same value, with breaks at the same places. */
static void same(const char *yaml, const char *want)
{
	long a = -1, b = -1;
	CLEAN(clean_free) char *quick = text_of(yaml_json_plain, yaml, 1, &a);
	CLEAN(clean_free) char *slow = text_of(yaml_json_events, yaml, 0, &b);

	assert_string_equal(quick, want);
	assert_string_equal(slow, want);
	assert_int_equal(a, b);
}

/* Beyond the quick reader: libyaml alone reads it. */
static void left_to_libyaml(const char *yaml, const char *want)
{
	struct buf none = BUF_MAX(1 << 20);
	CLEAN(clean_free) char *got = text_of(yaml_json, yaml, 0, NULL);

	assert_int_equal(yaml_json_plain(str_of(yaml), &none, NULL, NULL), 0);
	assert_int_equal(none.n, 0);
	buf_release(&none);
	assert_string_equal(got, want);
}

static void test_collections(void **state)
{
	(void)state;
	same("a: 1\nb:\n  c: x\n  d: y\ne: z\n", "{\"a\": 1,\n\"b\": \n  {\"c\": \"x\",\n  \"d\": \"y\"},\n\"e\": \"z\"}");
	same("a:\n- x\n- y: 1\n  z: 2\n-\n  - n\n", "{\"a\": \n[\"x\",\n  {\"y\": 1,\n  \"z\": 2},\n\n  [\"n\"]]}");
	same("- - a\n  - b\n- []\n- {}\n", "[[\"a\",\n    \"b\"],\n  [],\n  {}]");
	same("a:\n  - x\n", "{\"a\": \n  [\"x\"]}");
	same("a:\nb:\n", "{\"a\": null,\n\"b\": null}");
	same("\n# what it is\na: b\n\n# more\nc: d\n", "{\"a\": \"b\",\n\n\n\"c\": \"d\"}");
	same("'k y': 1\n\"q\": 2\nx.y/z: 3\n", "{\"k y\": 1,\n\"q\": 2,\n\"x.y/z\": 3}");
	same("", "null");
	same("\n", "null");
	same("---", "null");
	same("# c\n---\n# d\n", "null");
	/* An element that is nothing stands on its dash's line. */
	same("items:\n   - items:\n   - a: 1\n\n  # c\n   -\nb: 1\n", "{\"items\": \n   [{\"items\": null},\n     {\"a\": 1},\n\n\n    null],\n\"b\": 1}");
}

static void test_scalars(void **state)
{
	(void)state;
	same("- true\n- False\n- ~\n- null\n- yes\n- 0644\n- 1.50\n- 1e+06\n- 9007199254740993\n- 1.2.3\n- -3\n- 0x1f\n",
	     "[true,\n  false,\n  null,\n  null,\n  \"yes\",\n  \"0644\",\n  1.50,\n  1e+06,\n  9007199254740993,\n  \"1.2.3\",\n  -3,\n  \"0x1f\"]");
	same("a: 'it''s'\nb: \"t\\tn\\n\\u00e9\\x41\\\"\"\nc: http://x:80/#f\n",
	     "{\"a\": \"it's\",\n\"b\": \"t\\tn\\n\xC3\xA9" "A\\\"\",\n\"c\": \"http://x:80/#f\"}");
	/* Wrapped: a break is a blank, an empty line a break. */
	same("a: one\n  two\n\n  three\nb: 'one\n  two'\nc: \"one\n  two \\\n  \\ three\"\nd: e\n",
	     "{\"a\": \"one two\\nthree\",\n\n\n\n\"b\": \"one two\",\n\n\"c\": \"one two  three\",\n\n\n\"d\": \"e\"}");
	same("a: \"\\0\"\n", "{\"a\": \"\xEF\xBF\xBD\"}");
}

static void test_literals(void **state)
{
	(void)state;
	same("a: |\n  x\n   y\n\n  z\nb: 1\n", "{\"a\": \"x\\n y\\n\\nz\\n\",\n\n\n\n\n\"b\": 1}");
	same("a: |-\n  x\n\n\nb: |+\n  x\n\nc: |2\n    x\n", "{\"a\": \"x\",\n\n\n\n\"b\": \"x\\n\\n\",\n\n\n\"c\": \"  x\\n\"}");
	same("- |\n  x: \"y\"\n  # no comment\n- |\n- z\n", "[\"x: \\\"y\\\"\\n# no comment\\n\",\n\n\n  \"\",\n  \"z\"]");
	same("a: |-\n  ---\n  x\n", "{\"a\": \"---\\nx\"}");
}

static void test_beyond(void **state)
{
	struct err e = {0};
	struct buf out = BUF_MAX(1 << 20);

	(void)state;
	left_to_libyaml("a: &x {b: 1}\nc: *x\n", "{\"a\": {\"b\": 1},\n\"c\": {\"b\": 1}}");
	left_to_libyaml("a: >\n  one\n  two\n", "{\"a\": \"one two\\n\"}");
	left_to_libyaml("a: b # why\n", "{\"a\": \"b\"}");
	left_to_libyaml("a: [1, 'x']\r\n", "{\"a\": [1,\"x\"]}");
	left_to_libyaml("a: !!str 1\n", "{\"a\": \"1\"}");
	assert_int_equal(yaml_json(STR("a: b: c\n"), &out, NULL, &e), -ERR_FORMAT);
	assert_non_null(strstr(e.msg, "line 1"));
	assert_int_equal(yaml_json(STR("a: &x [*x]\n"), &out, NULL, &e), -ERR_FORMAT);
	assert_int_equal(yaml_json(STR("a: 'b\n"), &out, NULL, &e), -ERR_FORMAT);
	assert_int_equal(out.n, 0);
	buf_release(&out);
}

/* A document that doubles itself is stopped by the caps, and so is one that is nested without end. */
static void test_bombs(void **state)
{
	CLEAN_BUF struct buf yaml = BUF_MAX(1 << 20), out = BUF_MAX(1 << 20);
	struct err e = {0};

	(void)state;
	assert_int_equal(buf_add_str(&yaml, "a0: &a0 [xxxxxxxxxxxxxxxx]\n", NULL), 0);
	for (int i = 1; i < 30; i++)
		assert_int_equal(buf_printf(&yaml, NULL, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1), 0);
	assert_int_equal(yaml_json((struct str){yaml.p, yaml.n}, &out, NULL, &e), -ERR_LIMIT);
	buf_clear(&yaml);
	for (int i = 0; i < 200; i++)
		assert_int_equal(buf_add_str(&yaml, "- ", NULL), 0);
	assert_int_equal(yaml_json((struct str){yaml.p, yaml.n}, &out, NULL, &e), -ERR_LIMIT);
}

/* -- streams ----------------------------------------------------------------------------------------------------------- */

struct seen {
	struct buf text;
	struct yamlitems s;
};

static int on_item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct seen *s = arg;
	CLEAN(clean_cjson) cJSON *v = NULL;

	if (it->too_big)
		return buf_printf(&s->text, e, "%ld@%ld too big\n", (long)it->index, (long)it->line);
	assert_int_equal(json_parse(it->json.p, it->json.n, &v, e), 0);
	CLEAN(clean_free) char *text = json_text(v);
	return buf_printf(&s->text, e, "%ld@%ld %s\n", (long)it->index, (long)it->line, text);
}

static int on_bad(void *arg, int64_t line, const char *why, struct err *e)
{
	struct seen *s = arg;

	(void)why;
	return buf_printf(&s->text, e, "bad@%ld\n", (long)line);
}

static int on_document(void *arg, struct err *e)
{
	struct seen *s = arg;

	return buf_printf(&s->text, e, "%s %ld %s\n", s->s.shape == JSONITEMS_LIST ? "list" : s->s.shape == JSONITEMS_ARRAY ? "array" : "one",
	                  (long)s->s.count, s->s.kind);
}

/* The same whatever the pieces that it comes in. */
static void stream(const char *yaml, size_t max_item, const char *want)
{
	for (size_t piece = 1; piece <= strlen(yaml) + 1; piece += piece < 8 ? 1 : 37) {
		struct seen s = {.text = BUF_MAX(1 << 20)};
		struct err e = {0};
		yamlitems_init(&s.s, &s);
		s.s.item = on_item;
		s.s.bad = on_bad;
		s.s.document = on_document;
		if (max_item)
			s.s.max_item = max_item;
		for (size_t i = 0; i < strlen(yaml); i += piece)
			assert_int_equal(yamlitems_feed(&s.s, yaml + i, strlen(yaml) - i < piece ? strlen(yaml) - i : piece, &e), 0);
		assert_int_equal(yamlitems_finish(&s.s, &e), 0);
		assert_string_equal(buf_cstr(&s.text), want);
		yamlitems_release(&s.s);
		buf_release(&s.text);
	}
}

static void test_lists(void **state)
{
	(void)state;
	/* kubectl: kind behind the items, dashes in the first column. */
	stream("---\napiVersion: v1\nitems:\n- a: 1\n  b:\n  - x\n- a: 2\nkind: PodList\nmetadata: {}\n", 0,
	       "0@4 {\"a\":1,\"b\":[\"x\"]}\n1@7 {\"a\":2}\nlist 2 PodList\n");
	/* Others indent them. */
	stream("kind: List\nitems:\n  - a: 1\n\n  # one more\n  - a: 2\n    t: |\n      - no item\n\napiVersion: v1\n", 0,
	       "0@3 {\"a\":1}\n1@6 {\"a\":2,\"t\":\"- no item\\n\"}\nlist 2 List\n");
	stream("apiVersion: v1\nitems: []\nkind: PodList\n", 0, "list 0 PodList\n");
	stream("apiVersion: v1\nitems:\nkind: PodList\n", 0, "list 0 PodList\n");
	stream("apiVersion: v1\nkind: PodList\n", 0, "list 0 PodList\n");
	/* Cut off: half an object may be YAML as well. */
	stream("apiVersion: v1\nitems:\n- a: 1\n- a: 2\n  b: {}\n", 0, "0@3 {\"a\":1}\nbad@4\nlist 2 \n");
	stream("- a: 1\n- a: 2", 0, "0@1 {\"a\":1}\n1@2 {\"a\":2}\narray 2 \n");
}

static void test_documents(void **state)
{
	(void)state;
	stream("# two\n---\nkind: Pod\nx: |\n  items:\n  - 1\n---\n\nkind: Node\n...\n", 0,
	       "0@3 {\"kind\":\"Pod\",\"x\":\"items:\\n- 1\\n\"}\none 1 Pod\n0@9 {\"kind\":\"Node\"}\none 1 Node\n");
	stream("kind: X\nitems:\n  a: 1\n", 0, "0@1 {\"kind\":\"X\",\"items\":{\"a\":1}}\none 1 X\n");
	stream("--- \n", 0, "");
	stream("items:\n- a: 'x\n- b: 2\n- c: d: e\n  f: g\n", 0, "bad@3\n1@3 {\"b\":2}\nbad@4\nlist 3 \n");
	stream("items:\n- a: 1234567890123456789\n- b: 2\n", 12, "0@2 too big\n1@3 {\"b\":2}\nlist 2 \n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collections), cmocka_unit_test(test_scalars), cmocka_unit_test(test_literals),
		cmocka_unit_test(test_beyond), cmocka_unit_test(test_bombs), cmocka_unit_test(test_lists),
		cmocka_unit_test(test_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
