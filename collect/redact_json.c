/* Kubernetes objects, and documents inside of them: what is a credential by its place. */
#include "base/mem.h"
#include "collect/redact_internal.h"
#include <ctype.h>
#include <strings.h> /* strcasecmp */

enum { EMBEDDED_MAX = 4 }; /* documents within strings of documents */

/* Where the walk stands; everything below an object is looked at with these. */
struct walk {
	const struct redact *r;
	int64_t *count;
	int depth;
	int embedded; /* in how many strings this document lies */
	bool config;  /* it is no object of Kubernetes */
};

static void walk_value(struct walk *w, cJSON *v);

static void set_string(cJSON *v, char *text)
{
	/* cJSON has no setter that takes a longer text before 1.7.16 without copying twice. */
	cJSON_free(v->valuestring);
	v->valuestring = text;
	v->type = (v->type & ~0xff) | cJSON_String;
}

static void replace_part(struct walk *w, cJSON *v, size_t keep, const char *kind)
{
	char text[PLACEHOLDER_MAX];
	struct str value = str_of(v->valuestring + keep);

	if (redact_is_innocent(value))
		return;
	placeholder_make(w->r->placeholders, kind, value, text);
	set_string(v, xasprintf("%.*s%s", (int)keep, v->valuestring, text));
	++*w->count;
}

static void replace(struct walk *w, cJSON *v, const char *kind)
{
	if (cJSON_IsString(v))
		replace_part(w, v, 0, kind);
}

/* A string that is itself a document is looked at as one; any other by the patterns. */
static int redact_string(struct walk *w, struct str text, struct buf *out, int64_t *n)
{
	size_t blank = 0;
	CLEAN(clean_cjson) cJSON *doc = NULL;

	while (blank < text.n && isspace((unsigned char)text.p[blank]))
		blank++;
	if (w->embedded < EMBEDDED_MAX && blank < text.n && (text.p[blank] == '{' || text.p[blank] == '[') &&
	    json_parse(text.p, text.n, &doc, NULL) == 0) {
		redact_tree_at(w->r, doc, NULL, n, w->embedded + 1);
		return *n ? redact_json_rewrite(text, doc, out, NULL) : 0;
	}
	if (w->embedded < EMBEDDED_MAX && text.n && memchr(text.p, '\n', text.n) && memchr(text.p, ':', text.n)) {
		CLEAN_BUF struct buf yaml = BUF_MAX((size_t)64 << 20);

		/* Comments are in no tree: the patterns have the last word. */
		if (redact_yaml_at(w->r, text, &yaml, n, w->embedded + 1) == 0)
			return redact_text(w->r, (struct str){buf_cstr(&yaml), yaml.n}, out, n, NULL);
		*n = 0;
	}
	return redact_text(w->r, text, out, n, NULL);
}

static void redact_value(struct walk *w, cJSON *v)
{
	struct buf b = BUF_MAX((size_t)64 << 20);
	int64_t n = 0;

	if (redact_string(w, str_of(v->valuestring), &b, &n) < 0) {
		/* Cannot tell: it goes. */
		buf_release(&b);
		replace(w, v, "unreadable");
		return;
	}
	if (n) {
		*w->count += n;
		set_string(v, buf_take(&b));
	}
	buf_release(&b);
}

/* ["NAME=value"] of `Env` lists, as Docker has them. */
static void redact_assignment(struct walk *w, cJSON *v)
{
	const char *eq = cJSON_IsString(v) ? strchr(v->valuestring, '=') : NULL;

	if (!eq)
		return;
	CLEAN(clean_free) char *name = xstrndup(v->valuestring, (size_t)(eq - v->valuestring));
	if ((redact_name(w->r, name) && eq[1] != '/') || redact_shape(str_of(eq + 1)))
		replace_part(w, v, (size_t)(eq + 1 - v->valuestring), "env");
}

/* {name: X, value: Y}: environment variables, headers, parameters. */
static void redact_pair(struct walk *w, cJSON *o, bool env)
{
	const char *name = json_get_str(o, "name");
	cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value");

	if (name && cJSON_IsString(v) && (redact_name(w->r, name) || (env && redact_shape(str_of(v->valuestring)))))
		replace(w, v, "env");
}

