/* The API through the kubectl program: its kubeconfig rules, its credentials, its plugins. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/proc.h"
#include "collect/kube.h"
#include "collect/kubeconfig.h"

struct kubectl {
	const struct run *run;
	char *kubeconfig, *context; /* or NULL */
};
struct argv {
	const char *v[64];
	int n;
};

static void arg_add(struct argv *a, const char *s)
{
	if (a->n + 1 < (int)ARRAY_LEN(a->v))
		a->v[a->n++] = s;
}

static void arg_base(const struct kubectl *k, struct argv *a)
{
	arg_add(a, "kubectl");
	if (k->kubeconfig) {
		arg_add(a, "--kubeconfig");
		arg_add(a, k->kubeconfig);
	}
	if (k->context) {
		arg_add(a, "--context");
		arg_add(a, k->context);
	}
}

static bool has(const char *s, const char *what)
{
	return strstr(s, what) != NULL;
}

/* kubectl says in words what a status code would. The words are those of 1.6 to 1.32. */
static enum kube_status classify(const char *msg)
{
	if (has(msg, "(NotFound)") || has(msg, "could not find the requested resource") ||
	    has(msg, "doesn't have a resource type"))
		return KUBE_NOT_FOUND;
	if (has(msg, "(Forbidden)") || has(msg, "(Unauthorized)") || has(msg, "must be logged in") ||
	    has(msg, " is forbidden"))
		return KUBE_DENIED;
	/* The server speaks: whatever it could not reach is its own affair, unless it waited for its own storage. */
	if (has(msg, "Error from server") || has(msg, "unable to return a response in the time allotted"))
		return has(msg, "(Timeout)") || has(msg, "request timed out") || has(msg, "in the time allotted")
		               ? KUBE_TIMEOUT
		               : KUBE_ERROR;
	if (has(msg, "was refused") || has(msg, "connection refused") || has(msg, "no such host") ||
	    has(msg, "no route to host") || has(msg, "network is unreachable") || has(msg, "connection reset") ||
	    has(msg, "server misbehaving"))
		return KUBE_UNREACHABLE;
	if (has(msg, "i/o timeout") || has(msg, "Client.Timeout") || has(msg, "deadline exceeded") ||
	    has(msg, "request canceled") || has(msg, "TLS handshake timeout") || has(msg, "(Timeout)"))
		return KUBE_TIMEOUT;
	return KUBE_ERROR;
}

/* The last line that kubectl itself means: log lines of its libraries stand before it. */
static void short_reason(const char *msg, char *out, size_t size)
{
	const char *best = msg, *p = msg;

	while (p && *p) {
		const char *nl = strchr(p, '\n');

		if (!strncmp(p, "Error from", 10) || !strncmp(p, "The connection", 14) || !strncmp(p, "Unable to", 9) ||
		    !strncmp(p, "error:", 6)) {
			best = p;
			break;
		}
		if (nl != p && *p)
			best = p;
		p = nl ? nl + 1 : NULL;
	}
	snprintf(out, size, "%.*s", (int)strcspn(best, "\n"), best);
}

static enum kube_status run_kubectl(const struct kubectl *k, struct argv *a, int64_t deadline, kube_sink sink, void *arg,
                                    struct kube_reply *reply)
{
	CLEAN_BUF struct buf errout = BUF_MAX(sizeof(reply->message) - 1);
	struct proc_opts o = {.argv = a->v,
	                      .deadline = deadline,
	                      .cancel = k->run->cancel,
	                      .out = sink,
	                      .arg = arg,
	                      .errout = &errout};
	struct proc_result r = {0};
	struct err e = {0};
	int rc;

	a->v[a->n] = NULL;
	rc = proc_run(&o, &r, &e);
	reply->exit_status = rc < 0 ? -1 : r.exit_status;
	snprintf(reply->message, sizeof(reply->message), "%s", buf_cstr(&errout));
	short_reason(reply->message, reply->reason, sizeof(reply->reason));
	if (rc == -ERR_LIMIT)
		return KUBE_FULL;
	if (rc < 0) {
		snprintf(reply->message, sizeof(reply->message), "%s", e.msg);
		snprintf(reply->reason, sizeof(reply->reason), "%.150s", e.msg);
		return KUBE_ERROR;
	}
	if (r.canceled) {
		snprintf(reply->reason, sizeof(reply->reason), "stopped by the user");
		return KUBE_NOT_ASKED;
	}
	if (r.timed_out) {
		snprintf(reply->reason, sizeof(reply->reason), "kubectl did not finish within %lld s",
		         (long long)(r.ms / 1000));
		if (!reply->message[0])
			snprintf(reply->message, sizeof(reply->message), "%s", reply->reason);
		return KUBE_TIMEOUT;
	}
	if (r.exit_status == 0)
		return KUBE_OK;
	return classify(reply->message);
}

