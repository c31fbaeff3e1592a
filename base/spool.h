/* spool: bytes on their way into an archive whose size must be known first.
 *
 * Up to 256 KiB stay in memory, more go to an unlinked temporary file. A cap bounds it: what goes beyond is dropped and
 * `truncated` says so. keep_tail keeps the newest bytes instead of the first ones, cut at a line boundary: a log's end
 * is what matters. Memory is flat whatever is written. Not thread-safe: one owner at a time. */
#ifndef SICKBAY_BASE_SPOOL_H
#define SICKBAY_BASE_SPOOL_H
#include "base/buf.h"
#include <stdint.h>

struct spool;
/* cap in bytes, > 0. dir: where a temporary file goes (NULL: $TMPDIR or /tmp). */
struct spool *spool_new(int64_t cap, bool keep_tail, const char *dir);
void spool_free(struct spool *s);
void clean_spool(struct spool **s);
/* Takes all bytes (dropping beyond the cap is success). Fails only when the disk does. */
int spool_write(struct spool *s, const void *p, size_t n, struct err *e);
/* Ends writing; settles what keep_tail keeps. Needed before size and read. */
int spool_finish(struct spool *s, struct err *e);
int64_t spool_size(const struct spool *s);   /* bytes kept */
int64_t spool_seen(const struct spool *s);   /* bytes written in all */
bool spool_truncated(const struct spool *s);
/* Reads from the start on; returns bytes, 0 at the end, negative error. */
int64_t spool_read(struct spool *s, void *p, size_t n, struct err *e);
int spool_rewind(struct spool *s, struct err *e);

#endif
