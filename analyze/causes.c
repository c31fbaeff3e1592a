#include "analyze/causes.h"
#include "analyze/analyze.h"
#include "analyze/checks.h"
#include "base/clock.h"

/* More edges than any report could tell; a bundle that makes more has one cause that explains them all anyway. */
enum { MAX_EDGES = 200000 };
#define SLACK (5 * 60 * US_PER_S)

static const char *const relations[] = {
	"same", "owner", "selects", "uses", "serves", /* tight: by reference */
	"same-node", "pod-on-node", "same-namespace", "cluster",
};
enum { TIGHT = 5, RELATIONS = ARRAY_LEN(relations) };

static int relation_index(const char *name)
{
	for (int i = 0; name && i < RELATIONS; i++)
		if (strcmp(relations[i], name) == 0)
			return i;
	return -1;
}

bool relation_known(const char *name)
{
	return relation_index(name) >= 0;
}

struct fired { /* beside each graph node */
	char *check;
	int64_t began;
	int64_t log_start; /* of the log it was first seen in; filled when asked for */
	bool log_start_known;
};
struct linker {
	sqlite3 *db;
	struct graph g;
	struct fired *fired;
	sqlite3_stmt *relation[RELATIONS], *log_start;
	int size; /* edges allocated */
};

static void linker_release(struct linker *l)
{
	for (int i = 0; i < RELATIONS; i++)
		clean_stmt(&l->relation[i]);
	clean_stmt(&l->log_start);
	for (int i = 0; i < l->g.node_count; i++)
		free(l->fired[i].check);
	free(l->fired);
	free(l->g.nodes);
	free(l->g.edges);
}

static int64_t time_column(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(st, col);
}

static int load_nodes(struct linker *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(l->db, "schema/findings/graph-nodes.sql", &st, e), size = 0;

	while (rc >= 0 && (rc = db_step(st, e)) == 1) {
		int n = l->g.node_count++;
		if (n == size) {
			size = size ? size * 2 : 64;
			l->g.nodes = xreallocarray(l->g.nodes, (size_t)size, sizeof(*l->g.nodes));
			l->fired = xreallocarray(l->fired, (size_t)size, sizeof(*l->fired));
		}
		l->g.nodes[n] = (struct graph_node){
			.id = sqlite3_column_int64(st, 0),
			.severity = severity_parse(db_col_text(st, 2)),
			.confidence = confidence_parse(db_col_text(st, 3)),
			.first_seen = time_column(st, 4),
			.advice = sqlite3_column_int(st, 6),
		};
		l->fired[n] = (struct fired){.check = xstrdup(db_col_text(st, 1)), .began = time_column(st, 5)};
	}
	return rc;
}

static bool check_fired(const struct linker *l, const char *id)
{
	for (int i = 0; id && i < l->g.node_count; i++)
		if (strcmp(l->fired[i].check, id) == 0)
			return true;
	return false;
}

static int by_node_id(const void *key, const void *node)
{
	int64_t id = *(const int64_t *)key, other = ((const struct graph_node *)node)->id;
	return (id > other) - (id < other);
}

static int node_index(const struct linker *l, int64_t id)
{
	const struct graph_node *n =
		l->g.node_count ? bsearch(&id, l->g.nodes, (size_t)l->g.node_count, sizeof(*n), by_node_id) : NULL;
	return n ? (int)(n - l->g.nodes) : -1;
}

static int64_t cause_log_start(struct linker *l, int cause)
{
	struct fired *f = &l->fired[cause];

	if (!f->log_start_known) {
		f->log_start_known = true;
		f->log_start = TIME_NONE;
		sqlite3_reset(l->log_start);
		db_bind_int(l->log_start, ":finding", l->g.nodes[cause].id);
		if (db_step(l->log_start, NULL) == 1)
			f->log_start = time_column(l->log_start, 0);
	}
	return f->log_start;
}

/* Do the times forbid that one caused the other? See causes.h. */
static bool too_late(struct linker *l, int cause, int effect)
{
	int64_t seen = l->g.nodes[cause].first_seen, began = l->fired[effect].began;

	if (seen == TIME_NONE || began == TIME_NONE || seen <= began + SLACK)
		return false;
	int64_t start = cause_log_start(l, cause);
	return start == TIME_NONE || seen > start + SLACK;
}

static int add_edge(struct linker *l, int cause, int effect, int relation, struct err *e)
{
	if (cause < 0 || effect < 0 || cause == effect || l->g.nodes[cause].advice)
		return 0;
	if (relation >= TIGHT && too_late(l, cause, effect))
		return 0;
	if (l->g.edge_count == MAX_EDGES)
		return err_set(e, ERR_LIMIT, "more than %d edges between findings", MAX_EDGES);
	if (l->g.edge_count == l->size) {
		l->size = l->size ? l->size * 2 : 64;
		l->g.edges = xreallocarray(l->g.edges, (size_t)l->size, sizeof(*l->g.edges));
	}
	l->g.edges[l->g.edge_count++] = (struct graph_edge){cause, effect, relation, relation < TIGHT, false};
	return 0;
}

