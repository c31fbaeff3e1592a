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
	bool schema;  /* it only says what objects look like: no value in it is one's */
	bool mapping; /* an object that maps keys of another store: secretKey: password, remoteRef: {...} */
	bool settings; /* a text is a configuration file: the data of a ConfigMap */
	bool value;    /* beside or above a bare `secret` stands what makes it a value */
	const char *kind; /* of the object around, when the rules name fields of that kind */
};

static void walk_value(struct walk *w, cJSON *v);

static void set_string(cJSON *v, char *text)
{
	/* cJSON has no setter that takes a longer text before 1.7.16 without copying twice. */
	cJSON_free(v->valuestring);
	v->valuestring = text;
	v->type = (v->type & ~0xff) | cJSON_String;
}

/* whatever: also what looks like a reference. */
static void put_placeholder(struct walk *w, cJSON *v, size_t keep, const char *kind, bool whatever)
{
	char text[PLACEHOLDER_MAX];
	struct str value = str_of(v->valuestring + keep);

	if (!whatever && redact_is_innocent(value))
		return;
	placeholder_make(w->r->placeholders, kind, value, text);
	set_string(v, xasprintf("%.*s%s", (int)keep, v->valuestring, text));
	++*w->count;
}

static void replace_part(struct walk *w, cJSON *v, size_t keep, const char *kind)
{
	put_placeholder(w, v, keep, kind, false);
}

/* Kubernetes expands $(NAME) in values of `env`, and nothing else: $ECRET is one. */
static bool is_dollar(const char *v)
{
	return v[0] == '$' && v[1] && !strchr("({$", v[1]);
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
	if (w->embedded < EMBEDDED_MAX && text.n && memchr(text.p, '\n', text.n - 1) && memchr(text.p, ':', text.n)) {
		CLEAN_BUF struct buf yaml = BUF_MAX((size_t)64 << 20);

		/* Comments are in no tree: the patterns have the last word. */
		if (redact_yaml_at(w->r, text, &yaml, n, w->embedded + 1) == 0)
			return redact_text_at(w->r, (struct str){buf_cstr(&yaml), yaml.n}, w->embedded + 1, false, out, n, NULL);
		*n = 0;
	}
	return redact_text_at(w->r, text, w->embedded + 1, w->settings, out, n, NULL);
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

static bool is_variable_of_credential(struct walk *w, const char *name, struct str value)
{
	enum redact_level level = redact_says(w->r, str_of(name)).level;

	if (level < REDACT_STRONG && redact_is_method(w->r, value))
		return false;
	if (redact_is_path(w->r, value) || redact_is_directory(str_of(name), value))
		return false;
	return level >= REDACT_WEAK || (level == REDACT_MAYBE && redact_may_be(value));
}

/* ["NAME=value"] of `Env` lists, as Docker has them. */
static void redact_assignment(struct walk *w, cJSON *v)
{
	const char *eq = cJSON_IsString(v) ? strchr(v->valuestring, '=') : NULL;

	if (!eq)
		return;
	CLEAN(clean_free) char *name = xstrndup(v->valuestring, (size_t)(eq - v->valuestring));
	if (is_variable_of_credential(w, name, str_of(eq + 1)) || redact_shape(str_of(eq + 1)))
		replace_part(w, v, (size_t)(eq + 1 - v->valuestring), "env");
}

/* {name: X, value: Y}: environment variables, headers, parameters. */
static void redact_pair(struct walk *w, cJSON *o, bool env)
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

/* ["--password", "x"], ["--password=x"], ["redis-cli", "-a", "x"] of `args` and `command` lists. */
static void redact_args(struct walk *w, cJSON *args)
{
	struct redact_args a;
	cJSON *v;

	redact_args_init(&a, w->r);
	cJSON_ArrayForEach(v, args)
	{
		struct buf b = BUF_MAX((size_t)1 << 20);

		if (cJSON_IsString(v) && redact_args_take(&a, str_of(v->valuestring), w->count, &b))
			set_string(v, buf_take(&b));
		buf_release(&b);
	}
	redact_args_release(&a);
}

/* The value of an annotation that is itself an object. One that cannot be read goes. */
static void redact_annotation(struct walk *w, cJSON *v)
{
	CLEAN(clean_cjson) cJSON *o = NULL;

	if (cJSON_IsString(v) && json_parse(v->valuestring, strlen(v->valuestring), &o, NULL) < 0)
		replace(w, v, "annotation");
}

static bool in_list(const struct redact_list *list, const char *key)
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

static void replace_data(struct walk *w, cJSON *v, bool base64)
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
	/* Nothing else has such a field. */
	if (json_get_obj(o, "stringData"))
		return true;
	/* Cut off in front of its kind; what kubectl writes has the data first. */
	if (json_get_str(o, "apiVersion"))
		return true;
	return type && in_list(&r->secret_types, type);
}

