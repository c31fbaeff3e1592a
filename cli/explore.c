#include "cli/explore.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/yaml.h"

void explore_kind_release(struct explore_kind *k)
{
	free(k->kind);
	free(k->plural);
	free(k->singular);
	free(k->group);
	*k = (struct explore_kind){0};
}

static int find_asset(const char *path, const struct asset **out, struct err *e)
{
	*out = asset_get(path);
	return *out ? 0 : err_set(e, ERR_INTERNAL, "%s: not there", path);
}

int explore_prepare(sqlite3 *db, const char *path, sqlite3_stmt **out, struct err *e)
{
	const struct asset *a;
	int rc = find_asset(path, &a, e);

	if (rc == 0)
		rc = db_prepare(db, path, a->text, out, e);
	if (rc == 0 && sqlite3_bind_parameter_index(*out, ":now"))
		db_bind_int(*out, ":now", explore_now(db));
	return rc;
}

int explore_setup(sqlite3 *db, struct err *e)
{
	const struct asset *a;
	int rc = find_asset("schema/get/run/setup.sql", &a, e);

	return rc < 0 ? rc : db_exec(db, a->path, a->text, e);
}

int64_t explore_now(sqlite3 *db)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	const struct asset *a;
	struct err e = {0};

	if (find_asset("schema/get/run/now.sql", &a, &e) < 0 || db_prepare(db, a->path, a->text, &st, &e) < 0)
		return 0;
	return db_step(st, &e) > 0 ? sqlite3_column_int64(st, 0) : 0;
}

/* -- kinds --------------------------------------------------------------------------------------------------------- */

static int read_kinds(cJSON **out, struct err *e)
{
	const struct asset *a;
	int rc = find_asset("schema/get/kinds.yaml", &a, e);

	if (rc == 0 && (rc = yaml_parse(a->text.p, a->text.n, out, e)) < 0)
		err_wrap(e, "%s", a->path);
	return rc;
}

static char *col_dup(sqlite3_stmt *st, int i)
{
	const char *s = db_col_text(st, i);

	return s && *s ? xstrdup(s) : NULL;
}

int explore_kind(sqlite3 *db, const char *word, struct explore_kind *out, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_cjson) cJSON *kinds = NULL;
	int rc;

	if ((rc = read_kinds(&kinds, e)) < 0 || (rc = explore_prepare(db, "schema/get/run/kind.sql", &st, e)) < 0)
		return rc;
	CLEAN(clean_free) char *text = json_text(kinds);
	db_bind_text(st, ":kinds", text);
	db_bind_text(st, ":word", word);
	rc = db_step(st, e);
	if (rc == 0)
		return err_set(e, ERR_USAGE, "%.100s: no such kind of object", word);
	if (rc < 0)
		return rc;
	*out = (struct explore_kind){col_dup(st, 0), col_dup(st, 1), col_dup(st, 2), col_dup(st, 3),
	                             sqlite3_column_int(st, 4) != 0, sqlite3_column_int(st, 5) != 0};
	return 0;
}

int explore_all(char **out, struct err *e)
{
	CLEAN(clean_cjson) cJSON *kinds = NULL;
	CLEAN_BUF struct buf b = BUF_MAX(4096);
	const cJSON *k;
	int rc = read_kinds(&kinds, e);

	cJSON_ArrayForEach(k, kinds)
		if (rc == 0 && json_get(k, "all"))
			rc = buf_printf(&b, e, "%s%s", b.n ? "," : "", json_get_str(k, "plural"));
	if (rc == 0)
		*out = buf_take(&b);
	return rc;
}

/* -- selectors ----------------------------------------------------------------------------------------------------- */

static char *trimmed(const char *p, size_t n)
{
	while (n && isspace((unsigned char)*p))
		p++, n--;
	while (n && isspace((unsigned char)p[n - 1]))
		n--;
	return xstrndup(p, n);
}

static void add_term(cJSON *terms, const char *word, const char *key, size_t n, const char *op, cJSON *values)
{
	CLEAN(clean_free) char *name = trimmed(key, n);
	cJSON *t = cJSON_CreateObject();

	if (strcmp(word, "path") == 0) {
		CLEAN(clean_free) char *path = xasprintf("$.%s", name);
		cJSON_AddStringToObject(t, word, path);
	} else {
		cJSON_AddStringToObject(t, word, name);
	}
	cJSON_AddStringToObject(t, "op", op);
	cJSON_AddItemToObject(t, "values", values ? values : cJSON_CreateArray());
	cJSON_AddItemToArray(terms, t);
}

static cJSON *values_of(const char *p, size_t n)
{
	cJSON *list = cJSON_CreateArray();

	for (;;) {
		const char *comma = memchr(p, ',', n);
		size_t len = comma ? (size_t)(comma - p) : n;
		CLEAN(clean_free) char *v = trimmed(p, len);
		cJSON_AddItemToArray(list, cJSON_CreateString(v));
		if (!comma)
			return list;
		p += len + 1;
		n -= len + 1;
	}
}

