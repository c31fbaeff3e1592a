#include "collect/cluster.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "collect/podlogs.h"
#include "collect/progress.h"
#include "collect/record.h"
#include "collect/resources.h"
#include "collect/runlog.h"

/* How long visits of nodes that the user named wait for the API's list: it has their names for hosts that were given as
 * addresses. A list that does not come costs a whole deadline, and those nodes need it for nothing else. */
#define NAMES_WAIT (10 * US_PER_S)

struct cluster {
	struct run *run;
	struct kube *k;
	const char *why; /* no kube */
	struct pool *pool;
	struct resources resources;
	struct resources nodes_first; /* nodes alone, for before the discovery */
	struct podlogs *logs;
	struct kubelets *kubelets;
	struct cluster_node *nodes;
	int n_nodes;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool nodes_known; /* under lock */
	struct job *jobs; /* all that were queued, for freeing */
};
struct job {
	struct cluster *c;
	struct job *next;
	const struct plan_item *item;
	const struct resource *resource;
	char *node;
	void (*fn)(void *);
	int ask;         /* its number in the progress */
	int64_t objects; /* of its list, so far */
};

struct cluster *cluster_new(struct run *run, struct kube *k, const char *why)
{
	struct cluster *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;

	c->run = run;
	c->k = k;
	c->why = why;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->cond, &attr);
	pthread_condattr_destroy(&attr);
	return c;
}

/* What whoever waits is shown of it. Caller frees. */
static char *job_words(const struct job *j)
{
	struct plan_vars vars = {.node = j->node};
	CLEAN(clean_free) char *what = j->item ? plan_resolve(j->item->what, &vars) : NULL;

	if (j->resource)
		return xasprintf("%s%s%s", j->resource->plural, j->resource->group[0] ? "." : "", j->resource->group);
	if (!what)
		return xstrdup("which resources there are");
	return j->item->how == PLAN_KUBECTL ? xasprintf("kubectl %s", what) : STEAL(what);
}

static void run_job(void *arg)
{
	struct job *j = arg;
	CLEAN(clean_free) char *what = job_words(j);

	j->ask = progress_api_begin(j->c->run->progress, what);
	j->fn(j);
	progress_api_end(j->c->run->progress, j->ask);
}

static struct job *add_job(struct cluster *c, void (*fn)(void *), const struct plan_item *item, const char *node,
                           const struct resource *resource)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->c = c;
	j->item = item;
	j->node = node ? xstrdup(node) : NULL;
	j->resource = resource;
	j->fn = fn;
	pthread_mutex_lock(&c->lock);
	j->next = c->jobs;
	c->jobs = j;
	pthread_mutex_unlock(&c->lock);
	progress_api_queued(c->run->progress, 1);
	pool_add(c->pool, run_job, j);
	return j;
}

static enum capture_state state_of(const struct plan_item *it, const struct kube_reply *r)
{
	switch (r->status) {
	case KUBE_OK:
	case KUBE_FULL:
		return CAPTURE_OK;
	case KUBE_NOT_FOUND:
		return CAPTURE_ABSENT;
	case KUBE_NOT_ASKED:
		return CAPTURE_SKIPPED;
	default:
		return it->may_fail ? CAPTURE_ABSENT : CAPTURE_FAILED;
	}
}

static struct plan_vars window_vars(const struct run *run, const char *node)
{
	struct plan_vars v = {.node = node};

	run_window(run, &v);
	return v;
}

/* A request or a kubectl command of the plan: what it prints, or what it complains about, is the file. */
static void run_item(void *arg)
{
	struct job *j = arg;
	struct cluster *c = j->c;
	const struct plan_item *it = j->item;
	struct plan_vars vars = window_vars(c->run, j->node);
	CLEAN(clean_free) char *path = plan_resolve(it->path, &vars), *what = plan_resolve(it->what, &vars);
	CLEAN(clean_free)
	char *cmd = it->how == PLAN_GET ? c->k->backend->command(c->k, what) : kubectl_command(c->k, what);
	struct record_spec spec = {.path = path,
	                           .source = it->how == PLAN_GET ? c->k->backend->name : "kubectl",
	                           .command = cmd,
	                           .node = j->node,
	                           .max = it->max,
	                           .keep_tail = it->keep_tail,
	                           .drop = it->drop};
	struct record *rec;
	struct record_end end = {.exit_status = -1};
	struct kube_reply r;
	const char *why = NULL;

	if (it->how == PLAN_KUBECTL && !c->k->kubectl) {
		record_none(c->run, &spec, CAPTURE_ABSENT, "kubectl is not installed here");
		return;
	}
	if (it->how == PLAN_KUBECTL && (run_over(c->run, &why) || (!it->always && kube_is_silent(c->k, &why)))) {
		record_none(c->run, &spec, CAPTURE_SKIPPED, why);
		return;
	}
	if (j->node && kubelets_silent(c->kubelets, j->node)) {
		record_none(c->run, &spec, CAPTURE_SKIPPED, "the kubelet does not answer the API server");
		return;
	}
	rec = record_new(c->run, &spec);
	if (it->how == PLAN_GET && it->always)
		kube_get_anyway(c->k, what, it->timeout, record_write, rec, &r);
	else if (it->how == PLAN_GET)
		kube_get_tail(c->k, what, it->each_unreached && it->keep_tail ? it->max : 0, it->timeout, record_write, rec, &r);
	else
		kubectl_run(c->k, what, it->timeout, record_write, rec, &r);
	end.state = state_of(it, &r);
	end.exit_status = r.exit_status;
	end.timed_out = r.status == KUBE_TIMEOUT;
	end.error = r.status == KUBE_OK || r.status == KUBE_FULL ? r.message : r.reason;
	end.body_if_empty = r.message;
	end.no_file = r.status == KUBE_NOT_ASKED && !record_bytes(rec);
	if (j->node)
		kubelets_note(c->kubelets, j->node, r.status != KUBE_TIMEOUT && !strstr(r.message, "i/o timeout"));
	record_finish(rec, &end);
}

