/* --dry-run: the plan as a document for whoever must allow it. Nothing is asked, nothing is run. */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "collect/collect.h"
#include "collect/kube_access.h"
#include "collect/plan.h"
#include "collect/podaccess.h"
#include <pwd.h>
#include <unistd.h>

/* What the page lists, for its last section. */
struct numbers {
	int requests, node_requests, kubectl, scripts, files, globs;
};

static void print_limits(FILE *f, const struct plan_item *it)
{
	char size[16];

	fprintf(f, "      at most %lld s, %s%s%s\n", (long long)(it->timeout / US_PER_S), file_format_size(it->max, size),
	        it->keep_tail ? " (the newest)" : "", it->drop ? ", some lines left out" : "");
}

static void print_field(FILE *f, const char *name, const char *text)
{
	fprintf(f, "   %-10s %s\n", name, text);
}

static char *duration(int64_t us)
{
	int64_t s = us / US_PER_S;

	return s % 60 ? xasprintf("%lld s", (long long)s) : xasprintf("%lld min", (long long)(s / 60));
}

static void print_writes(FILE *f, const struct collect_opts *o)
{
	const char *tmp = getenv("TMPDIR");
	struct passwd *pw = getpwuid(geteuid());
	char host[256] = "this host";
	CLEAN(clean_free) char *who = NULL, *writes = NULL, *scratch = NULL;

	gethostname(host, sizeof(host) - 1);
	who = xasprintf("on %s, as %s (uid %d); sickbay %s", host, pw ? pw->pw_name : "a user without a name", (int)geteuid(),
	                SICKBAY_VERSION);
	writes = o->output && !strcmp(o->output, "-")
	                 ? xstrdup("the archive to standard output")
	                 : xasprintf("%s (mode 0600), called .part until it is whole",
	                             o->output ? o->output : "sickbay-<context>-<time>.tar.zst in this folder");
	scratch = xasprintf("in %s: temporary files without a name, and a private folder for ssh's sockets;",
	                    tmp && tmp[0] ? tmp : "/tmp");
	fprintf(f, "1  WHERE IT RUNS AND WHAT IT WRITES\n\n");
	print_field(f, "runs", who);
	print_field(f, "writes", writes);
	print_field(f, "", scratch);
	print_field(f, "", "both are gone at the end");
	print_field(f, "sends", "nothing to anybody but the requests and commands below");
	print_field(f, "changes", o->node_access == NODE_ACCESS_POD && !o->no_nodes
	                                  ? "a pod for each node is made and removed (section 5); else it only reads"
	                                  : "nothing on the cluster, nothing on a node: it only reads");
}

static void print_redaction(FILE *f)
{
	fprintf(f, "\n2  WHAT IS NEVER IN THE ARCHIVE\n\n");
	print_field(f, "replaced", "before anything is written: values of Secrets, passwords, tokens, keys and");
	print_field(f, "", "other credentials in objects, logs, files and command lines. In their place");
	print_field(f, "", "stands **REDACTED:...**; the manifest counts them. What cannot be checked");
	print_field(f, "", "for them is left out");
	print_field(f, "not read", "private keys, password files, tokens of service accounts, audit logs");
}

static void print_bounds(FILE *f, const struct collect_opts *o, const struct plan *p)
{
	CLEAN(clean_free) char *whole = duration(o->timeout), *node = duration(o->node_timeout);
	char size[16], since[32], until[32] = "now";
	int64_t now = clock_now() / US_PER_S * US_PER_S;

	clock_format(now - o->since / US_PER_S * US_PER_S, since);
	if (o->until)
		clock_format(now - o->until / US_PER_S * US_PER_S, until);
	fprintf(f, "\n3  DEADLINES AND CAPS\n\n");
	fprintf(f, "   whole run  %s (--timeout), %s (--max-bytes); Ctrl-C ends it with what is there\n", whole,
	        file_format_size(o->max_bytes, size));
	fprintf(f, "   one node   %s (--node-timeout), %d connections\n", node, p->lanes);
	fprintf(f, "   API        %d requests at a time (--jobs)\n", o->jobs);
	fprintf(f, "   logs       from %s to %s (--since, --until)\n", since, until);
	fprintf(f, "   each item  as below; what meets its deadline or cap is cut, and marked as cut\n");
}


static void print_indented(FILE *f, const char *text, const char *indent)
{
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");

		if (n)
			fprintf(f, "%s%.*s\n", indent, (int)n, p);
		p += n + (p[n] == '\n');
	}
}

static void print_words(FILE *f, const char *what, const char *const *list)
{
	if (!list || !*list)
		return;
	fprintf(f, "%s", what);
	for (int i = 0; list[i]; i++)
		fprintf(f, "%s%s", i ? ", " : " ", list[i]);
	fputc('\n', f);
}