/* kubectl's own time limit a little before ours, so that its words are heard. */
static char *request_timeout(int64_t deadline)
{
	int64_t s = (deadline - clock_mono()) / US_PER_S - 1;

	return xasprintf("--request-timeout=%llds", (long long)(s < 1 ? 1 : s));
}

static enum kube_status kubectl_get(struct kube *base, const char *path, int64_t tail, int64_t deadline, kube_sink sink,
                                    void *arg, struct kube_reply *reply)
{
	const struct kubectl *k = base->kubectl;
	CLEAN(clean_free) char *limit = request_timeout(deadline);
	struct argv a = {.n = 0};

	(void)tail; /* kubectl cannot: the whole comes, and the record keeps its end */
	arg_base(k, &a);
	arg_add(&a, limit);
	arg_add(&a, "get");
	arg_add(&a, "--raw");
	arg_add(&a, path);
	return run_kubectl(k, &a, deadline, sink, arg, reply);
}

enum kube_status kubectl_run(struct kube *base, const char *args, int64_t timeout, kube_sink sink, void *arg,
                             struct kube_reply *reply)
{
	const struct kubectl *k = base->kubectl;
	int64_t deadline = run_deadline(base->run, timeout);
	CLEAN(clean_free) char *limit = request_timeout(deadline), *copy = xstrdup(args);
	struct argv a = {.n = 0};
	char *save = NULL;

	*reply = (struct kube_reply){.exit_status = -1};
	arg_base(k, &a);
	arg_add(&a, limit);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		arg_add(&a, w);
	return reply->status = run_kubectl(k, &a, deadline, sink, arg, reply);
}

char *kubectl_command(const struct kube *base, const char *args)
{
	const char *context = base->run->opts->context;

	return xasprintf("kubectl%s%s %s", context ? " --context " : "", context ? context : "", args);
}

static char *kubectl_raw_command(struct kube *k, const char *path)
{
	CLEAN(clean_free) char *args = xasprintf("get --raw '%s'", path);

	return kubectl_command(k, args);
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static void read_config(struct kube *k)
{
	CLEAN_BUF struct buf b = BUF_MAX(4 << 20);
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct kube_reply r;
	const char *s;

	if (kubectl_run(k, "config view --minify -o json", 10 * US_PER_S, to_buf, &b, &r) != KUBE_OK ||
	    json_parse(buf_cstr(&b), b.n, &o, NULL) < 0)
		return;
	if ((s = json_get_str(o, "current-context")))
		snprintf(k->context, sizeof(k->context), "%s", s);
	s = json_path_str(cJSON_GetArrayItem(json_get_arr(o, "contexts"), 0), "context.namespace");
	if (s && strlen(s) < sizeof(k->ns))
		snprintf(k->ns, sizeof(k->ns), "%s", s);
	s = json_path_str(cJSON_GetArrayItem(json_get_arr(o, "clusters"), 0), "cluster.server");
	if (s)
		snprintf(k->server, sizeof(k->server), "%s", s);
}

static void kubectl_close(struct kube *k)
{
	free(k);
}

struct kubectl *kubectl_new(const struct run *run)
{
	const struct collect_opts *o = run->opts;
	CLEAN(clean_free) char *prog = proc_which("kubectl");
	/* KUBECONFIG and ~/.kube/config are kubectl's own business. */
	const char *config = o->kubeconfig ? o->kubeconfig : o->local ? kubeconfig_of_host() : NULL;
	struct kubectl *p;

	if (!prog)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->run = run;
	p->kubeconfig = config ? xstrdup(config) : NULL;
	p->context = o->context ? xstrdup(o->context) : NULL;
	return p;
}

void kubectl_free(struct kubectl *p)
{
	if (!p)
		return;
	free(p->kubeconfig);
	free(p->context);
	free(p);
}

struct kube *kubectl_kube(struct run *run, struct kubectl *p)
{
	static const struct kube_backend backend = {"kubectl", kubectl_get, kubectl_raw_command, kubectl_close};
	struct kube *k = xcalloc(1, sizeof(*k));

	k->backend = &backend;
	k->run = run;
	k->kubectl = p;
	read_config(k);
	return k;
}
