#include "collect/nodes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/proc.h"
#include "collect/progress.h"
#include "collect/runlog.h"
#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

/* Nodes that are visited at a time; each waits for its network most of the time. */
#define VISITS_MAX 32

static struct node *add_node(struct nodes *ns, const char *name, const char *host)
{
	struct node *n;

	for (int i = 0; i < ns->n; i++)
		if (host && ns->v[i].host && !strcmp(ns->v[i].host, host))
			return &ns->v[i];
	ns->v = xreallocarray(ns->v, (size_t)ns->n + 1, sizeof(*ns->v));
	n = &ns->v[ns->n++];
	*n = (struct node){.name = name ? xstrdup(name) : NULL, .host = host ? xstrdup(host) : NULL};
	return n;
}

static const char *address_of(const struct cluster_node *n)
{
	return n->internal_ip ? n->internal_ip : n->external_ip ? n->external_ip : n->name;
}

/* Names and addresses become folders, arguments of ssh and parts of scripts. */
static bool word_is_sane(const char *w)
{
	if (!w[0] || w[0] == '-' || w[0] == '.' || strlen(w) > 253)
		return false;
	for (; *w; w++)
		if (!isalnum((unsigned char)*w) && !strchr("._-:[]@%", *w))
			return false;
	return true;
}

static bool api_node_is_sane(const struct cluster_node *n)
{
	return word_is_sane(n->name) && word_is_sane(address_of(n));
}

/* The API's name for what the user called `word`: by name, or by one of the addresses. */
static const struct cluster_node *find_api_node(const struct cluster_node *api, int n, const char *word)
{
	for (int i = 0; i < n; i++) {
		const struct cluster_node *a = &api[i];

		if (api_node_is_sane(a) && (!strcmp(a->name, word) || (a->internal_ip && !strcmp(a->internal_ip, word)) ||
		                            (a->external_ip && !strcmp(a->external_ip, word))))
			return a;
	}
	return NULL;
}

/* "node1", "10.0.0.1" or "node1=10.0.0.1". */
static int add_word(struct nodes *ns, const struct cluster_node *api, int n_api, char *word, struct err *e)
{
	char *eq = strchr(word, '=');
	const struct cluster_node *a;

	if (eq)
		*eq = '\0';
	if (!word_is_sane(word) || (eq && !word_is_sane(eq + 1)))
		return err_set(e, ERR_USAGE, "\"%s\" is not a node: give names or addresses, or name=address", word);
	a = find_api_node(api, n_api, word);
	if (!a && eq)
		a = find_api_node(api, n_api, eq + 1);
	if (eq)
		add_node(ns, a ? a->name : word, eq + 1);
	else if (a && !strcmp(a->name, word))
		/* The API knows where it is; a bare name may mean nothing to this host. */
		add_node(ns, a->name, address_of(a));
	else
		add_node(ns, a ? a->name : NULL, word);
	return 0;
}

static int add_words(struct nodes *ns, const struct cluster_node *api, int n_api, const char *text, struct err *e)
{
	CLEAN(clean_free) char *copy = xstrdup(text);
	char *save = NULL;
	int rc;

	for (char *w = strtok_r(copy, ", \t\r\n", &save); w; w = strtok_r(NULL, ", \t\r\n", &save))
		if ((rc = add_word(ns, api, n_api, w, e)) < 0)
			return rc;
	return 0;
}

/* One node a line, # comments. */
static int add_file(struct nodes *ns, const struct cluster_node *api, int n_api, const char *path, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX(4 << 20);
	char *save = NULL;
	int rc;

	if ((rc = file_read(path, &b, e)) < 0)
		return err_wrap(e, "--nodes-from");
	if (!b.p)
		return 0;
	if (b.n >= 3 && !memcmp(b.p, "\xEF\xBB\xBF", 3)) /* Notepad's mark of UTF-8 */
		memset(b.p, ' ', 3);
	for (char *line = strtok_r(b.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, "#")] = '\0';
		if ((rc = add_words(ns, api, n_api, line, e)) < 0)
			return err_wrap(e, "--nodes-from: %s", path);
	}
	return 0;
}

int nodes_check(const struct collect_opts *o, struct err *e)
{
	struct nodes ns = {NULL, 0, ""};
	int rc = o->nodes ? add_words(&ns, NULL, 0, o->nodes, e) : 0;

	if (rc == 0 && o->nodes_from)
		rc = add_file(&ns, NULL, 0, o->nodes_from, e);
	if (rc == 0 && (o->nodes || o->nodes_from) && !ns.n && !o->local)
		rc = err_set(e, ERR_USAGE, "%s: no node is named", o->nodes_from ? o->nodes_from : "--nodes");
	nodes_release(&ns);
	return rc;
}

