#include "bundles/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "bundles/looks.h"

enum {
	PIECE = 65536,
	MAX_PATH = 4096,
	MAX_EARLY = 200 /* problems kept until somebody listens */
};
#define RATIO_FROM (INT64_C(1) << 30)

const struct bundle_limits bundle_limits_default = {
	.max_entries = 500000,
	.max_entry = INT64_C(16) << 30,
	.max_total = INT64_C(256) << 30,
	.max_ratio = 1000,
};

struct problem {
	char *path, *reason;
};

/* Two archives in a row: `packed` undoes the compression, `tar` reads what comes out. Standing between them we see every
 * unpacked byte: for the limits, to tell an archive that ends from one that breaks off, and to say what a file is that
 * is no archive. */
struct bundle {
	int fd;
	locale_t utf8; /* libarchive converts names by the thread's locale */
	struct bundle_limits limits;
	struct archive *packed, *tar;
	char piece[PIECE];
	int64_t packed_bytes, total;  /* read from the file; unpacked */
	bool file_ended, stream_ended; /* the file's last byte was read; tar asked for more than there is */
	int io_errno;
	struct err limit;             /* code set once a limit was passed */
	char unpack_error[200];       /* why the compression could not be undone */
	char head[512];               /* the first unpacked bytes */
	size_t head_n;
	char first[16];               /* the first bytes of the file */
	size_t first_n;
	/* entries */
	char *top;
	bool top_known, primed, ended, in_entry;
	int64_t entries;
	char path[MAX_PATH + 1];      /* of the current entry, with the top folder; "" before the first */
	const char *shown;            /* into path, without the top folder */
	int64_t size, got, mtime;
	/* a hole of a sparse file is given out as zeros before the block behind it */
	const char *block;
	size_t block_n;
	int64_t hole;
	uint64_t *seen;               /* open-addressed set of path hashes; 0 is free */
	size_t nseen, size_seen;
	char *damage;
	void (*on_problem)(void *arg, const char *path, const char *reason);
	void *on_problem_arg;
	struct problem *early;
	size_t nearly;
};

/* -- from the file to unpacked bytes ------------------------------------------------------------------------------- */

static la_ssize_t read_file(struct archive *a, void *arg, const void **p)
{
	struct bundle *b = arg;
	ssize_t n;

	do
		n = read(b->fd, b->piece, sizeof(b->piece));
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		b->io_errno = errno;
		archive_set_error(a, errno, "reading");
		return -1;
	}
	if (n == 0)
		b->file_ended = true;
	for (ssize_t i = 0; i < n && b->first_n < sizeof(b->first); i++)
		b->first[b->first_n++] = b->piece[i];
	b->packed_bytes += n;
	*p = b->piece;
	return n;
}

static bool over_limit(struct bundle *b, int64_t more)
{
	b->total += more;
	if (b->total > b->limits.max_total)
		err_set(&b->limit, ERR_LIMIT, "more than %lld bytes unpacked", (long long)b->limits.max_total);
	else if (b->total > RATIO_FROM && b->total / b->limits.max_ratio > b->packed_bytes)
		err_set(&b->limit, ERR_LIMIT, "unpacks to more than %lld times its size; it looks like a bomb",
		        (long long)b->limits.max_ratio);
	return b->limit.code != 0;
}

static la_ssize_t read_unpacked(struct archive *a, void *arg, const void **p)
{
	struct bundle *b = arg;
	size_t n = 0;
	la_int64_t at;

	if (b->stream_ended)
		return 0;
	int rc = archive_read_data_block(b->packed, p, &n, &at);
	if (rc < ARCHIVE_WARN) {
		/* tar sees an end here, and gives out what it has. */
		const char *why = archive_error_string(b->packed);
		snprintf(b->unpack_error, sizeof(b->unpack_error), "%s", why ? why : "cannot be unpacked");
		n = 0;
	}
	if (rc == ARCHIVE_EOF || n == 0) {
		b->stream_ended = true;
		return 0;
	}
	if (over_limit(b, (int64_t)n)) {
		archive_set_error(a, EFBIG, "over the limits");
		return -1;
	}
	if (b->head_n < sizeof(b->head)) {
		size_t k = n < sizeof(b->head) - b->head_n ? n : sizeof(b->head) - b->head_n;
		memcpy(b->head + b->head_n, *p, k);
		b->head_n += k;
	}
	return (la_ssize_t)n;
}

