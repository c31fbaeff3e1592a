#include "analyze/extract_internal.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* -- values ------------------------------------------------------------------------------------------------------- */

/* Text of a token: a string decoded, anything else as it stands. A view into the token or x->text. */
static struct str text_of(struct extract *x, struct str token)
{
	if (!token.p || token.p[0] != '"')
		return token;
	if (!memchr(token.p, '\\', token.n))
		return (struct str){token.p + 1, token.n - 2};
	buf_clear(&x->text);
	if (json_decode(token, &x->text, NULL) < 0)
		return (struct str){NULL, 0};
	return (struct str){buf_cstr(&x->text), x->text.n};
}

static int64_t time_of(struct extract *x, struct str token)
{
	struct str s = text_of(x, token);

	if (!s.p)
		return TIME_NONE;
	if (s.n == 20 && memcmp(s.p, x->time_text, 20) == 0)
		return x->time_us;
	int64_t t = clock_parse_iso(s, NULL);
	if (s.n == 20) {
		memcpy(x->time_text, s.p, 20);
		x->time_us = t;
	}
	return t;
}

static int count_one(void *arg, struct str v, struct err *e)
{
	(void)v;
	(void)e;
	++*(int64_t *)arg;
	return 0;
}

static int count_member(void *arg, struct str k, struct str v, struct err *e)
{
	(void)k;
	return count_one(arg, v, e);
}

static bool integer_of(struct str s, int64_t *v)
{
	size_t i = 0;
	bool minus = s.n > 0 && s.p[0] == '-';

	*v = 0;
	if (str_eq(s, "true") || str_eq(s, "false")) {
		*v = s.p[0] == 't';
		return true;
	}
	for (i = minus; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		if (__builtin_mul_overflow(*v, 10, v) || __builtin_add_overflow(*v, s.p[i] - '0', v))
			return false;
	if (minus)
		*v = -*v;
	return i > (size_t)minus && (i == s.n || s.p[i] == '.');
}

/* Beyond this no count and no size is one; sums of such numbers overflow, which SQLite calls an error. */
static bool believable(int64_t v)
{
	return v <= INT64_C(1) << 53 && v >= -(INT64_C(1) << 53);
}

/* Number of a token as the column wants it; false when it is none. */
static bool number_of(struct extract *x, const struct column *c, struct str token, int64_t *v)
{
	*v = 0;
	switch (c->conv) {
	case CONV_COUNT:
		if (token.p[0] == '[')
			return json_each_element(token, count_one, v, NULL) == 0;
		return json_each_member(token, count_member, v, NULL) == 0;
	case CONV_CPU:
		return quantity_milli(text_of(x, token), v) && believable(*v);
	case CONV_BYTES:
		return quantity_whole(text_of(x, token), v) && believable(*v);
	case CONV_TIME:
		*v = time_of(x, token);
		return *v != TIME_NONE;
	default:
		return integer_of(text_of(x, token), v) && believable(*v);
	}
}

static int is_object(void *arg, struct str element, struct err *e)
{
	(void)arg;
	return element.p[0] == '{' ? 0 : err_set(e, ERR_FORMAT, "no object");
}

/* Checks look into the elements of such an array; text there is an error to SQLite, and no API server writes it. */
static bool all_objects(struct str token)
{
	struct err why;

	return token.p[0] == '[' && json_each_element(token, is_object, NULL, &why) == 0;
}

static void put_value(struct extract *x, struct store *s, const struct column *c, struct str token)
{
	int64_t v;

	if (!token.p || (c->conv == CONV_OBJECTS && !all_objects(token)))
		row_null(s);
	else if (!c->integer)
		row_str(s, c->conv == CONV_JSON || c->conv == CONV_OBJECTS ? token : text_of(x, token));
	else if (number_of(x, c, token, &v))
		row_int(s, v);
	else
		row_null(s);
}

/* -- rows --------------------------------------------------------------------------------------------------------- */

struct element {
	struct extract *x;
	struct store *store;
	struct table *t;
	int table;
	struct str v[MAX_COLUMNS]; /* of the element */
	const struct str *outer; /* values of the table's outer columns */
	const char *list;
	const struct extract_source *src;
	const char *counted;     /* up to here newlines are counted */
	int64_t line, n;
};

static int end_row(struct store *s, int64_t object, int64_t file, int64_t line, struct err *e)
{
	row_int(s, object);
	row_int(s, file);
	row_int(s, line);
	return row_end(s, e);
}

static int64_t newlines(const char *p, const char *end)
{
	int64_t n = 0;

#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i x, sum = _mm_setzero_si128();
		for (int i = 0; i < 255 && end - p >= 16; i++, p += 16) {
			x = _mm_loadu_si128((const __m128i *)(const void *)p);
			sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));
		}
		sum = _mm_sad_epu8(sum, _mm_setzero_si128());
		n += _mm_cvtsi128_si64(sum) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum));
	}
#endif
	for (; p < end; p++)
		n += *p == '\n';
	return n;
}

static int element_row(void *arg, struct str json, struct err *e)
{
	struct element *el = arg;

	if (++el->n > MAX_ELEMENTS || json.p[0] != '{')
		return 0;
	el->line += newlines(el->counted, json.p);
	el->counted = json.p;
	row_begin(el->store, STORE_TYPED + el->table);
	for (int i = 0; i < el->t->n_columns; i++) {
		const struct column *c = &el->t->columns[i];
		if (c->list)
			row_text(el->store, el->list);
		else
			put_value(el->x, el->store, c, c->outer ? el->outer[c->index] : el->v[c->index]);
	}
	return end_row(el->store, el->x->objects, el->src->file, el->line, e);
}

