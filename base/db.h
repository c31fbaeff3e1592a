/* db: SQLite with our rules: SQL from .sql files, values bound by name, every failure an error with the statement's
 * name, a private temporary file removed at the end.
 *
 * One handle belongs to one thread. */
#ifndef SICKBAY_BASE_DB_H
#define SICKBAY_BASE_DB_H
#include "base/buf.h"
#include <sqlite3.h>
#include <stdint.h>

/* A database for building: journal and sync off, 8 KiB pages, one transaction until db_build_done. path NULL makes a
 * private temporary file in $TMPDIR (unlinked at once); else path must not exist. */
int db_create(const char *path, sqlite3 **out, struct err *e);
/* Ends that one transaction; later statements commit one by one. Must come before sqlite3_close of a file that is kept. */
int db_build_done(sqlite3 *db, struct err *e);
/* Opens an existing database file read-only; ERR_FORMAT when it is not one. */
int db_open_readonly(const char *path, sqlite3 **out, struct err *e);
/* Runs a script of statements; `name` goes into the error: "tables/pods.sql: near line 3: ...". */
int db_exec(sqlite3 *db, const char *name, struct str sql, struct err *e);
/* Prepares one statement; trailing text is an error. */
int db_prepare(sqlite3 *db, const char *name, struct str sql, sqlite3_stmt **out, struct err *e);
/* Prepares the statement of a compiled-in file (or its overlay): "schema/facts/now.sql". */
int db_prepare_asset(sqlite3 *db, const char *path, sqlite3_stmt **out, struct err *e);
/* Steps: 1 a row, 0 done, negative error. */
int db_step(sqlite3_stmt *st, struct err *e);
/* Bind by name (":ns"); an unknown name is an assertion failure. Text is copied unless it says otherwise. */
void db_bind_str(sqlite3_stmt *st, const char *name, struct str v); /* p NULL binds NULL */
void db_bind_text(sqlite3_stmt *st, const char *name, const char *v); /* NULL binds NULL */
void db_bind_int(sqlite3_stmt *st, const char *name, int64_t v);
/* Column i as a view into the row, valid until the next step; NULL gives {NULL,0}. */
struct str db_col_str(sqlite3_stmt *st, int i);
const char *db_col_text(sqlite3_stmt *st, int i); /* NULL for NULL */
/* First column of the first row of a one-line query; dflt without a row. For tests and single facts. */
int64_t db_int(sqlite3 *db, int64_t dflt, const char *sql);
void clean_stmt(sqlite3_stmt **st);
void clean_db(sqlite3 **db);

#endif
