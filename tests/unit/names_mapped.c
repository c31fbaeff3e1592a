/* What is called something else: names, addresses, and counts of what was replaced. */
#include "base/asset.h"
#include "bundles/tally.h"
#include "collect/addressmap.h"
#include "collect/anonymize.h"
#include "collect/namemap.h"
#include "collect/placeholder.h"
#include "tests/unit/unit.h"
#include <arpa/inet.h>

static void test_names(void **state)
{
	struct namemap *m = namemap_new(), *taken = namemap_new(), *again = namemap_new();
	CLEAN(clean_cjson) cJSON *o = NULL;

	(void)state;
	assert_true(namemap_add(m, str_of("Master1"), NULL));
	assert_true(namemap_add(m, str_of("db"), NULL));
	assert_true(namemap_add(m, str_of("web"), "front"));
	assert_null(namemap_get(m, str_of("mail")));
	assert_string_equal(namemap_get(m, str_of("DB")), "");
	namemap_add(taken, str_of("host-1"), "");
	namemap_number(m, "host-", taken);
	assert_string_not_equal(namemap_get(m, str_of("db")), "host-1");
	assert_string_not_equal(namemap_get(m, str_of("db")), namemap_get(m, str_of("master1")));
	assert_string_equal(namemap_get(m, str_of("web")), "front");
	assert_false(namemap_add(m, str_of("WEB"), "back"));
	assert_string_equal(namemap_get(m, str_of("web")), "front");
	assert_int_equal(namemap_count(m), 3);
	o = namemap_json(m);
	namemap_load(again, o);
	assert_int_equal(namemap_count(again), 3);
	assert_string_equal(namemap_get(again, str_of("db")), namemap_get(m, str_of("db")));
	namemap_free(m);
	namemap_free(taken);
	namemap_free(again);
}

/* How many first bits two addresses share. */
static int shared(const char *a, const char *b)
{
	struct in_addr x, y;

	assert_int_equal(inet_pton(AF_INET, a, &x), 1);
	assert_int_equal(inet_pton(AF_INET, b, &y), 1);
	return x.s_addr == y.s_addr ? 32 : __builtin_clz(ntohl(x.s_addr) ^ ntohl(y.s_addr));
}

static void test_addresses(void **state)
{
	static const unsigned char key[ADDRESS_KEY] = {1, 2, 3, 4, 5};
	static const char *const from[] = {"10.77.0.11", "10.77.0.22", "10.77.9.1", "8.8.8.8", "8.8.4.4"};
	struct addressmap *m = addressmap_new(key), *same = addressmap_new(key);
	char to[ARRAY_LEN(from)][ADDRESS_MAX], out[ADDRESS_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		assert_true(addressmap_map(m, str_of(from[i]), -1, to[i]));
		assert_true(addressmap_map(same, str_of(from[i]), -1, out));
		assert_string_equal(to[i], out);
	}
	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		for (size_t k = 0; k < i; k++)
			assert_int_equal(shared(from[i], from[k]), shared(to[i], to[k]));
	assert_int_equal(strncmp(to[0], "10.", 3), 0);
	assert_string_not_equal(to[0], from[0]);
	assert_true(addressmap_map(m, str_of("127.0.0.1"), -1, out));
	assert_string_equal(out, "127.0.0.1");
	assert_true(addressmap_map(m, str_of("255.255.255.0"), -1, out));
	assert_string_equal(out, "255.255.255.0");
	assert_false(addressmap_map(m, str_of("1.2.3"), -1, out));
	assert_false(addressmap_map(m, str_of("300.1.1.1"), -1, out));
	addressmap_free(m);
	addressmap_free(same);
}

static void test_tally(void **state)
{
	struct tally a = {0}, b = {0};
	char kind[16];

	(void)state;
	tally_add(&a, str_of("token"), 2);
	tally_add(&a, str_of("key"), 1);
	tally_add(&b, str_of("token"), 5);
	tally_merge(&a, &b);
	assert_int_equal(tally_total(&a), 8);
	assert_int_equal(a.n, 2);
	assert_string_equal(a.of[0].kind, "key");
	assert_int_equal(a.of[1].count, 7);
	for (int i = 0; i < 2 * TALLY_KINDS; i++) {
		snprintf(kind, sizeof(kind), "kind%d", i);
		tally_add(&a, str_of(kind), 1);
	}
	assert_true(a.n <= TALLY_KINDS);
	assert_int_equal(tally_total(&a), 8 + 2 * TALLY_KINDS);
}

