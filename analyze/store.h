/* store: rows on their way from the thread that reads a bundle to the thread that owns the database.
 *
 * The reader packs rows into flat batches of about 1 MiB; a bounded queue of them stands between, so memory stays the
 * same whatever the bundle. Texts are bound in place, without a copy. A row's columns come in the order of its table. */
#ifndef SICKBAY_ANALYZE_STORE_H
#define SICKBAY_ANALYZE_STORE_H
#include "base/db.h"

enum store_table {
	STORE_BUNDLE,
	STORE_BUNDLES,
	STORE_FILES,
	STORE_CAPTURES,
	STORE_PROBLEMS,
	STORE_LISTS,
	STORE_DOCUMENTS,
	STORE_LINES,
	STORE_LOG_LINES,
	STORE_LOG_HITS,
	STORE_METRICS,
	STORE_NODE_ACCESS,
	STORE_OBJECTS,
	STORE_TYPED /* the first of the typed tables, in the order given to store_new */
};

struct store;
/* typed: names of further tables; borrowed for the call. Prepares one INSERT a table. */
int store_new(sqlite3 *db, const char *const *typed, int n_typed, struct store **out, struct err *e);
void store_free(struct store *s);

/* -- the reader's side ------------------------------------------------------------------------------------------- */
/* A row is begun, filled column by column, and ended; what was begun and not ended is forgotten by the next begin. */
void row_begin(struct store *s, int table);
void row_int(struct store *s, int64_t v);
void row_real(struct store *s, double v);
void row_null(struct store *s);
void row_str(struct store *s, struct str v); /* UTF-8; p NULL gives NULL */
void row_text(struct store *s, const char *v);
void row_time(struct store *s, int64_t v); /* TIME_NONE gives NULL */
/* Hands the batch on when it is full. ERR_CANCELED when the other side has failed; its error counts then. */
int row_end(struct store *s, struct err *e);
/* Rows from hold to settle belong together: settle(false) takes all of them back. */
void rows_hold(struct store *s);
int rows_settle(struct store *s, bool keep, struct err *e);
/* No more rows: hands on the last batch. e is the reader's failure, NULL when there was none. */
void store_close(struct store *s, const struct err *e);
/* Where the reader is, for the progress line. Path is copied (and cut). */
void store_progress(struct store *s, int64_t bytes, const char *path);

/* -- the database's side ----------------------------------------------------------------------------------------- */
/* Inserts batches until store_close. Calls progress, if any, before each batch. Returns the first failure: its own,
 * or the reader's. */
int store_run(struct store *s, void (*progress)(void *arg, int64_t bytes, const char *path), void *arg, struct err *e);

#endif
