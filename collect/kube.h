/* kube: a Kubernetes API that answers GET requests, however it is reached.
 *
 * One backend speaks HTTP itself (kube_http.h), the other runs `kubectl get --raw`. In front of both sits a breaker: after
 * three requests in a row that met no server or no answer, nothing more is asked. All functions may be called from several
 * threads. */
#ifndef SICKBAY_COLLECT_KUBE_H
#define SICKBAY_COLLECT_KUBE_H
#include "collect/run.h"

enum kube_status {
	KUBE_OK,
	KUBE_NOT_FOUND,   /* 404, 405: this server has no such thing */
	KUBE_EXPIRED,     /* 410: the snapshot that a page belongs to is gone; reply.cont may continue in a newer one */
	KUBE_DENIED,      /* 401, 403 */
	KUBE_UNREACHABLE, /* refused, no route, no such host */
	KUBE_TIMEOUT,     /* no answer in time */
	KUBE_ERROR,       /* an answer that is an error, or the client's own failure */
	KUBE_NOT_ASKED,   /* the breaker is open, or the run is over */
	KUBE_FULL         /* the sink had enough */
};
struct kube_reply {
	enum kube_status status;
	char message[8192]; /* what the server or the client said, kubectl's stderr: as it is */
	char reason[400];   /* the same in one short line */
	int exit_status;    /* of kubectl; -1: none */
	int http;           /* status of the answer, 0: none is known */
	char cont[2048];    /* KUBE_EXPIRED: token of the next page, or "" */
};
typedef int (*kube_sink)(void *arg, const void *p, size_t n, struct err *e);

struct kube;
struct kube_backend {
	const char *name; /* "api", "kubectl": source of the captures */
	/* GET path; the body goes to sink while it comes. tail: only so many bytes of a file's end are wanted (0: all), where
	 * the backend can ask for that. Returns status, fills reply. */
	enum kube_status (*get)(struct kube *k, const char *path, int64_t tail, int64_t deadline, kube_sink sink, void *arg,
	                        struct kube_reply *reply);
	/* What a person would type for it. Caller frees. */
	char *(*command)(struct kube *k, const char *path);
	void (*close)(struct kube *k);
};
struct kube {
	const struct kube_backend *backend;
	struct run *run;
	struct kubectl *kubectl; /* for its output to people; NULL: it is not in PATH */
	atomic_int silent; /* requests in a row without an answer */
	bool serves_lists; /* set by kube_probe */
	char broken[480];  /* why lists are not asked for; "" when they are */
	char ns[254]; /* the context's namespace: what is listed of where all is forbidden; "" when it names none */
	/* What the probe learned. */
	char version[64], server[256], context[128], uid[64];
	struct buf version_doc; /* the answer to /version, or empty */
};

/* By --via: the API directly, or through kubectl (ERR_ABSENT without it). Errors say what to do. */
int kube_open(struct run *run, struct kube **out, struct err *e);
void kube_close(struct kube *k); /* NULL allowed */
void clean_kube(struct kube **k);
/* Through the breaker. */
enum kube_status kube_get(struct kube *k, const char *path, int64_t timeout, kube_sink sink, void *arg,
                          struct kube_reply *reply);
/* The same, asked although nobody answered before: what the refusal says is evidence. */
enum kube_status kube_get_anyway(struct kube *k, const char *path, int64_t timeout, kube_sink sink, void *arg,
                                 struct kube_reply *reply);
/* kube_get of a file's last bytes. */
enum kube_status kube_get_tail(struct kube *k, const char *path, int64_t tail, int64_t timeout, kube_sink sink, void *arg,
                               struct kube_reply *reply);
/* kube_get into memory. */
enum kube_status kube_get_buf(struct kube *k, const char *path, int64_t timeout, struct buf *out,
                              struct kube_reply *reply);
/* Asks for the version and a short list, ten seconds each, and fills what is known of the cluster. */
void kube_probe(struct kube *k);
/* True when an answer is no longer to be hoped for; *why says it. */
bool kube_is_silent(const struct kube *k, const char **why);

/* Host of the server's URL, read without the server's help. */
bool kube_server_host(const struct kube *k, char host[256]);

/* kubectl with any arguments (split at blanks), for its output to people. Needs k->kubectl. */
enum kube_status kubectl_run(struct kube *k, const char *args, int64_t timeout, kube_sink sink, void *arg,
                             struct kube_reply *reply);
/* "kubectl --context x ARGS". Caller frees. */
char *kubectl_command(const struct kube *k, const char *args);
/* For kube.c. kubectl in PATH with the options of the run, or NULL. */
struct kubectl *kubectl_new(const struct run *run);
void kubectl_free(struct kubectl *p); /* NULL allowed */
/* A backend that asks through it; fills context and server. Takes p. */
struct kube *kubectl_kube(struct run *run, struct kubectl *p);

#endif
