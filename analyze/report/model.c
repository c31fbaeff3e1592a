#include "analyze/report/report.h"
#include "analyze/checks.h"
#include "analyze/facts.h"
#include "base/clock.h"

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

/* Never NULL. */
static char *copy_or(sqlite3_stmt *st, int col, const char *dflt)
{
	const char *s = db_col_text(st, col);
	return xstrdup(s ? s : dflt);
}

static int64_t time_column(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(st, col);
}

/* Runs schema/report/<name>.sql and gives each row to fn. */
static int each_row(struct report *r, sqlite3 *db, const char *name, void (*fn)(struct report *, sqlite3_stmt *), struct err *e)
{
	CLEAN(clean_free) char *path = xasprintf("schema/report/%s.sql", name);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(db, path, &st, e);

	if (rc == 0 && sqlite3_bind_parameter_index(st, ":lang"))
		db_bind_text(st, ":lang", lang_name(r->lang));
	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		fn(r, st);
		rc = 0;
	}
	return rc;
}

static void add_fact(struct report *r, sqlite3_stmt *st)
{
	CLEAN(clean_free) char *key = copy_or(st, 0, "");
	CLEAN(clean_free) char *value = copy_or(st, 1, "");

	if (strcmp(key, "path") == 0) {
		/* Where the file lay is no part of what is in it. */
		const char *slash = strrchr(value, '/');
		free(r->name);
		r->name = xstrdup(slash ? slash + 1 : value);
		return;
	}
	if (strcmp(key, "damage") == 0) {
		free(r->damage);
		r->damage = xstrdup(value);
	}
	GROW(r->facts, r->fact_count);
	r->facts[r->fact_count++] = (struct report_pair){STEAL(key), STEAL(value)};
}

static void add_warning(struct report *r, sqlite3_stmt *st)
{
	CLEAN(clean_free) char *key = copy_or(st, 0, "");
	char *text = report_fill(r, key, 0, "what", db_col_text(st, 1));

	GROW(r->warnings, r->warning_count);
	r->warnings[r->warning_count++] = (struct report_warning){STEAL(key), text};
}

static void add_fix(struct report_finding *f, const char *json)
{
	CLEAN(clean_cjson) cJSON *list = NULL;
	const cJSON *step;

	if (!json || json_parse(json, strlen(json), &list, NULL) < 0)
		return;
	cJSON_ArrayForEach(step, list) {
		const char *text = json_get_str(step, "text"), *run = json_get_str(step, "run"), *on = json_get_str(step, "on");
		GROW(f->fix, f->fix_count);
		f->fix[f->fix_count++] = (struct report_fix){(int)json_get_int(step, "step", f->fix_count + 1), xstrdup(text ? text : ""),
		                                             run ? xstrdup(run) : NULL, on ? xstrdup(on) : NULL};
	}
}

static void add_finding(struct report *r, sqlite3_stmt *st)
{
	struct report_finding f = {
		.id = sqlite3_column_int64(st, 0),
		.check = copy_or(st, 1, ""),
		.area = copy_or(st, 2, ""),
		.subject = copy_or(st, 3, ""),
		.title = copy_or(st, 4, ""),
		.detail = copy(st, 5),
		.why = copy(st, 6),
		.verify = copy(st, 7),
		.severity = severity_parse(db_col_text(st, 9)),
		.confidence = confidence_parse(db_col_text(st, 10)),
		.advice = sqlite3_column_int(st, 11),
		.first_seen = time_column(st, 12),
		.last_seen = time_column(st, 13),
		.evidence_rows = sqlite3_column_int64(st, 14),
		.fields = copy_or(st, 15, "{}"),
		.namespace = copy(st, 16),
	};
	add_fix(&f, db_col_text(st, 8));
	GROW(r->findings, r->finding_count);
	r->findings[r->finding_count++] = f;
}

/* Where a finding stands; sorted by id. */
struct order {
	int64_t id;
	int index;
};

static int by_id(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

struct loading {
	sqlite3 *db;
	struct order *order;
};

static struct report_finding *finding_of(struct report *r, const struct loading *l, int64_t id)
{
	struct order key = {id, 0};
	const struct order *o =
		r->finding_count ? bsearch(&key, l->order, (size_t)r->finding_count, sizeof(key), by_id) : NULL;
	return o ? &r->findings[o->index] : NULL;
}

static sqlite3_stmt *report_query(const struct loading *l, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;

	(void)db_prepare_asset(l->db, path, &st, e);
	return st;
}

static int load_evidence(struct report *r, const struct loading *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = report_query(l, "schema/report/evidence.sql", e);
	int rc = st ? 0 : -e->code;

	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		struct report_finding *f = finding_of(r, l, sqlite3_column_int64(st, 0));
		rc = 0;
		if (!f)
			continue;
		GROW(f->evidence, f->evidence_count);
		f->evidence[f->evidence_count++] = (struct report_evidence){
			.file = copy_or(st, 1, ""), .line = sqlite3_column_int64(st, 2), .text = copy_or(st, 3, ""), .ts = time_column(st, 4)};
	}
	return rc;
}

