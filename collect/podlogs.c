#include "collect/podlogs.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "collect/progress.h"
#include "collect/record.h"

struct logjob {
	struct podlogs *p;
	char *ns, *pod, *container, *node; /* node: "" when not known */
	bool previous;
};
struct podlogs {
	struct kube *k;
	struct kubelets *kubelets;
	struct logjob **jobs;
	int n, size, pods, left_out;
};

struct podlogs *podlogs_new(struct kube *k, struct kubelets *kubelets)
{
	struct podlogs *p = xcalloc(1, sizeof(*p));

	p->k = k;
	p->kubelets = kubelets;
	return p;
}

static void add_job(struct podlogs *p, const cJSON *pod, const char *container, bool previous)
{
	const char *node = json_path_str(pod, "spec.nodeName");
	struct logjob *j = xcalloc(1, sizeof(*j));

	if (p->n == p->size) {
		p->size = p->size ? 2 * p->size : 64;
		p->jobs = xreallocarray(p->jobs, (size_t)p->size, sizeof(*p->jobs));
	}
	j->p = p;
	j->ns = xstrdup(json_path_str(pod, "metadata.namespace"));
	j->pod = xstrdup(json_path_str(pod, "metadata.name"));
	j->node = xstrdup(node ? node : "");
	j->container = xstrdup(container);
	j->previous = previous;
	p->jobs[p->n++] = j;
}

static bool always_taken(const struct podlogs *p, const char *ns, const char *pod)
{
	CLEAN(clean_free) char *full = xasprintf("%s/%s", ns, pod);

	for (const char **g = p->k->run->plan->log_always; *g; g++)
		if (text_glob(*g, str_of(full)))
			return true;
	return false;
}

static bool sane(const char *s)
{
	return s && s[0] && s[0] != '.' && !strpbrk(s, "/\\?#& \t\n");
}

/* A container whose log may tell why the pod is not well. */
static bool is_unwell(const cJSON *status)
{
	const cJSON *terminated = json_path(status, "state.terminated");

	if (json_get_int(status, "restartCount", 0) > 0)
		return true;
	if (terminated)
		return json_get_int(terminated, "exitCode", 0) != 0;
	return !json_get_bool(status, "ready", false);
}

/* A container that never started has no log to ask for. */
static bool has_log(const cJSON *status)
{
	return json_path(status, "state.running") || json_path(status, "state.terminated") ||
	       json_path(status, "lastState.terminated");
}

/* Queues what is to be taken of one list of statuses; count only when add is false. */
static int look_statuses(struct podlogs *p, const cJSON *pod, const char *list, bool all, bool add)
{
	const cJSON *s;
	int n = 0;

	cJSON_ArrayForEach(s, json_get_arr(json_get_obj(pod, "status"), list))
	{
		const char *c = json_get_str(s, "name");

		if (!sane(c) || (!all && !is_unwell(s)))
			continue;
		if (has_log(s)) {
			n++;
			if (add)
				add_job(p, pod, c, false);
		}
		if (json_get_int(s, "restartCount", 0) > 0) {
			n++;
			if (add)
				add_job(p, pod, c, true);
		}
	}
	return n;
}

void podlogs_look(struct podlogs *p, const cJSON *pod)
{
	static const char *const lists[] = {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"};
	const char *ns = json_path_str(pod, "metadata.namespace"), *name = json_path_str(pod, "metadata.name");
	bool all, add = p->pods < p->k->run->plan->log_max_pods;
	int n = 0;

	if (!sane(ns) || !sane(name))
		return;
	all = always_taken(p, ns, name);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		n += look_statuses(p, pod, lists[i], all, add);
	if (n && add)
		p->pods++;
	else if (n)
		p->left_out++;
}

/* Kubelet's words for "there is no such log", which is not a failure of the collection. */
static bool is_absent(const struct kube_reply *r)
{
	return r->status == KUBE_NOT_FOUND || strstr(r->message, "previous terminated container") ||
	       strstr(r->message, "is waiting to start") || strstr(r->message, "ContainerCreating");
}

/* "&sinceTime=..." and how many lines. The API knows no end of time: with --until all that came since is asked for, and
 * until_write stops at the first line behind the end. */
static char *window_query(const struct run *run)
{
	const struct collect_opts *o = run->opts;
	char since[32];

	if (!o->window)
		return xasprintf("&tailLines=%lld", (long long)run->plan->log_lines);
	clock_format((run->started - o->since) / US_PER_S * US_PER_S, since);
	if (o->until)
		return xasprintf("&sinceTime=%s", since);
	return xasprintf("&sinceTime=%s&tailLines=%lld", since, (long long)run->plan->log_lines);
}

/* Lines up to --until on their way into a record. Each begins with its time. */
struct until {
	struct record *rec;
	int64_t end;
	char head[40]; /* the beginning of a line whose time has not come whole */
	size_t n_head;
	bool in_line;  /* the time of the line was seen, the rest passes */
	bool over;
};

static int until_line_begins(struct until *u, struct err *e)
{
	int64_t t = clock_parse_iso((struct str){u->head, u->n_head}, NULL);

	if (t != TIME_NONE && t > u->end) {
		u->over = true;
		return err_set(e, ERR_LIMIT, "behind --until");
	}
	u->in_line = true;
	return record_write(u->rec, u->head, u->n_head, e);
}

static int until_write(void *arg, const void *data, size_t n, struct err *e)
{
	struct until *u = arg;
	const char *p = data, *end = p + n;
	int rc = 0;

	while (p < end && rc == 0) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl + 1 : end;

		if (u->in_line) {
			rc = record_write(u->rec, p, (size_t)(stop - p), e);
			u->in_line = !nl;
			p = stop;
			continue;
		}
		while (p < stop && u->n_head < sizeof(u->head))
			u->head[u->n_head++] = *p++;
		if (u->n_head == sizeof(u->head) || p == stop) {
			if (!nl && u->n_head < sizeof(u->head))
				break;
			rc = until_line_begins(u, e);
			u->in_line = !(p == stop && nl);
			u->n_head = 0;
		}
	}
	return rc;
}