/* -- what a file is that is no bundle ------------------------------------------------------------------------------ */

/* The compression the file itself begins with, or NULL. */
static const char *compression(const struct bundle *b)
{
	if (b->first_n >= 2 && memcmp(b->first, "\037\213", 2) == 0)
		return "gzip";
	if (b->first_n >= 4 && memcmp(b->first, "(\265/\375", 4) == 0)
		return "zstd";
	return b->first_n >= 5 && memcmp(b->first, "\xFD" "7zXZ", 5) == 0 ? "xz" : NULL;
}

static int say_not_a_bundle(struct bundle *b, struct err *e)
{
	const char *comp = compression(b);

	if (b->io_errno) {
		errno = b->io_errno;
		return err_errno(e, "reading");
	}
	if (b->limit.code)
		return err_set(e, b->limit.code, "%s", b->limit.msg);
	if (b->packed_bytes == 0)
		return err_set(e, ERR_FORMAT, "not a bundle: the file is empty");
	bool unpacked = comp && (b->head_n < 2 || memcmp(b->head, b->first, 2) != 0);
	if (comp && !unpacked)
		return err_set(e, ERR_FORMAT, "not a bundle: %s data that is cut off in its very beginning", comp);
	if (b->unpack_error[0] && b->head_n < sizeof(b->head))
		return err_set(e, ERR_FORMAT, "not a bundle: %s data that is %s before its first file", comp ? comp : "packed",
		               b->file_ended ? "cut off" : "damaged");
	if (comp && b->head_n == 0)
		return err_set(e, ERR_FORMAT, "not a bundle: %s data with nothing in it", comp);
	const char *kind = looks_like_what(b->head, b->head_n);
	return comp ? err_set(e, ERR_FORMAT, "not a bundle: %s-compressed, but no tar archive; inside it looks like %s", comp, kind)
	            : err_set(e, ERR_FORMAT, "not a bundle: no tar archive; it looks like %s", kind);
}

/* -- problems and damage ------------------------------------------------------------------------------------------- */

/* A name from the archive in a form that can be shown and stored. */
static char *shown_name(const char *path)
{
	CLEAN_BUF struct buf b = BUF_MAX(4 * MAX_PATH);
	size_t n = strnlen(path, 512);
	unsigned cp = 0;
	char esc[12];

	for (size_t i = 0; i < n;) {
		size_t len = text_utf8_decode(path + i, n - i, &cp);
		if (len && !text_is_hidden(cp))
			(void)buf_add(&b, path + i, len, NULL);
		else if (len)
			(void)buf_add(&b, esc, text_visible_escape(cp, esc), NULL);
		else
			(void)buf_printf(&b, NULL, "\\x%02x", (unsigned char)path[i]);
		i += len ? len : 1;
	}
	return buf_take(&b);
}

static void report(struct bundle *b, const char *path, const char *reason)
{
	char *name = shown_name(path);

	if (b->on_problem) {
		b->on_problem(b->on_problem_arg, name, reason);
		free(name);
	} else if (b->nearly < MAX_EARLY) {
		b->early = xreallocarray(b->early, b->nearly + 1, sizeof(*b->early));
		b->early[b->nearly++] = (struct problem){name, xstrdup(reason)};
	} else {
		free(name);
	}
}

void bundle_on_problem(struct bundle *b, void (*fn)(void *arg, const char *path, const char *reason), void *arg)
{
	b->on_problem = fn;
	b->on_problem_arg = arg;
	for (size_t i = 0; i < b->nearly; i++) {
		if (fn)
			fn(arg, b->early[i].path, b->early[i].reason);
		free(b->early[i].path);
		free(b->early[i].reason);
	}
	b->nearly = 0;
}

