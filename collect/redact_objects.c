/* What objects of certain kinds hold: the data of Secrets and ConfigMaps, {name: X, value: Y}, keys, patches. */
#include "base/mem.h"
#include "collect/redact_walk.h"
#include <string.h>

void redact_set_string(cJSON *v, char *text)
{
	/* cJSON has no setter that takes a longer text before 1.7.16 without copying twice. */
	cJSON_free(v->valuestring);
	v->valuestring = text;
	v->type = (v->type & ~0xff) | cJSON_String;
}

/* whatever: also what looks like a reference. */
static void put_placeholder(struct redact_walk *w, cJSON *v, size_t keep, const char *kind, bool whatever)
{
	char text[PLACEHOLDER_MAX];
	struct str value = str_of(v->valuestring + keep);

	if (!whatever && redact_is_innocent(value))
		return;
	placeholder_make(w->r->placeholders, kind, value, text);
	redact_set_string(v, xasprintf("%.*s%s", (int)keep, v->valuestring, text));
	++*w->count;
}

static void replace_part(struct redact_walk *w, cJSON *v, size_t keep, const char *kind)
{
	put_placeholder(w, v, keep, kind, false);
}

/* Kubernetes expands $(NAME) in values of `env`, and nothing else: $ECRET is one. */
static bool is_dollar(const char *v)
{
	return v[0] == '$' && v[1] && !strchr("({$", v[1]);
}

void redact_replace(struct redact_walk *w, cJSON *v, const char *kind)
{
	if (cJSON_IsString(v))
		replace_part(w, v, 0, kind);
}

static bool is_variable_of_credential(struct redact_walk *w, const char *name, struct str value)
{
	enum redact_level level = redact_says(w->r, str_of(name)).level;

	if (level < REDACT_STRONG && redact_is_method(w->r, value))
		return false;
	if (redact_is_path(w->r, value) || redact_is_directory(str_of(name), value))
		return false;
	return level >= REDACT_WEAK || (level == REDACT_MAYBE && redact_may_be(value));
}

/* ["NAME=value"] of `Env` lists, as Docker has them. */
void redact_walk_assignment(struct redact_walk *w, cJSON *v)
{
	const char *eq = cJSON_IsString(v) ? strchr(v->valuestring, '=') : NULL;

	if (!eq)
		return;
	CLEAN(clean_free) char *name = xstrndup(v->valuestring, (size_t)(eq - v->valuestring));
	if (is_variable_of_credential(w, name, str_of(eq + 1)) || redact_shape(str_of(eq + 1)))
		replace_part(w, v, (size_t)(eq + 1 - v->valuestring), "env");
}

/* {name: X, value: Y}: environment variables, headers, parameters. */
void redact_walk_pair(struct redact_walk *w, cJSON *o, bool env)
{
	static const char *const names[] = {"name", "key", "variable"}, *const values[] = {"value", "val", "default"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *name = json_get_str(o, names[i]);

		for (size_t k = 0; name && k < ARRAY_LEN(values); k++) {
			cJSON *v = cJSON_GetObjectItemCaseSensitive(o, values[k]);

			if (cJSON_IsString(v) && (is_variable_of_credential(w, name, str_of(v->valuestring)) || (env && redact_shape(str_of(v->valuestring)))))
				put_placeholder(w, v, 0, "env", env && is_dollar(v->valuestring));
		}
	}
}

bool redact_listed(const struct redact_list *list, const char *key)
{
	return redact_in_list(list, str_of(key));
}

/* Decoded size of base64 text. */
static int64_t base64_size(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && s[n - 1] == '=')
		n--;
	return (int64_t)(n * 3 / 4);
}

static void replace_data(struct redact_walk *w, cJSON *v, bool base64)
{
	struct buf b = BUF_MAX(256);
	struct str value;
	cJSON *x;

	/* No Secret has such; what is in it goes all the same. */
	if (cJSON_IsObject(v) || cJSON_IsArray(v)) {
		cJSON_ArrayForEach(x, v) replace_data(w, x, base64);
		return;
	}
	if (!cJSON_IsString(v)) {
		char *text = json_text(v);
		redact_set_string(v, text ? text : xstrdup("unreadable"));
	}
	value = str_of(v->valuestring);
	if (!value.n || placeholder_is(value))
		return;
	if (base64)
		(void)placeholder_add_base64(w->r->placeholders, "secret", value, true, &b);
	else
		(void)placeholder_add(w->r->placeholders, "secret", value, &b, NULL);
	redact_set_string(v, buf_take(&b));
	++*w->count;
}

