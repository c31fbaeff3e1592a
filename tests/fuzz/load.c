/* A whole bundle into the database; every row of every table and view can be read, and its text is UTF-8. */
#include "tests/fuzz/pack.h"

#include "base/text.h"

static void read_table(sqlite3 *db, const char *name)
{
	CLEAN(clean_free) char *sql = xasprintf("SELECT * FROM \"%s\"", name);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};
	int rc;

	if (db_prepare(db, name, str_of(sql), &st, &e) == 0)
		while ((rc = db_step(st, &e)) > 0)
			for (int i = 0; i < sqlite3_column_count(st); i++) {
				if (sqlite3_column_type(st, i) != SQLITE_TEXT)
					continue;
				struct str v = db_col_str(st, i);
				/* SQLite hands JSON's \u escapes out as they come, lone surrogates too. */
				if (!text_utf8_valid(v.p, v.n))
					fprintf(stderr, "%s.%s: %.*s\n", name, sqlite3_column_name(st, i), (int)v.n, v.p);
				MUST(text_utf8_valid(v.p, v.n));
			}
	if (e.code)
		fprintf(stderr, "%s: %s\n", name, e.msg);
	MUST(e.code == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};

	if (!pack_load(data, size, &db))
		return 0;
	MUST(db_prepare(db, "tables", STR("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"), &st, &e) == 0);
	while (db_step(st, &e) > 0)
		read_table(db, db_col_text(st, 0));
	return 0;
}
