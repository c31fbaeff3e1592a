#include "analyze/store.h"
#include "analyze/store_insert.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	BATCHES = 16,
	BATCH_FULL = 256 << 10, /* small enough to be still in the cache that both threads share */
	BATCH_KEEP = 4 << 20, /* a batch that had to grow beyond this for one large object gives its memory back */
	BATCH_MAX = 1 << 30,
};

struct batch {
	struct buf rows;
	size_t end; /* behind the last whole row */
	bool has[STORE_TABLES_MAX]; /* rows of which tables; perhaps of more than are left after rows were taken back */
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
	struct inserter *inserter;
};

static const char *const fixed_tables[STORE_TYPED] = {
	"bundle", "bundles", "files", "captures", "problems", "lists", "documents", "lines", "log_lines", "log_hits", "metrics",
	"node_access", "objects",
};
/* SQLite appends quickest when it numbers the rows itself; the reader counts along. */
static const char *const numbered_tables[] = {"log_lines", "objects", NULL};

int store_new(sqlite3 *db, const char *const *typed, int n_typed, struct store **out, struct err *e)
{
	struct store *s = xcalloc(1, sizeof(*s));
	const char **names = xcalloc((size_t)(STORE_TYPED + n_typed), sizeof(*names));

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	for (int i = 0; i < BATCHES; i++) {
		s->batches[i].rows = (struct buf)BUF_MAX(BATCH_MAX);
		s->free_list[s->n_free++] = &s->batches[i];
	}
	for (int i = 0; i < STORE_TYPED + n_typed; i++)
		names[i] = i < STORE_TYPED ? fixed_tables[i] : typed[i - STORE_TYPED];
	int rc = inserter_new(db, names, STORE_TYPED + n_typed, numbered_tables, &s->inserter, e);
	free(names);
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
	inserter_free(s->inserter);
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
	s->cur->has[s->head.table] = true;
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
	memset(b->has, 0, sizeof(b->has));
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
			rc = inserter_run(s->inserter, b->rows.p, b->end, b->has, e);
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
