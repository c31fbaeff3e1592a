/* WebSocket frames, honest and hostile, and what `exec` says in them. */
#include "base/buf.h"
#include "collect/podexec.h"
#include "collect/websocket.h"
#include "tests/unit/unit.h"

/* What came out, as text: <data> in angle brackets a message, control frames as [op:payload]. */
struct seen {
	struct buf b;
};

static int on_data(void *arg, const char *p, size_t n, bool first, bool last, struct err *e)
{
	struct seen *s = arg;

	if (first)
		buf_add_str(&s->b, "<", e);
	buf_add(&s->b, p, n, e);
	if (last)
		buf_add_str(&s->b, ">", e);
	return 0;
}

static int on_control(void *arg, enum ws_op op, const char *p, size_t n, struct err *e)
{
	struct seen *s = arg;

	return buf_printf(&s->b, e, "[%d:%.*s]", (int)op, (int)n, p);
}

/* Feeds the bytes in pieces of `step`; "" for the error when there is none. */
static void feed(const void *p, size_t n, size_t step, const char *want, const char *want_error)
{
	struct seen s = {BUF_MAX(1 << 20)};
	struct ws_handler h = {on_data, on_control, &s};
	struct ws_reader r = {.head_n = 0};
	struct err e = {0};
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i += step)
		rc = ws_feed(&r, (const char *)p + i, n - i < step ? n - i : step, &h, &e);
	assert_string_equal(buf_cstr(&s.b), want);
	if (want_error[0])
		assert_non_null(strstr(e.msg, want_error));
	else
		assert_int_equal(rc, 0);
	buf_release(&s.b);
}

/* In every cut: what a peer sends may arrive in any. */
#define FEED(bytes, want, error)                                                                                           \
	do {                                                                                                               \
		for (size_t step = 1; step <= sizeof(bytes); step++)                                                       \
			feed(bytes, sizeof(bytes) - 1, step, want, error);                                                 \
	} while (0)

static void test_frames(void **state)
{
	(void)state;
	FEED("\x82\x03" "abc" "\x82\x00" "\x82\x01" "d", "<abc><><d>", "");
	/* A message in three frames with a ping in between. */
	feed("\x02\x02" "ab" "\x89\x02" "hi" "\x00\x01" "c" "\x80\x01" "d", 14, 14, "<ab[9:hi]cd>", "");
	/* An empty last frame still ends its message. */
	feed("\x02\x02" "ab" "\x80\x00", 6, 1, "<ab>", "");
	/* Close ends it; what follows is nobody's. */
	FEED("\x88\x04" "\x03\xe8" "ok" "\x82\x01x", "[8:\x03\xe8" "ok]", "");
}

static void test_lengths(void **state)
{
	char frame[70000] = "\x82\x7e\x01\x00";
	CLEAN(clean_free) char *want = xcalloc(1, 70010);

	(void)state;
	memset(frame + 4, 'x', 256);
	want[0] = '<';
	memset(want + 1, 'x', 256);
	want[257] = '>';
	feed(frame, 260, 7, want, "");
	memcpy(frame, "\x82\x7f\0\0\0\0\0\x01\0\0", 10);
	memset(frame + 10, 'y', 65536);
	memset(want + 1, 'y', 65536);
	want[65537] = '>';
	feed(frame, 10 + 65536, 1000, want, "");
}

static void test_hostile(void **state)
{
	(void)state;
	FEED("\xc2\x01x", "", "reserved");
	FEED("\x83\x01x", "", "opcode");
	FEED("\x8b\x00", "", "opcode");
	FEED("\x82\x81" "mask" "x", "", "masked");
	FEED("\x89\x7e\x00\x7e", "", "control frame");
	FEED("\x09\x01x", "", "control frame");
	FEED("\x80\x01x", "", "continues nothing");
	feed("\x02\x01" "a" "\x82\x01" "b", 6, 6, "<a", "within a message");
	FEED("\x82\x7e\x00\x7d", "", "longer form");
	FEED("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", "", "longer form");
	FEED("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "", "1 GiB");
	FEED("\x82\x7f\x00\x00\x00\x00\x40\x00\x00\x01", "", "1 GiB");
}

static void test_send(void **state)
{
	static const unsigned char mask[4] = {1, 2, 3, 4};
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	CLEAN(clean_free) char *long_text = xcalloc(1, 70000);
	struct err e = {0};
	char accept[32];

	(void)state;
	OK(ws_frame(&b, WS_BINARY, "abcde", 5, mask, &e));
	assert_memory_equal(b.p, "\x82\x85\x01\x02\x03\x04", 6);
	assert_memory_equal(b.p + 6, "\x60\x60\x60\x60\x64", 5);
	buf_clear(&b);
	OK(ws_frame(&b, WS_BINARY, long_text, 70000, mask, &e));
	assert_int_equal(b.n, 14 + 70000);
	assert_memory_equal(b.p, "\x82\xff\0\0\0\0\0\x01\x11\x70\x01\x02\x03\x04\x01\x02", 16);
	/* The example of RFC 6455. */
	ws_accept("dGhlIHNhbXBsZSBub25jZQ==", accept);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static void test_exec_stream(void **state)
{
	CLEAN_BUF struct buf out = BUF_MAX(100), errout = BUF_MAX(4);
	struct exec_opts o = {.out = to_buf, .arg = &out, .errout = &errout};
	struct podexec_stream s = {.o = &o, .channel = -1, .status = BUF_MAX(PODEXEC_STATUS_MAX)};
	struct err e = {0};

	(void)state;
	/* Each channel begins with an empty message. */
	OK(podexec_data(&s, "\x01", 1, true, true, &e));
	OK(podexec_data(&s, "\x01" "one", 4, true, false, &e));
	OK(podexec_data(&s, " two", 4, false, true, &e));
	OK(podexec_data(&s, "\x02" "no", 3, true, true, &e));
	OK(podexec_data(&s, "", 0, true, false, &e));
	OK(podexec_data(&s, "\x02thing", 6, false, true, &e));
	OK(podexec_data(&s, "\x03{}", 3, true, true, &e));
	assert_string_equal(buf_cstr(&out), "one two");
	assert_string_equal(buf_cstr(&errout), "noth");
	assert_string_equal(buf_cstr(&s.status), "{}");
	assert_int_equal(podexec_data(&s, "\x07x", 2, true, true, &e), -ERR_FORMAT);
	buf_release(&s.status);
}

static void exits(const char *text, int want_rc, int want)
{
	CLEAN_BUF struct buf b = BUF_MAX(4096);
	struct err e = {0};
	int status = -1;

	buf_add_str(&b, text, NULL);
	assert_int_equal(podexec_exit(&b, &status, &e), want_rc);
	if (want_rc == 0)
		assert_int_equal(status, want);
}

static void test_exec_status(void **state)
{
	(void)state;
	exits("{\"metadata\":{},\"status\":\"Success\"}", 0, 0);
	exits("{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit code: 7\",\"reason\":"
	      "\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"7\"}]}}", 0, 7);
	exits("{\"status\":\"Failure\",\"message\":\"container not found\",\"reason\":\"InternalError\"}", -ERR_NETWORK, 0);
	exits("{\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\"}", -ERR_NETWORK, 0);
	exits("", -ERR_NETWORK, 0);
	exits("garbage", -ERR_NETWORK, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_frames),      cmocka_unit_test(test_lengths), cmocka_unit_test(test_hostile),
	        cmocka_unit_test(test_send),        cmocka_unit_test(test_exec_stream),
	        cmocka_unit_test(test_exec_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
