/* What only the HTML page shows: the lines around the evidence, the nodes of findings, what happened when, conditions by node. */
#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"

/* Neighbours on either side, of so many pieces of evidence of so many findings; what is left of a long line. */
enum { AROUND = 2, MAX_PIECES = 5, MAX_FINDINGS = 400, MAX_LINE = 300 };
/* What a query may cost. */
enum { MAX_SECONDS = 10 };

/* Room for one more element of a growing array: sizes are powers of two. */
#define GROW(v, n) \
	do { \
		if (((n) & ((n) - 1)) == 0) \
			(v) = xreallocarray((v), (n) ? (size_t)(n) * 2 : 1, sizeof(*(v))); \
	} while (0)

static char *copy(sqlite3_stmt *st, int col)
{
	const char *s = db_col_text(st, col);
	return s ? xstrdup(s) : NULL;
}

static int prepare(sqlite3 *db, const struct report *r, const char *path, sqlite3_stmt **out, struct err *e)
{
	int rc = db_prepare_asset(db, path, out, e);

	if (rc == 0 && sqlite3_bind_parameter_index(*out, ":lang"))
		db_bind_text(*out, ":lang", lang_name(r->lang));
	if (rc == 0 && sqlite3_bind_parameter_index(*out, ":now"))
		db_bind_int(*out, ":now", r->collected);
	return rc;
}

/* Index of a finding by its id, -1 when there is none. The worst stand first, so ids have no order. */
static int finding_index(const struct report *r, int64_t id)
{
	for (int i = 0; i < r->finding_count; i++)
		if (r->findings[i].id == id)
			return i;
	return -1;
}

/* -- evidence ------------------------------------------------------------------------------------------------------------- */

/* The line, cut behind a whole character. */
static char *readable(struct str s)
{
	size_t n = s.n;

	if (n <= MAX_LINE)
		return xstrndup(s.p, n);
	for (n = MAX_LINE; n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80; n--)
		;
	return xasprintf("%.*s…", (int)n, s.p);
}

static int load_around(sqlite3_stmt *st, struct report_evidence *v, struct err *e)
{
	for (int64_t line = v->line - AROUND; line <= v->line + AROUND; line++) {
		if (line < 1 || line == v->line)
			continue;
		sqlite3_reset(st);
		db_bind_text(st, ":path", v->file);
		db_bind_int(st, ":line", line);
		int rc = db_step(st, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		GROW(v->around, v->around_count);
		v->around[v->around_count++] = (struct report_line){line, readable(db_col_str(st, 0))};
	}
	return 0;
}

static int load_context(sqlite3 *db, struct report *r, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = prepare(db, r, "schema/report/context.sql", &st, e);

	for (int i = 0; rc == 0 && i < r->finding_count && i < MAX_FINDINGS; i++) {
		struct report_finding *f = &r->findings[i];
		for (int k = 0; rc == 0 && k < f->evidence_count && k < MAX_PIECES; k++)
			if (f->evidence[k].line > 0)
				rc = load_around(st, &f->evidence[k], e);
	}
	return rc;
}

/* -- nodes of findings ------------------------------------------------------------------------------------------------------ */

static int load_nodes(sqlite3 *db, struct report *r, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = prepare(db, r, "schema/report/finding-nodes.sql", &st, e), i = -1;
	int64_t last = -1;

	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		int64_t id = sqlite3_column_int64(st, 0);
		rc = 0;
		if (id != last)
			i = finding_index(r, id);
		last = id;
		if (i < 0)
			continue;
		struct report_finding *f = &r->findings[i];
		GROW(f->nodes, f->node_count);
		f->nodes[f->node_count++] = copy(st, 1);
	}
	return rc;
}

/* -- what happened when ------------------------------------------------------------------------------------------------------ */

static int level_parse(const char *s)
{
	if (s && strcmp(s, "fine") == 0)
		return LEVEL_FINE;
	switch (severity_parse(s)) {
	case SEVERITY_CRITICAL:
		return LEVEL_CRITICAL;
	case SEVERITY_WARNING:
		return LEVEL_WARNING;
	default:
		return LEVEL_INFO;
	}
}

static void add_mark(struct report *r, sqlite3_stmt *st)
{
	struct report_timeline *t = &r->timeline;
	const char *kind = db_col_text(st, 0), *name = db_col_text(st, 1);
	struct report_lane *lane = t->lane_count ? &t->lanes[t->lane_count - 1] : NULL;

	if (!lane || strcmp(lane->kind, kind) != 0 || strcmp(lane->name, name ? name : "") != 0) {
		GROW(t->lanes, t->lane_count);
		lane = &t->lanes[t->lane_count++];
		*lane = (struct report_lane){.kind = xstrdup(kind), .name = xstrdup(name ? name : "")};
	}
	GROW(lane->marks, lane->mark_count);
	lane->marks[lane->mark_count++] = (struct report_mark){
		.from = sqlite3_column_int64(st, 2),
		.to = sqlite3_column_int64(st, 3),
		.level = level_parse(db_col_text(st, 4)),
		.text = readable(db_col_str(st, 5)),
		.finding = sqlite3_column_type(st, 6) == SQLITE_NULL ? -1 : finding_index(r, sqlite3_column_int64(st, 6)),
	};
	t->from = sqlite3_column_int64(st, 7);
	t->to = sqlite3_column_int64(st, 8);
}

