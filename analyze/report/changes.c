/* What changed since an earlier bundle, as part of a report, and which root causes it is about. */
#include <ctype.h>

#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"

enum { MAX_CHANGED = 5 }; /* told of one root cause */

/* -- words ------------------------------------------------------------------------------------------------------------- */

/* The text for PREFIX.NAME ("-" of the name is "_" there), or fallback. */
static const char *word_or(const struct report *r, const char *prefix, const char *name, const char *fallback)
{
	CLEAN(clean_free) char *key = xasprintf("%s.%s", prefix, name);

	for (char *p = key; *p; p++)
		*p = *p == '-' ? '_' : *p;
	const char *word = report_word(r, key);
	return word == key ? fallback : word; /* texts_get gives the key back when there is none */
}

const char *report_section_word(const struct report *r, const struct diff_section *s)
{
	return word_or(r, "diff", s->id, s->title);
}

const char *report_path_word(const struct report *r, const char *path)
{
	return word_or(r, "diff_path", path, path);
}

char *report_section_counts(const struct report *r, const struct diff_section *s)
{
	struct buf b = BUF_MAX(1 << 10);

	for (int state = DIFF_ADDED; state <= DIFF_CHANGED; state++) {
		CLEAN(clean_free) char *key = xasprintf("diff.count_%s", diff_state_name(state));
		CLEAN(clean_free) char *count = report_fill(r, key, diff_count(s, state), NULL, NULL);
		if (diff_count(s, state))
			buf_printf(&b, NULL, "%s%s", b.n ? report_word(r, "group.separator") : "", count);
	}
	return buf_take(&b);
}

char *report_change_line(const struct report *r, const struct diff_item *it)
{
	struct buf b = BUF_MAX(64 << 10);
	int more = it->more + it->n - 1;

	buf_add_str(&b, it->key, NULL);
	if (it->state != DIFF_CHANGED) {
		CLEAN(clean_free) char *key = xasprintf("diff.%s", diff_state_name(it->state));
		buf_printf(&b, NULL, " (%s)", report_word(r, key));
	} else if (it->n) {
		const struct diff_change *c = &it->changes[0];
		buf_printf(&b, NULL, ": %s: %s → %s", report_path_word(r, c->path), c->before ? c->before : report_word(r, "diff.none"),
		           c->after ? c->after : report_word(r, "diff.none"));
	}
	CLEAN(clean_free) char *line = buf_take(&b);
	return it->state == DIFF_CHANGED && more > 0 ? report_fill(r, "group.and_more", more, "list", line) : STEAL(line);
}

static char *side_name(const struct diff_side *s)
{
	char when[32];

	return s->collected == TIME_NONE ? xstrdup(s->name) : xasprintf("%s (%s)", s->name, clock_format(s->collected / US_PER_S * US_PER_S, when));
}

char *report_changes_title(const struct report *r)
{
	CLEAN(clean_free) char *name = side_name(&r->changes->side[0]);

	return report_fill(r, "diff.since", 0, "bundle", name);
}

/* -- coincidence ------------------------------------------------------------------------------------------------------- */

struct changed {
	const struct diff_item **items;
	int n;
};

/* Conditions tell how a node is, not what was done to it. */
static bool is_cause(const struct diff_item *it)
{
	for (int i = 0; i < it->n; i++)
		if (strncmp(it->changes[i].path, "conditions.", 11) != 0)
			return true;
	return it->n == 0 || it->state != DIFF_CHANGED;
}

/* [kind, namespace, name] of "Deployment shop/web" of the objects, or of "node1" of the nodes. */
static cJSON *thing(const char *kind, const char *rest)
{
	const char *slash = strchr(rest, '/');
	CLEAN(clean_free) char *namespace = slash ? xstrndup(rest, (size_t)(slash - rest)) : NULL;
	cJSON *o = cJSON_CreateArray();

	cJSON_AddItemToArray(o, cJSON_CreateString(kind));
	cJSON_AddItemToArray(o, namespace ? cJSON_CreateString(namespace) : cJSON_CreateNull());
	cJSON_AddItemToArray(o, cJSON_CreateString(slash ? slash + 1 : rest));
	return o;
}

static cJSON *thing_of(const struct diff_section *s, const struct diff_item *it)
{
	const char *blank = strchr(it->key, ' ');

	if (strcmp(s->id, "nodes") == 0)
		return thing("node", it->key);
	CLEAN(clean_free) char *kind = xstrndup(it->key, blank ? (size_t)(blank - it->key) : 0);
	for (char *p = kind; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return thing(kind, blank ? blank + 1 : "");
}

/* What may be a cause, as JSON for the query; c gets the items in the same order. Caller frees. */
static char *list_changes(const struct diff *d, struct changed *c)
{
	CLEAN(clean_cjson) cJSON *list = cJSON_CreateArray();

	for (int i = 0; i < d->n; i++) {
		const struct diff_section *s = &d->sections[i];
		if (strcmp(s->id, "objects") != 0 && strcmp(s->id, "nodes") != 0)
			continue;
		c->items = xreallocarray(c->items, (size_t)(c->n + s->n) + 1, sizeof(*c->items));
		for (int k = 0; k < s->n; k++)
			if (is_cause(&s->items[k])) {
				cJSON_AddItemToArray(list, thing_of(s, &s->items[k]));
				c->items[c->n++] = &s->items[k];
			}
	}
	return cJSON_PrintUnformatted(list);
}

static void attach(struct report *r, int64_t id, const struct diff_item *it)
{
	for (int i = 0; i < r->root_count; i++) {
		struct report_finding *f = &r->findings[r->roots[i]];
		if (f->id != id || f->changed_count == MAX_CHANGED)
			continue;
		f->changed = xreallocarray(f->changed, (size_t)f->changed_count + 1, sizeof(*f->changed));
		f->changed[f->changed_count++] = it;
	}
}

static int coincide(sqlite3 *db, struct report *r, struct changed *c, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_free) char *changed = list_changes(r->changes, c);
	int rc = db_prepare_asset(db, "schema/report/coincidences.sql", &st, e);

	if (rc == 0)
		db_bind_text(st, ":changed", changed);
	while (rc == 0 && (rc = db_step(st, e)) == 1) {
		attach(r, sqlite3_column_int64(st, 0), c->items[sqlite3_column_int(st, 1)]);
		rc = 0;
	}
	return rc;
}

int report_load_changes(sqlite3 *before, sqlite3 *db, struct report *r, struct err *e)
{
	struct changed c = {NULL, 0};
	int rc = diff_run(before, db, r->lang, &r->changes, e);

	if (rc == 0)
		rc = coincide(db, r, &c, e);
	free(c.items);
	return rc;
}

int report_of_changes(struct diff *changes, int lang, struct report **out, struct err *e)
{
	CLEAN(clean_report) struct report *r = xcalloc(1, sizeof(*r));

	r->changes = changes;
	r->lang = lang;
	r->name = side_name(&changes->side[1]);
	r->collected = TIME_NONE;
	int rc = texts_load(lang, &r->texts, e);
	if (rc == 0)
		*out = STEAL(r);
	return rc;
}
