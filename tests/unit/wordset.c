/* Words of several owners, found in one look at each byte. */
#include "base/wordset.h"
#include "tests/unit/unit.h"

static struct wordset *set;

static bool finds(const char *text, int owner)
{
	uint64_t found[WORDSET_OWNERS / 64];

	wordset_scan(set, str_of(text), found);
	return found[owner >> 6] >> (owner & 63) & 1;
}

static int setup(void **state)
{
	/* One word lies within another, two share their beginnings, one is the end of another's beginning. */
	static const char *const texts[] = {"password", "word", "passport", "sport", "token"};
	static const int owners[] = {0, 1, 2, 127, 64};
	struct str words[ARRAY_LEN(texts)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		words[i] = str_of(texts[i]);
	set = wordset_new(words, owners, ARRAY_LEN(texts));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	wordset_free(set);
	return 0;
}

static void test_words(void **state)
{
	(void)state;
	assert_true(finds("the password is", 0));
	assert_true(finds("the password is", 1));
	assert_false(finds("the password is", 2));
	assert_true(finds("PassPort", 2));
	assert_true(finds("PassPort", 127));
	assert_false(finds("PassPort", 0));
	assert_true(finds("passpassword", 0));
	assert_true(finds("xtoken", 64));
	assert_false(finds("toke n", 64));
}

static void test_nothing(void **state)
{
	uint64_t found[WORDSET_OWNERS / 64] = {~0ull, ~0ull};

	(void)state;
	assert_false(wordset_scan(set, str_of("nothing of it"), found));
	assert_int_equal(found[0] | found[1], 0);
	assert_false(wordset_scan(set, (struct str){"\xff\0pass", 6}, found));
	assert_true(wordset_scan(set, (struct str){"\0\xfftoken", 7}, found));
	assert_false(wordset_scan(set, (struct str){NULL, 0}, found));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_nothing)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
