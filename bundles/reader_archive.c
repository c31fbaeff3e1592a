#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bundles/looks.h"
#include "bundles/reader_internal.h"

/* -- from the file to unpacked bytes ------------------------------------------------------------------------------- */

/* The archive's own bytes: of the file, or of the entry of the archive around it. */
static la_ssize_t raw_bytes(struct archive *a, void *arg, const void **p)
{
	struct bundle *b = arg;
	ssize_t n;

	if (b->parent) {
		struct err e = {0};
		int64_t k = reader_entry_read(b->parent, p, &e);
		if (k < 0) {
			if (!b->root->limit.code)
				b->root->limit = e;
			archive_set_error(a, EIO, "reading");
			return -1;
		}
		n = (ssize_t)k;
	} else {
		do
			n = read(b->fd, b->piece, sizeof(b->piece));
		while (n < 0 && errno == EINTR);
		if (n < 0) {
			b->io_errno = errno;
			archive_set_error(a, errno, "reading");
			return -1;
		}
		b->packed_bytes += n;
		*p = b->piece;
	}
	if (n == 0)
		b->file_ended = true;
	for (ssize_t i = 0; i < n && b->first_n < sizeof(b->first); i++)
		b->first[b->first_n++] = ((const char *)*p)[i];
	return n;
}

/* The next unpacked bytes; 0 at the end, -1 beyond a limit. */
static la_ssize_t unpacked(struct bundle *b, const void **p)
{
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
	if (reader_over_limit(b, (int64_t)n))
		return -1;
	if (b->head_n < sizeof(b->head)) {
		size_t k = n < sizeof(b->head) - b->head_n ? n : sizeof(b->head) - b->head_n;
		memcpy(b->head + b->head_n, *p, k);
		b->head_n += k;
	}
	return (la_ssize_t)n;
}

static la_ssize_t read_unpacked(struct archive *a, void *arg, const void **p)
{
	struct bundle *b = arg;

	if (b->ahead_n) {
		la_ssize_t n = (la_ssize_t)b->ahead_n;
		*p = b->ahead;
		b->ahead_n = 0;
		return n;
	}
	la_ssize_t n = unpacked(b, p);
	if (n < 0)
		archive_set_error(a, EFBIG, "over the limits");
	return n;
}

/* -- what a file is that is no bundle ------------------------------------------------------------------------------ */

/* The compression that something begins with, or NULL. */
static const char *compression(const char *p, size_t n)
{
	if (n >= 2 && memcmp(p, "\037\213", 2) == 0)
		return "gzip";
	if (n >= 4 && memcmp(p, "(\265/\375", 4) == 0)
		return "zstd";
	if (n >= 10 && memcmp(p, "BZh", 3) == 0 && memcmp(p + 4, "1AY&SY", 6) == 0)
		return "bzip2";
	return n >= 5 && memcmp(p, "\xFD" "7zXZ", 5) == 0 ? "xz" : NULL;
}

static bool is_archive(const char *p, size_t n)
{
	return (n >= 262 && memcmp(p + 257, "ustar", 5) == 0) || (n >= 30 && memcmp(p, "PK\003\004", 4) == 0);
}

bool reader_is_packed(const char *p, size_t n)
{
	return compression(p, n) || is_archive(p, n);
}

/* One file that may stand for a bundle: a stream of Kubernetes objects. */
static bool is_objects(const char *p, size_t n)
{
	static const char *const begins[] = {"{", "[", "---\n", "apiVersion:", "kind:", "items:", "- apiVersion:"};

	while (n > 0 && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
		p++;
		n--;
	}
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (str_starts((struct str){p, n}, begins[i]))
			/* A log may begin with a bracket. */
			return *p != '[' || n < 2 || strchr("\n {", p[1]);
	return false;
}

