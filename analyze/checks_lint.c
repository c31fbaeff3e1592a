#include "analyze/analyze.h"
#include "analyze/checks.h"
#include "base/asset.h"
#include "base/clock.h"
#include <ctype.h>

struct lint {
	void (*tell)(void *arg, const char *message);
	void *arg;
	int count;
	sqlite3 *db;                 /* empty, with all tables and views */
	const struct checkset *all;  /* whatever may be named by `causes` */
	const struct check *c;       /* the one looked at */
	sqlite3_stmt *st;            /* its SELECT, NULL when that does not compile */
	const char *where;           /* the text a placeholder is looked for in, for messages */
};

__attribute__((format(printf, 3, 4))) static void tell(struct lint *l, size_t offset, const char *fmt, ...)
{
	char what[600];
	int column;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	int line = check_line(l->c, offset, &column);
	CLEAN(clean_free) char *message = xasprintf("%s:%d:%d: %s", l->c->path, line, column, what);
	l->tell(l->arg, message);
	l->count++;
}

/* A message that itself begins with "line N, column M: ". */
static void tell_placed(struct lint *l, const char *what)
{
	int line = 1, column = 1, used = 0;

	if (sscanf(what, "line %d, column %d: %n", &line, &column, &used) < 2 || used == 0) {
		line = column = 1;
		used = 0;
	}
	CLEAN(clean_free) char *message = xasprintf("%s:%d:%d: %s", l->c->path, line, column, what + used);
	l->tell(l->arg, message);
	l->count++;
}

static size_t text_offset(const struct check *c, const char *text, size_t from)
{
	const char *at = strstr(c->text + from, text);
	return at && (size_t)(at - c->text) < c->sql ? (size_t)(at - c->text) : from;
}

static void lint_keys(struct lint *l)
{
	static const char *const known[] = {"id", "title", "detail", "severity", "confidence", "needs", "causes", "why",
	                                    "fix", "verify", "k8s", "refs", "advice"};
	const cJSON *item;

	cJSON_ArrayForEach(item, l->c->head) {
		bool ok = false;
		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			ok = ok || strcmp(known[i], item->string) == 0;
		if (!ok)
			tell(l, check_key(l->c, item->string), "unknown key \"%s\"", item->string);
	}
}

static void lint_id(struct lint *l)
{
	const struct check *c = l->c;
	const char *id = json_get_str(c->head, "id");

	if (!id)
		tell(l, 0, "id is missing");
	else if (strcmp(id, c->id) != 0)
		tell(l, check_key(c, "id"), "id is \"%s\", but the file is %s.sql", id, c->id);
	for (const char *p = c->id; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '-') {
			tell(l, check_key(c, "id"), "id \"%s\": only a-z, 0-9 and - are allowed", c->id);
			return;
		}
	for (int i = 0; i < l->all->n; i++)
		if (l->all->v[i] != c && strcmp(l->all->v[i]->id, c->id) == 0 && strcmp(l->all->v[i]->path, c->path) < 0)
			tell(l, check_key(c, "id"), "id is also that of %s", l->all->v[i]->path);
}

/* A text of two languages. */
static void lint_text(struct lint *l, const cJSON *o, const char *key, bool required)
{
	if (!o && !required)
		return;
	if (!o) {
		tell(l, 0, "%s is missing", key);
		return;
	}
	for (int i = 0; i < LANG_COUNT; i++) {
		const char *s = json_get_str(o, lang_name(i));
		if (!s || !*s)
			tell(l, check_key(l->c, key), "%s: %s is missing", key, lang_name(i));
	}
}

static void lint_fix(struct lint *l)
{
	const cJSON *fix = json_get(l->c->head, "fix"), *step;

	if (!cJSON_IsArray(fix) || !fix->child) {
		tell(l, check_key(l->c, "fix"), "fix is missing: a list of steps {en, zh, run, on, if}");
		return;
	}
	cJSON_ArrayForEach(step, fix) {
		const cJSON *item;
		lint_text(l, step, "fix", true);
		cJSON_ArrayForEach(item, step)
			if (strcmp(item->string, "en") != 0 && strcmp(item->string, "zh") != 0 && strcmp(item->string, "run") != 0 &&
			    strcmp(item->string, "on") != 0 && strcmp(item->string, "if") != 0)
				tell(l, check_key(l->c, "fix"), "fix: unknown key \"%s\"", item->string);
			else if (!cJSON_IsString(item))
				tell(l, check_key(l->c, "fix"), "fix: %s is not a text", item->string);
	}
}

