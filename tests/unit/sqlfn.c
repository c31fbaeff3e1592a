/* sqlfn: each SQL function on its ordinary and its odd arguments. */
#include "analyze/sqlfn.h"
#include "tests/unit/unit.h"

static sqlite3 *db;

static int setup(void **state)
{
	(void)state;
	return sqlite3_open(":memory:", &db) == SQLITE_OK && sqlfn_register(db, NULL) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	sqlite3_close(db);
	return 0;
}

/* The value of an expression as text; want NULL: SQL NULL. */
static void expect(const char *expr, const char *want)
{
	CLEAN(clean_free) char *sql = xasprintf("SELECT %s", expr);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};

	if (db_prepare(db, "test", str_of(sql), &st, &e) < 0)
		fail_msg("%s: %s", expr, e.msg);
	if (db_step(st, &e) != 1)
		fail_msg("%s: %s", expr, e.msg);
	const char *got = db_col_text(st, 0);
	if ((got == NULL) != (want == NULL) || (want && strcmp(got, want) != 0))
		fail_msg("%s: got %s, want %s", expr, got ? got : "NULL", want ? want : "NULL");
}

static void expect_error(const char *expr)
{
	CLEAN(clean_free) char *sql = xasprintf("SELECT %s", expr);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};

	assert_int_equal(db_prepare(db, "test", str_of(sql), &st, &e), 0);
	assert_true(db_step(st, &e) < 0);
}

static void test_patterns(void **state)
{
	(void)state;
	expect("'PLEG is not healthy' REGEXP 'PLEG .*healthy$'", "1");
	expect("'x' REGEXP '^y'", "0");
	expect("NULL REGEXP 'y'", NULL);
	expect("rx('[0-9]+', 'a12b')", "12");
	expect("rx('([a-z])([0-9])', 'a1', 2)", "1");
	expect("rx('(?<name>[a-z]+)-(?<id>\\d+)', 'web-77', 'id')", "77");
	expect("rx('x(y)?', 'x', 1)", NULL);
	expect("rx('nope', 'x')", NULL);
	expect_error("rx('(', 'x')");
	expect_error("rx('x', 'x', 3)");
	/* The pattern changes from row to row. */
	expect("group_concat('a1' REGEXP p, ',') FROM (SELECT 'a' AS p UNION ALL SELECT 'b' UNION ALL SELECT '1$')", "1,0,1");
}

static void test_fields(void **state)
{
	(void)state;
	expect("field('  a  b\tc ', 1)", "a");
	expect("field('a b c', 3)", "c");
	expect("field('a b c', -1)", "c");
	expect("field('a b c', -3)", "a");
	expect("field('a b c', 4)", NULL);
	expect("field('', 1)", NULL);
	expect("field('a', 0)", NULL);
	expect("rest('1 2  /var/a b ', 3)", "/var/a b");
	expect("rest('1 2', 3)", NULL);
}

static void test_quantities(void **state)
{
	(void)state;
	expect("bytes('4096')", "4096");
	expect("bytes('1.2GB')", "1200000000");
	expect("bytes('187kB (virtual 3MB)')", "187000");
	expect("bytes('512MiB')", "536870912");
	expect("bytes('10Ki')", "10240");
	expect("bytes('2K')", "2048");
	expect("bytes('1.5G')", "1610612736");
	expect("bytes('0B')", "0");
	expect("bytes('-')", NULL);
	expect("bytes('5 apples')", NULL);
	expect("bytes(NULL)", NULL);
	expect("iso(0)", "1970-01-01T00:00:00Z");
	expect("iso(NULL)", NULL);
	expect("us('2021-05-05T10:00:00.5+02:00')", "1620201600500000");
	expect("us('yesterday')", NULL);
}

static void test_lines(void **state)
{
	(void)state;
	expect("json_line('{\n\"reason\": \"x\",\n\"a\": \"reason\",\n\"b\": 12}', 10, 'reason')", "12");
	expect("json_line('{\n\"a\": \"say \\\"hi\\\"\"}', 1, 'say \"hi\"')", "2");
	expect("json_line('{\n\"a\": 1,\n\"b\": 12}', 5, 12)", "7");
	expect("json_line('{\n\"a\": 1}', 5, 'nope')", "5");
	expect("json_line('{', NULL, 1)", NULL);
	expect("json_key('{\n\"b\": \"a\",\n\"a\": 1}', 10, 'a')", "12");
	expect("json_key('{\n\"a\": 1}', 5, 'nope')", "5");
	expect("json_key('{\"', 1, 'x')", "1");
	expect("json_key('{', NULL, 'x')", NULL);
	expect("json_line('{\"', 1, 'x')", "1");
	expect("line_of('{\n  \"a\": 1\n}', 4, 5)", "  \"a\": 1");
	expect("line_of('{\n}', 4, 5)", "}");
	expect("line_of('{\n}', 4, 6)", NULL);
	expect("line_of('{\n}', 4, 3)", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns), cmocka_unit_test(test_fields), cmocka_unit_test(test_quantities),
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
