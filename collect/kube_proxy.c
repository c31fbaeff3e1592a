#include "collect/kube_proxy.h"
#include "base/mem.h"
#include <arpa/inet.h>
#include <curl/curl.h>

struct address {
	int family;
	unsigned char bytes[16];
};

static bool read_address(const char *s, struct address *a)
{
	memset(a, 0, sizeof(*a));
	a->family = strchr(s, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(a->family, s, a->bytes) != 1)
		return false;
	if (a->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((struct in6_addr *)a->bytes)) {
		memmove(a->bytes, a->bytes + 12, 4);
		a->family = AF_INET;
	}
	return true;
}

static bool is_loopback(const struct address *a)
{
	static const unsigned char six[16] = {[15] = 1};

	return a->family == AF_INET ? a->bytes[0] == 127 : !memcmp(a->bytes, six, sizeof(six));
}

/* "10.0.0.0/8" */
static bool in_network(const struct address *a, const char *cidr)
{
	const char *slash = strchr(cidr, '/');
	CLEAN(clean_free) char *base = slash ? xstrndup(cidr, (size_t)(slash - cidr)) : NULL;
	struct address net;
	char *end;
	long bits;

	if (!slash || !read_address(base, &net) || net.family != a->family)
		return false;
	bits = strtol(slash + 1, &end, 10);
	if (end == slash + 1 || *end || bits < 0 || bits > (a->family == AF_INET ? 32 : 128))
		return false;
	for (long i = 0; i < bits; i++) {
		unsigned char bit = (unsigned char)(0x80 >> (i % 8));

		if ((a->bytes[i / 8] ^ net.bytes[i / 8]) & bit)
			return false;
	}
	return true;
}

/* "host:port", "[v6]:port" or a host alone, which may be an IPv6 address without brackets. Cuts s; *port is "" without one. */
static char *split_port(char *s, const char **port)
{
	char *colon = strrchr(s, ':');

	*port = "";
	if (s[0] == '[') {
		char *close = strchr(s, ']');

		if (!close)
			return s;
		if (close[1] == ':')
			*port = close + 2;
		*close = '\0';
		return s + 1;
	}
	if (colon && strchr(s, ':') == colon) {
		*port = colon + 1;
		*colon = '\0';
	}
	return s;
}

static bool domain_matches(const char *entry, const char *host)
{
	bool itself = entry[0] != '.' && strncmp(entry, "*.", 2) != 0;
	const char *domain = itself ? entry : entry[0] == '*' ? entry + 2 : entry + 1;
	size_t n = strlen(domain), len = strlen(host);

	if (!n || len < n || strcasecmp(host + len - n, domain) != 0)
		return false;
	return len == n ? itself : host[len - n - 1] == '.';
}

/* One entry of NO_PROXY, which is cut. */
static bool entry_matches(char *entry, const char *host, const struct address *a, const char *port)
{
	struct address other;
	const char *only;
	char *name;

	if (!strcmp(entry, "*"))
		return true;
	if (a && in_network(a, entry))
		return true;
	name = split_port(entry, &only);
	if (only[0] && strcmp(only, port) != 0)
		return false;
	if (read_address(name, &other))
		return a && other.family == a->family && !memcmp(other.bytes, a->bytes, sizeof(other.bytes));
	return domain_matches(name, host);
}

bool kube_proxy_exempt(const char *no_proxy, const char *host, const char *port)
{
	struct address address;
	bool is_address = read_address(host, &address);

	if (!strcasecmp(host, "localhost") || (is_address && is_loopback(&address)))
		return true;
	for (const char *p = no_proxy; *p;) {
		size_t n = strcspn(p, ","), from = strspn(p, " \t");
		size_t end = n;

		while (end > from && strchr(" \t", p[end - 1]))
			end--;
		if (end > from) {
			CLEAN(clean_free) char *entry = xstrndup(p + from, end - from);

			if (entry_matches(entry, host, is_address ? &address : NULL, port))
				return true;
		}
		p += n + (p[n] == ',');
	}
	return false;
}

static const char *of_env(const char *upper, const char *lower)
{
	const char *v = getenv(upper);

	if (!v || !v[0])
		v = getenv(lower);
	return v ? v : "";
}

static bool split_url(const char *url, char **host, char **port)
{
	CURLU *u = curl_url();
	char *h = NULL, *p = NULL;
	bool ok = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_HOST, &h, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_PORT, &p, CURLU_DEFAULT_PORT) == CURLUE_OK;

	if (ok) {
		size_t n = strlen(h);

		*host = h[0] == '[' ? xstrndup(h + 1, n > 2 ? n - 2 : 0) : xstrdup(h);
		*port = xstrdup(p);
	}
	curl_free(h);
	curl_free(p);
	curl_url_cleanup(u);
	return ok;
}

char *kube_proxy_of(const struct kubeconfig *c, const char **whose)
{
	bool tls = !strncmp(c->server, "https://", 8);
	const char *env = tls ? of_env("HTTPS_PROXY", "https_proxy") : of_env("HTTP_PROXY", "http_proxy");
	CLEAN(clean_free) char *host = NULL, *port = NULL;

	*whose = "of the kubeconfig";
	if (c->proxy_url)
		return xstrdup(c->proxy_url);
	*whose = "of the environment";
	if (!env[0] || !split_url(c->server, &host, &port) || kube_proxy_exempt(of_env("NO_PROXY", "no_proxy"), host, port))
		return NULL;
	return strstr(env, "://") ? xstrdup(env) : xasprintf("http://%s", env);
}