static enum kube_status get_log(struct kube *k, const char *path, struct record *rec, struct kube_reply *r)
{
	const struct run *run = k->run;
	struct until u = {.rec = rec, .end = run->started - run->opts->until};
	enum kube_status s;
	struct err e = {0};

	if (!run->opts->until)
		return kube_get(k, path, run->plan->log_timeout, record_write, rec, r);
	s = kube_get(k, path, run->plan->log_timeout, until_write, &u, r);
	if (s == KUBE_OK && u.n_head)
		until_line_begins(&u, &e);
	return u.over ? KUBE_OK : s;
}

static void take_log(struct logjob *j)
{
	struct kube *k = j->p->k;
	const struct plan *plan = k->run->plan;
	CLEAN(clean_free)
	char *file = xasprintf("cluster-resources/pods/logs/%s/%s/%s%s.log", j->ns, j->pod, j->container,
	                       j->previous ? "-previous" : "");
	CLEAN(clean_free)
	char *window = window_query(k->run),
	     *path = xasprintf("/api/v1/namespaces/%s/pods/%s/log?container=%s%s&timestamps=true%s", j->ns, j->pod,
	                       j->container, window, j->previous ? "&previous=true" : "");
	CLEAN(clean_free) char *cmd = k->backend->command(k, path);
	struct record_spec spec = {
	        .path = file, .source = k->backend->name, .command = cmd, .max = plan->log_max, .max_name = "max of the plan's logs", .keep_tail = true};
	struct record *rec;
	struct record_end end = {.state = CAPTURE_OK};
	struct kube_reply r;

	if (kubelets_silent(j->p->kubelets, j->node)) {
		CLEAN(clean_free) char *why = xasprintf("the kubelet of %s does not answer the API server", j->node);

		record_none(k->run, &spec, CAPTURE_SKIPPED, why);
		return;
	}
	rec = record_new(k->run, &spec);
	if (get_log(k, path, rec, &r) != KUBE_OK) {
		end.state = is_absent(&r)                ? CAPTURE_ABSENT
		            : r.status == KUBE_NOT_ASKED ? CAPTURE_SKIPPED
		                                         : CAPTURE_FAILED;
		end.error = r.reason;
		end.timed_out = r.status == KUBE_TIMEOUT;
		end.body_if_empty = r.message;
		end.no_file = end.state != CAPTURE_FAILED;
	}
	end.exit_status = r.exit_status;
	kubelets_note(j->p->kubelets, j->node, r.status != KUBE_TIMEOUT && !strstr(r.message, "i/o timeout"));
	record_finish(rec, &end);
}

static void run_job(void *arg)
{
	struct logjob *j = arg;
	struct progress *progress = j->p->k->run->progress;
	CLEAN(clean_free) char *what = xasprintf("log of %s/%s", j->ns, j->pod);
	int ask = progress_api_begin(progress, what);

	take_log(j);
	progress_api_end(progress, ask);
}

void podlogs_start(struct podlogs *p, struct pool *pool)
{
	progress_api_queued(p->k->run->progress, p->n);
	for (int i = 0; i < p->n; i++)
		pool_add(pool, run_job, p->jobs[i]);
	if (p->left_out) {
		struct record_spec spec = {
		        .path = "cluster-resources/pods/logs", .source = p->k->backend->name, .command = ""};
		CLEAN(clean_free)
		char *why = xasprintf("the logs of %d more pods were left out: max_pods of the plan is %d", p->left_out,
		                      p->k->run->plan->log_max_pods);

		record_none(p->k->run, &spec, CAPTURE_SKIPPED, why);
	}
}

void podlogs_free(struct podlogs *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->n; i++) {
		free(p->jobs[i]->ns);
		free(p->jobs[i]->pod);
		free(p->jobs[i]->container);
		free(p->jobs[i]->node);
		free(p->jobs[i]);
	}
	free(p->jobs);
	free(p);
}
