#include "base/resolve.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

/* One look-up. Who comes last, the asker or the thread, frees it. */
struct lookup {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	char *host, port[16];
	bool done, abandoned;
	int rc;
	struct addrinfo *list;
};

static void free_lookup(struct lookup *l)
{
	if (l->list)
		freeaddrinfo(l->list);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->cond);
	free(l->host);
	free(l);
}

static void *look_up(void *arg)
{
	struct lookup *l = arg;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	int rc = getaddrinfo(l->host, l->port, &hints, &list);
	bool mine;

	pthread_mutex_lock(&l->lock);
	l->rc = rc;
	l->list = rc == 0 ? list : NULL;
	l->done = true;
	mine = l->abandoned;
	pthread_cond_signal(&l->cond);
	pthread_mutex_unlock(&l->lock);
	if (mine)
		free_lookup(l);
	return NULL;
}

static int start(struct lookup *l, struct err *e)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int no;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	no = pthread_create(&thread, &attr, look_up, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return no ? err_set(e, ERR_IO, "no thread to look a name up") : 0;
}

/* Under the lock. Looks at cancel every 100 ms. */
static int wait_done(struct lookup *l, int64_t deadline, const atomic_bool *cancel, struct err *e)
{
	while (!l->done) {
		struct timespec until;

		if (cancel && atomic_load(cancel))
			return err_set(e, ERR_CANCELED, "stopped by the user");
		if (clock_mono() >= deadline)
			return err_set(e, ERR_TIMEOUT, "%s: the name server does not answer", l->host);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += 100000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_clockwait(&l->cond, &l->lock, CLOCK_MONOTONIC, &until);
	}
	return l->rc ? err_set(e, ERR_ABSENT, "%s: %s", l->host, gai_strerror(l->rc)) : 0;
}

int resolve(const char *host, int port, int64_t deadline, const atomic_bool *cancel, struct addrinfo **out, struct err *e)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct lookup *l;
	char text[16];
	bool mine;
	int rc;

	snprintf(text, sizeof(text), "%d", port);
	if (getaddrinfo(host, text, &hints, out) == 0)
		return 0;
	l = xcalloc(1, sizeof(*l));
	l->host = xstrdup(host);
	snprintf(l->port, sizeof(l->port), "%d", port);
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->cond, NULL);
	if ((rc = start(l, e)) < 0) {
		free_lookup(l);
		return rc;
	}
	pthread_mutex_lock(&l->lock);
	rc = wait_done(l, deadline, cancel, e);
	if (rc == 0)
		*out = STEAL(l->list);
	mine = l->done;
	l->abandoned = !l->done;
	pthread_mutex_unlock(&l->lock);
	if (mine)
		free_lookup(l);
	return rc;
}
