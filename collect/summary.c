#include "collect/summary.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"
#include "collect/purposes.h"
#include "collect/runlog.h"

/* The whole is to be read at a glance: so many lines of each kind, the rest is a number. */
#define NODES_SHOWN 3
#define REASONS_SHOWN 4
#define COSTS_SHOWN 5
#define LINE_MAX_SHOWN 240

/* Failures with one reason, told once. */
struct group {
	char *reason, *paths, *nodes;
	int n, n_paths;
};
struct groups {
	struct group v[30];
	int n, more;
	const struct purposes *purposes; /* for the costs */
};

/* The part of an error that captures with one cause have in common. */
static struct str reason_of(const char *error)
{
	static const char root[] = "needs root, and sudo is not possible";
	const char *dial = strstr(error, "dial tcp ");

	if (!strncmp(error, root, sizeof(root) - 1))
		return STR(root);
	return str_of(dial ? dial : error);
}

/* "a, b, c": appends a word unless it is there or the text is long enough. Takes the old text. */
static char *add_word(char *list, const char *word)
{
	size_t n = strlen(word);
	char *longer;

	for (const char *p = list; p && (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ',' || !p[n]))
			return list;
	if (list && strlen(list) > 100)
		return strstr(list, "...") ? list : (longer = xasprintf("%s, ...", list), free(list), longer);
	longer = list ? xasprintf("%s, %s", list, word) : xstrdup(word);
	free(list);
	return longer;
}

static struct group *find_group(struct groups *g, const char *reason, size_t n)
{
	for (int i = 0; i < g->n; i++)
		if (strlen(g->v[i].reason) == n && !strncmp(g->v[i].reason, reason, n))
			return &g->v[i];
	if (g->n == (int)ARRAY_LEN(g->v))
		return NULL;
	g->v[g->n] = (struct group){.reason = xstrndup(reason, n)};
	return &g->v[g->n++];
}

static bool is_missing(const struct capture *c)
{
	return c->state == CAPTURE_FAILED || c->state == CAPTURE_SKIPPED;
}

/* That a node was not reached is told with the nodes. */
static bool is_node_json(const struct capture *c)
{
	size_t n = strlen(c->path);

	return c->node && !strncmp(c->path, "nodes/", 6) && n > 10 && !strcmp(c->path + n - 10, "/node.json");
}

static void add_failure(void *arg, const struct capture *c)
{
	struct groups *g = arg;
	const char *error = c->error ? c->error : "no reason is known", *path = c->path;
	struct str reason = reason_of(error);
	struct group *gr;

	if (!is_missing(c) || is_node_json(c))
		return;
	gr = find_group(g, reason.p, reason.n);
	if (!gr) {
		g->more++;
		return;
	}
	gr->n++;
	if (c->node) {
		size_t n = strlen(c->node);

		gr->nodes = add_word(gr->nodes, c->node);
		if (!strncmp(path, "nodes/", 6) && !strncmp(path + 6, c->node, n) && path[6 + n] == '/')
			path += 7 + n;
	}
	if (gr->n_paths < 3) {
		gr->paths = add_word(gr->paths, path);
		gr->n_paths++;
	}
}

/* A failure by what it would have told. */
static void add_cost(void *arg, const struct capture *c)
{
	struct groups *g = arg;
	const char *why = is_missing(c) ? purposes_of(g->purposes, c->path) : NULL;
	struct group *gr = why ? find_group(g, why, strlen(why)) : NULL;

	if (!gr)
		return;
	gr->n++;
	if (c->node)
		gr->nodes = add_word(gr->nodes, c->node);
}

static int by_number(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->reason, y->reason);
}

static void release(struct groups *g)
{
	for (int i = 0; i < g->n; i++) {
		free(g->v[i].reason);
		free(g->v[i].paths);
		free(g->v[i].nodes);
	}
}

static void print_text(FILE *f, const char *s, size_t max)
{
	size_t n = strlen(s);

	term_print_safe(f, s, n > max ? max : n, false);
	if (n > max)
		fputs("...", f);
}

static void print_failures(struct run *run, FILE *f)
{
	struct groups g = {.n = 0};
	int more;

	bundle_writer_each(run->out, add_failure, &g);
	if (g.n)
		qsort(g.v, (size_t)g.n, sizeof(g.v[0]), by_number);
	if (g.n)
		fprintf(f, "not collected:\n");
	for (int i = 0; i < g.n && i < REASONS_SHOWN; i++) {
		struct group *gr = &g.v[i];
		CLEAN(clean_free)
		char *line = xasprintf("%s: %s%s%s%s", gr->reason, gr->paths, gr->n > gr->n_paths ? ", ..." : "",
		                       gr->nodes ? " on " : "", gr->nodes ? gr->nodes : "");

		fprintf(f, "  %4d  ", gr->n);
		print_text(f, line, LINE_MAX_SHOWN);
		fputc('\n', f);
	}
	more = g.more;
	for (int i = REASONS_SHOWN; i < g.n; i++)
		more += g.v[i].n;
	if (more)
		fprintf(f, "  %4d  for other reasons; `sickbay inspect` lists all\n", more);
	release(&g);
}

