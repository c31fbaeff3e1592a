/* kubeconfigs: files in the order of KUBECONFIG, paths beside their file, what is refused and in which words. */
#include "tests/unit/unit.h"

#include "collect/kube_auth.h"

static char *dir;

static void put(const char *name, const char *text)
{
	CLEAN(clean_free) char *path = xasprintf("%s/%s", dir, name);

	unit_write(path, text, strlen(text));
}

static int setup(void **state)
{
	(void)state;
	dir = unit_folder();
	setenv("HOME", dir, 1);
	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_SERVICE_HOST");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(dir);
	return 0;
}

/* Loads one file of that text, or the files of KUBECONFIG when text is NULL. */
static int load(const char *text, const char *context, struct kubeconfig **out, struct err *e)
{
	CLEAN(clean_free) char *path = xasprintf("%s/config", dir);
	struct kubeconfig_opts o = {.kubeconfig = text ? path : NULL, .context = context};

	if (text)
		put("config", text);
	return kubeconfig_load(&o, out, e);
}

#define ONE(cluster, user)                                                                                                 \
	"current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: " cluster     \
	"}]\nusers: [{name: u, user: " user "}]\n"

static void test_everything(void **state)
{
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	struct err e = {0};

	(void)state;
	put("ca.pem", "CA-BYTES");
	OK(load(ONE("{server: 'https://h:6443/prefix/', certificate-authority: ca.pem, tls-server-name: n, proxy-url: 'socks5://p:1'}",
	            "{client-certificate-data: Q0VSVA==, client-key-data: \"S0\\nVZ\", as: a, as-groups: [g, h]}"), NULL, &c, &e));
	assert_string_equal(c->server, "https://h:6443/prefix");
	assert_string_equal(buf_cstr(&c->ca), "CA-BYTES");
	assert_string_equal(c->tls_server_name, "n");
	assert_string_equal(c->proxy_url, "socks5://p:1");
	assert_string_equal(buf_cstr(&c->cert), "CERT");
	assert_string_equal(buf_cstr(&c->key), "KEY");
	assert_string_equal(c->as, "a");
	assert_string_equal(c->as_groups[1], "h");
	assert_null(c->as_groups[2]);
	assert_false(c->insecure);
}

static void test_numbers_are_names(void **state)
{
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	struct err e = {0};

	(void)state;
	OK(load("current-context: 7\ncontexts: [{name: 7, context: {cluster: 8, user: 9}}]\n"
	        "clusters: [{name: 8, cluster: {server: 'h:1'}}]\nusers: [{name: 9, user: {token: 123456789012345}}]\n", NULL, &c, &e));
	assert_string_equal(c->token, "123456789012345");
	assert_string_equal(c->server, "http://h:1"); /* as kubectl: nothing of TLS is configured */
}

/* As client-go reads it: what is no part of an address is dropped. */
static void test_servers(void **state)
{
	static const char *const servers[][2] = {{"HTTPS://Home:6443", "https://Home:6443"}, {"https://h/p/?x=1#f", "https://h/p"},
	                                         {"h:1?x", "http://h:1"}};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
		CLEAN(clean_free) char *text = xasprintf("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\n"
		                                         "clusters: [{name: c, cluster: {server: '%s'}}]\n", servers[i][0]);

		OK(load(text, NULL, &c, &e));
		assert_string_equal(c->server, servers[i][1]);
	}
}

static void test_merge(void **state)
{
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	CLEAN(clean_free) char *list = xasprintf("%s/missing::%s/one:%s/sub/two", dir, dir, dir),
	                       *sub = xasprintf("%s/sub", dir);
	struct err e = {0};

	(void)state;
	mkdir(sub, 0700);
	put("one", "contexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://first'}}]\n");
	put("sub/two", "current-context: a\nclusters: [{name: c, cluster: {server: 'https://second'}}]\n"
	               "users: [{name: u, user: {tokenFile: here}}]\n");
	setenv("KUBECONFIG", list, 1);
	OK(load(NULL, NULL, &c, &e));
	unsetenv("KUBECONFIG");
	assert_string_equal(c->context, "a");
	assert_string_equal(c->server, "https://first");
	assert_non_null(strstr(c->token_file, "/sub/here")); /* beside the file that says it */
}

static void test_home(void **state)
{
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL, *pod = NULL;
	CLEAN(clean_free) char *kube = xasprintf("%s/.kube", dir);
	struct err e = {0};

	(void)state;
	assert_int_equal(load(NULL, NULL, &c, &e), -ERR_ABSENT);
	assert_non_null(strstr(e.msg, "this is no pod"));
	mkdir(kube, 0700);
	put(".kube/config", ONE("{server: 'https://home'}", "{}"));
	OK(load(NULL, NULL, &c, &e));
	assert_string_equal(c->server, "https://home");
	/* A pod's service account. */
	put("token", "tok\n");
	put("ca.crt", "POD-CA");
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	OK(kubeconfig_in_pod(dir, &pod, &e));
	unsetenv("KUBERNETES_SERVICE_HOST");
	assert_string_equal(pod->server, "https://[fd00::1]:443");
	assert_string_equal(buf_cstr(&pod->ca), "POD-CA");
	assert_true(pod->in_cluster);
}

/* Who is played besides the user: header lines as client-go writes them, keys percent-encoded. */
static void test_impersonation(void **state)
{
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL, *none = NULL;
	struct err e = {0};

	(void)state;
	OK(load(ONE("{server: h}", "{as: a, as-uid: 12, as-user-extra: {scopes: [x, 'y z'], 'example.org/Team %': [t], empty: []}}"), NULL, &c, &e));
	assert_string_equal(c->as_uid, "12");
	assert_string_equal(c->as_extra[0], "Impersonate-Extra-scopes: x");
	assert_string_equal(c->as_extra[1], "Impersonate-Extra-scopes: y z");
	assert_string_equal(c->as_extra[2], "Impersonate-Extra-example.org%2FTeam%20%25: t");
	assert_null(c->as_extra[3]);
	OK(load(ONE("{server: h}", "{token: t, as-user-extra: {}, as-groups: [], as-uid: ''}"), NULL, &none, &e));
	assert_null(none->as_uid);
	assert_null(none->as_extra);
}

