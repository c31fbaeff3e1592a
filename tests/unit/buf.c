/* buf: growth up to the cap and not beyond it, NUL behind the bytes, taking them out. */
#include "tests/unit/unit.h"

#include "base/buf.h"

static void test_cap(void **state)
{
	struct err e = {0};
	CLEAN_BUF struct buf b = BUF_MAX(10);

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	OK(buf_add(&b, "12345", 5, &e));
	assert_int_equal(buf_add(&b, "678901", 6, &e), -ERR_LIMIT);
	assert_string_equal(buf_cstr(&b), "12345");
	OK(buf_add(&b, "67890", 5, &e));
	assert_string_equal(buf_cstr(&b), "1234567890");
	assert_int_equal(buf_add(&b, "x", 1, &e), -ERR_LIMIT);
	OK(buf_add(&b, NULL, 0, &e));
	assert_int_equal(buf_reserve(&b, SIZE_MAX, &e), -ERR_LIMIT);
}

static void test_growth(void **state)
{
	struct err e = {0};
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);

	(void)state;
	for (int i = 0; i < 10000; i++)
		OK(buf_printf(&b, &e, "%d,", i));
	assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4 + 9000 * 5);
	assert_int_equal(strlen(buf_cstr(&b)), b.n);
	char long_text[1000];
	memset(long_text, 'x', 999);
	long_text[999] = '\0';
	buf_clear(&b);
	OK(buf_printf(&b, &e, "<%s>", long_text));
	assert_int_equal(b.n, 1001);
	assert_int_equal(b.p[1000], '>');
}

static void test_reserve_and_take(void **state)
{
	struct err e = {0};
	struct buf b = BUF_MAX(100);

	(void)state;
	OK(buf_reserve(&b, 100, &e));
	memset(b.p, 'y', 100);
	b.n += 100;
	char *s = buf_take(&b);
	assert_int_equal(strlen(s), 100);
	free(s);
	assert_int_equal(b.n, 0);
	s = buf_take(&b);
	assert_string_equal(s, "");
	free(s);
}

static void test_str(void **state)
{
	(void)state;
	assert_int_equal(str_of(NULL).n, 0);
	assert_true(str_eq(STR("abc"), "abc"));
	assert_false(str_eq(STR("abc"), "ab"));
	assert_true(str_eq((struct str){NULL, 0}, ""));
	assert_true(str_starts(STR("abc"), "ab"));
	assert_true(str_starts(STR("abc"), ""));
	assert_false(str_starts(STR("a"), "ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_reserve_and_take),
		cmocka_unit_test(test_str),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
