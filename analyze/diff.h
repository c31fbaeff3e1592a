/* diff: what two bundles of one cluster tell differently. Each section is a query of schema/diff that both databases answer in
 * one order, so that the answers are compared as they stream by. */
#ifndef SICKBAY_ANALYZE_DIFF_H
#define SICKBAY_ANALYZE_DIFF_H
#include "base/db.h"

enum diff_state { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED };
const char *diff_state_name(int state); /* "added" */

/* Values are cut to a readable length: of two long ones the part from where they differ. What was redacted is equal when its kind
 * is, as each bundle hashes with a key of its own. */
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
	char *id;         /* "root-causes"; its heading is diff.root_causes of the texts, */
	char *title;      /* and this where the texts have none */
	struct diff_item *items;
	int n;
	int more;         /* items beyond the cap */
};
struct diff_side {
	char *name;        /* file name of the bundle, "" when unknown */
	int64_t collected; /* TIME_NONE when unknown */
};
struct diff {
	struct diff_side side[2]; /* before, after */
	struct diff_section *sections;
	int n;
};
/* Both databases with findings; lang (enum lang) is that of titles of findings. Caller frees with diff_free. */
int diff_run(sqlite3 *before, sqlite3 *after, int lang, struct diff **out, struct err *e);
/* What came or went with a word to it (a root cause's title) says so in a line; NULL where it takes more. Borrowed. */
const char *diff_told(const struct diff_item *it);
/* Items of a section by state; those beyond the cap count nowhere. */
int diff_count(const struct diff_section *s, int state);
bool diff_empty(const struct diff *d);
void diff_free(struct diff *d);
void clean_diff(struct diff **d);

#endif
