/* signatures: the prefilter never hides a text, and every mistake of a file is told. */
#include "analyze/prefilter.h"
#include "analyze/signatures.h"
#include "base/asset.h"
#include "tests/unit/unit.h"

static uint32_t seed = 7;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* Texts of every length over a tiny alphabet, so that they overlap, repeat and hide in one another. */
static void test_prefilter(void **state)
{
	enum { TEXTS = 80, ROUNDS = 3000 };
	char room[TEXTS][40];
	struct str texts[TEXTS];
	int owners[TEXTS];

	(void)state;
	for (int i = 0; i < TEXTS; i++) {
		texts[i] = (struct str){room[i], 1 + rnd(i < 60 ? 40 : 5)};
		owners[i] = (int)rnd(70);
		for (size_t k = 0; k < texts[i].n; k++)
			room[i][k] = (char)('a' + rnd(3));
	}
	struct prefilter *p = prefilter_new(texts, owners, TEXTS);
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = rnd(120);
		char *line = xmalloc(n);
		uint64_t found[2] = {0, 0}, want[2] = {0, 0};
		for (size_t k = 0; k < n; k++)
			line[k] = (char)('a' + rnd(3));
		const struct str *in = &texts[rnd(TEXTS)]; /* one is there for sure, at any place */
		if (in->n <= n)
			memcpy(line + rnd((uint32_t)(n - in->n + 1)), in->p, in->n);
		for (int i = 0; i < TEXTS; i++)
			if (memmem(line, n, texts[i].p, texts[i].n))
				want[owners[i] >> 6] |= UINT64_C(1) << (owners[i] & 63);
		assert_int_equal(prefilter_scan(p, (struct str){line, n}, found), (want[0] | want[1]) != 0);
		assert_true(found[0] == want[0] && found[1] == want[1]);
		free(line);
	}
	prefilter_free(p);
	p = prefilter_new(NULL, NULL, 0);
	uint64_t none = 0;
	assert_false(prefilter_scan(p, STR("anything"), &none));
	prefilter_free(p);
}

static char *folder_with(const char *yaml)
{
	char *dir = unit_folder();
	CLEAN(clean_free) char *sub = xasprintf("%s/signatures", dir);
	CLEAN(clean_free) char *file = xasprintf("%s/x.yaml", sub);

	assert_int_equal(mkdir(sub, 0700), 0);
	unit_write(file, yaml, strlen(yaml));
	return dir;
}

static int add_hit(void *arg, const struct sighit *h, struct err *e)
{
	return buf_printf(arg, e, "%s%.*s ", h->id, (int)h->captures.n, h->captures.p ? h->captures.p : "");
}

static void expect(struct signatures *s, const char *unit, const char *message, const char *want)
{
	CLEAN_BUF struct buf b = BUF_MAX(1000);
	struct err e = {0};

	assert_true(sigset_match(signatures_for(s, unit), str_of(message), true, add_hit, &b, &e) >= 0);
	assert_string_equal(buf_cstr(&b), want);
}

static void test_matching(void **state)
{
	CLEAN(clean_free) char *dir = folder_with(
		"- {id: test-a, units: [kubelet], any: [\"alpha\"], pattern: 'alpha (?<n>\\d+)(?<m>x)?', samples: [alpha 1]}\n"
		"- {id: test-b, units: ['*'], pattern: '^b[0-9]', samples: [b1]}\n");
	CLEAN(clean_signatures) struct signatures *s = NULL;
	struct err e = {0};

	(void)state;
	OK(asset_init(&e));
	OK(signatures_load(dir, &s, &e));
	expect(s, "kubelet", "say alpha 12", "test-a{\"n\":\"12\"} ");
	expect(s, "kubelet", "alpha \"", "");
	expect(s, "no-such-unit", "alpha 12", "");
	expect(s, NULL, "b1 alpha 12", "test-b ");
	expect(s, "kubelet", "b1 alpha 3x", "test-a{\"n\":\"3\",\"m\":\"x\"} test-b ");
	assert_ptr_equal(signatures_for(s, "kubelet"), signatures_for(s, "kubelet"));
}

static void count(void *arg, const char *file, const char *message)
{
	assert_int_equal(buf_printf(arg, NULL, "%s: %s|", file, message), 0);
}

static void expect_lint(const char *yaml, const char *want)
{
	CLEAN(clean_free) char *dir = folder_with(yaml);
	CLEAN_BUF struct buf b = BUF_MAX(10000);

	int n = signatures_lint(dir, count, &b);
	if (!strstr(buf_cstr(&b), want) || (n == 0) != (*want == '\0'))
		fail_msg("got %s, want %s", buf_cstr(&b), want);
}

static void test_lint(void **state)
{
	(void)state;
	expect_lint("- {id: a, units: [x], pattern: 'a', samples: [a]}\n", "");
	expect_lint("- {id: a, units: [x], pattern: 'a(', samples: [a]}\n", "missing closing parenthesis");
	expect_lint("- {id: a, units: [x], pattern: 'a', samples: [b]}\n", "a sample does not match: b");
	expect_lint("- {id: a, units: [x], pattern: 'a', samples: [a], not: [xax]}\n", "a line under `not` matches: xax");
	expect_lint("- {id: a, units: [x], any: [zz], pattern: 'a', samples: [a]}\n", "none of `any` stands in");
	expect_lint("- {id: a, units: [x], any: [], pattern: 'a', samples: [a]}\n", "any must be a list");
	expect_lint("- {id: a, units: [x], pattern: 'a', samples: [a], sample: [b]}\n", "an unknown key");
	expect_lint("- {id: a, pattern: 'a', samples: [a]}\n", "units must be a list");
	expect_lint("- {units: [x], pattern: 'a', samples: [a]}\n", "no id");
	expect_lint("- {id: a, units: [x], pattern: 'a', samples: [a]}\n- {id: a, units: [x], pattern: 'a', samples: [a]}\n", "a second signature");
	expect_lint("a: [", ".yaml:2:1: bad YAML: ");
	expect_lint("a: b\n", "not a list");
}

/* Those that are shipped. */
static void test_shipped(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	struct err e = {0};

	(void)state;
	OK(asset_init(&e));
	if (signatures_lint(NULL, count, &b) != 0)
		fail_msg("%s", buf_cstr(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefilter), cmocka_unit_test(test_matching), cmocka_unit_test(test_lint),
		cmocka_unit_test(test_shipped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
