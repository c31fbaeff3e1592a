#include "analyze/store.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	BATCHES = 16,
	BATCH_FULL = 256 << 10, /* small enough to be still in the cache that both threads share */
	BATCH_KEEP = 4 << 20, /* a batch that had to grow beyond this for one large object gives its memory back */
	BATCH_MAX = 1 << 30,
	GROUP = 8,            /* log lines are inserted so many at once: they are most rows of a bundle */
	LOG_COLUMNS = 7
};

/* A row: this head, then the columns: a type byte and the value. Nothing is aligned. */
struct row_head {
	uint32_t length; /* of the whole row */
	uint8_t table, columns;
};
enum { COL_NULL, COL_INT, COL_REAL, COL_TEXT };

struct batch {
	struct buf rows;
	size_t end; /* behind the last whole row */
	int64_t bytes; /* of the bundle, when the batch was handed on */
	char path[128];
};

struct store {
	/* queue */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct batch batches[BATCHES];
	struct batch *free_list[BATCHES], *full[BATCHES]; /* full: a ring */
	int n_free, full_at, n_full;
	bool closed, failed; /* closed: no more rows; failed: the database's side has given up */
	struct err reader_error;
	/* reader's side */
	struct batch *cur;
	size_t row_at; /* where the row that is being filled begins */
	struct row_head head;
	int64_t bytes;
	char path[128];
	bool lost;     /* the row did not fit into memory */
	bool held;
	size_t held_from; /* where the rows begin that belong together */
	/* database's side */
	sqlite3 *db;
	sqlite3_stmt **insert;
	sqlite3_stmt *insert_group; /* GROUP log lines */
	int n_tables;
};

/* -- statements -------------------------------------------------------------------------------------------------- */

static const char *const fixed_tables[STORE_TYPED] = {
	"bundle", "files", "captures", "problems", "lists", "documents", "lines", "log_lines", "log_hits", "metrics",
	"node_access", "objects",
};

static int count_columns(sqlite3 *db, const char *table, struct err *e)
{
	CLEAN(clean_free) char *sql = xasprintf("SELECT * FROM \"%s\"", table);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, table, str_of(sql), &st, e);

	return rc < 0 ? rc : sqlite3_column_count(st);
}

/* SQLite appends quickest when it numbers the rows itself; they get the numbers 1, 2, 3, ... that the reader counts on. */
static bool has_own_ids(const char *table)
{
	return strcmp(table, "log_lines") == 0 || strcmp(table, "objects") == 0;
}

/* INSERT INTO table (columns) VALUES, without the id of tables that are numbered. */
static int insert_head(struct buf *sql, sqlite3 *db, const char *table, struct err *e)
{
	CLEAN(clean_free) char *all = xasprintf("SELECT * FROM \"%s\"", table);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, table, str_of(all), &st, e);

	if (rc == 0)
		rc = buf_printf(sql, e, "INSERT %s INTO \"%s\" (", strcmp(table, "bundle") == 0 ? "OR REPLACE" : "", table);
	for (int i = has_own_ids(table), first = i; rc == 0 && i < sqlite3_column_count(st); i++)
		rc = buf_printf(sql, e, "%s\"%s\"", i > first ? "," : "", sqlite3_column_name(st, i));
	return rc < 0 ? rc : buf_add_str(sql, ") VALUES ", e);
}

static int prepare_insert(sqlite3 *db, const char *table, int rows, sqlite3_stmt **out, struct err *e)
{
	CLEAN_BUF struct buf sql = BUF_MAX(1 << 16);
	int n = count_columns(db, table, e), rc;

	if (n < 0)
		return n;
	if ((rc = insert_head(&sql, db, table, e)) < 0)
		return rc;
	n -= has_own_ids(table);
	for (int r = 0; r < rows; r++)
		for (int i = 0; i < n; i++)
			if ((rc = buf_printf(&sql, e, "%s?%s", i ? "," : r ? ",(" : "(", i == n - 1 ? ")" : "")) < 0)
				return rc;
	return db_prepare(db, table, (struct str){sql.p, sql.n}, out, e);
}

