/* proc: run a program with a deadline; its output goes to callbacks as it comes.
 *
 * The child gets its own process group, /dev/null as stdin (unless told otherwise) and only the descriptors 0-2. At the
 * deadline the group gets SIGTERM, two seconds later SIGKILL. Safe to call from several threads. */
#ifndef SICKBAY_BASE_PROC_H
#define SICKBAY_BASE_PROC_H
#include "base/buf.h"
#include <stdatomic.h>
#include <stdint.h>

struct proc_opts {
	const char *const *argv;  /* argv[0] is looked up in PATH; NULL-terminated */
	const char *const *env;   /* "K=V" to add to the environment, NULL-terminated, or NULL */
	int64_t deadline;         /* clock_mono() time, 0 for none */
	const atomic_bool *cancel; /* looked at every 200 ms; may be NULL */
	const void *in;           /* bytes for standard input, or NULL */
	size_t in_len;
	/* Called with each piece of output; a negative return stops the child and becomes the result. */
	int (*out)(void *arg, const void *p, size_t n, struct err *e);
	void *arg;
	struct buf *errout;       /* gets stderr up to its cap (the rest is dropped), or NULL */
};
struct proc_result {
	int exit_status; /* exit status, or 128 + signal */
	bool timed_out;  /* the deadline ended it */
	bool canceled;
	int64_t ms;
};
/* 0 when the program ran, whatever its exit status; ERR_ABSENT when argv[0] is not found; callback failures as they are.
 * A deadline is not a failure here: r->timed_out says it. */
int proc_run(const struct proc_opts *o, struct proc_result *r, struct err *e);
/* SIGKILL to every program that runs now and what it started: for a process that leaves at once. Async-signal-safe. */
void proc_kill_all(void);
/* Path of a program in PATH, or NULL. Caller frees. */
char *proc_which(const char *name);

#endif
