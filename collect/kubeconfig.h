/* kubeconfig: how to reach a cluster's API and as whom, by kubectl's own rules.
 *
 * --kubeconfig names one file; else KUBECONFIG is a list of files, of which the first that knows a name wins; else
 * ~/.kube/config; with --local on a control plane node its admin file; else the service account of the pod this runs in.
 * Relative paths are relative to the file they stand in. Files that are named are read here; what they hold is never
 * part of an error. */
#ifndef SICKBAY_COLLECT_KUBECONFIG_H
#define SICKBAY_COLLECT_KUBECONFIG_H
#include "base/json.h"

struct kubeconfig_opts {
	const char *kubeconfig, *context; /* NULL: not given */
	bool local;                       /* admin files of a control plane node are an answer, too */
};
struct kubeconfig {
	char *source;  /* for people: the file that holds the context, or "service account of this pod" */
	char *context; /* "" in a pod */
	char *cluster, *user;
	char *ns;      /* the context's namespace, or NULL */
	char *server; /* "https://host:port/prefix" without a slash at the end */
	char *tls_server_name, *proxy_url; /* or NULL */
	bool insecure;                     /* the server's certificate is not checked */
	bool in_cluster;
	struct buf ca, cert, key;             /* PEM; empty when not set */
	char *token, *token_file;             /* or NULL; the file wins and is read again as it changes */
	char *username, *password;            /* or NULL */
	char *as, *as_uid, **as_groups;       /* impersonation; lists NULL-terminated, or NULL */
	char **as_extra;                      /* whole header lines */
	cJSON *exec;                          /* users[].user.exec, or NULL */
	cJSON *exec_config;                   /* the cluster's extension for it, or NULL */
	char *exec_dir;                       /* a relative command is relative to it */
};
/* ERR_ABSENT: there is no kubeconfig and this is no pod. ERR_DENIED: the user logs in by a legacy auth-provider, which is
 * not spoken here. Others: what is wrong with which file. *out is the caller's. */
int kubeconfig_load(const struct kubeconfig_opts *o, struct kubeconfig **out, struct err *e);
void kubeconfig_free(struct kubeconfig *c); /* wipes what is secret; NULL allowed */
void clean_kubeconfig(struct kubeconfig **c);
/* The service account that lies in dir, of the server that the environment names. ERR_ABSENT without either. */
int kubeconfig_in_pod(const char *dir, struct kubeconfig **out, struct err *e);
/* On a control plane node without a kubeconfig of the user's own: its admin file, else NULL. Static text. */
const char *kubeconfig_of_host(void);
/* Standard base64 with or without line breaks, appended to out. ERR_FORMAT. */
int kubeconfig_base64(const char *text, struct buf *out, struct err *e);
/* The other way, in one line. Caller frees with secret_free. */
char *secret_base64(const char *p, size_t n);
/* Wipes and frees. NULL allowed. */
void secret_free(char *s);
void secret_release(struct buf *b);

#endif
