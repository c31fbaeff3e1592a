/* kube_auth: what a kubeconfig's user shows to the server: a header, a client certificate; asked of the exec plugin or
 * read from the token file when it is time. Thread-safe. Nothing of it is ever part of an error or a log. */
#ifndef SICKBAY_COLLECT_KUBE_AUTH_H
#define SICKBAY_COLLECT_KUBE_AUTH_H
#include "collect/kubeconfig.h"
#include <stdatomic.h>

/* One state of the credentials. Immutable; shared by those who use it. */
struct kube_creds {
	char *header;         /* "Authorization: ...", or NULL */
	struct buf cert, key; /* PEM, or empty */
	int64_t expires;      /* clock_now(), or TIME_NONE */
	atomic_int users;
};
struct kube_auth;
/* Borrowed c and cancel (may be NULL). */
struct kube_auth *kube_auth_new(const struct kubeconfig *c, const atomic_bool *cancel);
void kube_auth_free(struct kube_auth *a);
/* What is valid now, running the plugin when needed, until the deadline (clock_mono()) at most. `refused` (or NULL) is
 * what the server did not accept: it is fetched anew unless that happened meanwhile or cannot help. Give it back with
 * kube_creds_release. A plugin that failed is not run again for a minute: its error is told again. Errors say what is wrong with the plugin or the file. */
int kube_auth_get(struct kube_auth *a, const struct kube_creds *refused, int64_t deadline, struct kube_creds **out,
                  struct err *e);
/* Can a refusal be cured by fetching anew? */
bool kube_auth_renews(const struct kube_auth *a);
void kube_creds_release(struct kube_creds *c); /* NULL allowed */
void clean_kube_creds(struct kube_creds **c);

/* What a plugin's run may take at most, µs: it may send people elsewhere to log in. */
#define KUBE_LOGIN_TIMEOUT (60 * INT64_C(1000000))
/* Runs the exec plugin of c, by the protocol client.authentication.k8s.io v1 or v1beta1 (or v1alpha1). */
int kube_exec_run(const struct kubeconfig *c, const atomic_bool *cancel, int64_t deadline, struct kube_creds *out,
                  struct err *e);

#endif
