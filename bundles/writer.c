#include "bundles/writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"
#include "bundles/names.h"

enum packing { PLAIN, ZSTD, GZIP };
enum {
	FRAME_BYTES = 8 << 20,      /* a compressed frame ends after this many bytes of tar, ... */
	FRAME_US = 2000000,         /* ... or at the end of an entry when it is this old */
	ERROR_MAX = 2000            /* bytes of a record's error text */
};

/* Two archives in a row: `tar` makes the tar stream, `frame` compresses it. Ending `frame` and beginning another gives a
 * file of several compressed frames, which every unpacker reads as one; what the collector has gathered thereby reaches
 * the disk every few seconds instead of waiting in the compressor's buffers for the end. */
struct bundle_writer {
	pthread_mutex_t lock;
	char *path, *part, *top; /* part NULL: standard output */
	int fd;
	bool force;
	locale_t utf8; /* libarchive converts names by the thread's locale, and crashes when it cannot */
	enum packing packing;
	int64_t started, finish_time; /* 0: now */
	struct archive *tar, *frame;
	int64_t frame_bytes, frame_started;
	int64_t size;              /* of the file so far */
	int write_errno;           /* why the disk refused, 0 when it did not */
	bool discard;              /* nothing more reaches the disk */
	int failed;                /* code of the first failure; nothing can be added after it */
	bool finished;
	struct capture **records;
	size_t nrecords, size_records;
	struct bundle_counts counts;
	struct names *used;        /* paths of files */
};

static const struct {
	const char *ending;
	enum packing packing;
} endings[] = {{".tar.zst", ZSTD}, {".tar.gz", GZIP}, {".tgz", GZIP}, {".tar", PLAIN}};

/* -- from tar to disk ---------------------------------------------------------------------------------------------- */

/* A refusal is kept in write_errno and not told to libarchive, which leaks its own state after a failed write; what it
 * still wants to write is then dropped. */
static la_ssize_t write_disk(struct archive *a, void *arg, const void *p, size_t n)
{
	struct bundle_writer *w = arg;
	size_t done = 0;

	(void)a;
	while (done < n && !w->discard) {
		ssize_t k = write(w->fd, (const char *)p + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			w->write_errno = errno;
			w->discard = true;
			break;
		}
		done += (size_t)k;
		w->size += k;
	}
	return (la_ssize_t)n;
}

static int frame_end(struct bundle_writer *w)
{
	int rc = ARCHIVE_OK;

	if (w->frame) {
		rc = archive_write_close(w->frame);
		archive_write_free(w->frame);
		w->frame = NULL;
	}
	w->frame_bytes = 0;
	return rc;
}

static int frame_begin(struct bundle_writer *w)
{
	struct archive *f = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	if (!f || !entry)
		abort();
	if (w->packing == ZSTD) {
		archive_write_add_filter_zstd(f);
		archive_write_set_filter_option(f, "zstd", "compression-level", "3");
		/* One worker and many give the same bytes; none gives others. */
		archive_write_set_filter_option(f, "zstd", "threads", "1");
	} else {
		archive_write_add_filter_gzip(f);
		archive_write_set_filter_option(f, "gzip", "timestamp", NULL);
	}
	archive_write_set_format_raw(f);
	archive_write_set_bytes_per_block(f, 0);
	archive_entry_set_filetype(entry, AE_IFREG);
	int rc = archive_write_open(f, w, NULL, write_disk, NULL);
	if (rc == ARCHIVE_OK)
		rc = archive_write_header(f, entry);
	archive_entry_free(entry);
	w->frame = f;
	w->frame_started = clock_mono();
	return rc;
}

static la_ssize_t write_frame(struct archive *a, void *arg, const void *p, size_t n)
{
	struct bundle_writer *w = arg;
	int rc = ARCHIVE_OK;

	if (w->packing == PLAIN)
		return write_disk(a, arg, p, n);
	if (w->frame && w->frame_bytes >= FRAME_BYTES)
		rc = frame_end(w);
	if (rc == ARCHIVE_OK && !w->frame)
		rc = frame_begin(w);
	if (rc != ARCHIVE_OK || archive_write_data(w->frame, p, n) < 0) {
		archive_set_error(a, EIO, "compressing");
		return -1;
	}
	w->frame_bytes += (int64_t)n;
	return (la_ssize_t)n;
}

