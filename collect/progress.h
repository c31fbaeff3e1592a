/* progress: how far a collection is, for whoever waits.
 *
 * On a terminal a block of lines, one a node, drawn over itself five times a second and gone at the end. Elsewhere a
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
void progress_end(struct progress *p); /* clears what is live; frees */

#endif