static void print_identity(FILE *f, const struct collect_opts *o)
{
	bool kubectl = o->via && !strcmp(o->via, "kubectl");

	print_field(f, "how", kubectl ? "through kubectl" : "directly, by HTTPS; what a person would have typed, through kubectl");
	kube_access_print(f, o, "              ");
	print_field(f, "methods", o->node_access == NODE_ACCESS_POD && !o->no_nodes
	                                  ? "GET: get and list; POST and DELETE for the pods of section 5 alone"
	                                  : "GET only: get and list, nothing that creates, changes or deletes");
}

static void print_requests(FILE *f, const struct plan *p, struct numbers *n)
{
	fprintf(f, "\n   Who is there and what can be listed\n");
	fprintf(f, "   GET /version\n   GET /api/v1/namespaces/kube-system\n   GET /api/v1/namespaces?limit=1\n");
	fprintf(f, "   GET /api, /apis and each group's versions\n");
	fprintf(f, "\n   Objects\n   GET every listable resource of every namespace, %lld objects a page\n",
	        (long long)p->res_page);
	fprintf(f, "      at most %lld s a page, %lld MiB a file\n", (long long)(p->res_timeout / US_PER_S),
	        (long long)(p->res_max >> 20));
	fprintf(f, "      where that is forbidden, of the namespace that the kubeconfig's context names\n");
	print_words(f, "      except", p->res_skip);
	fprintf(f, "\n   Health and metrics\n");
	for (int i = 0; i < p->n_api; i++) {
		*(p->api[i].each_node || p->api[i].each_unreached ? &n->node_requests : &n->requests) += 1;
		fprintf(f, "   GET %s%s\n", p->api[i].what, p->api[i].each_node ? "   for every node" :
		        p->api[i].each_unreached ? "   for every node that cannot be visited" : "");
		print_limits(f, &p->api[i]);
	}
	n->requests += 3;
}

static void print_logs(FILE *f, const struct collect_opts *o, const struct plan *p)
{
	fprintf(f, "\n   Logs of containers\n");
	fprintf(f, "   GET the log%s of every container that is not ready or has restarted (then also of\n"
	           "   its run before), of at most %d pods, and always of\n",
	        o->window ? " from --since to --until" : "", p->log_max_pods);
	for (const char **g = p->log_always; *g; g++)
		fprintf(f, "      %s\n", *g);
	fprintf(f, "      at most %lld s, the newest %lld lines, %lld KiB each\n", (long long)(p->log_timeout / US_PER_S),
	        (long long)p->log_lines, (long long)(p->log_max / 1024));
}

static void print_api(FILE *f, const struct collect_opts *o, const struct plan *p, struct numbers *n)
{
	fprintf(f, "\n4  REQUESTS TO THE KUBERNETES API\n\n");
	if (o->no_kube) {
		fprintf(f, "   none (--no-kube)\n");
		return;
	}
	print_identity(f, o);
	print_requests(f, p, n);
	print_logs(f, o, p);
	fprintf(f, "\n   What a person would have typed\n");
	for (int i = 0; i < p->n_kubectl; i++) {
		n->kubectl++;
		fprintf(f, "   kubectl %s\n", p->kubectl[i].what);
		print_limits(f, &p->kubectl[i]);
	}
}

/* The one thing that changes the cluster. */
static void print_pods(FILE *f, const struct collect_opts *o)
{
	CLEAN(clean_free)
	char *pod = podaccess_manifest(o, "sickbay-RUN-N", "NODE", "RUN", o->timeout / US_PER_S + 60);

	fprintf(f, "   ON EVERY NODE of the API through a pod. THIS CHANGES THE CLUSTER while it runs:\n"
	           "   GET the pods of %s with the label " PODACCESS_LABEL ", and DELETE those that have ended\n"
	           "   POST this pod there, one for each node, and GET it until it runs\n",
	        o->node_namespace);
	print_indented(f, pod, "      ");
	fprintf(f, "   GET its exec (WebSocket) for every command below, in the host's files and mounts, as root\n"
	           "   DELETE it when its node is done, also after a failure or Ctrl-C. After a second Ctrl-C, and when\n"
	           "   sickbay is killed, it stays until its activeDeadlineSeconds are over; the next run removes it then\n");
}

