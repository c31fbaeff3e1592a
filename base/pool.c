#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

struct job {
	struct job *next;
	void (*fn)(void *arg);
	void *arg;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work, idle;
	struct job *first, **last;
	int running; /* jobs being run */
	bool stop;
	int nthreads;
	pthread_t *threads;
};

/* Called with the lock held; gives it back for the time of the job. */
static void run_first(struct pool *p)
{
	struct job *j = p->first;

	p->first = j->next;
	if (!p->first)
		p->last = &p->first;
	p->running++;
	pthread_mutex_unlock(&p->lock);
	j->fn(j->arg);
	free(j);
	pthread_mutex_lock(&p->lock);
	if (--p->running == 0 && !p->first)
		pthread_cond_broadcast(&p->idle);
}

static void *worker(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->first && !p->stop)
			pthread_cond_wait(&p->work, &p->lock);
		if (!p->first)
			break;
		run_first(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *pool_new(int threads)
{
	struct pool *p = xcalloc(1, sizeof(*p));
	sigset_t all, before;

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->idle, NULL);
	p->last = &p->first;
	p->threads = xcalloc((size_t)threads, sizeof(*p->threads));
	/* Signals belong to the main thread, which knows what to do about them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; p->nthreads < threads; p->nthreads++)
		if (pthread_create(&p->threads[p->nthreads], NULL, worker, p) != 0)
			break; /* a few threads less; with none at all pool_wait does the work */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p;
}

void pool_add(struct pool *p, void (*fn)(void *arg), void *arg)
{
	struct job *j = xmalloc(sizeof(*j));

	*j = (struct job){NULL, fn, arg};
	pthread_mutex_lock(&p->lock);
	*p->last = j;
	p->last = &j->next;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void pool_wait(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->first || p->running) {
		if (p->nthreads == 0)
			run_first(p);
		else
			pthread_cond_wait(&p->idle, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pool_wait(p);
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->idle);
	free(p->threads);
	free(p);
}
