#include "analyze/facts.h"
#include "base/mem.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct fact {
	const char *path; /* a literal of the caller's, or ROWS */
	char *x, *answer; /* either may be NULL */
};

struct question {
	const char *path; /* as above */
	sqlite3_stmt *st; /* NULL when it does not compile */
};

static const char ROWS[] = "rows";

static int ask(sqlite3_stmt *st, const char *x, char **out, struct err *e)
{
	int rc;

	if (sqlite3_bind_parameter_index(st, ":x"))
		db_bind_text(st, ":x", x);
	rc = db_step(st, e);
	if (rc == 1 && db_col_text(st, 0))
		*out = xstrdup(db_col_text(st, 0));
	sqlite3_reset(st);
	return rc < 0 ? rc : 0;
}

int fact_ask(sqlite3 *db, const char *path, const char *x, char **out, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(db, path, &st, e);

	*out = NULL;
	return rc < 0 ? rc : ask(st, x, out, e);
}

static sqlite3_stmt *question(struct facts *f, const char *path)
{
	for (int i = 0; i < f->n_asked; i++)
		if (strcmp(f->asked[i].path, path) == 0)
			return f->asked[i].st;
	f->asked = xreallocarray(f->asked, (size_t)f->n_asked + 1, sizeof(*f->asked));
	struct question *q = &f->asked[f->n_asked++];
	*q = (struct question){.path = path};
	(void)db_prepare_asset(f->db, path, &q->st, NULL);
	return q->st;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct fact *known(const struct facts *f, const char *path, const char *x)
{
	for (int i = 0; i < f->n; i++)
		if (strcmp(f->v[i].path, path) == 0 && same(f->v[i].x, x))
			return &f->v[i];
	return NULL;
}

/* Takes the answer. */
static const char *keep(struct facts *f, const char *path, const char *x, char *answer)
{
	f->v = xreallocarray(f->v, (size_t)f->n + 1, sizeof(*f->v));
	f->v[f->n++] = (struct fact){path, x ? xstrdup(x) : NULL, answer};
	return answer;
}

const char *facts_get(struct facts *f, const char *path, const char *x)
{
	const struct fact *k = known(f, path, x);
	char *answer = NULL;

	if (k)
		return k->answer;
	sqlite3_stmt *st = question(f, path);
	if (st)
		(void)ask(st, x, &answer, NULL);
	return keep(f, path, x, answer);
}

char *facts_dup(struct facts *f, const char *path, const char *x)
{
	const char *answer = facts_get(f, path, x);

	return answer ? xstrdup(answer) : NULL;
}

static bool has_rows(sqlite3 *db, const char *table)
{
	for (const char *p = table; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	CLEAN(clean_free) char *sql = xasprintf("SELECT EXISTS (SELECT 1 FROM \"%s\")", table);
	sqlite3_stmt *st = NULL;
	/* Not db_prepare: that there is no such table is an answer here. */
	bool yes = sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW &&
	           sqlite3_column_int(st, 0) == 1;
	sqlite3_finalize(st);
	return yes;
}

bool facts_rows(struct facts *f, const char *table)
{
	const struct fact *k = known(f, ROWS, table);

	if (k)
		return k->answer;
	return keep(f, ROWS, table, has_rows(f->db, table) ? xstrdup("1") : NULL);
}

void facts_release(struct facts *f)
{
	for (int i = 0; i < f->n; i++) {
		free(f->v[i].x);
		free(f->v[i].answer);
	}
	for (int i = 0; i < f->n_asked; i++)
		sqlite3_finalize(f->asked[i].st);
	free(f->asked);
	free(f->v);
	*f = (struct facts){0};
}