static int table_rows(struct extract *x, struct store *s, int table, const struct str *v, struct str json,
                      const struct extract_source *src, struct err *e)
{
	struct table *t = &x->tables[table];
	int n_outer = 0;

	if (t->n_each == 0) {
		row_begin(s, STORE_TYPED + table);
		for (int i = 0; i < t->n_columns; i++)
			put_value(x, s, &t->columns[i], v[t->columns[i].index]);
		return end_row(s, x->objects, src->file, src->line, e);
	}
	for (int i = 0; i < t->n_columns; i++)
		n_outer += t->columns[i].outer;
	for (int i = 0; i < t->n_each; i++) {
		struct str array = v[n_outer + i];
		if (!array.p || array.p[0] != '[')
			continue;
		struct element el;
		el.x = x;
		el.store = s;
		el.t = t;
		el.table = table;
		el.outer = v;
		el.list = t->list_name[i];
		el.src = src;
		el.n = 0;
		el.line = src->line + newlines(json.p, array.p);
		el.counted = array.p;
		int rc = jsonpaths_each(t->inner, array, el.v, element_row, &el, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Custom resources share names with built-in kinds (a "Service" of serving.knative.dev); only the latter have tables. */
bool extract_builtin(struct str api)
{
	const char *slash = api.n ? memchr(api.p, '/', api.n) : NULL;
	size_t n = slash ? (size_t)(slash - api.p) : 0;

	return !memchr(api.p ? api.p : "", '.', n) || (n > 7 && memcmp(api.p + n - 7, ".k8s.io", 7) == 0);
}

static struct kind *find_kind(struct extract *x, struct str kind, struct str api)
{
	if (kind.n && extract_builtin(api))
		for (int i = 1; i < x->n_kinds; i++)
			if (str_eq(kind, x->kinds[i].name))
				return &x->kinds[i];
	return &x->kinds[0];
}

static struct str scan_text(struct str token)
{
	bool plain = token.p && token.n >= 2 && token.p[0] == '"';

	return plain ? (struct str){token.p + 1, token.n - 2} : (struct str){NULL, 0};
}

static int objects_row(struct extract *x, struct store *s, struct str kind, struct str api, const struct str *v,
                       struct str json, const struct extract_source *src, struct err *e)
{
	row_begin(s, STORE_OBJECTS);
	x->objects++; /* the row's id */
	row_str(s, kind);
	row_str(s, api);
	row_str(s, text_of(x, v[C_NAMESPACE]));
	row_str(s, text_of(x, v[C_NAME]));
	row_str(s, text_of(x, v[C_UID]));
	row_time(s, time_of(x, v[C_CREATED]));
	row_time(s, time_of(x, v[C_DELETED]));
	row_int(s, src->file);
	row_int(s, src->item);
	row_int(s, src->line);
	row_str(s, json);
	return row_end(s, e);
}

int extract_object(struct extract *x, struct store *s, struct str json, const struct extract_source *src, struct err *e)
{
	struct str v[MAX_PATHS], kind = str_of(src->kind), api = str_of(src->api_version);
	struct kind *k = find_kind(x, kind, api), *seen;

	if (json.n == 0 || json.p[0] != '{') {
		err_set(e, ERR_FORMAT, "not an object");
		return 0;
	}
	if (!text_utf8_valid(json.p, json.n)) {
		buf_clear(&x->repaired);
		if (text_utf8_repair(json.p, json.n, &x->repaired, e) < 0)
			return 0;
		json = (struct str){x->repaired.p, x->repaired.n};
	}
	if (jsonpaths_scan(k->paths, json, v, e) < 0)
		return 0;
	if (scan_text(v[C_KIND]).n)
		kind = scan_text(v[C_KIND]);
	if (scan_text(v[C_VERSION]).n)
		api = scan_text(v[C_VERSION]);
	seen = find_kind(x, kind, api);
	if (seen != k && jsonpaths_scan(seen->paths, json, v, e) < 0)
		return 0;
	size_t n = kind.n < sizeof(x->last_kind) ? kind.n : 0;
	memcpy(x->last_kind, kind.p ? kind.p : "", n);
	x->last_kind[n] = '\0';
	n = api.n < sizeof(x->last_api) ? api.n : 0;
	memcpy(x->last_api, api.p ? api.p : "", n);
	x->last_api[n] = '\0';
	int64_t id = x->objects;
	struct err why = {0};
	rows_hold(s);
	int rc = objects_row(x, s, kind.n ? kind : (struct str){NULL, 0}, api.n ? api : (struct str){NULL, 0}, v, json, src, &why);
	for (int i = 0; i < seen->n_tables && rc == 0; i++)
		rc = table_rows(x, s, seen->tables[i], v + seen->first_value[i], json, src, &why);
	bool bad = rc < 0 && why.code == ERR_FORMAT; /* found in an array that was read last */
	if (bad)
		x->objects = id;
	if (rc < 0)
		*e = why;
	if (rows_settle(s, !bad, rc < 0 ? NULL : e) < 0)
		return -ERR_CANCELED;
	return bad ? 0 : rc < 0 ? rc : 1;
}