int nodes_choose(struct run *run, const struct cluster_node *api, int n_api, const char *server_host, struct nodes *out,
                 struct err *e)
{
	const struct collect_opts *o = run->opts;
	int rc = 0;

	*out = (struct nodes){NULL, 0, ""};
	if (o->local)
		add_node(out, NULL, NULL);
	if (o->nodes && (rc = add_words(out, api, n_api, o->nodes, e)) < 0)
		return rc;
	if (o->nodes_from && (rc = add_file(out, api, n_api, o->nodes_from, e)) < 0)
		return rc;
	if (o->no_nodes || o->local || o->nodes || o->nodes_from)
		return 0;
	for (int i = 0; i < n_api; i++) {
		if (api_node_is_sane(&api[i]))
			add_node(out, api[i].name, address_of(&api[i]));
		else
			runlog(run->log, "a node of the API has no usable name or address: left out");
	}
	if (n_api)
		return 0;
	if (server_host && word_is_sane(server_host)) {
		add_node(out, NULL, server_host);
		snprintf(out->note, sizeof(out->note),
		         "the API gave no list of nodes, so only the host of the API server (%s) was tried; name the "
		         "others with "
		         "--nodes a,b,c",
		         server_host);
	} else {
		snprintf(out->note, sizeof(out->note), "the API gave no list of nodes; name them with --nodes a,b,c");
	}
	runlog(run->log, "%s", out->note);
	return 0;
}

struct visit {
	struct run *run;
	struct node *node;
	const char *mux_dir;
};

static void visit_job(void *arg)
{
	struct visit *v = arg;

	node_visit(v->run, v->node, v->mux_dir);
}

static int none(void *arg, const void *p, size_t n, struct err *e)
{
	(void)arg;
	(void)p;
	(void)n;
	(void)e;
	return 0;
}

/* A master that is still there: the run was left at once. */
static void end_master(const char *socket)
{
	CLEAN(clean_free) char *path = xasprintf("ControlPath=%s", socket);
	const char *argv[] = {"ssh", "-F", "none", "-o", path, "-O", "exit", "--", "sickbay", NULL};
	struct proc_opts o = {.argv = argv, .deadline = clock_mono() + US_PER_S, .out = none};
	struct proc_result r;
	struct err e;

	proc_run(&o, &r, &e);
}

/* Sockets and a known_hosts file of accepted keys; nothing else is ever in it. */
void nodes_remove_scratch(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		if (ent->d_type != DT_REG) {
			CLEAN(clean_free) char *socket = xasprintf("%s/%s", dir, ent->d_name);

			end_master(socket);
		}
		unlinkat(dirfd(d), ent->d_name, 0);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

void nodes_visit(struct run *run, struct nodes *nodes)
{
	const char *tmp = getenv("TMPDIR");
	/* A socket's path is short: about a hundred bytes in all. */
	CLEAN(clean_free)
	char *mux = xasprintf("%s/sickbay-ssh-XXXXXX", tmp && tmp[0] == '/' && strlen(tmp) < 40 ? tmp : "/tmp");
	const char *dir = mkdtemp(mux);
	struct visit *visits = xcalloc((size_t)nodes->n + 1, sizeof(*visits));
	struct pool *pool;

	if (dir && run->opts->scratch)
		run->opts->scratch(dir);
	for (int i = 0; i < nodes->n; i++)
		snprintf(nodes->v[i].label, sizeof(nodes->v[i].label), "%.63s",
		         nodes->v[i].name   ? nodes->v[i].name
		         : nodes->v[i].host ? nodes->v[i].host
		                            : "this host");
	if (nodes->n) {
		pool = pool_new(nodes->n < VISITS_MAX ? nodes->n : VISITS_MAX);
		progress_nodes(run->progress, nodes);
		for (int i = 0; i < nodes->n; i++) {
			visits[i] = (struct visit){run, &nodes->v[i], dir};
			pool_add(pool, visit_job, &visits[i]);
		}
		pool_free(pool);
	}
	free(visits);
	if (dir)
		nodes_remove_scratch(dir);
}

void nodes_release(struct nodes *nodes)
{
	for (int i = 0; i < nodes->n; i++) {
		free(nodes->v[i].name);
		free(nodes->v[i].host);
	}
	free(nodes->v);
	*nodes = (struct nodes){NULL, 0, ""};
}
