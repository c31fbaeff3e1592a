/* Logging in through libssh2: the agent, keys, encrypted keys, passwords. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/secrets.h"
#include "collect/ssh_conn.h"
#include "collect/sshagent.h"
#include <pthread.h>
#include <unistd.h>

/* How long the agent may take to list its keys; a signature may need a finger on a token. */
#define LIST_TIMEOUT (3 * US_PER_S)
#define SIGN_TIMEOUT (30 * US_PER_S)

/* What stands in a private key file of OpenSSH's or PEM's. */
struct key_kind {
	bool readable, rsa, encrypted;
};

/* A text within base64 stands in one of three ways. */
static bool has_any(const char *s, const char *a, const char *b, const char *c)
{
	return strstr(s, a) || strstr(s, b) || strstr(s, c);
}

static struct key_kind look_at_key(const char *path)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	char text[600], flat[600];
	struct key_kind kind = {.readable = false};
	size_t n, k = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return kind;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\n' && text[i] != '\r' && text[i])
			flat[k++] = text[i];
	flat[k] = '\0';
	kind.readable = true;
	kind.rsa = strstr(flat, "BEGIN RSA") || has_any(flat, "c3NoLXJzY", "NzaC1yc2", "zc2gtcnNh");
	/* "openssh-key-v1", a NUL, the length 4, "none". */
	if (!strncmp(flat, begin, sizeof(begin) - 1))
		kind.encrypted = strncmp(flat + sizeof(begin) - 1, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU", 31) != 0;
	else
		kind.encrypted = strstr(flat, "ENCRYPTED") != NULL;
	explicit_bzero(text, sizeof(text));
	explicit_bzero(flat, sizeof(flat));
	return kind;
}

/* One login: what is there to try, and what was found out. */
struct login {
	struct conn *c;
	int64_t deadline;
	bool rsa, locked; /* an RSA key was left out; an encrypted one could not be read */
	bool refused;     /* the password was */
	int tries;        /* a server lets one try six things */
	struct err e;     /* ends the login when its code is set */
	struct err ask;   /* why a secret could not be had */
};

static pthread_mutex_t agent_lock = PTHREAD_MUTEX_INITIALIZER;

bool ssh_agent_answers(struct ssh_shared *s)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	struct sshagent *a = NULL;
	struct err e = {0};

	if (!path || !path[0])
		return false;
	pthread_mutex_lock(&agent_lock);
	if (atomic_load(&s->agent) == AGENT_UNKNOWN) {
		int rc = sshagent_open(path, clock_mono() + LIST_TIMEOUT, s->cancel, &a, &e);

		atomic_store(&s->agent, rc == -ERR_TIMEOUT ? AGENT_SILENT : AGENT_ANSWERS);
		sshagent_close(a);
	}
	pthread_mutex_unlock(&agent_lock);
	return atomic_load(&s->agent) == AGENT_ANSWERS;
}

/* For libssh2's callback. */
struct signer {
	struct sshagent *agent;
	struct sshagent_key key;
	int64_t deadline;
	struct err e;
};

static int sign(LIBSSH2_SESSION *s, unsigned char **sig, size_t *sig_len, const unsigned char *data, size_t n, void **arg)
{
	struct signer *sg = *arg;
	CLEAN_BUF struct buf out = BUF_MAX(16384);

	(void)s;
	if (sshagent_sign(sg->agent, sg->key, data, n, sg->deadline, &out, &sg->e) < 0)
		return -1;
	*sig = malloc(out.n + 1); /* libssh2 frees it, with the free of this session */
	if (!*sig)
		return -1;
	memcpy(*sig, out.p, out.n);
	*sig_len = out.n;
	return 0;
}

/* libssh2 1.10 signs with these; RSA would be SHA-1, and certificates and tokens it does not know. */
static bool key_is_usable(struct sshagent_key k)
{
	static const char *const types[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t n = strlen(types[i]);

		if (k.len > 4 + n && k.blob[3] == n && !memcmp(k.blob + 4, types[i], n))
			return true;
	}
	return false;
}