static int load_timeline(sqlite3 *db, struct report *r, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (r->collected == TIME_NONE)
		return 0;
	int rc = prepare(db, r, "schema/report/timeline.sql", &st, e);
	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		add_mark(r, st);
		rc = 0;
	}
	return rc;
}

/* -- conditions by node -------------------------------------------------------------------------------------------------------- */

static int name_index(char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* First pass: rows and columns. */
static int load_axes(sqlite3_stmt *st, struct report_matrix *m, struct err *e)
{
	int rc;

	while ((rc = db_step(st, e)) == 1) {
		const char *node = db_col_text(st, 0), *type = db_col_text(st, 1);
		if (!node || !type)
			continue;
		if (!m->node_count || strcmp(m->nodes[m->node_count - 1], node) != 0) {
			GROW(m->nodes, m->node_count);
			m->nodes[m->node_count++] = xstrdup(node);
		}
		if (name_index(m->conditions, m->condition_count, type) < 0 && m->condition_count < 24) {
			GROW(m->conditions, m->condition_count);
			m->conditions[m->condition_count++] = xstrdup(type);
		}
		int more = sqlite3_column_int(st, 6);
		m->more = more > 0 ? more : 0;
	}
	return rc;
}

static int load_matrix(sqlite3 *db, struct report *r, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct report_matrix *m = &r->matrix;
	int rc = prepare(db, r, "schema/report/matrix.sql", &st, e), row = -1;

	if (rc == 0)
		rc = load_axes(st, m, e);
	if (rc < 0 || !m->node_count)
		return rc;
	m->states = xcalloc((size_t)m->node_count * (size_t)m->condition_count, sizeof(*m->states));
	sqlite3_reset(st);
	while ((rc = db_step(st, e)) == 1) {
		const char *node = db_col_text(st, 0), *type = db_col_text(st, 1);
		int column = type ? name_index(m->conditions, m->condition_count, type) : -1;
		if (node && (row < 0 || strcmp(m->nodes[row], node) != 0))
			row++;
		if (!node || column < 0)
			continue;
		struct report_state *s = &m->states[row * m->condition_count + column];
		if (s->status)
			continue; /* a node that is there twice */
		*s = (struct report_state){copy(st, 2), copy(st, 3), sqlite3_column_type(st, 4) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(st, 4),
		                           sqlite3_column_int(st, 5)};
	}
	return rc;
}

/* -- all of it ------------------------------------------------------------------------------------------------------------------ */

void report_load_page(sqlite3 *db, struct report *r)
{
	static int (*const parts[])(sqlite3 *, struct report *, struct err *) = {load_context, load_nodes, load_timeline, load_matrix};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct sandbox box;
		struct err trouble = {0};
		sandbox_open(&box, db);
		sandbox_enter(&box, MAX_SECONDS * US_PER_S);
		if (parts[i](db, r, &trouble) < 0 && !r->page_trouble)
			r->page_trouble = xstrdup(trouble.msg);
		sandbox_leave(&box);
		sandbox_close(&box);
	}
}

void report_free_page(struct report *r)
{
	struct report_matrix *m = &r->matrix;

	for (int i = 0; i < r->finding_count; i++) {
		struct report_finding *f = &r->findings[i];
		for (int k = 0; k < f->evidence_count; k++) {
			for (int j = 0; j < f->evidence[k].around_count; j++)
				free(f->evidence[k].around[j].text);
			free(f->evidence[k].around);
		}
		for (int k = 0; k < f->node_count; k++)
			free(f->nodes[k]);
		free(f->nodes);
	}
	for (int i = 0; i < r->timeline.lane_count; i++) {
		struct report_lane *l = &r->timeline.lanes[i];
		for (int k = 0; k < l->mark_count; k++)
			free(l->marks[k].text);
		free(l->marks);
		free(l->kind);
		free(l->name);
	}
	free(r->timeline.lanes);
	for (int i = 0; i < m->node_count * m->condition_count && m->states; i++) {
		free(m->states[i].status);
		free(m->states[i].reason);
	}
	for (int i = 0; i < m->node_count; i++)
		free(m->nodes[i]);
	for (int i = 0; i < m->condition_count; i++)
		free(m->conditions[i]);
	free(r->page_trouble);
	free(m->states);
	free(m->nodes);
	free(m->conditions);
}