static void print_where(FILE *f, const struct collect_opts *o)
{
	const struct collect_ssh *s = &o->ssh;
	bool remote = !o->local || o->nodes || o->nodes_from;
	CLEAN(clean_free) char *who = NULL, *nodes = NULL;

	who = xasprintf("as %s%s%s, with `sudo -n` where that is not root and sudo is allowed",
	                s->user ? s->user : "the user of ssh's configuration", s->key ? ", with the key " : "",
	                s->key ? s->key : "");
	nodes = o->nodes || o->nodes_from
	                ? xasprintf("%s%s%s", o->nodes ? o->nodes : "", o->nodes_from ? " those in " : "",
	                            o->nodes_from ? o->nodes_from : "")
	                : xstrdup("all that the API lists, by InternalIP, else ExternalIP, else name");
	if (o->local)
		print_field(f, "here", "on this host, as the user who runs sickbay, with `sudo -n` where it is allowed");
	if (o->node_access == NODE_ACCESS_POD) {
		print_pods(f, o);
	} else if (remote) {
		print_field(f, "over SSH", nodes);
		print_field(f, "whom", who);
		print_field(f, "host keys", s->insecure ? "unknown ones are ACCEPTED, changed ones refused"
		                                        : "must be known; others are refused");
	}
	fprintf(f, "\n   First, on each: id -u, hostname, sudo -n true, date, which programs and units there are\n");
}

/* journal, host, ...: the first folder of a path. */
static struct str group_of(const struct plan_item *it)
{
	const char *p = it->path[0] == '/' ? it->path + 1 : it->path;

	return (struct str){p, strcspn(p, "/")};
}

static void print_node_item(FILE *f, const struct collect_opts *o, const struct plan *p, const struct plan_item *it,
                            struct numbers *n)
{
	struct plan_vars vars = {.journal = "short-iso-precise",
	                         .since_s = o->since / US_PER_S,
	                         .until_s = o->until / US_PER_S,
	                         .lines = p->lines};
	CLEAN(clean_free) char *script = plan_script(p, it, &vars), *what = plan_resolve(it->what, &vars);

	fprintf(f, "   %s\n", it->path[0] == '/' ? it->path + 1 : it->path);
	if (it->how == PLAN_FILE) {
		n->files++;
		fprintf(f, "      reads the file %s\n", what);
	} else if (it->how == PLAN_FILES) {
		n->globs++;
		fprintf(f, "      reads the files %s, at most %d, newest first\n", what, it->limit);
		if (it->unless_link)
			fprintf(f, "      but no link to %s\n", it->unless_link);
	} else {
		n->scripts++;
		print_indented(f, script, "      $ ");
	}
	print_words(f, "      for the units", it->units);
	print_words(f, "      where there is", it->needs);
	print_limits(f, it);
}

static bool str_same(struct str a, struct str b)
{
	return a.n == b.n && !memcmp(a.p, b.p, a.n);
}

/* In the order of the plan, each folder once. */
static void print_commands(FILE *f, const struct collect_opts *o, const struct plan *p, struct numbers *n)
{
	for (int i = 0; i < p->n_node; i++) {
		struct str g = group_of(&p->node[i]);
		bool first = true;

		for (int k = 0; k < i && first; k++)
			first = !str_same(group_of(&p->node[k]), g);
		if (!first)
			continue;
		fprintf(f, "\n   -- %.*s --\n", (int)g.n, g.p);
		for (int k = i; k < p->n_node; k++)
			if (str_same(group_of(&p->node[k]), g))
				print_node_item(f, o, p, &p->node[k], n);
	}
}

static void print_numbers(FILE *f, const struct collect_opts *o, const struct numbers *n)
{
	fprintf(f, "\n6  IN NUMBERS\n\n");
	fprintf(f, "   API     %d requests, %d more for each node, %d kubectl commands; and one for each page of each\n"
	           "           resource, and for each log\n", n->requests, n->node_requests, n->kubectl);
	fprintf(f, "   node    %d commands, %d files, %d sets of files\n", n->scripts, n->files, n->globs);
	if (o->node_access == NODE_ACCESS_POD && !o->no_nodes)
		fprintf(f, "   changes a pod for each node: made, and removed\n");
	else
		fprintf(f, "   changes 0\n");
}

int collect_print_plan(const struct collect_opts *o, FILE *f, struct err *e)
{
	CLEAN(clean_plan) struct plan *p = NULL;
	struct numbers n = {0};
	int rc = plan_load(o->plan, &p, e);

	if (rc < 0)
		return rc;
	fprintf(f, "What `sickbay collect` would do. Nothing was asked and nothing was run for this page.\n\n");
	print_writes(f, o);
	print_redaction(f);
	print_bounds(f, o, p);
	print_api(f, o, p, &n);
	fprintf(f, "\n5  COMMANDS ON NODES\n\n");
	if (o->no_nodes) {
		fprintf(f, "   none (--no-nodes)\n");
	} else {
		print_where(f, o);
		print_commands(f, o, p, &n);
	}
	print_numbers(f, o, &n);
	return 0;
}
