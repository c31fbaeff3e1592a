/* The rules' file: loading and checking. */
#include "base/asset.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "collect/redact_internal.h"
#include <ctype.h>

static void add_hints(struct redact *r, struct redact_rule *rule, const cJSON *arr)
{
	const cJSON *v;

	rule->hints = xcalloc((size_t)cJSON_GetArraySize(arr) + 1, sizeof(*rule->hints));
	cJSON_ArrayForEach(v, arr)
	{
		struct redact_hint *h;

		if (!cJSON_IsString(v) || !v->valuestring[0])
			continue;
		h = &rule->hints[rule->n_hints++];
		h->text = xstrdup(v->valuestring);
		h->n = strlen(h->text);
		for (size_t i = 0; i < h->n; i++)
			h->text[i] = (char)tolower((unsigned char)h->text[i]);
		r->first[(unsigned char)h->text[0]] = true;
		r->first[toupper((unsigned char)h->text[0])] = true;
	}
	/* Without a hint every line is tried, whatever its bytes. */
	if (!rule->n_hints)
		memset(r->first, 1, sizeof(r->first));
}

static int compile(const char *name, const cJSON *o, const char *key, bool must, struct regex **out, struct err *e)
{
	const char *p = json_get_str(o, key);

	if (!p)
		return must ? err_set(e, ERR_FORMAT, "%s: a rule has no `%s`", name, key) : 0;
	if (regex_compile(p, 0, out, e) < 0)
		return err_wrap(e, "%s: `%s`", name, key);
	return 0;
}

static int add_rule(struct redact *r, const char *name, const cJSON *o, bool block, struct err *e)
{
	struct redact_rule *rule = &r->rules[r->n_rules++];
	int rc;

	rule->secret = -1;
	rule->id = json_get_str(o, "id");
	rule->lines = (int)json_get_int(o, "lines", 200);
	if (!rule->id)
		return err_set(e, ERR_FORMAT, "%s: a rule has no id", name);
	add_hints(r, rule, json_get_arr(o, "hint"));
	if ((rc = compile(name, o, block ? "begin" : "pattern", true, &rule->re, e)) < 0 ||
	    (rc = compile(name, o, "end", block, &rule->end, e)) < 0 ||
	    (rc = compile(name, o, "inside", false, &rule->inside, e)) < 0)
		return err_wrap(e, "rule %s", rule->id);
	for (int i = 0; i < regex_group_count(rule->re); i++) {
		const char *g = regex_group_name(rule->re, i);

		if (g && !strcmp(g, "secret"))
			rule->secret = i;
	}
	if (rule->secret >= REDACT_GROUPS)
		return err_set(e, ERR_FORMAT, "%s: rule %s has too many groups", name, rule->id);
	return 0;
}

int redact_parse(const char *name, struct str text, struct redact **out, struct err *e)
{
	CLEAN(clean_redact) struct redact *r = xcalloc(1, sizeof(*r));
	const cJSON *blocks, *patterns, *names, *o;
	int rc;

	if (yaml_parse(text.p, text.n, &r->doc, e) < 0)
		return err_wrap(e, "%s", name);
	if (!cJSON_IsObject(r->doc) || json_get_int(r->doc, "redact", 0) != 1)
		return err_set(e, ERR_FORMAT, "%s: not a file of redaction rules: `redact: 1` is missing", name);
	blocks = json_get_arr(r->doc, "blocks");
	patterns = json_get_arr(r->doc, "patterns");
	r->rules = xcalloc((size_t)(cJSON_GetArraySize(blocks) + cJSON_GetArraySize(patterns)) + 1, sizeof(*r->rules));
	cJSON_ArrayForEach(o, blocks) if ((rc = add_rule(r, name, o, true, e)) < 0) return rc;
	r->n_blocks = r->n_rules;
	cJSON_ArrayForEach(o, patterns) if ((rc = add_rule(r, name, o, false, e)) < 0) return rc;
	names = json_get_obj(r->doc, "names");
	r->ends = json_get_arr(names, "ends");
	r->contains = json_get_arr(names, "contains");
	r->not_ends = json_get_arr(names, "not_ends");
	r->fields = json_get_arr(r->doc, "fields");
	r->annotations_json = json_get_arr(r->doc, "annotations_json");
	if (!r->n_rules || !r->ends || !r->fields)
		return err_set(e, ERR_FORMAT, "%s: no patterns, names or fields", name);
	*out = STEAL(r);
	return 0;
}

int redact_load(struct redact **out, struct err *e)
{
	const struct asset *a = asset_get("collect/redact.yaml");

	if (!a)
		return err_set(e, ERR_INTERNAL, "collect/redact.yaml is not compiled in");
	return redact_parse("collect/redact.yaml", a->text, out, e);
}

void redact_free(struct redact *r)
{
	if (!r)
		return;
	for (int i = 0; i < r->n_rules; i++) {
		for (int k = 0; k < r->rules[i].n_hints; k++)
			free(r->rules[i].hints[k].text);
		free(r->rules[i].hints);
		regex_free(r->rules[i].re);
		regex_free(r->rules[i].end);
		regex_free(r->rules[i].inside);
	}
	free(r->rules);
	cJSON_Delete(r->doc);
	free(r);
}

void clean_redact(struct redact **r)
{
	redact_free(*r);
}