/* ["--password", "x"] and ["--password=x"] of `args` and `command` lists. */
static void redact_args(struct walk *w, cJSON *args)
{
	bool next = false;
	cJSON *v;

	cJSON_ArrayForEach(v, args)
	{
		const char *eq;
		bool flag = cJSON_IsString(v) && v->valuestring[0] == '-';

		if (next && cJSON_IsString(v) && !flag && v->valuestring[0] != '/')
			replace(w, v, "flag");
		next = false;
		if (!flag)
			continue;
		eq = strchr(v->valuestring, '=');
		CLEAN(clean_free) char *name = xstrndup(v->valuestring, eq ? (size_t)(eq - v->valuestring) : strlen(v->valuestring));
		if (!redact_name(w->r, name))
			continue;
		if (!eq)
			next = true;
		else if (eq[1] != '/')
			replace_part(w, v, (size_t)(eq + 1 - v->valuestring), "flag");
	}
}

/* The value of an annotation that is itself an object. One that cannot be read goes. */
static void redact_annotation(struct walk *w, cJSON *v)
{
	CLEAN(clean_cjson) cJSON *o = NULL;

	if (cJSON_IsString(v) && json_parse(v->valuestring, strlen(v->valuestring), &o, NULL) < 0)
		replace(w, v, "annotation");
}

static bool in_list(const cJSON *list, const char *key)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list) if (cJSON_IsString(v) && !strcmp(v->valuestring, key)) return true;
	return false;
}

/* Decoded size of base64 text. */
static int64_t base64_size(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && s[n - 1] == '=')
		n--;
	return (int64_t)(n * 3 / 4);
}

static void replace_data(struct walk *w, cJSON *v, bool base64)
{
	struct buf b = BUF_MAX(256);
	struct str value;

	if (!cJSON_IsString(v)) { /* no Secret has such; it goes all the same */
		char *text = json_text(v);

		while (v->child)
			cJSON_Delete(cJSON_DetachItemViaPointer(v, v->child));
		set_string(v, text ? text : xstrdup("unreadable"));
	}
	value = str_of(v->valuestring);
	if (!value.n || placeholder_is(value))
		return;
	if (base64)
		(void)placeholder_add_base64(w->r->placeholders, "secret", value, true, &b);
	else
		(void)placeholder_add(w->r->placeholders, "secret", value, &b, NULL);
	set_string(v, buf_take(&b));
	++*w->count;
}

/* Keys stay, and sizes in whole KiB: enough to see an empty value or one too large, too coarse to tell a password's. */
static void redact_secret(struct walk *w, cJSON *o)
{
	static const char *const maps[] = {"data", "stringData"};
	cJSON *sizes = json_get(o, "dataSizes") ? NULL : cJSON_CreateObject(), *meta, *ann, *v;

	for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
		bool text = i == 1;

		cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, maps[i]))
		{
			int64_t n = !cJSON_IsString(v) ? 0 : text ? (int64_t)strlen(v->valuestring) : base64_size(v->valuestring);

			if (sizes && v->string)
				cJSON_AddNumberToObject(sizes, v->string, (double)((n + 1023) / 1024 * 1024));
			replace_data(w, v, !text);
		}
	}
	if (sizes)
		cJSON_AddItemToObject(o, "dataSizes", sizes);
	meta = cJSON_GetObjectItemCaseSensitive(o, "metadata");
	ann = cJSON_GetObjectItemCaseSensitive(meta, "annotations");
	/* What was applied holds the values once more, under whatever name a tool keeps it. */
	cJSON_ArrayForEach(v, ann) if (cJSON_IsString(v) && v->valuestring[strspn(v->valuestring, " \t\n")] == '{')
		replace(w, v, "secret");
}

/* A Secret, also one inside another object: what controllers that roll manifests out keep in their own resources; and
 * one that does not say what it is, by its type. */
