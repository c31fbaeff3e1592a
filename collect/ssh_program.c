/* SSH through the ssh program: all keys, ciphers and settings that OpenSSH knows. One master connection a transport;
 * commands are sessions of it. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/askpass.h"
#include "collect/transport.h"
#include <unistd.h>

struct ssh {
	struct transport base;
	const struct ssh_target *t;
	char *control; /* "ControlPath=...", or NULL */
	char *timeout, *port, *known_hosts, *strict;
	bool master;
	bool agent_silent;
	char **env; /* of askpass, or NULL */
};

struct argv {
	const char *v[64];
	int n;
};

static void add(struct argv *a, const char *s)
{
	if (a->n + 1 < (int)ARRAY_LEN(a->v))
		a->v[a->n++] = s;
}

static void add_option(struct argv *a, const char *s)
{
	add(a, "-o");
	add(a, s);
}

/* How to log in, and who may ask for what. */
static void add_login(struct ssh *s, struct argv *a)
{
	add_option(a, s->env ? "BatchMode=no" : "BatchMode=yes");
	/* Passphrases may be mistyped; a password that was refused once is not tried again. */
	add_option(a, s->env && !s->t->shared->ask_pass ? "NumberOfPasswordPrompts=3" : "NumberOfPasswordPrompts=1");
	if (s->t->shared->ask_pass && !s->t->explicit_key)
		add_option(a, "PreferredAuthentications=password,keyboard-interactive");
	else if (!s->t->shared->ask_pass)
		add_option(a, "PreferredAuthentications=publickey");
	if (s->agent_silent)
		add_option(a, "IdentityAgent=none");
}

static void add_common(struct ssh *s, struct argv *a)
{
	add(a, "ssh");
	if (s->t->config) {
		add(a, "-F");
		add(a, s->t->config);
	}
	add(a, "-T");
	add_login(s, a);
	if (s->t->proxy_command)
		add_option(a, s->t->proxy_command);
	add_option(a, s->timeout);
	add_option(a, "ServerAliveInterval=5");
	add_option(a, "ServerAliveCountMax=3");
	add_option(a, s->strict);
	add_option(a, "UpdateHostKeys=no");
	add_option(a, "ForwardAgent=no");
	add_option(a, "ForwardX11=no");
	add_option(a, "ClearAllForwardings=yes");
	add_option(a, "PermitLocalCommand=no");
	add_option(a, "RemoteCommand=none");
	add_option(a, "LogLevel=ERROR");
	if (s->known_hosts)
		add_option(a, s->known_hosts);
	if (s->control)
		add_option(a, s->control);
	if (s->t->explicit_key) {
		add(a, "-i");
		add(a, s->t->keys[0]);
		add_option(a, "IdentitiesOnly=yes");
	}
	if (s->port) {
		add(a, "-p");
		add(a, s->port);
	}
	if (s->t->user) {
		add(a, "-l");
		add(a, s->t->user);
	}
}

static bool has(const char *s, const char *what)
{
	return strstr(s, what) != NULL;
}

/* ssh's own complaint as an error of ours. */
static int complain(const struct ssh *s, const char *msg, struct err *e)
{
	char line[300];
	const char *host = s->t->host;

	while (*msg == '\n' || *msg == '@' || *msg == '\r')
		msg++;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(msg, "\r\n"), msg);
	if (has(msg, "IDENTIFICATION HAS CHANGED"))
		return err_set(e, ERR_DENIED, "the host key of %s is not the one in known_hosts (ssh)", host);
	if (has(msg, "Host key verification failed"))
		return err_set(e, ERR_DENIED,
		               "the host key of %s is not in known_hosts; check it and add it (`ssh %s` once), or give "
		               "--ssh-known-hosts FILE, or --ssh-insecure-host-keys",
		               host, host);
	if (has(msg, "Permission denied") || has(msg, "Too many authentication failures"))
		return err_set(e, ERR_DENIED, "%s%s", line, s->agent_silent ? "; the ssh-agent does not answer" : "");
	return err_set(e, ERR_NETWORK, "ssh: %s", line[0] ? line : "no connection");
}

static int none(void *arg, const void *p, size_t n, struct err *e)
{
	(void)arg;
	(void)p;
	(void)n;
	(void)e;
	return 0;
}

/* -f: the program returns once the login is through and leaves the master behind. */
static int start_master(struct ssh *s, struct err *e)
{
	CLEAN_BUF struct buf errout = BUF_MAX(8192);
	struct argv a = {.n = 0};
	/* Who types a password takes his time. */
	int64_t typing = s->env ? 60 * US_PER_S : 0;
	struct proc_opts o = {.argv = a.v,
	                      .env = (const char *const *)s->env,
	                      .deadline = clock_mono() + s->t->login_timeout + typing,
	                      .cancel = s->t->cancel,
	                      .out = none,
	                      .errout = &errout};
	struct proc_result r;
	int rc;

	if (s->t->deadline && s->t->deadline < o.deadline)
		o.deadline = s->t->deadline;
	add_common(s, &a);
	if (s->control) {
		add(&a, "-fNM");
		add_option(&a, "ControlPersist=no");
	}
	add(&a, "--");
	add(&a, s->t->host);
	if (!s->control)
		add(&a, "true");
	a.v[a.n] = NULL;
	if ((rc = proc_run(&o, &r, e)) < 0)
		return rc;
	if (r.timed_out)
		return err_set(e, ERR_TIMEOUT, "ssh: no connection to %s in time", s->t->host);
	if (r.canceled)
		return err_set(e, ERR_CANCELED, "stopped by the user");
	if (r.exit_status)
		return complain(s, buf_cstr(&errout), e);
	s->master = s->control != NULL;
	return 0;
}