/* -- opening ------------------------------------------------------------------------------------------------------- */

static int split_name(struct bundle_writer *w, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char when[32];

	if (strcmp(path, "-") == 0) {
		w->packing = ZSTD;
		w->top = xasprintf("sickbay-%.10s", clock_format(w->started, when));
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t n = strlen(name), k = strlen(endings[i].ending);
		if (n < k || strcmp(name + n - k, endings[i].ending) != 0)
			continue;
		w->packing = endings[i].packing;
		w->top = n > k ? xstrndup(name, n - k) : xstrdup("bundle");
		for (char *p = w->top; *p; p++) /* a top folder that any tool takes */
			if ((unsigned char)*p <= ' ' || *p == 0x7F || *p == '\\')
				*p = '_';
		if (w->top[0] == '.' || !text_utf8_valid(w->top, strlen(w->top))) {
			free(w->top);
			w->top = xstrdup("bundle");
		}
		return 0;
	}
	return err_set(e, ERR_USAGE, "%s: the name must end in .tar.zst, .tar.gz, .tgz or .tar", path);
}

static int open_part(struct bundle_writer *w, struct err *e)
{
	if (!w->force && access(w->path, F_OK) == 0)
		return err_set(e, ERR_USAGE, "%s: exists already; choose another name", w->path);
	if (w->force)
		unlink(w->part);
	w->fd = open(w->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd >= 0)
		return 0;
	if (errno == EEXIST)
		return err_set(e, ERR_USAGE, "%s: exists already: another collect is writing it, or one was killed; "
		               "it can be analysed; remove it or choose another name", w->part);
	return err_errno(e, "%s: cannot be written", w->part);
}

int bundle_writer_open(const char *path, int64_t started, bool force, struct bundle_writer **out, struct err *e)
{
	struct bundle_writer *w = xcalloc(1, sizeof(*w));
	int rc;

	pthread_mutex_init(&w->lock, NULL);
	w->fd = -1;
	w->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	w->force = force;
	w->used = names_new();
	w->started = started;
	w->path = xstrdup(path);
	rc = split_name(w, path, e);
	if (rc == 0 && strcmp(path, "-") == 0) {
		if (isatty(STDOUT_FILENO))
			rc = err_set(e, ERR_USAGE, "standard output is a terminal; redirect it or name a file");
		else if ((w->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) < 0)
			rc = err_errno(e, "standard output");
	} else if (rc == 0) {
		w->part = xasprintf("%s.part", path);
		rc = open_part(w, e);
		if (rc < 0 && w->fd < 0) { /* not ours: do not remove it */
			free(w->part);
			w->part = NULL;
		}
	}
	if (rc == 0) {
		w->tar = archive_write_new();
		if (!w->tar)
			abort();
		archive_write_set_format_pax_restricted(w->tar);
		archive_write_set_bytes_per_block(w->tar, 0);
		if (archive_write_open(w->tar, w, NULL, write_frame, NULL) != ARCHIVE_OK)
			rc = err_set(e, ERR_INTERNAL, "%s: %s", path, archive_error_string(w->tar));
	}
	if (rc < 0) {
		bundle_writer_free(w);
		return rc;
	}
	*out = w;
	return 0;
}

/* -- adding -------------------------------------------------------------------------------------------------------- */

/* Where the bytes of an entry come from. */
struct source {
	struct spool *spool; /* or */
	const char *p;
	int64_t left;
};

static int64_t next_piece(struct source *s, char *room, size_t n, const char **p, struct err *e)
{
	*p = room;
	if (s->spool)
		return spool_read(s->spool, room, n, e);
	int64_t k = s->left < (int64_t)n ? s->left : (int64_t)n;
	*p = s->p;
	s->p += k;
	s->left -= k;
	return k;
}

static int say_failed(struct bundle_writer *w, struct err *e)
{
	const char *where = w->part ? w->part : "standard output";

	if (w->failed)
		return err_set(e, w->failed, "%s: writing failed earlier", where);
	w->failed = ERR_IO;
	if (!w->write_errno)
		return err_set(e, ERR_IO, "%s: %s", where, archive_error_string(w->tar));
	errno = w->write_errno;
	err_errno(e, "%s: writing", where);
	if (e && w->part) {
		struct err cause = *e;
		err_set(e, ERR_IO, "%s; what had been gathered is kept there and can be analysed", cause.msg);
	}
	return -ERR_IO;
}

