#include "collect/collect.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "collect/cluster.h"
#include "collect/nodes.h"
#include "collect/progress.h"
#include "collect/record.h"
#include "collect/runlog.h"
#include "collect/secrets.h"
#include "collect/summary.h"
#include <ctype.h>
#include <unistd.h>

void run_fatal(struct run *run, const struct err *e)
{
	pthread_mutex_lock(&run->lock);
	if (!run->fatal.code) {
		run->fatal = *e;
		if (!run->fatal.code)
			run->fatal.code = ERR_IO;
	}
	pthread_mutex_unlock(&run->lock);
	atomic_store(&run->stop, true);
}

bool run_over(const struct run *run, const char **why)
{
	*why = NULL;
	if (atomic_load(&run->stop))
		*why = "stopped: the bundle cannot be written";
	else if (run->cancel && atomic_load(run->cancel))
		*why = "stopped by the user";
	else if (clock_mono() >= run->deadline)
		*why = "the time for the whole run (--timeout) was over";
	else if (atomic_load(&run->bytes_left) <= 0)
		*why = RUN_OUT_OF_BYTES;
	return *why != NULL;
}

void run_window(const struct run *run, struct plan_vars *v)
{
	int64_t ago = clock_now() - run->started;

	v->since_s = (run->opts->since + ago) / US_PER_S;
	v->until_s = run->opts->until ? (run->opts->until + ago) / US_PER_S : 0;
}

int64_t run_deadline(const struct run *run, int64_t timeout_us)
{
	int64_t t = clock_mono() + timeout_us;

	return t < run->deadline ? t : run->deadline;
}

/* sickbay-<context or host>-<UTC time>.tar.zst */
static char *default_name(const struct run *run, const struct kube *k)
{
	char what[80] = "", host[80] = "", when[32];
	const char *src = k && k->context[0] ? k->context : NULL;
	size_t n = 0;

	if (!src && gethostname(host, sizeof(host) - 1) == 0)
		src = host;
	for (const char *p = src ? src : "host"; *p && n + 1 < sizeof(what); p++)
		what[n++] = isalnum((unsigned char)*p) || *p == '.' || *p == '_' ? *p : '-';
	clock_format(run->started / US_PER_S * US_PER_S, when);
	for (char *p = when; *p; p++)
		if (*p == ':')
			*p = '-';
	return xasprintf("sickbay-%s-%s.tar.zst", what, when);
}

static void add_opt(cJSON *o, const char *key, const char *v)
{
	if (v)
		cJSON_AddStringToObject(o, key, v);
}

static cJSON *options_json(const struct collect_opts *o)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddNumberToObject(j, "since_s", (double)(o->since / US_PER_S));
	if (o->until)
		cJSON_AddNumberToObject(j, "until_s", (double)(o->until / US_PER_S));
	cJSON_AddNumberToObject(j, "timeout_s", (double)(o->timeout / US_PER_S));
	cJSON_AddNumberToObject(j, "node_timeout_s", (double)(o->node_timeout / US_PER_S));
	cJSON_AddNumberToObject(j, "max_bytes", (double)o->max_bytes);
	cJSON_AddNumberToObject(j, "jobs", o->jobs);
	cJSON_AddStringToObject(j, "plan", o->plan ? o->plan : "default");
	cJSON_AddBoolToObject(j, "kube", !o->no_kube);
	cJSON_AddBoolToObject(j, "nodes", !o->no_nodes);
	cJSON_AddBoolToObject(j, "local", o->local);
	cJSON_AddBoolToObject(j, "ssh_insecure_host_keys", o->ssh.insecure);
	add_opt(j, "node_list", o->nodes);
	add_opt(j, "nodes_from", o->nodes_from);
	add_opt(j, "ssh_user", o->ssh.user);
	add_opt(j, "ssh_jump", o->ssh.jump);
	add_opt(j, "node_access", o->node_access == NODE_ACCESS_POD ? "pod" : "ssh");
	add_opt(j, "node_image", o->node_image);
	return j;
}