int reader_say_not_a_bundle(struct bundle *b, struct err *e)
{
	const char *comp = compression(b->first, b->first_n);

	if (b->io_errno) {
		errno = b->io_errno;
		return err_errno(e, "reading");
	}
	if (b->root->limit.code)
		return err_set(e, b->root->limit.code, "%s", b->root->limit.msg);
	if (b->first_n == 0)
		return err_set(e, ERR_FORMAT, "not a bundle: the file is empty");
	bool undone = comp && (b->head_n < 2 || memcmp(b->head, b->first, 2) != 0);
	if (comp && !undone)
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

/* -- entries --------------------------------------------------------------------------------------------------------- */

/* NULL when the entry is a file we take, with its path in b; else why not, "" for a folder, of which nothing need be said. */
static const char *refuse(struct bundle *b, struct archive_entry *en, const char *raw, char path[READER_MAX_PATH + 1])
{
	if (archive_entry_hardlink(en) || archive_entry_filetype(en) == AE_IFLNK)
		return "a link";
	if (archive_entry_filetype(en) == AE_IFDIR)
		return "";
	if (archive_entry_filetype(en) != AE_IFREG)
		return "not a regular file";
	const char *why = reader_clean_path(raw, path);
	if (why)
		return why;
	if (archive_entry_size_is_set(en) && (archive_entry_size(en) < 0 || archive_entry_size(en) > b->limits.max_entry))
		return "larger than a file may be";
	return reader_first_time(b, path) ? NULL : "a second file of the same name";
}

static void take_entry(struct bundle *b, struct archive_entry *en, const char *path)
{
	reader_take_path(b, path);
	b->size = archive_entry_size_is_set(en) ? archive_entry_size(en) : -1;
	if (__builtin_mul_overflow((int64_t)archive_entry_mtime(en), US_PER_S, &b->mtime))
		b->mtime = TIME_NONE;
	b->got = 0;
	b->hole = 0;
	b->block_n = 0;
	b->in_entry = true;
	b->zip = (archive_format(b->tar) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
}

static int next_in_locale(struct bundle *b, struct err *e)
{
	char path[READER_MAX_PATH + 1];
	struct archive_entry *en;

	while (!b->ended) {
		b->in_entry = false;
		int rc = archive_read_next_header(b->tar, &en); /* passes over what is left of the entry before */
		if (rc == ARCHIVE_EOF) {
			b->ended = true;
			if (b->stream_ended && !b->zip) /* tar's end mark is missing */
				reader_set_damage(b, "");
			return 0;
		}
		if (rc == ARCHIVE_RETRY && b->root->entries > 0) { /* a bad header; the next good one may follow */
			reader_set_damage(b, archive_error_string(b->tar));
			continue;
		}
		if (rc < ARCHIVE_WARN)
			return reader_broken(b, e);
		if (++b->root->entries > b->limits.max_entries)
			return err_set(e, ERR_LIMIT, "more than %lld files", (long long)b->limits.max_entries);
		const char *raw = archive_entry_pathname_utf8(en);
		if (!raw)
			raw = archive_entry_pathname(en);
		const char *why = refuse(b, en, raw ? raw : "", path);
		if (!why) {
			take_entry(b, en, path);
			return 1;
		}
		if (*why)
			reader_refuse(b, raw ? raw : "(no name)", why);
	}
	return 0;
}

/* The one file that was packed without an archive around it. */
static int next_single(struct bundle *b)
{
	if (b->ended)
		return 0;
	b->ended = true;
	reader_take_path(b, b->name);
	b->size = -1;
	b->got = 0;
	b->mtime = b->parent ? b->parent->mtime : TIME_NONE;
	b->in_entry = true;
	return 1;
}

int reader_archive_next(struct bundle *b, struct err *e)
{
	if (b->single)
		return next_single(b);
	locale_t before = b->utf8 ? uselocale(b->utf8) : (locale_t)0;
	int rc = next_in_locale(b, e);
	if (before)
		uselocale(before);
	return rc;
}

/* -- bytes of an entry ----------------------------------------------------------------------------------------------- */

static int64_t give_hole(struct bundle *b, const void **p, struct err *e)
{
	static const char zeros[READER_PIECE];
	int64_t n = b->hole < READER_PIECE ? b->hole : READER_PIECE;

	if (reader_over_limit(b, n))
		return err_set(e, b->root->limit.code, "%s", b->root->limit.msg);
	b->hole -= n;
	b->got += n;
	*p = zeros;
	return n;
}

static int64_t read_single(struct bundle *b, const void **p, struct err *e)
{
	la_ssize_t n = read_unpacked(b->packed, b, p);

	if (n < 0)
		return err_set(e, b->root->limit.code ? b->root->limit.code : ERR_IO, "%s", b->root->limit.msg);
	if (n == 0 && b->unpack_error[0])
		reader_set_damage(b, "");
	b->got += n;
	if (b->got > b->limits.max_entry)
		return err_set(e, ERR_LIMIT, "%s unpacks to more than a file may have", b->shown);
	b->in_entry = n > 0;
	return n;
}

/* A file of a zip that cannot be read (encrypted, an unknown method) costs only itself. */
static int64_t lost_entry(struct bundle *b)
{
	const char *why = archive_error_string(b->tar);

	reader_report(b, b->shown, why ? why : "cannot be unpacked");
	b->in_entry = false;
	return 0;
}

/* More of the entry, with the hole in front of it. 1, 0 at the end, negative error; the end may be a hole, too. */
static int next_block(struct bundle *b, struct err *e)
{
	const void *block = NULL;
	size_t n = 0;
	la_int64_t at = 0;
	int rc = archive_read_data_block(b->tar, &block, &n, &at);

	if (rc == ARCHIVE_FAILED && b->zip)
		return (int)lost_entry(b);
	if (rc < ARCHIVE_WARN)
		return (rc = reader_broken(b, e)) < 0 ? rc : 0;
	int64_t until = rc == ARCHIVE_EOF ? b->size : at;
	if (until > b->got && until <= b->size)
		b->hole = until - b->got;
	b->block = block;
	b->block_n = rc == ARCHIVE_EOF ? 0 : n;
	if (rc == ARCHIVE_EOF && b->hole == 0)
		b->in_entry = false;
	return rc != ARCHIVE_EOF || b->hole > 0;
}

int64_t reader_archive_read(struct bundle *b, const void **p, struct err *e)
{
	if (!b->in_entry)
		return 0;
	if (b->single)
		return read_single(b, p, e);
	while (b->hole == 0 && b->block_n == 0) {
		int rc = next_block(b, e);
		if (rc <= 0)
			return rc;
	}
	if (b->hole > 0)
		return give_hole(b, p, e);
	int64_t n = (int64_t)b->block_n;
	*p = b->block;
	b->got += n;
	b->block_n = 0;
	/* What tar gives out was counted when it was unpacked; what a zip unpacks by itself is counted here. */
	if (b->zip && reader_over_limit(b, n))
		return err_set(e, b->root->limit.code, "%s", b->root->limit.msg);
	if (b->got > b->limits.max_entry)
		return err_set(e, ERR_LIMIT, "%s is larger than a file may be", b->shown);
	return n;
}

/* -- opening --------------------------------------------------------------------------------------------------------- */

int reader_archive_open(struct bundle *b, struct err *e)
{
	struct archive_entry *en;

	b->packed = archive_read_new();
	b->tar = archive_read_new();
	if (!b->packed || !b->tar)
		return err_set(e, ERR_LIMIT, "no memory to read an archive");
	archive_read_support_filter_zstd(b->packed);
	archive_read_support_filter_gzip(b->packed);
	archive_read_support_filter_xz(b->packed);
	archive_read_support_filter_bzip2(b->packed);
	archive_read_support_format_raw(b->packed);
	archive_read_support_format_tar(b->tar);
	archive_read_support_format_zip_streamable(b->tar);
	if (archive_read_open(b->packed, b, NULL, raw_bytes, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(b->packed, &en) != ARCHIVE_OK) {
		b->stream_ended = true;
		snprintf(b->unpack_error, sizeof(b->unpack_error), "cannot be unpacked");
		return reader_say_not_a_bundle(b, e);
	}
	la_ssize_t n = unpacked(b, &b->ahead);
	b->ahead_n = n > 0 ? (size_t)n : 0;
	/* Inside an archive anything may be packed; a file of its own must be objects to be of use. */
	b->single = n > 0 && !is_archive(b->ahead, b->ahead_n) && (b->parent || is_objects(b->ahead, b->ahead_n));
	if (b->single)
		return 0;
	if (archive_read_open(b->tar, b, NULL, read_unpacked, NULL) != ARCHIVE_OK)
		return reader_say_not_a_bundle(b, e);
	return 0;
}