/* 81920 -> "81,920" */
static const char *grouped(int64_t v, char room[32])
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)v), k = 0;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			room[k++] = ',';
		room[k++] = digits[i];
	}
	room[k] = '\0';
	return room;
}

/* The first damage is the one to tell of. */
static void set_damage(struct bundle *b, const char *why)
{
	char room[32];
	bool cut = b->stream_ended && (b->file_ended || !b->unpack_error[0]);
	const char *cause = cut ? "" : b->unpack_error[0] ? b->unpack_error : why;

	if (b->damage)
		return;
	const char *what = cut ? "cut off" : "damaged", *colon = *cause ? ": " : "";
	if (b->in_entry && b->got < b->size)
		b->damage = xasprintf("%s inside %s after %s bytes%s%s", what, b->shown, grouped(b->got, room), colon, cause);
	else if (b->path[0])
		b->damage = xasprintf("%s behind %s%s%s", what, b->shown, colon, cause);
	else
		b->damage = xasprintf("%s before its first file%s%s", what, colon, cause);
}

/* tar gave up. 0 when that is damage, else the error. */
static int broken(struct bundle *b, struct err *e)
{
	if (b->io_errno) {
		errno = b->io_errno;
		return err_errno(e, "reading");
	}
	if (b->limit.code)
		return err_set(e, b->limit.code, "%s", b->limit.msg);
	const char *why = archive_error_string(b->tar);
	set_damage(b, why ? why : "cannot be read");
	b->ended = true;
	b->in_entry = false;
	return 0;
}

/* -- entries ------------------------------------------------------------------------------------------------------- */

/* Takes a slot for the path; false when it had one. */
static bool first_time(struct bundle *b, const char *path)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * UINT64_C(1099511628211);
	h = h ? h : 1;
	if (b->nseen * 2 >= b->size_seen) {
		size_t size = b->size_seen ? b->size_seen * 2 : 1024;
		uint64_t *set = xcalloc(size, sizeof(*set));
		for (size_t i = 0; i < b->size_seen; i++) {
			size_t k = b->seen[i] & (size - 1);
			while (b->seen[i] && set[k])
				k = (k + 1) & (size - 1);
			if (b->seen[i])
				set[k] = b->seen[i];
		}
		free(b->seen);
		b->seen = set;
		b->size_seen = size;
	}
	size_t k = h & (b->size_seen - 1);
	for (; b->seen[k]; k = (k + 1) & (b->size_seen - 1))
		if (b->seen[k] == h)
			return false;
	b->seen[k] = h;
	b->nseen++;
	return true;
}

/* Writes the path without "." and empty segments; NULL, or why it is refused. */
static const char *take_path(const char *raw, char out[MAX_PATH + 1])
{
	size_t n = 0;
	unsigned cp = 0;

	if (strlen(raw) > MAX_PATH)
		return "its name is too long";
	if (raw[0] == '/')
		return "an absolute path";
	for (const char *p = raw; *p;) {
		size_t k = strcspn(p, "/");
		if (k == 2 && p[0] == '.' && p[1] == '.')
			return "\"..\" in its path";
		if (k > 0 && !(k == 1 && p[0] == '.')) {
			if (n)
				out[n++] = '/';
			memcpy(out + n, p, k);
			n += k;
		}
		p += k + (p[k] == '/');
	}
	out[n] = '\0';
	if (n == 0)
		return "no name";
	for (size_t i = 0; i < n;) {
		size_t len = text_utf8_decode(out + i, n - i, &cp);
		if (len == 0)
			return "its name is not UTF-8";
		if (text_is_hidden(cp))
			return "control characters in its name";
		i += len;
	}
	return NULL;
}

/* The first file tells whether there is a top folder: a bundle's own folders are none. */
static void find_top(struct bundle *b)
{
	static const char *const ours[] = {"cluster-info", "cluster-resources", "kubectl", "nodes", "etcd",
	                                   "host-collectors", "execution-data"};
	size_t n = strcspn(b->path, "/");

	b->top_known = true;
	if (!b->path[n])
		n = 0;
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strlen(ours[i]) == n && memcmp(b->path, ours[i], n) == 0)
			n = 0;
	b->top = xstrndup(b->path, n);
}