static bool by_agent(struct login *l)
{
	struct conn *c = l->c;
	struct sshagent *a = NULL;
	struct err ignored = {0};
	int rc = -1, tries = 0;

	if (!ssh_agent_answers(c->t->shared))
		return false;
	rc = sshagent_open(getenv("SSH_AUTH_SOCK"), clock_mono() + LIST_TIMEOUT, c->t->cancel, &a, &ignored);
	if (rc < 0)
		return false;
	rc = -1;
	for (int i = 0; i < sshagent_count(a) && tries < 4 && rc != 0; i++) {
		struct signer sg = {a, sshagent_key(a, i), clock_mono() + SIGN_TIMEOUT, {0}};
		void *arg = &sg;

		if (sg.key.len > 11 && !memcmp(sg.key.blob + 4, "ssh-rsa", 7))
			l->rsa = true;
		if (!key_is_usable(sg.key))
			continue;
		tries++;
		l->tries++;
		while ((rc = libssh2_userauth_publickey(c->s, c->t->user, sg.key.blob, sg.key.len, sign, &arg)) ==
		       LIBSSH2_ERROR_EAGAIN)
			if (conn_wait(c, l->deadline, &l->e) < 0)
				goto out;
	}
out:
	sshagent_close(a);
	return rc == 0;
}

/* The passphrase of a key, asked for in ssh's own words, so that both ways to log in share it. */
static const char *passphrase(struct login *l, const char *key, char id[320])
{
	CLEAN(clean_free) char *prompt = xasprintf("Enter passphrase for key '%.100s': ", key);
	const char *text = NULL;
	int64_t before = clock_mono();

	snprintf(id, 320, "key:%s", prompt);
	if (secrets_get(l->c->t->shared->secrets, id, prompt, &text, &l->ask) < 0) {
		l->locked = true;
		if (l->ask.code == ERR_CANCELED)
			l->e = l->ask;
		return NULL;
	}
	l->deadline += clock_mono() - before;
	return text;
}

/* 0, or libssh2's error. */
static int try_key(struct login *l, const char *key, const char *phrase)
{
	struct conn *c = l->c;
	int rc;

	while ((rc = libssh2_userauth_publickey_fromfile_ex(c->s, c->t->user, (unsigned)strlen(c->t->user), NULL, key, phrase)) ==
	       LIBSSH2_ERROR_EAGAIN)
		if (conn_wait(c, l->deadline, &l->e) < 0)
			return rc;
	return rc;
}

static bool by_encrypted_key(struct login *l, const char *key)
{
	char id[320];
	const char *phrase;

	while ((phrase = passphrase(l, key, id))) {
		int rc = try_key(l, key, phrase);

		if (rc == 0)
			return true;
		/* The file could not be read: the passphrase is wrong. Anything else is the server's answer. */
		if (l->e.code || rc != LIBSSH2_ERROR_FILE)
			return false;
		secrets_forget(l->c->t->shared->secrets, id);
	}
	return false;
}

/* The keys that need no passphrase, or those that do. */
static bool by_keys(struct login *l, bool encrypted)
{
	struct conn *c = l->c;

	for (int i = 0; c->t->keys[i] && l->tries < 5 && !l->e.code; i++) {
		struct key_kind kind = look_at_key(c->t->keys[i]);

		l->rsa |= kind.rsa;
		if (!kind.readable || kind.rsa || kind.encrypted != encrypted)
			continue;
		l->tries++;
		if (encrypted ? by_encrypted_key(l, c->t->keys[i]) : try_key(l, c->t->keys[i], NULL) == 0)
			return true;
	}
	return false;
}

/* Answers one hidden question with the password; what else a server wants to know we do not have. */
static void kbd_answer(const char *name, int name_len, const char *text, int text_len, int n,
                       const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts, LIBSSH2_USERAUTH_KBDINT_RESPONSE *out, void **abstract)
{
	struct conn *c = *abstract;

	(void)name;
	(void)name_len;
	(void)text;
	(void)text_len;
	if (n != 1 || prompts[0].echo || !c->typed)
		return;
	out[0].text = strdup(c->typed); /* libssh2 frees it */
	out[0].length = out[0].text ? (unsigned)strlen(out[0].text) : 0;
	c->typed = NULL; /* a second round would be a second try */
}

