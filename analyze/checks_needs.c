#include "analyze/checks.h"
#include "analyze/facts.h"
#include "base/text.h"
#include <ctype.h>

enum { MAX_REASON = 4096 };

int needs_init(struct needs *n, sqlite3 *db, struct err *e)
{
	*n = (struct needs){.facts = xcalloc(1, sizeof(*n->facts))};
	n->facts->db = db;
	for (int i = 0; i < LANG_COUNT; i++) {
		int rc = texts_load(i, &n->texts[i], e);
		if (rc < 0)
			return rc;
	}
	n->version = facts_get(n->facts, "schema/facts/version.sql", NULL);
	n->damage = facts_get(n->facts, "schema/facts/damage.sql", NULL);
	n->unseen = facts_get(n->facts, "schema/facts/unseen-nodes.sql", NULL);
	n->chosen = facts_get(n->facts, "schema/facts/chosen-namespaces.sql", NULL);
	return 0;
}

void needs_release(struct needs *n)
{
	for (int i = 0; i < LANG_COUNT; i++)
		cJSON_Delete(n->texts[i]);
	if (n->facts)
		facts_release(n->facts);
	free(n->facts);
	*n = (struct needs){0};
}

/* Three numbers of "v1.20.2-eks-1"; false when there is not even one. */
static bool version_numbers(const char *s, int v[3])
{
	v[0] = v[1] = v[2] = 0;
	if (*s == 'v')
		s++;
	for (int i = 0; i < 3; i++) {
		if (!isdigit((unsigned char)*s))
			return i > 0;
		for (; isdigit((unsigned char)*s); s++)
			v[i] = v[i] > 99999 ? v[i] : v[i] * 10 + (*s - '0');
		if (*s != '.')
			return true;
		s++;
	}
	return true;
}

static bool holds(const int have[3], const char *op, size_t n, const int want[3])
{
	int d = 0;
	for (int i = 0; i < 3 && d == 0; i++)
		d = have[i] < want[i] ? -1 : have[i] > want[i];
	if (op[0] == '>')
		return n == 2 ? d >= 0 : d > 0;
	if (op[0] == '<')
		return n == 2 ? d <= 0 : d < 0;
	return op[0] == '!' ? d != 0 : d == 0;
}

static bool known_operator(const char *op, size_t n)
{
	return (n == 1 && strchr("<>=", op[0])) || (n == 2 && op[1] == '=' && strchr("<>=!", op[0]));
}

bool version_in_range(const char *version, const char *range, bool *bad_range)
{
	int have[3], want[3];
	bool known = version && version_numbers(version, have), in = true;

	*bad_range = false;
	for (const char *p = range + strspn(range, " ,"); *p; p += strspn(p, " ,")) {
		const char *op = p;
		size_t n = strspn(p, "<>=!");
		p += n + strspn(p + n, " ");
		if (!known_operator(op, n) || !version_numbers(p, want)) {
			*bad_range = true;
			return true;
		}
		p += strcspn(p, " ,");
		in = in && (!known || holds(have, op, n, want));
	}
	return in;
}

/* Does any path of a query (schema/facts) match the glob? Another column, when there is one, is copied to *why. */
static bool any_path(sqlite3 *db, const char *query, const char *glob, char **why)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (db_prepare_asset(db, query, &st, NULL) < 0)
		return false;
	while (db_step(st, NULL) == 1) {
		if (!text_glob(glob, db_col_str(st, 0)))
			continue;
		if (why && db_col_text(st, 1))
			*why = xstrdup(db_col_text(st, 1));
		return true;
	}
	return false;
}

/* Is one entry there? Otherwise *kind is the key of the text that says so, *what its word, *why the recorded failure. */
static bool entry_met(const struct needs *n, const char *entry, const char **kind, const char **what, char **why)
{
	*what = entry;
	*why = NULL;
	if (strcmp(entry, "log") == 0) {
		*kind = "need.log";
		return facts_rows(n->facts, "log_lines");
	}
	if (strncmp(entry, "log:", 4) == 0) {
		*kind = "need.log_unit";
		*what = entry + 4;
		if (facts_get(n->facts, "schema/facts/has-log.sql", *what))
			return true;
		*why = facts_dup(n->facts, "schema/facts/log-failed.sql", *what);
		return false;
	}
	if (strncmp(entry, "capture:", 8) == 0) {
		*kind = "need.capture";
		*what = entry + 8;
		return any_path(n->facts->db, "schema/facts/paths.sql", *what, NULL) ||
		       (any_path(n->facts->db, "schema/facts/paths-failed.sql", *what, why), false);
	}
	*kind = "need.list";
	if (facts_get(n->facts, "schema/facts/has-list.sql", entry) || facts_rows(n->facts, entry))
		return true;
	*why = facts_dup(n->facts, "schema/facts/list-failed.sql", entry);
	/* What a table is made of has a name of its own; pods and their like are tables and lists. */
	if (facts_get(n->facts, "schema/facts/is-table.sql", entry))
		*kind = "need.table";
	return false;
}

