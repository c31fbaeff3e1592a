/* The client over plain HTTP, against a server of a few scripted answers: what an answer means, POST, an upgraded
 * connection. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "collect/kube_http.h"
#include "collect/runlog.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

/* A server that answers each connection's requests from a list, one after the other, and keeps what it was asked. */
struct server {
	int fd, port;
	pthread_t thread;
	const char *const *answers; /* NULL-terminated; "" hangs up, "~" keeps silent */
	char asked[65536];
	bool echo; /* after the last answer: sends back what comes */
};

/* "@" stands for the length of the body. */
static void answer(int c, const char *text)
{
	const char *at = strchr(text, '@'), *body = strstr(text, "\r\n\r\n") + 4;
	CLEAN(clean_free)
	char *whole = at ? xasprintf("%.*s%zu%s", (int)(at - text), text, strlen(body), at + 1) : xstrdup(text);

	send(c, whole, strlen(whole), MSG_NOSIGNAL);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	const char *const *a = s->answers;
	int c = -1;

	while (*a) {
		char piece[8192];
		size_t from = strlen(s->asked);
		ssize_t n;

		if (c < 0 && (c = accept(s->fd, NULL, NULL)) < 0)
			return NULL;
		/* A head, and a body when it says so. */
		while (!strstr(s->asked + from, "\r\n\r\n") || (strstr(s->asked + from, "POST") && !strstr(s->asked + from, "}}"))) {
			n = recv(c, piece, sizeof(piece), 0);
			if (n <= 0)
				break;
			memcpy(s->asked + strlen(s->asked), piece, (size_t)n);
		}
		if (!strstr(s->asked + from, "\r\n\r\n")) {
			close(c);
			c = -1;
			continue;
		}
		if (**a && **a != '~')
			answer(c, *a);
		if (!**a || strstr(*a, "Connection: close")) {
			close(c);
			c = -1;
		}
		a++;
	}
	while (s->echo && c >= 0) {
		char piece[4096];
		ssize_t n = recv(c, piece, sizeof(piece), 0);

		if (n <= 0 || !memcmp(piece, "bye", 3))
			break;
		send(c, piece, (size_t)n, MSG_NOSIGNAL);
	}
	if (c >= 0)
		close(c);
	return NULL;
}

struct client {
	struct server s;
	struct collect_opts o;
	struct run run;
	struct kube *k;
	char *path;
};

/* A client of c->s.port, which listens already; more: for its entry of the cluster. */
static void client_begin(struct client *c, const char *scheme, const char *more)
{
	CLEAN(clean_free) char *dir = unit_folder(), *text = NULL;
	struct err e = {0};

	c->path = xasprintf("%s/config", dir);
	text = xasprintf("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: "
	                 "{server: '%s://127.0.0.1:%d/prefix'%s}}]\nusers: [{name: u, user: {token: tok}}]\n", scheme, c->s.port, more);
	unit_write(c->path, text, strlen(text));
	c->o = (struct collect_opts){.kubeconfig = c->path};
	c->run.opts = &c->o;
	c->run.log = runlog_new();
	c->run.deadline = clock_mono() + 60 * US_PER_S;
	atomic_store(&c->run.bytes_left, 1 << 20);
	OK(kube_open_http(&c->run, &c->k, &e));
}

static void client_listen(struct client *c, int backlog)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);

	memset(c, 0, sizeof(*c));
	c->s.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(c->s.fd, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(listen(c->s.fd, backlog), 0);
	getsockname(c->s.fd, (struct sockaddr *)&addr, &len);
	c->s.port = ntohs(addr.sin_port);
}

static void client_open(struct client *c, const char *const *answers, bool echo)
{
	client_listen(c, 8);
	c->s.answers = answers;
	c->s.echo = echo;
	pthread_create(&c->s.thread, NULL, serve, &c->s);
	client_begin(c, "http", "");
}

static void client_end(struct client *c)
{
	kube_close(c->k);
	close(c->s.fd);
	runlog_free(c->run.log);
	free(c->path);
}

