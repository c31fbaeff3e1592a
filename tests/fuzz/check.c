/* Check files: the header, its texts, and placeholders filled with hostile values. */
#include "tests/fuzz/fuzz.h"

#include "analyze/checks.h"

static void fill_all(const cJSON *v, const cJSON *fields)
{
	const cJSON *x;

	for (int how = FILL_TEXT; cJSON_IsString(v) && how <= FILL_SHELL; how++)
		free(fill_new(v->valuestring, fields, (enum fill)how));
	cJSON_ArrayForEach(x, v)
		fill_all(x, fields);
}

static void on_placeholder(void *arg, struct str name, size_t offset)
{
	const char *tmpl = arg;

	MUST(offset < strlen(tmpl) && name.n > 0);
	MUST(fuzz_within(name, (struct str){tmpl, strlen(tmpl)}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();
	struct check *c = check_parse("node/fuzzed.sql", "node", (struct str){(const char *)data, size});
	int column = 0;

	cJSON_AddStringToObject(fields, "node", "'; rm -rf $(x) \"`y`\" \xff\n-");
	cJSON_AddStringToObject(fields, "subject", "pod/a/--b");
	cJSON_AddNumberToObject(fields, "rows", 1e300);
	cJSON_AddNullToObject(fields, "name");
	MUST(c && c->id && c->area && c->text);
	MUST(c->bad.code ? c->bad.msg[0] : c->head != NULL);
	size_t n = strlen(c->text);
	MUST(c->sql <= n);
	for (size_t at = 0; at <= n; at += 1 + n / 7)
		MUST(check_line(c, at, &column) >= 1 && column >= 1);
	if (!c->bad.code) {
		for (int lang = 0; lang < LANG_COUNT; lang++) {
			const char *title = check_text(json_get(c->head, "title"), lang);
			CLEAN(clean_free) char *copy = title ? xstrdup(title) : NULL;
			if (copy)
				fill_each(copy, on_placeholder, copy);
		}
		fill_all(c->head, fields);
	}
	check_free(c);
	return 0;
}