static bool send_password(struct login *l, const char *password, const char *methods)
{
	struct conn *c = l->c;
	unsigned user_n = (unsigned)strlen(c->t->user);
	int rc = -1;

	if (strstr(methods, "password")) {
		while ((rc = libssh2_userauth_password_ex(c->s, c->t->user, user_n, password, (unsigned)strlen(password), NULL)) ==
		       LIBSSH2_ERROR_EAGAIN)
			if (conn_wait(c, l->deadline, &l->e) < 0)
				return false;
	} else {
		c->typed = password;
		while ((rc = libssh2_userauth_keyboard_interactive_ex(c->s, c->t->user, user_n, kbd_answer)) == LIBSSH2_ERROR_EAGAIN)
			if (conn_wait(c, l->deadline, &l->e) < 0)
				break;
		c->typed = NULL;
	}
	return rc == 0;
}

static bool by_password(struct login *l)
{
	struct conn *c = l->c;
	struct secrets *secrets = c->t->shared->secrets;
	CLEAN(clean_free) char *prompt = xasprintf("SSH password of the nodes (%s): ", c->t->user), *methods = NULL;
	const char *password, *offered;
	int64_t before;

	while (!(offered = libssh2_userauth_list(c->s, c->t->user, (unsigned)strlen(c->t->user)))) {
		if (libssh2_userauth_authenticated(c->s))
			return true; /* the server asks for nothing */
		if (libssh2_session_last_errno(c->s) != LIBSSH2_ERROR_EAGAIN || conn_wait(c, l->deadline, &l->e) < 0)
			return false;
	}
	if (!strstr(offered, "password") && !strstr(offered, "keyboard-interactive")) {
		err_set(&l->ask, ERR_DENIED, "the server takes no passwords (%.80s)", offered);
		return false;
	}
	methods = xstrdup(offered);
	before = clock_mono();
	if (secrets_get(secrets, SECRET_LOGIN, prompt, &password, &l->ask) < 0) {
		l->refused = l->ask.code == ERR_DENIED;
		if (l->ask.code == ERR_CANCELED)
			l->e = l->ask;
		return false;
	}
	l->deadline += clock_mono() - before;
	if (send_password(l, password, methods)) {
		secrets_accepted(secrets, SECRET_LOGIN);
		return true;
	}
	if (!l->e.code) {
		l->refused = true;
		secrets_refused(secrets, SECRET_LOGIN);
		err_set(&l->ask, ERR_DENIED, "the password was refused");
	}
	return false;
}

static bool try_all(struct login *l)
{
	const struct ssh_target *t = l->c->t;
	bool by_pass = t->shared->ask_pass;

	/* What was asked for comes first: after a few refused keys a server hangs up. */
	if (by_pass && !t->explicit_key)
		return by_password(l);
	if (t->explicit_key && by_keys(l, false))
		return true;
	if (!l->e.code && by_agent(l))
		return true;
	if (!l->e.code && !t->explicit_key && by_keys(l, false))
		return true;
	/* An encrypted RSA key is the ssh program's, which asks for its passphrase. */
	if (!l->e.code && by_keys(l, true))
		return true;
	return !l->e.code && by_pass && by_password(l);
}

int conn_login(struct conn *c, int64_t deadline, bool *final, struct err *e)
{
	struct login l = {.c = c, .deadline = deadline};
	bool silent;

	*libssh2_session_abstract(c->s) = c;
	if (try_all(&l))
		return 0;
	if (l.e.code) {
		*e = l.e;
		return -e->code;
	}
	if (l.refused)
		*final = true;
	silent = atomic_load(&c->t->shared->agent) == AGENT_SILENT;
	if (l.rsa && !l.ask.code)
		return err_set(e, ERR_DENIED, "%s@%s: this libssh2 (%s) signs with RSA keys only in a way that servers refuse%s",
		               c->t->user, c->t->addr, libssh2_version(0), silent ? "; the ssh-agent does not answer" : "");
	return err_set(e, ERR_DENIED, "%s@%s: %s%s%s%s", c->t->user, c->t->addr,
	               c->t->shared->ask_pass && !c->t->explicit_key ? "no login" : "no key was accepted",
	               l.locked ? "; an encrypted key: " : l.ask.code ? "; " : "", l.ask.code ? l.ask.msg : "",
	               silent ? "; the ssh-agent does not answer" : "");
}