static void client_close(struct client *c)
{
	kube_close(c->k);
	c->k = NULL;
	shutdown(c->s.fd, SHUT_RDWR);
	pthread_join(c->s.thread, NULL);
	client_end(c);
}

#define HEAD_OF(status, more, length) "HTTP/1.1 " status "\r\nContent-Length: " length "\r\n" more "\r\n"
#define HEAD(status, more) HEAD_OF(status, more, "@")

static void test_answers(void **state)
{
	static const char *const answers[] = {
	        HEAD("200 OK", "") "ok",
	        HEAD("404 Not Found", "") "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":\"no such thing\"}",
	        HEAD("405 Method Not Allowed", ""),
	        HEAD("403 Forbidden", "") "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"message\":\"not for you\"}",
	        HEAD("410 Gone", "") "{\"kind\":\"Status\",\"reason\":\"Expired\",\"metadata\":{\"continue\":\"more+=/\"}}",
	        HEAD("504 Gateway Timeout", ""),
	        HEAD("503 Service Unavailable", "") "busy",
	        HEAD("429 Too Many Requests", "Retry-After: 1\r\n"),
	        HEAD("200 OK", "") "again",
	        HEAD_OF("200 OK", "Connection: close\r\n", "10") "half",
	        "",
	        NULL};
	static const struct {
		enum kube_status status;
		int http;
		const char *body, *says;
	} want[] = {{KUBE_OK, 200, "ok", ""},
	            {KUBE_NOT_FOUND, 404, "", "Error from server (NotFound): no such thing"},
	            {KUBE_NOT_FOUND, 405, "", "Error from server (MethodNotAllowed): GET /x: HTTP 405"},
	            {KUBE_DENIED, 403, "", "Error from server (Forbidden): not for you"},
	            {KUBE_EXPIRED, 410, "", "Error from server (Expired): no reason was given"},
	            {KUBE_TIMEOUT, 504, "", "Error from server (Timeout): GET /x: HTTP 504"},
	            {KUBE_ERROR, 503, "", "Error from server (ServiceUnavailable): GET /x: HTTP 503: busy"},
	            {KUBE_OK, 200, "again", ""},
	            {KUBE_UNREACHABLE, 200, "half", "broke off: unexpected EOF"},
	            {KUBE_UNREACHABLE, 0, "", "broke off: unexpected EOF"}};
	struct client c;

	(void)state;
	client_open(&c, answers, false);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		CLEAN_BUF struct buf b = BUF_MAX(100);
		struct kube_reply r;

		/* No time for another try of what a gateway in front of the server says. */
		int64_t timeout = want[i].http == 503 || want[i].http == 504 ? US_PER_S / 2 : 5 * US_PER_S;

		if (kube_get_buf(c.k, "/x", timeout, &b, &r) != want[i].status || r.http != want[i].http)
			fail_msg("answer %zu: status %d, HTTP %d, \"%s\"", i, r.status, r.http, r.reason);
		assert_string_equal(buf_cstr(&b), want[i].body);
		if (!strstr(r.reason, want[i].says))
			fail_msg("answer %zu: \"%s\"", i, r.reason);
		if (r.status == KUBE_EXPIRED)
			assert_string_equal(r.cont, "more+=/");
	}
	assert_non_null(strstr(c.s.asked, "GET /prefix/x HTTP/1.1\r\n"));
	assert_non_null(strstr(c.s.asked, "Authorization: Bearer tok\r\n"));
	client_close(&c);
}

static int times_asked(const struct client *c, const char *what)
{
	int n = 0;

	for (const char *p = c->s.asked; (p = strstr(p, what)); p++)
		n++;
	return n;
}

