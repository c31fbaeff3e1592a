/* pack: bundles for the fuzz targets. An input that begins with "%% " is text that becomes a tar here, so that mutations
 * reach the files' contents and names and not only the tar's checksums:
 *
 *   %% top/nodes/n1/journal/kubelet.log
 *   2026-11-23T19:33:31+0000 node1 kubelet[1]: ...
 *   %% top/manifest.json
 *   {...}
 *
 * Any other input is an archive as it is. */
#ifndef SICKBAY_TESTS_FUZZ_PACK_H
#define SICKBAY_TESTS_FUZZ_PACK_H
#include "tests/fuzz/fuzz.h"

#include <archive.h>
#include <archive_entry.h>

#include "analyze/analyze.h"
#include "base/asset.h"

static inline la_ssize_t pack_write(struct archive *a, void *arg, const void *p, size_t n)
{
	(void)a;
	MUST(buf_add(arg, p, n, NULL) == 0);
	return (la_ssize_t)n;
}

static inline void pack_file(struct archive *tar, struct str name, struct str body)
{
	CLEAN(clean_free) char *path = xstrndup(name.p, name.n);
	struct archive_entry *en = archive_entry_new();

	archive_entry_set_pathname(en, path);
	archive_entry_set_filetype(en, AE_IFREG);
	archive_entry_set_perm(en, 0600);
	archive_entry_set_size(en, (la_int64_t)body.n);
	archive_entry_set_mtime(en, 1606160000, 0);
	if (archive_write_header(tar, en) >= ARCHIVE_WARN && body.n)
		archive_write_data(tar, body.p, body.n);
	archive_entry_free(en);
}

/* The end of the file that begins at p: where the next "%% " begins a line. */
static inline const char *pack_end(const char *p, const char *end)
{
	for (; p < end; p++) {
		if (end - p >= 3 && memcmp(p, "%% ", 3) == 0)
			return p;
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return end;
	}
	return end;
}

static inline void pack(struct str text, struct buf *out)
{
	const char *p = text.p, *end = text.p + text.n;

	if (!str_starts(text, "%% ")) {
		MUST(buf_add(out, text.p, text.n, NULL) == 0);
		return;
	}
	struct archive *tar = archive_write_new();
	archive_write_set_format_pax_restricted(tar);
	archive_write_set_bytes_per_block(tar, 512);
	archive_write_open(tar, out, NULL, pack_write, NULL);
	while (p < end) {
		const char *name = p + 3, *nl = memchr(name, '\n', (size_t)(end - name));
		const char *body = nl ? nl + 1 : end;
		p = pack_end(body, end);
		pack_file(tar, (struct str){name, (size_t)((nl ? nl : end) - name)}, (struct str){body, (size_t)(p - body)});
	}
	archive_write_close(tar);
	archive_write_free(tar);
}

/* Loads the input into a new database, up to its views. False when it is no bundle. */
static inline bool pack_load(const uint8_t *data, size_t size, sqlite3 **db)
{
	const struct load_opts o = {
		.limits = {.max_entries = 200, .max_entry = 4 << 20, .max_total = 8 << 20, .max_ratio = 1000},
	};
	CLEAN_BUF struct buf tar = BUF_MAX(8 << 20);
	struct err e = {0};
	char path[32];

	pack((struct str){(const char *)data, size}, &tar);
	CLEAN(clean_fd) int fd = fuzz_file(tar.p, tar.n, path);
	(void)fd;
	MUST(asset_init(&e) == 0 && db_create(NULL, db, &e) == 0 && schema_create(*db, &e) == 0);
	if (load_bundle(*db, path, &o, &e) < 0) {
		if (e.code != ERR_FORMAT && e.code != ERR_LIMIT)
			fprintf(stderr, "%s\n", e.msg);
		MUST(e.code == ERR_FORMAT || e.code == ERR_LIMIT);
		return false;
	}
	if (schema_finish(*db, &e) < 0)
		fprintf(stderr, "%s\n", e.msg);
	MUST(e.code == 0);
	return true;
}

#endif
