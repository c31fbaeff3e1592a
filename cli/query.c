/* query: SQL over a bundle, or over a database that analyze wrote. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/cli.h"
#include "cli/pager.h"
#include "cli/query.h"
#include "cli/source.h"

/* The clock is looked at often: one step of the virtual machine may make a string of many megabytes. */
enum { MAX_BUNDLES = 100, SQL_MAX = 1 << 20, STEPS_PER_LOOK = 200 };

/* -- what the SQL may do ------------------------------------------------------------------------------------------- */

/* Reading, and nothing that reaches a file. */
static int authorize(void *arg, int action, const char *a, const char *b, const char *database, const char *view)
{
	static const char *const pragmas[] = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
	                                      "function_list", "compile_options"};

	(void)arg;
	(void)database;
	(void)view;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		for (size_t i = 0; a && i < ARRAY_LEN(pragmas); i++)
			if (sqlite3_stricmp(a, pragmas[i]) == 0)
				return SQLITE_OK;
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static int past_deadline(void *arg)
{
	const int64_t *deadline = arg;

	return clock_mono() > *deadline;
}

/* -- commands ------------------------------------------------------------------------------------------------------ */

/* ".tables" and ".schema [NAME]" as sqlite3 has them. */
static int run_dot(sqlite3 *db, const struct query_out *o, const char *line, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct query_out plain = {o->f, QUERY_TSV, false, o->safe};
	const char *arg = line + strcspn(line, " \t");
	size_t n = (size_t)(arg - line);
	int rc;

	arg += strspn(arg, " \t");
	size_t len = strcspn(arg, " \t\r\n;");
	if (n == 7 && memcmp(line, ".tables", n) == 0) {
		rc = db_prepare(db, ".tables", STR("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"), &st, e);
		return rc < 0 ? rc : query_print(&plain, st, e);
	}
	if (n != 7 || memcmp(line, ".schema", n) != 0)
		return err_set(e, ERR_USAGE, "%.*s: there are .tables and .schema [TABLE]", (int)(n < 40 ? n : 40), line);
	rc = db_prepare(db, ".schema", STR("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND (:t IS NULL OR tbl_name = :t)"
	                                   " ORDER BY name"), &st, e);
	if (rc < 0)
		return rc;
	db_bind_str(st, ":t", len ? (struct str){arg, len} : (struct str){NULL, 0});
	bool any = false;
	while ((rc = db_step(st, e)) > 0) {
		struct str sql = db_col_str(st, 0);
		any = true;
		if (o->safe)
			term_print_safe(o->f, sql.p, sql.n, true);
		else
			fwrite(sql.p, 1, sql.n, o->f);
		fputs(";\n", o->f);
	}
	if (rc == 0 && !any && len)
		return err_set(e, ERR_ABSENT, "no such table: %.*s", (int)(len < 80 ? len : 80), arg);
	return rc;
}

/* Statements one after the other, parted by semicolons. */
static int run_sql(sqlite3 *db, const struct query_out *o, const char *sql, struct err *e)
{
	while (*sql) {
		CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
		const char *tail = NULL;
		if (sqlite3_prepare_v2(db, sql, -1, &st, &tail) != SQLITE_OK) {
			int code = sqlite3_errcode(db);
			if (code == SQLITE_AUTH)
				return err_set(e, ERR_DENIED, "the query may only read: %s", sqlite3_errmsg(db));
			return err_set(e, ERR_FORMAT, "%s", sqlite3_errmsg(db));
		}
		if (st) {
			int rc = query_print(o, st, e);
			if (rc < 0)
				return e->code == ERR_TIMEOUT ? err_set(e, ERR_TIMEOUT, "the query took longer than --timeout") : rc;
		}
		sql = tail;
	}
	return 0;
}

