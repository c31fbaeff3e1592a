/* sickbay collect */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/term.h"
#include "cli/anonymize.h"
#include "cli/cli.h"
#include "collect/collect.h"
#include "collect/nodes.h"
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Ctrl-C, SIGTERM, SIGHUP: once ends the collection, twice ends the program. A thread waits for them, so that leaving
 * may clean up: a handler could not. */
static atomic_bool stop_asked;
static bool shows_progress; /* live: it tells of the stopping itself */
static const char *pods_in; /* the namespace where --node-access pod makes pods, or NULL */
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static char part_file[600], scratch_dir[200]; /* under names_lock */
static char with_names[600];                  /* the bundle whose names are being mapped, or ""; under names_lock */

/* What is half done goes: the file, the programs that run, the connections that they keep. */
static void leave(int sig)
{
	proc_kill_all();
	pthread_mutex_lock(&names_lock);
	if (part_file[0])
		unlink(part_file);
	if (with_names[0] && unlink(with_names) == 0)
		fprintf(stderr, "sickbay: left at once: the bundle %s, whose names were not mapped, is removed\n", with_names);
	if (scratch_dir[0])
		nodes_remove_scratch(scratch_dir);
	proc_kill_all();
	if (pods_in)
		fprintf(stderr, "sickbay: left at once: pods on nodes may be there until their activeDeadlineSeconds are over; remove "
		        "them: kubectl -n %s delete pod -l app.kubernetes.io/managed-by=sickbay\n", pods_in);
	_exit(128 + sig);
}

static void *signals_main(void *arg)
{
	int sig;

	while (sigwait(arg, &sig) == 0) {
		bool mapping;

		if (atomic_exchange(&stop_asked, true))
			leave(sig);
		pthread_mutex_lock(&names_lock);
		mapping = with_names[0];
		pthread_mutex_unlock(&names_lock);
		if (mapping)
			fprintf(stderr, "sickbay: the names are being mapped, which is finished first (once more: leave at once, without a bundle)\n");
		else if (!shows_progress)
			fprintf(stderr, "sickbay: stopping; what is there goes into the bundle (once more: leave at once%s)\n",
			        pods_in ? ", and the pods on the nodes to their own end" : "");
	}
	return NULL;
}

/* The writer's name for a bundle that is not finished. */
static void on_opened(const char *path)
{
	pthread_mutex_lock(&names_lock);
	if (strcmp(path, "-") != 0)
		snprintf(part_file, sizeof(part_file), "%s.part", path);
	pthread_mutex_unlock(&names_lock);
}

/* From now on `staging` is whole and `out` (not for standard output) grows. */
static void mapping_begins(const char *staging, const char *out)
{
	on_opened(out);
	pthread_mutex_lock(&names_lock);
	snprintf(with_names, sizeof(with_names), "%s", staging);
	pthread_mutex_unlock(&names_lock);
}

/* Names no file any more; in the same moment what is mapped is removed. Returns unlink's own answer. */
static int mapping_ends(bool mapped)
{
	int rc;

	pthread_mutex_lock(&names_lock);
	rc = mapped ? unlink(with_names) : 0;
	part_file[0] = with_names[0] = '\0';
	pthread_mutex_unlock(&names_lock);
	return rc;
}

static void on_scratch(const char *dir)
{
	pthread_mutex_lock(&names_lock);
	snprintf(scratch_dir, sizeof(scratch_dir), "%s", dir);
	pthread_mutex_unlock(&names_lock);
}

/* Blocked here and so in every thread that comes; programs that are started get them back. What was ignored when we
 * began (nohup) stays so. */
static void catch_signals(void)
{
	static const int list[] = {SIGINT, SIGTERM, SIGHUP};
	static sigset_t set;
	pthread_t thread;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct sigaction old;

		if (sigaction(list[i], NULL, &old) != 0 || old.sa_handler != SIG_IGN)
			sigaddset(&set, list[i]);
	}
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&thread, NULL, signals_main, &set) != 0)
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	else
		pthread_detach(thread);
}

static int get_int(const struct cli_args *a, const char *name, int min, int max, int dflt, int *out, struct err *e)
{
	const char *s = cli_value(a, name);
	char *end;
	long v;

	*out = dflt;
	if (!s)
		return 0;
	v = strtol(s, &end, 10);
	if (end == s || *end || v < min || v > max)
		return err_set(e, ERR_USAGE, "--%s: \"%s\" is not a number from %d to %d", name, s, min, max);
	*out = (int)v;
	return 0;
}