static int ssh_exec(struct transport *base, const struct exec_opts *x, struct proc_result *r, struct err *e)
{
	struct ssh *s = (struct ssh *)base;
	CLEAN_BUF struct buf errout = BUF_MAX(8192);
	struct argv a = {.n = 0};
	struct proc_opts o = {.argv = a.v,
	                      .env = (const char *const *)s->env,
	                      .deadline = x->deadline,
	                      .cancel = s->t->cancel,
	                      .in = x->in,
	                      .in_len = x->in_len,
	                      .out = x->out,
	                      .arg = x->arg,
	                      .errout = x->errout ? x->errout : &errout};
	int rc;

	add_common(s, &a);
	add(&a, "--");
	add(&a, s->t->host);
	add(&a, x->command);
	a.v[a.n] = NULL;
	if ((rc = proc_run(&o, r, e)) < 0)
		return rc;
	if (r->exit_status == 255 && !r->timed_out && !r->canceled) {
		const char *msg = buf_cstr(o.errout);

		/* 255 is ssh's own; a remote command that ends so says nothing of ssh. */
		if (!strncmp(msg, "ssh: ", 5) || has(msg, "Connection closed") || has(msg, "Connection reset") ||
		    has(msg, "Broken pipe") || has(msg, "mux_client") || has(msg, "Host key verification") ||
		    has(msg, "Permission denied (") || has(msg, "Timeout, server"))
			return complain(s, msg, e);
	}
	return 0;
}

static void ssh_close(struct transport *base)
{
	struct ssh *s = (struct ssh *)base;

	if (s->master) {
		struct argv a = {.n = 0};
		struct proc_opts o = {.argv = a.v, .deadline = clock_mono() + 3 * US_PER_S, .out = none};
		struct proc_result r;
		struct err e;

		add_common(s, &a);
		add(&a, "-O");
		add(&a, "exit");
		add(&a, "--");
		add(&a, s->t->host);
		a.v[a.n] = NULL;
		proc_run(&o, &r, &e);
	}
	if (s->control)
		unlink(strchr(s->control, '=') + 1);
	askpass_env_free(s->env);
	free(s->control);
	free(s->timeout);
	free(s->port);
	free(s->known_hosts);
	free(s->strict);
	free(s);
}

/* New keys, when they are accepted at all, go into our folder and never into the user's file. */
static char *known_hosts_option(const struct ssh_target *t)
{
	if (t->insecure && t->shared->mux_dir)
		return xasprintf("UserKnownHostsFile=\"%s/known_hosts\"%s%s%s", t->shared->mux_dir,
		                 t->config_known_hosts ? " \"" : "", t->config_known_hosts ? t->config_known_hosts : "",
		                 t->config_known_hosts ? "\"" : "");
	if (t->config_known_hosts)
		return xasprintf("UserKnownHostsFile=\"%s\"", t->config_known_hosts);
	return NULL;
}

int transport_open_ssh(const struct ssh_target *t, struct transport **out, struct err *e)
{
	static const struct transport_ops ops = {"ssh", ssh_exec, ssh_close};
	CLEAN(clean_free) char *prog = proc_which("ssh");
	struct ssh *s;
	int rc;

	if (!prog)
		return err_set(e, ERR_ABSENT, "the ssh program is not installed");
	s = xcalloc(1, sizeof(*s));
	s->base.ops = &ops;
	s->t = t;
	/* A socket's path is at most 107 bytes, and ssh adds 17 while it makes one. */
	if (t->shared->mux_dir && strlen(t->shared->mux_dir) < 60)
		s->control = xasprintf("ControlPath=%s/%p", t->shared->mux_dir, (void *)s);
	/* Through another host it covers the login there, too. */
	s->timeout = xasprintf("ConnectTimeout=%lld", (long long)((t->through ? t->login_timeout : t->connect_timeout) / US_PER_S));
	s->port = t->port && t->port != 22 ? xasprintf("%d", t->port) : NULL;
	s->known_hosts = known_hosts_option(t);
	s->strict = xstrdup(t->insecure ? "StrictHostKeyChecking=accept-new" : "StrictHostKeyChecking=yes");
	s->agent_silent = !ssh_agent_answers(t->shared) && atomic_load(&t->shared->agent) == AGENT_SILENT;
	if (t->shared->askpass) {
		CLEAN(clean_free) char *who = xasprintf("%s@%s", t->user, t->addr);

		s->env = askpass_env(t->shared->askpass, who);
	}
	if ((rc = start_master(s, e)) < 0) {
		ssh_close(&s->base);
		return rc;
	}
	*out = &s->base;
	return 0;
}
