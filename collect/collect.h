/* collect: one collection from beginning to end, as the command line asks for it. */
#ifndef SICKBAY_COLLECT_COLLECT_H
#define SICKBAY_COLLECT_COLLECT_H
#include "base/err.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct collect_ssh {
	const char *user, *key, *known_hosts; /* NULL: ssh's own defaults */
	const char *config;                   /* instead of ~/.ssh/config, or NULL */
	const char *jump;                     /* "[user@]host[:port]" between here and the nodes, or NULL */
	int port;                             /* 0: ssh's own default */
	bool insecure;                        /* unknown host keys are accepted */
	bool ask_pass, ask_sudo_pass;         /* passwords are asked for on the terminal */
};
enum node_access {
	NODE_ACCESS_AUTO, /* SSH; never a pod */
	NODE_ACCESS_SSH,
	NODE_ACCESS_POD   /* podaccess.h */
};
struct collect_opts {
	const char *output; /* NULL: a name is made */
	const char *shown;  /* the name that the summary gives the bundle, when it gets another one afterwards; or NULL */
	bool force;
	const char *kubeconfig, *context; /* NULL: kubectl's own rules */
	const char *via;                  /* "api" or "kubectl": how the API is asked; NULL: directly where that can be */
	const char *nodes;                /* "a,b=ops@10.0.0.2:22", NULL: those of the API */
	const char *nodes_from;           /* a list, an inventory or a bundle (inventory.h), or NULL */
	bool no_nodes, no_kube, local;
	struct collect_ssh ssh;
	enum node_access node_access;
	const char *node_image, *node_namespace; /* NODE_ACCESS_POD: of the pods; the image must be on the nodes */
	int64_t since;    /* how far logs go back from the beginning of the run, µs */
	int64_t until;    /* the same for their end; 0: until now */
	bool window;      /* one of them was given: container logs keep to it, too */
	const char *plan; /* file, or NULL */
	int jobs;
	int64_t timeout;           /* µs, whole run */
	int64_t node_timeout;      /* µs, one node from the first packet to the last */
	int64_t max_bytes;         /* of the whole bundle, unpacked */
	const atomic_bool *cancel; /* becomes true when the user wants to stop */
	bool quiet;                /* no closing summary: the bundle's name alone */
	FILE *progress;            /* where to tell how far it is, or NULL */
	bool live;                 /* progress is a terminal that can move its cursor */
	void (*opened)(const char *path); /* told the bundle's name once it is chosen, or NULL */
	void (*scratch)(const char *dir); /* told of the folder for ssh's sockets (nodes_remove_scratch), or NULL */
};
struct collect_result {
	char path[512]; /* where the bundle is; "" when there is none */
	bool partial;   /* something failed: exit status 3 */
};
/* Collects. Prints the closing summary to `say`. A result with a bundle may still be partial. */
int collect_run(const struct collect_opts *o, FILE *say, struct collect_result *res, struct err *e);
/* Prints every request and command that collect_run would make, and makes none. */
int collect_print_plan(const struct collect_opts *o, FILE *f, struct err *e);

#endif
