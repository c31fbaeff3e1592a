/* Kubernetes objects, and documents inside of them: what is a credential by its place. */
#include "base/mem.h"
#include "collect/redact_walk.h"
#include <ctype.h>
#include <strings.h> /* strcasecmp */

enum { EMBEDDED_MAX = 4 }; /* documents within strings of documents */

static void walk_value(struct redact_walk *w, cJSON *v);

/* A string that is itself a document is looked at as one; any other by the patterns. */
static int redact_string(struct redact_walk *w, struct str text, struct buf *out, int64_t *n)
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
	if (w->embedded < EMBEDDED_MAX && text.n && memchr(text.p, '\n', w->settings ? text.n : text.n - 1) && memchr(text.p, ':', text.n)) {
		CLEAN_BUF struct buf yaml = BUF_MAX((size_t)64 << 20);

		/* Comments are in no tree: the patterns have the last word. */
		if (redact_yaml_at(w->r, text, &yaml, n, w->embedded + 1) == 0)
			return redact_text_at(w->r, (struct str){buf_cstr(&yaml), yaml.n}, w->embedded + 1, false, out, n, NULL);
		*n = 0;
	}
	return redact_text_at(w->r, text, w->embedded + 1, w->settings, out, n, NULL);
}

static void redact_value(struct redact_walk *w, cJSON *v)
{
	struct buf b = BUF_MAX((size_t)64 << 20);
	int64_t n = 0;

	if (redact_string(w, str_of(v->valuestring), &b, &n) < 0) {
		/* Cannot tell: it goes. */
		buf_release(&b);
		redact_replace(w, v, "unreadable");
		return;
	}
	if (n) {
		*w->count += n;
		redact_set_string(v, buf_take(&b));
	}
	buf_release(&b);
}

/* ["--password", "x"], ["--password=x"], ["redis-cli", "-a", "x"] of `args` and `command` lists. */
static void redact_args(struct redact_walk *w, cJSON *args)
{
	struct redact_args a;
	cJSON *v;

	redact_args_init(&a, w->r);
	cJSON_ArrayForEach(v, args)
	{
		struct buf b = BUF_MAX((size_t)1 << 20);

		if (cJSON_IsString(v) && redact_args_take(&a, str_of(v->valuestring), w->count, &b))
			redact_set_string(v, buf_take(&b));
		buf_release(&b);
	}
	redact_args_release(&a);
}

/* The value of an annotation that is itself an object. One that cannot be read goes. */
static void redact_annotation(struct redact_walk *w, cJSON *v)
{
	CLEAN(clean_cjson) cJSON *o = NULL;

	if (cJSON_IsString(v) && json_parse(v->valuestring, strlen(v->valuestring), &o, NULL) < 0)
		redact_replace(w, v, "annotation");
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
static enum redact_level announces_below(const struct redact_walk *w, const char *name, bool texts)
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
	if (several && !texts && w->config && !strcmp(lower, "secret"))
		return REDACT_STRONG;
	return texts || !redact_listed(&w->r->shallow, lower) ? level : REDACT_NOTHING;
}

/* weak: texts that may be names of objects stay. */
static void redact_below(struct redact_walk *w, cJSON *in, bool weak, int depth)
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
		if (redact_listed(&w->r->about, lower) || (v->string && redact_only_tells(w->r, str_of(v->string))))
			continue;
		if (cJSON_IsString(v) && !(weak && redact_is_reference(str_of(v->valuestring), cJSON_IsArray(in))) && !redact_is_path(w->r, str_of(v->valuestring)))
			redact_replace(w, v, "field");
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
static bool is_bare_value(const struct redact_walk *w, const char *name, const char *value)
{
	struct redact_says says = redact_says(w->r, str_of(name));
	struct str v = str_of(value);

	bool digit = strpbrk(value, "0123456789") != NULL;

	/* acme-prod-2024; web-tls is the name of an object */
	if (!strcasecmp(name, "secret") && memchr(v.p, '-', v.n) && (!digit || !w->config))
		return false;
	return says.bare && says.level == REDACT_WEAK && v.n >= 4 && !redact_is_innocent(v) && !redact_is_path(w->r, v) && !redact_is_method(w->r, v);
}

/* Whether a text holds a document in which something would be redacted: data:;base64,..., data:,%7B..., userDataBase64. */
static bool hides_credential(struct redact_walk *w, const char *name, const char *text)
{
	CLEAN_BUF struct buf plain = BUF_MAX((size_t)4 << 20), out = BUF_MAX((size_t)64 << 20);
	const char *comma = !strncmp(text, "data:", 5) ? strchr(text, ',') : NULL;
	size_t len = strlen(name);
	bool named = (len >= 6 && !strcasecmp(name + len - 6, "base64")) || is_word_of_list(&w->r->packed_fields, name);
	int64_t n = 0;

	if (w->embedded >= EMBEDDED_MAX || (!comma && !named))
		return false;
	const char *at = comma ? comma + 1 : text;
	bool base64 = named || (comma - text >= 7 && !memcmp(comma - 7, ";base64", 7));
	if (base64 ? !redact_decode_base64(str_of(at), &plain) : !redact_decode_percent(str_of(at), &plain))
		return false;
	return redact_string(w, (struct str){buf_cstr(&plain), plain.n}, &out, &n) < 0 || n > 0;
}

