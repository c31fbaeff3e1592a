#include "analyze/analyze.h"
#include "analyze/sqlfn.h"
#include "base/asset.h"
#include "base/mem.h"

static int run_scripts(sqlite3 *db, const char *folder, struct err *e)
{
	for (const struct asset *a = asset_next(folder, ".sql", NULL); a; a = asset_next(folder, ".sql", a)) {
		int rc = db_exec(db, a->path, a->text, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int schema_create(sqlite3 *db, struct err *e)
{
	int rc = sqlfn_register(db, e);

	return rc < 0 ? rc : run_scripts(db, "schema/tables/", e);
}

/* Lets SQLite know how large each table is, so that joins begin with the small ones. log_lines, which has no index that
 * could tell, is not counted but known by its last id. */
static int gather_statistics(sqlite3 *db, struct err *e)
{
	static const char tables[] = "SELECT name FROM sqlite_schema"
		" WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'log_lines'";
	/* ANALYZE says nothing of empty tables, and SQLite takes them for large ones then. */
	static const char unknown[] =
		"INSERT INTO sqlite_stat1 SELECT 'log_lines', NULL, max(id) FROM log_lines;"
		"INSERT INTO sqlite_stat1 SELECT name, NULL, '1' FROM sqlite_schema"
		" WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT IN (SELECT tbl FROM sqlite_stat1);"
		"ANALYZE sqlite_schema";
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_exec(db, "analyze", STR("PRAGMA analysis_limit = 300; ANALYZE bundle"), e);

	if (rc == 0)
		rc = db_prepare(db, "tables", STR(tables), &st, e);
	while (rc >= 0 && (rc = db_step(st, e)) > 0) {
		CLEAN(clean_free) char *sql = xasprintf("ANALYZE \"%s\"", db_col_text(st, 0));
		rc = db_exec(db, "analyze", str_of(sql), e);
	}
	clean_stmt(&st);
	if (rc == 0)
		rc = db_exec(db, "analyze", str_of(unknown), e);
	return rc;
}

/* Derived tables look files and lines up by the indexes, and may use views. */
int schema_finish(sqlite3 *db, struct err *e)
{
	/* Loading appends; from here on pages are read again and again. */
	int rc = db_exec(db, "cache", STR("PRAGMA cache_size = -8000"), e);

	if (rc == 0)
		rc = run_scripts(db, "schema/indexes/", e);
	if (rc == 0)
		rc = run_scripts(db, "schema/views/", e);
	if (rc == 0)
		rc = run_scripts(db, "schema/derive/", e);
	if (rc == 0)
		rc = gather_statistics(db, e);
	return rc < 0 ? rc : db_build_done(db, e);
}
