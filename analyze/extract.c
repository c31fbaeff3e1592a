#include "analyze/extract.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/asset.h"
#include "base/clock.h"
#include "base/jsonscan.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_TABLES = 64, MAX_COLUMNS = 64, MAX_EACH = 4, MAX_PATHS = 160, TEXT_MAX = 16 << 20, MAX_ELEMENTS = 20000 };

enum conversion { CONV_NONE, CONV_TIME, CONV_COUNT, CONV_JSON, CONV_CPU, CONV_BYTES };
static const char *const conversion_names[] = {"", "time", "count", "json", "cpu", "bytes"};

struct column {
	char *path;            /* without ^ and conversion */
	enum conversion conv;
	bool integer;          /* the column's type */
	bool outer;            /* of the object, although the row is one of an element */
	bool list;             /* @list */
	int index;             /* in the element's values; for outer columns in the table's part of the object's */
};
struct table {
	char *name;
	char *kinds;           /* " Pod Node " */
	char *each[MAX_EACH], *list_name[MAX_EACH];
	int n_each;
	struct column columns[MAX_COLUMNS];
	int n_columns;
	struct jsonpaths *inner; /* of an element; NULL without each */
};

/* What every object tells, in front of the paths of its kind's tables. */
enum { C_KIND, C_VERSION, C_NAMESPACE, C_NAME, C_UID, C_CREATED, C_DELETED, C_COUNT };
static const char *const common_paths[C_COUNT] = {".kind", ".apiVersion", ".metadata.namespace", ".metadata.name",
	".metadata.uid", ".metadata.creationTimestamp", ".metadata.deletionTimestamp"};

/* All paths of a kind, scanned in one pass. */
struct kind {
	char *name;
	int tables[MAX_TABLES], first_value[MAX_TABLES], n_tables; /* a table's values begin there: columns, then each */
	struct jsonpaths *paths;
	int n_paths;
};
struct extract {
	struct table *tables;
	const char *names[MAX_TABLES];
	int n_tables;
	struct kind *kinds; /* [0]: of every kind without tables */
	int n_kinds;
	int64_t objects;    /* ids given out */
	struct buf text, repaired;
	char last_kind[128];
	/* time of day repeats a lot in one list */
	char time_text[24];
	int64_t time_us;
};

/* -- reading the comments ----------------------------------------------------------------------------------------- */

/* The blank-separated word at *p; moves *p behind it. */
static struct str word(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	const char *start = *p;
	while (*p < end && **p != ' ' && **p != '\t')
		(*p)++;
	return (struct str){start, (size_t)(*p - start)};
}

static struct str comment_of(struct str line)
{
	const char *c = memmem(line.p, line.n, "-- ", 3);

	if (!c)
		return (struct str){NULL, 0};
	c += 3;
	const char *end = line.p + line.n;
	while (end > c && end[-1] == ' ')
		end--;
	return (struct str){c, (size_t)(end - c)};
}

/* "Deployment, Job each .a.b, .c" */
static int read_from(struct table *t, struct str c, struct err *e)
{
	CLEAN_BUF struct buf kinds = BUF_MAX(1000);
	const char *p = c.p + 5, *end = c.p + c.n;
	bool each = false;

	for (struct str w = word(&p, end); w.n; w = word(&p, end)) {
		if (w.p[w.n - 1] == ',')
			w.n--;
		if (str_eq(w, "each")) {
			each = true;
		} else if (!each) {
			if (buf_printf(&kinds, e, " %.*s ", (int)w.n, w.p) < 0)
				return -1;
		} else {
			if (t->n_each == MAX_EACH)
				return err_set(e, ERR_FORMAT, "too many arrays");
			t->each[t->n_each] = xstrndup(w.p, w.n);
			const char *dot = strrchr(t->each[t->n_each], '.');
			t->list_name[t->n_each++] = xstrdup(dot ? dot + 1 : "");
		}
	}
	t->kinds = buf_take(&kinds);
	return 0;
}

