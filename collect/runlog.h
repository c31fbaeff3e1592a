/* runlog: collect.log, what the collector did and when. Kept in memory (bounded) until the end. Thread-safe. */
#ifndef SICKBAY_COLLECT_RUNLOG_H
#define SICKBAY_COLLECT_RUNLOG_H
#include "base/buf.h"

struct runlog;
struct runlog *runlog_new(void);
__attribute__((format(printf, 2, 3))) void runlog(struct runlog *l, const char *fmt, ...);
/* The text so far; borrowed until the next runlog(). Call when the threads are done. */
struct str runlog_text(const struct runlog *l);
void runlog_free(struct runlog *l);

#endif
