/* --dry-run: the plan as a document for whoever must allow it. Nothing is asked, nothing is run. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/collect.h"
#include "collect/plan.h"

static void print_limits(FILE *f, const struct plan_item *it)
{
	fprintf(f, "    at most %lld s, %lld KiB%s\n", (long long)(it->timeout / US_PER_S), (long long)(it->max / 1024),
	        it->keep_tail ? ", the newest" : "");
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

static void print_api(FILE *f, const struct collect_opts *o, const struct plan *p)
{
	fprintf(f, "KUBERNETES API, through kubectl%s%s%s%s, read-only GET requests, %d at a time\n\n",
	        o->kubeconfig ? " --kubeconfig " : "", o->kubeconfig ? o->kubeconfig : "",
	        o->context ? " --context " : "", o->context ? o->context : "", o->jobs);
	fprintf(f, "  GET /version\n  GET /api/v1/namespaces/kube-system\n  GET /api/v1/namespaces?limit=1\n");
	fprintf(f, "  GET /api/v1, /apis and each group's versions: what can be listed\n");
	fprintf(f,
	        "  GET every listable resource, %lld objects a page; values of Secrets are dropped before they are "
	        "written\n",
	        (long long)p->res_page);
	print_words(f, "    except", p->res_skip);
	for (int i = 0; i < p->n_api; i++) {
		fprintf(f, "  GET %s%s\n", p->api[i].what, p->api[i].each_node ? "   for every node" : "");
		print_limits(f, &p->api[i]);
	}
	for (int i = 0; i < p->n_kubectl; i++) {
		fprintf(f, "  kubectl %s\n", p->kubectl[i].what);
		print_limits(f, &p->kubectl[i]);
	}
	fprintf(f, "  GET the log (newest %lld lines) of every container that is not ready or has restarted, and of\n",
	        (long long)p->log_lines);
	for (const char **g = p->log_always; *g; g++)
		fprintf(f, "    %s\n", *g);
	fputc('\n', f);
}

static void print_where(FILE *f, const struct collect_opts *o)
{
	const struct collect_ssh *s = &o->ssh;

	if (o->local)
		fprintf(f, "ON THIS HOST, as the user who runs sickbay, with `sudo -n` where that is possible\n");
	if (!o->local || o->nodes || o->nodes_from) {
		fprintf(f, "ON EVERY NODE over SSH, as %s%s%s, with `sudo -n` where that is not root and possible\n",
		        s->user ? s->user : "the user of ssh's configuration", s->key ? ", with the key " : "",
		        s->key ? s->key : "");
		if (o->nodes || o->nodes_from)
			fprintf(f, "nodes: %s%s%s\n", o->nodes ? o->nodes : "", o->nodes_from ? " those in " : "",
			        o->nodes_from ? o->nodes_from : "");
		else
			fprintf(f, "nodes: all that the API lists, by InternalIP, else ExternalIP, else name\n");
		fprintf(f, "host keys: %s\n",
		        s->insecure ? "unknown ones are ACCEPTED, changed ones refused" : "must be known");
	}
	fprintf(f, "\n  first: id -u, hostname, sudo -n true, date, which programs and units there are\n\n");
}

static void print_node_item(FILE *f, const struct collect_opts *o, const struct plan *p, const struct plan_item *it)
{
	struct plan_vars vars = {.journal = "short-iso-precise", .since_s = o->since / US_PER_S, .until_s = o->until / US_PER_S, .lines = p->lines};
	CLEAN(clean_free) char *script = plan_script(p, it, &vars), *what = plan_resolve(it->what, &vars);

	fprintf(f, "  %s\n", it->path[0] == '/' ? it->path + 1 : it->path);
	if (it->how == PLAN_FILE)
		fprintf(f, "      reads %s\n", what);
	else if (it->how == PLAN_FILES)
		fprintf(f, "      reads %s, at most %d files, no private keys and no audit logs\n", what, it->limit);
	else
		print_indented(f, script, "      ");
	print_words(f, "    for the units", it->units);
	print_words(f, "    where there is", it->needs);
	print_limits(f, it);
}

int collect_print_plan(const struct collect_opts *o, FILE *f, struct err *e)
{
	CLEAN(clean_plan) struct plan *p = NULL;
	int rc = plan_load(o->plan, &p, e);

	if (rc < 0)
		return rc;
	fprintf(f, "What `sickbay collect` would do. Nothing was asked or run for this page, nothing that follows\n"
	           "changes the cluster or a node, and what looks like a credential is replaced before it is "
	           "written.\n\n");
	if (!o->no_kube)
		print_api(f, o, p);
	if (!o->no_nodes || o->local) {
		print_where(f, o);
		for (int i = 0; i < p->n_node; i++)
			print_node_item(f, o, p, &p->node[i]);
	}
	return 0;
}
