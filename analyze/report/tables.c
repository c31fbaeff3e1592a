/* Tables of the report: queries of schema/report/tables, read by the names of their columns (report.h). */
#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/asset.h"
#include "base/clock.h"

/* What one table may cost. The queries cap their rows by group; the number of groups is the cluster's. */
enum { MAX_ROWS = 2000, MAX_SECONDS = 10, MAX_LISTED = 3 };

static const char *const order[] = {"disks", "images", "versions", "metric-series", "config-watches", "kernel-limits", "node-conditions"};

static enum report_kind kind_of(const char *word, size_t n)
{
	static const struct {
		const char *name;
		enum report_kind kind;
	} kinds[] = {{"group", REPORT_GROUP}, {"code", REPORT_CODE}, {"list", REPORT_LIST}, {"count", REPORT_COUNT}, {"size", REPORT_SIZE},
	             {"percent", REPORT_PERCENT}, {"word", REPORT_WORD}, {"badge", REPORT_BADGE}, {"fine", REPORT_FINE}, {"total", REPORT_TOTAL}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq((struct str){word, n}, kinds[i].name))
			return kinds[i].kind;
	return REPORT_TEXT;
}

/* "head-size total": kind and word. */
static struct report_column column_named(const char *name)
{
	struct report_column c = {0};
	size_t n;

	c.head = strncmp(name, "head-", 5) == 0;
	name += c.head ? 5 : 0;
	n = strcspn(name, " ");
	c.word = xasprintf("column.%s", name + n + (name[n] == ' '));
	c.bar = n > 4 && strncmp(name + n - 4, "-bar", 4) == 0;
	c.kind = kind_of(name, n - (c.bar ? 4 : 0));
	return c;
}

static void read_columns(struct report_table *t, sqlite3_stmt *st)
{
	t->column_count = sqlite3_column_count(st);
	t->columns = xcalloc((size_t)t->column_count, sizeof(*t->columns));
	t->group = t->fine = t->total = -1;
	for (int i = 0; i < t->column_count; i++) {
		struct report_column *c = &t->columns[i];
		*c = column_named(sqlite3_column_name(st, i));
		if (c->kind == REPORT_GROUP)
			t->group = i;
		else if (c->kind == REPORT_FINE)
			t->fine = i;
		else if (c->kind == REPORT_TOTAL)
			t->total = i;
		c->most = c->kind == REPORT_PERCENT ? 1 : 0;
	}
}

static void read_row(struct report_table *t, sqlite3_stmt *st)
{
	size_t columns = (size_t)t->column_count, rows = (size_t)t->row_count;

	if ((rows & (rows - 1)) == 0)
		t->cells = xreallocarray(t->cells, (rows ? rows * 2 : 1) * columns, sizeof(*t->cells));
	for (int i = 0; i < t->column_count; i++) {
		const char *text = db_col_text(st, i);
		struct report_cell cell = {text ? xstrdup(text) : NULL, sqlite3_column_double(st, i)};
		t->cells[rows * columns + (size_t)i] = cell;
		if (t->columns[i].bar && cell.number > t->columns[i].most)
			t->columns[i].most = cell.number;
	}
	t->row_count++;
}

static void free_table(struct report_table *t)
{
	for (int i = 0; i < t->column_count; i++)
		free(t->columns[i].word);
	for (int i = 0; i < t->column_count * t->row_count; i++)
		free(t->cells[i].text);
	free(t->columns);
	free(t->cells);
	free(t->key);
	free(t->trouble);
}

static int run(sqlite3 *db, const struct asset *a, struct report_table *t, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, a->path, a->text, &st, e);

	if (rc == 0)
		read_columns(t, st);
	while (rc == 0 && t->row_count < MAX_ROWS && (rc = db_step(st, e)) == 1) {
		read_row(t, st);
		rc = 0;
	}
	return rc;
}