static int put_header(struct bundle_writer *w, const char *path, int64_t size)
{
	struct archive_entry *entry = archive_entry_new();
	CLEAN(clean_free) char *full = xasprintf("%s/%s", w->top, path);

	if (!entry)
		abort();
	archive_entry_set_pathname_utf8(entry, full);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, size);
	archive_entry_set_mtime(entry, (time_t)(w->started / US_PER_S), 0);
	locale_t before = w->utf8 ? uselocale(w->utf8) : (locale_t)0;
	int rc = archive_write_header(w->tar, entry);
	archive_entry_free(entry);
	if (before)
		uselocale(before);
	return rc;
}

/* One entry, from header to padding. A source that fails in the middle leaves zeros and *source_error. */
static int put_entry(struct bundle_writer *w, const char *path, int64_t size, struct source *s, char sha[65],
                     struct err *source_error, struct err *e)
{
	struct sha256 *h = sha256_new();
	char room[65536];
	const char *p;
	int64_t k = 0;
	int rc = put_header(w, path, size);

	while (rc >= ARCHIVE_WARN && (k = next_piece(s, room, sizeof(room), &p, source_error)) > 0) {
		sha256_add(h, p, (size_t)k);
		if (archive_write_data(w->tar, p, (size_t)k) < 0)
			rc = ARCHIVE_FATAL;
	}
	sha256_finish(h, sha);
	if (rc >= ARCHIVE_WARN)
		rc = archive_write_finish_entry(w->tar);
	if (rc >= ARCHIVE_WARN && w->frame && clock_mono() - w->frame_started >= FRAME_US)
		rc = frame_end(w);
	return rc < ARCHIVE_WARN || w->write_errno ? say_failed(w, e) : 0;
}

static char *copy_text(const char *s, size_t max)
{
	return s ? xstrndup(s, max) : NULL;
}

/* The texts of a record here are our own, const only for those who read them. */
static void free_text(const char *s)
{
	void *p;

	memcpy(&p, &s, sizeof(p));
	free(p);
}

static void free_record(struct capture *c)
{
	free_text(c->path);
	free_text(c->source);
	free_text(c->command);
	free_text(c->node);
	free_text(c->error);
	free_text((const char *)c->redacted);
	free(c);
}

static struct capture *copy_record(const struct capture *c)
{
	struct capture *r = xmalloc(sizeof(*r));

	*r = *c;
	r->path = names_clean_path(c->path);
	r->source = copy_text(c->source ? c->source : "sickbay", 64);
	r->command = copy_text(c->command, 16384);
	r->node = copy_text(c->node, 1024);
	r->error = copy_text(c->error, ERROR_MAX);
	r->redacted = NULL;
	if (c->redacted && c->redacted->n) {
		struct tally *t = xmalloc(sizeof(*t));
		*t = *c->redacted;
		r->redacted = t;
	}
	r->sha256[0] = '\0';
	r->bytes = 0;
	return r;
}

static void count(struct bundle_writer *w, const struct capture *c)
{
	int64_t *const by_state[] = {[CAPTURE_OK] = &w->counts.ok, [CAPTURE_FAILED] = &w->counts.failed,
	                             [CAPTURE_ABSENT] = &w->counts.absent, [CAPTURE_SKIPPED] = &w->counts.skipped};

	++*by_state[c->state];
	w->counts.truncated += c->truncated;
	w->counts.redactions += c->redactions;
	w->counts.bytes += c->bytes;
	if (c->redacted)
		tally_merge(&w->counts.redacted, c->redacted);
}

static void keep_record(struct bundle_writer *w, struct capture *r)
{
	if (w->nrecords == w->size_records) {
		w->size_records = w->size_records ? w->size_records * 2 : 256;
		w->records = xreallocarray(w->records, w->size_records, sizeof(struct capture *));
	}
	w->records[w->nrecords++] = r;
	count(w, r);
}

static int add_locked(struct bundle_writer *w, const struct capture *c, struct source *s, int64_t size, bool truncated,
                      struct err *e)
{
	struct err source_error = {0};

