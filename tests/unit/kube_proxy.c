/* Which proxy a server is reached through: by Go's rules, which are kubectl's. */
#include "tests/unit/unit.h"

#include "collect/kube_proxy.h"

static void test_exempt(void **state)
{
	static const struct {
		const char *no_proxy, *host, *port;
		bool exempt;
	} cases[] = {
	        {"", "api.corp.test", "6443", false},
	        {"", "localhost", "6443", true},
	        {"", "127.0.0.1", "6443", true},
	        {"", "127.9.9.9", "6443", true},
	        {"", "::1", "6443", true},
	        {"*", "api.corp.test", "6443", true},
	        {"corp.test", "corp.test", "443", true},
	        {"corp.test", "api.corp.test", "443", true},
	        {"corp.test", "apicorp.test", "443", false},
	        {" Corp.Test , x", "API.corp.test", "443", true},
	        {".corp.test", "api.corp.test", "443", true},
	        {".corp.test", "corp.test", "443", false},
	        {"*.corp.test", "api.corp.test", "443", true},
	        {"*.corp.test", "corp.test", "443", false},
	        {"api.corp.test:6443", "api.corp.test", "6443", true},
	        {"api.corp.test:6443", "api.corp.test", "443", false},
	        {"10.0.0.0/8", "10.77.0.11", "6443", true},
	        {"10.0.0.0/8", "11.77.0.11", "6443", false},
	        {"10.0.0.0/8", "10.corp.test", "6443", false},
	        {"10.77.0.11", "10.77.0.11", "6443", true},
	        {"10.77.0.11:6443", "10.77.0.11", "6443", true},
	        {"10.77.0.11:6443", "10.77.0.11", "443", false},
	        {"fd00::/16", "fd00::11", "6443", true},
	        {"fd00::/16", "fe00::11", "6443", false},
	        {"[fd00::11]:6443", "fd00::11", "6443", true},
	        {"[fd00::11]:6443", "fd00::11", "443", false},
	        {"fd00::11", "fd00::11", "443", true},
	        {"10.0.0.0/99,/,:,[,.,*.", "10.77.0.11", "6443", false},
	        {"77.0.11", "10.77.0.11", "6443", true}, /* a suffix at a dot: as Go does it with its domains */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (kube_proxy_exempt(cases[i].no_proxy, cases[i].host, cases[i].port) != cases[i].exempt)
			fail_msg("NO_PROXY=\"%s\": %s:%s", cases[i].no_proxy, cases[i].host, cases[i].port);
}

static char text[40];

static const char *proxy_of(const char *server, const char *own)
{
	struct kubeconfig c = {.server = text, .proxy_url = NULL};
	static char got[100];
	const char *whose;
	char *proxy;

	snprintf(text, sizeof(text), "%s", server);
	c.proxy_url = own ? xstrdup(own) : NULL;
	proxy = kube_proxy_of(&c, &whose);
	snprintf(got, sizeof(got), "%s%s%s", proxy ? proxy : "none", proxy ? " " : "", proxy ? whose : "");
	secret_free(proxy);
	secret_free(c.proxy_url);
	return got;
}

static void test_environment(void **state)
{
	(void)state;
	for (const char *const *n = (const char *const[]){"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", NULL}; *n; n++)
		unsetenv(*n);
	setenv("ALL_PROXY", "http://all:1", 1);
	assert_string_equal(proxy_of("https://h:6443", NULL), "none");
	setenv("https_proxy", "lower:1", 1);
	assert_string_equal(proxy_of("https://h:6443", NULL), "http://lower:1 of the environment");
	setenv("HTTPS_PROXY", "socks5://upper:1", 1);
	assert_string_equal(proxy_of("https://h:6443", NULL), "socks5://upper:1 of the environment");
	assert_string_equal(proxy_of("http://h:8080", NULL), "none");
	assert_string_equal(proxy_of("https://[::1]:6443", NULL), "none");
	assert_string_equal(proxy_of("https://127.0.0.1:6443", "http://own:1"), "http://own:1 of the kubeconfig");
	setenv("NO_PROXY", "h:443", 1);
	assert_string_equal(proxy_of("https://h", NULL), "none");
	assert_string_equal(proxy_of("https://h:6443", NULL), "socks5://upper:1 of the environment");
	unsetenv("ALL_PROXY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_exempt), cmocka_unit_test(test_environment)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
