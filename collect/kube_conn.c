#include "collect/kube_conn.h"
#include "base/clock.h"
#include "base/mem.h"

#define CONNECT_TIMEOUT (10 * US_PER_S)
/* An answer of which not a byte has come for so long will not come. The API server itself gives up after 60 s. */
#define STALLED_S 65L

static CURL *take_handle(struct kube_http *h)
{
	CURL *c = NULL;

	pthread_mutex_lock(&h->lock);
	if (h->n_idle)
		c = h->idle[--h->n_idle]; /* the one used last: its connection is the freshest */
	pthread_mutex_unlock(&h->lock);
	if (c)
		curl_easy_reset(c);
	else
		c = curl_easy_init();
	return c;
}

static struct curl_blob blob_of(const struct buf *b)
{
	/* libcurl does not write to it; the bytes outlive the request. */
	return (struct curl_blob){b->p, b->n, CURL_BLOB_NOCOPY};
}

static void set_tls(CURL *c, const struct kubeconfig *k, const struct kube_creds *creds)
{
	struct curl_blob ca = blob_of(&k->ca), cert = blob_of(&creds->cert), key = blob_of(&creds->key);

	if (k->ca.n) {
		/* These alone: what else the machine trusts has no say in this cluster. */
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
		curl_easy_setopt(c, CURLOPT_PROXY_CAPATH, NULL);
		curl_easy_setopt(c, CURLOPT_PROXY_CAINFO, NULL);
		curl_easy_setopt(c, CURLOPT_PROXY_CAINFO_BLOB, &ca);
	}
	if (k->insecure) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
		curl_easy_setopt(c, CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
	}
	if (creds->cert.n) {
		curl_easy_setopt(c, CURLOPT_SSLCERTTYPE, "PEM");
		curl_easy_setopt(c, CURLOPT_SSLCERT_BLOB, &cert);
		curl_easy_setopt(c, CURLOPT_SSLKEYTYPE, "PEM");
		curl_easy_setopt(c, CURLOPT_SSLKEY_BLOB, &key);
		/* Without one OpenSSL would ask the terminal for the passphrase of an encrypted key. */
		curl_easy_setopt(c, CURLOPT_KEYPASSWD, "");
	}
}

static void set_proxy(CURL *c, const struct kube_http *h)
{
	CLEAN(clean_free) char *url = NULL;

	/* What libcurl makes of the environment is not what kubectl makes of it. */
	curl_easy_setopt(c, CURLOPT_NOPROXY, "");
	if (!h->proxy) {
		curl_easy_setopt(c, CURLOPT_PROXY, "");
		return;
	}
	/* kubectl lets the proxy look the name up. */
	url = strncmp(h->proxy, "socks5://", 9) == 0 ? xasprintf("socks5h://%s", h->proxy + 9) : xstrdup(h->proxy);
	curl_easy_setopt(c, CURLOPT_PROXY, url);
	curl_easy_setopt(c, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/* Stops a transfer that the user no longer wants. */
static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct run *run = arg;

	(void)a, (void)b, (void)c, (void)d;
	return atomic_load(&run->stop) || (run->cancel && atomic_load(run->cancel));
}

static void set_common(struct kube_conn *c)
{
	CURL *curl = c->curl;

	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, c->errors);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "sickbay/" SICKBAY_VERSION);
	curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L * 1024);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, c->h->kube.run);
}

void kube_conn_header(struct kube_conn *c, const char *line)
{
	struct curl_slist *more = curl_slist_append(c->headers, line);

	if (more)
		c->headers = more;
}

static void set_identity(struct kube_conn *c)
{
	const struct kubeconfig *k = c->h->conf;
	CLEAN(clean_free) char *as = k->as ? xasprintf("Impersonate-User: %s", k->as) : NULL,
	                       *uid = k->as_uid ? xasprintf("Impersonate-Uid: %s", k->as_uid) : NULL;

	if (c->creds->header)
		kube_conn_header(c, c->creds->header);
	if (as)
		kube_conn_header(c, as);
	if (uid)
		kube_conn_header(c, uid);
	for (char **g = k->as_groups; g && *g; g++) {
		CLEAN(clean_free) char *group = xasprintf("Impersonate-Group: %s", *g);

		kube_conn_header(c, group);
	}
	for (char **x = k->as_extra; x && *x; x++)
		kube_conn_header(c, *x);
}

int kube_conn_open(struct kube_http *h, struct kube_conn *c, const struct kube_creds *refused, int64_t deadline,
                   struct err *e)
{
	int rc;

	*c = (struct kube_conn){.h = h};
	if ((rc = kube_auth_get(h->auth, refused, deadline, &c->creds, e)) < 0)
		return rc;
	c->curl = take_handle(h);
	if (!c->curl) {
		kube_conn_close(c, false);
		return err_set(e, ERR_INTERNAL, "libcurl cannot begin a request");
	}
	set_common(c);
	set_tls(c->curl, h->conf, c->creds);
	set_proxy(c->curl, h);
	set_identity(c);
	return 0;
}

/* With a tls-server-name the URL holds that name, for SNI and the check of the certificate; the connection goes to the
 * server all the same, and the Host header names it. */
void kube_conn_target(struct kube_conn *c, const char *path, int64_t deadline)
{
	const struct kube_http *h = c->h;
	const char *name = h->tls ? h->conf->tls_server_name : NULL;
	int64_t left = deadline - clock_mono();
	CLEAN(clean_free)
	char *url = name ? xasprintf("https://%s:%s%s%s", name, h->port, h->prefix, path)
	                 : xasprintf("%s%s", h->conf->server, path);

	if (left < 1000)
		left = 1000;
	if (name) {
		CLEAN(clean_free) char *to = xasprintf("::%s", h->authority), *host = xasprintf("Host: %s", h->authority);

		c->connect_to = curl_slist_append(NULL, to);
		curl_easy_setopt(c->curl, CURLOPT_CONNECT_TO, c->connect_to);
		kube_conn_header(c, host);
	}
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)(left / 1000));
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS,
	                 (long)((left < CONNECT_TIMEOUT ? left : CONNECT_TIMEOUT) / 1000));
	curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_TIME, STALLED_S);
}

CURLcode kube_conn_perform(struct kube_conn *c)
{
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, c->headers);
	return curl_easy_perform(c->curl);
}

/* The header that logs in does not outlive the request in plain memory. */
static void free_headers(struct curl_slist *list)
{
	for (struct curl_slist *s = list; s; s = s->next)
		explicit_bzero(s->data, strlen(s->data));
	curl_slist_free_all(list);
}

void kube_conn_close(struct kube_conn *c, bool keep)
{
	struct kube_http *h = c->h;

	if (c->curl && keep) {
		curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, NULL);
		curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
		pthread_mutex_lock(&h->lock);
		if (h->n_idle < KUBE_IDLE_MAX) {
			h->idle[h->n_idle++] = c->curl;
			c->curl = NULL;
		}
		pthread_mutex_unlock(&h->lock);
	}
	if (c->curl)
		curl_easy_cleanup(c->curl);
	free_headers(c->headers);
	curl_slist_free_all(c->connect_to);
	kube_creds_release(c->creds);
	*c = (struct kube_conn){.h = h};
}