int store_new(sqlite3 *db, const char *const *typed, int n_typed, struct store **out, struct err *e)
{
	struct store *s = xcalloc(1, sizeof(*s));
	int rc = 0;

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->db = db;
	for (int i = 0; i < BATCHES; i++) {
		s->batches[i].rows = (struct buf)BUF_MAX(BATCH_MAX);
		s->free_list[s->n_free++] = &s->batches[i];
	}
	s->n_tables = STORE_TYPED + n_typed;
	s->insert = xcalloc((size_t)s->n_tables, sizeof(*s->insert));
	for (int i = 0; i < s->n_tables && rc == 0; i++)
		rc = prepare_insert(db, i < STORE_TYPED ? fixed_tables[i] : typed[i - STORE_TYPED], 1, &s->insert[i], e);
	if (rc == 0)
		rc = prepare_insert(db, "log_lines", GROUP, &s->insert_group, e);
	assert(rc < 0 || sqlite3_bind_parameter_count(s->insert[STORE_LOG_LINES]) == LOG_COLUMNS);
	if (rc < 0)
		store_free(s);
	else
		*out = s;
	return rc;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n_tables; i++)
		sqlite3_finalize(s->insert[i]);
	sqlite3_finalize(s->insert_group);
	free(s->insert);
	for (int i = 0; i < BATCHES; i++)
		buf_release(&s->batches[i].rows);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* -- the reader's side ------------------------------------------------------------------------------------------- */

static struct batch *take_free(struct store *s)
{
	struct batch *b = NULL;

	pthread_mutex_lock(&s->lock);
	while (s->n_free == 0 && !s->failed)
		pthread_cond_wait(&s->changed, &s->lock);
	if (!s->failed)
		b = s->free_list[--s->n_free];
	pthread_mutex_unlock(&s->lock);
	return b;
}