/* What a load balancer says while the server behind it changes: tried again, twice. */
static void test_gateway(void **state)
{
	static const char *const answers[] = {
	        HEAD("502 Bad Gateway", "") "<html>",       HEAD("503 Service Unavailable", ""), HEAD("200 OK", "") "ok",
	        HEAD("504 Gateway Timeout", ""),            HEAD("503 Service Unavailable", ""), HEAD("503 Service Unavailable", "") "busy",
	        HEAD("503 Service Unavailable", ""),        HEAD("500 Internal Server Error", ""), NULL};
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct kube_reply r;
	struct client c;

	(void)state;
	client_open(&c, answers, false);
	assert_int_equal(kube_get_buf(c.k, "/first", 9 * US_PER_S, &b, &r), KUBE_OK);
	assert_string_equal(buf_cstr(&b), "ok");
	assert_int_equal(kube_get_buf(c.k, "/second", 9 * US_PER_S, &b, &r), KUBE_ERROR);
	assert_non_null(strstr(r.reason, "HTTP 503: busy"));
	assert_int_equal(times_asked(&c, "/second"), 3);
	/* A kubelet behind the API server that is not there will not be in a second. */
	assert_int_equal(kube_get_buf(c.k, "/api/v1/nodes/n/proxy/healthz", 9 * US_PER_S, &b, &r), KUBE_ERROR);
	assert_int_equal(times_asked(&c, "/proxy/"), 1);
	assert_int_equal(kube_get_buf(c.k, "/third", 9 * US_PER_S, &b, &r), KUBE_ERROR);
	assert_int_equal(times_asked(&c, "/third"), 1);
	client_close(&c);
}

static void times_out(struct client *c, const char *says, const char *never)
{
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct kube_reply r;

	assert_int_equal(kube_get_buf(c->k, "/x", US_PER_S / 4, &b, &r), KUBE_TIMEOUT);
	if (!strstr(r.reason, says) || (never && strstr(r.reason, never)))
		fail_msg("\"%s\", wanted \"%s\"", r.reason, says);
}

/* "dial" and "handshake" say that nobody is there: only of a connection that was being made. */
static void test_timeouts(void **state)
{
	static const char *const answers[] = {HEAD("200 OK", "") "ok", "~", "~", HEAD_OF("200 OK", "", "10") "half", NULL};
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	CLEAN_BUF struct buf b = BUF_MAX(100);
	CLEAN(clean_free) char *proxy = NULL;
	struct kube_reply r;
	struct client c;
	int held[3];

	(void)state;
	client_open(&c, answers, true); /* stays after the last answer */
	assert_int_equal(kube_get_buf(c.k, "/x", 5 * US_PER_S, &b, &r), KUBE_OK);
	times_out(&c, "Client.Timeout exceeded while awaiting headers", "dial"); /* on the connection that was there */
	atomic_store(&c.k->silent, 0);
	times_out(&c, "Client.Timeout exceeded while awaiting headers", "dial"); /* on a new one */
	atomic_store(&c.k->silent, 0);
	times_out(&c, "context deadline exceeded", "dial");
	client_close(&c);
	/* Connected, and no word of TLS. */
	client_listen(&c, 8);
	client_begin(&c, "https", "");
	times_out(&c, "TLS handshake timeout", "dial");
	client_end(&c);
	/* A proxy that takes the connection and then says nothing. */
	client_listen(&c, 8);
	proxy = xasprintf(", proxy-url: 'http://127.0.0.1:%d'", c.s.port);
	client_begin(&c, "https", proxy);
	times_out(&c, "no answer to CONNECT", "TLS");
	client_end(&c);
	/* A queue that is full: the kernel drops who wants to connect. */
	client_listen(&c, 0);
	addr.sin_port = htons((uint16_t)c.s.port);
	for (size_t i = 0; i < ARRAY_LEN(held); i++) {
		held[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)!connect(held[i], (struct sockaddr *)&addr, sizeof(addr));
	}
	client_begin(&c, "http", "");
	times_out(&c, "Unable to connect to the server: dial tcp 127.0.0.1:", "await");
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		close(held[i]);
	client_end(&c);
}

/* A sink that has enough ends the transfer; a body beyond it is not waited for. */
static void test_enough(void **state)
{
	static const char *const answers[] = {HEAD_OF("200 OK", "", "1000000") "0123456789", NULL};
	CLEAN_BUF struct buf b = BUF_MAX(5);
	struct kube_reply r;
	struct client c;

	(void)state;
	client_open(&c, answers, false);
	assert_int_equal(kube_get_buf(c.k, "/x", 5 * US_PER_S, &b, &r), KUBE_FULL);
	client_close(&c);
}

