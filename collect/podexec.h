/* podexec: commands in a container through the API server, as `kubectl exec` runs them, without kubectl: a WebSocket a command
 * that speaks v4.channel.k8s.io. */
#ifndef SICKBAY_COLLECT_PODEXEC_H
#define SICKBAY_COLLECT_PODEXEC_H
#include "collect/kube_http.h"
#include "collect/transport.h"

/* A transport whose commands run in the pod's first container, each as `argv[0] ... argv[n-1] COMMAND`. All borrowed for its
 * life. k speaks HTTP itself. */
struct podexec_opts {
	struct kube *k;
	const char *ns, *pod;
	const char *const *argv; /* NULL-terminated */
};
struct transport *podexec_new(const struct podexec_opts *o);

/* What the messages of one command say; for its tests. */
struct podexec_stream {
	const struct exec_opts *o;
	int channel;       /* of the message that is coming in; -1: its first byte is still to come */
	struct buf status; /* the status that ends it, JSON */
	bool closed;
};
#define PODEXEC_STATUS_MAX (64 * 1024)
int podexec_data(void *stream, const char *p, size_t n, bool first, bool last, struct err *e);
/* The exit status out of the status; ERR_NETWORK with the server's words when the command did not run to its end. */
int podexec_exit(const struct buf *status, int *exit_status, struct err *e);

#endif