static void lint_need(struct lint *l, const cJSON *need)
{
	const char *s = cJSON_IsString(need) ? need->valuestring : NULL;

	if (!s || !*s) {
		tell(l, check_key(l->c, "needs"), "needs: an entry is a name, or a list of names");
		return;
	}
	if (strncmp(s, "log:", 4) == 0 || strncmp(s, "capture:", 8) == 0) {
		if (strchr(s, ':')[1] == 0)
			tell(l, check_key(l->c, "needs"), "needs: nothing stands behind \"%s\"", s);
		return;
	}
	for (const char *p = s; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_') {
			tell(l, text_offset(l->c, s, check_key(l->c, "needs")),
			     "needs: \"%s\" is neither log, log:UNIT, capture:GLOB, a resource nor a table", s);
			return;
		}
}

static void lint_needs(struct lint *l)
{
	const cJSON *needs = json_get(l->c->head, "needs"), *need, *one;

	if (!cJSON_IsArray(needs)) {
		tell(l, check_key(l->c, "needs"), "needs is missing: a list, [] when the check can always answer");
		return;
	}
	cJSON_ArrayForEach(need, needs) {
		if (!cJSON_IsArray(need)) {
			lint_need(l, need);
			continue;
		}
		cJSON_ArrayForEach(one, need)
			lint_need(l, one);
	}
}

static void lint_when(struct lint *l, const char *check, const cJSON *when, size_t at)
{
	if (!cJSON_IsString(when))
		tell(l, at, "causes: %s: `when` is missing: a relation, or a list of them", check);
	else if (!relation_known(when->valuestring))
		tell(l, text_offset(l->c, when->valuestring, at), "causes: there is no relation \"%s\"", when->valuestring);
}

static void lint_causes(struct lint *l)
{
	const cJSON *causes = json_get(l->c->head, "causes"), *item, *one;
	size_t start = check_key(l->c, "causes");

	if (causes && !cJSON_IsArray(causes))
		tell(l, start, "causes is a list of {check, when}");
	cJSON_ArrayForEach(item, json_get_arr(l->c->head, "causes")) {
		const char *id = json_get_str(item, "check");
		if (!id) {
			tell(l, start, "causes: an entry has no `check`");
			continue;
		}
		size_t at = text_offset(l->c, id, start);
		const cJSON *when = json_get(item, "when");
		if (!checkset_get(l->all, id))
			tell(l, at, "causes: there is no check \"%s\"", id);
		if (!cJSON_IsArray(when))
			lint_when(l, id, when, at);
		cJSON_ArrayForEach(one, json_get_arr(item, "when"))
			lint_when(l, id, one, at);
	}
}

static void lint_rest(struct lint *l)
{
	const char *range = json_get_str(l->c->head, "k8s");
	const cJSON *verify = json_get(l->c->head, "verify");
	bool bad = false;

	if (json_get(l->c->head, "k8s") && !range)
		tell(l, check_key(l->c, "k8s"), "k8s is a text such as \">=1.6 <1.24\"");
	if (range)
		version_in_range(NULL, range, &bad);
	if (bad)
		tell(l, check_key(l->c, "k8s"), "k8s: \"%s\" is no range of versions such as \">=1.6 <1.24\"", range);
	if (verify && !cJSON_IsString(verify))
		tell(l, check_key(l->c, "verify"), "verify is a command");
}

/* -- the SELECT --------------------------------------------------------------------------------------------------------- */

/* Behind a string, quoted name or comment that begins at s; s itself when none does. */
static const char *skip_quoted(const char *s)
{
	if (s[0] == '-' && s[1] == '-')
		return s + strcspn(s, "\n");
	if (s[0] == '/' && s[1] == '*') {
		const char *end = strstr(s + 2, "*/");
		return end ? end + 2 : s + strlen(s);
	}
	if (s[0] == '\'' || s[0] == '"' || s[0] == '`') {
		const char *end = strchr(s + 1, s[0]);
		return end ? end + 1 : s + strlen(s);
	}
	return s;
}

/* Is there an ORDER BY that no parenthesis encloses? */
static bool has_order(const char *sql)
{
	int depth = 0;

	for (const char *p = sql; *p;) {
		const char *next = skip_quoted(p);
		if (next != p) {
			p = next;
			continue;
		}
		depth += (*p == '(') - (*p == ')');
		if (depth == 0 && strncasecmp(p, "ORDER", 5) == 0 && (p == sql || !isalnum((unsigned char)p[-1]))) {
			const char *by = p + 5 + strspn(p + 5, " \t\r\n");
			if (by > p + 5 && strncasecmp(by, "BY", 2) == 0)
				return true;
		}
		p++;
	}
	return false;
}

static bool has_column(sqlite3_stmt *st, struct str name)
{
	for (int i = 0; i < sqlite3_column_count(st); i++)
		if (str_eq(name, sqlite3_column_name(st, i)))
			return true;
	return false;
}

