/* store_insert: a batch of packed rows goes into SQLite, one INSERT ... SELECT a table.
 *
 * The batch is a virtual table ("packed_rows") that only this module's statements read: SQLite fetches the columns straight
 * from the packed bytes, and no statement is bound and reset for each of millions of rows. */
#ifndef SICKBAY_ANALYZE_STORE_INSERT_H
#define SICKBAY_ANALYZE_STORE_INSERT_H
#include "base/db.h"

/* A row: this head, then the columns: a type byte and the value (nothing, int64, double, or a 32-bit length and bytes). Nothing
 * is aligned. */
struct row_head {
	uint32_t length; /* of the whole row */
	uint8_t table, columns;
};
enum { COL_NULL, COL_INT, COL_REAL, COL_TEXT };
enum { STORE_TABLES_MAX = 128, STORE_COLUMNS_MAX = 48 };

struct inserter;
/* names[i] is the table of rows whose head says table i. Tables named in `numbered` (ended by NULL) get the numbers 1, 2,
 * 3, ... in their first column from SQLite; their rows come without it. */
int inserter_new(sqlite3 *db, const char *const *names, int n, const char *const *numbered, struct inserter **out, struct err *e);
void inserter_free(struct inserter *in);
/* Inserts n bytes of whole rows; has[t] says that there are rows of table t. */
int inserter_run(struct inserter *in, const char *rows, size_t n, const bool *has, struct err *e);

#endif
