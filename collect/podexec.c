#include "collect/podexec.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "collect/websocket.h"
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <strings.h>

#define PROTOCOL "v4.channel.k8s.io"
/* Until the container runtime has begun the command. */
#define OPEN_TIMEOUT (20 * US_PER_S)

enum { CHANNEL_STDOUT = 1, CHANNEL_STDERR = 2, CHANNEL_STATUS = 3 };

struct podexec {
	struct transport base;
	struct podexec_opts o;
};

static void add_query(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, NULL, "&%s=", key);
	for (const char *p = value; *p; p++) {
		if (isalnum((unsigned char)*p) || strchr("-._~/", *p))
			buf_add(b, p, 1, NULL);
		else
			buf_printf(b, NULL, "%%%02X", (unsigned char)*p);
	}
}

static char *exec_path(const struct podexec_opts *o, const char *command)
{
	struct buf b = BUF_MAX(1 << 20);

	buf_printf(&b, NULL, "/api/v1/namespaces/%s/pods/%s/exec?stdout=true&stderr=true", o->ns, o->pod);
	for (int i = 0; o->argv[i]; i++)
		add_query(&b, "command", o->argv[i]);
	add_query(&b, "command", command);
	return buf_take(&b);
}

int podexec_data(void *arg, const char *p, size_t n, bool first, bool last, struct err *e)
{
	struct podexec_stream *s = arg;
	size_t room;

	(void)last;
	if (first)
		s->channel = -1;
	if (s->channel < 0 && n) {
		s->channel = (unsigned char)*p++;
		n--;
	}
	if (!n)
		return 0;
	switch (s->channel) {
	case CHANNEL_STDOUT:
		return s->o->out(s->o->arg, p, n, e);
	case CHANNEL_STDERR:
		room = s->o->errout && s->o->errout->n < s->o->errout->max ? s->o->errout->max - s->o->errout->n : 0;
		if (room)
			buf_add(s->o->errout, p, n < room ? n : room, NULL);
		return 0;
	case CHANNEL_STATUS:
		return buf_add(&s->status, p, n, e);
	default:
		return err_set(e, ERR_FORMAT, "the server sends on channel %d, which there is not", s->channel);
	}
}

int podexec_exit(const struct buf *status, int *exit_status, struct err *e)
{
	CLEAN(clean_cjson) cJSON *doc = NULL;
	const char *word, *reason, *message;
	const cJSON *cause, *causes;
	struct err ignored;

	if (!status->n)
		return err_set(e, ERR_NETWORK, "the connection broke off before the command had ended");
	if (json_parse(status->p, status->n, &doc, &ignored) < 0)
		return err_set(e, ERR_NETWORK, "the server ended the command without a status: %.200s", buf_cstr(status));
	word = json_get_str(doc, "status");
	reason = json_get_str(doc, "reason");
	message = json_get_str(doc, "message");
	*exit_status = 0;
	if (word && !strcmp(word, "Success"))
		return 0;
	causes = json_get_arr(json_get_obj(doc, "details"), "causes");
	if (reason && !strcmp(reason, "NonZeroExitCode")) {
		cJSON_ArrayForEach(cause, causes)
		{
			const char *what = json_get_str(cause, "reason");

			if (!what || strcmp(what, "ExitCode") != 0)
				continue;
			*exit_status = (int)json_get_int(cause, "message", -1);
			return 0;
		}
	}
	return err_set(e, ERR_NETWORK, "the command could not be run: %.300s", message ? message : "no reason is given");
}

static int on_control(void *arg, enum ws_op op, const char *p, size_t n, struct err *e)
{
	struct podexec_stream *s = arg;

	(void)p, (void)n, (void)e;
	s->closed |= op == WS_CLOSE;
	/* A ping without an answer is no harm: the API server sends none, and a proxy's only keep the connection warm, as
	 * our reading does. */
	return 0;
}

