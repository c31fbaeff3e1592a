/* kube: a Kubernetes API that answers GET requests, however it is reached.
 *
 * One implementation runs `kubectl get --raw`; another that speaks HTTP itself fits behind the same functions. In front
 * of both sits a breaker: after three requests in a row that met no server or no answer, nothing more is asked. All
 * functions may be called from several threads. */
#ifndef SICKBAY_COLLECT_KUBE_H
#define SICKBAY_COLLECT_KUBE_H
#include "collect/run.h"

enum kube_status {
	KUBE_OK,
	KUBE_NOT_FOUND,   /* 404: this server has no such thing */
	KUBE_DENIED,      /* 401, 403 */
	KUBE_UNREACHABLE, /* refused, no route, no such host */
	KUBE_TIMEOUT,     /* no answer in time */
	KUBE_ERROR,       /* an answer that is an error, or the client's own failure */
	KUBE_NOT_ASKED,   /* the breaker is open, or the run is over */
	KUBE_FULL         /* the sink had enough */
};
struct kube_reply {
	enum kube_status status;
	char message[2048]; /* what the client said: kubectl's stderr, as it is */
	char reason[400];   /* the same in one short line */
	int exit_status;    /* -1: none */
};
typedef int (*kube_sink)(void *arg, const void *p, size_t n, struct err *e);

struct kube;
struct kube_backend {
	const char *name; /* "kubectl": source of the captures */
	/* GET path; the body goes to sink while it comes. Returns status, fills reply. */
	enum kube_status (*get)(struct kube *k, const char *path, int64_t deadline, kube_sink sink, void *arg,
	                        struct kube_reply *reply);
	/* What a person would type for it. Caller frees. */
	char *(*command)(struct kube *k, const char *path);
	void (*close)(struct kube *k);
};
struct kube {
	const struct kube_backend *backend;
	struct run *run;
	atomic_int silent; /* requests in a row without an answer */
	bool serves_lists; /* set by kube_probe */
	char broken[480];  /* why lists are not asked for; "" when they are */
	/* What the probe learned. */
	char version[64], server[256], context[128], uid[64];
	struct buf version_doc; /* the answer to /version, or empty */
};

/* kubectl in PATH. ERR_ABSENT without it. */
int kube_open_kubectl(struct run *run, struct kube **out, struct err *e);
void kube_close(struct kube *k); /* NULL allowed */
void clean_kube(struct kube **k);
/* Through the breaker. */
enum kube_status kube_get(struct kube *k, const char *path, int64_t timeout, kube_sink sink, void *arg,
                          struct kube_reply *reply);
/* The same, asked although nobody answered before: what the refusal says is evidence. */
enum kube_status kube_get_anyway(struct kube *k, const char *path, int64_t timeout, kube_sink sink, void *arg,
                                 struct kube_reply *reply);
/* kube_get into memory. */
enum kube_status kube_get_buf(struct kube *k, const char *path, int64_t timeout, struct buf *out,
                              struct kube_reply *reply);
/* Asks for the version and a short list, ten seconds each, and fills what is known of the cluster. */
void kube_probe(struct kube *k);
/* True when an answer is no longer to be hoped for; *why says it. */
bool kube_is_silent(const struct kube *k, const char **why);

/* kubectl with any arguments (split at blanks), for its output to people. Only for the kubectl backend. */
enum kube_status kubectl_run(struct kube *k, const char *args, int64_t timeout, kube_sink sink, void *arg,
                             struct kube_reply *reply);
/* "kubectl --context x ARGS". Caller frees. */
char *kubectl_command(struct kube *k, const char *args);
/* Host of the kubeconfig's server URL, read without the server's help. */
bool kubectl_server_host(struct kube *k, char host[256]);

#endif
