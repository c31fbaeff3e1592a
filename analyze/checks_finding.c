#include "analyze/checks.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/text.h"

enum {
	MAX_EVIDENCE = 20,     /* kept of one finding; all are counted */
	MAX_TEXT = 2000,       /* bytes of an evidence line */
	MAX_FIELD = 2000,      /* bytes of a field */
	MAX_HELD = 48 << 20    /* bytes of all rows of one check */
};
/* Log lines further apart than this tell of two episodes. */
#define EPISODE_GAP (15 * 60 * US_PER_S)

struct row {
	char *subject, *node, *text; /* node and text may be NULL */
	char *path;                  /* NULL: no evidence */
	int64_t file, line, first, last;
	bool is_log;
	int severity, confidence, seq;
	cJSON *fields;
};
struct gather {
	sqlite3 *db;
	const struct check *c;
	struct row *rows;
	int n, size, nameless; /* nameless: rows that were left out */
	size_t held;
	sqlite3_stmt *by_id, *by_path, *line_text, *insert_text;
};

struct gather *gather_new(sqlite3 *db, const struct check *c)
{
	struct gather *g = xcalloc(1, sizeof(*g));
	g->db = db;
	g->c = c;
	return g;
}

static void release_row(struct row *r)
{
	free(r->subject);
	free(r->node);
	free(r->text);
	free(r->path);
	cJSON_Delete(r->fields);
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	for (int i = 0; i < g->n; i++)
		release_row(&g->rows[i]);
	free(g->rows);
	clean_stmt(&g->by_id);
	clean_stmt(&g->by_path);
	clean_stmt(&g->line_text);
	clean_stmt(&g->insert_text);
	free(g);
}

void clean_gather(struct gather **g)
{
	gather_free(*g);
}

/* Copy of a column as valid UTF-8, at most max bytes and then "..."; NULL for NULL. */
static char *copy_text(struct gather *g, sqlite3_stmt *st, int col, size_t max)
{
	struct buf b = BUF_MAX(max * 3 + 8);
	struct str v = db_col_str(st, col);
	bool cut = v.n > max;

	if (!v.p)
		return NULL;
	if (cut)
		for (v.n = max; v.n > 0 && ((unsigned char)v.p[v.n] & 0xc0) == 0x80;)
			v.n--;
	text_utf8_repair(v.p, v.n, &b, NULL);
	if (cut)
		buf_add_str(&b, "...", NULL);
	g->held += b.n + 1;
	return buf_take(&b);
}

static int64_t time_column(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_INTEGER ? sqlite3_column_int64(st, col) : TIME_NONE;
}

static int64_t earlier(int64_t a, int64_t b)
{
	if (a == TIME_NONE || b == TIME_NONE)
		return a == TIME_NONE ? b : a;
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b; /* TIME_NONE is the smallest */
}

static void add_field(struct gather *g, struct row *r, sqlite3_stmt *st, int col, const char *name)
{
	int type = sqlite3_column_type(st, col);

	g->held += 128;
	if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
		cJSON_AddNumberToObject(r->fields, name, sqlite3_column_double(st, col));
	} else if (type == SQLITE_TEXT) {
		CLEAN(clean_free) char *v = copy_text(g, st, col, MAX_FIELD);
		cJSON_AddStringToObject(r->fields, name, v ? v : "");
	} else {
		cJSON_AddNullToObject(r->fields, name);
	}
}

