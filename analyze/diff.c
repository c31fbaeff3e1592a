#include "analyze/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"

enum { MAX_ITEMS = 5000, MAX_CHANGES = 50 };

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

static void add_change(struct diff_item *it, const struct merge *m, bool before, bool after)
{
	if (it->n == MAX_CHANGES) {
		it->more++;
		return;
	}
	it->changes = xreallocarray(it->changes, (size_t)it->n + 1, sizeof(*it->changes));
	it->changes[it->n++] = (struct diff_change){col_dup(m->st[before ? 0 : 1], 1), before ? xstrdup(col(m->st[0], 2)) : NULL,
	                                            after ? xstrdup(col(m->st[1], 2)) : NULL};
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
		if (c != 0 || strcmp(col(m->st[0], 2), col(m->st[1], 2)) != 0)
			add_change(&it, m, c <= 0, c >= 0);
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

static int compare_section(sqlite3 *before, sqlite3 *after, const struct asset *a, struct diff_section *s, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *old = NULL, *new = NULL;
	int rc;

	name_section(s, a);
	if ((rc = db_prepare(before, a->path, a->text, &old, e)) < 0 || (rc = db_prepare(after, a->path, a->text, &new, e)) < 0)
		return rc;
	struct merge m = {{old, new}, {0, 0}, s};
	if ((rc = step(&m, 0, e)) == 0)
		rc = step(&m, 1, e);
	while (rc == 0 && (m.row[0] || m.row[1]))
		rc = take_item(&m, e);
	return rc;
}

int diff_run(sqlite3 *before, sqlite3 *after, struct diff **out, struct err *e)
{
	CLEAN(clean_diff) struct diff *d = xcalloc(1, sizeof(*d));
	int rc = 0;

	for (const struct asset *a = asset_next("schema/diff/", ".sql", NULL); a && rc == 0; a = asset_next("schema/diff/", ".sql", a)) {
		d->sections = xreallocarray(d->sections, (size_t)d->n + 1, sizeof(*d->sections));
		d->sections[d->n] = (struct diff_section){0};
		rc = compare_section(before, after, a, &d->sections[d->n++], e);
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
	if (d)
		free(d->sections);
	free(d);
}

void clean_diff(struct diff **d)
{
	diff_free(*d);
	*d = NULL;
}
