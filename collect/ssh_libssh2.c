/* SSH through libssh2, non-blocking throughout: every wait ends at a deadline or when the user cancels. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/resolve.h"
#include "collect/knownhosts.h"
#include "collect/ssh_conn.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* A session that is refused is asked for again so often. */
#define REFUSED_MAX 20
#define REFUSED_WAIT_MS 100

int conn_wait(struct conn *c, int64_t deadline, struct err *e)
{
	int64_t left = (deadline - clock_mono()) / 1000;
	struct pollfd p = {.fd = c->fd};
	int dir = c->s ? libssh2_session_block_directions(c->s) : LIBSSH2_SESSION_BLOCK_OUTBOUND;
	int next = 0;

	if (c->t->cancel && atomic_load(c->t->cancel))
		return err_set(e, ERR_CANCELED, "stopped by the user");
	if (left <= 0)
		return err_set(e, ERR_TIMEOUT, "no answer in time");
	if (dir & LIBSSH2_SESSION_BLOCK_INBOUND)
		p.events |= POLLIN;
	if (dir & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		p.events |= POLLOUT;
	if (!p.events)
		p.events = POLLIN;
	if (c->up && !(dir & LIBSSH2_SESSION_BLOCK_OUTBOUND) &&
	    libssh2_keepalive_send(c->s, &next) == LIBSSH2_ERROR_SOCKET_SEND)
		return err_set(e, ERR_NETWORK, "the connection broke");
	poll(&p, 1, left < 200 ? (int)left : 200);
	return 0;
}

static int tcp_connect(struct conn *c, int64_t deadline, struct err *e)
{
	struct addrinfo *list = NULL;
	int rc = resolve(c->t->addr, c->t->port, deadline, c->t->cancel, &list, e), last = 0;

	if (rc < 0)
		return rc;
	for (struct addrinfo *a = list; a; a = a->ai_next) {
		struct err w = {0};
		socklen_t len = sizeof(last);

		c->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (c->fd < 0)
			continue;
		last = 0;
		if (connect(c->fd, a->ai_addr, a->ai_addrlen) < 0)
			last = errno;
		while (last == EINPROGRESS) {
			struct pollfd p = {.fd = c->fd, .events = POLLOUT};

			if (conn_wait(c, deadline, &w) < 0) {
				last = w.code == ERR_CANCELED ? ECANCELED : ETIMEDOUT;
				break;
			}
			if (poll(&p, 1, 0) > 0 && getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &last, &len) == 0)
				break;
		}
		if (!last) {
			int one = 1;

			setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			break;
		}
		close(c->fd);
		c->fd = -1;
	}
	freeaddrinfo(list);
	if (c->fd >= 0)
		return 0;
	if (last == ECANCELED)
		return err_set(e, ERR_CANCELED, "stopped by the user");
	return err_set(e, last == ETIMEDOUT ? ERR_TIMEOUT : ERR_NETWORK, "connect to %s port %d: %s", c->t->addr,
	               c->t->port, strerror(last ? last : EADDRNOTAVAIL));
}

int conn_fail(struct conn *c, struct err *e, int code, const char *what)
{
	char *msg = NULL;
	int n = libssh2_session_last_error(c->s, &msg, NULL, 0);

	return err_set(e, code, "%s: libssh2: %s (%d)", what, msg && msg[0] ? msg : "unknown error", n);
}

