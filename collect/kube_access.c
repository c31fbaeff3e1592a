#include "collect/kube_access.h"
#include "base/mem.h"
#include "collect/kube_proxy.h"

/* Names come from a file: nothing in them may play with the terminal. */
static void print_line(FILE *f, const char *indent, const char *text)
{
	fputs(indent, f);
	for (const char *p = text; *p; p++)
		fputc((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p, f);
	fputc('\n', f);
}

static const char *by_what(const struct kubeconfig *c)
{
	if (c->token_file)
		return "a token from a file";
	if (c->token)
		return "a token";
	if (c->username)
		return "user name and password";
	if (c->exec)
		return "what an exec plugin gives";
	return c->cert.n ? "a client certificate" : "nothing: without credentials";
}

/* scheme://host:port of a proxy, without what logs in there. Caller frees. */
static char *proxy_words(const char *url)
{
	const char *host = strstr(url, "://"), *at;

	if (!host)
		return xstrdup("?");
	host += 3;
	at = strrchr(host, '@');
	return xasprintf("%.*s%s", (int)(host - url), url, at ? at + 1 : host);
}

static void print_direct(FILE *f, const struct kubeconfig *c, const char *indent)
{
	CLEAN(clean_free) char *server = xasprintf("GET %s/...", c->server);
	const char *whose;
	CLEAN(clean_free)
	char *who = c->in_cluster ? xstrdup("as the service account of this pod")
	                          : xasprintf("as the user \"%s\" of the context \"%s\" in %s, by %s", c->user ? c->user : "",
	                                      c->context, c->source, by_what(c));

	print_line(f, indent, server);
	print_line(f, indent, who);
	if (c->as) {
		CLEAN(clean_free) char *as = xasprintf("impersonating %s", c->as);

		print_line(f, indent, as);
	}
	if (c->exec) {
		const char *command = json_get_str(c->exec, "command");
		CLEAN(clean_free) char *run = xasprintf("runs the exec plugin %s on this host for that", command ? command : "?");

		print_line(f, indent, run);
	}
	char *url = kube_proxy_of(c, &whose);

	if (url) {
		CLEAN(clean_free) char *proxy = proxy_words(url), *through = xasprintf("through the proxy %s %s", proxy, whose);

		print_line(f, indent, through);
	}
	secret_free(url);
	if (c->insecure)
		print_line(f, indent, "the server's certificate is NOT checked (insecure-skip-tls-verify)");
}

void kube_access_print(FILE *f, const struct collect_opts *o, const char *indent)
{
	struct kubeconfig_opts ko = {.kubeconfig = o->kubeconfig, .context = o->context, .local = o->local};
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	struct err e = {0};

	if (o->via && !strcmp(o->via, "kubectl")) {
		CLEAN(clean_free)
		char *how = xasprintf("through kubectl%s%s%s%s", o->kubeconfig ? " --kubeconfig " : "",
		                      o->kubeconfig ? o->kubeconfig : "", o->context ? " --context " : "", o->context ? o->context : "");

		print_line(f, indent, how);
	} else if (kubeconfig_load(&ko, &c, &e) < 0) {
		CLEAN(clean_free) char *why = xasprintf("cannot be asked: %s", e.msg);

		print_line(f, indent, why);
	} else {
		print_direct(f, c, indent);
	}
}
