#include "collect/sshagent.h"
#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* draft-miller-ssh-agent */
enum { REQUEST_IDENTITIES = 11, IDENTITIES_ANSWER = 12, SIGN_REQUEST = 13, SIGN_RESPONSE = 14 };
#define ANSWER_MAX (1 << 20)
#define KEYS_MAX 64

struct sshagent {
	int fd;
	const atomic_bool *cancel;
	struct buf list; /* the answer that the keys lie in */
	struct sshagent_key keys[KEYS_MAX];
	int n;
};

static int wait_for(struct sshagent *a, short events, int64_t deadline, struct err *e)
{
	for (;;) {
		struct pollfd p = {.fd = a->fd, .events = events};
		int64_t left = (deadline - clock_mono()) / 1000;

		if (a->cancel && atomic_load(a->cancel))
			return err_set(e, ERR_CANCELED, "stopped by the user");
		if (left <= 0)
			return err_set(e, ERR_TIMEOUT, "the ssh-agent does not answer");
		if (poll(&p, 1, left < 100 ? (int)left : 100) > 0)
			return 0;
	}
}

static int send_all(struct sshagent *a, const char *p, size_t n, int64_t deadline, struct err *e)
{
	int rc;

	while (n) {
		ssize_t k = send(a->fd, p, n, MSG_NOSIGNAL);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
		} else if (k < 0 && errno != EAGAIN && errno != EINTR) {
			return err_set(e, ERR_NETWORK, "the ssh-agent: %s", strerror(errno));
		} else if ((rc = wait_for(a, POLLOUT, deadline, e)) < 0) {
			return rc;
		}
	}
	return 0;
}

static int recv_all(struct sshagent *a, char *p, size_t n, int64_t deadline, struct err *e)
{
	int rc;

	while (n) {
		ssize_t k = recv(a->fd, p, n, 0);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
		} else if (k == 0 || (errno != EAGAIN && errno != EINTR)) {
			return err_set(e, ERR_NETWORK, "the ssh-agent hung up");
		} else if ((rc = wait_for(a, POLLIN, deadline, e)) < 0) {
			return rc;
		}
	}
	return 0;
}

static void put_u32(struct buf *b, size_t v)
{
	unsigned char be[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16), (unsigned char)(v >> 8), (unsigned char)v};

	buf_add(b, be, sizeof(be), NULL);
}

static uint32_t get_u32(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Cuts one length-prefixed string off *s. */
static bool take_string(struct str *s, struct str *out)
{
	uint32_t n;

	if (s->n < 4 || (n = get_u32(s->p)) > s->n - 4)
		return false;
	*out = (struct str){s->p + 4, n};
	s->p += 4 + n;
	s->n -= 4 + n;
	return true;
}

/* One request and its answer, the type's byte first. */
static int talk(struct sshagent *a, const struct buf *request, struct buf *answer, int64_t deadline, struct err *e)
{
	CLEAN_BUF struct buf whole = BUF_MAX(ANSWER_MAX);
	char len[4];
	uint32_t n;
	int rc;

	put_u32(&whole, request->n);
	if ((rc = buf_add(&whole, request->p, request->n, e)) < 0 || (rc = send_all(a, whole.p, whole.n, deadline, e)) < 0 ||
	    (rc = recv_all(a, len, sizeof(len), deadline, e)) < 0)
		return rc;
	n = get_u32(len);
	if (!n || n > ANSWER_MAX)
		return err_set(e, ERR_NETWORK, "the ssh-agent's answer makes no sense");
	buf_clear(answer);
	if ((rc = buf_reserve(answer, n, e)) < 0 || (rc = recv_all(a, answer->p, n, deadline, e)) < 0)
		return rc;
	answer->n = n;
	return 0;
}

static int list(struct sshagent *a, int64_t deadline, struct err *e)
{
	CLEAN_BUF struct buf request = BUF_MAX(16);
	const char type = REQUEST_IDENTITIES;
	struct str s, blob, comment;
	int rc;

	buf_add(&request, &type, 1, NULL);
	if ((rc = talk(a, &request, &a->list, deadline, e)) < 0)
		return rc;
	if (a->list.n < 5 || a->list.p[0] != IDENTITIES_ANSWER)
		return err_set(e, ERR_NETWORK, "the ssh-agent does not list its keys");
	s = (struct str){a->list.p + 5, a->list.n - 5};
	while (a->n < KEYS_MAX && take_string(&s, &blob) && take_string(&s, &comment))
		a->keys[a->n++] = (struct sshagent_key){(const unsigned char *)blob.p, blob.n};
	return 0;
}

static int dial(struct sshagent *a, const char *path, int64_t deadline, struct err *e)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(e, ERR_NETWORK, "SSH_AUTH_SOCK is too long");
	memcpy(sa.sun_path, path, strlen(path));
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0)
		return err_errno(e, "socket");
	/* EAGAIN: its queue is full of others who wait, too. */
	while (connect(a->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0) {
		struct timespec ts = {.tv_nsec = 50000000};

		if (errno != EAGAIN && errno != EINTR)
			return err_set(e, ERR_NETWORK, "the ssh-agent at %s: %s", path, strerror(errno));
		if (clock_mono() >= deadline)
			return err_set(e, ERR_TIMEOUT, "the ssh-agent does not answer");
		nanosleep(&ts, NULL);
	}
	return 0;
}

int sshagent_open(const char *path, int64_t deadline, const atomic_bool *cancel, struct sshagent **out, struct err *e)
{
	struct sshagent *a = xcalloc(1, sizeof(*a));
	int rc;

	a->fd = -1;
	a->cancel = cancel;
	a->list.max = ANSWER_MAX;
	if ((rc = dial(a, path, deadline, e)) < 0 || (rc = list(a, deadline, e)) < 0) {
		sshagent_close(a);
		return rc;
	}
	*out = a;
	return 0;
}

void sshagent_close(struct sshagent *a)
{
	if (!a)
		return;
	if (a->fd >= 0)
		close(a->fd);
	buf_release(&a->list);
	free(a);
}

int sshagent_count(const struct sshagent *a)
{
	return a->n;
}

struct sshagent_key sshagent_key(const struct sshagent *a, int i)
{
	return a->keys[i];
}

int sshagent_sign(struct sshagent *a, struct sshagent_key key, const void *data, size_t n, int64_t deadline, struct buf *out,
                  struct err *e)
{
	CLEAN_BUF struct buf request = BUF_MAX(ANSWER_MAX), answer = BUF_MAX(ANSWER_MAX);
	const char type = SIGN_REQUEST;
	struct str s, whole, name, sig;
	int rc;

	buf_add(&request, &type, 1, NULL);
	put_u32(&request, key.len);
	buf_add(&request, key.blob, key.len, NULL);
	put_u32(&request, n);
	if ((rc = buf_add(&request, data, n, e)) < 0)
		return rc;
	put_u32(&request, 0); /* flags: they matter for RSA only */
	if ((rc = talk(a, &request, &answer, deadline, e)) < 0)
		return rc;
	s = (struct str){answer.p + 1, answer.n - 1};
	if (answer.p[0] != SIGN_RESPONSE || !take_string(&s, &whole) || !take_string(&whole, &name) || !take_string(&whole, &sig))
		return err_set(e, ERR_DENIED, "the ssh-agent refused to sign");
	return buf_add(out, sig.p, sig.n, e);
}
