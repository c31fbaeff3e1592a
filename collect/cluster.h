/* cluster: everything that is asked of the API: probe, discovery, lists, logs, kubectl's own output. */
#ifndef SICKBAY_COLLECT_CLUSTER_H
#define SICKBAY_COLLECT_CLUSTER_H
#include "collect/kube.h"

/* A node as the API knows it. */
struct cluster_node {
	char *name, *internal_ip, *external_ip; /* addresses may be NULL */
};
struct cluster;
/* k may be NULL: no kubectl; then why says so. Starts nothing yet. Borrowed k. */
struct cluster *cluster_new(struct run *run, struct kube *k, const char *why);
/* Starts asking on threads of its own and returns when the list of nodes is there, or will never be; soon when the user named
 * the nodes. */
void cluster_start(struct cluster *c);
/* The nodes that the API listed, as far as that has ended. Borrowed. */
const struct cluster_node *cluster_nodes(struct cluster *c, int *n);
/* A node that could not be visited: the API is asked for what its kubelet passes on. Names that the API does not know are
 * left alone. */
void cluster_unreached(struct cluster *c, const char *name);
void cluster_wait(struct cluster *c);
void cluster_free(struct cluster *c); /* waits first; NULL allowed */

#endif