static int get_duration(const struct cli_args *a, const char *name, const char *dflt, int64_t *out, struct err *e)
{
	const char *s = cli_value(a, name);

	if (clock_parse_duration(s ? s : dflt, out, e) < 0)
		return err_wrap(e, "--%s", name);
	if (*out < US_PER_S)
		return err_set(e, ERR_USAGE, "--%s: less than a second", name);
	return 0;
}

/* --since and --until as distances from now. */
static int get_window(const struct cli_args *a, struct collect_opts *o, struct err *e)
{
	const char *since = cli_value(a, "since"), *until = cli_value(a, "until");
	int64_t now = clock_now(), from, to = now;

	if (clock_parse_moment(since ? since : "24h", now, &from, e) < 0)
		return err_wrap(e, "--since");
	if (until && clock_parse_moment(until, now, &to, e) < 0)
		return err_wrap(e, "--until");
	if (until && !since)
		from = to - 24 * 3600 * US_PER_S;
	if (to - from < US_PER_S)
		return err_set(e, ERR_USAGE, until ? "--since and --until: nothing lies between them"
		                                   : "--since: less than a second ago");
	o->since = now - from;
	o->until = now - to;
	o->window = since || until;
	return 0;
}

/* Plain characters, no colours: NO_COLOR has nothing to take away here. */
static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return term_is_tty(stderr) && term && strcmp(term, "dumb") != 0;
}

static int read_node_access(const struct cli_args *a, struct collect_opts *o, struct err *e)
{
	static const char *const words[] = {"auto", "ssh", "pod"};
	const char *s = cli_value(a, "node-access"), *ns = cli_value(a, "node-namespace");
	size_t i = 0;

	while (s && i < ARRAY_LEN(words) && strcmp(words[i], s) != 0)
		i++;
	if (i == ARRAY_LEN(words))
		return err_set(e, ERR_USAGE, "--node-access: \"%s\" is none of auto, ssh, pod", s);
	o->node_access = (enum node_access)i;
	o->node_image = cli_value(a, "node-image");
	o->node_namespace = ns ? ns : "kube-system";
	if (strspn(o->node_namespace, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(o->node_namespace) || !o->node_namespace[0])
		return err_set(e, ERR_USAGE, "--node-namespace: \"%s\" is no name of a namespace", ns);
	if (o->node_access == NODE_ACCESS_POD && !o->node_image)
		return err_set(e, ERR_USAGE, "--node-access pod needs --node-image IMAGE: one that is on the nodes and has `chroot`");
	if (o->node_access != NODE_ACCESS_POD && (o->node_image || ns))
		return err_set(e, ERR_USAGE, "--node-image and --node-namespace are for --node-access pod");
	if (o->node_access == NODE_ACCESS_POD && o->no_kube)
		return err_set(e, ERR_USAGE, "--node-access pod contradicts --no-kube");
	return 0;
}

static int read_options(const struct cli_args *a, struct collect_opts *o, struct err *e)
{
	const char *max = cli_value(a, "max-bytes");
	int rc;

	*o = (struct collect_opts){
	        .output = cli_value(a, "output"),
	        .force = cli_given(a, "force"),
	        .kubeconfig = cli_value(a, "kubeconfig"),
	        .context = cli_value(a, "context"),
	        .via = cli_value(a, "via"),
	        .nodes = cli_value(a, "nodes"),
	        .nodes_from = cli_value(a, "nodes-from"),
	        .no_nodes = cli_given(a, "no-nodes"),
	        .no_kube = cli_given(a, "no-kube"),
	        .local = cli_given(a, "local"),
	        .ssh = {.user = cli_value(a, "ssh-user"),
	                .key = cli_value(a, "ssh-key"),
	                .known_hosts = cli_value(a, "ssh-known-hosts"),
	                .config = cli_value(a, "ssh-config"),
	                .jump = cli_value(a, "ssh-jump"),
	                .ask_pass = cli_given(a, "ask-pass"),
	                .ask_sudo_pass = cli_given(a, "ask-sudo-pass"),
	                .insecure = cli_given(a, "ssh-insecure-host-keys")},
	        .plan = cli_value(a, "plan"),
	        .cancel = &stop_asked,
	        .progress = cli_given(a, "quiet") ? NULL : stderr,
	        .live = can_redraw(),
	        .quiet = cli_given(a, "quiet"),
	};
	if ((rc = get_int(a, "ssh-port", 1, 65535, 0, &o->ssh.port, e)) < 0 ||
	    (rc = get_int(a, "jobs", 1, 64, 8, &o->jobs, e)) < 0 ||
	    (rc = get_window(a, o, e)) < 0 ||
	    (rc = get_duration(a, "timeout", "10m", &o->timeout, e)) < 0 ||
	    (rc = get_duration(a, "node-timeout", "5m", &o->node_timeout, e)) < 0 ||
	    (rc = file_parse_size(max ? max : "4GiB", &o->max_bytes, e)) < 0)
		return rc;
	if (o->max_bytes < 1024)
		return err_set(e, ERR_USAGE, "--max-bytes: less than 1 KiB");
	if ((rc = read_node_access(a, o, e)) < 0)
		return rc;
	if (o->no_nodes && (o->nodes || o->nodes_from || o->local))
		return err_set(e, ERR_USAGE, "--no-nodes contradicts --nodes, --nodes-from and --local");
	if (o->no_kube && o->no_nodes)
		return err_set(e, ERR_USAGE, "--no-kube and --no-nodes together leave nothing to collect");
	if (o->no_kube && !o->nodes && !o->nodes_from && !o->local)
		return err_set(e, ERR_USAGE,
		               "--no-kube needs --nodes, --nodes-from or --local: nobody else names the nodes");
	if (o->via && strcmp(o->via, "api") != 0 && strcmp(o->via, "kubectl") != 0)
		return err_set(e, ERR_USAGE, "--via: \"%s\" is neither api nor kubectl", o->via);
	if (cli_given(a, "anonymize-map") && !cli_given(a, "anonymize"))
		return err_set(e, ERR_USAGE, "--anonymize-map: only with --anonymize");
	if (o->kubeconfig && access(o->kubeconfig, R_OK) != 0)
		return err_set(e, ERR_USAGE, "--kubeconfig: %s cannot be read", o->kubeconfig);
	if (o->ssh.key && access(o->ssh.key, R_OK) != 0)
		return err_set(e, ERR_USAGE, "--ssh-key: %s cannot be read", o->ssh.key);
	if (o->ssh.known_hosts && access(o->ssh.known_hosts, R_OK) != 0)
		return err_set(e, ERR_USAGE, "--ssh-known-hosts: %s cannot be read", o->ssh.known_hosts);
	return 0;
}

/* Where the bundle lies until its names are mapped: beside the final one, and it says so. */
static char *staging_name(const char *out)
{
	static const char *const endings[] = {".tar.zst", ".tar.gz", ".tgz", ".tar"};
	const char *dir = getenv("TMPDIR");
	size_t n = strlen(out);

	if (!strcmp(out, "-"))
		return xasprintf("%s/sickbay-%ld-with-names.tar.zst", dir && *dir ? dir : "/tmp", (long)getpid());
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t k = strlen(endings[i]);

		if (n > k && !strcmp(out + n - k, endings[i]))
			return xasprintf("%.*s-with-names%s", (int)(n - k), out, endings[i]);
	}
	return xstrdup(out); /* the writer says what is wrong with it */
}

