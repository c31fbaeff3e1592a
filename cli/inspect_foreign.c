/* What a bundle of another tool is: that is only known once it has been read, so it goes through the loaders. */
#include <string.h>

#include "analyze/analyze.h"
#include "base/db.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/inspect.h"

static void print_row(const char *name, const char *value)
{
	printf("%-10s", name);
	term_print_safe(stdout, value, strlen(value), false);
	putchar('\n');
}

/* Prints the rows (name, value) of a query of schema/inspect. */
static int print_query(sqlite3 *db, const char *path, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(db, path, &st, e);

	while (rc >= 0 && (rc = db_step(st, e)) > 0)
		if (db_col_text(st, 1))
			print_row(db_col_text(st, 0), db_col_text(st, 1));
	return rc;
}

void inspect_foreign(const char *path)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	struct load_opts o = {.limits = bundle_limits_default};
	struct err e = {0};
	int rc;

	if (strcmp(path, "-") == 0) { /* it cannot be read a second time */
		print_row("made by", "not sickbay: there is no bundle.json");
		return;
	}
	if ((rc = db_create(NULL, &db, &e)) == 0 && (rc = schema_create(db, &e)) == 0 && (rc = load_bundle(db, path, &o, &e)) == 0 &&
	    (rc = schema_finish(db, &e)) == 0)
		rc = print_query(db, "schema/inspect/foreign.sql", &e);
	if (rc < 0)
		print_row("kind", e.code == ERR_FORMAT ? "unknown: nothing in it is known to any layout" : e.msg);
}
