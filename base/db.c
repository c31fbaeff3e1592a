#include "base/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/mem.h"

/* Pages are written once and read a few times; large ones cost fewer calls of the kernel. The cache is small
 * because pages that are filled once and written at once had better stay in the processor's. Sorts of indexes spill
 * to unlinked files of SQLite's own beyond the cache, so memory stays flat. */
static const char build_setup[] = "PRAGMA page_size = 32768; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                                  "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -6000; PRAGMA temp_store = FILE;"
                                  "PRAGMA foreign_keys = OFF; PRAGMA cell_size_check = OFF; PRAGMA secure_delete = OFF; BEGIN;";

static int code_of(int sqlite_code)
{
	switch (sqlite_code & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT: return ERR_FORMAT;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY: return ERR_IO;
	case SQLITE_NOMEM:
	case SQLITE_TOOBIG: return ERR_LIMIT;
	case SQLITE_INTERRUPT: return ERR_TIMEOUT;
	case SQLITE_AUTH:
	case SQLITE_PERM: return ERR_DENIED;
	default: return ERR_INTERNAL;
	}
}

static int db_fail(sqlite3 *db, const char *name, struct err *e)
{
	return err_set(e, code_of(sqlite3_extended_errcode(db)), "%s: %s", name, sqlite3_errmsg(db));
}

/* SQLite's own count of its memory costs a lock around every allocation, and nobody reads it. Every temporary table of a query
 * (DISTINCT, GROUP BY, a view that is materialized) begins with 20 pages at once, most of them for nothing: a fifth of the
 * time of a small bundle. 0 pages: each when it is needed. */
static void set_up_library(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, (void *)NULL, 0, 0);
}

