/* extract: typed rows out of Kubernetes objects, as the comments of schema/tables/ *.sql say (see 20-objects.sql). */
#ifndef SICKBAY_ANALYZE_EXTRACT_H
#define SICKBAY_ANALYZE_EXTRACT_H
#include "analyze/store.h"

struct extract;
/* Reads the comments of all tables. A path that cannot be read is an error: ours, or of $SICKBAY_DATA. */
int extract_new(struct extract **out, struct err *e);
void extract_free(struct extract *x);
/* Names of the typed tables, for store_new. */
const char *const *extract_tables(const struct extract *x, int *n);

struct extract_source {
	int64_t file, line, item; /* files.id; line on which the object begins; its position */
	const char *kind;         /* of an object that does not say it: the list's; "" when not known */
	const char *api_version;
};
/* Writes the objects row and the typed rows of one object. 1 done, 0 with a reason in e when this is no object (bad JSON, not
 * an object), negative when the rows could not be written. */
int extract_object(struct extract *x, struct store *s, struct str json, const struct extract_source *src, struct err *e);
/* Kind of the object seen last, "" when it had none. */
const char *extract_kind(const struct extract *x);
const char *extract_api(const struct extract *x); /* its apiVersion */
/* The kind that a plural ("pods") is of, among those that have tables; "" for others. */
const char *extract_kind_of(const struct extract *x, const char *resource);
/* Is this apiVersion ("apps/v1") one of Kubernetes itself, and not of a custom resource? */
bool extract_builtin(struct str api);

/* extract_values.c: quantities of Kubernetes ("100m", "1.5Gi", "2e3"): thousandths, or whole units rounded up as Kubernetes
 * does. False when it is none or too large. */
bool quantity_milli(struct str s, int64_t *v);
bool quantity_whole(struct str s, int64_t *v);

#endif