/* sickbay-anonymous-<UTC time>.tar.zst: the usual name tells which cluster it is. */
static char *anonymous_name(void)
{
	char when[32];

	clock_format(clock_now() / US_PER_S * US_PER_S, when);
	for (char *p = when; *p; p++)
		if (*p == ':')
			*p = '-';
	return xasprintf("sickbay-anonymous-%s.tar.zst", when);
}

/* Names are mapped in a second step: one may stand in a log long before the list that tells that it is a name. */
static int collect_anonymous(const struct cli_args *a, struct collect_opts *o, struct collect_result *res, struct err *e)
{
	CLEAN(clean_free) char *out = o->output ? xstrdup(o->output) : anonymous_name(), *staging = staging_name(out);
	bool to_stdout = !strcmp(out, "-");
	FILE *say = to_stdout ? stderr : stdout;
	int rc;

	if (to_stdout && term_is_tty(stdout))
		return err_set(e, ERR_USAGE, "standard output is a terminal; redirect it or name a file");
	if (!to_stdout && !o->force && access(out, F_OK) == 0)
		return err_set(e, ERR_USAGE, "%s: exists already; choose another name, or give --force", out);
	if ((rc = cli_map_check(a, out, e)) < 0)
		return rc;
	o->output = staging;
	o->shown = out;
	if ((rc = collect_run(o, say, res, e)) < 0)
		return rc;
	mapping_begins(staging, out);
	if ((rc = cli_rewrite(a, staging, out, say, e)) < 0)
		mapping_ends(false);
	if (rc < 0)
		return err_wrap(e, "%s is collected, with its names; mapping them: `sickbay redact %s --anonymize -o %s`", staging, staging, out);
	if (mapping_ends(true) != 0)
		return err_errno(e, "%s: the bundle with its names cannot be removed", staging);
	return 0;
}

