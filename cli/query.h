/* query: how rows are printed (query_print.c), apart from where they come from (query.c). */
#ifndef SICKBAY_CLI_QUERY_H
#define SICKBAY_CLI_QUERY_H
#include "base/db.h"
#include <stdbool.h>
#include <stdio.h>

enum query_format { QUERY_TABLE, QUERY_CSV, QUERY_TSV, QUERY_JSON, QUERY_MARKDOWN, QUERY_FORMATS };
int query_format_parse(const char *s); /* -1 when it is none */
struct query_out {
	FILE *f;
	enum query_format format;
	bool header; /* of csv and tsv; the others always have one */
	bool safe;   /* f is a terminal: control characters are made visible */
};
/* Steps the statement to its end and prints what it gives; a statement without columns prints nothing.
 * ERR_CANCELED when nobody reads the output any more. */
int query_print(const struct query_out *o, sqlite3_stmt *st, struct err *e);

#endif
