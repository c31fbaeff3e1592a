#include "base/spool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { MEMORY_MAX = 256 << 10 };

/* Storage is a stretch of `room` bytes, in memory while it is small, else in a file. Without keep_tail it fills up and
 * the rest is dropped. With keep_tail it is a ring that holds the newest room = cap + 1 bytes: one more than is kept,
 * because the byte before the kept ones tells whether they begin on a line boundary. */
struct spool {
	int64_t cap, room;
	int64_t seen;
	int64_t start, size; /* what is kept, set by finish; start is a position in the stream, not in the storage */
	int64_t pos;         /* reading */
	bool keep_tail, finished;
	char *mem;
	size_t mem_size;
	int fd;
	char *dir;
};

struct spool *spool_new(int64_t cap, bool keep_tail, const char *dir)
{
	struct spool *s = xcalloc(1, sizeof(*s));

	assert(cap > 0 && cap < INT64_MAX);
	s->cap = cap;
	s->room = keep_tail ? cap + 1 : cap;
	s->keep_tail = keep_tail;
	s->dir = dir ? xstrdup(dir) : NULL;
	s->fd = -1;
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->mem);
	free(s->dir);
	free(s);
}

void clean_spool(struct spool **s)
{
	spool_free(*s);
	*s = NULL;
}

static int write_file(const char *dir, int fd, const char *p, size_t n, int64_t at, struct err *e)
{
	while (n > 0) {
		ssize_t k = pwrite(fd, p, n, at);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return file_temp_failed(dir, e);
		p += k;
		n -= (size_t)k;
		at += k;
	}
	return 0;
}

/* Memory for `end` bytes of storage, or the move to a file when that is too much. */
static int make_room(struct spool *s, int64_t end, struct err *e)
{
	if (s->fd >= 0 || end <= (int64_t)s->mem_size)
		return 0;
	if (end <= MEMORY_MAX) {
		size_t size = s->mem_size ? s->mem_size : 4096;
		while ((int64_t)size < end)
			size *= 2;
		s->mem = xreallocarray(s->mem, size, 1);
		s->mem_size = size;
		return 0;
	}
	int fd = file_temp(s->dir, e);
	if (fd < 0)
		return fd;
	/* All that memory holds may be old data or unused; copying it whole does no harm. */
	int64_t used = s->seen < (int64_t)s->mem_size ? s->seen : (int64_t)s->mem_size;
	int rc = write_file(s->dir, fd, s->mem, (size_t)used, 0, e);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	s->fd = fd;
	free(s->mem);
	s->mem = NULL;
	s->mem_size = 0;
	return 0;
}

static int store(struct spool *s, int64_t at, const char *p, size_t n, struct err *e)
{
	int rc = make_room(s, at + (int64_t)n, e);

	if (rc < 0)
		return rc;
	if (s->fd >= 0)
		return write_file(s->dir, s->fd, p, n, at, e);
	memcpy(s->mem + at, p, n);
	return 0;
}

int spool_write(struct spool *s, const void *p, size_t n, struct err *e)
{
	const char *q = p;
	int rc;

	assert(!s->finished);
	if (s->keep_tail && (int64_t)n > s->room) { /* only the newest can stay */
		size_t skip = n - (size_t)s->room;
		s->seen += (int64_t)skip;
		q += skip;
		n = (size_t)s->room;
	}
	while (n > 0) {
		int64_t at = s->keep_tail ? s->seen % s->room : s->seen;
		int64_t left = s->room - at;
		if (left <= 0) { /* full: counted and dropped */
			s->seen += (int64_t)n;
			return 0;
		}
		size_t k = (int64_t)n < left ? n : (size_t)left;
		if ((rc = store(s, at, q, k, e)) < 0)
			return rc;
		s->seen += (int64_t)k;
		q += k;
		n -= k;
	}
	return 0;
}

/* Bytes of the stream from position at on; never across the end of the ring. */
static int64_t load(struct spool *s, int64_t at, char *p, size_t n, struct err *e)
{
	int64_t off = s->keep_tail ? at % s->room : at;

	if ((int64_t)n > s->room - off)
		n = (size_t)(s->room - off);
	if (s->fd < 0) {
		memcpy(p, s->mem + off, n);
		return (int64_t)n;
	}
	ssize_t k;
	do
		k = pread(s->fd, p, n, off);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return file_temp_failed(s->dir, e);
	if (k == 0)
		return err_set(e, ERR_IO, "temporary file: shorter than it was");
	return k;
}

/* Moves s->start behind the first newline of what is kept, when there is one. */
static int cut_at_line(struct spool *s, struct err *e)
{
	char piece[8192];

	for (int64_t at = s->seen - s->room; at < s->seen;) {
		int64_t left = s->seen - at;
		int64_t n = load(s, at, piece, left < (int64_t)sizeof(piece) ? (size_t)left : sizeof(piece), e);
		if (n < 0)
			return (int)n;
		const char *nl = memchr(piece, '\n', (size_t)n);
		if (nl) {
			int64_t line = at + (nl - piece) + 1;
			/* A single newline at the very end would leave nothing at all. */
			s->start = line < s->seen ? line : s->seen - s->cap;
			return 0;
		}
		at += n;
	}
	s->start = s->seen - s->cap;
	return 0;
}

int spool_finish(struct spool *s, struct err *e)
{
	int rc = 0;

	if (s->finished)
		return 0;
	s->start = 0;
	if (s->keep_tail && s->seen > s->cap) {
		if ((rc = cut_at_line(s, e)) < 0)
			return rc;
		s->size = s->seen - s->start;
	} else {
		s->size = s->seen < s->cap ? s->seen : s->cap;
	}
	s->finished = true;
	return 0;
}

int64_t spool_size(const struct spool *s)
{
	assert(s->finished);
	return s->size;
}

int64_t spool_seen(const struct spool *s)
{
	return s->seen;
}

bool spool_truncated(const struct spool *s)
{
	return s->seen > (s->finished ? s->size : s->cap);
}

int64_t spool_read(struct spool *s, void *p, size_t n, struct err *e)
{
	assert(s->finished);
	int64_t left = s->size - s->pos;
	if (left <= 0 || n == 0)
		return 0;
	int64_t k = load(s, s->start + s->pos, p, (int64_t)n < left ? n : (size_t)left, e);
	if (k > 0)
		s->pos += k;
	return k;
}

int spool_rewind(struct spool *s, struct err *e)
{
	(void)e; /* nothing to fail today */
	assert(s->finished);
	s->pos = 0;
	return 0;
}
