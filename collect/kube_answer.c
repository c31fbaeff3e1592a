/* What an answer means that is no success, and what it means when none came; in words that tell what to do. Where
 * kubectl has words for a thing they are used, since people and log patterns know them. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/kube_conn.h"
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>

void kube_reply_say(struct kube_reply *reply, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reply->message, sizeof(reply->message), fmt, ap);
	va_end(ap);
	snprintf(reply->reason, sizeof(reply->reason), "%.*s", (int)strcspn(reply->message, "\n"), reply->message);
}

/* --- no answer */

static void say_certificate(const struct kube_conn *c, struct kube_reply *reply)
{
	static const char prefix[] = "SSL certificate problem: ";
	const char *text = c->errors, *hint = "";
	long verify = 0;

	curl_easy_getinfo(c->curl, CURLINFO_SSL_VERIFYRESULT, &verify);
	if (verify == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || verify == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	    verify == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || verify == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	    verify == X509_V_ERR_CERT_SIGNATURE_FAILURE)
		hint = c->h->conf->ca.n ? "; the kubeconfig's certificate-authority is not that of this server"
		                        : "; the kubeconfig names no certificate-authority";
	else if (strstr(text, "subject name"))
		hint = "; tls-server-name in the kubeconfig can name another";
	if (!strncmp(text, prefix, sizeof(prefix) - 1))
		text += sizeof(prefix) - 1;
	kube_reply_say(reply, "Unable to connect to the server %s: x509: %s%s", c->h->authority, text, hint);
}

static enum kube_status say_no_connection(const struct kube_conn *c, struct kube_reply *reply)
{
	CLEAN(clean_free)
	char *who = c->h->proxy ? xasprintf("the proxy %s for", c->h->proxy_whose) : xstrdup("the server");
	long no = 0;

	curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &no);
	if (no == ECONNREFUSED)
		kube_reply_say(reply, "The connection to %s %s was refused", who, c->h->authority);
	else if (no)
		kube_reply_say(reply, "Unable to connect to %s %s: %s", who, c->h->authority, strerror((int)no));
	else
		kube_reply_say(reply, "Unable to connect to %s %s: %s", who, c->h->authority, c->errors);
	return KUBE_UNREACHABLE;
}

/* How far a request came whose time was over. "dial" and "handshake" are evidence that nobody is there: they are said of a
 * connection that was being made, never of one that had served other requests. libcurl has an address once TCP is connected,
 * and counts a connection as made then; its time of connecting is none for a connection used again, and while TLS hangs. */
static void say_timeout(const struct kube_conn *c, int64_t timeout, struct kube_reply *reply)
{
	long http = 0, connects = 0, tunnel = 0;
	curl_off_t tls = 0;
	char *address = NULL;
	double s = (double)timeout / (double)US_PER_S;
	const char *proxy = c->h->proxy, *whose = c->h->proxy_whose;
	bool shaking;

	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &http);
	curl_easy_getinfo(c->curl, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(c->curl, CURLINFO_PRIMARY_IP, &address);
	curl_easy_getinfo(c->curl, CURLINFO_APPCONNECT_TIME_T, &tls);
	curl_easy_getinfo(c->curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	shaking = connects && !tls && c->h->tls;
	if (http)
		kube_reply_say(reply, "the server %s %s: context deadline exceeded (Client.Timeout or context cancellation while "
		               "reading body)", c->h->authority,
		               strstr(c->errors, "too slow") ? "stopped sending" : "did not finish its answer in time");
	else if (strstr(c->errors, "Resolving timed out"))
		kube_reply_say(reply, "Unable to connect to the server: dial tcp: lookup %s: i/o timeout", c->h->host);
	else if (!address || !address[0])
		kube_reply_say(reply, "Unable to connect to the server: %s%s: i/o timeout",
		               proxy ? "proxyconnect tcp: dial tcp: the proxy " : "dial tcp ", proxy ? whose : c->h->authority);
	else if (shaking && proxy && !strncmp(proxy, "http", 4) && !tunnel)
		kube_reply_say(reply, "the proxy %s for %s gave no answer to CONNECT in time", whose, c->h->authority);
	else if (shaking)
		kube_reply_say(reply, "Unable to connect to the server %s: TLS handshake timeout", c->h->authority);
	else
		kube_reply_say(reply, "the server %s gave no answer within %.0f s: net/http: request canceled (Client.Timeout exceeded "
		               "while awaiting headers)", c->h->authority, s < 1 ? 1 : s);
}

enum kube_status kube_answer_failed(const struct kube_conn *c, CURLcode code, int64_t timeout, struct kube_reply *reply)
{
	const char *text = c->errors[0] ? c->errors : curl_easy_strerror(code);

	if (strstr(text, "CONNECT tunnel failed"))
		code = CURLE_PROXY;
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		kube_reply_say(reply, "Unable to connect to the server: dial tcp: lookup %s: no such host", c->h->host);
		return KUBE_UNREACHABLE;
	case CURLE_COULDNT_RESOLVE_PROXY:
		kube_reply_say(reply, "Unable to connect to the server: dial tcp: lookup of the proxy %s: no such host", c->h->proxy_whose);
		return KUBE_UNREACHABLE;
	case CURLE_COULDNT_CONNECT:
		return say_no_connection(c, reply);
	case CURLE_OPERATION_TIMEDOUT:
		say_timeout(c, timeout, reply);
		return KUBE_TIMEOUT;
	case CURLE_ABORTED_BY_CALLBACK:
		kube_reply_say(reply, "stopped by the user");
		return KUBE_NOT_ASKED;
	case CURLE_PEER_FAILED_VERIFICATION:
		say_certificate(c, reply);
		return KUBE_ERROR;
	case CURLE_SSL_CACERT_BADFILE:
		kube_reply_say(reply, "certificate-authority of the kubeconfig: holds no certificate in PEM");
		return KUBE_ERROR;
	case CURLE_SSL_CERTPROBLEM:
		kube_reply_say(reply, "client certificate and key of the kubeconfig cannot be used: %s", text);
		return KUBE_ERROR;
	case CURLE_SSL_CONNECT_ERROR:
		kube_reply_say(reply, "Unable to connect to the server %s: TLS: %s%s", c->h->authority, text,
		               strstr(text, "wrong version number") ? "; it does not speak TLS there" : "");
		return strstr(text, "SYSCALL") || strstr(text, "reset") ? KUBE_UNREACHABLE : KUBE_ERROR;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		kube_reply_say(reply, "the connection to the server %s broke off: unexpected EOF (%s)", c->h->authority, text);
		return KUBE_UNREACHABLE;
	case CURLE_PROXY:
		kube_reply_say(reply, "the proxy %s: %s", c->h->proxy_whose, text);
		return KUBE_UNREACHABLE;
	default:
		kube_reply_say(reply, "request to %s: %s", c->h->authority, text);
		return KUBE_ERROR;
	}
}

