/* podlogs: whose container logs are worth taking, and taking them. */
#ifndef SICKBAY_COLLECT_PODLOGS_H
#define SICKBAY_COLLECT_PODLOGS_H
#include "base/pool.h"
#include "collect/kube.h"
#include "collect/kubelets.h"

struct podlogs;
struct podlogs *podlogs_new(struct kube *k, struct kubelets *kubelets);
/* Looks at one Pod of the list. Not thread-safe: pods come from one list. */
void podlogs_look(struct podlogs *p, const cJSON *pod);
/* Queues the requests on the pool. They are done when the pool is. */
void podlogs_start(struct podlogs *p, struct pool *pool);
void podlogs_free(struct podlogs *p);

#endif
