#include "collect/kubeconfig_entry.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#define PEM_MAX (4 << 20)

struct kubeconfig *kubeconfig_new(void)
{
	struct kubeconfig *c = xcalloc(1, sizeof(*c));

	c->ca = c->cert = c->key = (struct buf)BUF_MAX(PEM_MAX);
	return c;
}

static void free_list(char **list)
{
	for (char **s = list; s && *s; s++)
		free(*s);
	free(list);
}

void kubeconfig_free(struct kubeconfig *c)
{
	if (!c)
		return;
	free(c->source);
	free(c->context);
	free(c->cluster);
	free(c->user);
	free(c->ns);
	free(c->server);
	free(c->tls_server_name);
	secret_free(c->proxy_url);
	buf_release(&c->ca);
	buf_release(&c->cert);
	secret_release(&c->key);
	secret_free(c->token);
	free(c->token_file);
	free(c->username);
	secret_free(c->password);
	free(c->as);
	free(c->as_uid);
	free_list(c->as_groups);
	free_list(c->as_extra);
	cJSON_Delete(c->exec);
	cJSON_Delete(c->exec_config);
	free(c->exec_dir);
	free(c);
}

void clean_kubeconfig(struct kubeconfig **c)
{
	kubeconfig_free(*c);
}

char *kubeconfig_scalar(const cJSON *o, const char *key)
{
	const cJSON *v = json_get(o, key);

	if (cJSON_IsString(v))
		return xstrdup(v->valuestring);
	if (cJSON_IsNumber(v))
		return xasprintf("%.0f", v->valuedouble);
	if (cJSON_IsBool(v))
		return xstrdup(cJSON_IsTrue(v) ? "true" : "false");
	return NULL;
}

/* Like kubeconfig_scalar, but an empty one is none. */
static char *word(const cJSON *o, const char *key)
{
	char *s = kubeconfig_scalar(o, key);

	if (s && s[0])
		return s;
	free(s);
	return NULL;
}

/* What goes into a header or a URL must not be able to end it. */
static bool one_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static int line_word(const cJSON *o, const char *key, char **out, struct err *e)
{
	char *s = word(o, key);

	if (s && !one_line(s)) {
		secret_free(s);
		return err_set(e, ERR_FORMAT, "%s: holds a line break or a control character", key);
	}
	*out = s;
	return 0;
}

static char *path_from(const struct kubeconfig_file *in, const char *path)
{
	return path[0] == '/' ? xstrdup(path) : xasprintf("%s/%s", in->dir, path);
}

/* NAME-data in base64, else the file that NAME says. The data win, as in kubectl. */
static int read_pem(const cJSON *o, const char *name, const struct kubeconfig_file *in, struct buf *out, struct err *e)
{
	CLEAN(clean_free) char *data_key = xasprintf("%s-data", name), *path = word(o, name), *full = NULL;
	char *data = word(o, data_key);
	int rc;

	if (data) {
		rc = kubeconfig_base64(data, out, e);
		secret_free(data);
		return rc < 0 ? err_wrap(e, "%s", data_key) : 0;
	}
	if (!path)
		return 0;
	full = path_from(in, path);
	rc = file_read(full, out, e);
	if (rc < 0)
		return err_wrap(e, "%s", name);
	return out->n ? 0 : err_set(e, ERR_FORMAT, "%s: %s is empty", name, full);
}

/* kubectl takes a server without a scheme for https where anything of TLS is configured, and for http otherwise; it drops what
 * stands behind the path. */