static void nodes_are_known(struct cluster *c)
{
	pthread_mutex_lock(&c->lock);
	c->nodes_known = true;
	pthread_cond_broadcast(&c->cond);
	pthread_mutex_unlock(&c->lock);
}

static void take_node(struct cluster *c, const cJSON *node)
{
	const char *name = json_path_str(node, "metadata.name");
	struct cluster_node *n;
	const cJSON *a;

	if (!name)
		return;
	c->nodes = xreallocarray(c->nodes, (size_t)c->n_nodes + 1, sizeof(*c->nodes));
	n = &c->nodes[c->n_nodes++];
	*n = (struct cluster_node){.name = xstrdup(name)};
	cJSON_ArrayForEach(a, json_get_arr(json_get_obj(node, "status"), "addresses"))
	{
		const char *type = json_get_str(a, "type"), *addr = json_get_str(a, "address");

		if (type && addr && !strcmp(type, "InternalIP") && !n->internal_ip)
			n->internal_ip = xstrdup(addr);
		else if (type && addr && !strcmp(type, "ExternalIP") && !n->external_ip)
			n->external_ip = xstrdup(addr);
	}
}

static void on_object(void *arg, const struct resource *r, const cJSON *item)
{
	struct job *j = arg;
	struct cluster *c = j->c;

	progress_api_objects(c->run->progress, j->ask, ++j->objects);
	if (r->group[0])
		return;
	if (!strcmp(r->plural, "nodes"))
		take_node(c, item);
	else if (!strcmp(r->plural, "pods"))
		podlogs_look(c->logs, item);
}

static void queue_per_node(struct cluster *c)
{
	for (int i = 0; i < c->run->plan->n_api; i++)
		for (int n = 0; n < c->n_nodes && c->run->plan->api[i].each_node; n++)
			add_job(c, run_item, &c->run->plan->api[i], c->nodes[n].name, NULL);
}

void cluster_unreached(struct cluster *c, const char *name)
{
	const struct cluster_node *nodes;
	bool known = false;
	int n;

	nodes = cluster_nodes(c, &n);
	for (int i = 0; i < n && !known; i++)
		known = !strcmp(nodes[i].name, name);
	for (int i = 0; known && i < c->run->plan->n_api; i++)
		if (c->run->plan->api[i].each_unreached)
			add_job(c, run_item, &c->run->plan->api[i], name, NULL);
}

/* Every server has nodes: their list need not wait for discovery, and the visits wait for it. */
static bool is_nodes(const struct resource *r)
{
	return !r->group[0] && !strcmp(r->plural, "nodes");
}

static void run_list(void *arg)
{
	struct job *j = arg;
	struct cluster *c = j->c;
	const struct resource *r = j->resource;

	resource_list(c->k, r, on_object, j);
	if (is_nodes(r)) {
		nodes_are_known(c);
		queue_per_node(c);
	}
	if (!r->group[0] && !strcmp(r->plural, "pods"))
		podlogs_start(c->logs, c->pool);
}

/* One clear record instead of fifty refusals. */
static void lists_are_broken(struct cluster *c)
{
	CLEAN(clean_cjson) cJSON *arr = cJSON_CreateArray();
	CLEAN_BUF struct buf b = BUF_MAX(1 << 16);
	CLEAN(clean_free) char *cmd = c->k->backend->command(c->k, "/api/v1/namespaces?limit=1");
	struct record_spec spec = {.path = "cluster-resources/namespaces.json",
	                           .source = c->k->backend->name,
	                           .command = cmd};
	const char *why;

	runlog(c->run->log, "%s: no resources are listed", c->k->broken);
	if (run_over(c->run, &why)) {
		record_none(c->run, &spec, CAPTURE_SKIPPED, why);
		return;
	}
	record_none(c->run, &spec, CAPTURE_FAILED, c->k->broken);
	cJSON_AddItemToArray(arr, cJSON_CreateString(c->k->broken));
	json_print_pretty(arr, 0, &b, NULL);
	buf_add(&b, "\n", 1, NULL);
	spec.path = "cluster-resources/namespaces-errors.json";
	record_text(c->run, &spec, b.p, b.n, false);
}