static bool is_base64(const cJSON *v)
{
	size_t n = cJSON_IsString(v) ? strlen(v->valuestring) : 0;

	return n && n % 4 == 0 && strspn(v->valuestring, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == n;
}

static void redact_configmap(struct walk *w, cJSON *o)
{
	cJSON *v;

	cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, "data"))
	{
		if (!v->string || !cJSON_IsString(v))
			continue;
		if ((in_list(&w->r->configmap_keys, v->string) && !redact_is_reference(str_of(v->valuestring), true)) ||
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

/* Whether an object or list of this name holds credentials, whatever the names in it: adminPassword: {value: x}, tokens: [x].
 * texts: it is a list of texts. Returns how much the name tells. */
static enum redact_level announces_below(const struct walk *w, const char *name, bool texts)
{
	CLEAN(clean_free) char *one = xstrdup(name);
	size_t n = strlen(one);
	char lower[64];

	if (w->schema || n >= sizeof(lower) || !n)
		return REDACT_NOTHING;
	bool several = one[n - 1] == 's';
	struct redact_says says = {.level = REDACT_NOTHING};
	if (several) {
		one[n - 1] = '\0';
		says = redact_says(w->r, str_of(one));
		several = says.level >= REDACT_WEAK && (says.keyed || redact_says(w->r, str_of(name)).level < REDACT_WEAK);
		n -= several;
		one[n - 1] = name[n - 1];
		one[n] = '\0';
	}
	if (!several)
		says = redact_says(w->r, str_of(one));
	enum redact_level level = says.level;
	/* secretKeys: {adminPasswordKey: x} names keys of a Secret */
	if (level < REDACT_WEAK || (several && says.keyed && !texts))
		return REDACT_NOTHING;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)one[i]);
	/* `secrets` of Helm's values, of a request to a CSI driver: a map of them */
	if (several && w->config && !strcmp(lower, "secret"))
		return REDACT_STRONG;
	return texts || !in_list(&w->r->shallow, lower) ? level : REDACT_NOTHING;
}

/* weak: texts that may be names of objects stay. */
static void redact_below(struct walk *w, cJSON *in, bool weak, int depth)
{
	cJSON *v;

	cJSON_ArrayForEach(v, in)
	{
		char lower[64];
		size_t n = v->string ? strlen(v->string) : 0;

		if (n >= sizeof(lower))
			continue;
		for (size_t i = 0; i <= n; i++)
			lower[i] = v->string ? (char)tolower((unsigned char)v->string[i]) : '\0';
		if (in_list(&w->r->about, lower))
			continue;
		if (cJSON_IsString(v) && !(weak && redact_is_reference(str_of(v->valuestring), cJSON_IsArray(in))) && !redact_is_path(w->r, str_of(v->valuestring)))
			replace(w, v, "field");
		else if (v->child && depth < 20 && !(n > 3 && !strcmp(lower + n - 3, "ref")) && strcmp(lower, "valuefrom") != 0)
			redact_below(w, v, weak, depth + 1);
	}
}

/* `secret` of an OAuthClient. name NULL: whether the rules name any field of the kind. */
static bool is_field_of(const struct redact *r, const char *kind, const char *name)
{
	size_t n = kind ? strlen(kind) : 0;

	for (int i = 0; n && i < r->fields.n; i++) {
		const char *f = r->fields.v[i].p;

		if (!strncmp(f, kind, n) && f[n] == '.' && (!name || !strcmp(f + n + 1, name)))
			return true;
	}
	return false;
}