static void walk_member(struct redact_walk *w, cJSON *v)
{
	const char *k = v->string ? v->string : "";
	cJSON *x;

	/* What Bitnami's SealedSecrets hold is encrypted, and public. */
	if (!strcmp(k, "dataSizes") || !strcmp(k, "encryptedData"))
		return;
	if (cJSON_IsArray(v) && (!strcasecmp(k, "env") || !strcasecmp(k, "envs"))) {
		cJSON_ArrayForEach(x, v)
		{
			redact_walk_assignment(w, x);
			redact_walk_pair(w, x, true);
		}
	} else if (cJSON_IsArray(v) && is_args(k)) {
		redact_args(w, v);
	} else if (cJSON_IsString(v) && redact_listed(&w->r->annotations_json, k)) {
		redact_annotation(w, v);
	} else if (w->kind && is_field_of(w->r, w->kind, k)) {
		if (cJSON_IsString(v))
			redact_replace(w, v, "token");
		else
			redact_below(w, v, false, 0);
	} else if (cJSON_IsString(v) && !(w->mapping && !strcmp(k, "secretKey")) &&
	           (redact_field(w->r, k, str_of(v->valuestring), w->config) || (w->value && is_bare_value(w, k, v->valuestring)) ||
	            (w->key && !strcasecmp(k, "key") && strlen(v->valuestring) >= 8 && !redact_is_reference(str_of(v->valuestring), true)))) {
		redact_replace(w, v, "field");
	} else if (cJSON_IsString(v) && hides_credential(w, k, v->valuestring)) {
		redact_replace(w, v, "packed");
	} else if (cJSON_IsNumber(v) && strcasestr(k, "passw") && redact_name(w->r, k)) {
		redact_set_string(v, xasprintf("%.17g", v->valuedouble));
		redact_replace(w, v, "field");
	}
	bool value = w->value, config = w->config, key = w->key;
	if (v->child) {
		w->value = w->config && is_word_of_list(&w->r->values_below, k);
		w->key = w->config && is_word_of_list(&w->r->keys_below, k);
		w->config |= cJSON_IsObject(v) && !strcmp(k, "values"); /* of a Helm release */
	}
	enum redact_level below = v->child ? announces_below(w, k, cJSON_IsArray(v) && cJSON_IsString(v->child)) : REDACT_NOTHING;
	if (below)
		redact_below(w, v, below == REDACT_WEAK, 0);
	walk_value(w, v);
	w->value = value;
	w->key = key;
	w->config = config;
}

static void walk_object(struct redact_walk *w, cJSON *o, const char *kind);

/* The items of a SecretList are Secrets, whether they say so or not. */
static void walk_items(struct redact_walk *w, cJSON *items, const char *list)
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

/* The data of a ConfigMap: files, and single settings. */
static void walk_settings(struct redact_walk *w, cJSON *data)
{
	cJSON *v;

	w->settings = true;
	cJSON_ArrayForEach(v, data) walk_member(w, v);
	w->settings = false;
}

/* An event of the API's audit log about Secrets: objects in it need not say what they are. */
static bool is_answer_about_secrets(const cJSON *o, const cJSON *v)
{
	const char *resource = v->string && (!strcmp(v->string, "requestObject") || !strcmp(v->string, "responseObject")) ?
	                           json_path_str(o, "objectRef.resource") : NULL;

	return resource && !strcmp(resource, "secrets") && cJSON_IsObject(v) && !json_get_str(v, "kind");
}

static void walk_object(struct redact_walk *w, cJSON *o, const char *kind)
{
	/* A copy: the text of a kind may be redacted like any other. */
	CLEAN(clean_free) char *own = json_get_str(o, "kind") ? xstrdup(json_get_str(o, "kind")) : NULL;
	cJSON *v;
	bool schema = w->schema, mapping = w->mapping;
	const char *around = w->kind;

	bool pair = false, special = false, effect = false, value = w->value;
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
		w->value |= (w->config || !strcasecmp(k, "clientid")) && is_word_of_list(&w->r->values_beside, k);
		effect |= !strcmp(k, "effect");
	}

	w->schema |= own && !strcmp(own, "CustomResourceDefinition");
	if (redact_is_secret(w->r, o, kind))
		redact_walk_secret(w, o);
	else if (configmap)
		redact_walk_configmap(w, o);
	if (pair && !effect) { /* a taint's key is none's name */
		redact_walk_pair(w, o, false);
		redact_walk_setting(w, o);
	}
	if (special) {
		redact_walk_jwk(w, o);
		redact_walk_patch(w, o);
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

static void walk_value(struct redact_walk *w, cJSON *v)
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
	struct redact_walk w = {.r = r, .count = count, .embedded = embedded, .config = !kind && !json_get_str(v, "kind")};

	if (cJSON_IsObject(v))
		walk_object(&w, v, kind);
	else
		walk_value(&w, v);
}

void redact_object(const struct redact *r, cJSON *obj, const char *kind, int64_t *count)
{
	redact_tree_at(r, obj, kind, count, 0);
}
