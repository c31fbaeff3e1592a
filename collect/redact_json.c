/* Kubernetes objects: what is a credential by its place. */
#include "base/mem.h"
#include "collect/redact_internal.h"
#include <ctype.h>

/* Where the walk stands; everything below an object is looked at with these. */
struct walk {
	const struct redact *r;
	int64_t *count;
	int depth;
};

/* "API_Key.v2" -> "apikeyv2". Returns its length. */
static size_t normalize(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name && n + 1 < size; name++)
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	out[n] = '\0';
	return n;
}

static bool ends_with_one(const char *s, size_t n, const cJSON *list)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list)
	{
		size_t m = cJSON_IsString(v) ? strlen(v->valuestring) : 0;

		if (m && m <= n && !strcmp(s + n - m, v->valuestring))
			return true;
	}
	return false;
}

bool redact_name(const struct redact *r, const char *name)
{
	char norm[256];
	size_t n = normalize(name, norm, sizeof(norm));
	const cJSON *v;

	if (ends_with_one(norm, n, r->not_ends))
		return false;
	if (ends_with_one(norm, n, r->ends))
		return true;
	cJSON_ArrayForEach(v, r->contains)
	{
		const char *hit = cJSON_IsString(v) ? strstr(norm, v->valuestring) : NULL;

		/* DB_PASSWORD_2 holds one, PASSWORD_FILE tells where one is. */
		if (hit && strlen(hit) <= strlen(v->valuestring) + 3)
			return true;
	}
	return false;
}

static bool is_field(const struct redact *r, const char *name)
{
	char norm[128];
	const cJSON *v;

	normalize(name, norm, sizeof(norm));
	cJSON_ArrayForEach(v, r->fields) if (cJSON_IsString(v) && !strcmp(v->valuestring, norm)) return true;
	return false;
}

/* **REDACTED:secret** in base64, so that programs that read typed Secrets still can. */
static const char base64_placeholder[] = "KipSRURBQ1RFRDpzZWNyZXQqKg==";

bool redact_is_innocent(struct str v)
{
	static const char *const whole[] = {"", base64_placeholder, "true", "false", "null", "none"},
	                  *const begin[] = {"$(", "${", "**REDACTED:"};

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (str_eq(v, whole[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(begin); i++)
		if (v.n >= strlen(begin[i]) && !memcmp(v.p, begin[i], strlen(begin[i])))
			return true;
	return false;
}

static bool is_innocent(const char *v)
{
	return redact_is_innocent(str_of(v));
}

static void set_string(cJSON *v, char *text)
{
	/* cJSON has no setter that takes a longer text before 1.7.16 without copying twice. */
	cJSON_free(v->valuestring);
	v->valuestring = text;
}

static void replace(struct walk *w, cJSON *v, const char *id)
{
	if (!cJSON_IsString(v) || is_innocent(v->valuestring))
		return;
	set_string(v, xasprintf("**REDACTED:%s**", id));
	++*w->count;
}

static void redact_value(struct walk *w, cJSON *v)
{
	struct buf b = BUF_MAX((size_t)64 << 20);
	int64_t n = 0;
	size_t len = strlen(v->valuestring);

	if (redact_text(w->r, (struct str){v->valuestring, len}, &b, &n, NULL) < 0) {
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

/* {name: X, value: Y} pairs of `env` lists. */
static void redact_env(struct walk *w, cJSON *env)
{
	cJSON *o;

	cJSON_ArrayForEach(o, env)
	{
		const char *name = json_get_str(o, "name");
		cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value");

		if (name && cJSON_IsString(v) && redact_name(w->r, name))
			replace(w, v, "env");
	}
}

/* ["--password", "x"] and ["--password=x"] of `args` and `command` lists. */
static void redact_args(struct walk *w, cJSON *args)
{
	bool next = false;
	cJSON *v;

	cJSON_ArrayForEach(v, args)
	{
		char *eq, *name;

		if (!cJSON_IsString(v)) {
			next = false;
			continue;
		}
		if (next && v->valuestring[0] != '-') {
			replace(w, v, "flag");
			next = false;
			continue;
		}
		next = false;
		if (v->valuestring[0] != '-')
			continue;
		eq = strchr(v->valuestring, '=');
		name = xstrndup(v->valuestring, eq ? (size_t)(eq - v->valuestring) : strlen(v->valuestring));
		if (redact_name(w->r, name)) {
			if (!eq) {
				next = true;
			} else if (!is_innocent(eq + 1) && eq[1] != '/') {
				set_string(v, xasprintf("%s=**REDACTED:flag**", name));
				++*w->count;
			}
		}
		free(name);
	}
}

static void walk_value(struct walk *w, cJSON *v);

/* The value of an annotation that is itself an object. */
static void redact_annotation(struct walk *w, cJSON *v)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	int64_t n = 0;
	char *text;

	if (!cJSON_IsString(v))
		return;
	if (json_parse(v->valuestring, strlen(v->valuestring), &o, NULL) < 0) {
		replace(w, v, "annotation");
		return;
	}
	redact_object(w->r, o, NULL, &n);
	if (!n)
		return;
	text = json_text(o);
	if (!text) {
		replace(w, v, "annotation");
		return;
	}
	*w->count += n;
	set_string(v, text);
}

static bool is_json_annotation(const struct redact *r, const char *key)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, r->annotations_json) if (cJSON_IsString(v) && !strcmp(v->valuestring, key)) return true;
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

/* Keys and sizes stay. */
static void redact_secret(struct walk *w, cJSON *o)
{
	cJSON *sizes = cJSON_CreateObject(), *meta, *ann, *v;
	static const char *const maps[] = {"data", "stringData"};

	for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
		bool text = i == 1;

		cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, maps[i]))
		{
			if (!cJSON_IsString(v)) {
				cJSON_free(v->valuestring);
				v->valuestring = xstrdup("");
				v->type = (v->type & ~0xff) | cJSON_String;
			}
			cJSON_AddNumberToObject(sizes, v->string,
			                        text ? (double)strlen(v->valuestring)
			                             : (double)base64_size(v->valuestring));
			if (!v->valuestring[0])
				continue;
			set_string(v, xstrdup(text ? "**REDACTED:secret**" : base64_placeholder));
			++*w->count;
		}
	}
	cJSON_AddItemToObject(o, "dataSizes", sizes);
	meta = cJSON_GetObjectItemCaseSensitive(o, "metadata");
	ann = cJSON_GetObjectItemCaseSensitive(meta, "annotations");
	/* What was applied holds the values once more, under whatever name a tool keeps it. */
	cJSON_ArrayForEach(v, ann) if (cJSON_IsString(v) && v->valuestring[strspn(v->valuestring, " \t\n")] == '{')
		replace(w, v, "secret");
}

