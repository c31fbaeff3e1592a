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

	layout_of(layouts, path, false, &k);
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
	expect("somewhere/else.txt", LOAD_AUTO, "- - - - - - -");
}

/* Bundles of others: what they are told by, and what stands before it. */
static void expect_kind(const char *path, bool packed, const char *layout, const char *root, const char *role, const char *resource)
{
	struct filekind k;

	layout_of(layouts, path, packed, &k);
	if (strcmp(or_none(k.layout), layout) != 0 || strcmp(k.root, root) != 0 || strcmp(or_none(k.role), role) != 0 ||
	    strcmp(or_none(k.resource), resource) != 0)
		fail_msg("%s: %s '%s' %s %s", path, or_none(k.layout), k.root, or_none(k.role), or_none(k.resource));
	filekind_release(&k);
}

static void test_others(void **state)
{
	(void)state;
	expect_kind("cluster-resources/clusterRoleBindings.json", false, "troubleshoot", "", "objects", "clusterrolebindings");
	expect_kind("cluster-resources/pods/logs/web/w-1/app-logs-errors.log", false, "troubleshoot", "", "log-errors", "-");
	expect_kind("quay-io-sha256-1/namespaces/web/core/pods.yaml", false, "must-gather", "quay-io-sha256-1/", "objects", "pods");
	expect_kind("namespaces/web/pods/w-1/app/app/logs/previous.log", false, "must-gather", "", "container-log-previous", "-");
	expect_kind("sos_commands/kubernetes/kubectl_get_-o_json_--namespace_kube-system_pvc", false, "sos", "", "objects",
	            "persistentvolumeclaims");
	/* A command's output that is packed, in a tar of its own or not; a report in a collection of several. */
	expect_kind("sos_commands/kubernetes/journalctl_--no-pager_--unit_kubelet.xz", true, "sos", "", "journal", "-");
	expect_kind("sos_commands/kubernetes/journalctl_--no-pager_--unit_kubelet.xz/journalctl_--no-pager_--unit_kubelet", false, "sos",
	            "", "journal", "-");
	expect_kind("sosreport-n1.tar.xz/sos_commands/filesys/df_-al_-x_autofs", false, "sos", "sosreport-n1.tar.xz/", "df", "-");
	expect_kind("sosreport-n1.tar.xz/sos_commands/filesys/df_-ali_-x_autofs", false, "sos", "sosreport-n1.tar.xz/", "df-inodes", "-");
	expect_kind("yamls/namespaced/web/apps/v1/deployments.yaml", false, "rancher", "", "objects", "deployments");
	expect_kind("nodes/n1.zip/logs/kubelet.log", false, "rancher", "", "journal", "-");
	expect_kind("web/w-1/logs.txt", false, "cluster-info-dump", "", "dump-log", "-");
	expect_kind("config/pod/openshift-dns/dns-1.json", false, "insights", "", "objects", "-");
	assert_string_equal(layout_title(layouts, "sos"), "sos report of a node");
	assert_null(layout_title(layouts, "nothing"));
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths), cmocka_unit_test(test_others), cmocka_unit_test(test_units), cmocka_unit_test(test_plurals)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