/* One requirement: "a=b" "a==b" "a!=b" "a" "!a" "a in (b,c)" "a notin (b)". */
static int read_term(cJSON *terms, const char *word, const char *p, size_t n, struct err *e)
{
	const char *open = memchr(p, '(', n), *eq = memchr(p, '=', n);

	while (n && isspace((unsigned char)*p))
		p++, n--;
	if (open) {
		const char *close = memchr(open, ')', n - (size_t)(open - p));
		CLEAN(clean_free) char *head = trimmed(p, (size_t)(open - p));
		char *op = strrchr(head, ' ');
		if (!close || !op || (strcmp(op + 1, "in") != 0 && strcmp(op + 1, "notin") != 0))
			return err_set(e, ERR_USAGE, "%.*s: a selector is like a=b, a!=b, a, !a, a in (b,c) or a notin (b,c)", (int)n, p);
		add_term(terms, word, head, (size_t)(op - head), op + 1, values_of(open + 1, (size_t)(close - open - 1)));
	} else if (eq) {
		bool not = eq > p && eq[-1] == '!';
		const char *v = eq + 1 < p + n && eq[1] == '=' ? eq + 2 : eq + 1;
		CLEAN(clean_free) char *value = trimmed(v, (size_t)(p + n - v));
		cJSON *list = cJSON_CreateArray();
		cJSON_AddItemToArray(list, cJSON_CreateString(value));
		add_term(terms, word, p, (size_t)(eq - p) - not, not ? "notin" : "in", list);
	} else if (n == 0 || strcmp(word, "path") == 0) {
		return err_set(e, ERR_USAGE, "%.*s: a selector is like a=b or a!=b", (int)n, p);
	} else if (*p == '!') {
		add_term(terms, word, p + 1, n - 1, "absent", NULL);
	} else {
		add_term(terms, word, p, n, "exists", NULL);
	}
	return 0;
}

/* Requirements parted by commas, those in parentheses aside, as the JSON that choose.sql reads. */
static int read_selector(const char *text, const char *word, char **out, struct err *e)
{
	CLEAN(clean_cjson) cJSON *terms = cJSON_CreateArray();
	const char *start = text;
	int depth = 0, rc = 0;

	for (const char *p = text; text && rc == 0; p++) {
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		if (*p && !(*p == ',' && depth <= 0))
			continue;
		rc = read_term(terms, word, start, (size_t)(p - start), e);
		start = p + 1;
		if (!*p)
			break;
	}
	if (rc == 0)
		*out = json_text(terms);
	return rc;
}

int explore_choose(sqlite3 *db, const struct explore_kind *k, const struct explore_filter *f, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_cjson) cJSON *list = cJSON_CreateArray();
	CLEAN(clean_free) char *labels = NULL, *fields = NULL;
	int rc;

	for (int i = 0; i < f->n_names; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(f->names[i]));
	CLEAN(clean_free) char *names = json_text(list);
	if ((rc = read_selector(f->labels, "key", &labels, e)) < 0 || (rc = read_selector(f->fields, "path", &fields, e)) < 0 ||
	    (rc = db_exec(db, "chosen", STR("DELETE FROM temp.chosen"), e)) < 0 ||
	    (rc = explore_prepare(db, "schema/get/run/choose.sql", &st, e)) < 0)
		return rc;
	db_bind_text(st, ":kind", k->kind);
	db_bind_text(st, ":group", k->custom ? k->group : NULL);
	db_bind_text(st, ":ns", k->namespaced ? f->namespace : NULL);
	db_bind_text(st, ":names", names);
	db_bind_text(st, ":labels", labels);
	db_bind_text(st, ":fields", fields);
	rc = db_step(st, e);
	return rc < 0 ? rc : (int)db_int(db, 0, "SELECT count(*) FROM temp.chosen");
}

/* -- what is not there --------------------------------------------------------------------------------------------- */

/* Why, NULL when nothing tells. Caller frees. */
static char *reason_of(sqlite3 *db, const char *plural)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};

	if (explore_prepare(db, "schema/facts/list-failed.sql", &st, &e) < 0)
		return NULL;
	db_bind_text(st, ":x", plural);
	return db_step(st, &e) > 0 ? col_dup(st, 0) : NULL;
}

int explore_missing(sqlite3 *db, const struct explore_kind *k, const char *namespace,
                    void (*fn)(void *arg, const char *namespace, const char *reason), void *arg, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int n = 0, rc = explore_prepare(db, "schema/get/run/missing.sql", &st, e);

	if (rc < 0)
		return rc;
	db_bind_text(st, ":x", k->plural);
	db_bind_text(st, ":ns", k->namespaced ? namespace : NULL);
	db_bind_int(st, ":namespaced", k->namespaced);
	CLEAN(clean_free) char *reason = reason_of(db, k->plural);
	for (; (rc = db_step(st, e)) > 0; n++) {
		const char *error = db_col_text(st, 1);
		fn(arg, db_col_text(st, 0), error ? error : reason);
	}
	return rc < 0 ? rc : n;
}

struct lack {
	const char *plural;
	struct err *e;
	bool said;
};

static void say_lack(void *arg, const char *namespace, const char *reason)
{
	struct lack *l = arg;

	if (l->said)
		return;
	l->said = true;
	err_set(l->e, ERR_ABSENT, "%.80s%s%.80s: not collected: %.300s", l->plural, namespace ? " of namespace " : "", namespace ? namespace : "",
	        reason ? reason : "no list of them is in the bundle");
}

int explore_must_have(sqlite3 *db, const struct explore_kind *k, const char *namespace, struct err *e)
{
	struct lack l = {k->plural, e, false};
	int rc = explore_missing(db, k, namespace, say_lack, &l, e);

	return rc > 0 ? -ERR_ABSENT : rc;
}