int report_load_tables(sqlite3 *db, struct report *r, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		CLEAN(clean_free) char *path = xasprintf("schema/report/tables/%s.sql", order[i]);
		const struct asset *a = asset_get(path);
		struct report_table t = {.key = xstrdup(order[i]), .group = -1, .fine = -1, .total = -1};
		struct sandbox box;
		struct err trouble = {0};

		if (!a) {
			free_table(&t);
			return err_set(e, ERR_INTERNAL, "%s is missing", path);
		}
		for (char *p = strchr(t.key, '-'); p; p = strchr(p, '-'))
			*p = '_';
		sandbox_open(&box, db);
		sandbox_enter(&box, MAX_SECONDS * US_PER_S);
		if (run(db, a, &t, &trouble) < 0)
			t.trouble = xstrdup(trouble.msg);
		sandbox_leave(&box);
		sandbox_close(&box);
		if (t.row_count == 0 && !t.trouble) {
			free_table(&t);
			continue;
		}
		r->tables = xreallocarray(r->tables, (size_t)r->table_count + 1, sizeof(*r->tables));
		r->tables[r->table_count++] = t;
	}
	return 0;
}

void report_free_tables(struct report *r)
{
	for (int i = 0; i < r->table_count; i++)
		free_table(&r->tables[i]);
	free(r->tables);
}

/* -- reading --------------------------------------------------------------------------------------------------------------- */

static const struct report_cell *cell_at(const struct report_table *t, int row, int column)
{
	return &t->cells[(size_t)row * (size_t)t->column_count + (size_t)column];
}

/* Decimal units as docker has them; one digit behind the point below ten. */
static char *size_text(double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	size_t u = 0;

	while (bytes >= 999.5 && u < ARRAY_LEN(units) - 1) {
		bytes /= 1000;
		u++;
	}
	return xasprintf("%.*f %s", u && bytes < 9.95 ? 1 : 0, bytes, units[u]);
}

static char *list_text(const struct report *r, const char *names)
{
	struct buf shown = BUF_MAX(64 << 10);
	int n = 1, kept = 0;

	for (const char *p = names; *p; p++)
		n += *p == ',';
	int max = n <= MAX_LISTED + 1 ? n : MAX_LISTED;
	for (const char *p = names; kept < max; kept++) {
		size_t length = strcspn(p, ",");
		buf_printf(&shown, NULL, "%s%.*s", kept ? report_word(r, "group.separator") : "", (int)(length < 300 ? length : 300), p);
		p += length + (p[length] == ',');
	}
	CLEAN(clean_free) char *list = buf_take(&shown);
	return n > max ? report_fill(r, "group.and_more", n - max, "list", list) : STEAL(list);
}

static char *word_text(const struct report *r, const char *text)
{
	const char *bar = strchr(text, '|');
	CLEAN(clean_free) char *key = xstrndup(text, bar ? (size_t)(bar - text) : strlen(text));

	return report_fill(r, key, 0, "name", bar ? bar + 1 : "");
}

char *report_cell_text(const struct report *r, const struct report_table *t, int row, int column)
{
	const struct report_cell *c = cell_at(t, row, column);

	if (!c->text)
		return xstrdup("");
	switch (t->columns[column].kind) {
	case REPORT_SIZE:
		return size_text(c->number);
	case REPORT_PERCENT:
		return xasprintf("%.1f %%", c->number * 100);
	case REPORT_COUNT:
		return xasprintf("%.0f", c->number);
	case REPORT_WORD:
		return word_text(r, c->text);
	case REPORT_LIST:
		return list_text(r, c->text);
	default:
		return xstrdup(c->text);
	}
}

static bool same_group(const struct report_table *t, int a, int b)
{
	if (t->group < 0)
		return true;
	const char *x = cell_at(t, a, t->group)->text, *y = cell_at(t, b, t->group)->text;
	return x == y || (x && y && strcmp(x, y) == 0);
}

int report_group_end(const struct report_table *t, int row, int *more)
{
	int end = row + 1;

	while (end < t->row_count && same_group(t, row, end))
		end++;
	double total = t->total < 0 ? 0 : cell_at(t, row, t->total)->number;
	*more = total > end - row && total < INT32_MAX ? (int)total - (end - row) : 0;
	return end;
}

const char *report_table_word(const struct report *r, const struct report_table *t, const char *which, char key[64])
{
	snprintf(key, 64, "tables.%s.%s", t->key, which);
	const char *word = report_word(r, key);
	return strcmp(word, key) == 0 ? "" : word;
}
