/* kube_proxy: through which proxy a server is reached, by kubectl's rules: the kubeconfig's proxy-url, else the environment as
 * Go's golang.org/x/net/http/httpproxy reads it. That differs from libcurl: ALL_PROXY counts for nothing, and this host is never
 * reached through a proxy. */
#ifndef SICKBAY_COLLECT_KUBE_PROXY_H
#define SICKBAY_COLLECT_KUBE_PROXY_H
#include "collect/kubeconfig.h"

/* The proxy's URL for c->server, or NULL: none. *whose gets "of the kubeconfig" or "of the environment". Caller frees with
 * secret_free: a URL may hold a password. */
char *kube_proxy_of(const struct kubeconfig *c, const char **whose);
/* Whether NO_PROXY's text exempts the host and port: names with their subdomains (".x" and "*.x": these alone), addresses,
 * networks, "*"; each may have a port. */
bool kube_proxy_exempt(const char *no_proxy, const char *host, const char *port);

#endif