/* A Secret, also one inside another object: what controllers that roll manifests out keep in their own resources. */
static bool is_secret(const cJSON *o)
{
	const char *kind = json_get_str(o, "kind");

	return kind && !strcmp(kind, "Secret") &&
	       (json_get_obj(o, "data") || json_get_obj(o, "stringData")) && !json_get_obj(o, "dataSizes");
}

static void walk_object(struct walk *w, cJSON *o)
{
	cJSON *v;

	if (is_secret(o))
		redact_secret(w, o);
	cJSON_ArrayForEach(v, o)
	{
		const char *k = v->string ? v->string : "";

		if (cJSON_IsArray(v) && !strcmp(k, "env"))
			redact_env(w, v);
		else if (cJSON_IsArray(v) && (!strcmp(k, "args") || !strcmp(k, "command")))
			redact_args(w, v);
		else if (cJSON_IsString(v) && is_json_annotation(w->r, k))
			redact_annotation(w, v);
		else if (cJSON_IsString(v) && is_field(w->r, k))
			replace(w, v, "field");
		walk_value(w, v);
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
		walk_object(w, v);
	else if (cJSON_IsArray(v))
		cJSON_ArrayForEach(x, v) walk_value(w, x);
	w->depth--;
}

static void redact_configmap(struct walk *w, cJSON *o)
{
	cJSON *v;

	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "data")) if (v->string && cJSON_IsString(v) &&
	                                                                       redact_name(w->r, v->string) &&
	                                                                       strlen(v->valuestring) < 4096)
	        replace(w, v, "configmap");
	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "binaryData")) replace(w, v, "binary");
}

void redact_object(const struct redact *r, cJSON *obj, const char *kind, int64_t *count)
{
	struct walk w = {.r = r, .count = count};
	const char *k = json_get_str(obj, "kind");

	if (k)
		kind = k;
	if (kind && !strcmp(kind, "Secret"))
		redact_secret(&w, obj);
	else if (kind && !strcmp(kind, "ConfigMap"))
		redact_configmap(&w, obj);
	walk_value(&w, obj);
}
