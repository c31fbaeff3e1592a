/* bundle writer: a pax tar, compressed by the name's ending, one top folder, bundle.json first, manifest.json last.
 *
 * Thread-safe: captures come from many threads; each entry is written whole under a lock. The archive appears under its
 * final name only at the end; until then it grows as "NAME.part" beside it (mode 0600), which loads as a cut-off bundle
 * when the collector is killed. */
#ifndef SICKBAY_BUNDLES_WRITER_H
#define SICKBAY_BUNDLES_WRITER_H
#include "base/spool.h"
#include "bundles/capture.h"

struct bundle_writer;
/* path ends in .tar.zst, .tar.gz, .tgz or .tar (ERR_USAGE otherwise), or is "-" (standard output, tar.zst). The top
 * folder is the name without folder and ending. started (µs) becomes the entries' mtime. An existing file is not
 * overwritten (ERR_USAGE says so) unless force. */
int bundle_writer_open(const char *path, int64_t started, bool force, struct bundle_writer **out, struct err *e);
/* Writes bundle.json, version.yaml. Call first. Takes the document; fields are in FORMAT.md. */
int bundle_writer_head(struct bundle_writer *w, const cJSON *bundle_json, struct err *e);
/* Adds one record and, unless body is NULL, its file. The writer fills bytes, truncated and sha256 from the (finished)
 * spool; everything is copied. A path that was already used gets "-2", "-3" before its last dot. */
int bundle_writer_add(struct bundle_writer *w, const struct capture *c, struct spool *body, struct err *e);
/* The same for bytes in memory. */
int bundle_writer_add_bytes(struct bundle_writer *w, const struct capture *c, const void *p, size_t n, struct err *e);
struct bundle_counts {
	int64_t ok, failed, absent, skipped, truncated, redactions, bytes;
	struct tally redacted; /* redactions by kind */
};
void bundle_writer_counts(struct bundle_writer *w, struct bundle_counts *c);
/* Calls fn for each record so far, in the order of their paths (for the closing summary). */
void bundle_writer_each(struct bundle_writer *w, void (*fn)(void *arg, const struct capture *c), void *arg);
/* The time that manifest.json gives as the end of the collection, in µs: of another bundle that is written again. */
void bundle_writer_set_finished(struct bundle_writer *w, int64_t finished);
/* Writes manifest.json (records sorted by path), ends the archive, fsyncs, renames. */
int bundle_writer_finish(struct bundle_writer *w, struct err *e);
/* Size of the finished file in bytes. */
int64_t bundle_writer_size(const struct bundle_writer *w);
/* NULL allowed. Without finish, the .part file is removed. */
void bundle_writer_free(struct bundle_writer *w);

#endif