static bool is_word_of_list(const struct redact_list *list, const char *name)
{
	char lower[64];
	size_t n = strlen(name);

	if (n >= sizeof(lower))
		return false;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	return redact_in_list(list, (struct str){lower, n});
}

/* `secret: acme-prod` beside `ttl`, or below `jwt`. */
static bool is_bare_value(const struct walk *w, const char *name, const char *value)
{
	struct redact_says says = redact_says(w->r, str_of(name));
	struct str v = str_of(value);

	return says.bare && says.level == REDACT_WEAK && v.n >= 4 && !redact_is_innocent(v) && !redact_is_path(w->r, v) && !redact_is_method(w->r, v);
}

/* Whether a text holds a document in which something would be redacted: data:;base64,..., data:,%7B..., userDataBase64. */
static bool hides_credential(struct walk *w, const char *name, const char *text)
{
	CLEAN_BUF struct buf plain = BUF_MAX((size_t)4 << 20), out = BUF_MAX((size_t)64 << 20);
	const char *comma = !strncmp(text, "data:", 5) ? strchr(text, ',') : NULL;
	size_t len = strlen(name);
	bool named = len >= 6 && !strcasecmp(name + len - 6, "base64");
	int64_t n = 0;

	if (w->embedded >= EMBEDDED_MAX || (!comma && !named))
		return false;
	const char *at = comma ? comma + 1 : text;
	bool base64 = named || (comma - text >= 7 && !memcmp(comma - 7, ";base64", 7));
	if (base64 ? !redact_decode_base64(str_of(at), &plain) : !redact_decode_percent(str_of(at), &plain))
		return false;
	return redact_string(w, (struct str){buf_cstr(&plain), plain.n}, &out, &n) < 0 || n > 0;
}