static int open_pipe(struct podexec *x, const struct exec_opts *o, struct kube_pipe **pipe, struct err *e)
{
	CLEAN(clean_free) char *path = exec_path(&x->o, o->command), *key_line = NULL;
	struct kube_reply *reply = xcalloc(1, sizeof(*reply));
	unsigned char nonce[16];
	char key[32], want[32];
	const char *got;
	int64_t limit = clock_mono() + OPEN_TIMEOUT;
	enum kube_status st;
	int rc = 0;

	if (RAND_bytes(nonce, sizeof(nonce)) != 1)
		memset(nonce, 0x5a, sizeof(nonce)); /* it only has to be repeated by the server */
	EVP_EncodeBlock((unsigned char *)key, nonce, sizeof(nonce));
	ws_accept(key, want);
	key_line = xasprintf("Sec-WebSocket-Key: %s", key);
	const char *headers[] = {"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
	                         "Sec-WebSocket-Protocol: " PROTOCOL, key_line, NULL};

	st = kube_pipe_open(x->o.k, path, headers, o->deadline < limit ? o->deadline : limit, pipe, reply);
	if (st == KUBE_NOT_ASKED)
		rc = err_set(e, ERR_CANCELED, "stopped by the user");
	else if (st != KUBE_OK)
		rc = err_set(e, st == KUBE_TIMEOUT ? ERR_TIMEOUT : st == KUBE_DENIED ? ERR_DENIED : ERR_NETWORK, "exec: %.300s",
		             reply->reason);
	free(reply);
	if (rc < 0)
		return rc;
	got = kube_pipe_header(*pipe, "sec-websocket-accept");
	if (!got || strcmp(got, want) != 0)
		rc = err_set(e, ERR_NETWORK, "exec: the server's answer is no WebSocket's");
	got = kube_pipe_header(*pipe, "sec-websocket-protocol");
	if (rc == 0 && (!got || strcasecmp(got, PROTOCOL) != 0))
		rc = err_set(e, ERR_NETWORK, "exec: the server does not speak " PROTOCOL);
	if (rc < 0)
		kube_pipe_close(*pipe);
	return rc;
}

static int pump(struct kube_pipe *pipe, struct podexec_stream *s, struct err *e)
{
	struct ws_reader reader = {.head_n = 0};
	struct ws_handler h = {podexec_data, on_control, s};
	char piece[32768];

	while (!s->closed) {
		int64_t n = kube_pipe_recv(pipe, piece, sizeof(piece), s->o->deadline, e);
		int rc;

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		if ((rc = ws_feed(&reader, piece, (size_t)n, &h, e)) < 0)
			return rc;
	}
	return 0;
}

static int podexec_exec(struct transport *base, const struct exec_opts *o, struct proc_result *r, struct err *e)
{
	struct podexec *x = (struct podexec *)base;
	struct podexec_stream s = {.o = o, .channel = -1, .status = BUF_MAX(PODEXEC_STATUS_MAX)};
	struct kube_pipe *pipe = NULL;
	int64_t start = clock_mono();
	struct err own = {0};
	int rc;

	*r = (struct proc_result){.exit_status = -1};
	if (o->in)
		return err_set(e, ERR_INTERNAL, "commands in a pod get no input");
	rc = open_pipe(x, o, &pipe, &own);
	if (rc == 0) {
		rc = pump(pipe, &s, &own);
		if (rc == 0)
			rc = podexec_exit(&s.status, &r->exit_status, &own);
		kube_pipe_close(pipe);
	}
	buf_release(&s.status);
	r->ms = (clock_mono() - start) / 1000;
	r->timed_out = rc == -ERR_TIMEOUT && clock_mono() >= o->deadline;
	r->canceled = rc == -ERR_CANCELED;
	if (r->timed_out || r->canceled)
		return 0;
	if (rc < 0 && e)
		*e = own;
	return rc;
}

static void podexec_close(struct transport *base)
{
	free(base);
}

struct transport *podexec_new(const struct podexec_opts *o)
{
	static const struct transport_ops ops = {"pod", podexec_exec, podexec_close};
	struct podexec *x = xcalloc(1, sizeof(*x));

	x->base.ops = &ops;
	x->o = *o;
	return &x->base;
}
