#include "analyze/diff.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/checks.h"
#include "base/asset.h"
#include "base/mem.h"

enum { MAX_ITEMS = 5000, MAX_CHANGES = 50, VALUE_MAX = 400 };

const char *diff_state_name(int state)
{
	static const char *const names[] = {"added", "removed", "changed"};

	return names[state];
}

static char *col_dup(sqlite3_stmt *st, int i)
{
	const char *s = db_col_text(st, i);

	return s ? xstrdup(s) : NULL;
}

static const char *col(sqlite3_stmt *st, int i)
{
	const char *s = db_col_text(st, i);

	return s ? s : "";
}

struct merge {
	sqlite3_stmt *st[2]; /* before, after */
	int row[2];          /* 1: there is a row */
	struct diff_section *s;
};

static int step(struct merge *m, int side, struct err *e)
{
	m->row[side] = db_step(m->st[side], e);
	return m->row[side] < 0 ? m->row[side] : 0;
}

/* Which side's row comes first: negative the old one's, 0 both. Of columns 0 to `last`. */
static int compare(const struct merge *m, int last)
{
	for (int i = 0; i <= last; i++) {
		int c = !m->row[0] ? 1 : !m->row[1] ? -1 : strcmp(col(m->st[0], i), col(m->st[1], i));
		if (c)
			return c;
	}
	return 0;
}

/* "**REDACTED:password:7f3a01c4**" without its hash, which says nothing from one bundle to the next. */
static char *comparable(const char *s)
{
	static const char mark[] = "**REDACTED:";
	struct buf b = BUF_MAX(strlen(s) + 1);

	for (const char *at; (at = strstr(s, mark)) != NULL;) {
		size_t kind = sizeof(mark) - 1 + strcspn(at + sizeof(mark) - 1, ":*");
		size_t hash = at[kind] == ':' ? 1 + strspn(at + kind + 1, "0123456789abcdef") : 0;
		buf_add(&b, s, (size_t)(at - s) + kind, NULL);
		s = at + kind + hash;
	}
	buf_add_str(&b, s, NULL);
	return buf_take(&b);
}

static bool within_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* From byte `from` on, at most VALUE_MAX bytes; what is left out at either end is an ellipsis. */
static char *excerpt(const char *s, size_t from)
{
	size_t n = strlen(s), to;

	while (from > 0 && within_character(s[from]))
		from--;
	to = n - from > VALUE_MAX ? from + VALUE_MAX : n;
	while (to < n && to > from && within_character(s[to]))
		to--;
	return xasprintf("%s%.*s%s", from ? "…" : "", (int)(to - from), s + from, to < n ? "…" : "");
}

/* Where two values begin to differ, when that is far behind, with a few words before it; else 0. */
static size_t differing_part(const char *a, const char *b)
{
	size_t same = 0, shown = 40;

	while (a[same] && a[same] == b[same])
		same++;
	return same > 4 * shown && (strlen(a) > VALUE_MAX || strlen(b) > VALUE_MAX) ? same - shown : 0;
}

/* Either value may be NULL: it was, or is, not there. */
static void add_change(struct diff_item *it, const char *path, const char *before, const char *after)
{
	size_t from = before && after ? differing_part(before, after) : 0;

	if (it->n == MAX_CHANGES) {
		it->more++;
		return;
	}
	it->changes = xreallocarray(it->changes, (size_t)it->n + 1, sizeof(*it->changes));
	it->changes[it->n++] =
		(struct diff_change){xstrdup(path), before ? excerpt(before, from) : NULL, after ? excerpt(after, from) : NULL};
}

static void item_release(struct diff_item *it)
{
	for (int i = 0; i < it->n; i++) {
		free(it->changes[i].path);
		free(it->changes[i].before);
		free(it->changes[i].after);
	}
	free(it->changes);
	free(it->key);
}

static void keep(struct diff_section *s, struct diff_item *it)
{
	if (s->n == MAX_ITEMS) {
		s->more++;
		item_release(it);
		return;
	}
	if ((s->n & (s->n - 1)) == 0)
		s->items = xreallocarray(s->items, s->n ? (size_t)s->n * 2 : 1, sizeof(*s->items));
	s->items[s->n++] = *it;
}

/* Is the side's row still about that key? */
static bool about(const struct merge *m, int side, const char *key)
{
	return m->row[side] && strcmp(col(m->st[side], 0), key) == 0;
}

