/* Making one capture on a node: a script, a file, or the files of a glob. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/record.h"
#include "collect/runlog.h"
#include "collect/visit.h"

/* How one execution ended, in a record's terms. */
struct outcome {
	struct record_end end;
	char error[1200];
};

static bool has(const char *s, const char *what)
{
	return strstr(s, what) != NULL;
}

static bool wants_root(const char *msg)
{
	return has(msg, "ermission denied") || has(msg, "peration not permitted") || has(msg, "must be root") ||
	       has(msg, "must be superuser") || has(msg, "are you root") || has(msg, "superuser") ||
	       has(msg, "Access denied") || has(msg, "nsufficient permissions");
}

/* "sickbay-size N" on the first line of stderr: how long the file really is. Removes it. */
static int64_t take_size(struct buf *errout)
{
	static const char mark[] = "sickbay-size ";
	size_t m = sizeof(mark) - 1, n;
	int64_t size;

	if (errout->n < m || memcmp(errout->p, mark, m) != 0)
		return -1;
	size = strtoll(errout->p + m, NULL, 10);
	n = strcspn(errout->p, "\n");
	n += errout->p[n] == '\n';
	memmove(errout->p, errout->p + n, errout->n - n + 1);
	errout->n -= n;
	return size;
}

static void judge(struct visit *v, const struct record *rec, int rc, const struct proc_result *r, int64_t timeout,
                  const char *errmsg, const struct err *e, struct outcome *o)
{
	bool root = v->root || !strcmp(v->sudo, "yes");
	const char *why;

	o->end = (struct record_end){.state = CAPTURE_OK, .exit_status = r->exit_status};
	snprintf(o->error, sizeof(o->error), "%.1100s", errmsg);
	o->end.body_if_empty = errmsg;
	if (rc == -ERR_LIMIT && record_full(rec)) {
		o->end.truncated = true;
		o->end.exit_status = -1;
	} else if (rc < 0) {
		o->end.state = CAPTURE_FAILED;
		o->end.exit_status = -1;
		snprintf(o->error, sizeof(o->error), "%s", e->msg);
	} else if (r->canceled) {
		o->end.state = CAPTURE_SKIPPED;
		o->end.exit_status = -1;
		snprintf(o->error, sizeof(o->error), "stopped by the user");
	} else if (r->timed_out) {
		o->end.state = CAPTURE_FAILED;
		o->end.timed_out = true;
		if (visit_over(v, &why))
			snprintf(o->error, sizeof(o->error), "stopped after %lld s: %s", (long long)(r->ms / 1000), why);
		else
			snprintf(o->error, sizeof(o->error), "no end within %lld s", (long long)(timeout / US_PER_S));
	} else if ((r->exit_status == STATUS_ABSENT || (r->exit_status == 127 && has(errmsg, "not found"))) &&
	           !record_bytes(rec)) {
		o->end.state = CAPTURE_ABSENT;
		o->end.no_file = true;
		if (!o->error[0])
			snprintf(o->error, sizeof(o->error), "not on this node");
	} else if (!root && !record_bytes(rec) && wants_root(errmsg)) {
		o->end.state = CAPTURE_FAILED;
		snprintf(o->error, sizeof(o->error), "needs root, and sudo is not possible: %.1000s", errmsg);
	}
	o->end.error = o->error;
}

/* A lost connection: the lane gets a new one; two in a row, and the node is given up. */
static void note_connection(struct visit *v, int rc, const struct err *e)
{
	pthread_mutex_lock(&v->lock);
	if (rc == -ERR_NETWORK || rc == -ERR_DENIED || (rc == -ERR_TIMEOUT && e->code == ERR_TIMEOUT)) {
		v->broken++;
		if (v->broken >= 2 && !v->dead[0])
			snprintf(v->dead, sizeof(v->dead), "the connection is gone: %.250s", e->msg);
	} else if (rc == 0) {
		v->broken = 0;
	}
	pthread_mutex_unlock(&v->lock);
}

static bool capture_script(struct visit *v, struct transport *t, const struct work *w, const char *path,
                           const char *command, const char *script)
{
	const struct plan_item *it = w->item;
	struct record_spec spec = {.path = path,
	                           .source = v->source,
	                           .command = command,
	                           .node = v->dir,
	                           .max = it->max,
	                           .keep_tail = it->keep_tail,
	                           .drop = it->drop};
	struct record *rec = record_new(v->run, &spec);
	CLEAN_BUF struct buf errout = BUF_MAX(16 * 1024);
	struct proc_result r = {.exit_status = -1};
	struct outcome o;
	struct err e = {0};
	int64_t size;
	int rc = visit_exec(v, t, script, it->timeout, record_write, rec, &errout, &r, &e);

	if (!record_full(rec))
		note_connection(v, rc, &e);
	size = take_size(&errout);
	judge(v, rec, rc, &r, it->timeout, buf_cstr(&errout), &e, &o);
	if (size > it->max && o.end.state == CAPTURE_OK)
		o.end.truncated = true;
	if (o.end.state == CAPTURE_FAILED)
		runlog(v->run->log, "%s: %s", path, o.error);
	record_finish(rec, &o.end);
	return r.timed_out;
}

