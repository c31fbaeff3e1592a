#include "analyze/causes.h"
#include "analyze/findings.h"
#include "base/clock.h"
#include "base/mem.h"

/* Beyond this many edges on cycles (no sane set of checks comes near) they are thinned by order alone. */
enum { MAX_CORE = 4000 };

/* Edges by cause: those of node i are list[start[i]] .. list[start[i + 1] - 1]. */
struct adjacency {
	int *start, *list;
};

static struct adjacency adjacency_new(const struct graph *g)
{
	struct adjacency a = {xcalloc((size_t)g->node_count + 2, sizeof(int)), xcalloc((size_t)g->edge_count + 1, sizeof(int))};

	for (int i = 0; i < g->edge_count; i++)
		if (!g->edges[i].dropped)
			a.start[g->edges[i].cause + 2]++;
	for (int i = 2; i <= g->node_count + 1; i++)
		a.start[i] += a.start[i - 1];
	for (int i = 0; i < g->edge_count; i++)
		if (!g->edges[i].dropped)
			a.list[a.start[g->edges[i].cause + 1]++] = i;
	return a;
}

static void adjacency_free(struct adjacency *a)
{
	free(a->start);
	free(a->list);
}

/* Marks in seen[] (set to mark) all nodes reachable from `from`, itself included; returns how many, or -1 as soon as `to` is
 * reached. stack has room for every node. */
static int reach(const struct graph *g, const struct adjacency *a, int from, int to, int *seen, int mark, int *stack)
{
	int top = 0, count = 0;

	stack[top++] = from;
	seen[from] = mark;
	while (top) {
		int node = stack[--top];
		count++;
		for (int k = a->start[node]; k < a->start[node + 1]; k++) {
			const struct graph_edge *e = &g->edges[a->list[k]];
			if (e->dropped || seen[e->effect] == mark)
				continue;
			if (e->effect == to)
				return -1;
			seen[e->effect] = mark;
			stack[top++] = e->effect;
		}
	}
	return count;
}

/* Peels off nodes without causes, then those without effects: what is left of the edges lies on or between cycles.
 * Returns their indices, *n of them. */
static int *cycle_core(const struct graph *g, int *n)
{
	bool *gone = xcalloc((size_t)g->node_count + 1, sizeof(*gone));
	int *core = xcalloc((size_t)g->edge_count + 1, sizeof(*core));

	for (bool changed = true; changed;) {
		bool *has_cause = xcalloc((size_t)g->node_count + 1, 1), *has_effect = xcalloc((size_t)g->node_count + 1, 1);
		changed = false;
		for (int i = 0; i < g->edge_count; i++)
			if (!gone[g->edges[i].cause] && !gone[g->edges[i].effect])
				has_effect[g->edges[i].cause] = has_cause[g->edges[i].effect] = true;
		for (int i = 0; i < g->node_count; i++)
			if (!gone[i] && !(has_cause[i] && has_effect[i]))
				gone[i] = changed = true;
		free(has_cause);
		free(has_effect);
	}
	*n = 0;
	for (int i = 0; i < g->edge_count; i++)
		if (!gone[g->edges[i].cause] && !gone[g->edges[i].effect])
			core[(*n)++] = i;
	free(gone);
	return core;
}

static int64_t known_time(int64_t us)
{
	return us == TIME_NONE ? INT64_MAX : us;
}

/* The stronger edge first. */
static int by_strength(const void *a, const void *b, void *arg)
{
	const struct graph *g = arg;
	const struct graph_edge *x = &g->edges[*(const int *)a], *y = &g->edges[*(const int *)b];
	const struct graph_node *xc = &g->nodes[x->cause], *yc = &g->nodes[y->cause];

	if (x->tight != y->tight)
		return x->tight ? -1 : 1;
	if (xc->confidence != yc->confidence)
		return xc->confidence > yc->confidence ? -1 : 1;
	if (known_time(xc->first_seen) != known_time(yc->first_seen))
		return known_time(xc->first_seen) < known_time(yc->first_seen) ? -1 : 1;
	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	return (x->effect > y->effect) - (x->effect < y->effect);
}

