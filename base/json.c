#include "base/json.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { JSON_MAX_DEPTH = 200, JSON_MAX_INPUT = 64 << 20 };

/* cJSON cuts strings at \u0000 and recurses up to 1,000 deep: look before it does. *nul says whether one is there. */
static int check_shape(const char *p, size_t n, bool *nul, struct err *e)
{
	bool in_string = false;
	int depth = 0;

	*nul = false;
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		if (in_string) {
			if (c == '\\') {
				*nul |= n - i >= 6 && memcmp(p + i, "\\u0000", 6) == 0;
				i++;
			} else if (c == '"') {
				in_string = false;
			}
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_MAX_DEPTH)
				return err_set(e, ERR_FORMAT, "byte %zu: nested deeper than %d", i, JSON_MAX_DEPTH);
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return 0;
}

/* \u0000 -> \ufffd in a copy that is ours. */
static void replace_nul_escapes(struct buf *b)
{
	bool in_string = false;

	for (size_t i = 0; i < b->n; i++) {
		char *c = b->p + i;
		if (*c == '"') {
			in_string = !in_string;
		} else if (in_string && *c == '\\') {
			if (b->n - i >= 6 && memcmp(c, "\\u0000", 6) == 0)
				memcpy(c, "\\ufffd", 6);
			i++;
		}
	}
}

int json_parse(const char *p, size_t n, cJSON **out, struct err *e)
{
	CLEAN_BUF struct buf copy = BUF_MAX((size_t)JSON_MAX_INPUT * 3);
	const char *end = NULL;
	bool nul;
	int rc;

	if (n > JSON_MAX_INPUT)
		return err_set(e, ERR_LIMIT, "JSON of more than %d MiB", JSON_MAX_INPUT >> 20);
	if ((rc = check_shape(p, n, &nul, e)) < 0)
		return rc;
	if (nul || !text_utf8_valid(p, n)) {
		if ((rc = text_utf8_repair(p, n, &copy, e)) < 0)
			return rc;
		replace_nul_escapes(&copy);
		p = copy.p;
		n = copy.n;
	}
	cJSON *v = n ? cJSON_ParseWithLengthOpts(p, n, &end, 0) : NULL;
	if (!v) {
		size_t at = end && end >= p ? (size_t)(end - p) : 0;
		return err_set(e, ERR_FORMAT, n ? "byte %zu: bad JSON" : "no JSON at byte %zu: empty", at);
	}
	for (const char *q = end; q < p + n; q++) {
		if (*q != ' ' && *q != '\n' && *q != '\t' && *q != '\r') {
			cJSON_Delete(v);
			return err_set(e, ERR_FORMAT, "byte %zu: text behind the end of the JSON", (size_t)(q - p));
		}
	}
	*out = v;
	return 0;
}

const cJSON *json_get(const cJSON *o, const char *name)
{
	return cJSON_IsObject(o) ? cJSON_GetObjectItemCaseSensitive(o, name) : NULL;
}

const char *json_get_str(const cJSON *o, const char *name)
{
	const cJSON *v = json_get(o, name);

	return cJSON_IsString(v) ? v->valuestring : NULL;
}

const cJSON *json_get_obj(const cJSON *o, const char *name)
{
	const cJSON *v = json_get(o, name);

	return cJSON_IsObject(v) ? v : NULL;
}

const cJSON *json_get_arr(const cJSON *o, const char *name)
{
	const cJSON *v = json_get(o, name);

	return cJSON_IsArray(v) ? v : NULL;
}

int64_t json_get_int(const cJSON *o, const char *name, int64_t dflt)
{
	const cJSON *v = json_get(o, name);

	if (cJSON_IsNumber(v)) {
		if (isnan(v->valuedouble))
			return dflt;
		if (v->valuedouble >= 9223372036854775808.0)
			return INT64_MAX;
		return v->valuedouble < -9223372036854775808.0 ? INT64_MIN : (int64_t)v->valuedouble;
	}
	if (!cJSON_IsString(v) || !v->valuestring[0] || isspace((unsigned char)v->valuestring[0]))
		return dflt;
	char *end;
	errno = 0;
	long long n = strtoll(v->valuestring, &end, 10);
	return errno || *end ? dflt : n;
}

