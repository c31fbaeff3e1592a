#include "collect/kube_conn.h"
#include "base/clock.h"
#include "base/mem.h"
#include "collect/kube_proxy.h"
#include "collect/runlog.h"
#include <time.h>

/* Of one answer, unpacked. Sinks have caps of their own, far below. */
#define BODY_MAX (INT64_C(8) << 30)
#define ERROR_BODY_MAX (64 * 1024)
#define TRIES_MAX 10
#define WAITS_TOLD 20
/* A gateway's error without Retry-After: the same request after so many seconds, so many times, when the answer had come soon.
 * One that took longer is the time-out of the server or of a gateway, and would take as long again. */
#define GATEWAY_WAIT 1
#define GATEWAY_TRIES 2
#define GATEWAY_SOON (10 * US_PER_S)

struct transfer {
	struct kube_conn *conn;
	kube_sink sink;
	void *arg;
	struct buf error_body;
	int64_t bytes;
	int rc; /* the sink's failure */
	struct err e;
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	long http = 0;
	size_t len = size * n;

	curl_easy_getinfo(t->conn->curl, CURLINFO_RESPONSE_CODE, &http);
	if (http < 200 || http >= 300) {
		size_t room = t->error_body.max - t->error_body.n;

		buf_add(&t->error_body, p, len < room ? len : room, NULL);
		return len;
	}
	t->bytes += (int64_t)len;
	t->rc = t->bytes > BODY_MAX ? err_set(&t->e, ERR_LIMIT, "an answer of more than 8 GiB")
	                            : t->sink(t->arg, p, len, &t->e);
	return t->rc < 0 ? 0 : len;
}

/* One request. True when the connection can be used again. */
static bool ask_once(struct transfer *t, const char *path, int64_t timeout, struct kube_reply *reply)
{
	CURLcode code;
	long http = 0;

	curl_easy_setopt(t->conn->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->conn->curl, CURLOPT_WRITEDATA, t);
	code = kube_conn_perform(t->conn);
	curl_easy_getinfo(t->conn->curl, CURLINFO_RESPONSE_CODE, &http);
	reply->http = (int)http;
	if (t->rc == -ERR_LIMIT) {
		kube_reply_say(reply, "%s", t->e.msg);
		reply->status = KUBE_FULL;
		return false;
	}
	if (t->rc < 0) {
		kube_reply_say(reply, "%s", t->e.msg);
		reply->status = KUBE_ERROR;
		return false;
	}
	if (code != CURLE_OK) {
		reply->status = kube_answer_failed(t->conn, code, timeout, reply);
		return false;
	}
	if (http >= 200 && http < 300)
		reply->status = KUBE_OK;
	else
		reply->status = kube_answer_error(t->conn->h, http, path, &t->error_body, reply);
	return true;
}

/* Seconds that the server asks us to wait before the same request, or -1: it need not be repeated. */
static int64_t wait_of(CURL *c, int http)
{
	curl_off_t s = 0;

	if (http != 429 && http < 500)
		return -1;
	curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &s);
	if (s > 0)
		return (int64_t)s;
	return http == 429 ? 1 : -1;
}

/* False when the run was stopped meanwhile. */
static bool sleep_for(const struct run *run, int64_t us)
{
	int64_t until = clock_mono() + us;
	const struct timespec tick = {0, 50000000};
	const char *why;

	while (clock_mono() < until) {
		if (run_over(run, &why))
			return false;
		nanosleep(&tick, NULL);
	}
	return true;
}

/* Waits as long as is needed, when there is time for that. */
static bool wait_to_repeat(struct kube_http *h, const char *path, int http, int64_t wait, int64_t deadline)
{
	if (wait < 0 || clock_mono() + wait * US_PER_S >= deadline)
		return false;
	if (atomic_fetch_add(&h->waits_told, 1) < WAITS_TOLD)
		runlog(h->kube.run->log, "the API server is busy (HTTP %d): GET %s is repeated after %lld s", http, path,
		       (long long)wait);
	return sleep_for(h->kube.run, wait * US_PER_S);
}

