#include "collect/nodes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/proc.h"
#include "collect/askpass.h"
#include "collect/podaccess.h"
#include "collect/progress.h"
#include "collect/runlog.h"
#include "collect/secrets.h"
#include "collect/transport.h"
#include <dirent.h>
#include <unistd.h>

/* Nodes that are worked on at a time; each waits for its network most of the time. */
#define VISITS_MAX 32
/* Nodes that are being reached at a time. A dead one waits here, where it is in nobody's way. */
#define REACHING_MAX 256

int nodes_ask(struct run *run, struct err *e)
{
	const struct collect_ssh *o = &run->opts->ssh;
	const char *text;

	if (o->ask_pass && secrets_get(run->secrets, SECRET_LOGIN, "SSH password of the nodes: ", &text, e) < 0)
		return err_wrap(e, "--ask-pass");
	if (o->ask_sudo_pass && secrets_get(run->secrets, SECRET_SUDO, "sudo password on the nodes: ", &text, e) < 0)
		return err_wrap(e, "--ask-sudo-pass");
	return 0;
}

struct visit_arg {
	struct visits *all;
	struct node *node;
};

static void visit_job(void *arg)
{
	struct visit_arg *v = arg;

	node_visit(v->all, v->node);
}

static int none(void *arg, const void *p, size_t n, struct err *e)
{
	(void)arg;
	(void)p;
	(void)n;
	(void)e;
	return 0;
}

/* A master that is still there: the run was left at once. */
static void end_master(const char *socket)
{
	CLEAN(clean_free) char *path = xasprintf("ControlPath=%s", socket);
	const char *argv[] = {"ssh", "-F", "none", "-o", path, "-O", "exit", "--", "sickbay", NULL};
	struct proc_opts o = {.argv = argv, .deadline = clock_mono() + US_PER_S, .out = none};
	struct proc_result r;
	struct err e;

	proc_run(&o, &r, &e);
}

/* Sockets and a known_hosts file of accepted keys; nothing else is ever in it. */
void nodes_remove_scratch(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		if (ent->d_type != DT_REG && strcmp(ent->d_name, "ask") != 0) {
			CLEAN(clean_free) char *socket = xasprintf("%s/%s", dir, ent->d_name);

			end_master(socket);
		}
		unlinkat(dirfd(d), ent->d_name, 0);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static void visit_all(struct visits *all, struct nodes *nodes)
{
	struct visit_arg *args = xcalloc((size_t)nodes->n + 1, sizeof(*args));
	struct pool *pool = pool_new(nodes->n < REACHING_MAX ? nodes->n : REACHING_MAX);

	for (int i = 0; i < nodes->n; i++) {
		args[i] = (struct visit_arg){all, &nodes->v[i]};
		pool_add(pool, visit_job, &args[i]);
	}
	pool_free(pool);
	free(args);
}

void nodes_visit(struct run *run, struct nodes *nodes, struct kube *k)
{
	const char *tmp = getenv("TMPDIR");
	/* A socket's path is short: about a hundred bytes in all. */
	CLEAN(clean_free)
	char *mux = xasprintf("%s/sickbay-ssh-XXXXXX", tmp && tmp[0] == '/' && strlen(tmp) < 40 ? tmp : "/tmp");
	struct ssh_shared ssh = {.secrets = run->secrets, .ask_pass = run->opts->ssh.ask_pass, .cancel = run->cancel};
	struct visits all = {.run = run, .ssh = &ssh, .free = VISITS_MAX};
	struct err e = {0};

	if (!nodes->n)
		return;
	ssh.mux_dir = mkdtemp(mux);
	if (ssh.mux_dir && run->opts->scratch)
		run->opts->scratch(ssh.mux_dir);
	for (int i = 0; i < nodes->n; i++)
		snprintf(nodes->v[i].label, sizeof(nodes->v[i].label), "%.63s",
		         nodes->v[i].name   ? nodes->v[i].name
		         : nodes->v[i].host ? nodes->v[i].host
		                            : "this host");
	progress_nodes(run->progress, nodes);
	/* Without a terminal there is nobody to ask for a passphrase. */
	if (ssh.mux_dir && (ssh.ask_pass || secrets_can_ask()))
		ssh.askpass = askpass_new(ssh.mux_dir, run->secrets, ssh.ask_pass, &e);
	if (e.code)
		runlog(run->log, "the ssh program gets no passwords: %s", e.msg);
	pthread_mutex_init(&all.lock, NULL);
	pthread_cond_init(&all.cond, NULL);
	if (run->opts->node_access == NODE_ACCESS_POD && podaccess_new(run, k, &all.pods, &e) < 0)
		snprintf(all.no_pods, sizeof(all.no_pods), "%.399s", e.msg);
	visit_all(&all, nodes);
	podaccess_free(all.pods, nodes->note, sizeof(nodes->note));
	askpass_free(ssh.askpass);
	for (int i = 0; i < all.n_dirs; i++)
		free(all.dirs[i]);
	free(all.dirs);
	pthread_mutex_destroy(&all.lock);
	pthread_cond_destroy(&all.cond);
	if (ssh.mux_dir)
		nodes_remove_scratch(ssh.mux_dir);
}

void nodes_release(struct nodes *nodes)
{
	for (int i = 0; i < nodes->n; i++) {
		free(nodes->v[i].name);
		free(nodes->v[i].host);
		free(nodes->v[i].user);
		free(nodes->v[i].key);
		free(nodes->v[i].jump);
	}
	free(nodes->v);
	*nodes = (struct nodes){NULL, 0, ""};
}