static int open_file(const char *path, int flags, sqlite3 **out, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CLEAN(clean_db) sqlite3 *db = NULL;

	pthread_once(&once, set_up_library);
	if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return err_set(e, ERR_IO, "%s: %s", path, db ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_extended_result_codes(db, 1);
	/* Preparing hundreds of statements over views asks for very many small pieces: 4 MiB of them at hand spare malloc the work, where
	 * SQLite is built with lookaside (Debian's is not, and passes over this). */
	sqlite3_db_config(db, SQLITE_DBCONFIG_LOOKASIDE, (void *)NULL, 1024, 4096);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
	*out = STEAL(db);
	return 0;
}

int db_create(const char *path, sqlite3 **out, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	const char *dir = getenv("TMPDIR");
	CLEAN(clean_free) char *temp = xasprintf("%s/sickbay-XXXXXX", dir && *dir ? dir : "/tmp");
	int fd, rc;

	if (path)
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	else
		fd = mkostemp(temp, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return err_errno(e, "%s", path ? path : temp);
	const char *name = path ? path : temp;
	rc = open_file(name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, &db, e);
	if (rc == 0)
		rc = db_exec(db, name, str_of(build_setup), e);
	/* Not earlier: it forbids the journal to be off, and with a journal the file would have to keep its name. */
	if (rc == 0)
		sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	/* The pragmas have opened the file, so its name is not needed any more: nothing is left behind by a crash. */
	close(fd);
	if (!path || rc < 0)
		unlink(name);
	if (rc == 0)
		*out = STEAL(db);
	return rc;
}

int db_build_done(sqlite3 *db, struct err *e)
{
	return sqlite3_get_autocommit(db) ? 0 : db_exec(db, "commit", STR("COMMIT"), e);
}

int db_open_readonly(const char *path, sqlite3 **out, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return err_set(e, ERR_ABSENT, "%s: no such file", path);
	int rc = open_file(path, SQLITE_OPEN_READONLY, &db, e);
	if (rc < 0)
		return rc;
	/* The file is from outside and its schema may hold anything. It stays trusted all the same, as SQLite refuses json_extract
	 * in views otherwise; no function that a view could call reaches further than its arguments. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	if (sqlite3_exec(db, "PRAGMA temp_store = FILE; PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema", NULL,
	                 NULL, NULL) != SQLITE_OK) {
		if (sqlite3_errcode(db) == SQLITE_NOTADB)
			return err_set(e, ERR_FORMAT, "%s: not a database", path);
		return db_fail(db, path, e);
	}
	*out = STEAL(db);
	return 0;
}

/* 1-based line of a script on which byte `at` stands. */
static int line_at(struct str sql, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at && i < sql.n; i++)
		line += sql.p[i] == '\n';
	return line;
}

static int prepare_fail(sqlite3 *db, const char *name, struct str sql, size_t from, struct err *e)
{
	int at = sqlite3_error_offset(db);

	/* Without an offset of SQLite's: the statement's first word. */
	while (at < 0 && from < sql.n && (unsigned char)sql.p[from] <= ' ')
		from++;
	return err_set(e, code_of(sqlite3_extended_errcode(db)), "%s: line %d: %s", name,
	               line_at(sql, from + (at > 0 ? (size_t)at : 0)), sqlite3_errmsg(db));
}

int db_exec(sqlite3 *db, const char *name, struct str sql, struct err *e)
{
	const char *p = sql.p, *end = sql.p + sql.n;

	while (p < end) {
		CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
		const char *tail = end;
		size_t from = (size_t)(p - sql.p);
		int rc;
		if (end - p > 1 << 24)
			return err_set(e, ERR_LIMIT, "%s: too long", name);
		if (sqlite3_prepare_v2(db, p, (int)(end - p), &st, &tail) != SQLITE_OK)
			return prepare_fail(db, name, sql, from, e);
		p = tail;
		if (!st)
			continue;
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			;
		if (rc != SQLITE_DONE)
			return prepare_fail(db, name, sql, from, e);
	}
	return 0;
}

/* True when nothing but blanks, semicolons and comments is left. */
static bool only_comments(sqlite3 *db, const char *p, const char *end)
{
	while (p < end) {
		CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
		const char *tail = end;
		if (sqlite3_prepare_v2(db, p, (int)(end - p), &st, &tail) != SQLITE_OK || st || tail == p)
			return false;
		p = tail;
	}
	return true;
}

int db_prepare(sqlite3 *db, const char *name, struct str sql, sqlite3_stmt **out, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	const char *tail = NULL;

	if (sql.n > 1 << 24)
		return err_set(e, ERR_LIMIT, "%s: too long", name);
	if (sqlite3_prepare_v2(db, sql.p, (int)sql.n, &st, &tail) != SQLITE_OK)
		return prepare_fail(db, name, sql, 0, e);
	if (!st)
		return err_set(e, ERR_FORMAT, "%s: no statement", name);
	if (tail && !only_comments(db, tail, sql.p + sql.n))
		return err_set(e, ERR_FORMAT, "%s: line %d: more than one statement", name, line_at(sql, (size_t)(tail - sql.p)));
	*out = STEAL(st);
	return 0;
}

int db_prepare_asset(sqlite3 *db, const char *path, sqlite3_stmt **out, struct err *e)
{
	const struct asset *a = asset_get(path);

	return a ? db_prepare(db, path, a->text, out, e) : err_set(e, ERR_INTERNAL, "%s is missing", path);
}

int db_step(sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	const char *sql = sqlite3_sql(st);
	size_t n = sql ? strcspn(sql, "\n") : 0;
	sqlite3 *db = sqlite3_db_handle(st);
	return err_set(e, code_of(sqlite3_extended_errcode(db)), "%.*s: %s", (int)(n < 60 ? n : 60), sql ? sql : "",
	               sqlite3_errmsg(db));
}

static int index_of(sqlite3_stmt *st, const char *name)
{
	int i = sqlite3_bind_parameter_index(st, name);

	assert(i > 0);
	return i;
}

void db_bind_str(sqlite3_stmt *st, const char *name, struct str v)
{
	if (v.p)
		sqlite3_bind_text64(st, index_of(st, name), v.p, v.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	else
		sqlite3_bind_null(st, index_of(st, name));
}

void db_bind_text(sqlite3_stmt *st, const char *name, const char *v)
{
	db_bind_str(st, name, str_of(v));
}

void db_bind_int(sqlite3_stmt *st, const char *name, int64_t v)
{
	sqlite3_bind_int64(st, index_of(st, name), v);
}

struct str db_col_str(sqlite3_stmt *st, int i)
{
	const char *p = (const char *)sqlite3_column_text(st, i);

	return (struct str){p, p ? (size_t)sqlite3_column_bytes(st, i) : 0};
}

const char *db_col_text(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

int64_t db_int(sqlite3 *db, int64_t dflt, const char *sql)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (db_prepare(db, sql, str_of(sql), &st, NULL) < 0 || sqlite3_step(st) != SQLITE_ROW ||
	    sqlite3_column_type(st, 0) == SQLITE_NULL)
		return dflt;
	return sqlite3_column_int64(st, 0);
}

void clean_stmt(sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
	*st = NULL;
}

void clean_db(sqlite3 **db)
{
	sqlite3_close_v2(*db);
	*db = NULL;
}
