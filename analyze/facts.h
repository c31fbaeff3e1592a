/* facts: what the queries of schema/facts answer. Each gives one text, or none, for up to one text parameter :x. */
#ifndef SICKBAY_ANALYZE_FACTS_H
#define SICKBAY_ANALYZE_FACTS_H
#include "base/db.h"

/* *out gets the first column of the first row, a new string; NULL without a row. x may be NULL. */
int fact_ask(sqlite3 *db, const char *path, const char *x, char **out, struct err *e);

/* Answers that are kept, for a database that does not change meanwhile: hundreds of checks ask the same few things. */
struct facts {
	sqlite3 *db; /* borrowed */
	struct fact *v;
	int n;
	struct question *asked; /* the queries that were asked, prepared */
	int n_asked;
};
/* The same, borrowed until facts_release; NULL also when the query fails. */
const char *facts_get(struct facts *f, const char *path, const char *x);
char *facts_dup(struct facts *f, const char *path, const char *x); /* a copy; caller frees */
/* Has a table or view a row? False also when there is none of that name. */
bool facts_rows(struct facts *f, const char *table);
void facts_release(struct facts *f);

#endif
