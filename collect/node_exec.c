/* Running a script on a node: as root where that is possible, with a deadline there and here, and without what the login shell
 * says on its own account. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/secrets.h"
#include "collect/visit.h"

/* The first words of every script, on both streams. What comes before them is not the script's: a greeting of the login shell's
 * files (bash reads them for sshd's commands, too), which would lie in front of every file; or all there is, where the account
 * runs no commands (nologin, ForceCommand), which would pass for their output. */
#define BEGIN "sickbay: begin\n"
#define BEGIN_LEN (sizeof(BEGIN) - 1)
/* Bytes of greeting that are waited through. */
#define GREETING_MAX (256 * 1024)

/* What a script might read there is the password that sudo did not want. */
static const char prelude[] =
        "exec </dev/null; PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin:/snap/bin:"
        "/var/lib/rancher/rke2/bin; LC_ALL=C; export PATH LC_ALL; echo 'sickbay: begin'; "
        "echo 'sickbay: begin' >&2\n";

static char *wrap(const struct visit *v, const char *script, int64_t timeout)
{
	struct buf b = BUF_MAX(1 << 20);
	CLEAN_BUF struct buf whole = BUF_MAX(1 << 20);

	buf_add_str(&whole, prelude, NULL);
	buf_add_str(&whole, script, NULL);
	/* -k: the password is read and checked every time, so that it is never left for the command to read. */
	if (!v->root && !strcmp(v->sudo, "yes"))
		buf_add_str(&b, v->sudo_password ? "sudo -k -S -p '' " : "sudo -n ", NULL);
	if (v->has_timeout)
		buf_printf(&b, NULL, "timeout -k 2 %lld ", (long long)((timeout + US_PER_S - 1) / US_PER_S));
	buf_add_str(&b, "sh -c ", NULL);
	shell_quote(&b, buf_cstr(&whole));
	return buf_take(&b);
}

/* The password as sudo reads it. */
static int sudo_line(struct visit *v, char *line, size_t size, struct err *e)
{
	const char *password;
	int rc = secrets_get(v->run->secrets, SECRET_SUDO, "sudo password on the nodes: ", &password, e);

	if (rc == 0)
		snprintf(line, size, "%s\n", password);
	return rc;
}

/* Output on its way to where it belongs, from the script's first words on. */
struct opening {
	int (*out)(void *, const void *, size_t, struct err *);
	void *arg;
	struct buf before;
	bool begun;
};

static int from_begin(void *arg, const void *p, size_t n, struct err *e)
{
	struct opening *o = arg;
	const char *begin;
	size_t from;

	if (o->begun)
		return o->out(o->arg, p, n, e);
	if (buf_add(&o->before, p, n, NULL) < 0)
		return err_set(e, ERR_FORMAT, "a login, but no command runs: its shell prints something else without end");
	begin = memmem(o->before.p, o->before.n, BEGIN, BEGIN_LEN);
	if (!begin)
		return 0;
	o->begun = true;
	from = (size_t)(begin - o->before.p) + BEGIN_LEN;
	return from < o->before.n ? o->out(o->arg, o->before.p + from, o->before.n - from, e) : 0;
}

static void opening_release(struct opening *o)
{
	buf_release(&o->before);
}

static void cut_to_begin(struct buf *b)
{
	const char *begin = b && b->n ? memmem(b->p, b->n, BEGIN, BEGIN_LEN) : NULL;
	size_t from;

	if (!begin)
		return;
	from = (size_t)(begin - b->p) + BEGIN_LEN;
	memmove(b->p, b->p + from, b->n - from + 1);
	b->n -= from;
}

int visit_exec(struct visit *v, struct transport *t, const char *script, int64_t timeout,
               int (*out)(void *, const void *, size_t, struct err *), void *arg, struct buf *errout,
               struct proc_result *r, struct err *e)
{
	int64_t left = visit_deadline(v, timeout) - clock_mono();
	CLEAN(clean_free) char *cmd = wrap(v, script, left < US_PER_S ? US_PER_S : left);
	CLEAN(opening_release) struct opening from = {.out = out, .arg = arg, .before = BUF_MAX(GREETING_MAX)};
	/* The node's own `timeout` comes first, so that nothing stays behind there; ours is for a node that hangs. */
	struct exec_opts o = {.command = cmd,
	                      .deadline = visit_deadline(v, timeout + (v->has_timeout ? 4 : 0) * US_PER_S),
	                      .out = from_begin,
	                      .arg = &from,
	                      .errout = errout};
	char line[600];
	int rc = 0;

	if (!v->root && v->sudo_password && (rc = sudo_line(v, line, sizeof(line), e)) < 0)
		return rc;
	if (!v->root && v->sudo_password) {
		o.in = line;
		o.in_len = strlen(line);
	}
	rc = t->ops->exec(t, &o, r, e);
	explicit_bzero(line, sizeof(line));
	cut_to_begin(errout);
	if (rc == 0 && !from.begun && from.before.n && !r->timed_out && !r->canceled)
		return err_set(e, ERR_NETWORK, "a login, but no command runs: %.*s", (int)strcspn(buf_cstr(&from.before), "\r\n"),
		               from.before.p);
	if (rc == 0 && v->has_timeout && (r->exit_status == 124 || r->exit_status == 137) &&
	    r->ms * 1000 >= timeout - US_PER_S)
		r->timed_out = true;
	return rc;
}

