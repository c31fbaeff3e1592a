/* podaccess: `--node-access pod`: a short-lived privileged pod on each node, for nodes without SSH. The one thing that touches
 * the cluster, and only when it is asked for.
 *
 * A pod is pinned to its node, never restarted, pulls no image, and ends by itself (its deadline and the `sleep` in it) should
 * we die. It is removed when its node is done, and at the end whatever of this run is still there. All pods carry the label
 * PODACCESS_LABEL; the next run removes those of earlier runs that have ended. */
#ifndef SICKBAY_COLLECT_PODACCESS_H
#define SICKBAY_COLLECT_PODACCESS_H
#include "collect/kube_http.h"
#include "collect/transport.h"

#define PODACCESS_LABEL "app.kubernetes.io/managed-by=sickbay"

struct podaccess;
/* Removes what earlier runs left. ERR_USAGE when k (may be NULL) cannot do it. Borrows both. */
int podaccess_new(struct run *run, struct kube *k, struct podaccess **out, struct err *e);
/* Makes the node's pod and waits until it runs. Errors say why it does not; then it is removed already. *pod is the caller's. */
int podaccess_start(struct podaccess *p, const char *node, char **pod, struct err *e);
/* A connection to it; any number. */
struct transport *podaccess_open(struct podaccess *p, const char *pod);
/* Removes it, also when the user wants to stop. */
void podaccess_stop(struct podaccess *p, const char *pod);
/* Removes what is left, and says in `note` how many there were, and how to remove what could not be removed. */
void podaccess_free(struct podaccess *p, char *note, size_t size);
/* The pod that would be made, as JSON, for --dry-run. Caller frees. */
char *podaccess_manifest(const struct collect_opts *o, const char *name, const char *node, const char *id, int64_t seconds);

#endif