	if (w->failed)
		return say_failed(w, e);
	struct capture *r = copy_record(c);
	if (size >= 0) {
		char *path = names_unused(w->used, r->path);
		free_text(r->path);
		r->path = path;
		r->bytes = size;
		r->truncated |= truncated;
		int rc = put_entry(w, r->path, size, s, r->sha256, &source_error, e);
		if (rc < 0) {
			free_record(r);
			return rc;
		}
		names_add(w->used, r->path);
		if (source_error.code) {
			r->state = CAPTURE_FAILED;
			r->sha256[0] = '\0';
			if (!r->error)
				r->error = xstrdup(source_error.msg);
		}
	}
	keep_record(w, r);
	return 0;
}

int bundle_writer_add(struct bundle_writer *w, const struct capture *c, struct spool *body, struct err *e)
{
	struct source s = {.spool = body};

	pthread_mutex_lock(&w->lock);
	int rc = add_locked(w, c, &s, body ? spool_size(body) : -1, body && spool_truncated(body), e);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

int bundle_writer_add_bytes(struct bundle_writer *w, const struct capture *c, const void *p, size_t n, struct err *e)
{
	struct source s = {.p = p, .left = (int64_t)n};

	pthread_mutex_lock(&w->lock);
	int rc = add_locked(w, c, &s, (int64_t)n, false, e);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* -- first and last ------------------------------------------------------------------------------------------------ */

int bundle_writer_head(struct bundle_writer *w, const cJSON *bundle_json, struct err *e)
{
	/* troubleshoot.sh's own tools look for this file before they open a bundle. */
	static const char version[] = "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n"
	                              "  versionNumber: sickbay-" SICKBAY_VERSION "\n";
	CLEAN_BUF struct buf b = BUF_MAX(16 << 20);
	struct capture c = {.path = "bundle.json", .source = "sickbay", .started = TIME_NONE, .exit_status = -1};
	int rc;

	if ((rc = json_print_pretty(bundle_json, 0, &b, e)) < 0 || (rc = buf_add_str(&b, "\n", e)) < 0 ||
	    (rc = bundle_writer_add_bytes(w, &c, b.p, b.n, e)) < 0)
		return rc;
	c.path = "version.yaml";
	if ((rc = bundle_writer_add_bytes(w, &c, version, sizeof(version) - 1, e)) < 0)
		return rc;
	/* To the disk: a collector that is killed at once leaves a bundle that says whose it is. */
	pthread_mutex_lock(&w->lock);
	rc = frame_end(w) < ARCHIVE_WARN || w->write_errno ? say_failed(w, e) : 0;
	pthread_mutex_unlock(&w->lock);
	return rc;
}

static int compare_records(const void *a, const void *b)
{
	const struct capture *x = *(const struct capture *const *)a, *y = *(const struct capture *const *)b;
	int d = strcmp(x->path, y->path);

	if (d)
		return d;
	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	return strcmp(x->sha256, y->sha256);
}

/* The records' addresses in order; the caller frees the list only. */
static struct capture **sorted(const struct bundle_writer *w)
{
	struct capture **list = xcalloc(w->nrecords, sizeof(struct capture *));

	if (w->nrecords)
		memcpy(list, w->records, w->nrecords * sizeof(struct capture *));
	qsort(list, w->nrecords, sizeof(struct capture *), compare_records);
	return list;
}

void bundle_writer_counts(struct bundle_writer *w, struct bundle_counts *c)
{
	pthread_mutex_lock(&w->lock);
	*c = w->counts;
	pthread_mutex_unlock(&w->lock);
}

void bundle_writer_each(struct bundle_writer *w, void (*fn)(void *arg, const struct capture *c), void *arg)
{
	pthread_mutex_lock(&w->lock);
	struct capture **list = sorted(w);
	size_t n = w->nrecords;
	pthread_mutex_unlock(&w->lock);
	/* Records never change once they are in, so that fn may use the writer. */
	for (size_t i = 0; i < n; i++)
		fn(arg, list[i]);
	free(list);
}

static int write_to_spool(void *arg, const void *p, size_t n, struct err *e)
{
	return spool_write(arg, p, n, e);
}

static int print_manifest_head(struct bundle_writer *w, struct spool *s, struct err *e)
{
	struct jsonw jw;
	char when[32];

	jsonw_init(&jw, write_to_spool, s, 0, e);
	jsonw_object(&jw);
	jsonw_key(&jw, "sickbay_manifest");
	jsonw_int(&jw, 1);
	jsonw_key(&jw, "finished");
	jsonw_str(&jw, clock_format(w->finish_time ? w->finish_time : clock_now(), when));
	jsonw_key(&jw, "redactions");
	jsonw_int(&jw, w->counts.redactions);
	jsonw_key(&jw, "redacted");
	tally_write_json(&w->counts.redacted, &jw);
	return jw.rc < 0 ? jw.rc : spool_write(s, ",\"captures\":[", 13, e);
}

/* One record a line, so that a report can cite manifest.json:LINE. */
static int print_manifest(struct bundle_writer *w, struct spool *s, struct err *e)
{
	struct capture **list = sorted(w);
	int rc = print_manifest_head(w, s, e);

	for (size_t i = 0; i < w->nrecords && rc == 0; i++) {
		struct jsonw jw;
		rc = spool_write(s, i ? ",\n" : "\n", i ? 2 : 1, e);
		jsonw_init(&jw, write_to_spool, s, 0, e);
		if (rc == 0) {
			capture_write_json(list[i], &jw);
			rc = jsonw_finish(&jw);
		}
	}
	free(list);
	return rc < 0 || (rc = spool_write(s, "\n]}\n", 4, e)) < 0 ? rc : spool_finish(s, e);
}

static int put_manifest(struct bundle_writer *w, struct err *e)
{
	CLEAN(clean_spool) struct spool *s = spool_new(INT64_C(4) << 30, false, NULL);
	struct source from = {.spool = s};
	struct err source_error = {0};
	char sha[65];
	int rc = print_manifest(w, s, e);

	if (rc < 0)
		return rc;
	if ((rc = put_entry(w, "manifest.json", spool_size(s), &from, sha, &source_error, e)) < 0)
		return rc;
	if (!source_error.code)
		return 0;
	if (e)
		*e = source_error;
	return -source_error.code;
}

/* The final name, never over a file that came into being meanwhile. */
static int give_name(struct bundle_writer *w, struct err *e)
{
	int rc = w->force ? rename(w->part, w->path) : renameat2(AT_FDCWD, w->part, AT_FDCWD, w->path, RENAME_NOREPLACE);

	if (rc != 0 && !w->force && (errno == EINVAL || errno == ENOSYS)) /* not every file system can */
		rc = access(w->path, F_OK) == 0 ? (errno = EEXIST, -1) : rename(w->part, w->path);
	if (rc != 0)
		return err_errno(e, "%s: cannot be named so; the bundle is whole in %s", w->path, w->part);
	file_sync_folder_of(w->path);
	return 0;
}

static int finish_locked(struct bundle_writer *w, struct err *e)
{
	int rc;

	if (w->failed)
		return say_failed(w, e);
	if ((rc = put_manifest(w, e)) < 0)
		return rc;
	if (archive_write_close(w->tar) != ARCHIVE_OK || frame_end(w) != ARCHIVE_OK || w->write_errno)
		return say_failed(w, e);
	if (!w->part) {
		w->finished = true;
		return 0;
	}
	if (fsync(w->fd) != 0) {
		w->write_errno = errno;
		return say_failed(w, e);
	}
	w->finished = true; /* from here on .part is a whole bundle and stays, whatever happens */
	return give_name(w, e);
}

void bundle_writer_set_finished(struct bundle_writer *w, int64_t finished)
{
	w->finish_time = finished;
}

int bundle_writer_finish(struct bundle_writer *w, struct err *e)
{
	pthread_mutex_lock(&w->lock);
	int rc = finish_locked(w, e);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

int64_t bundle_writer_size(const struct bundle_writer *w)
{
	return w->size;
}

void bundle_writer_free(struct bundle_writer *w)
{
	if (!w)
		return;
	/* Freeing an open archive writes its end mark, as if the bundle were whole. */
	w->discard = true;
	archive_write_free(w->tar);
	archive_write_free(w->frame);
	if (w->fd >= 0)
		close(w->fd);
	if (w->part && !w->finished && !(w->failed && w->nrecords > 0))
		unlink(w->part);
	for (size_t i = 0; i < w->nrecords; i++)
		free_record(w->records[i]);
	if (w->utf8)
		freelocale(w->utf8);
	free(w->records);
	names_free(w->used);
	free(w->path);
	free(w->part);
	free(w->top);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
