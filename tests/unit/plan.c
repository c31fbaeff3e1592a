/* plans: the compiled-in one loads, mistakes are named with their line, placeholders are replaced. */
#include "tests/unit/unit.h"

#include "base/asset.h"
#include "base/clock.h"
#include "collect/plan.h"

static void test_default(void **state)
{
	struct err e = {0};
	CLEAN(clean_plan) struct plan *p = NULL;

	(void)state;
	OK(asset_init(&e));
	OK(plan_load(NULL, &p, &e));
	assert_true(p->n_api > 3);
	assert_true(p->n_kubectl > 5);
	assert_true(p->n_node > 100);
	assert_true(p->lanes >= 1);
	for (int i = 0; i < p->n_node; i++) {
		assert_true(p->node[i].timeout > 0 && p->node[i].max > 0);
		assert_true(p->node[i].line > 1);
	}
}

static void refuse(const char *yaml, int line, const char *why)
{
	struct err e = {0};
	struct plan *p = NULL;
	char where[32];

	assert_true(plan_parse("p.yaml", str_of(yaml), &p, &e) < 0);
	assert_null(p);
	snprintf(where, sizeof(where), "line %d", line);
	if (!strstr(e.msg, why) || !strstr(e.msg, "p.yaml") || (line && !strstr(e.msg, where)))
		fail_msg("\"%s\" does not say \"%s\" and \"%s\"", e.msg, why, where);
}

static void test_mistakes(void **state)
{
	(void)state;
	refuse("", 0, "not a plan");
	refuse("plan: 2\n", 0, "not a plan");
	refuse("plan: 1\nnode:\n  - {path: a, run: [}\n", 3, "");
	refuse("plan: 1\nnodes: []\n", 2, "unknown section");
	refuse("plan: 1\nnode:\n  - {path: a, run: b}\n  - run: b\n", 4, "without a path");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    wait: 5s\n", 5, "wait: unknown key");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    timeout: soon\n", 5, "duration");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    max: much\n", 5, "size");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    keep: middle\n", 5, "head or tail");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    file: /c\n", 5, "only one of");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    needs: x\n", 5, "list");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    drop: '('\n", 5, "regular expression");
	refuse("plan: 1\nnode:\n  - path: ../a\n    run: b\n", 3, "without ..");
	refuse("plan: 1\nnode:\n  - path: a\n    files: /var/log/*\n", 3, "{name}");
	refuse("plan: 1\nnode:\n  - path: a/{name}\n    files: /var/log/*\n    names: '('\n", 5, "regular expression");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    names: x\n", 5, "belongs to `files`");
	refuse("plan: 1\nnode:\n  - path: a/{name}\n    files: /var/log/*\n    unless_link: '/x) rm -rf /;;'\n", 5, "plain shell pattern");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    units: [u]\n", 3, "{unit}");
	refuse("plan: 1\nnode:\n  - path: a\n    run: b\n    use: f\n", 5, "functions");
	refuse("plan: 1\nnode:\n  - path: a\n    file: /etc/kubernetes/pki/ca.key\n", 3, "private keys");
	refuse("plan: 1\nnode:\n  - path: a\n    get: /version\n", 3, "belongs to the section api");
	refuse("plan: 1\nlogs:\n  lines: 5\n  tail: 6\n", 4, "unknown key");
	refuse("plan: 1\nresources:\n  page: 0\n", 3, "range");
	refuse("plan: 1\nlanes: 99\n", 2, "1 to 8");
}

static void test_resolve(void **state)
{
	struct plan_vars v = {.node = "n1", .unit = "kubelet", .journal = "short-iso", .since_s = 90, .lines = 7};
	CLEAN(clean_free) char *a = plan_resolve("journalctl -u {unit} -o {journal} --since=-{since_s}s -n {lines}", &v);
	CLEAN(clean_free) char *b = plan_resolve("{{.Names}} ${X} {print $1} {name} {", &v);
	CLEAN(clean_free) char *c = plan_resolve("/etcd/{node}/x{", &v);

	(void)state;
	assert_string_equal(a, "journalctl -u kubelet -o short-iso --since=-90s -n 7");
	assert_string_equal(b, "{{.Names}} ${X} {print $1} {name} {");
	assert_string_equal(c, "/etcd/n1/x{");
}

static void test_items(void **state)
{
	static const char text[] = "plan: 1\n"
	                           "defaults: {timeout: 3s, max: 1KiB}\n"
	                           "functions: {f: 'f() { true; }'}\n"
	                           "node:\n"
	                           "  - {path: a, run: f, use: f, needs: [x, y], gate: g}\n"
	                           "  - {path: 'b/{name}', files: '/var/log/a*/b', timeout: 2m, max: 2MiB, keep: tail, limit: 3}\n";
	struct err e = {0};
	CLEAN(clean_plan) struct plan *p = NULL;
	struct plan_vars v = {.node = "n"};
	CLEAN(clean_free) char *script = NULL;

	(void)state;
	OK(plan_parse("p", str_of(text), &p, &e));
	assert_int_equal(p->n_node, 2);
	assert_int_equal(p->node[0].timeout, 3 * US_PER_S);
	assert_int_equal(p->node[0].max, 1024);
	assert_string_equal(p->node[0].needs[1], "y");
	assert_null(p->node[0].needs[2]);
	assert_int_equal(p->node[1].how, PLAN_FILES);
	assert_true(p->node[1].keep_tail);
	assert_int_equal(p->node[1].limit, 3);
	assert_int_equal(p->node[1].line, 6);
	assert_int_equal(plan_glob_prefix(p->node[1].what), strlen("/var/log/"));
	script = plan_script(p, &p->node[0], &v);
	assert_string_equal(script, "f() { true; }\nf");
}

static void test_names(void **state)
{
	static const char text[] = "plan: 1\nnode:\n  - path: 'c/{ns}_{pod}/{name}'\n    files: '/var/log/*'\n"
	                           "    names: '^(?<pod>[^_]+)_(?<ns>[^_]+)\\.log$'\n";
	struct err e = {0};
	CLEAN(clean_plan) struct plan *p = NULL;
	struct plan_vars v = {.name = "a_b.log"};
	CLEAN(clean_free) char *path = NULL, *glob = NULL;

	(void)state;
	OK(plan_parse("p", str_of(text), &p, &e));
	assert_string_equal(path = plan_path(&p->node[0], &v), "c/b_a/a_b.log");
	v.name = "ab.log";
	assert_null(plan_path(&p->node[0], &v));
	v.name = "*";
	assert_string_equal(glob = plan_path(&p->node[0], &v), "c/*_*/*");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
