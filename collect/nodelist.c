/* Who is to be visited. */
#include "base/mem.h"
#include "collect/inventory.h"
#include "collect/nodes.h"
#include "collect/runlog.h"

static char *dup(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

/* NULL when the same place is on the list already. */
static struct node *add_node(struct nodes *ns, const char *name, const char *host, int port)
{
	struct node *n;

	for (int i = 0; i < ns->n; i++)
		if (host && ns->v[i].host && !strcmp(ns->v[i].host, host) && ns->v[i].port == port)
			return NULL;
	ns->v = xreallocarray(ns->v, (size_t)ns->n + 1, sizeof(*ns->v));
	n = &ns->v[ns->n++];
	*n = (struct node){.name = dup(name), .host = dup(host), .port = port};
	return n;
}

static const char *address_of(const struct cluster_node *n)
{
	return n->internal_ip ? n->internal_ip : n->external_ip ? n->external_ip : n->name;
}

static bool api_node_is_sane(const struct cluster_node *n)
{
	return inventory_name_is_sane(n->name) && inventory_name_is_sane(address_of(n));
}

/* The API's name for what the user called `word`: by name, or by one of the addresses. */
static const struct cluster_node *find_api_node(const struct cluster_node *api, int n, const char *word)
{
	for (int i = 0; word && i < n; i++) {
		const struct cluster_node *a = &api[i];

		if (api_node_is_sane(a) && (!strcmp(a->name, word) || (a->internal_ip && !strcmp(a->internal_ip, word)) ||
		                            (a->external_ip && !strcmp(a->external_ip, word))))
			return a;
	}
	return NULL;
}

static void add_host(struct nodes *ns, const struct cluster_node *api, int n_api, const struct inv_host *h)
{
	const struct cluster_node *a = find_api_node(api, n_api, h->name);
	struct node *n;

	if (!a)
		a = find_api_node(api, n_api, h->addr);
	/* The API knows where it is; a bare name may mean nothing to this host. */
	if (a && !h->name && !strcmp(a->name, h->addr))
		n = add_node(ns, a->name, address_of(a), h->port);
	else
		n = add_node(ns, a ? a->name : h->name, h->addr, h->port);
	if (!n)
		return;
	n->in_api = a != NULL;
	n->user = dup(h->user);
	n->key = dup(h->key);
	n->jump = dup(h->jump);
}

/* What the options name. */
static int read_options(const struct collect_opts *o, struct inventory *inv, struct err *e)
{
	int rc = o->nodes ? inventory_words(inv, o->nodes, e) : 0;

	if (rc == 0 && o->nodes_from && (rc = inventory_read(inv, o->nodes_from, e)) < 0)
		return err_wrap(e, "--nodes-from");
	return rc;
}

int nodes_check(const struct collect_opts *o, struct err *e)
{
	struct inventory inv = {NULL, 0};
	struct inv_host jump = {.name = NULL};
	int rc = read_options(o, &inv, e);

	if (rc == 0 && o->ssh.jump && !inventory_split(&jump, o->ssh.jump))
		rc = err_set(e, ERR_USAGE, "--ssh-jump: \"%s\" is not [USER@]HOST[:PORT]", o->ssh.jump);
	free(jump.addr);
	free(jump.user);
	if (rc == 0 && (o->nodes || o->nodes_from) && !inv.n && !o->local)
		rc = err_set(e, ERR_USAGE, "%s: no node is named", o->nodes_from ? o->nodes_from : "--nodes");
	inventory_release(&inv);
	return rc;
}

static void choose_from_api(struct run *run, const struct cluster_node *api, int n_api, struct nodes *out)
{
	for (int i = 0; i < n_api; i++) {
		struct node *n = api_node_is_sane(&api[i]) ? add_node(out, api[i].name, address_of(&api[i]), 0) : NULL;

		if (n)
			n->in_api = true;
		else
			runlog(run->log, "a node of the API has no usable name or address, or one of another node: left out");
	}
}

int nodes_choose(struct run *run, const struct cluster_node *api, int n_api, const char *server_host, struct nodes *out,
                 struct err *e)
{
	static const char name_them[] = "name the nodes with --nodes a,b,c or --nodes-from (a list, an inventory, an earlier bundle)";
	const struct collect_opts *o = run->opts;
	struct inventory inv = {NULL, 0};
	int rc;

	*out = (struct nodes){NULL, 0, ""};
	if (o->local)
		add_node(out, NULL, NULL, 0);
	rc = read_options(o, &inv, e);
	for (int i = 0; rc == 0 && i < inv.n; i++)
		add_host(out, api, n_api, &inv.v[i]);
	inventory_release(&inv);
	if (rc < 0 || o->no_nodes || o->local || o->nodes || o->nodes_from)
		return rc;
	choose_from_api(run, api, n_api, out);
	if (n_api)
		return 0;
	if (server_host && inventory_name_is_sane(server_host)) {
		add_node(out, NULL, server_host, 0);
		snprintf(out->note, sizeof(out->note),
		         "the API gave no list of nodes, so only the host of the API server (%s) was tried; %s", server_host,
		         name_them);
	} else {
		snprintf(out->note, sizeof(out->note), "the API gave no list of nodes; %s", name_them);
	}
	runlog(run->log, "%s", out->note);
	return 0;
}
