/* explore: what get, logs and describe share: kinds by the names kubectl has for them, the choice of objects, and what is to
 * be said of objects that were not collected. The SQL is in schema/get. */
#ifndef SICKBAY_CLI_EXPLORE_H
#define SICKBAY_CLI_EXPLORE_H
#include "base/db.h"
#include "base/json.h"

struct explore_kind {
	char *kind, *plural, *singular;
	char *group;     /* "apps"; NULL for the core group */
	bool namespaced;
	bool custom;     /* not one of schema/get/kinds.yaml */
};
void explore_kind_release(struct explore_kind *k);

/* Makes the temporary tables. Once a database. */
int explore_setup(sqlite3 *db, struct err *e);
/* What ages are relative to (schema/get/run/now.sql), in µs. */
int64_t explore_now(sqlite3 *db);
/* The kind that a word names ("po", "pods", "Deployment", "deployments.apps"); ERR_USAGE when there is none. Caller releases. */
int explore_kind(sqlite3 *db, const char *word, struct explore_kind *out, struct err *e);
/* The kinds of `get all`, "pods,services,...". Caller frees. */
int explore_all(char **out, struct err *e);

struct explore_filter {
	const char *namespace;  /* NULL: all of them; not looked at for kinds of the whole cluster */
	const char *const *names;
	int n_names;            /* 0: all of them */
	const char *labels;     /* -l: "app=web,tier in (a,b),!canary", or NULL */
	const char *fields;     /* --field-selector: "spec.nodeName=n1,status.phase!=Running", or NULL */
};
/* Fills temp.chosen, emptied before, with the objects that match. Returns how many; ERR_USAGE for a bad selector. */
int explore_choose(sqlite3 *db, const struct explore_kind *k, const struct explore_filter *f, struct err *e);
/* Calls fn for every list of that kind that the bundle lacks: of a namespace, or NULL for all; reason may be NULL. Returns how many. */
int explore_missing(sqlite3 *db, const struct explore_kind *k, const char *namespace,
                    void (*fn)(void *arg, const char *namespace, const char *reason), void *arg, struct err *e);
/* ERR_ABSENT, "pods: not collected: REASON", when there is something missing; else 0. */
int explore_must_have(sqlite3 *db, const struct explore_kind *k, const char *namespace, struct err *e);
/* Prepares an SQL file and binds :now where it has that. */
int explore_prepare(sqlite3 *db, const char *path, sqlite3_stmt **out, struct err *e);

/* explore_print.c: an object as `kubectl get -o json` and -o yaml print it: keys sorted, no line folded. Sorts it in place. */
int explore_print_json(FILE *f, cJSON *v, bool safe, struct err *e);
int explore_print_yaml(FILE *f, cJSON *v, bool safe, struct err *e);
/* The rows of a statement as kubectl's table: columns named "X (wide)" only when wide; "NAMESPACE" only when namespaces; the
 * last column, `object`, not at all. prefix stands before names ("deployment.apps/"). A table without rows prints nothing.
 * Returns the rows. Runs the statement twice. */
struct explore_table {
	FILE *f;
	bool wide, namespaces, headers, labels, safe;
	const char *prefix;
	sqlite3 *db;
};
int explore_print_table(const struct explore_table *t, sqlite3_stmt *st, struct err *e);

#endif