bool need_is_there(const struct needs *n, const char *entry)
{
	const char *kind, *what;
	char *why = NULL;
	bool met = entry_met(n, entry, &kind, &what, &why);

	free(why);
	return met;
}

/* Appends "there is no kubelet log (node2: connection refused)" in each language. One failure often stands behind several
 * missing inputs: it is told once, so not when `told` (may be out) holds it. */
static int add_reason(const struct needs *n, const char *kind, const char *what, const char *why, bool alternative,
                      const struct buf told[LANG_COUNT], struct buf out[LANG_COUNT], struct err *e)
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();
	int rc = 0;

	cJSON_AddStringToObject(fields, "why", why ? why : "");
	for (int i = 0; i < LANG_COUNT && rc == 0; i++) {
		const char *word = strcmp(kind, "need.table") == 0 ? json_get_str(json_get_obj(n->texts[i], "table"), what) : NULL;
		cJSON_DeleteItemFromObjectCaseSensitive(fields, "what");
		cJSON_AddStringToObject(fields, "what", word ? word : what);
		if (out[i].n)
			rc = buf_add_str(&out[i], texts_get(n->texts[i], alternative ? "need.or" : "need.and"), e);
		if (rc == 0)
			rc = fill_template(texts_get(n->texts[i], kind), fields, FILL_TEXT, &out[i], e);
		if (rc == 0 && why && !strstr(buf_cstr(&told[i]), why) && !strstr(buf_cstr(&out[i]), why))
			rc = fill_template(texts_get(n->texts[i], "need.why"), fields, FILL_TEXT, &out[i], e);
	}
	return rc;
}

/* One entry of `needs`: a name, or a list of names any of which will do. 1 met, 0 not met (reason appended). */
static int need_met(const struct needs *n, const cJSON *need, struct buf out[LANG_COUNT], struct err *e)
{
	struct buf mine[LANG_COUNT] = {BUF_MAX(MAX_REASON), BUF_MAX(MAX_REASON)};
	const cJSON *one = cJSON_IsArray(need) ? need->child : need;
	int rc = 0;

	for (; one && rc == 0; one = cJSON_IsArray(need) ? one->next : NULL) {
		const char *kind, *what;
		char *why = NULL;
		if (!cJSON_IsString(one) || entry_met(n, one->valuestring, &kind, &what, &why))
			rc = 1;
		else
			rc = add_reason(n, kind, what, why, true, out, mine, e);
		free(why);
	}
	for (int i = 0; i < LANG_COUNT; i++) {
		if (rc == 0 && out[i].n)
			rc = buf_add_str(&out[i], texts_get(n->texts[i], "need.and"), e);
		if (rc == 0)
			rc = buf_add(&out[i], mine[i].p ? mine[i].p : "", mine[i].n, e);
		buf_release(&mine[i]);
	}
	return rc;
}

bool version_applies(const struct needs *n, const struct check *c)
{
	const char *range = json_get_str(c->head, "k8s");
	bool bad;

	return !range || version_in_range(n->version, range, &bad);
}

static int version_met(const struct needs *n, const struct check *c, struct buf out[LANG_COUNT], struct err *e)
{
	if (version_applies(n, c))
		return 1;
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();
	cJSON_AddStringToObject(fields, "range", json_get_str(c->head, "k8s"));
	cJSON_AddStringToObject(fields, "version", n->version);
	for (int i = 0; i < LANG_COUNT; i++) {
		int rc = fill_template(texts_get(n->texts[i], "need.version"), fields, FILL_TEXT, &out[i], e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int needs_met(const struct needs *n, const struct check *c, char *reason[LANG_COUNT], struct err *e)
{
	struct buf out[LANG_COUNT] = {BUF_MAX(MAX_REASON), BUF_MAX(MAX_REASON)};
	int rc = version_met(n, c, out, e);
	bool met = rc == 1;

	if (met)
		for (const cJSON *need = cJSON_IsArray(json_get(c->head, "needs")) ? json_get(c->head, "needs")->child : NULL;
		     need && rc >= 0; need = need->next) {
			rc = need_met(n, need, out, e);
			met = met && rc != 0;
		}
	if (rc >= 0 && !met && n->damage && out[0].n)
		rc = add_reason(n, "need.damage", n->damage, NULL, false, out, out, e);
	for (int i = 0; i < LANG_COUNT; i++)
		reason[i] = rc >= 0 && !met ? buf_take(&out[i]) : NULL;
	for (int i = 0; i < LANG_COUNT; i++)
		buf_release(&out[i]);
	return rc < 0 ? rc : met;
}
