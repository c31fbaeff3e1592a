/* kube_http: the Kubernetes API spoken directly, with libcurl: the server, credentials and proxy of a kubeconfig,
 * HTTP/2 or 1.1, gzip, connections kept. See kube.h for asking. */
#ifndef SICKBAY_COLLECT_KUBE_HTTP_H
#define SICKBAY_COLLECT_KUBE_HTTP_H
#include "collect/kube.h"

/* Reads the kubeconfig and runs its exec plugin, whose failure is told by the first request; connects to nothing yet. Errors as
 * kubeconfig_load. */
int kube_open_http(struct run *run, struct kube **out, struct err *e);
/* True when k speaks HTTP itself; what follows needs that. */
bool kube_is_http(const struct kube *k);

/* The collector only reads. These two are for --node-access pod alone, which the user has to ask for. */

/* POST, or GET and DELETE to clean up (these go on when the user wants to stop); body is JSON or NULL. The answer goes to out (may be NULL). Never repeated after it may have been
 * received. */
enum kube_status kube_change(struct kube *k, const char *method, const char *path, const char *body, int64_t timeout,
                             struct buf *out, struct kube_reply *reply);

/* A connection that changes its protocol: `kubectl exec` without kubectl.
 *
 * Opens a connection of its own through proxy and TLS, sends GET path with the credentials and the given headers
 * ("Upgrade: websocket", ...; NULL-terminated), and reads the head of the answer. KUBE_OK when that is 101; then the
 * bytes that follow are the caller's. Any other answer is told in reply, as kube_get tells it. */
struct kube_pipe;
enum kube_status kube_pipe_open(struct kube *k, const char *path, const char *const *headers, int64_t deadline,
                                struct kube_pipe **out, struct kube_reply *reply);
/* Value of a header of the answer ("sec-websocket-protocol"), or NULL. Borrowed. */
const char *kube_pipe_header(const struct kube_pipe *p, const char *name);
/* Sends all of it. ERR_TIMEOUT at the deadline (clock_mono()), ERR_CANCELED, ERR_NETWORK. */
int kube_pipe_send(struct kube_pipe *p, const void *data, size_t n, int64_t deadline, struct err *e);
/* Returns bytes (at least 1), 0 when the other side has closed, or an error as above. */
int64_t kube_pipe_recv(struct kube_pipe *p, void *data, size_t n, int64_t deadline, struct err *e);
void kube_pipe_close(struct kube_pipe *p); /* NULL allowed */

#endif