/* 502, 503, 504: what load balancers say while the server behind them changes, and a server that begins or ends. What is passed
 * on to a kubelet says it of that kubelet, whose own deadlines are short. */
static bool is_gateway(const char *path, int http, int64_t took)
{
	return http >= 502 && http <= 504 && took < GATEWAY_SOON && !strstr(path, "/proxy/");
}

struct request {
	const char *method, *path, *body; /* method NULL: GET */
	int64_t deadline, tail;           /* tail: so many bytes of the end, 0 for all */
};

static void set_request(struct kube_conn *c, const struct request *q)
{
	char range[40];

	kube_conn_target(c, q->path, q->deadline);
	if (q->tail) {
		snprintf(range, sizeof(range), "-%lld", (long long)q->tail);
		curl_easy_setopt(c->curl, CURLOPT_RANGE, range);
	} else {
		curl_easy_setopt(c->curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	}
	kube_conn_header(c, "Accept: application/json, */*");
	if (!q->method)
		return;
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, q->method);
	/* What was made is removed also when the user wants to stop; the deadline ends it. */
	if (strcmp(q->method, "POST") != 0)
		curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 1L);
	if (q->body) {
		kube_conn_header(c, "Content-Type: application/json");
		kube_conn_header(c, "Expect:");
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(q->body));
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, q->body);
	}
}

/* Asks until there is an answer that another try would not change. */
static void ask(struct kube_http *h, const struct request *q, kube_sink sink, void *arg, struct kube_reply *reply)
{
	CLEAN(clean_kube_creds) struct kube_creds *refused = NULL;
	int64_t start = clock_mono(), timeout = q->deadline - start;
	int gateway = 0;

	for (int tries = 1;; tries++) {
		struct kube_conn c;
		struct err e = {0};
		bool reusable, again = false;
		int64_t wait = -1, asked = clock_mono();

		if (kube_conn_open(h, &c, refused, q->deadline, &e) < 0) {
			kube_reply_say(reply, "%s", e.msg);
			reply->status = e.code == ERR_TIMEOUT    ? KUBE_TIMEOUT
			                : e.code == ERR_CANCELED ? KUBE_NOT_ASKED
			                                         : KUBE_DENIED;
			return;
		}
		struct transfer t = {.conn = &c, .sink = sink, .arg = arg, .error_body = BUF_MAX(ERROR_BODY_MAX)};

		set_request(&c, q);
		reusable = ask_once(&t, q->path, timeout, reply);
		if (reusable && reply->status != KUBE_OK)
			wait = q->method && reply->http != 429 ? -1 : wait_of(c.curl, reply->http);
		if (reusable && wait < 0 && !q->method && is_gateway(q->path, reply->http, clock_mono() - asked) &&
		    gateway++ < GATEWAY_TRIES)
			wait = GATEWAY_WAIT;
		if (reusable && reply->http == 401 && !refused && kube_auth_renews(h->auth)) {
			refused = c.creds;
			atomic_fetch_add(&refused->users, 1);
			again = true;
		}
		buf_release(&t.error_body);
		kube_conn_close(&c, reusable);
		if (tries >= TRIES_MAX || (!again && !wait_to_repeat(h, q->path, reply->http, wait, q->deadline)))
			return;
		*reply = (struct kube_reply){.exit_status = -1};
	}
}

static enum kube_status http_get(struct kube *k, const char *path, int64_t tail, int64_t deadline, kube_sink sink,
                                 void *arg, struct kube_reply *reply)
{
	struct kube_http *h = (struct kube_http *)k;

	ask(h, &(struct request){.path = path, .deadline = deadline, .tail = tail}, sink, arg, reply);
	/* Nothing to take the end of: an empty file. */
	if (reply->http == 416)
		reply->status = KUBE_OK;
	return reply->status;
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return arg ? buf_add(arg, p, n, e) : 0;
}