/* All rows of one key, of both sides. */
static int take_item(struct merge *m, struct err *e)
{
	int first = compare(m, 0), rc = 0;
	struct diff_item it = {first < 0 ? DIFF_REMOVED : first > 0 ? DIFF_ADDED : DIFF_CHANGED, col_dup(m->st[first > 0], 0), NULL, 0, 0};

	if (!it.key)
		it.key = xstrdup("");
	while (rc == 0 && (about(m, 0, it.key) || about(m, 1, it.key))) {
		bool old = about(m, 0, it.key), new = about(m, 1, it.key);
		int c = old && new ? strcmp(col(m->st[0], 1), col(m->st[1], 1)) : old ? -1 : 1;
		CLEAN(clean_free) char *before = c <= 0 ? comparable(col(m->st[0], 2)) : NULL;
		CLEAN(clean_free) char *after = c >= 0 ? comparable(col(m->st[1], 2)) : NULL;
		if (c != 0 || strcmp(before, after) != 0)
			add_change(&it, col(m->st[c > 0], 1), before, after);
		if (c <= 0)
			rc = step(m, 0, e);
		if (rc == 0 && c >= 0)
			rc = step(m, 1, e);
	}
	if (it.state == DIFF_CHANGED && it.n == 0)
		item_release(&it);
	else
		keep(m->s, &it);
	return rc;
}

/* "schema/diff/10-root-causes.sql", whose first line is "-- Root causes". */
static void name_section(struct diff_section *s, const struct asset *a)
{
	const char *base = strrchr(a->path, '/') + 1;
	size_t skip = strspn(base, "0123456789-");

	s->id = xstrndup(base + skip, strlen(base + skip) - 4);
	s->title = a->text.n > 3 ? xstrndup(a->text.p + 3, strcspn(a->text.p + 3, "\n")) : xstrdup(s->id);
}

static void bind_lang(sqlite3_stmt *st, int lang)
{
	if (sqlite3_bind_parameter_index(st, ":lang"))
		db_bind_text(st, ":lang", lang_name(lang));
}

static int compare_section(sqlite3 *before, sqlite3 *after, int lang, const struct asset *a, struct diff_section *s, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *old = NULL, *new = NULL;
	int rc;

	name_section(s, a);
	if ((rc = db_prepare(before, a->path, a->text, &old, e)) < 0 || (rc = db_prepare(after, a->path, a->text, &new, e)) < 0)
		return rc;
	bind_lang(old, lang);
	bind_lang(new, lang);
	struct merge m = {{old, new}, {0, 0}, s};
	if ((rc = step(&m, 0, e)) == 0)
		rc = step(&m, 1, e);
	while (rc == 0 && (m.row[0] || m.row[1]))
		rc = take_item(&m, e);
	return rc;
}

static int name_side(sqlite3 *db, struct diff_side *s, struct err *e)
{
	static const char sql[] = "SELECT value FROM bundle WHERE key = 'path'";
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, "name of the bundle", (struct str){sql, sizeof(sql) - 1}, &st, e);

	if (rc == 0 && (rc = db_step(st, e)) >= 0) {
		const char *path = rc ? col(st, 0) : "", *slash = strrchr(path, '/');
		s->name = xstrdup(slash ? slash + 1 : path); /* where the file lay is no part of what is in it */
		s->collected = bundle_now(db);
		rc = 0;
	}
	return rc;
}

const char *diff_told(const struct diff_item *it)
{
	for (int i = 0; it->state != DIFF_CHANGED && i < it->n; i++)
		if (it->n == 1 || strcmp(it->changes[i].path, "title") == 0) {
			const char *s = it->changes[i].before ? it->changes[i].before : it->changes[i].after;
			return *s ? s : NULL;
		}
	return NULL;
}

int diff_count(const struct diff_section *s, int state)
{
	int n = 0;

	for (int i = 0; i < s->n; i++)
		n += s->items[i].state == state;
	return n;
}

bool diff_empty(const struct diff *d)
{
	for (int i = 0; i < d->n; i++)
		if (d->sections[i].n)
			return false;
	return true;
}

int diff_run(sqlite3 *before, sqlite3 *after, int lang, struct diff **out, struct err *e)
{
	CLEAN(clean_diff) struct diff *d = xcalloc(1, sizeof(*d));
	int rc = name_side(before, &d->side[0], e);

	if (rc == 0)
		rc = name_side(after, &d->side[1], e);

	for (const struct asset *a = asset_next("schema/diff/", ".sql", NULL); a && rc == 0; a = asset_next("schema/diff/", ".sql", a)) {
		d->sections = xreallocarray(d->sections, (size_t)d->n + 1, sizeof(*d->sections));
		d->sections[d->n] = (struct diff_section){0};
		rc = compare_section(before, after, lang, a, &d->sections[d->n++], e);
	}
	if (rc == 0)
		*out = STEAL(d);
	return rc;
}

void diff_free(struct diff *d)
{
	for (int i = 0; d && i < d->n; i++) {
		for (int k = 0; k < d->sections[i].n; k++)
			item_release(&d->sections[i].items[k]);
		free(d->sections[i].items);
		free(d->sections[i].id);
		free(d->sections[i].title);
	}
	if (d) {
		free(d->sections);
		free(d->side[0].name);
		free(d->side[1].name);
	}
	free(d);
}

void clean_diff(struct diff **d)
{
	diff_free(*d);
	*d = NULL;
}