static void walk_member(struct walk *w, cJSON *v)
{
	const char *k = v->string ? v->string : "";
	cJSON *x;

	/* What Bitnami's SealedSecrets hold is encrypted, and public. */
	if (!strcmp(k, "dataSizes") || !strcmp(k, "encryptedData"))
		return;
	if (cJSON_IsArray(v) && (!strcasecmp(k, "env") || !strcasecmp(k, "envs"))) {
		cJSON_ArrayForEach(x, v)
		{
			redact_assignment(w, x);
			redact_pair(w, x, true);
		}
	} else if (cJSON_IsArray(v) && is_args(k)) {
		redact_args(w, v);
	} else if (cJSON_IsString(v) && in_list(&w->r->annotations_json, k)) {
		redact_annotation(w, v);
	} else if (w->kind && is_field_of(w->r, w->kind, k)) {
		if (cJSON_IsString(v))
			replace(w, v, "token");
		else
			redact_below(w, v, false, 0);
	} else if (cJSON_IsString(v) && !(w->mapping && !strcmp(k, "secretKey")) &&
	           (redact_field(w->r, k, str_of(v->valuestring), w->config) || (w->value && is_bare_value(w, k, v->valuestring)))) {
		replace(w, v, "field");
	} else if (cJSON_IsString(v) && hides_credential(w, k, v->valuestring)) {
		replace(w, v, "packed");
	} else if (cJSON_IsNumber(v) && strcasestr(k, "passw") && redact_name(w->r, k)) {
		set_string(v, xasprintf("%.17g", v->valuedouble));
		replace(w, v, "field");
	}
	bool value = w->value, config = w->config;
	if (v->child) {
		w->value = is_word_of_list(&w->r->values_below, k);
		w->config |= cJSON_IsObject(v) && !strcmp(k, "values"); /* of a Helm release */
	}
	enum redact_level below = v->child ? announces_below(w, k, cJSON_IsArray(v) && cJSON_IsString(v->child)) : REDACT_NOTHING;
	if (below)
		redact_below(w, v, below == REDACT_WEAK, 0);
	walk_value(w, v);
	w->value = value;
	w->config = config;
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

/* Settings of Rancher and Longhorn: the object's name is that of `value`. */
static void redact_setting_object(struct walk *w, cJSON *o)
{
	const char *name = json_path_str(o, "metadata.name");
	cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value");

	if (name && cJSON_IsString(v) && redact_field(w->r, name, str_of(v->valuestring), w->config))
		replace(w, v, "field");
}

/* The data of a ConfigMap: files, and single settings. */
static void walk_settings(struct walk *w, cJSON *data)
{
	cJSON *v;

	w->settings = true;
	cJSON_ArrayForEach(v, data) walk_member(w, v);
	w->settings = false;
}

/* A key of a JSON Web Key Set (RFC 7517, RFC 7518 6): the parts that are not public. */
static void redact_jwk(struct walk *w, cJSON *o)
{
	static const char *const parts[] = {"k", "d", "p", "q", "dp", "dq", "qi"};

	if (!json_get_str(o, "kty"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		replace(w, cJSON_GetObjectItemCaseSensitive(o, parts[i]), "key");
}

/* An operation of a JSON Patch (RFC 6902) on the data of a Secret: {"op": "replace", "path": "/data/a", "value": "..."}. */
static void redact_patch(struct walk *w, cJSON *o)
{
	const char *path = json_get_str(o, "op") ? json_get_str(o, "path") : NULL;
	cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value"), *x;
	bool data = path && (!strcmp(path, "/data") || !strncmp(path, "/data/", 6)), text = path && !strncmp(path, "/stringData", 11);

	if (text || (data && is_base64(v)))
		replace(w, v, "secret");
	if ((text || data) && cJSON_IsObject(v))
		cJSON_ArrayForEach(x, v) if (text || is_base64(x)) replace(w, x, "secret");
}

/* An event of the API's audit log about Secrets: objects in it need not say what they are. */
static bool is_answer_about_secrets(const cJSON *o, const cJSON *v)
{
	const char *resource = v->string && (!strcmp(v->string, "requestObject") || !strcmp(v->string, "responseObject")) ?
	                           json_path_str(o, "objectRef.resource") : NULL;

	return resource && !strcmp(resource, "secrets") && cJSON_IsObject(v) && !json_get_str(v, "kind");
}

static void walk_object(struct walk *w, cJSON *o, const char *kind)
{
	/* A copy: the text of a kind may be redacted like any other. */
	CLEAN(clean_free) char *own = json_get_str(o, "kind") ? xstrdup(json_get_str(o, "kind")) : NULL;
	cJSON *v;
	bool schema = w->schema, mapping = w->mapping;
	const char *around = w->kind;

	bool pair = false, special = false, value = w->value;
	bool configmap = own ? !strcmp(own, "ConfigMap") : kind && !strcmp(kind, "ConfigMap");

	if (own || kind)
		w->kind = is_field_of(w->r, own ? own : kind, NULL) ? own ? own : kind : NULL;
	w->mapping = false;
	/* One look at the names of all members: lookups by name are a walk each. */
	cJSON_ArrayForEach(v, o)
	{
		const char *k = v->string ? v->string : "";

		pair |= (*k == 'v' && k[1] == 'a' && k[2] == 'l') || !strcmp(k, "default");
		special |= !strcmp(k, "kty") || !strcmp(k, "op");
		w->mapping |= !strcmp(k, "remoteRef") || !strcmp(k, "sourceRef");
		w->value |= is_word_of_list(&w->r->values_beside, k);
	}

	w->schema |= own && !strcmp(own, "CustomResourceDefinition");
	if (is_secret(w->r, o, kind))
		redact_secret(w, o);
	else if (configmap)
		redact_configmap(w, o);
	if (pair) {
		redact_pair(w, o, false);
		redact_setting_object(w, o);
	}
	if (special) {
		redact_jwk(w, o);
		redact_patch(w, o);
	}
	cJSON_ArrayForEach(v, o)
	{
		if (is_answer_about_secrets(o, v))
			walk_object(w, v, "Secret");
		else if (own && cJSON_IsArray(v) && !strcmp(v->string, "items") && strlen(own) > 4 && !strcmp(own + strlen(own) - 4, "List"))
			walk_items(w, v, own);
		else if (configmap && cJSON_IsObject(v) && !strcmp(v->string, "data"))
			walk_settings(w, v);
		else
			walk_member(w, v);
	}
	w->value = value;
	w->schema = schema;
	w->mapping = mapping;
	w->kind = around;
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
