#include "collect/summary.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"

/* Failures with one reason, told once. */
struct group {
	char *error, *node, *first;
	int n;
};
struct groups {
	struct group v[40];
	int n, more;
};

static void add_failure(void *arg, const struct capture *c)
{
	struct groups *g = arg;
	const char *error = c->error ? c->error : "no reason is known", *node = c->node ? c->node : "";

	if (c->state != CAPTURE_FAILED && c->state != CAPTURE_SKIPPED)
		return;
	for (int i = 0; i < g->n; i++)
		if (!strcmp(g->v[i].error, error) && !strcmp(g->v[i].node, node)) {
			g->v[i].n++;
			return;
		}
	if (g->n == (int)ARRAY_LEN(g->v)) {
		g->more++;
		return;
	}
	g->v[g->n++] = (struct group){xstrdup(error), xstrdup(node), xstrdup(c->path), 1};
}

static void print_failures(struct run *run, FILE *f)
{
	struct groups g = {.n = 0};

	bundle_writer_each(run->out, add_failure, &g);
	if (g.n)
		fprintf(f, "\nnot collected:\n");
	for (int i = 0; i < g.n; i++) {
		size_t len = strlen(g.v[i].error);

		fprintf(f, "  ");
		term_print_safe(f, g.v[i].first, strlen(g.v[i].first), false);
		if (g.v[i].n > 1)
			fprintf(f, " and %d more", g.v[i].n - 1);
		fprintf(f, "\n      ");
		term_print_safe(f, g.v[i].error, len > 300 ? 300 : len, false);
		fputc('\n', f);
		free(g.v[i].error);
		free(g.v[i].node);
		free(g.v[i].first);
	}
	if (g.more)
		fprintf(f, "  ... and %d more; all are in the bundle's manifest.json\n", g.more);
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
	if (nodes->note[0])
		fprintf(f, "  note: %s\n", nodes->note);
}

void summary_print(struct run *run, const struct nodes *nodes, const char *path, FILE *f)
{
	struct bundle_counts c;
	char size[16], packed[16];

	bundle_writer_counts(run->out, &c);
	fprintf(f, "%s\n", path);
	fprintf(f, "  %s, %s unpacked, in %.1f s\n", file_format_size(bundle_writer_size(run->out), packed),
	        file_format_size(c.bytes, size), (double)(clock_now() - run->started) / (double)US_PER_S);
	fprintf(f, "  captures: %lld ok, %lld failed, %lld skipped, %lld absent, %lld truncated; %lld values redacted\n",
	        (long long)c.ok, (long long)c.failed, (long long)c.skipped, (long long)c.absent, (long long)c.truncated,
	        (long long)c.redactions);
	print_nodes(nodes, f);
	print_failures(run, f);
	if (strcmp(path, "-") != 0)
		fprintf(f, "\nnext: sickbay analyze %s\n", path);
}
