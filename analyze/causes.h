/* causes: findings are the nodes of a graph, the `causes` of the checks its edges. What no other finding explains is a root.
 *
 * An edge is drawn when both checks fired and the relation (schema/causes/NAME.sql: pairs of findings) holds. For the loose
 * relations (same-node, pod-on-node, same-namespace, cluster), which coincidence satisfies easily, the times must agree too:
 * no edge when the cause is first seen more than five minutes after the effect's state began. Times are taken with care,
 * because an edge that is missing shows one root too many, while a wrong one hides a root:
 *   - a time that is not known forbids nothing;
 *   - the effect's beginning (findings.began) is what an object says of it; of log lines alone, the start of their latest
 *     run, since the same line may stem from yesterday's fault; of log lines summed up over a long time, not known;
 *   - a cause first seen within five minutes of the beginning of its log may be older than the log: not known.
 * The tight relations (same, owner, selects, uses, serves) tie two objects by reference and need no clock, which matters as
 * pods are made anew while their trouble stays.
 *
 * The graph is kept free of cycles: edges that lie on one are added again from the strongest (tight relation, surer cause,
 * earlier cause, order of ids) to the weakest, and those that would close a cycle are left out.
 *
 *   causes.c        which edges hold
 *   causes_rank.c   cycles, roots, ranks: pure computation on struct graph */
#ifndef SICKBAY_ANALYZE_CAUSES_H
#define SICKBAY_ANALYZE_CAUSES_H
#include <stdbool.h>
#include <stdint.h>

struct graph_node {
	int64_t id;         /* findings.id */
	int severity, confidence;
	int64_t first_seen; /* TIME_NONE when unknown */
	bool advice;        /* never a root */
	/* results */
	bool root;
	int worst;          /* severity, of itself and of what it explains */
	int explains;       /* findings it explains, directly or not */
};
struct graph_edge {
	int cause, effect;  /* indices of nodes */
	int relation;       /* for the caller */
	bool tight;
	bool dropped;       /* result: it closed a cycle */
};
struct graph {
	struct graph_node *nodes;
	int node_count;
	struct graph_edge *edges;
	int edge_count;
};
/* Marks the edges that must go so that no cycle stays. */
void graph_break_cycles(struct graph *g);
/* Fills root, worst and explains of every node. */
void graph_explain(struct graph *g);
/* Indices of the roots, the first cause first. Caller frees *roots. Returns their number. */
int graph_rank(const struct graph *g, int **roots);

#endif
