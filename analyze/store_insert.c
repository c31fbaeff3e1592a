#include "analyze/store_insert.h"

#include <string.h>

#include "base/mem.h"

struct inserter {
	sqlite3 *db;
	sqlite3_stmt **insert;
	int n_tables;
	/* the batch that is being read */
	const char *rows, *end;
};

/* -- the virtual table --------------------------------------------------------------------------------------------- */

struct rows_table {
	sqlite3_vtab base;
	struct inserter *in;
};
struct rows_cursor {
	sqlite3_vtab_cursor base;
	const struct inserter *in;
	const char *row;  /* the current one; NULL at the end */
	int table;
	const char *next; /* column `column` of it: columns are asked for in their order, mostly */
	int column;
};

static struct row_head head_of(const char *row)
{
	struct row_head h;

	memcpy(&h, row, sizeof(h));
	return h;
}

static int rows_connect(sqlite3 *db, void *arg, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
	CLEAN_BUF struct buf sql = BUF_MAX(4096);
	struct rows_table *t;

	(void)argc;
	(void)argv;
	(void)why;
	(void)buf_add_str(&sql, "CREATE TABLE x(", NULL);
	for (int i = 0; i < STORE_COLUMNS_MAX; i++)
		(void)buf_printf(&sql, NULL, "c%d,", i);
	(void)buf_add_str(&sql, "tab HIDDEN)", NULL);
	int rc = sqlite3_declare_vtab(db, buf_cstr(&sql));
	if (rc != SQLITE_OK)
		return rc;
	if (!(t = sqlite3_malloc(sizeof(*t))))
		return SQLITE_NOMEM;
	*t = (struct rows_table){.in = arg};
	*out = &t->base;
	return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

/* Only "tab = N" is understood; our own statements always say it. */
static int rows_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].iColumn != STORE_COLUMNS_MAX || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ ||
		    !info->aConstraint[i].usable)
			continue;
		info->aConstraintUsage[i].argvIndex = 1;
		info->aConstraintUsage[i].omit = 1;
		return SQLITE_OK;
	}
	return SQLITE_CONSTRAINT;
}

static int rows_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct rows_cursor *c = sqlite3_malloc(sizeof(*c));
	const struct rows_table *rt = (const struct rows_table *)t;

	if (!c)
		return SQLITE_NOMEM;
	*c = (struct rows_cursor){.in = rt->in};
	*out = &c->base;
	return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cur)
{
	sqlite3_free(cur);
	return SQLITE_OK;
}

/* Moves from `row` on to a row of the table. */
static void seek(struct rows_cursor *c, const char *row)
{
	while (row < c->in->end && head_of(row).table != c->table)
		row += head_of(row).length;
	c->row = row < c->in->end ? row : NULL;
	c->next = row + sizeof(struct row_head);
	c->column = 0;
}

static int rows_filter(sqlite3_vtab_cursor *cur, int index, const char *name, int argc, sqlite3_value **argv)
{
	struct rows_cursor *c = (struct rows_cursor *)cur;

	(void)index;
	(void)name;
	(void)argc;
	c->table = sqlite3_value_int(argv[0]);
	seek(c, c->in->rows);
	return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *cur)
{
	struct rows_cursor *c = (struct rows_cursor *)cur;

	seek(c, c->row + head_of(c->row).length);
	return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *cur)
{
	return ((struct rows_cursor *)cur)->row == NULL;
}

/* The column behind the one at p. */
static const char *behind(const char *p)
{
	uint32_t len;

	switch (*p) {
	case COL_INT:
	case COL_REAL: return p + 9;
	case COL_TEXT:
		memcpy(&len, p + 1, sizeof(len));
		return p + 1 + sizeof(len) + len;
	default: return p + 1;
	}
}

static int rows_column(sqlite3_vtab_cursor *cur, sqlite3_context *ctx, int i)
{
	struct rows_cursor *c = (struct rows_cursor *)cur;
	int64_t v;
	double d;
	uint32_t len;

	if (i < c->column) {
		c->next = c->row + sizeof(struct row_head);
		c->column = 0;
	}
	if (i >= head_of(c->row).columns)
		return SQLITE_OK;
	for (; c->column < i; c->column++)
		c->next = behind(c->next);
	const char *p = c->next + 1;
	switch (*c->next) {
	case COL_INT:
		memcpy(&v, p, sizeof(v));
		sqlite3_result_int64(ctx, v);
		p += sizeof(v);
		break;
	case COL_REAL:
		memcpy(&d, p, sizeof(d));
		sqlite3_result_double(ctx, d);
		p += sizeof(d);
		break;
	case COL_TEXT:
		memcpy(&len, p, sizeof(len));
		p += sizeof(len);
		sqlite3_result_text(ctx, p, (int)len, SQLITE_STATIC); /* the batch outlives the statement */
		p += len;
		break;
	default:
		break;
	}
	c->next = p;
	c->column++;
	return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *cur, sqlite3_int64 *id)
{
	const struct rows_cursor *c = (const struct rows_cursor *)cur;

	*id = c->row - c->in->rows;
	return SQLITE_OK;
}