bool json_get_bool(const cJSON *o, const char *name, bool dflt)
{
	const cJSON *v = json_get(o, name);

	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : dflt;
}

const cJSON *json_path(const cJSON *o, const char *path)
{
	char name[256];

	while (o) {
		size_t n = strcspn(path, ".");
		if (n >= sizeof(name))
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		o = json_get(o, name);
		if (!path[n])
			return o;
		path += n + 1;
	}
	return NULL;
}

const char *json_path_str(const cJSON *o, const char *path)
{
	const cJSON *v = json_path(o, path);

	return cJSON_IsString(v) ? v->valuestring : NULL;
}

char *json_text(const cJSON *v)
{
	CLEAN_BUF struct buf b = BUF_MAX(SIZE_MAX - 1);
	char *s = cJSON_PrintUnformatted(v);

	return s ? s : buf_take(&b);
}

void clean_cjson(cJSON **v)
{
	cJSON_Delete(*v);
	*v = NULL;
}

/* -- text ---------------------------------------------------------------------------------------------------------- */

static int write_to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static void print_number(struct jsonw *w, double d)
{
	char s[40];

	if (!isfinite(d)) {
		jsonw_null(w);
		return;
	}
	if (d == trunc(d) && fabs(d) < 1e15) {
		jsonw_int(w, (int64_t)d);
		return;
	}
	int n = snprintf(s, sizeof(s), "%.15g", d);
	if (strtod(s, NULL) < d || strtod(s, NULL) > d)
		n = snprintf(s, sizeof(s), "%.17g", d);
	jsonw_raw(w, s, (size_t)n);
}

static void print_value(struct jsonw *w, const cJSON *v)
{
	const cJSON *child;

	if (cJSON_IsObject(v) || cJSON_IsArray(v)) {
		if (w->depth >= (int)ARRAY_LEN(w->comma) - 1) { /* deeper: compact, by cJSON itself */
			CLEAN(clean_free) char *s = json_text(v);
			jsonw_raw(w, s, strlen(s));
			return;
		}
		bool object = cJSON_IsObject(v);
		if (object)
			jsonw_object(w);
		else
			jsonw_array(w);
		cJSON_ArrayForEach(child, v) {
			if (object)
				jsonw_key(w, child->string);
			print_value(w, child);
		}
		jsonw_end(w);
	} else if (cJSON_IsString(v)) {
		jsonw_str(w, v->valuestring);
	} else if (cJSON_IsNumber(v)) {
		print_number(w, v->valuedouble);
	} else if (cJSON_IsBool(v)) {
		jsonw_bool(w, cJSON_IsTrue(v));
	} else if (cJSON_IsRaw(v)) {
		jsonw_raw(w, v->valuestring, strlen(v->valuestring));
	} else {
		jsonw_null(w);
	}
}

int json_print_pretty(const cJSON *v, int indent, struct buf *out, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, write_to_buf, out, 2, e);
	w.margin = indent;
	print_value(&w, v);
	return jsonw_finish(&w);
}

/* -- the streaming writer ------------------------------------------------------------------------------------------ */

static void put(struct jsonw *w, const char *p, size_t n)
{
	if (w->rc == 0 && n)
		w->rc = w->write(w->arg, p, n, w->e);
}

static void new_line(struct jsonw *w)
{
	static const char blanks[] = "                                ";
	size_t n = (size_t)(w->depth * w->indent + w->margin);

	put(w, "\n", 1);
	for (; n > 0 && w->rc == 0;) {
		size_t k = n < sizeof(blanks) - 1 ? n : sizeof(blanks) - 1;
		put(w, blanks, k);
		n -= k;
	}
}

