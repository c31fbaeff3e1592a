#include "collect/websocket.h"
#include "base/mem.h"
#include <openssl/evp.h>

static int bad(struct err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, "not a WebSocket frame of a server: %s", what);
}

/* Bytes of the head, as far as the first two tell. */
static size_t head_size(const struct ws_reader *r)
{
	unsigned len = r->head_n > 1 ? r->head[1] & 0x7f : 0;

	return len == 126 ? 4 : len == 127 ? 10 : 2;
}

static int check_op(struct ws_reader *r, struct err *e)
{
	bool control = r->op >= WS_CLOSE;

	if (r->op != WS_CONTINUATION && r->op != WS_TEXT && r->op != WS_BINARY && r->op != WS_CLOSE && r->op != WS_PING &&
	    r->op != WS_PONG)
		return bad(e, "an unknown opcode");
	if (control && (!r->fin || r->left > sizeof(r->control)))
		return bad(e, "a control frame that is long or in pieces");
	if (!control && r->op == WS_CONTINUATION && !r->in_message)
		return bad(e, "it continues nothing");
	if (!control && r->op != WS_CONTINUATION && r->in_message)
		return bad(e, "a message within a message");
	return 0;
}

static int begin_frame(struct ws_reader *r, struct err *e)
{
	unsigned len = r->head[1] & 0x7f;
	int rc;

	r->fin = r->head[0] & 0x80;
	r->op = (enum ws_op)(r->head[0] & 0x0f);
	r->left = len < 126 ? len : 0;
	if (r->head[0] & 0x70)
		return bad(e, "reserved bits are set");
	if (r->head[1] & 0x80)
		return bad(e, "it is masked");
	for (size_t i = 2; i < head_size(r); i++)
		r->left = r->left << 8 | r->head[i];
	if ((len == 126 && r->left < 126) || (len == 127 && r->left < 65536))
		return bad(e, "a length in a longer form than it needs");
	if (r->left > WS_FRAME_MAX)
		return err_set(e, ERR_LIMIT, "a WebSocket frame of more than 1 GiB");
	if ((rc = check_op(r, e)) < 0)
		return rc;
	r->in_frame = true;
	r->control_n = 0;
	if (r->op == WS_TEXT || r->op == WS_BINARY) {
		r->in_message = true;
		r->message_begun = false;
	}
	return 0;
}

static int end_frame(struct ws_reader *r, const struct ws_handler *h, struct err *e)
{
	r->in_frame = false;
	r->head_n = 0;
	if (r->op < WS_CLOSE) {
		r->in_message = !r->fin;
		return 0;
	}
	r->closed = r->op == WS_CLOSE;
	return h->control(h->arg, r->op, r->control, r->control_n, e);
}

/* What is there of the payload. */
static int take_payload(struct ws_reader *r, const char *p, size_t n, const struct ws_handler *h, struct err *e)
{
	bool first;

	r->left -= n;
	if (r->op >= WS_CLOSE) {
		memcpy(r->control + r->control_n, p, n);
		r->control_n += n;
		return 0;
	}
	first = !r->message_begun;
	r->message_begun = true;
	return h->data(h->arg, p, n, first, r->fin && !r->left, e);
}

int ws_feed(struct ws_reader *r, const void *data, size_t n, const struct ws_handler *h, struct err *e)
{
	const char *p = data;
	int rc;

	while (!r->closed && (n || (r->in_frame && !r->left))) {
		size_t k;

		if (!r->in_frame) {
			r->head[r->head_n++] = (unsigned char)*p++;
			n--;
			if (r->head_n < 2 || r->head_n < head_size(r))
				continue;
			if ((rc = begin_frame(r, e)) < 0)
				return rc;
		}
		k = r->left < n ? (size_t)r->left : n;
		if ((k || (!r->left && r->op < WS_CLOSE)) && (rc = take_payload(r, p, k, h, e)) < 0)
			return rc;
		p += k;
		n -= k;
		if (!r->left && (rc = end_frame(r, h, e)) < 0)
			return rc;
	}
	return 0;
}

int ws_frame(struct buf *out, enum ws_op op, const void *p, size_t n, const unsigned char mask[4], struct err *e)
{
	unsigned char head[14] = {(unsigned char)(0x80 | op)};
	size_t k = 2, at;
	int rc;

	if (n < 126) {
		head[1] = (unsigned char)(0x80 | n);
	} else {
		int bytes = n < 65536 ? 2 : 8;

		head[1] = (unsigned char)(0x80 | (bytes == 2 ? 126 : 127));
		for (int i = bytes - 1; i >= 0; i--)
			head[k++] = (unsigned char)((uint64_t)n >> (8 * i));
	}
	memcpy(head + k, mask, 4);
	k += 4;
	if ((rc = buf_reserve(out, k + n, e)) < 0)
		return rc;
	buf_add(out, head, k, NULL);
	at = out->n;
	buf_add(out, p, n, NULL);
	for (size_t i = 0; i < n; i++)
		out->p[at + i] = (char)(out->p[at + i] ^ mask[i & 3]);
	return 0;
}

void ws_accept(const char *key, char out[32])
{
	CLEAN(clean_free) char *both = xasprintf("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	out[0] = '\0';
	if (EVP_Digest(both, strlen(both), digest, &n, EVP_sha1(), NULL) == 1 && n == 20)
		EVP_EncodeBlock((unsigned char *)out, digest, (int)n);
}