static int prefer(struct conn *c, const char *hostkeys, struct err *e)
{
	static const struct {
		int method;
		const char *names;
	} prefs[] = {
	        {LIBSSH2_METHOD_KEX,
	         "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
	         "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
	         "diffie-hellman-group14-sha256,diffie-hellman-group-exchange-sha256"},
	        {LIBSSH2_METHOD_CRYPT_CS, "aes256-ctr,aes192-ctr,aes128-ctr"},
	        {LIBSSH2_METHOD_CRYPT_SC, "aes256-ctr,aes192-ctr,aes128-ctr"},
	        {LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512"},
	        {LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512"},
	};

	for (size_t i = 0; i < ARRAY_LEN(prefs); i++)
		if (libssh2_session_method_pref(c->s, prefs[i].method, prefs[i].names))
			return conn_fail(c, e, ERR_INTERNAL, "method preferences");
	if (libssh2_session_method_pref(c->s, LIBSSH2_METHOD_HOSTKEY, hostkeys))
		return conn_fail(c, e, ERR_INTERNAL, "host key preferences");
	return 0;
}

static int check_host_key(struct conn *c, struct knownhosts *kh, const char *name, bool *final, struct err *e)
{
	switch (knownhosts_check(kh, c->s, name, c->t->port)) {
	case KNOWNHOSTS_MATCH:
		return 0;
	case KNOWNHOSTS_CHANGED:
		*final = true;
		return err_set(
		        e, ERR_DENIED,
		        "the host key of %s is not the one in known_hosts: the host was reinstalled, or somebody is in "
		        "between; check, then `ssh-keygen -R %s` and add the new key",
		        name, name);
	default:
		if (c->t->insecure)
			return 0;
		*final = !knownhosts_has_more(kh);
		return err_set(e, ERR_DENIED,
		               "the host key of %s is not in known_hosts; check it and add it (`ssh %s` once, or "
		               "ssh-keyscan), "
		               "or give --ssh-known-hosts FILE, or --ssh-insecure-host-keys",
		               name, name);
	}
}

static int handshake(struct conn *c, int64_t deadline, bool *final, struct err *e)
{
	static const char all_types[] = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521";
	const char *name = c->t->host_key_alias ? c->t->host_key_alias : c->t->addr;
	struct knownhosts *kh = knownhosts_new(c->s, c->t->known_hosts);
	char types[256];
	int rc, n;

	if (!knownhosts_types(kh, name, c->t->port, types, sizeof(types)))
		snprintf(types, sizeof(types), "%s", all_types);
	rc = prefer(c, types, e);
	while (rc == 0 && (n = libssh2_session_handshake(c->s, c->fd)) != 0) {
		/* libssh2's negative numbers and ours overlap: keep them apart. */
		if (n == LIBSSH2_ERROR_EAGAIN)
			rc = conn_wait(c, deadline, e);
		else
			rc = conn_fail(c, e, ERR_NETWORK, "SSH handshake");
	}
	if (rc == 0)
		rc = check_host_key(c, kh, name, final, e);
	knownhosts_free(kh);
	return rc;
}

static void disconnect(struct conn *c)
{
	if (c->s) {
		/* One try to say goodbye; a dead peer is not waited for: on a socket that is shut nothing blocks. */
		libssh2_session_disconnect(c->s, "done");
		shutdown(c->fd, SHUT_RDWR);
		for (int i = 0; i < 16 && libssh2_session_free(c->s) == LIBSSH2_ERROR_EAGAIN; i++)
			;
	}
	if (c->fd >= 0)
		close(c->fd);
	c->s = NULL;
	c->fd = -1;
	c->up = false;
}

static bool is_stopped(const struct conn *c)
{
	return c->t->cancel && atomic_load(c->t->cancel);
}

/* libssh2 reads as long as something comes, so that a server that never stops (greetings in front of its banner, output) would
 * hold it beyond any deadline. */
static LIBSSH2_RECV_FUNC(receive)
{
	struct conn *c = *abstract;
	ssize_t n;

	if ((c->io_deadline && clock_mono() >= c->io_deadline) || is_stopped(c))
		return -ETIMEDOUT;
	n = recv(socket, buffer, length, flags);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
	c->received += n;
	return n;
}

/* A failure that came of receive's refusal, by its own name. */
static int rightly_named(const struct conn *c, int rc, struct err *e)
{
	if (rc == -ERR_NETWORK && is_stopped(c))
		return err_set(e, ERR_CANCELED, "stopped by the user");
	if (rc == -ERR_NETWORK && c->io_deadline && clock_mono() >= c->io_deadline)
		return err_set(e, ERR_TIMEOUT, "no answer in time");
	return rc;
}

/* The earlier of now + timeout and the node's own deadline. */
static int64_t until(const struct conn *c, int64_t timeout)
{
	int64_t t = clock_mono() + timeout;

	return c->t->deadline && c->t->deadline < t ? c->t->deadline : t;
}

static int connect_all(struct conn *c, bool *final, struct err *e)
{
	int64_t deadline;
	int rc = tcp_connect(c, until(c, c->t->connect_timeout), e);

	/* No other program reaches what TCP does not. */
	if (rc < 0) {
		*final = true;
		return rc;
	}
	c->s = libssh2_session_init_ex(NULL, NULL, NULL, c);
	if (!c->s)
		return err_set(e, ERR_INTERNAL, "libssh2 has no memory");
	/* A sick node logs in slowly: its PAM waits for services that are down. */
	deadline = c->io_deadline = until(c, c->t->login_timeout);
	c->received = 0;
	libssh2_session_callback_set(c->s, LIBSSH2_CALLBACK_RECV, receive);
	libssh2_session_set_blocking(c->s, 0);
	libssh2_keepalive_config(c->s, 1, 10);
	if ((rc = handshake(c, deadline, final, e)) == 0)
		rc = conn_login(c, deadline, final, e);
	rc = rightly_named(c, rc, e);
	if (rc == -ERR_TIMEOUT && !c->received) {
		*final = true;
		err_set(e, ERR_TIMEOUT, "connected to %s port %d, but no SSH server answers there in time", c->t->addr, c->t->port);
	}
	c->up = rc == 0;
	if (rc < 0)
		disconnect(c);
	return rc;
}

/* One running command. */
struct command {
	struct conn *c;
	const struct exec_opts *o;
	LIBSSH2_CHANNEL *ch;
};

static int open_channel(struct command *x, struct err *e)
{
	struct conn *c = x->c;
	int rc, refused = 0;

	while (!(x->ch = libssh2_channel_open_session(c->s))) {
		int why = libssh2_session_last_errno(c->s);

		/* The server counts the session of the command before until it has cleaned up behind it. */
		if (why == LIBSSH2_ERROR_CHANNEL_FAILURE && refused++ < REFUSED_MAX && clock_mono() < x->o->deadline && !is_stopped(c)) {
			poll(NULL, 0, REFUSED_WAIT_MS);
			continue;
		}
		if (why == LIBSSH2_ERROR_CHANNEL_FAILURE)
			return err_set(e, ERR_NETWORK, "the SSH server refuses to open a session (its MaxSessions?)");
		if (why != LIBSSH2_ERROR_EAGAIN)
			return conn_fail(c, e, ERR_NETWORK, "open a session");
		if ((rc = conn_wait(c, x->o->deadline, e)) < 0)
			return rc;
	}
	while ((rc = libssh2_channel_exec(x->ch, x->o->command)) == LIBSSH2_ERROR_EAGAIN)
		if ((rc = conn_wait(c, x->o->deadline, e)) < 0)
			return rc;
	if (rc < 0)
		return conn_fail(c, e, ERR_NETWORK, "start a command");
	for (size_t done = 0; done < x->o->in_len;) {
		ssize_t n = libssh2_channel_write(x->ch, (const char *)x->o->in + done, x->o->in_len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (n != LIBSSH2_ERROR_EAGAIN)
			return conn_fail(c, e, ERR_NETWORK, "write to a command");
		else if ((rc = conn_wait(c, x->o->deadline, e)) < 0)
			return rc;
	}
	while (x->o->in && (rc = libssh2_channel_send_eof(x->ch)) == LIBSSH2_ERROR_EAGAIN)
		if ((rc = conn_wait(c, x->o->deadline, e)) < 0)
			return rc;
	return 0;
}

/* What is there of one stream. 1: something came, 0: nothing now. */
static int drain(struct command *x, int stream, struct err *e)
{
	char buf[32768];
	int any = 0;

	for (;;) {
		ssize_t n = libssh2_channel_read_ex(x->ch, stream, buf, sizeof(buf));
		int rc = 0;

		if (n == LIBSSH2_ERROR_EAGAIN || n == 0)
			return any;
		if (n < 0)
			return conn_fail(x->c, e, ERR_NETWORK, "read");
		any = 1;
		if (stream == 0) {
			rc = x->o->out(x->o->arg, buf, (size_t)n, e);
		} else if (x->o->errout && x->o->errout->n < x->o->errout->max) {
			size_t room = x->o->errout->max - x->o->errout->n;

			buf_add(x->o->errout, buf, (size_t)n < room ? (size_t)n : room, NULL);
		}
		if (rc < 0)
			return rc;
	}
}

static int pump(struct command *x, struct err *e)
{
	for (;;) {
		int a = drain(x, 0, e), b;

		if (a < 0)
			return a;
		if ((b = drain(x, SSH_EXTENDED_DATA_STDERR, e)) < 0)
			return b;
		if (libssh2_channel_eof(x->ch))
			return 0;
		if (!a && !b && (a = conn_wait(x->c, x->o->deadline, e)) < 0)
			return a;
	}
}

static int finish(struct command *x, struct proc_result *r, struct err *e)
{
	char *signal = NULL;
	int rc;

	while ((rc = libssh2_channel_close(x->ch)) == LIBSSH2_ERROR_EAGAIN)
		if ((rc = conn_wait(x->c, x->o->deadline, e)) < 0)
			return rc;
	while (rc == 0 && (rc = libssh2_channel_wait_closed(x->ch)) == LIBSSH2_ERROR_EAGAIN)
		if ((rc = conn_wait(x->c, x->o->deadline, e)) < 0)
			return rc;
	r->exit_status = libssh2_channel_get_exit_status(x->ch);
	libssh2_channel_get_exit_signal(x->ch, &signal, NULL, NULL, NULL, NULL, NULL);
	if (signal) {
		r->exit_status = !strcmp(signal, "KILL") ? 137 : !strcmp(signal, "TERM") ? 143 : 129;
		libssh2_free(x->c->s, signal);
	}
	return 0;
}

static int conn_exec(struct transport *base, const struct exec_opts *o, struct proc_result *r, struct err *e)
{
	struct conn *c = (struct conn *)base;
	struct command x = {.c = c, .o = o};
	int64_t start = clock_mono();
	struct err own = {0};
	bool final = false;
	int rc = 0;

	*r = (struct proc_result){.exit_status = -1};
	if (!c->s && (rc = connect_all(c, &final, e)) < 0)
		return rc;
	c->io_deadline = o->deadline;
	rc = open_channel(&x, &own);
	if (rc == 0)
		rc = pump(&x, &own);
	if (rc == 0)
		rc = finish(&x, r, &own);
	rc = rightly_named(c, rc, &own);
	r->ms = (clock_mono() - start) / 1000;
	/* A session with a command still in it is of no more use; the next command gets a new one. */
	if (rc < 0)
		disconnect(c);
	else
		libssh2_channel_free(x.ch);
	if (rc == -ERR_TIMEOUT) {
		r->timed_out = true;
		return 0;
	}
	if (rc == -ERR_CANCELED) {
		r->canceled = true;
		return 0;
	}
	if (rc < 0 && e)
		*e = own;
	return rc;
}

static void conn_close(struct transport *base)
{
	struct conn *c = (struct conn *)base;

	disconnect(c);
	free(c);
}

static void init_once(void)
{
	libssh2_init(0);
}

int transport_open_libssh2(const struct ssh_target *t, struct transport **out, bool *final, struct err *e)
{
	static const struct transport_ops ops = {"libssh2", conn_exec, conn_close};
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct conn *c = xcalloc(1, sizeof(*c));
	int rc;

	pthread_once(&once, init_once);
	c->base.ops = &ops;
	c->t = t;
	c->fd = -1;
	*final = false;
	if ((rc = connect_all(c, final, e)) < 0) {
		conn_close(&c->base);
		return rc;
	}
	*out = &c->base;
	return 0;
}
