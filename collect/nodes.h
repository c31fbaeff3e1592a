/* nodes: the hosts of a cluster, each visited by a few connections of its own. One dead node, one hung command or one
 * broken connection costs its own records and nothing else. */
#ifndef SICKBAY_COLLECT_NODES_H
#define SICKBAY_COLLECT_NODES_H
#include "collect/cluster.h"
#include "collect/run.h"

enum node_phase { NODE_WAITING, NODE_CONNECTING, NODE_COLLECTING, NODE_ENDED };
struct node {
	char *name; /* folder in the bundle; NULL: the host says it */
	char *host; /* to connect to; NULL: this host */
	char *user, *key, *jump; /* of this node alone; NULL: as the options say. jump: a host between */
	int port;                /* 0: as the options say */
	bool in_api;             /* name is the API's */
	/* results */
	bool reached;
	char error[400];
	char no_root[240]; /* why commands did not run as root; "" when they did */
	/* for whoever watches; the results above may be read once the phase is NODE_ENDED */
	char label[64];
	atomic_int phase, done, total; /* captures */
	atomic_llong begun, ended;     /* clock_mono(), 0: not yet */
};
struct nodes {
	struct node *v;
	int n;
	char note[400]; /* what the user must know about the list, or "" */
};
/* Whether --nodes and --nodes-from can be read: told before anything is asked. */
int nodes_check(const struct collect_opts *o, struct err *e);
/* Asks on the terminal for the passwords that the options speak of, before anything else is done. */
int nodes_ask(struct run *run, struct err *e);
/* Who is to be visited: by the options, the API's list, or the kubeconfig's server when there is neither. */
int nodes_choose(struct run *run, const struct cluster_node *api, int n_api, const char *server_host, struct nodes *out,
                 struct err *e);
/* Visits them all; returns when done. k: for --node-access pod; may be NULL. Adds to nodes->note. */
void nodes_visit(struct run *run, struct nodes *nodes, struct kube *k);
void nodes_release(struct nodes *nodes);
/* Ends the ssh programs that keep connections open through sockets in dir, and removes it (collect_opts.scratch). */
void nodes_remove_scratch(const char *dir);

/* What the visits of a run share. */
struct podaccess;
struct ssh_shared;
struct visits {
	struct run *run;
	struct ssh_shared *ssh;
	struct podaccess *pods; /* NULL: not through pods */
	char no_pods[400];      /* why not, though they were asked for; "" */
	pthread_mutex_t lock;   /* for what follows */
	pthread_cond_t cond;
	int free;               /* nodes that may be worked on beside those that are */
	char **dirs;            /* folders that are taken */
	int n_dirs;
};
/* One node, on the caller's thread and a few more. */
void node_visit(struct visits *all, struct node *node);

#endif
