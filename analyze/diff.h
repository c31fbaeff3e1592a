/* diff: what two bundles of one cluster tell differently. Each section is a query of schema/diff that both databases answer in
 * one order, so that the answers are compared as they stream by. */
#ifndef SICKBAY_ANALYZE_DIFF_H
#define SICKBAY_ANALYZE_DIFF_H
#include "base/db.h"

enum diff_state { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED };
const char *diff_state_name(int state); /* "added" */

struct diff_change {
	char *path, *before, *after; /* before NULL: new; after NULL: gone */
};
struct diff_item {
	int state;
	char *key;                   /* "Deployment shop/web" */
	struct diff_change *changes; /* of what was added or removed: what it says, with one side NULL */
	int n;
	int more;                    /* changes beyond the cap */
};
struct diff_section {
	char *id, *title; /* "root-causes", "Root causes" */
	struct diff_item *items;
	int n;
	int more;         /* items beyond the cap */
};
struct diff {
	struct diff_section *sections;
	int n;
};
/* Both databases with findings. Caller frees with diff_free. */
int diff_run(sqlite3 *before, sqlite3 *after, struct diff **out, struct err *e);
void diff_free(struct diff *d);
void clean_diff(struct diff **d);

#endif