static void test_change(void **state)
{
	static const char *const answers[] = {HEAD("201 Created", "") "created", HEAD("200 OK", ""),
	                                      HEAD("503 Service Unavailable", "Retry-After: 1\r\n"), NULL};
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct kube_reply r;
	struct client c;

	(void)state;
	client_open(&c, answers, false);
	assert_int_equal(kube_change(c.k, "POST", "/pods", "{\"a\":{}}", 5 * US_PER_S, &b, &r), KUBE_OK);
	assert_string_equal(buf_cstr(&b), "created");
	assert_non_null(strstr(c.s.asked, "POST /prefix/pods HTTP/1.1\r\n"));
	assert_non_null(strstr(c.s.asked, "Content-Type: application/json\r\n"));
	assert_int_equal(kube_change(c.k, "DELETE", "/pods/p", NULL, 5 * US_PER_S, NULL, &r), KUBE_OK);
	assert_non_null(strstr(c.s.asked, "DELETE /prefix/pods/p HTTP/1.1\r\n"));
	/* It may have been done all the same: not repeated, whatever the server says. */
	assert_int_equal(kube_change(c.k, "DELETE", "/pods/p", NULL, 5 * US_PER_S, NULL, &r), KUBE_ERROR);
	client_close(&c);
}

static void test_pipe(void **state)
{
	static const char *const answers[] = {
	        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\nfirst", NULL};
	static const char *const headers[] = {"Connection: Upgrade", "Upgrade: websocket", NULL};
	int64_t until = clock_mono() + 5 * US_PER_S;
	struct kube_pipe *p = NULL;
	struct kube_reply r;
	struct err e = {0};
	struct client c;
	char piece[100];

	(void)state;
	client_open(&c, answers, true);
	assert_int_equal(kube_pipe_open(c.k, "/exec?x=1", headers, until, &p, &r), KUBE_OK);
	assert_non_null(strstr(c.s.asked, "GET /prefix/exec?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(c.s.asked, "Authorization: Bearer tok\r\n"));
	assert_non_null(strstr(c.s.asked, "Upgrade: websocket\r\n"));
	assert_string_equal(kube_pipe_header(p, "sec-websocket-protocol"), "v4.channel.k8s.io");
	assert_null(kube_pipe_header(p, "other"));
	assert_int_equal(kube_pipe_recv(p, piece, 3, until, &e), 3);
	assert_memory_equal(piece, "fir", 3);
	assert_int_equal(kube_pipe_recv(p, piece, sizeof(piece), until, &e), 2);
	OK(kube_pipe_send(p, "hello", 5, until, &e));
	assert_int_equal(kube_pipe_recv(p, piece, sizeof(piece), until, &e), 5);
	assert_memory_equal(piece, "hello", 5);
	assert_int_equal(kube_pipe_recv(p, piece, sizeof(piece), clock_mono() + 100000, &e), -ERR_TIMEOUT);
	OK(kube_pipe_send(p, "bye", 3, until, &e));
	assert_int_equal(kube_pipe_recv(p, piece, sizeof(piece), until, &e), 0);
	kube_pipe_close(p);
	client_close(&c);
}

static void test_pipe_refused(void **state)
{
	static const char *const answers[] = {
	        HEAD("403 Forbidden", "") "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"message\":\"not for you\"}", NULL};
	static const char *const headers[] = {"Upgrade: websocket", NULL};
	struct kube_pipe *p = NULL;
	struct kube_reply r;
	struct client c;

	(void)state;
	client_open(&c, answers, false);
	assert_int_equal(kube_pipe_open(c.k, "/exec", headers, clock_mono() + 5 * US_PER_S, &p, &r), KUBE_DENIED);
	assert_string_equal(r.reason, "Error from server (Forbidden): not for you");
	assert_null(p);
	client_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_answers), cmocka_unit_test(test_gateway), cmocka_unit_test(test_timeouts),     cmocka_unit_test(test_enough), cmocka_unit_test(test_change),
	        cmocka_unit_test(test_pipe),    cmocka_unit_test(test_pipe_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
