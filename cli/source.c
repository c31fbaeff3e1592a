#include "cli/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyze.h"
#include "analyze/sqlfn.h"
#include "base/mem.h"

static bool is_database(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char head[16];
	CLEAN(clean_file) FILE *f = strcmp(path, "-") == 0 ? NULL : fopen(path, "rbe");

	return f && fread(head, 1, sizeof(head), f) == sizeof(head) && memcmp(head, magic, sizeof(magic)) == 0;
}

/* Loads bundles as analyze does. */
static int open_bundles(const char *const *paths, int n, const char *checks_dir, enum source_depth depth, sqlite3 **out, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	struct load_opts o = {.limits = bundle_limits_default, .checks_dir = checks_dir};
	int rc;

	if ((rc = db_create(NULL, &db, e)) < 0 || (rc = schema_create(db, e)) < 0 || (rc = load_bundles(db, paths, n, &o, e)) < 0 ||
	    (rc = schema_finish(db, e)) < 0)
		return rc;
	if (depth == SOURCE_FINDINGS && (rc = findings_make(db, checks_dir, e)) < 0)
		return rc;
	*out = STEAL(db);
	return 0;
}

static int open_database(const char *path, sqlite3 **out, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	int rc = db_open_readonly(path, &db, e);

	if (rc == 0)
		rc = sqlfn_register(db, e);
	if (rc == 0)
		*out = STEAL(db);
	return rc;
}

int source_open(const char *const *paths, int n, const char *checks_dir, enum source_depth depth, sqlite3 **out, struct err *e)
{
	return n == 1 && is_database(paths[0]) ? open_database(paths[0], out, e) : open_bundles(paths, n, checks_dir, depth, out, e);
}

int source_open_named(const char *given, enum source_depth depth, sqlite3 **out, struct err *e)
{
	const char *path = given ? given : getenv("SICKBAY_BUNDLE");

	if (!path || !*path)
		return err_set(e, ERR_USAGE, "which bundle? Give --bundle FILE, or set SICKBAY_BUNDLE to it");
	return source_open(&path, 1, NULL, depth, out, e);
}