/* What stands between the value before and this one. Kinds of bracket are kept in w->array, so that a mistake in the
 * calling code is caught here and not by a reader two years later. */
static void before_value(struct jsonw *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	assert(w->depth == 0 || w->array[w->depth]);
	if (w->comma[w->depth])
		put(w, ",", 1);
	if (w->depth > 0 && w->indent)
		new_line(w);
	w->comma[w->depth] = true;
}

void jsonw_init(struct jsonw *w, int (*write)(void *, const void *, size_t, struct err *), void *arg, int indent,
                struct err *e)
{
	*w = (struct jsonw){.write = write, .arg = arg, .e = e, .indent = indent};
}

static void open_bracket(struct jsonw *w, const char *bracket, bool array)
{
	before_value(w);
	assert(w->depth + 1 < (int)ARRAY_LEN(w->comma));
	put(w, bracket, 1);
	w->depth++;
	w->comma[w->depth] = false;
	w->array[w->depth] = array;
}

void jsonw_object(struct jsonw *w)
{
	open_bracket(w, "{", false);
}

void jsonw_array(struct jsonw *w)
{
	open_bracket(w, "[", true);
}

void jsonw_end(struct jsonw *w)
{
	assert(w->depth > 0 && !w->after_key);
	bool array = w->array[w->depth], any = w->comma[w->depth];
	w->depth--;
	if (any && w->indent)
		new_line(w);
	put(w, array ? "]" : "}", 1);
}

static void put_string(struct jsonw *w, const char *s, size_t n)
{
	size_t start = 0, i = 0;
	unsigned cp = 0;
	char esc[8];

	put(w, "\"", 1);
	while (i < n) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
			i++;
			continue;
		}
		size_t len = text_utf8_decode(s + i, n - i, &cp);
		if (len > 1 && !text_is_hidden(cp)) {
			i += len;
			continue;
		}
		put(w, s + start, i - start);
		if (len == 0)
			put(w, "\\ufffd", 6);
		else if (c == '"' || c == '\\')
			put(w, esc, (size_t)snprintf(esc, sizeof(esc), "\\%c", c));
		else if (c == '\n' || c == '\t' || c == '\r')
			put(w, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r", 2);
		else
			put(w, esc, (size_t)snprintf(esc, sizeof(esc), "\\u%04x", cp & 0xFFFF));
		i += len ? len : 1;
		start = i;
	}
	put(w, s + start, n - start);
	put(w, "\"", 1);
}

void jsonw_key(struct jsonw *w, const char *key)
{
	assert(w->depth > 0 && !w->array[w->depth] && !w->after_key);
	if (w->comma[w->depth])
		put(w, ",", 1);
	if (w->indent)
		new_line(w);
	w->comma[w->depth] = true;
	put_string(w, key, strlen(key));
	put(w, ": ", w->indent ? 2 : 1);
	w->after_key = true;
}

void jsonw_strn(struct jsonw *w, const char *s, size_t n)
{
	if (!s) {
		jsonw_null(w);
		return;
	}
	before_value(w);
	put_string(w, s, n);
}

void jsonw_str(struct jsonw *w, const char *s)
{
	jsonw_strn(w, s, s ? strlen(s) : 0);
}

void jsonw_int(struct jsonw *w, int64_t v)
{
	char s[24];

	jsonw_raw(w, s, (size_t)snprintf(s, sizeof(s), "%" PRId64, v));
}

void jsonw_bool(struct jsonw *w, bool v)
{
	jsonw_raw(w, v ? "true" : "false", v ? 4 : 5);
}

void jsonw_null(struct jsonw *w)
{
	jsonw_raw(w, "null", 4);
}

void jsonw_raw(struct jsonw *w, const char *json, size_t n)
{
	before_value(w);
	put(w, json, n);
}

int jsonw_finish(struct jsonw *w)
{
	assert(w->rc < 0 || (w->depth == 0 && !w->after_key));
	return w->rc;
}
