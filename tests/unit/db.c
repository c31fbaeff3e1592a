/* db: a private file leaves nothing behind, errors name the script and its line, hostile files are refused. */
#include <dirent.h>

#include "base/db.h"
#include "tests/unit/unit.h"

/* A folder of our own as $TMPDIR; counts what is in it. */
static char *folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/db-test-XXXXXX", tmp ? tmp : "/tmp");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static int entries(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void test_private_file(void **state)
{
	CLEAN(clean_free) char *dir = folder();
	const char *before = getenv("TMPDIR");
	CLEAN(clean_free) char *old = before ? xstrdup(before) : NULL;
	CLEAN(clean_db) sqlite3 *db = NULL;
	struct err e = {0};

	(void)state;
	setenv("TMPDIR", dir, 1);
	assert_int_equal(db_create(NULL, &db, &e), 0);
	assert_int_equal(entries(dir), 0);
	/* More than the cache holds, so that pages really go to the file that has no name any more; an index sorts. */
	assert_int_equal(db_exec(db, "fill", STR("CREATE TABLE t(a,b);"
		"INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 6000)"
		" SELECT i, hex(zeroblob(4000)) FROM n; CREATE INDEX i ON t(b, a);"), &e), 0);
	assert_int_equal(db_build_done(db, &e), 0);
	assert_int_equal(db_build_done(db, &e), 0);
	assert_int_equal(db_int(db, -1, "SELECT sum(length(b)) FROM t"), 6000 * 8000);
	assert_int_equal(db_int(db, -1, "SELECT a FROM t WHERE 0"), -1);
	assert_int_equal(entries(dir), 0);
	clean_db(&db);
	assert_int_equal(rmdir(dir), 0);
	if (old)
		setenv("TMPDIR", old, 1);
	else
		unsetenv("TMPDIR");
}

static void test_named_file(void **state)
{
	CLEAN(clean_free) char *dir = folder();
	CLEAN(clean_free) char *path = xasprintf("%s/x.db", dir);
	CLEAN(clean_db) sqlite3 *db = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(db_create(path, &db, &e), 0);
	assert_int_equal(db_exec(db, "s", STR("CREATE TABLE t(a); INSERT INTO t VALUES (7)"), &e), 0);
	assert_int_equal(db_build_done(db, &e), 0);
	clean_db(&db);
	assert_true(db_create(path, &db, &e) < 0); /* never over an existing file */
	assert_int_equal(db_open_readonly(path, &db, &e), 0);
	assert_int_equal(db_int(db, 0, "SELECT a FROM t"), 7);
	assert_true(db_exec(db, "w", STR("INSERT INTO t VALUES (8)"), &e) < 0);
	clean_db(&db);
	unlink(path);
	FILE *f = fopen(path, "w");
	fputs("this is not a database, but a text of some length that stands in a file", f);
	fclose(f);
	assert_int_equal(db_open_readonly(path, &db, &e), -ERR_FORMAT);
	assert_non_null(strstr(e.msg, "not a database"));
	unlink(path);
	assert_int_equal(db_open_readonly(path, &db, &e), -ERR_ABSENT);
	rmdir(dir);
}

static void test_errors_and_binds(void **state)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(db_create(NULL, &db, &e), 0);
	assert_true(db_exec(db, "tables/x.sql", STR("CREATE TABLE t(a);\n\n-- c\nSELECT nope FROM t;"), &e) < 0);
	assert_string_equal(e.msg, "tables/x.sql: line 4: no such column: nope");
	assert_true(db_prepare(db, "two", STR("SELECT 1; SELECT 2"), &st, &e) < 0);
	assert_string_equal(e.msg, "two: line 1: more than one statement");
	assert_true(db_prepare(db, "none", STR("-- nothing"), &st, &e) < 0);
	assert_int_equal(db_prepare(db, "q", STR("SELECT :a, :b, :c ; -- end"), &st, &e), 0);
	db_bind_str(st, ":a", (struct str){"xyz", 2});
	db_bind_text(st, ":b", NULL);
	db_bind_int(st, ":c", INT64_MIN);
	assert_int_equal(db_step(st, &e), 1);
	assert_string_equal(db_col_text(st, 0), "xy");
	assert_null(db_col_text(st, 1));
	assert_int_equal(db_col_str(st, 1).n, 0);
	assert_true(sqlite3_column_int64(st, 2) == INT64_MIN);
	assert_int_equal(db_step(st, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private_file), cmocka_unit_test(test_named_file), cmocka_unit_test(test_errors_and_binds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
