#include "collect/kubelets.h"
#include "base/mem.h"
#include <pthread.h>

#define SILENT_AFTER 2

struct kubelet {
	char *node;
	int late; /* requests in a row without an answer in time */
};
struct kubelets {
	pthread_mutex_t lock;
	struct kubelet *v;
	int n;
};

struct kubelets *kubelets_new(void)
{
	struct kubelets *k = xcalloc(1, sizeof(*k));

	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void kubelets_free(struct kubelets *k)
{
	if (!k)
		return;
	for (int i = 0; i < k->n; i++)
		free(k->v[i].node);
	free(k->v);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

/* Under the lock. */
static int find(const struct kubelets *k, const char *node)
{
	for (int i = 0; i < k->n; i++)
		if (!strcmp(k->v[i].node, node))
			return i;
	return -1;
}

void kubelets_note(struct kubelets *k, const char *node, bool in_time)
{
	int i;

	pthread_mutex_lock(&k->lock);
	i = find(k, node);
	if (i < 0 && !in_time) {
		k->v = xreallocarray(k->v, (size_t)k->n + 1, sizeof(*k->v));
		i = k->n++;
		k->v[i].node = xstrdup(node);
		k->v[i].late = 0;
	}
	if (i >= 0)
		k->v[i].late = in_time ? 0 : k->v[i].late + 1;
	pthread_mutex_unlock(&k->lock);
}

bool kubelets_silent(struct kubelets *k, const char *node)
{
	bool silent;
	int i;

	pthread_mutex_lock(&k->lock);
	i = find(k, node);
	silent = i >= 0 && k->v[i].late >= SILENT_AFTER;
	pthread_mutex_unlock(&k->lock);
	return silent;
}
