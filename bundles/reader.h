/* bundle reader: the regular files of an archive or folder, one after the other, streamed.
 *
 * tar with zstd, gzip, xz, bzip2 or no compression, zip (by content, never by name); a folder; one file of Kubernetes objects.
 * Nothing is extracted. The common top folder is cut off the paths. All input is hostile: caps on entries, entry size, total size and ratio; absolute paths, "..",
 * control characters and duplicates are refused as problems and skipped; links and devices are skipped. */
#ifndef SICKBAY_BUNDLES_READER_H
#define SICKBAY_BUNDLES_READER_H
#include "base/buf.h"
#include <stdint.h>

struct bundle_limits {
	int64_t max_entries;   /* 500,000 */
	int64_t max_entry;     /* bytes of one file: 16 GiB */
	int64_t max_total;     /* bytes in all: 256 GiB */
	int64_t max_ratio;     /* unpacked : packed, looked at beyond 1 GiB unpacked: 1,000 */
};
extern const struct bundle_limits bundle_limits_default;

struct bundle;
struct bundle_entry {
	const char *path; /* without the top folder; valid UTF-8 without control characters; borrowed until the next call */
	int64_t size;     /* -1: not known before its end */
	int64_t mtime;    /* µs */
};
/* path "-" is standard input. ERR_ABSENT: no such file; ERR_FORMAT "not a bundle: ..." when it is no archive we read. */
int bundle_open(const char *path, const struct bundle_limits *limits, struct bundle **out, struct err *e);
/* Files that are packed come unpacked, and archives inside as their files, up to three deep: "sosreport.tar.xz/proc/mounts". What
 * cannot be unpacked is a problem. To be called before the first bundle_next(). */
void bundle_open_nested(struct bundle *b);
/* The current entry is a file that was packed by itself: its name ends in .gz, most likely, its bytes are what was in it. */
bool bundle_is_packed(const struct bundle *b);
/* Called for each entry that had to be skipped, with the reason. */
void bundle_on_problem(struct bundle *b, void (*fn)(void *arg, const char *path, const char *reason), void *arg);
/* 1 with *entry filled, 0 at the end, negative error. A damaged or cut-off archive ends with 0 and bundle_damage() says
 * what; only limits and I/O errors are errors. */
int bundle_next(struct bundle *b, struct bundle_entry *entry, struct err *e);
/* The next piece of the current entry, borrowed until the next call; 0 bytes at its end. When the archive breaks off
 * inside, the rest is missing, 0 is returned and bundle_damage() says so. Returns bytes or a negative error. */
int64_t bundle_read(struct bundle *b, const void **p, struct err *e);
/* NULL for a whole archive, else one sentence: "cut off inside nodes/n1/journal/kubelet.log after 81,920 bytes". */
const char *bundle_damage(const struct bundle *b);
const char *bundle_top(const struct bundle *b); /* the common top folder, "" when none */
/* What was cut off the paths until a file came that is not below it: they should have kept it. NULL when nothing was. */
const char *bundle_lost_top(const struct bundle *b);
void bundle_close(struct bundle *b);
void clean_bundle(struct bundle **b);

#endif