/* What is wrong is said; what is secret is not. */
static void refused(const char *text, int code, const char *words)
{
	struct kubeconfig *c = NULL;
	struct err e = {0};
	int rc = load(text, NULL, &c, &e);

	if (rc != -code || !strstr(e.msg, words))
		fail_msg("%d: \"%s\", wanted %d: \"%s\"", rc, e.msg, -code, words);
	assert_null(c);
	assert_null(strstr(e.msg, "sekret"));
}

static void test_refused(void **state)
{
	(void)state;
	refused("[]", ERR_FORMAT, "is not a kubeconfig");
	refused("a: b: c", ERR_FORMAT, "line 1");
	refused("contexts: [{name: p}, {name: q}]", ERR_USAGE, "has no current-context; give --context NAME, one of: p, q");
	refused("current-context: r\ncontexts: [{name: p}]", ERR_USAGE, "has no context \"r\"; those it has: p");
	refused("current-context: p\ncontexts: [{name: p, context: {cluster: n}}]", ERR_FORMAT, "the cluster \"n\", which no file has");
	refused(ONE("{}", "{}"), ERR_FORMAT, "has no server");
	refused(ONE("{server: 'ftp://h'}", "{}"), ERR_FORMAT, "neither https:// nor http://");
	refused(ONE("{server: h, proxy-url: 'ftp://u:sekret@h'}", "{}"), ERR_FORMAT, "proxy-url: must begin with");
	refused(ONE("{server: h, certificate-authority-data: '%%'}", "{}"), ERR_FORMAT, "certificate-authority-data: is not base64");
	refused(ONE("{server: h, certificate-authority: gone}", "{}"), ERR_ABSENT, "certificate-authority: ");
	refused(ONE("{server: h, certificate-authority-data: QQ==, insecure-skip-tls-verify: true}", "{}"), ERR_FORMAT, "has both");
	refused(ONE("{server: h}", "{client-key-data: c2VrcmV0}"), ERR_FORMAT, "a client-key without client-certificate");
	refused(ONE("{server: h}", "{client-certificate-data: QQ==, client-key-data: RU5DUllQVEVE}"), ERR_FORMAT, "is encrypted");
	refused(ONE("{server: h}", "{token: \"sekret\\nX: y\"}"), ERR_FORMAT, "token: holds a line break");
	refused(ONE("{server: h}", "{token: sekret, username: u}"), ERR_FORMAT, "both a token and a username");
	refused(ONE("{server: h}", "{as-groups: [a]}"), ERR_FORMAT, "as-groups without as");
	refused(ONE("{server: h}", "{as-uid: sekret}"), ERR_FORMAT, "as-uid without as");
	refused(ONE("{server: h}", "{as-user-extra: {k: [sekret]}}"), ERR_FORMAT, "as-user-extra without as");
	refused(ONE("{server: h}", "{as: a, as-user-extra: [sekret]}"), ERR_FORMAT, "as-user-extra: must be");
	refused(ONE("{server: h}", "{as: a, as-user-extra: {k: sekret}}"), ERR_FORMAT, "as-user-extra: must be");
	refused(ONE("{server: h}", "{as: a, as-user-extra: {k: [\"sekret\\nX: y\"]}}"), ERR_FORMAT, "as-user-extra: must be");
	refused(ONE("{server: h}", "{auth-provider: {name: oidc, config: {id-token: sekret}}}"), ERR_DENIED, "auth-provider \"oidc\"");
}

static void plugin_refused(const char *exec, const char *words)
{
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	CLEAN(clean_free) char *text = xasprintf("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
	                                         "clusters: [{name: c, cluster: {server: h}}]\nusers: [{name: u, user: {exec: %s}}]\n", exec);
	struct kube_creds creds = {0};
	struct err e = {0};

	OK(load(text, NULL, &c, &e));
	assert_true(kube_exec_run(c, NULL, 0, &creds, &e) < 0);
	if (!strstr(e.msg, words))
		fail_msg("\"%s\", wanted \"%s\"", e.msg, words);
}

static void test_plugins(void **state)
{
	(void)state;
	plugin_refused("{apiVersion: client.authentication.k8s.io/v1beta1}", "has no command");
	plugin_refused("{command: x, apiVersion: other/v1}", "apiVersion must be");
	plugin_refused("{command: x, apiVersion: client.authentication.k8s.io/v1}", "v1 needs an interactiveMode");
	plugin_refused("{command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "wants a terminal");
	plugin_refused("{command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Sometimes}", "unknown interactiveMode");
}

static void test_base64(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct err e = {0};
	CLEAN(clean_free) char *text = secret_base64("a\0b", 3);

	(void)state;
	assert_string_equal(text, "YQBi");
	OK(kubeconfig_base64(text, &b, &e));
	assert_int_equal(b.n, 3);
	assert_memory_equal(b.p, "a\0b", 3);
	OK(kubeconfig_base64("", &b, &e));
	assert_int_equal(b.n, 3);
	assert_int_equal(kubeconfig_base64("Y", &b, &e), -ERR_FORMAT);
	assert_int_equal(kubeconfig_base64("YQ==YQ==", &b, &e), -ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_everything, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_numbers_are_names, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_servers, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_merge, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_home, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_impersonation, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_plugins, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_base64, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
