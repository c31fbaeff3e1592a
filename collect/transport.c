#include "collect/transport.h"
#include "base/clock.h"
#include "base/mem.h"

void transport_close(struct transport *t)
{
	if (t)
		t->ops->close(t);
}

void shell_quote(struct buf *b, const char *s)
{
	buf_add(b, "'", 1, NULL);
	for (; *s; s++) {
		if (*s == '\'')
			buf_add_str(b, "'\\''", NULL);
		else
			buf_add(b, s, 1, NULL);
	}
	buf_add(b, "'", 1, NULL);
}

int transport_open_best(const struct ssh_target *t, struct transport **out, char reason[256], struct err *e)
{
	struct err first = {0}, second = {0};
	bool final = false;
	int rc = transport_open_libssh2(t, out, &final, &first);

	reason[0] = '\0';
	if (rc == 0)
		return 0;
	if (final || first.code == ERR_CANCELED) {
		*e = first;
		return rc;
	}
	rc = transport_open_ssh(t, out, &second);
	if (rc == 0) {
		snprintf(reason, 256, "%.255s", first.msg);
		return 0;
	}
	if (second.code == ERR_ABSENT)
		return err_set(e, first.code, "%.240s; %.200s", first.msg, second.msg);
	/* What kept libssh2 out (a passphrase that nobody could be asked for) is more than ssh's "Permission denied". */
	if (first.code == ERR_DENIED && second.code == ERR_DENIED)
		return err_set(e, ERR_DENIED, "%.250s; ssh: %.200s", first.msg, second.msg);
	*e = second;
	return rc;
}

struct local {
	struct transport base;
	const atomic_bool *cancel;
};

static int local_exec(struct transport *base, const struct exec_opts *x, struct proc_result *r, struct err *e)
{
	const char *argv[] = {"/bin/sh", "-c", x->command, NULL};
	struct proc_opts o = {.argv = argv,
	                      .deadline = x->deadline,
	                      .cancel = ((struct local *)base)->cancel,
	                      .out = x->out,
	                      .arg = x->arg,
	                      .in = x->in,
	                      .in_len = x->in_len,
	                      .errout = x->errout};

	return proc_run(&o, r, e);
}

static void local_close(struct transport *base)
{
	free(base);
}

int transport_open_local(const atomic_bool *cancel, struct transport **out, struct err *e)
{
	static const struct transport_ops ops = {"local", local_exec, local_close};
	struct local *l = xcalloc(1, sizeof(*l));

	(void)e;
	l->base.ops = &ops;
	l->cancel = cancel;
	*out = &l->base;
	return 0;
}