void graph_break_cycles(struct graph *g)
{
	int n;
	int *core = cycle_core(g, &n);
	int *seen = xcalloc((size_t)g->node_count + 1, sizeof(*seen));
	int *stack = xcalloc((size_t)g->node_count + 1, sizeof(*stack));

	struct adjacency a = adjacency_new(g); /* looks at `dropped` as it goes: an edge is in when it is not dropped */
	for (int i = 0; i < n; i++)
		g->edges[core[i]].dropped = true;
	if (n)
		qsort_r(core, (size_t)n, sizeof(*core), by_strength, g);
	for (int i = 0; i < n; i++) {
		struct graph_edge *e = &g->edges[core[i]];
		if (e->cause == e->effect)
			continue;
		if (n > MAX_CORE)
			e->dropped = e->cause > e->effect;
		else
			e->dropped = reach(g, &a, e->effect, e->cause, seen, i + 1, stack) < 0;
	}
	adjacency_free(&a);
	free(seen);
	free(stack);
	free(core);
}

void graph_explain(struct graph *g)
{
	struct adjacency a = adjacency_new(g);
	int *seen = xcalloc((size_t)g->node_count + 1, sizeof(*seen));
	int *stack = xcalloc((size_t)g->node_count + 1, sizeof(*stack));

	for (int i = 0; i < g->node_count; i++) {
		g->nodes[i].root = !g->nodes[i].advice;
		g->nodes[i].worst = g->nodes[i].severity;
		g->nodes[i].explains = 0;
	}
	for (int i = 0; i < g->edge_count; i++)
		if (!g->edges[i].dropped)
			g->nodes[g->edges[i].effect].root = false;
	for (int i = 0; i < g->node_count; i++) {
		struct graph_node *node = &g->nodes[i];
		if (!node->root)
			continue;
		node->explains = reach(g, &a, i, -1, seen, i + 1, stack) - 1;
		for (int k = 0; k < g->node_count && node->explains; k++)
			if (seen[k] == i + 1 && g->nodes[k].severity > node->worst)
				node->worst = g->nodes[k].severity;
	}
	adjacency_free(&a);
	free(seen);
	free(stack);
}

/* An info finding that explains nothing is a remark, whatever its evidence. */
static bool remark(const struct graph_node *n)
{
	return n->worst == SEVERITY_INFO && n->explains == 0;
}

static int by_rank(const void *a, const void *b, void *arg)
{
	const struct graph *g = arg;
	const struct graph_node *x = &g->nodes[*(const int *)a], *y = &g->nodes[*(const int *)b];

	if (remark(x) != remark(y))
		return remark(x) ? 1 : -1;
	if (x->worst != y->worst)
		return x->worst > y->worst ? -1 : 1;
	if ((x->severity == SEVERITY_INFO) != (y->severity == SEVERITY_INFO)) /* what is merely remarked comes after what is wrong by itself */
		return x->severity == SEVERITY_INFO ? 1 : -1;
	if (x->explains != y->explains)
		return x->explains > y->explains ? -1 : 1;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (known_time(x->first_seen) != known_time(y->first_seen))
		return known_time(x->first_seen) < known_time(y->first_seen) ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

int graph_rank(const struct graph *g, int **roots)
{
	int *list = xcalloc((size_t)g->node_count + 1, sizeof(*list)), n = 0;
	struct graph view = *g; /* qsort_r wants a pointer that is not const */

	for (int i = 0; i < g->node_count; i++)
		if (g->nodes[i].root)
			list[n++] = i;
	if (n)
		qsort_r(list, (size_t)n, sizeof(*list), by_rank, &view);
	*roots = list;
	return n;
}