static void hand_on(struct store *s)
{
	struct batch *b = STEAL(s->cur);

	b->bytes = s->bytes;
	memcpy(b->path, s->path, sizeof(b->path));
	pthread_mutex_lock(&s->lock);
	s->full[(s->full_at + s->n_full++) % BATCHES] = b;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

static char *room(struct store *s, size_t n)
{
	struct buf *b = &s->cur->rows;

	if (b->size - b->n <= n && buf_reserve(b, n, NULL) < 0) {
		s->lost = true;
		return NULL;
	}
	char *p = b->p + b->n;
	b->n += n;
	return p;
}

void row_begin(struct store *s, int table)
{
	s->lost = !s->cur && !(s->cur = take_free(s));
	if (s->lost)
		return;
	s->cur->rows.n = s->row_at = s->cur->end;
	s->head = (struct row_head){.table = (uint8_t)table};
	room(s, sizeof(s->head));
}

/* Room for one more column of n bytes behind its type. */
static char *column(struct store *s, int type, size_t n)
{
	char *p = s->lost ? NULL : room(s, n + 1);

	if (!p)
		return NULL;
	s->head.columns++;
	p[0] = (char)type;
	return p + 1;
}

void row_null(struct store *s)
{
	column(s, COL_NULL, 0);
}

void row_int(struct store *s, int64_t v)
{
	char *p = column(s, COL_INT, sizeof(v));

	if (p)
		memcpy(p, &v, sizeof(v));
}

void row_real(struct store *s, double v)
{
	char *p = column(s, COL_REAL, sizeof(v));

	if (p)
		memcpy(p, &v, sizeof(v));
}

void row_time(struct store *s, int64_t v)
{
	if (v == TIME_NONE)
		row_null(s);
	else
		row_int(s, v);
}

void row_str(struct store *s, struct str v)
{
	uint32_t n = (uint32_t)v.n;

	if (!v.p) {
		row_null(s);
		return;
	}
	if (v.n > BATCH_MAX) {
		s->lost = true;
		return;
	}
	char *p = column(s, COL_TEXT, sizeof(n) + v.n);
	if (!p)
		return;
	memcpy(p, &n, sizeof(n));
	memcpy(p + sizeof(n), v.p, v.n);
}

void row_text(struct store *s, const char *v)
{
	row_str(s, str_of(v));
}

int row_end(struct store *s, struct err *e)
{
	if (!s->cur)
		return err_set(e, ERR_CANCELED, "the database failed");
	if (s->lost)
		return err_set(e, ERR_LIMIT, "no memory for a row");
	s->cur->end = s->cur->rows.n;
	s->head.length = (uint32_t)(s->cur->end - s->row_at);
	memcpy(s->cur->rows.p + s->row_at, &s->head, sizeof(s->head));
	if (s->cur->end >= BATCH_FULL && !s->held)
		hand_on(s);
	return 0;
}

void rows_hold(struct store *s)
{
	s->held = true;
	s->held_from = s->cur ? s->cur->end : 0;
}

int rows_settle(struct store *s, bool keep, struct err *e)
{
	s->held = false;
	if (!s->cur)
		return err_set(e, ERR_CANCELED, "the database failed");
	if (!keep)
		s->cur->end = s->cur->rows.n = s->held_from;
	if (s->cur->end >= BATCH_FULL)
		hand_on(s);
	return 0;
}

void store_progress(struct store *s, int64_t bytes, const char *path)
{
	size_t n = strnlen(path, sizeof(s->path) - 1);

	s->bytes = bytes;
	memcpy(s->path, path, n);
	s->path[n] = '\0';
}

void store_close(struct store *s, const struct err *e)
{
	if (s->cur)
		hand_on(s);
	pthread_mutex_lock(&s->lock);
	if (e)
		s->reader_error = *e;
	s->closed = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

/* -- the database's side ----------------------------------------------------------------------------------------- */

static struct row_head head_of(const char *row)
{
	struct row_head h;

	memcpy(&h, row, sizeof(h));
	return h;
}

/* Binds a row's columns from parameter `first` on. */
static void bind_row(sqlite3_stmt *st, int first, const char *p)
{
	int n = head_of(p).columns;

	p += sizeof(struct row_head);
	for (int i = first; i < first + n; i++) {
		int64_t v;
		double d;
		uint32_t len;
		switch (*p++) {
		case COL_INT:
			memcpy(&v, p, sizeof(v));
			sqlite3_bind_int64(st, i, v);
			p += sizeof(v);
			break;
		case COL_REAL:
			memcpy(&d, p, sizeof(d));
			sqlite3_bind_double(st, i, d);
			p += sizeof(d);
			break;
		case COL_TEXT:
			memcpy(&len, p, sizeof(len));
			p += sizeof(len);
			sqlite3_bind_text(st, i, p, (int)len, SQLITE_STATIC); /* the batch outlives the step */
			p += len;
			break;
		default:
			sqlite3_bind_null(st, i);
		}
	}
}

static int insert_one(struct store *s, const char *row, struct err *e)
{
	struct row_head h = head_of(row);
	sqlite3_stmt *st = s->insert[h.table];

	assert(h.columns == sqlite3_bind_parameter_count(st));
	bind_row(st, 1, row);
	int rc = db_step(st, e);
	sqlite3_reset(st);
	return rc;
}

static int insert_log_lines(struct store *s, const char **rows, int n, struct err *e)
{
	int rc = 0;

	if (n < GROUP) {
		for (int i = 0; i < n && rc == 0; i++)
			rc = insert_one(s, rows[i], e);
		return rc;
	}
	for (int i = 0; i < GROUP; i++)
		bind_row(s->insert_group, 1 + i * LOG_COLUMNS, rows[i]);
	rc = db_step(s->insert_group, e);
	sqlite3_reset(s->insert_group);
	return rc;
}

static int insert_batch(struct store *s, const struct batch *b, struct err *e)
{
	const char *p = b->rows.p, *end = b->rows.p + b->end, *held[GROUP];
	int n = 0, rc = 0;

	for (; p < end && rc == 0; p += head_of(p).length) {
		if (head_of(p).table != STORE_LOG_LINES) {
			rc = insert_one(s, p, e);
			continue;
		}
		held[n++] = p;
		if (n == GROUP) {
			rc = insert_log_lines(s, held, n, e);
			n = 0;
		}
	}
	return rc < 0 ? rc : insert_log_lines(s, held, n, e);
}

static struct batch *take_full(struct store *s)
{
	struct batch *b = NULL;

	pthread_mutex_lock(&s->lock);
	while (s->n_full == 0 && !s->closed)
		pthread_cond_wait(&s->changed, &s->lock);
	if (s->n_full > 0) {
		b = s->full[s->full_at];
		s->full_at = (s->full_at + 1) % BATCHES;
		s->n_full--;
	}
	pthread_mutex_unlock(&s->lock);
	return b;
}

static void give_back(struct store *s, struct batch *b)
{
	buf_clear(&b->rows);
	b->end = 0;
	if (b->rows.size > BATCH_KEEP)
		buf_release(&b->rows);
	pthread_mutex_lock(&s->lock);
	s->free_list[s->n_free++] = b;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

int store_run(struct store *s, void (*progress)(void *, int64_t, const char *), void *arg, struct err *e)
{
	struct batch *b;
	int rc = 0;

	while ((b = take_full(s))) {
		if (progress)
			progress(arg, b->bytes, b->path);
		if (rc == 0)
			rc = insert_batch(s, b, e);
		if (rc < 0) {
			pthread_mutex_lock(&s->lock);
			s->failed = true;
			pthread_mutex_unlock(&s->lock);
		}
		give_back(s, b);
	}
	if (rc == 0 && s->reader_error.code) {
		*e = s->reader_error;
		return -e->code;
	}
	return rc;
}
