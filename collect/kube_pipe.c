/* A connection that leaves HTTP: libcurl opens it (proxy, TLS, client certificate), the head of the request and of the
 * answer are written and read here, and then it is the caller's. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/kube_conn.h"
#include <poll.h>

#define HEAD_MAX (64 * 1024)
#define TICK_MS 200

struct kube_pipe {
	struct kube_conn conn;
	struct buf head; /* of the answer, without the empty line */
	struct buf rest; /* what came with it */
	size_t rest_at;
};

/* Until the socket is ready, in ticks, so that the user's stop is noticed. */
static int wait_for(struct kube_pipe *p, short events, int64_t deadline, struct err *e)
{
	const struct run *run = p->conn.h->kube.run;
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(p->conn.curl, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD)
		return err_set(e, ERR_NETWORK, "the connection to %s is closed", p->conn.h->authority);
	for (;;) {
		struct pollfd pf = {fd, events, 0};
		int64_t left = deadline - clock_mono();

		if (left <= 0)
			return err_set(e, ERR_TIMEOUT, "no answer from %s in time", p->conn.h->authority);
		if (run->cancel && atomic_load(run->cancel))
			return err_set(e, ERR_CANCELED, "stopped by the user");
		if (poll(&pf, 1, left / 1000 < TICK_MS ? (int)(left / 1000) + 1 : TICK_MS) > 0)
			return 0;
	}
}

int kube_pipe_send(struct kube_pipe *p, const void *data, size_t n, int64_t deadline, struct err *e)
{
	const char *at = data;

	while (n > 0) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(p->conn.curl, at, n, &sent);
		int rc;

		if (code == CURLE_OK) {
			at += sent;
			n -= sent;
		} else if (code != CURLE_AGAIN) {
			return err_set(e, ERR_NETWORK, "the connection to %s broke off: %s", p->conn.h->authority,
			               curl_easy_strerror(code));
		} else if ((rc = wait_for(p, POLLOUT, deadline, e)) < 0) {
			return rc;
		}
	}
	return 0;
}

static int64_t recv_some(struct kube_pipe *p, void *data, size_t n, int64_t deadline, struct err *e)
{
	for (;;) {
		size_t got = 0;
		CURLcode code = curl_easy_recv(p->conn.curl, data, n, &got);
		int rc;

		if (code == CURLE_OK)
			return (int64_t)got;
		if (code != CURLE_AGAIN)
			return err_set(e, ERR_NETWORK, "the connection to %s broke off: %s", p->conn.h->authority,
			               curl_easy_strerror(code));
		if ((rc = wait_for(p, POLLIN, deadline, e)) < 0)
			return rc;
	}
}

int64_t kube_pipe_recv(struct kube_pipe *p, void *data, size_t n, int64_t deadline, struct err *e)
{
	size_t have = p->rest.n - p->rest_at;

	if (!have)
		return recv_some(p, data, n, deadline, e);
	if (n > have)
		n = have;
	memcpy(data, p->rest.p + p->rest_at, n);
	p->rest_at += n;
	return (int64_t)n;
}

void kube_pipe_close(struct kube_pipe *p)
{
	if (!p)
		return;
	kube_conn_close(&p->conn, false);
	buf_release(&p->head);
	buf_release(&p->rest);
	free(p);
}

/* GET with the credentials and the caller's headers. */
static int send_head(struct kube_pipe *p, const char *path, const char *const *headers, int64_t deadline, struct err *e)
{
	const struct kube_http *h = p->conn.h;
	struct buf b = BUF_MAX(HEAD_MAX);
	int rc;

	buf_printf(&b, NULL, "GET %s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: sickbay/" SICKBAY_VERSION "\r\n", h->prefix, path,
	           h->authority);
	for (const struct curl_slist *s = p->conn.headers; s; s = s->next)
		if (strncmp(s->data, "Host:", 5) != 0)
			buf_printf(&b, NULL, "%s\r\n", s->data);
	for (; *headers; headers++)
		buf_printf(&b, NULL, "%s\r\n", *headers);
	rc = buf_add_str(&b, "\r\n", e);
	if (rc == 0)
		rc = kube_pipe_send(p, b.p, b.n, deadline, e);
	secret_release(&b);
	return rc;
}