static int read_sql(const char *given, struct buf *b, struct err *e)
{
	char piece[4096];
	ssize_t n;
	int rc = 0;

	if (strcmp(given, "-") != 0)
		return buf_add_str(b, given, e);
	while (rc == 0 && (n = read(STDIN_FILENO, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno != EINTR)
			return err_errno(e, "standard input");
		if (n > 0)
			rc = buf_add(b, piece, (size_t)n, e);
	}
	return rc;
}

static int read_output(const struct cli_args *a, struct query_out *o, int64_t *timeout, struct err *e)
{
	const char *format = cli_value(a, "format"), *limit = cli_value(a, "timeout");
	int f = format ? query_format_parse(format) : term_is_tty(stdout) ? QUERY_TABLE : QUERY_TSV;

	if (f < 0)
		return err_set(e, ERR_USAGE, "--format %.40s: there are table, csv, tsv, json and markdown", format);
	*o = (struct query_out){stdout, (enum query_format)f, cli_given(a, "header"), term_is_tty(stdout)};
	*timeout = 60 * US_PER_S;
	if (limit && clock_parse_duration(limit, timeout, e) < 0)
		return err_wrap(e, "--timeout");
	return 0;
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN_BUF struct buf sql = BUF_MAX(SQL_MAX);
	const char *path = cli_arg(a, 0), *sql_arg = cli_arg(a, cli_argc(a) - 1), *paths[MAX_BUNDLES];
	int n = cli_argc(a) - 1;
	struct query_out out;
	int64_t timeout;
	int rc;

	if (read_output(a, &out, &timeout, e) < 0)
		return EXIT_USAGE;
	if (n > MAX_BUNDLES) {
		err_set(e, ERR_USAGE, "at most %d bundles make one case; %d were given", MAX_BUNDLES, n);
		return EXIT_USAGE;
	}
	for (int i = 0; i < n; i++)
		paths[i] = cli_arg(a, i);
	if (strcmp(path, "-") == 0 && strcmp(sql_arg, "-") == 0) {
		err_set(e, ERR_USAGE, "the bundle and the SQL cannot both come from standard input");
		return EXIT_USAGE;
	}
	if ((rc = read_sql(sql_arg, &sql, e)) < 0)
		return EXIT_FAILED;
	if (source_open(paths, n, cli_value(a, "checks"), SOURCE_FINDINGS, &db, e) < 0)
		return EXIT_FAILED;
	int64_t deadline = clock_mono() + timeout;
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 256 << 20);
	sqlite3_progress_handler(db, STEPS_PER_LOOK, past_deadline, &deadline);
	const char *text = buf_cstr(&sql);
	text += strspn(text, " \t\r\n");
	pager_begin();
	if (*text == '.') {
		rc = run_dot(db, &out, text, e);
	} else {
		/* Their first use declares a table, which the authorizer would take for a change. */
		sqlite3_exec(db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL);
		sqlite3_set_authorizer(db, authorize, NULL);
		rc = run_sql(db, &out, text, e);
	}
	if (pager_end())
		return EXIT_DONE;
	if (rc < 0 && e->code == ERR_CANCELED) { /* nobody reads on, which is no failure; the stream must not remember it as one */
		clearerr(stdout);
		return EXIT_DONE;
	}
	if (rc < 0)
		return e->code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
	if (rc < 0)
		clearerr(stdout); /* a reader that has had enough: nobody is to look for another reason later */
	return EXIT_DONE;
}

static const struct cli_option options[] = {
	{.name = "format", .letter = 'f', .value = "FORMAT", .help = "table csv tsv json markdown (table; tsv in pipes)"},
	{.name = "header", .help = "names of columns above csv and tsv"},
	{.name = "checks", .value = "DIR", .help = "further checks and signatures below DIR"},
	{.name = "timeout", .value = "TIME", .help = "end a query that takes longer (60s)"},
	{0},
};

const struct cli_command cmd_query = {
	.name = "query",
	.summary = "ask a bundle with SQL",
	.synopsis = "BUNDLE...|DB \"SQL\" [options]",
	.about = "Loads a bundle, runs the checks and answers SQL over its tables; a database\n"
	         "written by `sickbay analyze -o x.db` answers at once. The SQL can only read;\n"
	         "\"-\" reads it from standard input. \".tables\" lists the tables and views,\n"
	         "\".schema TABLE\" shows one.\n\n"
	         "  sickbay query b.tar.zst \"SELECT node, level, count(*) FROM log\n"
	         "    WHERE unit = 'kubelet' GROUP BY 1, 2\"",
	.options = options,
	.min_args = 2,
	.max_args = -1,
	.run = run,
};
