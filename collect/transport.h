/* transport: a way to run commands on a host: libssh2, the ssh program, or this host itself.
 *
 * One transport is one connection and belongs to one thread. Every command has a deadline; its output goes to a
 * callback while it comes. A command that meets its deadline leaves the transport usable (it reconnects if it must). */
#ifndef SICKBAY_COLLECT_TRANSPORT_H
#define SICKBAY_COLLECT_TRANSPORT_H
#include "base/proc.h"
#include "collect/collect.h"

struct exec_opts {
	const char *command; /* for the remote user's shell */
	int64_t deadline;    /* clock_mono() */
	int (*out)(void *arg, const void *p, size_t n, struct err *e);
	void *arg;
	struct buf *errout; /* stderr up to its cap, or NULL */
	const void *in;     /* standard input, or NULL for none */
	size_t in_len;
};
struct transport {
	const struct transport_ops *ops;
};
struct transport_ops {
	const char *name; /* "libssh2" "ssh" "local" */
	/* 0 when the command ran or met its deadline (r->timed_out); ERR_NETWORK when the connection broke;
	 * ERR_CANCELED; callback failures as they are. */
	int (*exec)(struct transport *t, const struct exec_opts *o, struct proc_result *r, struct err *e);
	void (*close)(struct transport *t);
};

struct secrets;
struct askpass;
/* What the connections of a run share. */
struct ssh_shared {
	struct secrets *secrets;
	struct askpass *askpass;  /* how the ssh program gets passwords; NULL: it gets none */
	bool ask_pass;            /* --ask-pass: nodes may be logged in to with a password */
	const char *mux_dir;      /* private folder for the ssh program's control sockets, or NULL */
	atomic_int agent;         /* enum ssh_agent_state */
	const atomic_bool *cancel;
};
enum ssh_agent_state { AGENT_UNKNOWN, AGENT_ANSWERS, AGENT_SILENT };
/* Whether there is an ssh-agent that answers; a hung one costs one deadline a run. */
bool ssh_agent_answers(struct ssh_shared *s);

/* Where and how; what `ssh -G` knows of the host is in it already. Texts are borrowed for the transport's life. */
struct ssh_target {
	const char *host; /* as the user or the API named it */
	const char *addr; /* to connect to */
	const char *user;
	int port;
	const char *const *keys;        /* private key files in order of preference; NULL-terminated */
	const char *const *known_hosts; /* files; NULL-terminated */
	const char *host_key_alias;     /* or NULL */
	bool insecure;
	bool explicit_key;              /* --ssh-key was given */
	const char *config_known_hosts; /* --ssh-known-hosts, or NULL */
	const char *config;             /* instead of ~/.ssh/config, or NULL */
	const char *proxy_command;      /* "ProxyCommand=..." of --ssh-jump, or NULL */
	bool through;                   /* it is reached through another host */
	struct ssh_shared *shared;
	int64_t connect_timeout, login_timeout; /* µs */
	int64_t deadline;                       /* clock_mono(), of the node: no connection is waited for beyond it; 0: none */
	const atomic_bool *cancel;
};
/* Errors: ERR_NETWORK no connection, ERR_TIMEOUT, ERR_DENIED no login, or the host key is not what is known (*final: it
 * would be no use to try another program). */
int transport_open_libssh2(const struct ssh_target *t, struct transport **out, bool *final, struct err *e);
int transport_open_ssh(const struct ssh_target *t, struct transport **out, struct err *e);
int transport_open_local(const atomic_bool *cancel, struct transport **out, struct err *e);
/* libssh2 first, the ssh program where libssh2 cannot; reason (fallback only) says why. */
int transport_open_best(const struct ssh_target *t, struct transport **out, char reason[256], struct err *e);
void transport_close(struct transport *t); /* NULL allowed */

/* 'it'\''s' for a shell. Appends. */
void shell_quote(struct buf *b, const char *s);

#endif