static void test_placeholders(void **state)
{
	static const unsigned char key[PLACEHOLDER_KEY] = {7};
	struct placeholders *p = placeholders_new(key), *other = placeholders_new(NULL);
	char one[PLACEHOLDER_MAX], two[PLACEHOLDER_MAX];
	CLEAN_BUF struct buf b = BUF_MAX(4096);
	struct tally t = {0};
	struct err e;

	(void)state;
	placeholder_make(p, "password", str_of("hunter2"), one);
	placeholder_make(p, "password", str_of("hunter2"), two);
	assert_string_equal(one, two);
	assert_true(placeholder_is(str_of(one)));
	placeholder_make(p, "password", str_of("a much longer secret than the other"), two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), strlen(two));
	placeholder_make(other, "password", str_of("hunter2"), two);
	assert_string_not_equal(one, two);
	/* aHVudGVyMg== is hunter2 */
	placeholder_add_base64(p, "password", str_of("aHVudGVyMg=="), false, &b);
	assert_string_equal(buf_cstr(&b), one);
	buf_clear(&b);
	assert_int_equal(buf_printf(&b, &e, "a %s b %s", one, one), 0);
	placeholder_count((struct str){b.p, b.n}, &t);
	assert_int_equal(tally_total(&t), 2);
	assert_string_equal(t.of[0].kind, "password");
	assert_true(placeholder_covers((struct str){b.p, b.n}, 5));
	assert_false(placeholder_covers((struct str){b.p, b.n}, 0));
	placeholders_free(p);
	placeholders_free(other);
}

static void test_anonymizer(void **state)
{
	static const char line[] = "kubelet on master1.corp.example.com (10.77.0.11) and node-master10 say 127.0.0.1";
	CLEAN(clean_anonymizer) struct anonymizer *a = NULL;
	CLEAN(clean_free) char *path = NULL;
	CLEAN_BUF struct buf b = BUF_MAX(4096), again = BUF_MAX(4096);
	struct err e = {0};

	(void)state;
	assert_int_equal(asset_init(&e), 0);
	assert_int_equal(anonymizer_new(NULL, &a, &e), 0);
	anonymizer_learn_path(a, "nodes/master1/node.json");
	anonymizer_learn(a, "nodes/master1/journal/kubelet.log", str_of(line));
	anonymizer_settle(a);
	assert_int_equal(anonymizer_text(a, str_of(line), &b, &e), 0);
	assert_null(strstr(buf_cstr(&b), "aster1."));
	assert_null(strstr(buf_cstr(&b), "example.com"));
	assert_null(strstr(buf_cstr(&b), "10.77.0.11"));
	/* Another machine's name only begins like it. */
	assert_non_null(strstr(buf_cstr(&b), "node-master10"));
	assert_non_null(strstr(buf_cstr(&b), "127.0.0.1"));
	path = anonymizer_path(a, "nodes/master1/node.json");
	assert_string_equal(path, "nodes/host-1/node.json");
	assert_non_null(strstr(buf_cstr(&b), "host-1."));
	assert_null(anonymizer_path(a, NULL));
	assert_int_equal(anonymizer_text(a, str_of(line), &again, &e), 0);
	assert_string_equal(buf_cstr(&b), buf_cstr(&again));
}

/* A node's name that only the list of nodes tells, and a domain that stands behind a name with a capital. */
static void test_learned(void **state)
{
	static const char name[] = "        \"name\": \"ship-7\",", line[] = "Berth4.harbour.example.com has ship-7; runtime.Main.net stays";
	CLEAN(clean_anonymizer) struct anonymizer *a = NULL;
	CLEAN_BUF struct buf b = BUF_MAX(4096);
	struct err e = {0};

	(void)state;
	assert_int_equal(asset_init(&e), 0);
	assert_int_equal(anonymizer_new(NULL, &a, &e), 0);
	anonymizer_learn(a, "cluster-resources/nodes.json", str_of(name));
	anonymizer_learn(a, "cluster-resources/pods/shop.json", str_of("        \"name\": \"web-1\","));
	anonymizer_learn(a, "nodes/x/journal/kubelet.log", str_of(line));
	anonymizer_settle(a);
	assert_int_equal(anonymizer_text(a, str_of(line), &b, &e), 0);
	assert_null(strstr(buf_cstr(&b), "ship-7"));
	assert_null(strstr(buf_cstr(&b), "example.com"));
	assert_non_null(strstr(buf_cstr(&b), "runtime.Main.net stays"));
	buf_clear(&b);
	assert_int_equal(anonymizer_text(a, str_of("web-1"), &b, &e), 0);
	assert_string_equal(buf_cstr(&b), "web-1");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_addresses),
	                                          cmocka_unit_test(test_tally), cmocka_unit_test(test_placeholders), cmocka_unit_test(test_anonymizer),
	                                          cmocka_unit_test(test_learned)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
