#include "analyze/analyze.h"
#include "analyze/sqlfn.h"
#include "base/asset.h"

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

/* Derived tables look files and lines up by the indexes, and may use views. */
int schema_finish(sqlite3 *db, struct err *e)
{
	/* Loading appends; from here on pages are read again and again. */
	int rc = db_exec(db, "cache", STR("PRAGMA cache_size = -24000"), e);

	if (rc == 0)
		rc = run_scripts(db, "schema/indexes/", e);
	if (rc == 0)
		rc = run_scripts(db, "schema/views/", e);
	if (rc == 0)
		rc = run_scripts(db, "schema/derive/", e);
	return rc < 0 ? rc : db_build_done(db, e);
}