static const char *without_top(const struct bundle *b)
{
	size_t n = strlen(b->top);

	return n && strncmp(b->path, b->top, n) == 0 && b->path[n] == '/' ? b->path + n + 1 : b->path;
}

/* NULL when the entry is a file we take; else why not, "" for a folder, of which nothing need be said. */
static const char *refuse(struct bundle *b, struct archive_entry *en, const char *raw)
{
	char path[MAX_PATH + 1];

	if (archive_entry_hardlink(en) || archive_entry_filetype(en) == AE_IFLNK)
		return "a link";
	if (archive_entry_filetype(en) == AE_IFDIR)
		return "";
	if (archive_entry_filetype(en) != AE_IFREG)
		return "not a regular file";
	const char *why = take_path(raw, path);
	if (why)
		return why;
	if (archive_entry_size(en) < 0 || archive_entry_size(en) > b->limits.max_entry)
		return "larger than a file may be";
	if (!first_time(b, path))
		return "a second file of the same name";
	memcpy(b->path, path, sizeof(path));
	return NULL;
}

static void take_entry(struct bundle *b, struct archive_entry *en)
{
	if (!b->top_known)
		find_top(b);
	b->shown = without_top(b);
	b->size = archive_entry_size(en);
	if (__builtin_mul_overflow((int64_t)archive_entry_mtime(en), US_PER_S, &b->mtime))
		b->mtime = TIME_NONE;
	b->got = 0;
	b->hole = 0;
	b->block_n = 0;
	b->in_entry = true;
}

/* Moves to the next file: 1, 0 at the end, negative error. */
static int advance_in_locale(struct bundle *b, struct err *e)
{
	struct archive_entry *en;

	while (!b->ended) {
		b->in_entry = false;
		int rc = archive_read_next_header(b->tar, &en); /* passes over what is left of the entry before */
		if (rc == ARCHIVE_EOF) {
			b->ended = true;
			if (b->stream_ended) /* tar's end mark is missing */
				set_damage(b, "");
			return 0;
		}
		if (rc == ARCHIVE_RETRY && b->entries > 0) { /* a bad header; the next good one may follow */
			set_damage(b, archive_error_string(b->tar));
			continue;
		}
		if (rc < ARCHIVE_WARN)
			return broken(b, e);
		if (++b->entries > b->limits.max_entries)
			return err_set(e, ERR_LIMIT, "more than %lld files", (long long)b->limits.max_entries);
		const char *raw = archive_entry_pathname_utf8(en);
		if (!raw)
			raw = archive_entry_pathname(en);
		const char *why = refuse(b, en, raw ? raw : "");
		if (!why) {
			take_entry(b, en);
			return 1;
		}
		if (*why)
			report(b, raw ? raw : "(no name)", why);
	}
	return 0;
}

static int advance(struct bundle *b, struct err *e)
{
	locale_t before = b->utf8 ? uselocale(b->utf8) : (locale_t)0;
	int rc = advance_in_locale(b, e);

	if (before)
		uselocale(before);
	return rc;
}

int bundle_next(struct bundle *b, struct bundle_entry *entry, struct err *e)
{
	int rc = b->primed ? 1 : advance(b, e);

	b->primed = false;
	if (rc > 0)
		*entry = (struct bundle_entry){b->shown, b->size, b->mtime};
	return rc;
}

static int64_t give_hole(struct bundle *b, const void **p, struct err *e)
{
	static const char zeros[PIECE];
	int64_t n = b->hole < PIECE ? b->hole : PIECE;

	if (over_limit(b, n))
		return err_set(e, b->limit.code, "%s", b->limit.msg);
	b->hole -= n;
	b->got += n;
	*p = zeros;
	return n;
}