static cJSON *head_json(const struct run *run, const struct kube *k)
{
	cJSON *j = cJSON_CreateObject(), *tool = cJSON_CreateObject(), *cluster;
	char when[32], host[256] = "";

	gethostname(host, sizeof(host) - 1);
	cJSON_AddNumberToObject(j, "sickbay_bundle", 1);
	cJSON_AddStringToObject(tool, "name", "sickbay");
	cJSON_AddStringToObject(tool, "version", SICKBAY_VERSION);
	cJSON_AddItemToObject(j, "tool", tool);
	cJSON_AddStringToObject(j, "started", clock_format(run->started, when));
	cJSON_AddStringToObject(j, "collected_on", host);
	cJSON_AddItemToObject(j, "options", options_json(run->opts));
	if (!k) {
		cJSON_AddNullToObject(j, "cluster");
		return j;
	}
	cluster = cJSON_CreateObject();
	add_opt(cluster, "context", k->context[0] ? k->context : NULL);
	add_opt(cluster, "server", k->server[0] ? k->server : NULL);
	add_opt(cluster, "version", k->version[0] ? k->version : NULL);
	add_opt(cluster, "uid", k->uid[0] ? k->uid : NULL);
	cJSON_AddBoolToObject(cluster, "serves_lists", k->serves_lists);
	add_opt(cluster, "error", k->broken[0] ? k->broken : NULL);
	cJSON_AddItemToObject(j, "cluster", cluster);
	return j;
}

static int open_bundle(struct run *run, const struct kube *k, struct collect_result *res, struct err *e)
{
	CLEAN(clean_free) char *name = run->opts->output ? xstrdup(run->opts->output) : default_name(run, k);
	CLEAN(clean_cjson) cJSON *head = head_json(run, k);
	int64_t replaced = 0;
	int rc = bundle_writer_open(name, run->started, run->opts->force, &run->out, e);

	if (rc < 0)
		return rc;
	snprintf(res->path, sizeof(res->path), "%s", name);
	if (run->opts->opened)
		run->opts->opened(name);
	/* A server's address may hold a password. */
	redact_object(run->redact, head, NULL, &replaced);
	return bundle_writer_head(run->out, head, e);
}

static void write_log(struct run *run)
{
	struct record_spec spec = {.path = "collect.log", .source = "sickbay", .command = "", .max = 16 << 20, .own = true};
	struct str s = runlog_text(run->log);

	record_text(run, &spec, s.p, s.n, false);
}

static int gather(struct run *run, struct kube *k, const char *no_kube, struct nodes *nodes, struct err *e)
{
	struct cluster *c = cluster_new(run, k, no_kube);
	char host[256];
	const struct cluster_node *api;
	int n_api = 0, rc;

	cluster_start(c);
	api = cluster_nodes(c, &n_api);
	rc = nodes_choose(run, api, n_api, k && kube_server_host(k, host) ? host : NULL, nodes, e);
	if (rc == 0)
		nodes_visit(run, nodes, k);
	for (int i = 0; i < nodes->n; i++)
		if (!nodes->v[i].reached && nodes->v[i].name)
			cluster_unreached(c, nodes->v[i].name);
	cluster_wait(c);
	cluster_free(c);
	return rc;
}

/* What the missing program costs. */
static const char *without_kubectl(const struct run *run, const struct kube *k)
{
	return k && !k->kubectl && run->plan->n_kubectl
	               ? "kubectl is not installed here: what it prints for people (describe, get -o wide, top) is missing; the\n"
	                 "        objects behind that are in the bundle, and the checks read those"
	               : NULL;
}