static int read_head(struct kube_pipe *p, int64_t deadline, struct err *e)
{
	char piece[4096];

	for (;;) {
		int64_t n = recv_some(p, piece, sizeof(piece), deadline, e);
		char *end;
		int rc;

		if (n < 0)
			return (int)n;
		if (n == 0)
			return err_set(e, ERR_NETWORK, "the server %s hung up without an answer", p->conn.h->authority);
		if ((rc = buf_add(&p->head, piece, (size_t)n, e)) < 0)
			return rc;
		end = strstr(p->head.p, "\r\n\r\n");
		if (!end)
			continue;
		buf_add(&p->rest, end + 4, p->head.n - (size_t)(end + 4 - p->head.p), NULL);
		p->head.n = (size_t)(end - p->head.p);
		*end = '\0';
		return 0;
	}
}

const char *kube_pipe_header(const struct kube_pipe *p, const char *name)
{
	size_t n = strlen(name);

	/* Each line of the head was ended with a NUL when it had come. */
	for (const char *s = p->head.p, *end = s + p->head.n; s < end; s += strlen(s) + 1)
		if (!strncasecmp(s, name, n) && s[n] == ':')
			return s + n + 1 + strspn(s + n + 1, " \t");
	return NULL;
}

static void split_lines(struct buf *head)
{
	for (size_t i = 0; i < head->n; i++)
		if (head->p[i] == '\r' || head->p[i] == '\n')
			head->p[i] = '\0';
}

/* The rest of an answer that is no 101: its reason. */
static enum kube_status refused(struct kube_pipe *p, long http, const char *path, int64_t deadline,
                                struct kube_reply *reply)
{
	const char *length = kube_pipe_header(p, "content-length");
	size_t want = length ? (size_t)strtoul(length, NULL, 10) : 0;
	char piece[4096];
	struct err e;

	while (p->rest.n < want && want < HEAD_MAX) {
		int64_t n = recv_some(p, piece, sizeof(piece), deadline, &e);

		if (n <= 0 || buf_add(&p->rest, piece, (size_t)n, &e) < 0)
			break;
	}
	return kube_answer_error(p->conn.h, http, path, &p->rest, reply);
}

static enum kube_status failed(const struct err *e, struct kube_reply *reply)
{
	kube_reply_say(reply, "%s", e->msg);
	return e->code == ERR_TIMEOUT    ? KUBE_TIMEOUT
	       : e->code == ERR_CANCELED ? KUBE_NOT_ASKED
	       : e->code == ERR_NETWORK  ? KUBE_UNREACHABLE
	                                 : KUBE_ERROR;
}

static enum kube_status connect_pipe(struct kube_pipe *p, const char *path, const char *const *headers,
                                     int64_t deadline, struct kube_reply *reply)
{
	int64_t timeout = deadline - clock_mono();
	struct err e = {0};
	CURLcode code;
	long http;

	kube_conn_target(&p->conn, path, deadline);
	curl_easy_setopt(p->conn.curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(p->conn.curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	code = curl_easy_perform(p->conn.curl);
	if (code != CURLE_OK)
		return kube_answer_failed(&p->conn, code, timeout, reply);
	if (send_head(p, path, headers, deadline, &e) < 0 || read_head(p, deadline, &e) < 0)
		return failed(&e, reply);
	http = strncmp(p->head.p, "HTTP/1.", 7) == 0 ? strtol(p->head.p + 8, NULL, 10) : 0;
	split_lines(&p->head);
	reply->http = (int)http;
	if (http == 101)
		return KUBE_OK;
	return refused(p, http, path, deadline, reply);
}

enum kube_status kube_pipe_open(struct kube *k, const char *path, const char *const *headers, int64_t deadline,
                                struct kube_pipe **out, struct kube_reply *reply)
{
	struct kube_http *h = (struct kube_http *)k;
	struct kube_pipe *p = xcalloc(1, sizeof(*p));
	struct err e = {0};

	*reply = (struct kube_reply){.exit_status = -1};
	p->head = p->rest = (struct buf)BUF_MAX(HEAD_MAX);
	if (kube_conn_open(h, &p->conn, NULL, deadline, &e) < 0)
		reply->status = failed(&e, reply);
	else
		reply->status = connect_pipe(p, path, headers, deadline, reply);
	if (reply->status == KUBE_OK)
		*out = p;
	else
		kube_pipe_close(p);
	return reply->status;
}
