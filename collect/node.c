/* A node from the first connection to node.json. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/podaccess.h"
#include "collect/record.h"
#include "collect/runlog.h"
#include "collect/visit.h"
#include <ctype.h>
#include <unistd.h>

#define LANES_MAX 8
#define WORK_OF_A_LANE 12

int visit_open(struct visit *v, struct transport **out, char reason[256], struct err *e)
{
	reason[0] = '\0';
	if (v->local)
		return transport_open_local(v->run->cancel, out, e);
	if (v->pod) {
		*out = podaccess_open(v->all->pods, v->pod);
		return 0;
	}
	if (v->target->through) {
		snprintf(reason, 256, "it is reached through another host");
		return transport_open_ssh(&v->target->t, out, e);
	}
	return transport_open_best(&v->target->t, out, reason, e);
}

int64_t visit_deadline(const struct visit *v, int64_t timeout)
{
	int64_t t = run_deadline(v->run, timeout);

	return t < v->deadline ? t : v->deadline;
}

bool visit_over(const struct visit *v, const char **why)
{
	if (run_over(v->run, why))
		return true;
	*why = "the time for one node (--node-timeout) was over";
	return clock_mono() >= v->deadline;
}

struct lane {
	struct visit *v;
	struct transport *t; /* NULL: opens its own */
	pthread_t thread;
	bool started;
};

static void *lane_main(void *arg)
{
	struct lane *l = arg;
	struct visit *v = l->v;
	struct work *w;

	if (!l->t) {
		char reason[256];
		struct err e = {0};

		/* One connection fewer is no loss of data: the other lanes do the work. */
		if (visit_open(v, &l->t, reason, &e) < 0) {
			runlog(v->run->log, "%s: no further connection: %s", v->dir, e.msg);
			return NULL;
		}
	}
	while ((w = visit_next(v))) {
		CLEAN(clean_free) char *path = visit_path(v, w, NULL);

		visit_done(v, w, visit_capture(v, l->t, w), path);
	}
	return NULL;
}

static void run_lanes(struct visit *v, struct transport *first)
{
	struct lane lanes[LANES_MAX] = {{.v = v, .t = first}};
	int n = v->run->plan->lanes;

	/* A few commands are done before another login would be. */
	if (n > 1 + v->n_work / WORK_OF_A_LANE)
		n = 1 + v->n_work / WORK_OF_A_LANE;
	for (int i = 1; i < n; i++) {
		lanes[i] = (struct lane){.v = v};
		lanes[i].started = pthread_create(&lanes[i].thread, NULL, lane_main, &lanes[i]) == 0;
	}
	lane_main(&lanes[0]);
	for (int i = 1; i < n; i++)
		if (lanes[i].started) {
			pthread_join(lanes[i].thread, NULL);
			transport_close(lanes[i].t);
		}
}

static void add_str(cJSON *o, const char *key, const char *s)
{
	if (s && s[0])
		cJSON_AddStringToObject(o, key, s);
	else
		cJSON_AddNullToObject(o, key);
}

static void write_node_json(struct visit *v)
{
	CLEAN(clean_free) char *path = xasprintf("nodes/%s/node.json", v->dir);
	CLEAN(clean_cjson) cJSON *o = cJSON_CreateObject();
	CLEAN_BUF struct buf b = BUF_MAX(1 << 16);
	struct record_spec spec = {.path = path, .source = "sickbay", .command = "", .node = v->dir, .max = 1 << 16, .own = true};
	struct record_end end = {
	        .state = v->node->reached ? CAPTURE_OK : CAPTURE_FAILED, .exit_status = -1, .error = v->node->error};
	struct record *rec;
	char when[32];

	cJSON_AddStringToObject(o, "node", v->dir);
	add_str(o, "address", v->node->host);
	add_str(o, "user", v->target ? v->target->t.user : NULL);
	if (v->target)
		cJSON_AddNumberToObject(o, "port", v->target->t.port);
	add_str(o, "through", v->target ? v->target->through : NULL);
	add_str(o, "pod", v->pod);
	add_str(o, "transport", v->transport);
	add_str(o, "fallback_reason", v->fallback);
	cJSON_AddBoolToObject(o, "reached", v->node->reached);
	add_str(o, "error", v->node->error);
	add_str(o, "hostname", v->hostname);
	add_str(o, "sudo", v->sudo);
	cJSON_AddBoolToObject(o, "sudo_password", v->sudo_password);
	cJSON_AddBoolToObject(o, "root", v->root || !strcmp(v->sudo, "yes"));
	cJSON_AddStringToObject(o, "started", clock_format(v->started, when));
	if (v->node->reached && v->clock_rtt >= 0) {
		cJSON_AddNumberToObject(o, "clock_offset_us", (double)v->clock_offset);
		cJSON_AddNumberToObject(o, "clock_error_us", (double)(v->clock_rtt / 2));
	} else {
		cJSON_AddNullToObject(o, "clock_offset_us");
	}
	if (v->target)
		cJSON_AddStringToObject(o, "host_keys", v->target->t.insecure ? "unknown ones accepted" : "checked");
	rec = record_new(v->run, &spec);
	json_print_pretty(o, 0, &b, NULL);
	buf_add(&b, "\n", 1, NULL);
	record_write(rec, b.p, b.n, NULL);
	record_finish(rec, &end);
}

/* A folder name from what the user called the host. */
static char *dir_from(const char *s)
{
	char *d = xstrdup(s);

	for (char *p = d; *p; p++)
		*p = isalnum((unsigned char)*p) || strchr("-_.", *p) ? (char)tolower((unsigned char)*p) : '_';
	return d;
}

