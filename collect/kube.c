#include "collect/kube.h"
#include "base/clock.h"
#include "base/mem.h"
#include "collect/kube_http.h"

/* So many requests in a row without an answer, and nobody is there. */
#define SILENT_MAX 3
#define PROBE_TIMEOUT (10 * US_PER_S)

void kube_close(struct kube *k)
{
	if (!k)
		return;
	buf_release(&k->version_doc);
	kubectl_free(k->kubectl);
	k->backend->close(k);
}

static int open_direct(struct run *run, struct kubectl *program, struct kube **out, struct err *e)
{
	int rc = kube_open_http(run, out, e);

	if (rc == 0) {
		(*out)->kubectl = program;
		return 0;
	}
	/* A login that only kubectl knows: it was not said that it must not be used. */
	if (rc == -ERR_DENIED && !run->opts->via && program) {
		*out = kubectl_kube(run, program);
		return 0;
	}
	kubectl_free(program);
	return rc;
}

int kube_open(struct run *run, struct kube **out, struct err *e)
{
	struct kubectl *program = kubectl_new(run);

	if (!run->opts->via || strcmp(run->opts->via, "kubectl") != 0)
		return open_direct(run, program, out, e);
	if (!program)
		return err_set(e, ERR_ABSENT, "--via kubectl: kubectl is not in PATH; without --via the API is asked directly");
	*out = kubectl_kube(run, program);
	return 0;
}

bool kube_server_host(const struct kube *k, char host[256])
{
	const char *p = strstr(k->server, "://"), *end;

	if (!p)
		return false;
	p += 3;
	if (*p == '[') {
		p++;
		end = strchr(p, ']');
	} else {
		end = p + strcspn(p, ":/");
	}
	if (!end || end == p)
		return false;
	snprintf(host, 256, "%.*s", (int)(end - p), p);
	return true;
}

void clean_kube(struct kube **k)
{
	kube_close(*k);
}

bool kube_is_silent(const struct kube *k, const char **why)
{
	if (atomic_load(&k->silent) < SILENT_MAX)
		return false;
	*why = "not asked: the API server did not answer three requests in a row";
	return true;
}

/* What goes on to a kubelet says nothing about the API server itself. */
static bool is_passed_on(const char *path)
{
	return strstr(path, "/proxy/") || strstr(path, "/log?");
}

static void count_answer(struct kube *k, const char *path, enum kube_status s)
{
	if (is_passed_on(path))
		return;
	if (s == KUBE_UNREACHABLE || s == KUBE_TIMEOUT)
		atomic_fetch_add(&k->silent, 1);
	else if (s != KUBE_NOT_ASKED && atomic_load(&k->silent) < SILENT_MAX)
		atomic_store(&k->silent, 0);
}

enum kube_status kube_get_tail(struct kube *k, const char *path, int64_t tail, int64_t timeout, kube_sink sink, void *arg,
                               struct kube_reply *reply)
{
	const char *why;

	*reply = (struct kube_reply){.exit_status = -1};
	if (kube_is_silent(k, &why) || run_over(k->run, &why)) {
		snprintf(reply->message, sizeof(reply->message), "%s", why);
		snprintf(reply->reason, sizeof(reply->reason), "%s", why);
		return reply->status = KUBE_NOT_ASKED;
	}
	reply->status = k->backend->get(k, path, tail, run_deadline(k->run, timeout), sink, arg, reply);
	count_answer(k, path, reply->status);
	return reply->status;
}

enum kube_status kube_get(struct kube *k, const char *path, int64_t timeout, kube_sink sink, void *arg,
                          struct kube_reply *reply)
{
	return kube_get_tail(k, path, 0, timeout, sink, arg, reply);
}

enum kube_status kube_get_anyway(struct kube *k, const char *path, int64_t timeout, kube_sink sink, void *arg,
                                 struct kube_reply *reply)
{
	const char *why;

	if (run_over(k->run, &why))
		return kube_get(k, path, timeout, sink, arg, reply);
	*reply = (struct kube_reply){.exit_status = -1};
	return reply->status = k->backend->get(k, path, 0, run_deadline(k->run, timeout), sink, arg, reply);
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

enum kube_status kube_get_buf(struct kube *k, const char *path, int64_t timeout, struct buf *out,
                              struct kube_reply *reply)
{
	return kube_get(k, path, timeout, to_buf, out, reply);
}

/* A string at a path of a small document, cut to size. */
static void take_str(const struct buf *b, const char *path, char *out, size_t size)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	const char *s;

	if (json_parse(buf_cstr(b), b->n, &o, NULL) < 0)
		return;
	s = json_path_str(o, path);
	if (s)
		snprintf(out, size, "%s", s);
}

void kube_probe(struct kube *k)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	struct kube_reply r;

	k->version_doc = (struct buf)BUF_MAX(64 * 1024);
	if (kube_get_buf(k, "/version", PROBE_TIMEOUT, &k->version_doc, &r) == KUBE_OK)
		take_str(&k->version_doc, "gitVersion", k->version, sizeof(k->version));
	if (r.status != KUBE_UNREACHABLE && r.status != KUBE_TIMEOUT &&
	    kube_get_buf(k, "/api/v1/namespaces/kube-system", PROBE_TIMEOUT, &b, &r) == KUBE_OK)
		take_str(&b, "metadata.uid", k->uid, sizeof(k->uid));
	buf_clear(&b);
	/* A forbidden list is an answer all the same: others may be allowed. Not to one whom the server does not know. */
	kube_get_buf(k, "/api/v1/namespaces?limit=1", PROBE_TIMEOUT, &b, &r);
	k->serves_lists = r.status == KUBE_OK || r.status == KUBE_FULL || (r.status == KUBE_DENIED && r.http != 401);
	if (!k->serves_lists)
		snprintf(k->broken, sizeof(k->broken), "the API server does not serve lists: %s", r.reason);
}