/* One column of a row. "file" is looked up later, when the sandbox allows it: here only its value is kept. */
static void take_column(struct gather *g, struct row *r, sqlite3_stmt *st, int col)
{
	const char *name = sqlite3_column_name(st, col);

	if (strcmp(name, "subject") == 0) {
		free(r->subject);
		r->subject = copy_text(g, st, col, MAX_FIELD);
	} else if (strcmp(name, "file") == 0) {
		free(r->path);
		r->path = NULL;
		if (sqlite3_column_type(st, col) == SQLITE_INTEGER)
			r->file = sqlite3_column_int64(st, col);
		else
			r->path = copy_text(g, st, col, MAX_FIELD);
	} else if (strcmp(name, "line") == 0) {
		r->line = sqlite3_column_int64(st, col);
	} else if (strcmp(name, "text") == 0) {
		free(r->text);
		r->text = copy_text(g, st, col, MAX_TEXT);
	} else if (strcmp(name, "ts") == 0 || strcmp(name, "first_seen") == 0 || strcmp(name, "last_seen") == 0) {
		int64_t t = time_column(st, col);
		r->first = name[0] == 'l' ? r->first : earlier(r->first, t);
		r->last = later(r->last, t);
	} else if (strcmp(name, "severity") == 0) {
		r->severity = severity_parse(db_col_text(st, col));
	} else if (strcmp(name, "confidence") == 0) {
		r->confidence = confidence_parse(db_col_text(st, col));
	} else {
		if (strcmp(name, "node") == 0) {
			free(r->node);
			r->node = copy_text(g, st, col, MAX_FIELD);
		}
		add_field(g, r, st, col, name);
	}
}

int gather_row(struct gather *g, sqlite3_stmt *st, struct err *e)
{
	if (g->n == g->size) {
		g->size = g->size ? g->size * 2 : 16;
		g->rows = xreallocarray(g->rows, (size_t)g->size, sizeof(*g->rows));
	}
	struct row *r = &g->rows[g->n];
	*r = (struct row){.file = -1, .first = TIME_NONE, .last = TIME_NONE, .severity = -1, .confidence = -1, .seq = g->n,
	                  .fields = cJSON_CreateObject()};
	g->n++;
	g->held += sizeof(*r) + 64;
	for (int i = 0; i < sqlite3_column_count(st); i++)
		take_column(g, r, st, i);
	if (!r->subject || !*r->subject) { /* about an object without a name, which only a broken bundle has: the others count */
		release_row(r);
		g->n--;
		g->nameless++;
		return 0;
	}
	if (g->held > MAX_HELD)
		return err_set(e, ERR_LIMIT, "its result is larger than %d MiB", MAX_HELD >> 20);
	r->last = later(r->first, r->last);
	return 0;
}

/* Which file a row cites: sets file, path, is_log; path NULL when there is no such file in the bundle. */
static int resolve_file(struct gather *g, struct row *r, struct err *e)
{
	sqlite3_stmt *st = r->path ? g->by_path : g->by_id;

	sqlite3_reset(st);
	if (r->path)
		db_bind_text(st, ":path", r->path);
	else
		db_bind_int(st, ":file", r->file);
	int rc = db_step(st, e);
	free(r->path);
	r->path = NULL;
	if (rc == 1) {
		r->file = sqlite3_column_int64(st, 0);
		r->path = xstrdup(db_col_text(st, 1));
		r->is_log = sqlite3_column_int(st, 2);
	}
	sqlite3_reset(st);
	return rc < 0 ? rc : 0;
}