enum kube_status kube_change(struct kube *k, const char *method, const char *path, const char *body, int64_t timeout,
                             struct buf *out, struct kube_reply *reply)
{
	struct kube_http *h = (struct kube_http *)k;
	struct request q = {.method = method, .path = path, .body = body, .deadline = clock_mono() + timeout};

	*reply = (struct kube_reply){.exit_status = -1};
	ask(h, &q, to_buf, out, reply);
	return reply->status;
}

static char *http_command(struct kube *k, const char *path)
{
	return xasprintf("GET %s%s", ((struct kube_http *)k)->conf->server, path);
}

static void http_close(struct kube *k)
{
	struct kube_http *h = (struct kube_http *)k;

	for (int i = 0; i < h->n_idle; i++)
		curl_easy_cleanup(h->idle[i]);
	kube_auth_free(h->auth);
	kubeconfig_free(h->conf);
	free(h->host);
	free(h->port);
	free(h->authority);
	free(h->prefix);
	secret_free(h->proxy);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static const struct kube_backend backend = {"api", http_get, http_command, http_close};

bool kube_is_http(const struct kube *k)
{
	return k->backend == &backend;
}

static int split_server(struct kube_http *h, struct err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL;
	bool ok = u && curl_url_set(u, CURLUPART_URL, h->conf->server, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK;

	if (ok) {
		size_t n = strlen(path), len = strlen(host);

		h->tls = !strcmp(scheme, "https");
		h->host = host[0] == '[' ? xstrndup(host + 1, len > 2 ? len - 2 : 0) : xstrdup(host);
		h->port = xstrdup(port);
		h->authority = xasprintf("%s:%s", host, port);
		h->prefix = xstrndup(path, n && path[n - 1] == '/' ? n - 1 : n);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(path);
	curl_url_cleanup(u);
	return ok ? 0 : err_set(e, ERR_FORMAT, "kubeconfig %s: the server of cluster \"%s\" is no URL", h->conf->source,
	                        h->conf->cluster);
}

/* A plugin may send people elsewhere to log in: it gets more time than the first request has. Its failure is told again to
 * whoever asks. */
static void log_in(struct kube_http *h)
{
	CLEAN(clean_kube_creds) struct kube_creds *creds = NULL;
	struct err e;

	if (h->conf->exec)
		(void)kube_auth_get(h->auth, NULL, run_deadline(h->kube.run, KUBE_LOGIN_TIMEOUT), &creds, &e);
}

int kube_open_http(struct run *run, struct kube **out, struct err *e)
{
	const struct collect_opts *o = run->opts;
	struct kubeconfig_opts ko = {.kubeconfig = o->kubeconfig, .context = o->context, .local = o->local};
	struct kubeconfig *conf;
	struct kube_http *h;
	int rc = kubeconfig_load(&ko, &conf, e);

	if (rc < 0)
		return rc;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		kubeconfig_free(conf);
		return err_set(e, ERR_INTERNAL, "libcurl cannot be initialised");
	}
	h = xcalloc(1, sizeof(*h));
	h->kube.backend = &backend;
	h->kube.run = run;
	h->conf = conf;
	h->auth = kube_auth_new(conf, run->cancel);
	pthread_mutex_init(&h->lock, NULL);
	if ((rc = split_server(h, e)) < 0) {
		http_close(&h->kube);
		return rc;
	}
	h->proxy = kube_proxy_of(conf, &h->proxy_whose);
	snprintf(h->kube.context, sizeof(h->kube.context), "%s", conf->context);
	snprintf(h->kube.server, sizeof(h->kube.server), "%s", conf->server);
	if (conf->ns && strlen(conf->ns) < sizeof(h->kube.ns))
		snprintf(h->kube.ns, sizeof(h->kube.ns), "%s", conf->ns);
	log_in(h);
	*out = &h->kube;
	return 0;
}
