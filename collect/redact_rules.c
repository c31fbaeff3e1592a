/* The rules' file: loading and checking. */
#include "base/asset.h"
#include <limits.h>
#include "base/mem.h"
#include "base/yaml.h"
#include "collect/redact_internal.h"

/* The hints of all rules while they are gathered. */
struct words {
	struct str *texts;
	int *owners;
	int n;
};

static void add_hint(struct words *w, const char *text, int owner)
{
	w->texts = xreallocarray(w->texts, (size_t)w->n + 1, sizeof(*w->texts));
	w->owners = xreallocarray(w->owners, (size_t)w->n + 1, sizeof(*w->owners));
	w->texts[w->n] = str_of(text);
	w->owners[w->n++] = owner;
}

static void add_hints(struct redact *r, struct words *w, int owner, const cJSON *arr)
{
	const cJSON *v;
	int before = w->n;

	cJSON_ArrayForEach(v, arr) if (cJSON_IsString(v) && v->valuestring[0]) add_hint(w, v->valuestring, owner);
	if (w->n == before)
		r->always[owner >> 6] |= UINT64_C(1) << (owner & 63);
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

static int add_rule(struct redact *r, struct words *w, const char *name, const cJSON *o, bool block, struct err *e)
{
	int owner = r->n_rules;
	struct redact_rule *rule = &r->rules[r->n_rules++];
	int rc;

	rule->secret = -1;
	rule->id = json_get_str(o, "id");
	rule->lines = (int)json_get_int(o, "lines", 200);
	if (!rule->id)
		return err_set(e, ERR_FORMAT, "%s: a rule has no id", name);
	if (strlen(rule->id) > 20 || strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(rule->id))
		return err_set(e, ERR_FORMAT, "%s: rule %.40s: an id has at most 20 small letters, digits and '-'", name, rule->id);
	add_hints(r, w, owner, json_get_arr(o, "hint"));
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

static int add_rules(struct redact *r, const char *name, const cJSON *blocks, const cJSON *patterns, const cJSON *names, struct err *e)
{
	int n = cJSON_GetArraySize(blocks) + cJSON_GetArraySize(patterns), rc = 0;
	struct words w = {NULL, NULL, 0};
	const cJSON *o;

	if (n > REDACT_RULES_MAX)
		return err_set(e, ERR_FORMAT, "%s: more than %d rules", name, REDACT_RULES_MAX);
	r->rules = xcalloc((size_t)n + 1, sizeof(*r->rules));
	cJSON_ArrayForEach(o, blocks) if (rc == 0) rc = add_rule(r, &w, name, o, true, e);
	r->n_blocks = r->n_rules;
	cJSON_ArrayForEach(o, patterns) if (rc == 0) rc = add_rule(r, &w, name, o, false, e);
	add_hint(&w, "name:", REDACT_HINT_NAME);
	add_hint(&w, "name\":", REDACT_HINT_NAME);
	add_hint(&w, "key\":", REDACT_HINT_NAME);
	add_hint(&w, "data:", REDACT_HINT_DATA);
	add_hint(&w, "data\":", REDACT_HINT_DATA);
	add_hint(&w, "kind: secret", REDACT_HINT_KIND);
	add_hint(&w, "kind\": \"secret", REDACT_HINT_KIND);
	add_hints(r, &w, REDACT_HINT_ASSIGN, json_get_arr(names, "hint"));
	size_t letters = 0;
	for (int i = 0; i < w.n; i++)
		letters += w.texts[i].n;
	if (rc == 0 && letters >= WORDSET_LETTERS)
		rc = err_set(e, ERR_LIMIT, "%s: the hints have %zu letters, %d are allowed", name, letters, WORDSET_LETTERS - 1);
	if (rc == 0)
		r->hints = wordset_new(w.texts, w.owners, w.n);
	free(w.texts);
	free(w.owners);
	return rc;
}

static int by_last(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return (unsigned char)x->p[x->n - 1] - (unsigned char)y->p[y->n - 1];
}

static void take_list(struct redact_list *l, const cJSON *in, const char *key)
{
	const cJSON *arr = json_get_arr(in, key), *v;

	l->v = xcalloc((size_t)cJSON_GetArraySize(arr) + 1, sizeof(*l->v));
	cJSON_ArrayForEach(v, arr)
	{
		struct str s = cJSON_IsString(v) ? str_of(v->valuestring) : STR("");

		if (s.n && l->n < SHRT_MAX)
			l->v[l->n++] = s;
	}
	if (l->n)
		qsort(l->v, (size_t)l->n, sizeof(*l->v), by_last);
	for (int c = 0, i = 0; c <= 256; c++) {
		while (i < l->n && (unsigned char)l->v[i].p[l->v[i].n - 1] < c)
			i++;
		l->first[c] = (short)i;
	}
}

bool redact_in_list(const struct redact_list *l, struct str s)
{
	unsigned char last = s.n ? (unsigned char)s.p[s.n - 1] : 0;

	for (int i = l->first[last]; s.n && i < l->first[last + 1]; i++)
		if (l->v[i].n == s.n && !memcmp(l->v[i].p, s.p, s.n))
			return true;
	return false;
}

int redact_parse(const char *name, struct str text, struct redact **out, struct err *e)
{
	CLEAN(clean_redact) struct redact *r = xcalloc(1, sizeof(*r));
	const cJSON *blocks, *patterns, *names;
	int rc;

	if (yaml_parse(text.p, text.n, &r->doc, e) < 0)
		return err_wrap(e, "%s", name);
	if (!cJSON_IsObject(r->doc) || json_get_int(r->doc, "redact", 0) != 1)
		return err_set(e, ERR_FORMAT, "%s: not a file of redaction rules: `redact: 1` is missing", name);
	blocks = json_get_arr(r->doc, "blocks");
	patterns = json_get_arr(r->doc, "patterns");
	names = json_get_obj(r->doc, "names");
	if ((rc = add_rules(r, name, blocks, patterns, names, e)) < 0)
		return rc;
	take_list(&r->ends, names, "ends");
	take_list(&r->contains, names, "contains");
	take_list(&r->not_ends, names, "not_ends");
	take_list(&r->exact, names, "exact");
	take_list(&r->whole, names, "whole");
	take_list(&r->weak, names, "weak");
	take_list(&r->keys, names, "keys");
	take_list(&r->fields_only, names, "fields_only");
	take_list(&r->not_within, names, "not_within");
	take_list(&r->not_variables, names, "not_variables");
	take_list(&r->keys_below, r->doc, "keys_below");
	take_list(&r->values_beside, r->doc, "values_beside");
	take_list(&r->values_below, r->doc, "values_below");
	take_list(&r->errors, r->doc, "errors");
	take_list(&r->fields, r->doc, "fields");
	take_list(&r->methods, r->doc, "methods");
	take_list(&r->announce, r->doc, "announce");
	take_list(&r->files, r->doc, "files");
	take_list(&r->sources, r->doc, "sources");
	take_list(&r->packed_fields, r->doc, "packed_fields");
	take_list(&r->saying, r->doc, "saying");
	take_list(&r->variables, names, "variables");
	take_list(&r->in_variables, names, "in_variables");
	take_list(&r->documents, names, "documents");
	take_list(&r->shallow, names, "shallow");
	take_list(&r->about, names, "about");
	take_list(&r->roots, r->doc, "roots");
	take_list(&r->prose, r->doc, "prose");
	take_list(&r->annotations_json, r->doc, "annotations_json");
	take_list(&r->secret_types, r->doc, "secret_types");
	take_list(&r->configmap_keys, r->doc, "configmap_keys");
	r->placeholders = placeholders_new(NULL);
	if (!r->n_rules || !r->ends.n || !json_get_arr(names, "weak"))
		return err_set(e, ERR_FORMAT, "%s: no patterns or names", name);
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
		regex_free(r->rules[i].re);
		regex_free(r->rules[i].end);
		regex_free(r->rules[i].inside);
	}
	free(r->rules);
	struct redact_list *const lists[] = {&r->ends, &r->contains, &r->not_ends, &r->weak, &r->exact, &r->whole, &r->keys, &r->fields, &r->fields_only, &r->not_within, &r->not_variables, &r->keys_below, &r->values_beside, &r->values_below, &r->errors, &r->methods, &r->announce, &r->files, &r->sources, &r->packed_fields, &r->saying, &r->variables, &r->in_variables, &r->documents, &r->roots, &r->prose,
	                                     &r->shallow, &r->about, &r->annotations_json, &r->secret_types, &r->configmap_keys};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		free(lists[i]->v);
	wordset_free(r->hints);
	placeholders_free(r->placeholders);
	cJSON_Delete(r->doc);
	free(r);
}

void clean_redact(struct redact **r)
{
	redact_free(*r);
}
