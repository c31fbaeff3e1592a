/* visit: one node while it is visited; for node.c, node_exec.c, node_probe.c, node_queue.c and node_capture.c. */
#ifndef SICKBAY_COLLECT_VISIT_H
#define SICKBAY_COLLECT_VISIT_H
#include "collect/nodes.h"
#include "collect/sshtarget.h"

/* Exit status with which a script says: this node has no such thing. */
#define STATUS_ABSENT 66

enum gate_state { GATE_UNKNOWN, GATE_OPEN, GATE_CLOSED };
struct gate {
	const char *name;
	enum gate_state state;
	bool busy;     /* one capture is trying it */
	char why[240]; /* closed: since what */
};
struct work {
	const struct plan_item *item;
	const char *unit; /* or NULL */
	bool taken;
};
struct wordset {
	char **v;
	int n;
	bool known; /* false: the node did not say, so everything is tried */
};
struct visit {
	struct run *run;
	struct node *node;
	bool local;
	struct visits *all;
	char *pod;                /* through which it is reached, or NULL */
	struct sshtarget *target; /* NULL when local */
	char *dir;                /* the node's name */
	const char *source;       /* "ssh", "pod" or "local" */

	/* from the probe */
	char hostname[256], sudo[200], transport[16], fallback[256];
	int uid;
	bool root, has_timeout, has_journal;
	bool sudo_password; /* sudo is "yes", and reads the password */
	const char *journal; /* output format */
	struct wordset tools, units;
	int64_t clock_offset, clock_rtt; /* µs; rtt -1: not measured */
	int64_t started;
	int64_t deadline; /* clock_mono() of --node-timeout */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t cond;
	struct work *work;
	int n_work;
	struct gate gates[16];
	int n_gates;
	int broken;     /* connections lost in a row */
	char dead[300]; /* why nothing more is asked; "" */
};

/* Runs a script as root when possible: the wrapper with sudo and timeout around it. What the login shell prints of its own is not
 * part of its output; an account that runs nothing is ERR_NETWORK. r->timed_out also when the remote
 * `timeout` ended it. */
int visit_exec(struct visit *v, struct transport *t, const char *script, int64_t timeout,
               int (*out)(void *, const void *, size_t, struct err *), void *arg, struct buf *errout,
               struct proc_result *r, struct err *e);
/* The earlier of now + timeout and the deadlines of the node and of the run. */
int64_t visit_deadline(const struct visit *v, int64_t timeout);
/* True when nothing new may be started on the node; *why says the reason. */
bool visit_over(const struct visit *v, const char **why);
/* Opens a connection as the node needs it. */
int visit_open(struct visit *v, struct transport **out, char reason[256], struct err *e);
/* Who are we there, what is there, what time is it. */
int visit_probe(struct visit *v, struct transport *t, struct err *e);
bool wordset_has(const struct wordset *n, const char *s);
void wordset_add(struct wordset *n, const char *s, size_t len);
void wordset_release(struct wordset *n);

/* Fills the queue from the plan; what the node cannot have becomes absent at once. */
void visit_queue(struct visit *v);
/* The next capture for a lane, waiting while only busy gates are left; NULL: none. Captures of closed gates are
 * recorded as skipped here. */
struct work *visit_next(struct visit *v);
/* Tells the queue how a capture ended; why (a path) names it when timed_out closes its gate. */
void visit_done(struct visit *v, const struct work *w, bool timed_out, const char *why);
/* Makes one capture (or those of a glob). Returns true when it met its deadline. */
bool visit_capture(struct visit *v, struct transport *t, const struct work *w);
/* The record of a capture that is not made. */
void visit_skip(struct visit *v, const struct work *w, enum capture_state state, const char *why);
/* Where in the bundle; caller frees. name for {name}, or NULL. NULL when the plan takes no file of that name. */
char *visit_path(const struct visit *v, const struct work *w, const char *name);

#endif
