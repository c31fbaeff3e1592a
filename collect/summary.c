#include "collect/summary.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"

/* Failures with one reason, told once. */
struct group {
	char *reason, *paths, *nodes;
	int n, n_paths;
};
struct groups {
	struct group v[30];
	int n, more;
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
	if (list && strlen(list) > 300)
		return list;
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

static void add_failure(void *arg, const struct capture *c)
{
	struct groups *g = arg;
	const char *error = c->error ? c->error : "no reason is known", *path = c->path;
	struct str reason = reason_of(error);
	struct group *gr;

	if (c->state != CAPTURE_FAILED && c->state != CAPTURE_SKIPPED)
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
	if (gr->n_paths < 4) {
		gr->paths = add_word(gr->paths, path);
		gr->n_paths++;
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

	bundle_writer_each(run->out, add_failure, &g);
	if (g.n)
		fprintf(f, "\nnot collected:\n");
	for (int i = 0; i < g.n; i++) {
		struct group *gr = &g.v[i];

		fputs("  ", f);
		print_text(f, gr->reason, 300);
		fprintf(f, "\n      %d: ", gr->n);
		print_text(f, gr->paths, 300);
		fputs(gr->n > gr->n_paths ? ", ..." : "", f);
		if (gr->nodes) {
			fputs(" on ", f);
			print_text(f, gr->nodes, 300);
		}
		fputc('\n', f);
		free(gr->reason);
		free(gr->paths);
		free(gr->nodes);
	}
	if (g.more)
		fprintf(f, "  ... and %d more; all are in the bundle's manifest.json\n", g.more);
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
	fprintf(f, "\ncut at a cap on bytes: %d\n      ", g.n);
	print_text(f, g.paths, 600);
	fputs(g.n > g.n_paths ? ", ...\n" : "\n", f);
	free(g.paths);
}

static void print_nodes(const struct nodes *nodes, FILE *f)
{
	int reached = 0;

	for (int i = 0; i < nodes->n; i++)
		reached += nodes->v[i].reached;
	if (nodes->n)
		fprintf(f, "  nodes reached: %d of %d\n", reached, nodes->n);
	for (int i = 0; i < nodes->n; i++) {
		if (nodes->v[i].reached && !nodes->v[i].error[0])
			continue;
		fprintf(f, "    %s: ", nodes->v[i].name ? nodes->v[i].name : nodes->v[i].host);
		term_print_safe(f, nodes->v[i].error, strlen(nodes->v[i].error), false);
		fputc('\n', f);
	}
	for (int i = 0; i < nodes->n; i++) {
		if (!nodes->v[i].no_root[0])
			continue;
		fprintf(f, "    %s: without root, what only root may read is missing; sudo: ", nodes->v[i].name);
		term_print_safe(f, nodes->v[i].no_root, strlen(nodes->v[i].no_root), false);
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
	print_cut(run, f);
	if (strcmp(path, "-") != 0)
		fprintf(f, "\nnext: sickbay analyze %s\n", path);
}
