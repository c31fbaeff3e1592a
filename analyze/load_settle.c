#include "analyze/load.h"
#include "base/asset.h"
#include "base/mem.h"

static int exec_with_top(sqlite3 *db, const char *sql, const char *top, int64_t from, int64_t to, const char *prefix, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, "lost top", str_of(sql), &st, e);

	if (rc < 0)
		return rc;
	db_bind_text(st, ":top", top);
	db_bind_int(st, ":from", from);
	db_bind_int(st, ":to", to);
	if (sqlite3_bind_parameter_index(st, ":prefix"))
		db_bind_text(st, ":prefix", prefix);
	rc = db_step(st, e);
	return rc < 0 ? rc : 0;
}

static int restore_tops(sqlite3 *db, const struct load *l, struct err *e)
{
	static const char files[] = "UPDATE files SET path = :top || '/' || path WHERE id > :from AND id <= :to";
	static const char problems[] = "UPDATE problems SET file = :prefix || :top || '/' || substr(file, length(:prefix) + 1)"
		" WHERE rowid > :from AND rowid <= :to AND file IS NOT NULL";
	int rc = 0;

	for (int i = 0; i < l->n_lost && rc == 0; i++) {
		const struct lost_top *t = &l->lost[i];
		if ((rc = exec_with_top(db, files, t->top, t->first_file, t->last_file, NULL, e)) == 0)
			rc = exec_with_top(db, problems, t->top, t->first_problem, t->last_problem, t->prefix, e);
	}
	return rc;
}

static int run_asset(sqlite3 *db, const char *path, struct err *e)
{
	const struct asset *a = asset_get(path);

	return a ? db_exec(db, path, a->text, e) : err_set(e, ERR_INTERNAL, "%s is missing", path);
}

/* Typed rows of an object that is left out go with it. */
static int drop_typed_rows(sqlite3 *db, const struct load *l, struct err *e)
{
	int n, rc = 0;
	const char *const *names = extract_tables(l->extract, &n);

	for (int i = 0; i < n && rc == 0; i++) {
		CLEAN(clean_free) char *sql = xasprintf("DELETE FROM \"%s\" WHERE object IN (SELECT id FROM doubled)", names[i]);
		rc = db_exec(db, "duplicates", str_of(sql), e);
	}
	return rc;
}

int load_settle(sqlite3 *db, const struct load *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = restore_tops(db, l, e);

	if (rc == 0)
		rc = run_asset(db, "schema/load/clusters.sql", e);
	if (rc == 0)
		rc = run_asset(db, "schema/load/find-duplicates.sql", e);
	if (rc == 0)
		rc = db_prepare(db, "duplicates", STR("SELECT 1 FROM doubled LIMIT 1"), &st, e);
	if (rc == 0)
		rc = db_step(st, e);
	clean_stmt(&st);
	if (rc > 0) {
		rc = run_asset(db, "schema/load/keep-duplicates.sql", e);
		if (rc == 0)
			rc = drop_typed_rows(db, l, e);
	}
	return rc < 0 ? rc : run_asset(db, "schema/load/settle.sql", e);
}