/* "name  TYPE,  -- .path conversion"; object, file and line are filled by us and have no path. */
static int read_column(struct table *t, struct str line, struct err *e)
{
	const char *p = line.p, *end = line.p + line.n;
	struct str name = word(&p, end), type = word(&p, end), path = comment_of(line);

	if (!path.p || !strchr(".^@[", path.p[0]))
		return str_eq(name, "object") ? 0 : err_set(e, ERR_FORMAT, "%.*s: no path", (int)name.n, name.p);
	if (t->n_columns == MAX_COLUMNS)
		return err_set(e, ERR_FORMAT, "too many columns");
	struct column *c = &t->columns[t->n_columns++];
	c->integer = str_starts(type, "INTEGER");
	c->list = str_eq(path, "@list");
	if ((c->outer = path.p[0] == '^')) {
		path.p++;
		path.n--;
	}
	for (int i = 1; i < (int)ARRAY_LEN(conversion_names); i++) {
		size_t n = strlen(conversion_names[i]);
		if (path.n > n + 1 && memcmp(path.p + path.n - n, conversion_names[i], n) == 0 && path.p[path.n - n - 1] == ' ') {
			c->conv = (enum conversion)i;
			path.n -= n + 1;
			break;
		}
	}
	c->path = xstrndup(path.p, path.n);
	return 0;
}

static int begin_table(struct extract *x, struct str line, struct err *e)
{
	const char *p = line.p + strlen("CREATE TABLE "), *end = line.p + line.n;
	struct str name = word(&p, end), c = comment_of(line);

	if (!c.p || !str_starts(c, "from: "))
		return 0;
	if (x->n_tables == MAX_TABLES)
		return err_set(e, ERR_FORMAT, "too many tables");
	struct table *t = &x->tables[x->n_tables++];
	t->name = xstrndup(name.p, name.n);
	x->names[x->n_tables - 1] = t->name;
	int rc = read_from(t, c, e);
	return rc < 0 ? rc : 1;
}

static int read_script(struct extract *x, const struct asset *a, struct err *e)
{
	const char *p = a->text.p, *end = p + a->text.n;
	struct table *t = NULL;
	long n = 0;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct str line = {p, (size_t)((nl ? nl : end) - p)};
		int rc = 0;
		n++;
		if (str_starts(line, "CREATE TABLE ")) {
			rc = begin_table(x, line, e);
			t = rc > 0 ? &x->tables[x->n_tables - 1] : NULL;
		} else if (str_starts(line, ")")) {
			t = NULL;
		} else if (t && str_starts(line, "  ")) {
			rc = read_column(t, line, e);
		}
		if (rc < 0)
			return err_wrap(e, "%s: line %ld", a->path, n);
		p = nl ? nl + 1 : end;
	}
	return 0;
}

/* -- compiling ---------------------------------------------------------------------------------------------------- */

static int compile_inner(struct table *t, struct err *e)
{
	const char *paths[MAX_COLUMNS];
	int n = 0;

	if (t->n_each == 0)
		return 0;
	for (int i = 0; i < t->n_columns; i++)
		if (!t->columns[i].outer && !t->columns[i].list) {
			t->columns[i].index = n;
			paths[n++] = t->columns[i].path;
		}
	return jsonpaths_compile(paths, n, &t->inner, e);
}

/* Adds the paths of a table that are scanned in the object itself. */
static int add_table_paths(struct extract *x, struct kind *k, int table, const char **paths, struct err *e)
{
	struct table *t = &x->tables[table];
	int n = 0;

	k->tables[k->n_tables] = table;
	k->first_value[k->n_tables++] = k->n_paths;
	for (int i = 0; i < t->n_columns; i++) {
		struct column *c = &t->columns[i];
		if (c->list || (t->n_each > 0 && !c->outer))
			continue;
		c->index = n++;
		if (k->n_paths + n > MAX_PATHS)
			return err_set(e, ERR_FORMAT, "too many paths for %s", k->name);
		paths[k->n_paths + n - 1] = c->path;
	}
	for (int i = 0; i < t->n_each; i++) {
		if (k->n_paths + n == MAX_PATHS)
			return err_set(e, ERR_FORMAT, "too many paths for %s", k->name);
		paths[k->n_paths + n++] = t->each[i];
	}
	k->n_paths += n;
	return 0;
}

/* Arrays whose elements make rows are read then, and not before. */
static void defer_arrays(struct kind *k, const struct table *t, int first)
{
	for (int i = 0; i < t->n_columns; i++)
		first += t->n_each == 0 || t->columns[i].outer;
	for (int i = 0; i < t->n_each; i++)
		jsonpaths_defer(k->paths, first + i);
}