static int load_causes(struct report *r, const struct loading *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = report_query(l, "schema/report/causes.sql", e);
	int rc = st ? 0 : -e->code;

	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		struct report_finding *c = finding_of(r, l, sqlite3_column_int64(st, 0));
		struct report_finding *f = finding_of(r, l, sqlite3_column_int64(st, 1));
		rc = 0;
		if (!c || !f)
			continue;
		GROW(c->effects, c->effect_count);
		c->effects[c->effect_count++] = (int)(f - r->findings);
		GROW(f->causes, f->cause_count);
		f->causes[f->cause_count++] = (int)(c - r->findings);
	}
	return rc;
}

static int load_roots(struct report *r, const struct loading *l, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = report_query(l, "schema/report/roots.sql", e);
	int rc = st ? 0 : -e->code;

	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		struct report_finding *f = finding_of(r, l, sqlite3_column_int64(st, 1));
		rc = 0;
		if (!f)
			continue;
		f->rank = sqlite3_column_int(st, 0);
		f->root_severity = severity_parse(db_col_text(st, 2));
		GROW(r->roots, r->root_count);
		r->roots[r->root_count++] = (int)(f - r->findings);
	}
	return rc;
}

static int by_index(const void *a, const void *b)
{
	const int *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* All that a root explains, directly or not. findings stand with the worst first, so the order of indices will do. */
static void explain(struct report *r, struct report_finding *root, int *seen, int mark)
{
	int *stack = xcalloc((size_t)r->finding_count + 1, sizeof(*stack)), top = 0;

	stack[top++] = (int)(root - r->findings);
	seen[stack[0]] = mark;
	while (top) {
		const struct report_finding *f = &r->findings[stack[--top]];
		for (int i = 0; i < f->effect_count; i++) {
			int k = f->effects[i];
			if (seen[k] == mark)
				continue;
			seen[k] = mark;
			stack[top++] = k;
			GROW(root->explains, root->explains_count);
			root->explains[root->explains_count++] = k;
		}
	}
	if (root->explains_count)
		qsort(root->explains, (size_t)root->explains_count, sizeof(int), by_index);
	free(stack);
}

static int load_findings(struct report *r, sqlite3 *db, struct err *e)
{
	struct loading l = {.db = db};
	int rc = each_row(r, db, "findings", add_finding, e);

	if (rc < 0)
		return rc;
	CLEAN(clean_free) struct order *order = xcalloc((size_t)r->finding_count + 1, sizeof(*order));
	CLEAN(clean_free) int *seen = xcalloc((size_t)r->finding_count + 1, sizeof(*seen));
	for (int i = 0; i < r->finding_count; i++)
		order[i] = (struct order){r->findings[i].id, i};
	if (r->finding_count)
		qsort(order, (size_t)r->finding_count, sizeof(*order), by_id);
	l.order = order;
	rc = load_evidence(r, &l, e);
	if (rc == 0)
		rc = load_causes(r, &l, e);
	if (rc == 0)
		rc = load_roots(r, &l, e);
	for (int i = 0; rc == 0 && i < r->root_count; i++)
		explain(r, &r->findings[r->roots[i]], seen, i + 1);
	if (rc == 0)
		report_group_roots(r);
	return rc;
}

static void add_check(struct report *r, sqlite3_stmt *st)
{
	struct report_check c = {
		.id = copy_or(st, 0, ""),
		.area = copy_or(st, 1, ""),
		.severity = severity_parse(db_col_text(st, 2)),
		.title = copy_or(st, 3, ""),
		.state = copy_or(st, 4, ""),
		.reason = copy(st, 5),
		.applies = sqlite3_column_int(st, 6),
	};
	r->found += strcmp(c.state, "found") == 0;
	r->clear += strcmp(c.state, "clear") == 0;
	r->skipped += strcmp(c.state, "not-evaluated") == 0 && c.applies;
	r->not_applicable += !c.applies;
	r->failed += strcmp(c.state, "error") == 0;
	GROW(r->checks, r->check_count);
	r->checks[r->check_count++] = c;
}

static void add_counts(struct report *r, sqlite3_stmt *st)
{
	r->ok = sqlite3_column_int64(st, 0);
	r->failed_captures = sqlite3_column_int64(st, 1);
	r->absent = sqlite3_column_int64(st, 2);
	r->skipped_captures = sqlite3_column_int64(st, 3);
	r->truncated = sqlite3_column_int64(st, 4);
}

static void add_failure(struct report *r, sqlite3_stmt *st)
{
	GROW(r->failures, r->failure_count);
	r->failures[r->failure_count++] = (struct report_capture){
		.path = copy_or(st, 0, ""), .node = copy(st, 1), .command = copy(st, 2), .error = copy_or(st, 3, ""),
		.timed_out = sqlite3_column_int(st, 4)};
}

static void add_node(struct report *r, sqlite3_stmt *st)
{
	GROW(r->nodes, r->node_count);
	r->nodes[r->node_count++] = (struct report_node){
		.name = copy_or(st, 0, ""), .transport = copy(st, 1), .reached = sqlite3_column_int(st, 2), .error = copy(st, 3),
		.clock_offset = sqlite3_column_int64(st, 4)};
}

static void add_problem(struct report *r, sqlite3_stmt *st)
{
	GROW(r->problems, r->problem_count);
	r->problems[r->problem_count++] = (struct report_problem){
		.file = copy_or(st, 0, ""), .line = sqlite3_column_int64(st, 1), .message = copy_or(st, 2, "")};
}

int report_load(sqlite3 *db, int lang, struct report **out, struct err *e)
{
	static const struct {
		const char *name;
		void (*fn)(struct report *, sqlite3_stmt *);
	} parts[] = {
		{"facts", add_fact},        {"checks", add_check}, {"capture-counts", add_counts}, {"failures", add_failure},
		{"nodes", add_node},        {"problems", add_problem},
		{"warnings", add_warning},
	};
	CLEAN(clean_report) struct report *r = xcalloc(1, sizeof(*r));

	r->lang = lang;
	r->name = xstrdup("");
	int rc = texts_load(lang, &r->texts, e);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(parts); i++)
		rc = each_row(r, db, parts[i].name, parts[i].fn, e);
	if (rc == 0)
		rc = fact_ask(db, "schema/facts/version.sql", NULL, &r->version, e);
	if (rc == 0)
		rc = fact_ask(db, "schema/facts/chosen-namespaces.sql", NULL, &r->chosen, e);
	if (rc == 0)
		rc = load_findings(r, db, e);
	r->collected = bundle_now(db);
	if (rc < 0)
		return rc;
	*out = STEAL(r);
	return 0;
}