static int run_collect(const struct cli_args *a, struct err *e)
{
	struct collect_opts o;
	struct collect_result res;
	bool to_stdout;
	int rc = read_options(a, &o, e);

	if (rc < 0)
		return rc == -ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
	if (cli_given(a, "dry-run")) {
		rc = collect_print_plan(&o, stdout, e);
		return rc == 0 ? EXIT_DONE : EXIT_FAILED;
	}
	to_stdout = o.output && !strcmp(o.output, "-");
	o.opened = on_opened;
	o.scratch = on_scratch;
	shows_progress = o.progress && o.live;
	pods_in = o.node_access == NODE_ACCESS_POD && !o.no_nodes ? o.node_namespace : NULL;
	catch_signals();
	if (cli_given(a, "anonymize"))
		rc = collect_anonymous(a, &o, &res, e);
	else
		rc = collect_run(&o, to_stdout ? stderr : stdout, &res, e);
	if (rc < 0)
		return rc == -ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
	return res.partial ? EXIT_PARTIAL : EXIT_DONE;
}

static const struct cli_option options[] = {
        {"output", 'o', "FILE", false, "the bundle: .tar.zst, .tar.gz, .tar, or - for stdout"},
        {"force", 0, NULL, false, "overwrite FILE"},
        {NULL, 0, NULL, false, "The cluster's API"},
        {"kubeconfig", 0, "FILE", false, "as kubectl's; else KUBECONFIG, ~/.kube/config"},
        {"context", 0, "NAME", false, "as kubectl's"},
        {"via", 0, "HOW", false, "api (directly, the default) or kubectl"},
        {"no-kube", 0, NULL, false, "do not ask the API"},
        {NULL, 0, NULL, false, "The nodes (over SSH)"},
        {"nodes", 0, "LIST", false, "a,b,name=user@addr:port; default: the API's"},
        {"nodes-from", 0, "FILE", false, "a list, Ansible inventory or earlier bundle"},
        {"no-nodes", 0, NULL, false, "visit no node"},
        {"local", 0, NULL, false, "this host is a node; no SSH"},
        {"ssh-user", 0, "NAME", false, "default: ssh's configuration"},
        {"ssh-key", 0, "FILE", false, "private key; default: agent, ssh's own keys"},
        {"ssh-port", 0, "N", false, "default: ssh's configuration, 22"},
        {"ssh-known-hosts", 0, "FILE", false, "known host keys; default: ssh's own"},
        {"ssh-config", 0, "FILE", false, "instead of ~/.ssh/config"},
        {"ssh-jump", 0, "HOST", false, "go through [user@]host[:port]"},
        {"node-access", 0, "HOW", false, "auto, ssh, or pod: makes a pod on each node"},
        {"node-image", 0, "IMAGE", false, "of these pods; on the nodes, with chroot"},
        {"node-namespace", 0, "NAME", false, "of these pods; default kube-system"},
        {"ask-pass", 0, NULL, false, "log in with a password; asked for once"},
        {"ask-sudo-pass", 0, NULL, false, "sudo needs a password; asked for once"},
        {"ssh-insecure-host-keys", 0, NULL, false, "accept host keys that are not known"},
        {NULL, 0, NULL, false, "What and how much"},
        {"anonymize", 0, NULL, false, "map names of machines, addresses, domains"},
        {"anonymize-map", 0, "FILE", false, "where the map is, or goes; default: beside FILE"},
        {"since", 0, "TIME", false, "logs from then on: 24h (default), 2026-11-20"},
        {"until", 0, "TIME", false, "up to then: 1h, \"2026-11-20 10:00\" (UTC)"},
        {"plan", 0, "FILE", false, "another plan than the one compiled in"},
        {"dry-run", 0, NULL, false, "print every request and command, run none"},
        {"jobs", 0, "N", false, "requests to the API at a time; default 8"},
        {"timeout", 0, "TIME", false, "for the whole run; default 10m"},
        {"node-timeout", 0, "TIME", false, "for one node; default 5m"},
        {"max-bytes", 0, "SIZE", false, "of the whole bundle, unpacked; default 4GiB"},
        {"quiet", 'q', NULL, false, "no progress, no summary: the bundle's name alone"},
        {NULL, 0, NULL, false, NULL},
};

const struct cli_command cmd_collect = {
        .name = "collect",
        .summary = "gather a bundle",
        .synopsis = "[-o FILE] [options]",
        .about = "Gathers what a cluster and its nodes know about themselves into one archive.\n"
                 "It only reads. Credentials are replaced before anything is written.\n"
                 "Exit status: 0 done, 3 done but some captures failed, 1 not done.",
        .options = options,
        .min_args = 0,
        .max_args = 0,
        .run = run_collect,
};