static int visit_reach(struct visit *v, struct transport **t, struct err *e)
{
	struct node *n = v->node;
	int rc;

	if (v->run->opts->node_access == NODE_ACCESS_POD && !v->local) {
		if (!v->all->pods)
			return err_set(e, ERR_USAGE, "%s", v->all->no_pods);
		if (!n->in_api)
			return err_set(e, ERR_ABSENT, "the API knows no node of this name, and a pod can be made on no other");
		if ((rc = podaccess_start(v->all->pods, n->name, &v->pod, e)) < 0)
			return rc;
	} else if (!v->local) {
		struct collect_ssh ssh = v->run->opts->ssh;

		/* What is said of one node is more than what is said of all. */
		ssh.user = n->user ? n->user : ssh.user;
		ssh.key = n->key ? n->key : ssh.key;
		ssh.jump = n->jump ? n->jump : ssh.jump;
		ssh.port = n->port ? n->port : ssh.port;
		v->target = sshtarget_new(&ssh, n->host, v->all->ssh);
		v->target->t.deadline = visit_deadline(v, v->run->opts->node_timeout);
	}
	if ((rc = visit_open(v, t, v->fallback, e)) < 0)
		return rc;
	snprintf(v->transport, sizeof(v->transport), "%s", (*t)->ops->name);
	if ((rc = visit_probe(v, *t, e)) < 0)
		return rc;
	n->reached = true;
	if (!v->root && strcmp(v->sudo, "yes") != 0)
		snprintf(n->no_root, sizeof(n->no_root), "%.199s", v->sudo[0] ? v->sudo : "no sudo");
	return 0;
}

/* The node's folder in the bundle, which no other node of the run has. */
static char *choose_dir(struct visit *v)
{
	const struct node *n = v->node;
	struct visits *all = v->all;
	CLEAN(clean_free)
	char *want = n->name          ? xstrdup(n->name)
	             : v->hostname[0] ? xstrdup(v->hostname)
	                              : dir_from(n->host ? n->host : "local");
	char *dir = xstrdup(want);

	pthread_mutex_lock(&all->lock);
	for (int i = 0, k = 2; i < all->n_dirs; i++)
		if (!strcmp(all->dirs[i], dir)) {
			free(dir);
			dir = xasprintf("%s-%d", want, k++);
			i = -1;
		}
	all->dirs = xreallocarray(all->dirs, (size_t)all->n_dirs + 1, sizeof(*all->dirs));
	all->dirs[all->n_dirs++] = xstrdup(dir);
	pthread_mutex_unlock(&all->lock);
	return dir;
}

/* So many nodes at a time; those that cannot be reached never come here. */
static void take_place(struct visits *all)
{
	pthread_mutex_lock(&all->lock);
	while (!all->free)
		pthread_cond_wait(&all->cond, &all->lock);
	all->free--;
	pthread_mutex_unlock(&all->lock);
}

static void give_place(struct visits *all)
{
	pthread_mutex_lock(&all->lock);
	all->free++;
	pthread_cond_signal(&all->cond);
	pthread_mutex_unlock(&all->lock);
}

static void visit_work(struct visit *v, struct transport *t)
{
	runlog(v->run->log, "%s: reached through %s%s%s, sudo: %s", v->dir, v->transport,
	       v->fallback[0] ? " because " : "", v->fallback, v->sudo);
	take_place(v->all);
	/* Waiting for a place is not the node's fault. */
	v->deadline = clock_mono() + v->run->opts->node_timeout;
	if (v->target)
		v->target->t.deadline = visit_deadline(v, v->run->opts->node_timeout);
	visit_queue(v);
	atomic_store(&v->node->total, v->n_work);
	atomic_store(&v->node->phase, NODE_COLLECTING);
	run_lanes(v, t);
	give_place(v->all);
	if (v->dead[0])
		snprintf(v->node->error, sizeof(v->node->error), "%s", v->dead);
}

void node_visit(struct visits *all, struct node *node)
{
	struct run *run = all->run;
	struct visit v = {.run = run,
	                  .all = all,
	                  .node = node,
	                  .local = !node->host,
	                  .uid = -1,
	                  .clock_rtt = -1,
	                  .journal = "short-iso"};
	struct transport *t = NULL;
	struct err e = {0};
	const char *why;

	v.started = clock_now();
	atomic_store(&node->begun, clock_mono());
	atomic_store(&node->phase, NODE_CONNECTING);
	v.deadline = clock_mono() + run->opts->node_timeout;
	v.source = v.local ? "local" : run->opts->node_access == NODE_ACCESS_POD ? "pod" : "ssh";
	pthread_mutex_init(&v.lock, NULL);
	pthread_cond_init(&v.cond, NULL);
	if (run_over(run, &why))
		snprintf(node->error, sizeof(node->error), "%s", why);
	else if (visit_reach(&v, &t, &e) < 0)
		snprintf(node->error, sizeof(node->error), "%.399s", e.msg);
	v.dir = choose_dir(&v);
	if (!node->name)
		node->name = xstrdup(v.dir);
	if (node->reached)
		visit_work(&v, t);
	else
		runlog(run->log, "%s: not reached: %s", v.dir, node->error);
	transport_close(t);
	if (v.pod)
		podaccess_stop(all->pods, v.pod);
	write_node_json(&v);
	atomic_store(&node->ended, clock_mono());
	atomic_store(&node->phase, NODE_ENDED);
	sshtarget_free(v.target);
	wordset_release(&v.tools);
	wordset_release(&v.units);
	free(v.work);
	free(v.dir);
	free(v.pod);
	pthread_mutex_destroy(&v.lock);
	pthread_cond_destroy(&v.cond);
}