static int run_all(struct run *run, FILE *say, struct collect_result *res, struct err *e)
{
	CLEAN(clean_kube) struct kube *k = NULL;
	CLEAN(clean_free) char *no_kube = NULL;
	struct nodes nodes = {NULL, 0, ""};
	struct bundle_counts counts;
	struct err why = {0};
	int rc;

	if (!run->opts->no_kube) {
		if (kube_open(run, &k, &why) < 0)
			no_kube = xasprintf("the cluster's API was not asked: %s", why.msg);
		else
			kube_probe(k);
	}
	if (!k && !run->opts->local && !run->opts->nodes && !run->opts->nodes_from)
		return err_set(e, ERR_ABSENT, "%s, and no node is named: there is nothing to collect; give --kubeconfig, or "
		               "--nodes, --nodes-from or --local", why.msg);
	if ((rc = open_bundle(run, k, res, e)) < 0)
		return rc;
	progress_bundle(run->progress, run->out);
	runlog(run->log, "sickbay %s; API: %s %s", SICKBAY_VERSION,
	       k         ? k->server
	       : no_kube ? no_kube
	                 : "not asked",
	       k ? (k->broken[0] ? k->broken : k->version) : "");
	rc = gather(run, k, no_kube, &nodes, e);
	runlog(run->log, "done after %lld ms", (long long)((clock_now() - run->started) / 1000));
	write_log(run);
	progress_end(STEAL(run->progress));
	if (rc == 0 && run->fatal.code) {
		*e = run->fatal;
		rc = -e->code;
	}
	if (rc == 0)
		rc = bundle_writer_finish(run->out, e);
	if (rc == 0) {
		bundle_writer_counts(run->out, &counts);
		res->partial = counts.failed > 0 || (run->cancel && atomic_load(run->cancel)) || counts.skipped > 0;
		summary_print(run, &nodes, without_kubectl(run, k), run->opts->shown ? run->opts->shown : res->path, say);
	}
	nodes_release(&nodes);
	return rc;
}

/* The writer says these, too, but only after an API that may be slow to answer. */
static int output_check(const struct collect_opts *o, struct err *e)
{
	CLEAN(clean_free) char *folder = xstrdup(o->output ? o->output : "");
	char *slash = strrchr(folder, '/');

	if (!strcmp(folder, "-"))
		return 0;
	if (folder[0] && !o->force && access(folder, F_OK) == 0)
		return err_set(e, ERR_USAGE, "%s: exists already; choose another name, or give --force", folder);
	if (slash)
		slash[slash == folder] = '\0';
	if (access(slash ? folder : ".", W_OK | X_OK) != 0)
		return err_errno(e, "%s: no bundle can be written there", slash ? folder : "this folder");
	return 0;
}

int collect_run(const struct collect_opts *o, FILE *say, struct collect_result *res, struct err *e)
{
	CLEAN(clean_plan) struct plan *plan = NULL;
	CLEAN(clean_redact) struct redact *redact = NULL;
	struct run run = {.opts = o, .cancel = o->cancel};
	int rc;

	*res = (struct collect_result){.path = ""};
	if ((rc = nodes_check(o, e)) < 0 || (rc = plan_load(o->plan, &plan, e)) < 0 || (rc = redact_load(&redact, e)) < 0)
		return rc;
	if ((rc = output_check(o, e)) < 0)
		return rc;
	run.secrets = secrets_new(o->cancel, &run.asking);
	if ((rc = nodes_ask(&run, e)) < 0) {
		secrets_free(run.secrets);
		return rc;
	}
	run.plan = plan;
	run.redact = redact;
	run.log = runlog_new();
	run.started = clock_now();
	run.deadline = clock_mono() + o->timeout;
	atomic_store(&run.bytes_left, o->max_bytes);
	pthread_mutex_init(&run.lock, NULL);
	run.progress = progress_begin(&run, o->progress, o->live);
	rc = run_all(&run, say, res, e);
	progress_end(run.progress);
	bundle_writer_free(run.out);
	runlog_free(run.log);
	secrets_free(run.secrets);
	pthread_mutex_destroy(&run.lock);
	return rc;
}