/* What nobody will be able to tell from this bundle. */
static void print_costs(struct run *run, FILE *f)
{
	CLEAN(clean_purposes) struct purposes *p = NULL;
	struct groups g = {.n = 0};
	struct err e;

	if (purposes_load(&p, &e) < 0) {
		runlog(run->log, "%s", e.msg);
		return;
	}
	g.purposes = p;
	bundle_writer_each(run->out, add_cost, &g);
	if (g.n) {
		qsort(g.v, (size_t)g.n, sizeof(g.v[0]), by_number);
		fprintf(f, "so the analysis may not be able to judge:\n");
	}
	for (int i = 0; i < g.n && i < COSTS_SHOWN; i++) {
		fprintf(f, "  %s%s", g.v[i].reason, g.v[i].nodes ? " (" : "");
		print_text(f, g.v[i].nodes ? g.v[i].nodes : "", LINE_MAX_SHOWN);
		fputs(g.v[i].nodes ? ")\n" : "\n", f);
	}
	if (g.n > COSTS_SHOWN)
		fprintf(f, "  and %d things more\n", g.n - COSTS_SHOWN);
	release(&g);
}

static void add_cut(void *arg, const struct capture *c)
{
	struct group *g = arg;

	/* What also failed is told there. */
	if (!c->truncated || c->state != CAPTURE_OK)
		return;
	g->n++;
	if (g->n_paths < 4) {
		g->paths = add_word(g->paths, c->path);
		g->n_paths++;
	}
}

/* What is there, but not whole. */
static void print_cut(struct run *run, FILE *f)
{
	struct group g = {.n = 0};

	bundle_writer_each(run->out, add_cut, &g);
	if (!g.n)
		return;
	fprintf(f, "cut at a cap on bytes: %d: ", g.n);
	print_text(f, g.paths, LINE_MAX_SHOWN);
	fputs(g.n > g.n_paths ? ", ...\n" : "\n", f);
	free(g.paths);
}

static void print_nodes(const struct nodes *nodes, FILE *f)
{
	CLEAN(clean_free) char *without = NULL;
	const char *sudo = NULL;
	int reached = 0, shown = 0, bad = 0;

	for (int i = 0; i < nodes->n; i++)
		reached += nodes->v[i].reached;
	if (nodes->n)
		fprintf(f, "  nodes reached: %d of %d\n", reached, nodes->n);
	for (int i = 0; i < nodes->n; i++) {
		const struct node *n = &nodes->v[i];

		if (n->reached && n->no_root[0]) {
			without = add_word(without, n->name);
			sudo = sudo ? sudo : n->no_root;
		}
		if ((n->reached && !n->error[0]) || ++bad > NODES_SHOWN)
			continue;
		shown++;
		fprintf(f, "    %s: ", n->name ? n->name : n->host);
		print_text(f, n->error, LINE_MAX_SHOWN);
		fputc('\n', f);
	}
	if (bad > shown)
		fprintf(f, "    and %d more; each node.json says why\n", bad - shown);
	if (without) {
		fprintf(f, "    %s: without root, what only root may read is missing; sudo: ", without);
		print_text(f, sudo, LINE_MAX_SHOWN);
		fputc('\n', f);
	}
	if (nodes->note[0])
		fprintf(f, "  note: %s\n", nodes->note);
}

void summary_print(struct run *run, const struct nodes *nodes, const char *note, const char *path, FILE *f)
{
	struct bundle_counts c;
	char size[16], packed[16];

	bundle_writer_counts(run->out, &c);
	fprintf(f, "%s\n", path);
	if (run->opts->quiet)
		return;
	fprintf(f, "  %s, %s unpacked, in %.1f s\n", file_format_size(bundle_writer_size(run->out), packed),
	        file_format_size(c.bytes, size), (double)(clock_now() - run->started) / (double)US_PER_S);
	fprintf(f,
	        "  captures: %lld ok, %lld failed, %lld skipped, %lld absent, %lld truncated; %lld values redacted\n",
	        (long long)c.ok, (long long)c.failed, (long long)c.skipped, (long long)c.absent, (long long)c.truncated,
	        (long long)c.redactions);
	print_nodes(nodes, f);
	if (note)
		fprintf(f, "  note: %s\n", note);
	print_failures(run, f);
	print_costs(run, f);
	print_cut(run, f);
	if (strcmp(path, "-") != 0)
		fprintf(f, "next: sickbay analyze %s\n", path);
}
