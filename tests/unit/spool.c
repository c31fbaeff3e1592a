/* spool: what is kept under a cap, from the front and from the end, in memory and on disk; memory stays flat. */
#include "tests/unit/unit.h"

#include <sys/resource.h>

#include "base/spool.h"

static char *read_all(struct spool *s, size_t piece)
{
	CLEAN_BUF struct buf b = BUF_MAX(64 << 20);
	CLEAN(clean_free) char *room = xmalloc(piece);
	struct err e = {0};
	int64_t n;

	while ((n = spool_read(s, room, piece, &e)) > 0)
		OK(buf_add(&b, room, (size_t)n, &e));
	assert_int_equal(n, 0);
	assert_int_equal(b.n, spool_size(s));
	return buf_take(&b);
}

static void test_head(void **state)
{
	CLEAN(clean_spool) struct spool *s = spool_new(10, false, NULL);
	struct err e = {0};

	(void)state;
	OK(spool_write(s, "abc", 3, &e));
	OK(spool_write(s, "defghijklm", 10, &e));
	OK(spool_write(s, "n", 1, &e));
	OK(spool_finish(s, &e));
	assert_int_equal(spool_seen(s), 14);
	assert_int_equal(spool_size(s), 10);
	assert_true(spool_truncated(s));
	CLEAN(clean_free) char *a = read_all(s, 3);
	assert_string_equal(a, "abcdefghij");
	OK(spool_rewind(s, &e));
	CLEAN(clean_free) char *b = read_all(s, 100);
	assert_string_equal(b, a);
}

static void tail_is(const char *text, int64_t cap, size_t piece, const char *kept)
{
	CLEAN(clean_spool) struct spool *s = spool_new(cap, true, NULL);
	struct err e = {0};
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i += piece)
		OK(spool_write(s, text + i, n - i < piece ? n - i : piece, &e));
	OK(spool_finish(s, &e));
	CLEAN(clean_free) char *got = read_all(s, 4);
	assert_string_equal(got, kept);
	assert_int_equal(spool_truncated(s), strlen(kept) < n);
	assert_int_equal(spool_seen(s), n);
}

static void test_tail(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 40; piece++) {
		tail_is("", 10, piece, "");
		tail_is("one\n", 10, piece, "one\n");
		tail_is("one\ntwo\nthree\n", 14, piece, "one\ntwo\nthree\n");
		tail_is("one\ntwo\nthree\n", 13, piece, "two\nthree\n");
		tail_is("one\ntwo\nthree\n", 10, piece, "two\nthree\n"); /* cut exactly on a boundary */
		tail_is("one\ntwo\nthree\n", 9, piece, "three\n");
		tail_is("one\ntwo\nthree", 6, piece, "three");
		tail_is("a line without any end", 10, piece, "ut any end");
		tail_is("a line with its end\n", 10, piece, "h its end\n");
	}
}

static void test_tail_on_disk(void **state)
{
	CLEAN(clean_spool) struct spool *s = spool_new(1 << 20, true, NULL);
	struct err e = {0};
	struct rusage before, after;
	char line[64];
	int last = 3000000;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < last; i++)
		OK(spool_write(s, line, (size_t)snprintf(line, sizeof(line), "line %d\n", i), &e));
	OK(spool_finish(s, &e));
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 4096);
	CLEAN(clean_free) char *got = read_all(s, 65536);
	assert_true(strlen(got) <= 1 << 20 && strlen(got) > (1 << 20) - 16);
	int i = last - 1;
	snprintf(line, sizeof(line), "line %d\n", i);
	assert_string_equal(got + strlen(got) - strlen(line), line);
	assert_int_equal(strncmp(got, "line ", 5), 0);
	/* Every line is there, from the first kept one on. */
	char *p = got;
	for (i = (int)strtol(got + 5, NULL, 10); i < last; i++) {
		size_t n = (size_t)snprintf(line, sizeof(line), "line %d\n", i);
		assert_memory_equal(p, line, n);
		p += n;
	}
	assert_string_equal(p, "");
}

static void test_head_on_disk(void **state)
{
	CLEAN(clean_spool) struct spool *s = spool_new(2 << 20, false, NULL);
	CLEAN(clean_free) char *piece = xmalloc(100000);
	struct err e = {0};

	(void)state;
	for (int i = 0; i < 30; i++) {
		memset(piece, 'a' + i % 26, 100000);
		OK(spool_write(s, piece, 100000, &e));
	}
	OK(spool_finish(s, &e));
	assert_int_equal(spool_size(s), 2 << 20);
	CLEAN(clean_free) char *got = read_all(s, 70000);
	for (int i = 0; i < 2 << 20; i++)
		if (got[i] != 'a' + i / 100000 % 26)
			fail_msg("byte %d", i);
}

static void test_no_disk(void **state)
{
	CLEAN(clean_spool) struct spool *s = spool_new(1 << 20, false, "/nonexistent");
	CLEAN(clean_free) char *piece = xcalloc(1, 300000);
	struct err e = {0};

	(void)state;
	OK(spool_write(s, piece, 200000, &e));
	assert_int_equal(spool_write(s, piece, 300000, &e), -ERR_IO);
	assert_non_null(strstr(e.msg, "/nonexistent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_tail_on_disk),
		cmocka_unit_test(test_head_on_disk),
		cmocka_unit_test(test_no_disk),
	};
	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