/* Shell text that prints one file within its cap. */
static char *file_script(const struct plan_item *it, const char *file)
{
	struct buf b = BUF_MAX(64 * 1024);
	size_t n = strlen(file);

	buf_add_str(&b, "f=", NULL);
	shell_quote(&b, file);
	buf_printf(&b, NULL, "; n=%lld; test -e \"$f\" || exit 66; ", (long long)it->max);
	if (n > 3 && !strcmp(file + n - 3, ".gz"))
		buf_printf(&b, NULL, "gzip -dc \"$f\"%s", it->keep_tail ? " | tail -c $n" : "");
	else if (it->keep_tail)
		/* What is left of the first line is no line. */
		buf_add_str(&b, "s=$(stat -Lc %s \"$f\"); echo sickbay-size $s >&2; "
		                "if test \"$s\" -gt $n; then tail -c $n \"$f\" | sed 1d; else cat \"$f\"; fi",
		            NULL);
	else
		buf_add_str(&b, "echo sickbay-size $(stat -Lc %s \"$f\") >&2; head -c $n \"$f\"", NULL);
	return buf_take(&b);
}

static bool capture_file(struct visit *v, struct transport *t, const struct work *w, const char *path, const char *file)
{
	CLEAN(clean_free) char *script = file_script(w->item, file);
	CLEAN(clean_free)
	char *cmd = xasprintf("%s -c %lld %s", w->item->keep_tail ? "tail" : "head", (long long)w->item->max, file);

	return capture_script(v, t, w, path, cmd, script);
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

/* What a glob never takes, by its own name or by where a link leads: keys, password hashes, tokens of service accounts, and
 * audit logs, which repeat the bodies of requests. A pod that may write to /var/log could lay a link there. */
#define NEVER                                                                                                          \
	"*.key|*-key.pem|*audit*.log*|*/audit/*|/etc/*shadow*|*/.ssh/*|*/ssh_host_*|*/kubernetes.io~secret/*|"             \
	"*/kubernetes.io~projected/*|*/secrets/*|/proc/*|/sys/*"

/* Names of regular files, newest first. */
static char *glob_script(const struct plan_item *it)
{
	CLEAN(clean_free)
	char *unless = it->unless_link ? xasprintf("case \"$(readlink \"$f\")\" in %s) continue;; esac; ", it->unless_link)
	                               : xstrdup("");

	return xasprintf(
	        "for f in %s; do case \"$f\" in " NEVER ") continue;; esac; test -f \"$f\" || continue; %s"
	        "case \"$(readlink -f \"$f\")\" in " NEVER ") continue;; esac; "
	        "stat -Lc '%%Y %%s %%n' \"$f\"; done 2>/dev/null | sort -rn | head -n %d | cut -d' ' -f3-; true",
	        it->what, unless, it->limit);
}

static bool name_is_sane(const char *s)
{
	if (!s[0] || s[0] == '/' || strstr(s, "../") || strlen(s) > 400)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == '\\' || *s == 0x7f)
			return false;
	return true;
}

static bool capture_glob(struct visit *v, struct transport *t, const struct work *w)
{
	CLEAN(clean_free) char *script = glob_script(w->item);
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20), errout = BUF_MAX(4096);
	size_t prefix = plan_glob_prefix(w->item->what);
	struct proc_result r;
	struct err e = {0};
	char *save = NULL;
	int rc = visit_exec(v, t, script, w->item->timeout, to_buf, &b, &errout, &r, &e);
	bool timed_out = false;

	note_connection(v, rc, &e);
	if (rc < 0 || r.timed_out || r.canceled) {
		visit_skip(v, w, CAPTURE_FAILED,
		           rc < 0       ? e.msg
		           : r.canceled ? "stopped by the user"
		                        : "listing the files met its deadline");
		return rc >= 0 && r.timed_out;
	}
	if (!b.n) {
		visit_skip(v, w, CAPTURE_ABSENT, "no such file on this node");
		return false;
	}
	for (char *f = strtok_r(b.p, "\n", &save); f && !timed_out; f = strtok_r(NULL, "\n", &save)) {
		CLEAN(clean_free) char *path = NULL, *name = NULL;
		size_t n = strlen(f);

		if (n <= prefix || strncmp(f, w->item->what, prefix) != 0 || !name_is_sane(f + prefix))
			continue;
		name = xstrdup(f + prefix);
		n = strlen(name);
		if (n > 3 && !strcmp(name + n - 3, ".gz"))
			name[n - 3] = '\0';
		path = visit_path(v, w, name);
		if (!path)
			continue;
		timed_out = capture_file(v, t, w, path, f);
	}
	return timed_out;
}

bool visit_capture(struct visit *v, struct transport *t, const struct work *w)
{
	struct plan_vars vars = {.node = v->dir,
	                         .unit = w->unit,
	                         .journal = v->journal,
	                         .lines = v->run->plan->lines};
	CLEAN(clean_free) char *path = NULL, *script = NULL, *command = NULL;

	run_window(v->run, &vars);
	if (w->item->how == PLAN_FILES)
		return capture_glob(v, t, w);
	path = visit_path(v, w, NULL);
	if (w->item->how == PLAN_FILE)
		return capture_file(v, t, w, path, w->item->what);
	script = plan_script(v->run->plan, w->item, &vars);
	command = plan_resolve(w->item->what, &vars);
	return capture_script(v, t, w, path, command, script);
}
