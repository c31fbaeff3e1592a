/* progress: one line on a terminal that tells how far a collection is, at most ten times a second. */
#ifndef SICKBAY_COLLECT_PROGRESS_H
#define SICKBAY_COLLECT_PROGRESS_H
#include "collect/run.h"

struct progress;
/* f NULL: nothing is shown. Runs on a thread of its own until progress_end. */
struct progress *progress_begin(struct run *run, FILE *f);
void progress_end(struct progress *p); /* clears the line; frees */

#endif