/* All pairs of findings of two checks for which a relation holds. */
static int link_relation(struct linker *l, const char *cause, const char *effect, const char *name, struct err *e)
{
	int relation = relation_index(name), rc = 0;

	if (relation < 0)
		return 0; /* lint says so; a user's typo must not end the analysis */
	if (!l->relation[relation]) {
		CLEAN(clean_free) char *path = xasprintf("schema/causes/%s.sql", name);
		rc = db_prepare_asset(l->db, path, &l->relation[relation], e);
	}
	sqlite3_stmt *st = l->relation[relation];
	if (rc < 0)
		return rc;
	sqlite3_reset(st);
	db_bind_text(st, ":cause_check", cause);
	if (sqlite3_bind_parameter_index(st, ":effect_check"))
		db_bind_text(st, ":effect_check", effect);
	while (rc >= 0 && (rc = db_step(st, e)) == 1)
		rc = add_edge(l, node_index(l, sqlite3_column_int64(st, 0)), node_index(l, sqlite3_column_int64(st, 1)), relation, e);
	sqlite3_reset(st);
	return rc;
}

/* The edges one check's `causes` ask for. */
static int link_check(struct linker *l, const struct check *c, struct err *e)
{
	const cJSON *item, *when;
	int rc = 0;

	cJSON_ArrayForEach(item, json_get_arr(c->head, "causes")) {
		const char *effect = json_get_str(item, "check");
		if (rc < 0 || !check_fired(l, effect))
			continue;
		const cJSON *list = json_get_arr(item, "when");
		if (!list)
			rc = link_relation(l, c->id, effect, json_get_str(item, "when"), e);
		cJSON_ArrayForEach(when, list)
			if (rc == 0 && cJSON_IsString(when))
				rc = link_relation(l, c->id, effect, when->valuestring, e);
	}
	return rc;
}

static int by_pair(const void *a, const void *b)
{
	const struct graph_edge *x = a, *y = b;
	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	if (x->effect != y->effect)
		return x->effect < y->effect ? -1 : 1;
	return (x->relation > y->relation) - (x->relation < y->relation);
}

/* One edge a pair: the tightest relation stays. */
static void unite_edges(struct graph *g)
{
	int n = 0;

	if (g->edge_count)
		qsort(g->edges, (size_t)g->edge_count, sizeof(*g->edges), by_pair);
	for (int i = 0; i < g->edge_count; i++)
		if (n == 0 || g->edges[n - 1].cause != g->edges[i].cause || g->edges[n - 1].effect != g->edges[i].effect)
			g->edges[n++] = g->edges[i];
	g->edge_count = n;
}

static int store_edges(struct linker *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(l->db, "schema/findings/insert-cause.sql", &st, e);

	for (int i = 0; i < l->g.edge_count && rc >= 0; i++) {
		const struct graph_edge *edge = &l->g.edges[i];
		if (edge->dropped)
			continue;
		db_bind_int(st, ":cause", l->g.nodes[edge->cause].id);
		db_bind_int(st, ":effect", l->g.nodes[edge->effect].id);
		db_bind_text(st, ":relation", relations[edge->relation]);
		rc = db_step(st, e);
		sqlite3_reset(st);
	}
	return rc < 0 ? rc : 0;
}

static int store_roots(struct linker *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_free) int *roots = NULL;
	int rc = db_prepare_asset(l->db, "schema/findings/insert-root-cause.sql", &st, e);
	int n = graph_rank(&l->g, &roots);

	for (int i = 0; i < n && rc >= 0; i++) {
		const struct graph_node *node = &l->g.nodes[roots[i]];
		db_bind_int(st, ":rank", i + 1);
		db_bind_int(st, ":finding", node->id);
		db_bind_text(st, ":severity", severity_name(node->worst));
		db_bind_int(st, ":explains", node->explains);
		rc = db_step(st, e);
		sqlite3_reset(st);
	}
	return rc < 0 ? rc : 0;
}

int checkset_link(const struct checkset *set, sqlite3 *db, struct err *e)
{
	struct linker l = {.db = db};
	int rc = load_nodes(&l, e);

	if (rc == 0)
		rc = db_prepare_asset(db, "schema/findings/log-start.sql", &l.log_start, e);
	for (int i = 0; rc == 0 && i < set->n; i++)
		if (check_fired(&l, set->v[i]->id))
			rc = link_check(&l, set->v[i], e);
	if (rc == -ERR_LIMIT)
		rc = 0; /* what is there is linked; the rest would explain nothing new */
	unite_edges(&l.g);
	graph_break_cycles(&l.g);
	graph_explain(&l.g);
	if (rc == 0)
		rc = db_exec(db, "begin", STR("SAVEPOINT causes"), e);
	if (rc == 0)
		rc = store_edges(&l, e);
	if (rc == 0)
		rc = store_roots(&l, e);
	if (rc == 0)
		rc = db_exec(db, "end", STR("RELEASE causes"), e);
	linker_release(&l);
	return rc;
}

int causes_link(sqlite3 *db, const char *checks_dir, struct err *e)
{
	CLEAN(clean_checkset) struct checkset *set = NULL;
	int rc = checkset_load(checks_dir, &set, e);

	return rc < 0 ? rc : checkset_link(set, db, e);
}