static int by_subject(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int r = strcmp(x->subject, y->subject);
	return r ? r : (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_first(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Start of the latest episode that log lines tell of; TIME_NONE when they are summed up over more than one could be. */
static int64_t log_began(const struct row *r, int n)
{
	int64_t *t = xcalloc((size_t)n, sizeof(*t)), began = TIME_NONE;
	int known = 0;
	bool summed = false;

	for (int i = 0; i < n; i++) {
		if (r[i].first == TIME_NONE)
			continue;
		t[known++] = r[i].first;
		summed = summed || r[i].last - r[i].first > EPISODE_GAP;
	}
	if (known)
		qsort(t, (size_t)known, sizeof(*t), by_first);
	for (int i = known - 1; i >= 0 && !summed; i--) {
		if (began != TIME_NONE && began - t[i] > EPISODE_GAP)
			break;
		began = t[i];
	}
	free(t);
	return began;
}

/* An object knows when its state began; a log only when somebody wrote of it. */
static int64_t state_began(const struct row *r, int n)
{
	int64_t began = TIME_NONE;

	for (int i = 0; i < n; i++)
		if (r[i].path && !r[i].is_log)
			began = earlier(began, r[i].first);
	return began != TIME_NONE ? began : log_began(r, n);
}

/* A finding in the making: the rows r[0..n-1] of one subject. */
struct made {
	const struct row *r;
	int n;
	int64_t id, first, last;
	int severity, confidence, proofs;
	cJSON *fields; /* of the first row, and the implicit ones */
};

static void add_part(cJSON *fields, const char *name, struct str v)
{
	if (json_get(fields, name) || !v.p)
		return;
	CLEAN(clean_free) char *s = xstrndup(v.p, v.n);
	cJSON_AddStringToObject(fields, name, s);
}

static void add_time(cJSON *fields, const char *name, int64_t us)
{
	char s[32];
	if (us != TIME_NONE)
		cJSON_AddStringToObject(fields, name, clock_format(us, s));
}

static void made_fields(struct made *m, const char *node)
{
	struct subject s = subject_parse(str_of(m->r->subject));

	m->fields = cJSON_Duplicate(m->r->fields, true);
	add_part(m->fields, "subject", str_of(m->r->subject));
	add_part(m->fields, "kind", s.kind);
	add_part(m->fields, "namespace", s.namespace);
	add_part(m->fields, "name", s.name);
	if (cJSON_IsNull(json_get(m->fields, "node")))
		cJSON_DeleteItemFromObjectCaseSensitive(m->fields, "node");
	if (node)
		add_part(m->fields, "node", str_of(node));
	add_time(m->fields, "first_seen", m->first);
	add_time(m->fields, "last_seen", m->last);
	if (!json_get(m->fields, "rows"))
		cJSON_AddNumberToObject(m->fields, "rows", m->proofs);
}

static int bind_and_step(sqlite3_stmt *st, struct err *e)
{
	int rc = db_step(st, e);
	sqlite3_reset(st);
	return rc < 0 ? rc : 0;
}

static void bind_time(sqlite3_stmt *st, const char *name, int64_t us)
{
	if (us != TIME_NONE)
		db_bind_int(st, name, us);
	else
		db_bind_text(st, name, NULL);
}

/* A step with `if` is for those findings whose column of that name holds something: not NULL, "" or 0. */
static bool step_applies(const cJSON *step, const cJSON *fields)
{
	const char *column = json_get_str(step, "if");
	const cJSON *v = column ? json_get(fields, column) : NULL;

	return !column || (cJSON_IsNumber(v) && v->valuedouble != 0) || (cJSON_IsString(v) && *v->valuestring);
}

/* The commands of a check as JSON text: [{"step", "text", "run", "on"}]. Its own number keeps a step beside the same one
 * of other findings where steps between were left out. */
static char *fill_fix(const struct made *m, const cJSON *fix, int lang)
{
	CLEAN(clean_cjson) cJSON *out = cJSON_CreateArray();
	const cJSON *step;
	int number = 0;

	cJSON_ArrayForEach(step, fix) {
		number++;
		if (!step_applies(step, m->fields))
			continue;
		cJSON *o = cJSON_CreateObject();
		CLEAN(clean_free) char *text = fill_new(check_text(step, lang), m->fields, FILL_TEXT);
		CLEAN(clean_free) char *run = fill_new(json_get_str(step, "run"), m->fields, FILL_SHELL);
		CLEAN(clean_free) char *on = fill_new(json_get_str(step, "on"), m->fields, FILL_TEXT);
		cJSON_AddNumberToObject(o, "step", number);
		cJSON_AddStringToObject(o, "text", text ? text : "");
		if (run)
			cJSON_AddStringToObject(o, "run", run);
		if (on)
			cJSON_AddStringToObject(o, "on", on);
		cJSON_AddItemToArray(out, o);
	}
	return json_text(out);
}

static char *fill_detail(const struct made *m, const cJSON *head, int lang)
{
	const char *tmpl = check_text(json_get(head, "detail"), lang);
	const char *column = json_get_str(m->r->fields, "detail");

	if (tmpl)
		return fill_new(tmpl, m->fields, FILL_TEXT);
	return column ? xstrdup(column) : NULL;
}

static int store_texts(struct gather *g, const struct made *m, int lang, struct err *e)
{
	const cJSON *head = g->c->head;
	CLEAN(clean_free) char *title = fill_new(check_text(json_get(head, "title"), lang), m->fields, FILL_TEXT);
	CLEAN(clean_free) char *why = fill_new(check_text(json_get(head, "why"), lang), m->fields, FILL_TEXT);
	CLEAN(clean_free) char *verify = fill_new(json_get_str(head, "verify"), m->fields, FILL_SHELL);
	CLEAN(clean_free) char *detail = fill_detail(m, head, lang);
	CLEAN(clean_free) char *fix = fill_fix(m, json_get_arr(head, "fix"), lang);
	int rc = g->insert_text ? 0 : db_prepare_asset(g->db, "schema/findings/insert-finding-texts.sql", &g->insert_text, e);
	sqlite3_stmt *st = g->insert_text;

	if (rc < 0)
		return rc;
	db_bind_int(st, ":finding", m->id);
	db_bind_text(st, ":lang", lang_name(lang));
	db_bind_text(st, ":title", title);
	db_bind_text(st, ":detail", detail);
	db_bind_text(st, ":why", why);
	db_bind_text(st, ":fix", fix);
	db_bind_text(st, ":verify", verify);
	return bind_and_step(st, e);
}

static int store_finding(struct gather *g, struct made *m, struct err *e)
{
	struct subject s = subject_parse(str_of(m->r->subject));
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_free) char *title = fill_new(check_text(json_get(g->c->head, "title"), LANG_EN), m->fields, FILL_TEXT);
	CLEAN(clean_free) char *detail = fill_detail(m, g->c->head, LANG_EN);
	CLEAN(clean_free) char *fields = json_text(m->fields);
	int rc = db_prepare_asset(g->db, "schema/findings/insert-finding.sql", &st, e);

	if (rc < 0)
		return rc;
	db_bind_text(st, ":check_id", g->c->id);
	db_bind_text(st, ":subject", m->r->subject);
	db_bind_str(st, ":kind", s.kind);
	db_bind_str(st, ":namespace", s.namespace);
	db_bind_str(st, ":name", s.name);
	db_bind_text(st, ":severity", severity_name(m->severity));
	db_bind_text(st, ":confidence", confidence_name(m->confidence));
	db_bind_text(st, ":title", title);
	db_bind_text(st, ":detail", detail);
	bind_time(st, ":first_seen", m->first);
	bind_time(st, ":last_seen", m->last);
	bind_time(st, ":began", state_began(m->r, m->n));
	db_bind_int(st, ":evidence_rows", m->proofs);
	db_bind_text(st, ":fields", fields);
	rc = bind_and_step(st, e);
	m->id = sqlite3_last_insert_rowid(g->db);
	return rc;
}

/* The line itself, when the check did not give it. */
static char *look_up_text(struct gather *g, const struct row *r)
{
	const struct asset *index = asset_get("schema/findings/evidence-index.sql");

	if (!g->line_text && index)
		(void)db_exec(g->db, index->path, index->text, NULL); /* without it, lines are found all the same */
	if (!g->line_text && db_prepare_asset(g->db, "schema/findings/evidence-text.sql", &g->line_text, NULL) < 0)
		return xstrdup("");
	db_bind_int(g->line_text, ":file", r->file);
	db_bind_int(g->line_text, ":line", r->line);
	char *text = db_step(g->line_text, NULL) == 1 ? copy_text(g, g->line_text, 0, MAX_TEXT) : NULL;
	sqlite3_reset(g->line_text);
	return text ? text : xstrdup("");
}

static bool cited_before(const struct made *m, int i)
{
	for (int k = 0; k < i; k++)
		if (m->r[k].path && m->r[k].file == m->r[i].file && m->r[k].line == m->r[i].line)
			return true;
	return false;
}

static int store_evidence(struct gather *g, const struct made *m, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(g->db, "schema/findings/insert-evidence.sql", &st, e), kept = 0;

	for (int i = 0; i < m->n && kept < MAX_EVIDENCE && rc == 0; i++) {
		const struct row *r = &m->r[i];
		if (!r->path || cited_before(m, i))
			continue;
		CLEAN(clean_free) char *text = r->text ? xstrdup(r->text) : look_up_text(g, r);
		db_bind_int(st, ":finding", m->id);
		db_bind_int(st, ":seq", ++kept);
		db_bind_text(st, ":file", r->path);
		db_bind_int(st, ":line", r->line < 0 ? 0 : r->line);
		db_bind_text(st, ":text", text);
		bind_time(st, ":ts", r->first);
		rc = bind_and_step(st, e);
	}
	return rc;
}

/* Node of a subject that names none in its rows: itself, or where the pod runs. NULL when there is none. */
static char *subject_node(struct gather *g, const char *subject)
{
	struct subject s = subject_parse(str_of(subject));
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (str_eq(s.kind, "node") && s.name.p)
		return xstrndup(s.name.p, s.name.n);
	if (!str_eq(s.kind, "pod") || !s.name.p || db_prepare_asset(g->db, "schema/findings/pod-node.sql", &st, NULL) < 0)
		return NULL;
	db_bind_str(st, ":namespace", s.namespace);
	db_bind_str(st, ":name", s.name);
	return db_step(st, NULL) == 1 ? copy_text(g, st, 0, MAX_FIELD) : NULL;
}

static int store_nodes(struct gather *g, const struct made *m, const char *dflt, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare_asset(g->db, "schema/findings/insert-finding-node.sql", &st, e);

	for (int i = 0; i < m->n && rc == 0; i++) {
		const char *node = m->r[i].node ? m->r[i].node : dflt;
		if (!node || !*node)
			continue;
		db_bind_int(st, ":finding", m->id);
		db_bind_text(st, ":node", node);
		rc = bind_and_step(st, e);
	}
	return rc;
}

static int store_made(struct gather *g, struct made *m, struct err *e)
{
	CLEAN(clean_free) char *node = subject_node(g, m->r->subject);

	m->severity = m->confidence = -1;
	for (int i = 0; i < m->n; i++) {
		const struct row *r = &m->r[i];
		m->first = earlier(m->first, r->first);
		m->last = later(m->last, r->last);
		m->severity = r->severity > m->severity ? r->severity : m->severity;
		m->confidence = r->confidence > m->confidence ? r->confidence : m->confidence;
	}
	m->severity = m->severity < 0 ? g->c->severity : m->severity;
	m->confidence = m->confidence < 0 ? g->c->confidence : m->confidence;
	made_fields(m, m->r->node ? m->r->node : node);
	int rc = store_finding(g, m, e);
	for (int i = 0; i < LANG_COUNT && rc == 0; i++)
		rc = store_texts(g, m, i, e);
	if (rc == 0)
		rc = store_nodes(g, m, node, e);
	if (rc == 0)
		rc = store_evidence(g, m, e);
	cJSON_Delete(m->fields);
	return rc;
}

int gather_nameless(const struct gather *g)
{
	return g->nameless;
}

int gather_store(struct gather *g, int *unproved, struct err *e)
{
	int found = 0, rc = db_prepare_asset(g->db, "schema/findings/file-by-id.sql", &g->by_id, e);

	*unproved = 0;
	if (rc == 0)
		rc = db_prepare_asset(g->db, "schema/findings/file-by-path.sql", &g->by_path, e);
	for (int i = 0; i < g->n && rc == 0; i++)
		rc = resolve_file(g, &g->rows[i], e);
	if (rc < 0)
		return rc;
	if (g->n)
		qsort(g->rows, (size_t)g->n, sizeof(*g->rows), by_subject);
	for (int i = 0, k; i < g->n; i = k) {
		struct made m = {.r = g->rows + i, .first = TIME_NONE, .last = TIME_NONE};
		for (k = i; k < g->n && strcmp(g->rows[k].subject, g->rows[i].subject) == 0; k++)
			m.proofs += g->rows[k].path != NULL;
		m.n = k - i;
		if (!m.proofs) {
			++*unproved;
			continue;
		}
		rc = store_made(g, &m, e);
		if (rc < 0)
			return rc;
		found++;
	}
	return found;
}