static void run_lists(void *arg)
{
	struct cluster *c = ((struct job *)arg)->c;

	resources_discover(c->k, &c->resources);
	runlog(c->run->log, "the API has %d listable resources", c->resources.n);
	for (int i = 0; i < c->resources.n; i++)
		if (!is_nodes(&c->resources.v[i]))
			add_job(c, run_list, NULL, NULL, &c->resources.v[i]);
}

static void queue_texts(struct cluster *c, bool lists)
{
	const struct plan *p = c->run->plan;

	for (int i = 0; i < p->n_api; i++)
		if (!p->api[i].each_node && !p->api[i].each_unreached && (lists || !p->api[i].lists))
			add_job(c, run_item, &p->api[i], NULL, NULL);
	for (int i = 0; i < p->n_kubectl; i++)
		if (lists || p->kubectl[i].always)
			add_job(c, run_item, &p->kubectl[i], NULL, NULL);
}

/* troubleshoot.sh's shape. */
static void write_version(struct cluster *c)
{
	CLEAN(clean_cjson) cJSON *o = cJSON_CreateObject(), *info = NULL;
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	CLEAN(clean_free) char *cmd = c->k->backend->command(c->k, "/version");
	struct record_spec spec = {.path = "cluster-info/cluster_version.json",
	                           .source = c->k->backend->name,
	                           .command = cmd};

	if (json_parse(buf_cstr(&c->k->version_doc), c->k->version_doc.n, &info, NULL) < 0) {
		record_none(c->run, &spec, CAPTURE_FAILED, c->k->broken[0] ? c->k->broken : "/version gave no JSON");
		return;
	}
	cJSON_AddItemToObject(o, "info", STEAL(info));
	cJSON_AddStringToObject(o, "string", c->k->version);
	json_print_pretty(o, 0, &b, NULL);
	buf_add(&b, "\n", 1, NULL);
	record_text(c->run, &spec, b.p, b.n, true);
}

static void wait_for_nodes(struct cluster *c)
{
	const struct collect_opts *o = c->run->opts;
	bool named = o->nodes || o->nodes_from;
	int64_t until = clock_mono() + (named ? NAMES_WAIT : 0);
	struct timespec ts = {until / US_PER_S, until % US_PER_S * 1000};

	pthread_mutex_lock(&c->lock);
	/* A pod is made on a node that the API has, and on no other. */
	if ((named || o->local) && o->node_access != NODE_ACCESS_POD) {
		while (named && !c->nodes_known && pthread_cond_timedwait(&c->cond, &c->lock, &ts) == 0)
			;
		if (named && !c->nodes_known)
			runlog(c->run->log, "the API's list of nodes is not waited for: the nodes are named");
	} else {
		while (!c->nodes_known)
			pthread_cond_wait(&c->cond, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
}

void cluster_start(struct cluster *c)
{
	struct record_spec spec = {.path = "cluster-resources", .source = "api", .command = ""};

	if (!c->k) {
		if (c->why)
			record_none(c->run, &spec, CAPTURE_FAILED, c->why);
		return;
	}
	c->pool = pool_new(c->run->opts->jobs);
	c->kubelets = kubelets_new();
	resources_add(&c->nodes_first, "", "v1", "nodes", "Node", false);
	c->nodes_first.v[0].name = xstrdup("nodes");
	c->logs = podlogs_new(c->k, c->kubelets);
	if (c->k->serves_lists) {
		add_job(c, run_list, NULL, NULL, &c->nodes_first.v[0]);
		add_job(c, run_lists, NULL, NULL, NULL);
	} else {
		lists_are_broken(c);
		nodes_are_known(c);
	}
	write_version(c);
	queue_texts(c, c->k->serves_lists);
	wait_for_nodes(c);
}

const struct cluster_node *cluster_nodes(struct cluster *c, int *n)
{
	const struct cluster_node *nodes;

	pthread_mutex_lock(&c->lock);
	/* What is still being listed is not there yet. */
	nodes = c->nodes_known ? c->nodes : NULL;
	*n = nodes ? c->n_nodes : 0;
	pthread_mutex_unlock(&c->lock);
	return nodes;
}

void cluster_wait(struct cluster *c)
{
	if (c && c->pool)
		pool_wait(c->pool);
}

void cluster_free(struct cluster *c)
{
	if (!c)
		return;
	if (c->pool)
		pool_free(c->pool);
	while (c->jobs) {
		struct job *j = c->jobs;

		c->jobs = j->next;
		free(j->node);
		free(j);
	}
	podlogs_free(c->logs);
	kubelets_free(c->kubelets);
	resources_free(&c->resources);
	resources_free(&c->nodes_first);
	for (int i = 0; i < c->n_nodes; i++) {
		free(c->nodes[i].name);
		free(c->nodes[i].internal_ip);
		free(c->nodes[i].external_ip);
	}
	free(c->nodes);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->cond);
	free(c);
}
