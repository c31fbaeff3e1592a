#include "analyze/checks.h"
#include "analyze/analyze.h"
#include "base/clock.h"

enum { MAX_ROWS = 10000 };
#define CHECK_BUDGET (5 * US_PER_S)

enum state { FOUND, CLEAR, NOT_EVALUATED, FAILED };
static const char *const states[] = {"found", "clear", "not-evaluated", "error"};

struct outcome {
	enum state state;
	char *reason[LANG_COUNT]; /* new strings, or NULL */
	int64_t steps;
	bool other_version;
};

static void outcome_failed(struct outcome *o, const char *why)
{
	o->state = FAILED;
	for (int i = 0; i < LANG_COUNT; i++) {
		free(o->reason[i]);
		o->reason[i] = xstrdup(why);
	}
}

/* A reason from the texts, with the one field `n`. */
static void outcome_note(struct outcome *o, const struct needs *n, const char *key, int64_t count)
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();
	cJSON_AddNumberToObject(fields, "n", (double)count);
	for (int i = 0; i < LANG_COUNT; i++) {
		free(o->reason[i]);
		o->reason[i] = fill_new(texts_get(n->texts[i], key), fields, FILL_TEXT);
	}
}

/* Steps the SELECT and collects its rows. 1 when there were more rows than we take, 0, or a negative error. */
static int collect_rows(struct sandbox *box, sqlite3_stmt *st, struct gather *g, struct err *e)
{
	for (int rows = 0;; rows++) {
		int s = sqlite3_step(st);
		if (s == SQLITE_DONE)
			return 0;
		if (s != SQLITE_ROW && box->timed_out)
			return err_set(e, ERR_TIMEOUT, "took longer than %d seconds", (int)(CHECK_BUDGET / US_PER_S));
		if (s != SQLITE_ROW)
			return err_set(e, ERR_FORMAT, "%s", box->why[0] ? box->why : sqlite3_errmsg(box->db));
		if (rows == MAX_ROWS)
			return 1;
		int rc = gather_row(g, st, e);
		if (rc < 0)
			return rc;
	}
}

/* Runs the SELECT in its sandbox; what goes wrong in it is the check's error, not ours. Returns as collect_rows. */
static int run_select(struct sandbox *box, const struct check *c, int64_t now, struct gather *g, int64_t *steps, struct err *e)
{
	sqlite3_stmt *st = NULL;

	sandbox_enter(box, CHECK_BUDGET);
	int rc = sandbox_prepare(box, c, now, &st, e);
	if (rc == 0)
		rc = collect_rows(box, st, g, e);
	if (st)
		*steps = sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(st);
	sandbox_leave(box);
	return rc;
}

static int run_check(struct sandbox *box, const struct check *c, const struct needs *n, int64_t now, struct outcome *o, struct err *e)
{
	CLEAN(clean_gather) struct gather *g = gather_new(box->db, c);
	struct err own;
	int unproved = 0;

	if (c->bad.code) {
		outcome_failed(o, c->bad.msg);
		return 0;
	}
	int rc = needs_met(n, c, o->reason, e);
	if (rc <= 0) {
		o->state = NOT_EVALUATED;
		o->other_version = rc == 0 && !version_applies(n, c);
		return rc;
	}
	int more = run_select(box, c, now, g, &o->steps, &own);
	if (more < 0) {
		outcome_failed(o, own.msg);
		return 0;
	}
	int found = gather_store(g, &unproved, e);
	if (found < 0)
		return found;
	o->state = found ? FOUND : CLEAR;
	if (unproved) {
		outcome_note(o, n, "state.unproved", unproved);
		o->state = FAILED;
	} else if (gather_nameless(g)) {
		outcome_note(o, n, "state.nameless", gather_nameless(g));
		o->state = found ? FOUND : NOT_EVALUATED;
	} else if (more) {
		outcome_note(o, n, "state.more", MAX_ROWS);
	} else if (!found && needs_coverage(n, c, o->reason) == COVERAGE_BROKEN) {
		o->state = NOT_EVALUATED;
	}
	return 0;
}

static int store_check(sqlite3_stmt *st, const struct check *c, const struct outcome *o, struct err *e)
{
	const char *title = check_text(json_get(c->head, "title"), LANG_EN);

	sqlite3_reset(st);
	db_bind_text(st, ":id", c->id);
	db_bind_text(st, ":area", c->area);
	db_bind_text(st, ":severity", severity_name(c->severity));
	db_bind_text(st, ":title", title ? title : c->id);
	db_bind_text(st, ":state", states[o->state]);
	db_bind_text(st, ":reason", o->reason[LANG_EN]);
	db_bind_int(st, ":applies", !o->other_version);
	db_bind_int(st, ":advice", c->advice);
	db_bind_int(st, ":steps", o->steps);
	return db_step(st, e) < 0 ? -e->code : 0;
}

static int store_check_texts(sqlite3_stmt *st, const struct check *c, const struct outcome *o, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < LANG_COUNT && rc >= 0; i++) {
		const char *title = check_text(json_get(c->head, "title"), i);
		sqlite3_reset(st);
		db_bind_text(st, ":check_id", c->id);
		db_bind_text(st, ":lang", lang_name(i));
		db_bind_text(st, ":title", title ? title : c->id);
		db_bind_text(st, ":reason", o->reason[i]);
		rc = db_step(st, e);
	}
	return rc < 0 ? rc : 0;
}

int checkset_run(const struct checkset *set, sqlite3 *db, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *insert = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *insert_texts = NULL;
	struct sandbox box = {0};
	struct needs n = {0};
	int rc = needs_init(&n, db, e);

	int64_t now = bundle_now(db);
	sandbox_open(&box, db);
	if (rc == 0)
		rc = db_prepare_asset(db, "schema/findings/insert-check.sql", &insert, e);
	if (rc == 0)
		rc = db_prepare_asset(db, "schema/findings/insert-check-texts.sql", &insert_texts, e);
	if (rc == 0)
		rc = db_exec(db, "begin", STR("SAVEPOINT checks"), e);
	for (int i = 0; rc == 0 && i < set->n; i++) {
		struct outcome o = {.state = CLEAR};
		rc = run_check(&box, set->v[i], &n, now, &o, e);
		if (rc == 0)
			rc = store_check(insert, set->v[i], &o, e);
		if (rc == 0)
			rc = store_check_texts(insert_texts, set->v[i], &o, e);
		if (rc < 0)
			rc = err_wrap(e, "%s", set->v[i]->path);
		for (int l = 0; l < LANG_COUNT; l++)
			free(o.reason[l]);
	}
	sqlite3_reset(insert);
	sqlite3_reset(insert_texts);
	if (rc == 0)
		rc = db_exec(db, "end", STR("RELEASE checks"), e);
	needs_release(&n);
	sandbox_close(&box);
	return rc;
}

int checks_run(sqlite3 *db, const char *checks_dir, struct err *e)
{
	CLEAN(clean_checkset) struct checkset *set = NULL;
	int rc = checkset_load(checks_dir, &set, e);

	return rc < 0 ? rc : checkset_run(set, db, e);
}

int findings_make(sqlite3 *db, const char *checks_dir, struct err *e)
{
	CLEAN(clean_checkset) struct checkset *set = NULL;
	int rc = checkset_load(checks_dir, &set, e);

	if (rc == 0)
		rc = checkset_run(set, db, e);
	return rc < 0 ? rc : checkset_link(set, db, e);
}