static void free_finding(struct report_finding *f)
{
	for (int i = 0; i < f->evidence_count; i++) {
		free(f->evidence[i].file);
		free(f->evidence[i].text);
	}
	for (int i = 0; i < f->fix_count; i++) {
		free(f->fix[i].text);
		free(f->fix[i].run);
		free(f->fix[i].on);
	}
	void *all[] = {f->check, f->area, f->subject, f->title, f->detail, f->why, f->verify, f->namespace,
	               f->fields, f->evidence, f->fix, f->effects, f->causes, f->explains, f->changed};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		free(all[i]);
}

static void free_collected(struct report *r)
{
	for (int i = 0; i < r->failure_count; i++) {
		free(r->failures[i].path);
		free(r->failures[i].node);
		free(r->failures[i].command);
		free(r->failures[i].error);
	}
	for (int i = 0; i < r->node_count; i++) {
		free(r->nodes[i].name);
		free(r->nodes[i].transport);
		free(r->nodes[i].error);
	}
	for (int i = 0; i < r->fact_count; i++) {
		free(r->facts[i].key);
		free(r->facts[i].value);
	}
	for (int i = 0; i < r->warning_count; i++) {
		free(r->warnings[i].key);
		free(r->warnings[i].text);
	}
	free(r->warnings);
	for (int i = 0; i < r->problem_count; i++) {
		free(r->problems[i].file);
		free(r->problems[i].message);
	}
	free(r->failures);
	free(r->nodes);
	free(r->facts);
	free(r->problems);
}

void report_free(struct report *r)
{
	if (!r)
		return;
	for (int i = 0; i < r->check_count; i++) {
		void *all[] = {r->checks[i].id, r->checks[i].area, r->checks[i].title, r->checks[i].state, r->checks[i].reason};
		for (size_t k = 0; k < ARRAY_LEN(all); k++)
			free(all[k]);
	}
	free_collected(r);
	report_free_groups(r);
	report_free_tables(r);
	report_free_page(r);
	diff_free(r->changes);
	for (int i = 0; i < r->finding_count; i++)
		free_finding(&r->findings[i]);
	free(r->findings);
	free(r->roots);
	free(r->checks);
	free(r->name);
	free(r->damage);
	free(r->version);
	free(r->chosen);
	cJSON_Delete(r->texts);
	free(r);
}

void clean_report(struct report **r)
{
	report_free(*r);
}