int64_t bundle_read(struct bundle *b, const void **p, struct err *e)
{
	const void *block;
	size_t n = 0;
	la_int64_t at = 0;

	if (!b->in_entry)
		return 0;
	if (b->hole > 0)
		return give_hole(b, p, e);
	if (b->block_n == 0) {
		int rc = archive_read_data_block(b->tar, &block, &n, &at);
		if (rc < ARCHIVE_WARN)
			return broken(b, e);
		/* The end of a sparse file may be a hole too. */
		int64_t until = rc == ARCHIVE_EOF ? b->size : at;
		if (until > b->got && until <= b->size)
			b->hole = until - b->got;
		b->block = block;
		b->block_n = rc == ARCHIVE_EOF ? 0 : n;
		if (b->hole > 0)
			return give_hole(b, p, e);
		if (rc == ARCHIVE_EOF) {
			b->in_entry = false;
			return 0;
		}
	}
	*p = b->block;
	n = b->block_n;
	b->got += (int64_t)n;
	b->block_n = 0;
	return n ? (int64_t)n : bundle_read(b, p, e);
}

const char *bundle_damage(const struct bundle *b)
{
	return b->damage;
}

const char *bundle_top(const struct bundle *b)
{
	return b->top ? b->top : "";
}

/* -- opening ------------------------------------------------------------------------------------------------------- */

static int open_archives(struct bundle *b, struct err *e)
{
	struct archive_entry *en;

	b->packed = archive_read_new();
	b->tar = archive_read_new();
	if (!b->packed || !b->tar)
		return err_set(e, ERR_LIMIT, "no memory to read an archive");
	archive_read_support_filter_zstd(b->packed);
	archive_read_support_filter_gzip(b->packed);
	archive_read_support_filter_xz(b->packed);
	archive_read_support_format_raw(b->packed);
	archive_read_support_format_tar(b->tar);
	if (archive_read_open(b->packed, b, NULL, read_file, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(b->packed, &en) != ARCHIVE_OK) {
		b->stream_ended = true;
		snprintf(b->unpack_error, sizeof(b->unpack_error), "cannot be unpacked");
		return say_not_a_bundle(b, e);
	}
	if (archive_read_open(b->tar, b, NULL, read_unpacked, NULL) != ARCHIVE_OK)
		return say_not_a_bundle(b, e);
	return 0;
}

/* Opens the archive up to its first file, so that what is none is refused here and not in the middle of an analysis. */
static int prime(struct bundle *b, struct err *e)
{
	int rc = open_archives(b, e);

	if (rc < 0)
		return rc;
	if ((rc = advance(b, e)) < 0)
		return rc;
	if (rc > 0) {
		b->primed = true;
		return 0;
	}
	if (b->entries == 0 && b->damage)
		return say_not_a_bundle(b, e);
	if (b->nearly)
		return err_set(e, ERR_FORMAT, "not a bundle: a tar archive without any file we take; the first: %.200s: %s",
		               b->early[0].path, b->early[0].reason);
	return err_set(e, ERR_FORMAT, "not a bundle: a tar archive without any file in it");
}

int bundle_open(const char *path, const struct bundle_limits *limits, struct bundle **out, struct err *e)
{
	struct bundle *b = xcalloc(1, sizeof(*b));
	struct stat st;
	int rc = 0;

	b->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	b->limits = limits ? *limits : bundle_limits_default;
	b->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (b->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		rc = err_set(e, ERR_ABSENT, "no such file");
	else if (b->fd < 0)
		rc = err_errno(e, "cannot be opened");
	else if (fstat(b->fd, &st) == 0 && S_ISDIR(st.st_mode))
		rc = err_set(e, ERR_FORMAT, "not a bundle: it is a folder; pack it first: tar -czf bundle.tar.gz FOLDER");
	else
		rc = prime(b, e);
	if (rc < 0) {
		bundle_close(b);
		return err_wrap(e, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
	}
	*out = b;
	return 0;
}

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	bundle_on_problem(b, NULL, NULL); /* frees what nobody asked for */
	free(b->early);
	if (b->tar)
		archive_read_free(b->tar);
	if (b->packed)
		archive_read_free(b->packed);
	if (b->fd >= 0)
		close(b->fd);
	if (b->utf8)
		freelocale(b->utf8);
	free(b->seen);
	free(b->top);
	free(b->damage);
	free(b);
}

void clean_bundle(struct bundle **b)
{
	bundle_close(*b);
	*b = NULL;
}
