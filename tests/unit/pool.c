/* pool, sha256, term: every job runs once, also those that jobs add; known digests; nothing drives a terminal. */
#include "tests/unit/unit.h"

#include <stdatomic.h>

#include "base/pool.h"
#include "base/sha256.h"
#include "base/term.h"

struct work {
	struct pool *pool;
	atomic_int runs;
	int depth;
};

static void job(void *arg)
{
	struct work *w = arg;

	int n = atomic_fetch_add(&w->runs, 1);
	if (n < w->depth) /* jobs that add jobs */
		pool_add(w->pool, job, w);
}

static void test_pool(void **state)
{
	(void)state;
	for (int threads = 1; threads <= 8; threads *= 2) {
		struct work w = {.pool = pool_new(threads), .depth = 500};
		for (int i = 0; i < 1000; i++)
			pool_add(w.pool, job, &w);
		pool_wait(w.pool);
		assert_int_equal(atomic_load(&w.runs), 1500);
		pool_add(w.pool, job, &w);
		pool_free(w.pool);
		assert_int_equal(atomic_load(&w.runs), 1501);
	}
	pool_free(pool_new(3));
	pool_free(NULL);
}

static void test_sha256(void **state)
{
	char hex[65];
	struct sha256 *s = sha256_new();

	(void)state;
	sha256_finish(s, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	s = sha256_new();
	sha256_add(s, "a", 1);
	sha256_add(s, "bc", 2);
	sha256_finish(s, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_free(sha256_new());
	sha256_free(NULL);
}

static void shown(const char *p, size_t n, bool newlines, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	term_print_safe(f, p, n, newlines);
	fclose(f);
	assert_string_equal(text, expected);
	free(text);
}

static void test_term(void **state)
{
	(void)state;
	shown("plain \xe7\x82\xb9\t.", 11, false, "plain \xe7\x82\xb9\t.");
	shown("\033[31mred\r\n", 10, true, "\\x1b[31mred\\x0d\n");
	shown("a\nb", 3, false, "a\\x0ab");
	shown("\xc2\x9b" "31m \xe2\x80\xae \xff\x00.", 12, true, "\\u009b31m \\u202e \\xff\\x00");
	shown("", 0, true, "");
	CLEAN(clean_file) FILE *f = tmpfile();
	assert_false(term_colour(f));
	assert_int_equal(term_width(f), 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_term),
	};
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
