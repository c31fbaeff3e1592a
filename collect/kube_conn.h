/* kube_conn: libcurl handles set up for one server and one user; for kube_http.c and kube_pipe.c. */
#ifndef SICKBAY_COLLECT_KUBE_CONN_H
#define SICKBAY_COLLECT_KUBE_CONN_H
#include "collect/kube_auth.h"
#include "collect/kube_http.h"
#include <curl/curl.h>

#define KUBE_IDLE_MAX 64
struct kube_http {
	struct kube kube;
	struct kubeconfig *conf;
	struct kube_auth *auth;
	char *host, *port; /* of the server; an IPv6 address without brackets */
	char *authority;   /* "host:port" for people, headers and connections */
	char *prefix;      /* path of the server's URL, "" or "/k8s/clusters/x" */
	char *proxy;       /* kube_proxy.h; NULL: none */
	const char *proxy_whose; /* "of the kubeconfig" */
	bool tls;
	pthread_mutex_t lock;
	CURL *idle[KUBE_IDLE_MAX]; /* handles with their connections; under lock */
	int n_idle;
	atomic_int waits_told; /* lines of the log about servers that are busy */
};
/* One request on one handle. */
struct kube_conn {
	struct kube_http *h;
	CURL *curl;
	struct curl_slist *headers, *connect_to;
	struct kube_creds *creds;
	char errors[CURL_ERROR_SIZE];
};
/* A handle of the server with everything set that does not depend on what is asked. */
int kube_conn_open(struct kube_http *h, struct kube_conn *c, const struct kube_creds *refused, int64_t deadline,
                   struct err *e);
/* Path and deadline (clock_mono()); headers may be added to c->headers before kube_conn_perform. */
void kube_conn_target(struct kube_conn *c, const char *path, int64_t deadline);
void kube_conn_header(struct kube_conn *c, const char *line);
/* Sends it with its headers and waits for the end. */
CURLcode kube_conn_perform(struct kube_conn *c);
/* keep: the connection may serve another request. */
void kube_conn_close(struct kube_conn *c, bool keep);

/* kube_answer.c: what an answer, or its absence, means. */
enum kube_status kube_answer_failed(const struct kube_conn *c, CURLcode code, int64_t timeout, struct kube_reply *reply);
/* An HTTP status that is no success, with its body (a Status object or anything else). */
enum kube_status kube_answer_error(const struct kube_http *h, long http, const char *path, const struct buf *body,
                                   struct kube_reply *reply);
/* Fills both texts of a reply. */
__attribute__((format(printf, 2, 3))) void kube_reply_say(struct kube_reply *reply, const char *fmt, ...);

#endif
