/* err: codes, context in front, cutting, and arguments that point into the message itself. */
#include "tests/unit/unit.h"

#include <errno.h>

static void test_set_and_wrap(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, ERR_FORMAT, "item %d: bad JSON", 41), -ERR_FORMAT);
	assert_int_equal(err_wrap(&e, "%s", "pods.json"), -ERR_FORMAT);
	assert_int_equal(err_wrap(&e, "b.tar.zst"), -ERR_FORMAT);
	assert_string_equal(e.msg, "b.tar.zst: pods.json: item 41: bad JSON");
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(err_set(&e, ERR_IO, "again: %s", e.msg), -ERR_IO);
	assert_string_equal(e.msg, "again: b.tar.zst: pods.json: item 41: bad JSON");
}

static void test_errno(void **state)
{
	struct err e = {0};

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_errno(&e, "%s", "/x"), -ERR_IO);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(e.msg, "/x: No such file or directory");
}

static void test_no_place(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_LIMIT, "dropped"), -ERR_LIMIT);
	assert_int_equal(err_errno(NULL, "dropped"), -ERR_IO);
	assert_true(err_wrap(NULL, "dropped") < 0);
}

static void test_cut(void **state)
{
	struct err e = {0};
	char big[2000];

	(void)state;
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, ERR_FORMAT, "%s", big);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	for (int i = 0; i < 5; i++)
		err_wrap(&e, "%s", "context");
	assert_int_equal(strncmp(e.msg, "context: context: ", 18), 0);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	/* Three-byte characters: the cut must not leave half of one. */
	for (size_t shift = 0; shift < 3; shift++) {
		for (size_t i = 0; i + 3 < sizeof(big); i += 3)
			memcpy(big + i, "\xe7\x82\xb9", 4);
		err_set(&e, ERR_FORMAT, "%.*s%s", (int)shift, "xx", big);
		size_t n = strlen(e.msg);
		assert_int_equal((n - shift) % 3, 0);
		assert_true(n > sizeof(e.msg) - 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_and_wrap),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
