/* kubelets: which kubelets no longer answer the API server. Logs and proxied requests go through them, and each silent
 * one costs a whole deadline: after two of those its node is asked no more. Thread-safe. */
#ifndef SICKBAY_COLLECT_KUBELETS_H
#define SICKBAY_COLLECT_KUBELETS_H
#include <stdbool.h>

struct kubelets;
struct kubelets *kubelets_new(void);
void kubelets_free(struct kubelets *k); /* NULL allowed */
/* A request through the kubelet of `node` ended; in time or not. */
void kubelets_note(struct kubelets *k, const char *node, bool in_time);
bool kubelets_silent(struct kubelets *k, const char *node);

#endif