static const sqlite3_module rows_module = {
	.xConnect = rows_connect, .xDisconnect = rows_disconnect, .xBestIndex = rows_best_index, .xOpen = rows_open,
	.xClose = rows_close, .xFilter = rows_filter, .xNext = rows_next, .xEof = rows_eof, .xColumn = rows_column,
	.xRowid = rows_rowid,
};

/* -- statements ----------------------------------------------------------------------------------------------------- */

static bool is_numbered(const char *table, const char *const *numbered)
{
	for (; *numbered; numbered++)
		if (strcmp(table, *numbered) == 0)
			return true;
	return false;
}

/* INSERT INTO table (its columns) SELECT c0, c1, ... FROM packed_rows WHERE tab = index. */
static int prepare_insert(sqlite3 *db, const char *table, int index, bool numbered, sqlite3_stmt **out, struct err *e)
{
	CLEAN_BUF struct buf sql = BUF_MAX(1 << 16);
	CLEAN(clean_free) char *all = xasprintf("SELECT * FROM \"%s\"", table);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int first = numbered, rc = db_prepare(db, table, str_of(all), &st, e);
	int n = rc < 0 ? 0 : sqlite3_column_count(st);

	if (n - first > STORE_COLUMNS_MAX)
		return err_set(e, ERR_LIMIT, "table %s: more than %d columns", table, STORE_COLUMNS_MAX);
	/* The facts about a bundle may be told twice; the last one counts. */
	if (rc == 0)
		rc = buf_printf(&sql, e, "INSERT %sINTO \"%s\" (", strcmp(table, "bundle") == 0 ? "OR REPLACE " : "", table);
	for (int i = first; i < n && rc == 0; i++)
		rc = buf_printf(&sql, e, "%s\"%s\"", i > first ? "," : "", sqlite3_column_name(st, i));
	for (int i = 0; i < n - first && rc == 0; i++)
		rc = buf_printf(&sql, e, "%sc%d", i ? "," : ") SELECT ", i);
	if (rc == 0)
		rc = buf_printf(&sql, e, " FROM packed_rows WHERE tab = %d", index);
	return rc < 0 ? rc : db_prepare(db, table, (struct str){sql.p, sql.n}, out, e);
}

int inserter_new(sqlite3 *db, const char *const *names, int n, const char *const *numbered, struct inserter **out, struct err *e)
{
	struct inserter *in = xcalloc(1, sizeof(*in));
	int rc = 0;

	in->db = db;
	in->n_tables = n;
	in->insert = xcalloc((size_t)n, sizeof(*in->insert));
	if (n > STORE_TABLES_MAX)
		rc = err_set(e, ERR_LIMIT, "more than %d tables", STORE_TABLES_MAX);
	else if (sqlite3_create_module_v2(db, "packed_rows", &rows_module, in, NULL) != SQLITE_OK)
		rc = err_set(e, ERR_INTERNAL, "packed_rows: %s", sqlite3_errmsg(db));
	for (int i = 0; i < n && rc == 0; i++)
		rc = prepare_insert(db, names[i], i, is_numbered(names[i], numbered), &in->insert[i], e);
	if (rc < 0)
		inserter_free(in);
	else
		*out = in;
	return rc;
}

void inserter_free(struct inserter *in)
{
	if (!in)
		return;
	for (int i = 0; i < in->n_tables; i++)
		sqlite3_finalize(in->insert[i]);
	sqlite3_create_module_v2(in->db, "packed_rows", NULL, NULL, NULL); /* nobody else may find it */
	free(in->insert);
	free(in);
}

int inserter_run(struct inserter *in, const char *rows, size_t n, const bool *has, struct err *e)
{
	int rc = 0;

	in->rows = rows;
	in->end = rows + n;
	for (int i = 0; i < in->n_tables && rc == 0; i++) {
		if (!has[i])
			continue;
		rc = db_step(in->insert[i], e);
		sqlite3_reset(in->insert[i]);
	}
	return rc;
}