/* --- an answer that says no */

/* "; its client certificate ended at ...", when that is why. */
static void say_ended(const struct kube_http *h, char *out, size_t size)
{
	BIO *bio = h->conf->cert.n ? BIO_new_mem_buf(h->conf->cert.p, (int)h->conf->cert.n) : NULL;
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	struct tm tm;

	out[0] = '\0';
	if (cert && X509_cmp_current_time(X509_get0_notAfter(cert)) < 0 &&
	    ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1)
		snprintf(out, size, "; its client certificate has ended at %04d-%02d-%02dT%02d:%02d:%02dZ",
		         tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	X509_free(cert);
	BIO_free(bio);
}

static enum kube_status say_unauthorized(const struct kube_http *h, struct kube_reply *reply)
{
	char ended[100];

	say_ended(h, ended, sizeof(ended));
	if (h->conf->in_cluster)
		kube_reply_say(reply, "Error from server (Unauthorized): it does not accept the pod's service account");
	else
		kube_reply_say(reply, "Error from server (Unauthorized): it does not accept the credentials of the user \"%s\" in %s%s",
		               h->conf->user ? h->conf->user : "", h->conf->source, ended);
	return KUBE_DENIED;
}

static bool has(const char *s, const char *what)
{
	return s && strstr(s, what);
}

static enum kube_status of_http(long http, const char *reason, const char *message)
{
	switch (http) {
	case 403:
		return KUBE_DENIED;
	case 404:
	case 405: /* it exists, but cannot be had this way */
		return KUBE_NOT_FOUND;
	case 410:
		return KUBE_EXPIRED;
	case 504:
		return KUBE_TIMEOUT;
	default:
		/* The server waited for its own storage. */
		return has(reason, "Timeout") || has(message, "request timed out") || has(message, "in the time allotted")
		               ? KUBE_TIMEOUT
		               : KUBE_ERROR;
	}
}

static const char *http_words(long http)
{
	static const struct {
		long http;
		const char *words;
	} known[] = {{400, "BadRequest"}, {403, "Forbidden"}, {404, "NotFound"}, {405, "MethodNotAllowed"},
	             {410, "Expired"}, {429, "TooManyRequests"}, {500, "InternalError"}, {502, "BadGateway"},
	             {503, "ServiceUnavailable"}, {504, "Timeout"}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].http == http)
			return known[i].words;
	return "";
}

enum kube_status kube_answer_error(const struct kube_http *h, long http, const char *path, const struct buf *body,
                                   struct kube_reply *reply)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	const char *kind, *message, *reason, *cont;
	struct str text = {buf_cstr(body), body->n};

	reply->http = (int)http;
	if (http == 401)
		return say_unauthorized(h, reply);
	if (json_parse(text.p, text.n, &o, NULL) == 0 && (kind = json_get_str(o, "kind")) && !strcmp(kind, "Status")) {
		message = json_get_str(o, "message");
		reason = json_get_str(o, "reason");
		cont = json_path_str(o, "metadata.continue");
		if (cont && strlen(cont) < sizeof(reply->cont))
			snprintf(reply->cont, sizeof(reply->cont), "%s", cont);
		kube_reply_say(reply, "Error from server (%s): %s", reason && reason[0] ? reason : http_words(http),
		               message && message[0] ? message : "no reason was given");
		return of_http(http, reason, message);
	}
	if (http >= 300 && http < 400) {
		kube_reply_say(reply, "the server %s sends us elsewhere (HTTP %ld), which is not followed: is the kubeconfig's "
		               "server that of an API?", h->authority, http);
		return KUBE_ERROR;
	}
	/* Not a Status: what /readyz or a kubelet says, as it is. The line that failed tells more than the first. */
	const char *line = strstr(text.p, "[-]");
	int len;

	line = line ? line : text.p;
	len = (int)strcspn(line, "\r\n");
	snprintf(reply->message, sizeof(reply->message), "%.*s", (int)(text.n < 8000 ? text.n : 8000), text.p);
	snprintf(reply->reason, sizeof(reply->reason), "Error from server (%s): GET %.120s: HTTP %ld%s%.*s",
	         http_words(http), path, http, len ? ": " : "", len < 200 ? len : 200, line);
	if (!reply->message[0])
		snprintf(reply->message, sizeof(reply->message), "%s", reply->reason);
	return of_http(http, NULL, reply->message);
}