/* Keys stay, and sizes in whole KiB: enough to see an empty value or one too large, too coarse to tell a password's. */
void redact_walk_secret(struct redact_walk *w, cJSON *o)
{
	static const char *const maps[] = {"data", "stringData"};
	cJSON *sizes = w->embedded || json_get(o, "dataSizes") ? NULL : cJSON_CreateObject(), *meta, *ann, *v;

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
	cJSON_ArrayForEach(v, ann) if (cJSON_IsString(v) && strchr("{[", v->valuestring[strspn(v->valuestring, " \t\n")]))
		redact_replace(w, v, "secret");
}

/* A Secret, also one inside another object: what controllers that roll manifests out keep in their own resources; and
 * one that does not say what it is, by its type. */
bool redact_is_secret(const struct redact *r, const cJSON *o, const char *kind)
{
	const char *own = json_get_str(o, "kind"), *type = json_get_str(o, "type");

	if (!json_get_obj(o, "data") && !json_get_obj(o, "stringData"))
		return false;
	if (own || kind)
		return !strcmp(own ? own : kind, "Secret");
	/* Nothing else has such a field. */
	if (json_get_obj(o, "stringData"))
		return true;
	/* Cut off in front of its kind; what kubectl writes has the data first. */
	if (json_get_str(o, "apiVersion"))
		return true;
	return type && redact_listed(&r->secret_types, type);
}

static bool is_base64(const cJSON *v)
{
	size_t n = cJSON_IsString(v) ? strlen(v->valuestring) : 0;

	return n && n % 4 == 0 && strspn(v->valuestring, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == n;
}

void redact_walk_configmap(struct redact_walk *w, cJSON *o)
{
	cJSON *v;

	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "data"))
	{
		if (!v->string || !cJSON_IsString(v))
			continue;
		if ((redact_listed(&w->r->configmap_keys, v->string) && !redact_is_reference(str_of(v->valuestring), true)) ||
		    (strlen(v->valuestring) < 4096 && redact_field(w->r, v->string, str_of(v->valuestring), true)))
			redact_replace(w, v, "configmap");
	}
	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "binaryData")) redact_replace(w, v, "binary");
}

/* Settings of Rancher and Longhorn: the object's name is that of `value`. */
void redact_walk_setting(struct redact_walk *w, cJSON *o)
{
	const char *name = json_path_str(o, "metadata.name");
	cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value");

	if (name && cJSON_IsString(v) && redact_field(w->r, name, str_of(v->valuestring), w->config))
		redact_replace(w, v, "field");
}

/* A key of a JSON Web Key Set (RFC 7517, RFC 7518 6): the parts that are not public. */
void redact_walk_jwk(struct redact_walk *w, cJSON *o)
{
	static const char *const parts[] = {"k", "d", "p", "q", "dp", "dq", "qi"};

	if (!json_get_str(o, "kty"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		redact_replace(w, cJSON_GetObjectItemCaseSensitive(o, parts[i]), "key");
}

/* An operation of a JSON Patch (RFC 6902) on the data of a Secret: {"op": "replace", "path": "/data/a", "value": "..."}. */
void redact_walk_patch(struct redact_walk *w, cJSON *o)
{
	const char *path = json_get_str(o, "op") ? json_get_str(o, "path") : NULL;
	cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value"), *x;
	bool data = path && (!strcmp(path, "/data") || !strncmp(path, "/data/", 6)), text = path && !strncmp(path, "/stringData", 11);

	if (text || (data && is_base64(v)))
		redact_replace(w, v, "secret");
	if ((text || data) && cJSON_IsObject(v))
		cJSON_ArrayForEach(x, v) if (text || is_base64(x)) redact_replace(w, x, "secret");
}