static void lint_columns(struct lint *l)
{
	const size_t at = l->c->sql + strspn(l->c->text + l->c->sql, " \t\r\n");

	if (strcmp(sqlite3_column_name(l->st, 0), "subject") != 0)
		tell(l, at, "the first column must be `subject`, it is `%s`", sqlite3_column_name(l->st, 0));
	if (!has_column(l->st, STR("file")) || !has_column(l->st, STR("line")))
		tell(l, at, "the columns `file` and `line` are missing: every row cites its evidence");
	for (int i = 0; i < sqlite3_column_count(l->st); i++)
		for (int k = 0; k < i; k++)
			if (strcmp(sqlite3_column_name(l->st, i), sqlite3_column_name(l->st, k)) == 0)
				tell(l, at, "two columns are named `%s`", sqlite3_column_name(l->st, i));
	if (!has_order(l->c->text + at))
		tell(l, at, "ORDER BY is missing: without it the order of evidence is anybody's guess");
}

static void lint_placeholder(void *arg, struct str name, size_t offset)
{
	static const char *const implicit[] = {"subject", "kind", "namespace", "name", "node", "first_seen", "last_seen", "rows"};
	struct lint *l = arg;

	(void)offset;
	for (size_t i = 0; i < ARRAY_LEN(implicit); i++)
		if (str_eq(name, implicit[i]))
			return;
	if (has_column(l->st, name))
		return;
	CLEAN(clean_free) char *in_braces = xasprintf("{%.*s}", (int)name.n, name.p);
	tell(l, text_offset(l->c, in_braces, 0), "%s: no column gives %s", l->where, in_braces);
}

static void lint_placeholders(struct lint *l)
{
	static const char *const texts[] = {"title", "detail", "why"};
	const cJSON *step, *item;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		l->where = texts[i];
		cJSON_ArrayForEach(item, json_get_obj(l->c->head, texts[i]))
			if (cJSON_IsString(item))
				fill_each(item->valuestring, lint_placeholder, l);
	}
	l->where = "fix";
	cJSON_ArrayForEach(step, json_get_arr(l->c->head, "fix"))
		cJSON_ArrayForEach(item, step)
			if (cJSON_IsString(item) && strcmp(item->string, "if") == 0)
				lint_placeholder(l, (struct str){item->valuestring, strlen(item->valuestring)}, 0);
			else if (cJSON_IsString(item))
				fill_each(item->valuestring, lint_placeholder, l);
	l->where = "verify";
	fill_each(json_get_str(l->c->head, "verify"), lint_placeholder, l);
}

static void lint_sql(struct lint *l)
{
	struct sandbox box;
	struct err e;

	sandbox_open(&box, l->db);
	sandbox_enter(&box, 5 * US_PER_S);
	int rc = sandbox_prepare(&box, l->c, 0, &l->st, &e);
	if (rc == 0)
		while (sqlite3_step(l->st) == SQLITE_ROW)
			;
	sandbox_leave(&box);
	sandbox_close(&box);
	if (rc < 0) {
		tell_placed(l, e.msg);
		return;
	}
	lint_columns(l);
	lint_placeholders(l);
	clean_stmt(&l->st);
}

static void lint_check(struct lint *l, const struct check *c)
{
	l->c = c;
	l->st = NULL;
	if (c->bad.code)
		tell_placed(l, c->bad.msg);
	if (!c->head)
		return;
	lint_keys(l);
	lint_id(l);
	lint_text(l, json_get(c->head, "title"), "title", true);
	lint_text(l, json_get(c->head, "why"), "why", true);
	lint_text(l, json_get(c->head, "detail"), "detail", false);
	lint_fix(l);
	lint_needs(l);
	lint_causes(l);
	lint_rest(l);
	lint_sql(l);
}

/* The queries that relations, findings and reports are made with: a table they need may have gone. */
static void lint_queries(struct lint *l)
{
	static const char *const folders[] = {"schema/causes/", "schema/facts/", "schema/findings/", "schema/report/", "schema/diff/"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		for (const struct asset *a = NULL; (a = asset_next(folders[i], ".sql", a));) {
			CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
			struct err e;
			if (db_prepare(l->db, a->path, a->text, &st, &e) == 0)
				continue;
			l->tell(l->arg, e.msg);
			l->count++;
		}
}

int checks_lint(const char *dir, void (*fn)(void *arg, const char *message), void *arg, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN(clean_checkset) struct checkset *all = NULL;
	CLEAN(clean_checkset) struct checkset *own = NULL;
	int rc = checkset_load(dir, &all, e);

	if (rc == 0 && dir)
		rc = checkset_load_dir(dir, &own, e);
	if (rc == 0)
		rc = db_create(NULL, &db, e);
	if (rc == 0)
		rc = schema_create(db, e);
	if (rc == 0)
		rc = schema_finish(db, e);
	if (rc < 0)
		return rc;
	struct lint l = {.tell = fn, .arg = arg, .db = db, .all = all};
	const struct checkset *set = own ? own : all;
	for (int i = 0; i < set->n; i++)
		lint_check(&l, set->v[i]);
	if (!dir)
		lint_queries(&l);
	return l.count;
}
