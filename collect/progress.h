/* progress: how far a collection is, for whoever waits.
 *
 * On a terminal a block of lines, one for the API and one a node, drawn over itself five times a second and gone at the end. Elsewhere a
 * line when a node ends and one every ten seconds. */
#ifndef SICKBAY_COLLECT_PROGRESS_H
#define SICKBAY_COLLECT_PROGRESS_H
#include "collect/nodes.h"

struct progress;
/* f NULL: nothing is shown. live: f is a terminal that can move its cursor. Runs on a thread of its own until
 * progress_end. */
struct progress *progress_begin(struct run *run, FILE *f, bool live);
/* From now on captures are counted in this bundle. */
void progress_bundle(struct progress *p, struct bundle_writer *out);
/* From now on these nodes are shown; they must stay where they are until progress_end. */
void progress_nodes(struct progress *p, const struct nodes *nodes);
/* The API: n more requests (lists, logs, commands) are to come; p may be NULL in all of these. */
void progress_api_queued(struct progress *p, int n);
/* One begins; what it is about ("pods") is copied. Returns its number for the other two. */
int progress_api_begin(struct progress *p, const char *what);
void progress_api_objects(struct progress *p, int ask, int64_t n); /* so many have come so far */
void progress_api_end(struct progress *p, int ask);
void progress_end(struct progress *p); /* clears what is live; frees */

#endif
