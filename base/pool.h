/* pool: run many jobs on a few threads. */
#ifndef SICKBAY_BASE_POOL_H
#define SICKBAY_BASE_POOL_H

struct pool;
/* threads >= 1. */
struct pool *pool_new(int threads);
/* Queues fn(arg); jobs start in the order they were added. May be called from within a job. */
void pool_add(struct pool *p, void (*fn)(void *arg), void *arg);
/* Waits until no job is queued or running (jobs added by jobs included). */
void pool_wait(struct pool *p);
void pool_free(struct pool *p); /* waits first */

#endif