static int add_kind(struct extract *x, struct str name, struct err *e)
{
	const char *paths[MAX_PATHS];
	CLEAN(clean_free) char *mark = xasprintf(" %.*s ", (int)name.n, name.p);
	int rc = 0;

	for (int i = 1; i < x->n_kinds; i++)
		if (str_eq(name, x->kinds[i].name))
			return 0;
	x->kinds = xreallocarray(x->kinds, (size_t)x->n_kinds + 1, sizeof(*x->kinds));
	struct kind *k = &x->kinds[x->n_kinds++];
	*k = (struct kind){.name = xstrndup(name.p, name.n), .n_paths = C_COUNT};
	memcpy(paths, common_paths, sizeof(common_paths));
	for (int i = 0; i < x->n_tables && rc == 0 && name.n > 0; i++)
		if (strstr(x->tables[i].kinds, mark))
			rc = add_table_paths(x, k, i, paths, e);
	if (rc < 0 || (rc = jsonpaths_compile(paths, k->n_paths, &k->paths, e)) < 0)
		return rc;
	for (int i = 0; i < k->n_tables; i++)
		defer_arrays(k, &x->tables[k->tables[i]], k->first_value[i]);
	return 0;
}

static int compile(struct extract *x, struct err *e)
{
	int rc = add_kind(x, STR(""), e);

	for (int i = 0; i < x->n_tables && rc == 0; i++) {
		const char *p = x->tables[i].kinds, *end = p + strlen(p);
		rc = compile_inner(&x->tables[i], e);
		for (struct str w = word(&p, end); w.n && rc == 0; w = word(&p, end))
			rc = add_kind(x, w, e);
		if (rc < 0)
			return err_wrap(e, "table %s", x->tables[i].name);
	}
	return rc;
}

int extract_new(struct extract **out, struct err *e)
{
	struct extract *x = xcalloc(1, sizeof(*x));
	int rc = 0;

	x->tables = xcalloc(MAX_TABLES, sizeof(*x->tables));
	x->text = (struct buf)BUF_MAX(TEXT_MAX);
	x->repaired = (struct buf)BUF_MAX(4 * TEXT_MAX);
	for (const struct asset *a = asset_next("schema/tables/", ".sql", NULL); a && rc == 0;
	     a = asset_next("schema/tables/", ".sql", a))
		rc = read_script(x, a, e);
	if (rc == 0)
		rc = compile(x, e);
	if (rc < 0)
		extract_free(x);
	else
		*out = x;
	return rc;
}

void extract_free(struct extract *x)
{
	if (!x)
		return;
	for (int i = 0; i < x->n_tables; i++) {
		struct table *t = &x->tables[i];
		for (int k = 0; k < t->n_columns; k++)
			free(t->columns[k].path);
		for (int k = 0; k < t->n_each; k++) {
			free(t->each[k]);
			free(t->list_name[k]);
		}
		jsonpaths_free(t->inner);
		free(t->name);
		free(t->kinds);
	}
	for (int i = 0; i < x->n_kinds; i++) {
		jsonpaths_free(x->kinds[i].paths);
		free(x->kinds[i].name);
	}
	buf_release(&x->text);
	buf_release(&x->repaired);
	free(x->tables);
	free(x->kinds);
	free(x);
}

const char *const *extract_tables(const struct extract *x, int *n)
{
	*n = x->n_tables;
	return x->names;
}

const char *extract_kind(const struct extract *x)
{
	return x->last_kind;
}

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

static void put_value(struct extract *x, struct store *s, const struct column *c, struct str token)
{
	int64_t v;

	if (!token.p)
		row_null(s);
	else if (!c->integer)
		row_str(s, c->conv == CONV_JSON ? token : text_of(x, token));
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
static bool builtin_group(struct str api)
{
	const char *slash = api.n ? memchr(api.p, '/', api.n) : NULL;
	size_t n = slash ? (size_t)(slash - api.p) : 0;

	return !memchr(api.p ? api.p : "", '.', n) || (n > 7 && memcmp(api.p + n - 7, ".k8s.io", 7) == 0);
}

static struct kind *find_kind(struct extract *x, struct str kind, struct str api)
{
	if (kind.n && builtin_group(api))
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
