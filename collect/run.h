/* run: what one collection shares between its threads. Fields are read-only while threads run, except where they say
 * otherwise. */
#ifndef SICKBAY_COLLECT_RUN_H
#define SICKBAY_COLLECT_RUN_H
#include "bundles/writer.h"
#include "collect/collect.h"
#include "collect/plan.h"
#include "collect/redact.h"
#include <pthread.h>
#include <stdatomic.h>

struct runlog;
struct progress;
struct secrets;
struct run {
	const struct collect_opts *opts;
	const struct plan *plan;
	const struct redact *redact;
	struct bundle_writer *out;
	struct runlog *log;
	struct progress *progress;
	struct secrets *secrets;        /* passwords, asked for on the terminal */
	atomic_bool asking;             /* a question stands there: nothing else is to be printed */
	int64_t started;                /* clock_now() */
	int64_t deadline;               /* clock_mono() of the whole run */
	const atomic_bool *cancel;      /* the user's Ctrl-C, or a fatal error: nothing new is started */
	atomic_bool stop;               /* what cancel points to unless the caller has one */
	atomic_llong bytes_left;        /* of --max-bytes */

	pthread_mutex_t lock;
	struct err fatal; /* under lock; code 0: none */
};
#define RUN_OUT_OF_BYTES "the size for the whole bundle (--max-bytes) was reached"

/* Remembers the first error that ends the run: the disk under the bundle. */
void run_fatal(struct run *run, const struct err *e);
/* True when nothing new may be started; *why (a constant text) says the reason. */
bool run_over(const struct run *run, const char **why);
/* Fills since_s and until_s, counted from this moment. */
void run_window(const struct run *run, struct plan_vars *v);
/* The earlier of now + timeout and the run's own deadline. */
int64_t run_deadline(const struct run *run, int64_t timeout_us);

#endif
