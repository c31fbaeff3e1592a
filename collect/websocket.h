/* websocket: RFC 6455 as a client speaks it, as bytes alone: no socket. Nothing of a message is held: its payload is handed
 * on as it comes. */
#ifndef SICKBAY_COLLECT_WEBSOCKET_H
#define SICKBAY_COLLECT_WEBSOCKET_H
#include "base/buf.h"
#include <stdint.h>

enum ws_op { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

struct ws_handler {
	/* A piece of a message, n may be 0; first and last tell where it begins and ends. A negative return ends ws_feed. */
	int (*data)(void *arg, const char *p, size_t n, bool first, bool last, struct err *e);
	/* A whole close, ping or pong, at most 125 bytes. */
	int (*control)(void *arg, enum ws_op op, const char *p, size_t n, struct err *e);
	void *arg;
};
struct ws_reader {
	/* private */
	unsigned char head[10];
	size_t head_n;
	uint64_t left; /* payload of the frame that is still to come */
	bool in_frame, in_message, message_begun, fin, closed;
	enum ws_op op;
	char control[125];
	size_t control_n;
};
/* One frame may be as long as this; the API server's are 64 KiB at most. */
#define WS_FRAME_MAX (UINT64_C(1) << 30)

/* Takes the next bytes of the connection. ERR_FORMAT for what a server must not send: reserved bits and opcodes, a mask, long
 * or split control frames, continuations of nothing, a message within a message, lengths not in their shortest form;
 * ERR_LIMIT for a longer frame; the handler's failures as they are. What follows a close is ignored. */
int ws_feed(struct ws_reader *r, const void *p, size_t n, const struct ws_handler *h, struct err *e);
/* Appends one whole frame, masked as a client must. */
int ws_frame(struct buf *out, enum ws_op op, const void *p, size_t n, const unsigned char mask[4], struct err *e);
/* What the server must answer to this Sec-WebSocket-Key. out needs 32 bytes. */
void ws_accept(const char *key, char out[32]);

#endif
