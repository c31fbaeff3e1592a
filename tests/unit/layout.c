/* layout: paths of our own bundles, components by their many names, plurals. */
#include "analyze/layout.h"
#include "base/asset.h"
#include "tests/unit/unit.h"

static struct layouts *layouts;

static int setup(void **state)
{
	struct err e;

	(void)state;
	return asset_init(&e) < 0 || layouts_load(&layouts, &e) < 0;
}

static int teardown(void **state)
{
	(void)state;
	layouts_free(layouts);
	return 0;
}

static const char *or_none(const char *s)
{
	return s ? s : "-";
}

static void expect(const char *path, enum load_kind load, const char *want)
{
	struct filekind k;

	layout_of(layouts, path, &k);
	CLEAN(clean_free) char *got = xasprintf("%s %s %s %s %s %s %s", or_none(k.role), or_none(k.node), or_none(k.unit),
		or_none(k.namespace), or_none(k.pod), or_none(k.container), or_none(k.resource));
	if (k.load != load || strcmp(got, want) != 0)
		fail_msg("%s: load %d, %s; want %d, %s", path, k.load, got, load, want);
	filekind_release(&k);
}

static void test_paths(void **state)
{
	(void)state;
	expect("bundle.json", LOAD_BUNDLE, "bundle - - - - - -");
	expect("manifest.json", LOAD_CAPTURES, "manifest - - - - - -");
	expect("cluster-resources/pods/kube-system.json", LOAD_OBJECTS, "objects - - kube-system - - pods");
	expect("cluster-resources/nodes.json", LOAD_OBJECTS, "objects - - - - - nodes");
	expect("cluster-resources/network-policy/x.json", LOAD_OBJECTS, "objects - - x - - networkpolicies");
	expect("cluster-resources/custom-resources/a.example.com/ns.json", LOAD_OBJECTS, "objects - - ns - - a.example.com");
	expect("cluster-resources/nodes-errors.json", LOAD_DOCUMENT, "list-errors - - - - - nodes");
	expect("cluster-resources/pods/logs/kube-system/coredns-1/coredns.log", LOAD_LOG,
	       "container-log - kube-dns kube-system coredns-1 coredns -");
	expect("cluster-resources/pods/logs/kube-system/kube-apiserver-m1/kube-apiserver-previous.log", LOAD_LOG,
	       "container-log-previous - kube-apiserver kube-system kube-apiserver-m1 kube-apiserver -");
	expect("cluster-resources/pods/logs/default/web-1/app.log", LOAD_LOG, "container-log - - default web-1 app -");
	expect("nodes/n1/journal/kubelet.log", LOAD_LOG, "journal n1 kubelet - - - -");
	expect("nodes/n1/journal/atomic-openshift-node.log", LOAD_LOG, "journal n1 kubelet - - - -");
	expect("nodes/n1/journal/some-unit.log", LOAD_LOG, "journal n1 some-unit - - - -");
	expect("nodes/n1/journal/boots.txt", LOAD_LINES, "boots n1 - - - - -");
	expect("nodes/n1/var-log/pods/kube-system_etcd-m1_abc/etcd/0.log", LOAD_LOG, "pod-log n1 etcd kube-system etcd-m1 etcd -");
	expect("nodes/n1/var-log/messages", LOAD_LOG, "var-log n1 messages - - - -");
	expect("nodes/n1/node.json", LOAD_ACCESS, "node n1 - - - - -");
	expect("nodes/n1/kubelet/metrics.txt", LOAD_METRICS, "kubelet-metrics n1 kubelet - - - -");
	expect("nodes/n1/host/df.txt", LOAD_LINES, "df n1 - - - - -");
	expect("nodes/n1/host/ports/x.txt", LOAD_LINES, "host-text n1 - - - - -");
	expect("somewhere/else.txt", LOAD_LINES, "- - - - - - -");
}

static void test_units(void **state)
{
	(void)state;
	assert_string_equal(layout_unit(layouts, STR("kubelet.service")), "kubelet");
	assert_string_equal(layout_unit(layouts, STR("dockerd")), "docker");
	assert_null(layout_unit(layouts, STR("sshd")));
	assert_null(layout_unit(layouts, STR("")));
}

static void test_plurals(void **state)
{
	static const char *const pairs[][2] = {{"Pod", "pods"}, {"NetworkPolicy", "networkpolicies"}, {"Ingress", "ingresses"},
		{"Endpoints", "endpoints"}, {"StorageClass", "storageclasses"}, {"Gateway", "gateways"}, {"", "s"}, {"Box", "boxes"}};
	char out[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		layout_plural(str_of(pairs[i][0]), out);
		assert_string_equal(out, pairs[i][1]);
	}
	char big[1000];
	memset(big, 'A', sizeof(big));
	layout_plural((struct str){big, sizeof(big)}, out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths), cmocka_unit_test(test_units), cmocka_unit_test(test_plurals)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