static bool is_secret(const struct redact *r, const cJSON *o, const char *kind)
{
	const char *own = json_get_str(o, "kind"), *type = json_get_str(o, "type");

	if (!json_get_obj(o, "data") && !json_get_obj(o, "stringData"))
		return false;
	if (own || kind)
		return !strcmp(own ? own : kind, "Secret");
	return type && in_list(r->secret_types, type);
}

static void redact_configmap(struct walk *w, cJSON *o)
{
	cJSON *v;

	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "data"))
	{
		if (!v->string || !cJSON_IsString(v))
			continue;
		if (in_list(w->r->configmap_keys, v->string) ||
		    (strlen(v->valuestring) < 4096 && redact_field(w->r, v->string, str_of(v->valuestring), true)))
			replace(w, v, "configmap");
	}
	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "binaryData")) replace(w, v, "binary");
}

static bool is_args(const char *key)
{
	static const char *const names[] = {"args", "command", "cmd", "entrypoint", "argv"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcasecmp(key, names[i]))
			return true;
	return false;
}

static void walk_member(struct walk *w, cJSON *v)
{
	const char *k = v->string ? v->string : "";
	cJSON *x;

	if (!strcmp(k, "dataSizes"))
		return;
	if (cJSON_IsArray(v) && !strcasecmp(k, "env")) {
		cJSON_ArrayForEach(x, v)
		{
			redact_assignment(w, x);
			redact_pair(w, x, true);
		}
	} else if (cJSON_IsArray(v) && is_args(k)) {
		redact_args(w, v);
	} else if (cJSON_IsString(v) && in_list(w->r->annotations_json, k)) {
		redact_annotation(w, v);
	} else if (cJSON_IsString(v) && redact_field(w->r, k, str_of(v->valuestring), w->config) && v->valuestring[0] != '/') {
		replace(w, v, "field");
	} else if (cJSON_IsNumber(v) && strcasestr(k, "passw") && redact_name(w->r, k)) {
		set_string(v, xasprintf("%.17g", v->valuedouble));
		replace(w, v, "field");
	}
	walk_value(w, v);
}

static void walk_object(struct walk *w, cJSON *o, const char *kind);

/* The items of a SecretList are Secrets, whether they say so or not. */
static void walk_items(struct walk *w, cJSON *items, const char *list)
{
	CLEAN(clean_free) char *kind = xstrndup(list, strlen(list) - 4);
	cJSON *x;

	cJSON_ArrayForEach(x, items)
	{
		if (cJSON_IsObject(x))
			walk_object(w, x, kind);
		else
			walk_value(w, x);
	}
}

static void walk_object(struct walk *w, cJSON *o, const char *kind)
{
	const char *own = json_get_str(o, "kind");
	cJSON *v;

	if (is_secret(w->r, o, kind))
		redact_secret(w, o);
	else if ((own ? !strcmp(own, "ConfigMap") : kind && !strcmp(kind, "ConfigMap")))
		redact_configmap(w, o);
	redact_pair(w, o, false);
	cJSON_ArrayForEach(v, o)
	{
		if (own && cJSON_IsArray(v) && !strcmp(v->string, "items") && strlen(own) > 4 && !strcmp(own + strlen(own) - 4, "List"))
			walk_items(w, v, own);
		else
			walk_member(w, v);
	}
}

static void walk_value(struct walk *w, cJSON *v)
{
	cJSON *x;

	if (++w->depth > 250) {
		w->depth--;
		return;
	}
	if (cJSON_IsString(v))
		redact_value(w, v);
	else if (cJSON_IsObject(v))
		walk_object(w, v, NULL);
	else if (cJSON_IsArray(v))
		cJSON_ArrayForEach(x, v) walk_value(w, x);
	w->depth--;
}

void redact_tree_at(const struct redact *r, cJSON *v, const char *kind, int64_t *count, int embedded)
{
	struct walk w = {.r = r, .count = count, .embedded = embedded, .config = !kind && !json_get_str(v, "kind")};

	if (cJSON_IsObject(v))
		walk_object(&w, v, kind);
	else
		walk_value(&w, v);
}

void redact_object(const struct redact *r, cJSON *obj, const char *kind, int64_t *count)
{
	redact_tree_at(r, obj, kind, count, 0);
}
