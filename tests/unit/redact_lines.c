/* Lines that wait for others, for what they are: none is lost, none overtakes another, and none costs more for being long. */
#include "tests/unit/redact_rules.h"

#include <time.h>

/* Base64 of the length that a line of a key has. */
static const char b64[] = "pWAbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefghijklmnopqrstuvwxyz";

static char *redacted(const char *text, size_t n, int64_t *count)
{
	struct buf b = BUF_MAX(64 << 20);
	struct err e = {0};

	*count = 0;
	OK(redact_text(rules, (struct str){text, n}, &b, count, &e));
	return buf_take(&b);
}

static void stays(const char *text)
{
	int64_t n;
	CLEAN(clean_free) char *out = redacted(text, strlen(text), &n);

	assert_string_equal(out, text);
	assert_int_equal(n, 0);
}

/* `value:` waits for its name, and its base64 for the lines of a key. */
static void test_value_of_a_digest(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(4096);

	(void)state;
	buf_printf(&b, NULL, "- name: DIGEST\n  value: %s\n- name: A\n  value: b\n- value: %s\n  name: B\n  value: c\n", b64, b64);
	stays(buf_cstr(&b));
	buf_clear(&b);
	buf_printf(&b, NULL, "- value: %s\n", b64);
	stays(buf_cstr(&b));
}

static void test_parts_of_a_line(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(4096);

	(void)state;
	buf_printf(&b, NULL, "2026-11-25T10:00:00.1Z stdout P abc\n2026-11-25T10:00:00.1Z stderr F x\n2026-11-25T10:00:00.1Z stdout F %s\nlast\n", b64);
	stays(buf_cstr(&b));
	buf_clear(&b);
	buf_printf(&b, NULL, "2026-11-25T10:00:00.1Z stdout P value: a\n2026-11-25T10:00:00.1Z stdout F %s\n", b64);
	stays(buf_cstr(&b));
	buf_clear(&b);
	buf_printf(&b, NULL, "{\"log\":\"abc \",\"stream\":\"stdout\",\"time\":\"2026-11-23T21:41:10.0Z\"}\n"
	                     "{\"log\":\"%s\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-23T21:41:10.0Z\"}\n", b64);
	stays(buf_cstr(&b));
}

/* What was cut out of a line stands in its first part; the others stay where they were, and empty. */
static void test_credential_across_parts(void **state)
{
	static const char in[] = "2026-11-25T10:00:00.1Z stdout P {\"password\":\"abc\n"
	                         "2026-11-25T10:00:00.2Z stderr F other\n"
	                         "2026-11-25T10:00:00.3Z stdout F def\"}\nlast\n";
	int64_t n;
	CLEAN(clean_free) char *out = redacted(in, strlen(in), &n);

	(void)state;
	assert_int_equal(n, 1);
	assert_null(strstr(out, "abc"));
	assert_null(strstr(out, "def"));
	assert_non_null(strstr(out, "\n2026-11-25T10:00:00.2Z stderr F other\n2026-11-25T10:00:00.3Z stdout F \nlast\n"));
}

/* Lines that end as those of a key do, and are far too long for it: the buffer that holds a key's never has them all. */
static void test_long_lines_that_end_in_base64(void **state)
{
	enum { LONG = 900 * 1024, LINES = 5 };
	CLEAN_BUF struct buf b = BUF_MAX(16 << 20);
	int64_t n;

	(void)state;
	for (int i = 0; i < LINES; i++) {
		assert_int_equal(buf_reserve(&b, LONG + 128, NULL), 0);
		memset(b.p + b.n, 'x', LONG);
		b.n += LONG;
		buf_printf(&b, NULL, " %d %s\n", i, b64);
	}
	CLEAN(clean_free) char *out = redacted(b.p, b.n, &n);
	assert_int_equal(strlen(out), b.n);
	assert_memory_equal(out, b.p, b.n);
}

/* A Secret whose lines a log has put something in front of. */
static void test_secret_in_a_log(void **state)
{
	static const char *const heads[] = {"2026-11-25T10:00:00.1Z stdout F ", "2026-11-25T10:00:00.123456789Z ", "Nov 25 10:11:12 n1 app[12]: ",
	                                    "2026-11-25T10:11:12+0000 n1 app[12]: ", "[pod/a/b] ", "+ "};
	static const char *const lines[] = {"apiVersion: v1", "kind: Secret", "data:", "  one: WnFMZWFrMDE=", "  two: |", "    WnFMZWFrMDI=", "metadata:", "  name: x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		CLEAN_BUF struct buf b = BUF_MAX(4096);
		int64_t n;

		for (size_t k = 0; k < ARRAY_LEN(lines); k++)
			buf_printf(&b, NULL, "%s%s\n", heads[i], lines[k]);
		CLEAN(clean_free) char *out = redacted(b.p, b.n, &n);
		if (strstr(out, "WnFMZWFr") || n < 2)
			fail_msg("behind \"%s\": %s", heads[i], out);
		assert_non_null(strstr(out, "  name: x\n"));
	}
}

/* Each took seconds to minutes when every byte was looked at anew from every other. */
static void test_hostile_lines_take_no_time(void **state)
{
	static const struct {
		const char *begin, *again, *end;
	} lines[] = {
		{"password=", "\\", " x"}, {"a ", "a password:x ", ""}, {"", "{Name:PASSWORD_X,Value:abc} ", ""}, {"", "{\"kind\":\"Secret\",", ""}, {"", "[{\"", ""},
	};
	enum { LONG = 200 * 1024, SECONDS = 60 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		CLEAN_BUF struct buf b = BUF_MAX(2 << 20);
		time_t start = time(NULL);
		int64_t n;

		buf_add_str(&b, lines[i].begin, NULL);
		while (b.n < LONG)
			buf_add_str(&b, lines[i].again, NULL);
		buf_add_str(&b, lines[i].end, NULL);
		CLEAN(clean_free) char *out = redacted(b.p, b.n, &n);
		assert_non_null(out);
		assert_true(time(NULL) - start < SECONDS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value_of_a_digest), cmocka_unit_test(test_parts_of_a_line), cmocka_unit_test(test_credential_across_parts),
		cmocka_unit_test(test_long_lines_that_end_in_base64), cmocka_unit_test(test_secret_in_a_log), cmocka_unit_test(test_hostile_lines_take_no_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