static char *whole_url(const char *s, bool tls)
{
	const char *host = strstr(s, "://");
	char *url;
	size_t n = strcspn(s, "?#");

	while (n > 0 && s[n - 1] == '/')
		n--;
	if (!host)
		return xasprintf("%s://%.*s", tls ? "https" : "http", (int)n, s);
	url = xstrndup(s, n);
	for (char *p = url; p < url + (host - s) && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return url;
}

static const cJSON *exec_extension(const cJSON *cluster)
{
	const cJSON *x;

	cJSON_ArrayForEach(x, json_get_arr(cluster, "extensions"))
	{
		const char *name = json_get_str(x, "name");

		if (name && !strcmp(name, "client.authentication.k8s.io/exec"))
			return json_get(x, "extension");
	}
	return NULL;
}

int kubeconfig_read_cluster(const cJSON *o, const struct kubeconfig_file *in, struct kubeconfig *c, struct err *e)
{
	CLEAN(clean_free) char *server = NULL;
	const cJSON *x;
	int rc;

	if ((rc = line_word(o, "server", &server, e)) < 0 ||
	    (rc = line_word(o, "tls-server-name", &c->tls_server_name, e)) < 0 ||
	    (rc = line_word(o, "proxy-url", &c->proxy_url, e)) < 0 ||
	    (rc = read_pem(o, "certificate-authority", in, &c->ca, e)) < 0)
		return rc;
	if (!server)
		return err_set(e, ERR_FORMAT, "has no server");
	c->insecure = json_get_bool(o, "insecure-skip-tls-verify", false);
	if (c->insecure && c->ca.n)
		return err_set(e, ERR_FORMAT,
		               "has both a certificate-authority and insecure-skip-tls-verify; kubectl refuses that, too");
	c->server = whole_url(server, c->ca.n || c->insecure || c->tls_server_name);
	if (strncmp(c->server, "https://", 8) != 0 && strncmp(c->server, "http://", 7) != 0)
		return err_set(e, ERR_FORMAT, "server: neither https:// nor http://");
	if (c->proxy_url && strncmp(c->proxy_url, "http://", 7) != 0 && strncmp(c->proxy_url, "https://", 8) != 0 &&
	    strncmp(c->proxy_url, "socks5://", 9) != 0 && strncmp(c->proxy_url, "socks5h://", 10) != 0)
		return err_set(e, ERR_FORMAT, "proxy-url: must begin with http://, https:// or socks5://");
	x = exec_extension(o);
	c->exec_config = x ? cJSON_Duplicate(x, true) : NULL;
	return 0;
}

/* Appends s, which it takes, to a NULL-terminated list. */
static void list_add(char ***list, char *s)
{
	size_t n = 0;

	while (*list && (*list)[n])
		n++;
	*list = xreallocarray(*list, n + 2, sizeof(**list));
	(*list)[n] = s;
	(*list)[n + 1] = NULL;
}

static int read_groups(const cJSON *o, struct kubeconfig *c, struct err *e)
{
	const cJSON *g;

	cJSON_ArrayForEach(g, json_get_arr(o, "as-groups"))
	{
		if (!cJSON_IsString(g) || !one_line(g->valuestring))
			return err_set(e, ERR_FORMAT, "as-groups: must be texts of one line");
		list_add(&c->as_groups, xstrdup(g->valuestring));
	}
	return 0;
}

/* "Impersonate-Extra-KEY: VALUE". Of KEY, what no name of a header can hold (RFC 7230, token), and %, is percent-encoded, as
 * client-go's transport does. Caller frees. */
static char *extra_header(const char *key, const char *value)
{
	struct buf b = BUF_MAX(64 * 1024);

	buf_add_str(&b, "Impersonate-Extra-", NULL);
	for (; *key; key++) {
		unsigned char k = (unsigned char)*key;

		if ((k >= '0' && k <= '9') || (k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || strchr("!#$&'*+-.^_`|~", k))
			buf_add(&b, key, 1, NULL);
		else
			buf_printf(&b, NULL, "%%%02X", k);
	}
	buf_printf(&b, NULL, ": %s", value);
	return buf_take(&b);
}

static int read_extra(const cJSON *o, struct kubeconfig *c, struct err *e)
{
	static const char must[] = "as-user-extra: must be a map of names to lists of texts of one line";
	const cJSON *map = json_get(o, "as-user-extra"), *list, *v;

	if (map && !cJSON_IsNull(map) && !cJSON_IsObject(map))
		return err_set(e, ERR_FORMAT, "%s", must);
	cJSON_ArrayForEach(list, map)
	{
		if (!cJSON_IsArray(list) && !cJSON_IsNull(list))
			return err_set(e, ERR_FORMAT, "%s", must);
		cJSON_ArrayForEach(v, list)
		{
			if (!cJSON_IsString(v) || !one_line(v->valuestring))
				return err_set(e, ERR_FORMAT, "%s", must);
			list_add(&c->as_extra, extra_header(list->string, v->valuestring));
		}
	}
	return 0;
}

/* Whom the user plays. */
static int read_impersonation(const cJSON *o, struct kubeconfig *c, struct err *e)
{
	int rc;

	if ((rc = line_word(o, "as", &c->as, e)) < 0 || (rc = line_word(o, "as-uid", &c->as_uid, e)) < 0 ||
	    (rc = read_groups(o, c, e)) < 0 || (rc = read_extra(o, c, e)) < 0)
		return rc;
	if (!c->as && (c->as_uid || c->as_groups || c->as_extra))
		return err_set(e, ERR_FORMAT, "has %s without as, which kubectl refuses, too",
		               c->as_groups ? "as-groups" : c->as_uid ? "as-uid" : "as-user-extra");
	return 0;
}

/* A login that kubectl itself had compiled in, and gave up with 1.26. */
static int no_auth_provider(const cJSON *o, const struct kubeconfig *c, struct err *e)
{
	const char *name = json_path_str(o, "auth-provider.name");

	if (!json_get_obj(o, "auth-provider") || c->token || c->token_file || c->cert.n || c->exec)
		return 0;
	return err_set(e, ERR_DENIED,
	               "logs in by the legacy auth-provider \"%s\", which kubectl gave up with 1.26; use an exec plugin "
	               "or a token, or --via kubectl with a kubectl that still knows it", name ? name : "?");
}

int kubeconfig_read_user(const cJSON *o, const struct kubeconfig_file *in, struct kubeconfig *c, struct err *e)
{
	CLEAN(clean_free) char *token_file = word(o, "tokenFile");
	const cJSON *exec = json_get_obj(o, "exec");
	int rc;

	if ((rc = read_pem(o, "client-certificate", in, &c->cert, e)) < 0 ||
	    (rc = read_pem(o, "client-key", in, &c->key, e)) < 0 || (rc = line_word(o, "token", &c->token, e)) < 0 ||
	    (rc = line_word(o, "username", &c->username, e)) < 0 || (rc = line_word(o, "password", &c->password, e)) < 0 ||
	    (rc = read_impersonation(o, c, e)) < 0)
		return rc;
	if (!c->cert.n != !c->key.n)
		return err_set(e, ERR_FORMAT, "has %s", c->cert.n ? "a client-certificate without client-key"
		                                                 : "a client-key without client-certificate");
	if (c->key.n && strstr(buf_cstr(&c->key), "ENCRYPTED"))
		return err_set(e, ERR_FORMAT, "client-key: is encrypted, which neither kubectl nor sickbay can use");
	if (token_file)
		c->token_file = path_from(in, token_file);
	if ((c->token || c->token_file) && c->username)
		return err_set(e, ERR_FORMAT, "has both a token and a username; only one can be sent");
	if (exec) {
		c->exec = cJSON_Duplicate(exec, true);
		c->exec_dir = xstrdup(in->dir);
	}
	return no_auth_provider(o, c, e);
}
