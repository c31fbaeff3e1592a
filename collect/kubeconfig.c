/* Which files there are, and the entry of a name in them. What an entry says is read by kubeconfig_entry.c. */
#include "collect/kubeconfig.h"
#include "base/file.h"
#include "base/mem.h"
#include "collect/kubeconfig_entry.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#define FILE_MAX (8 << 20)
#define POD_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

void secret_free(char *s)
{
	if (s)
		OPENSSL_cleanse(s, strlen(s));
	free(s);
}

void secret_release(struct buf *b)
{
	if (b->p)
		OPENSSL_cleanse(b->p, b->n);
	buf_release(b);
}

int kubeconfig_base64(const char *text, struct buf *out, struct err *e)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	size_t n = strlen(text);
	int k = 0, last = 0, rc = n < INT32_MAX ? buf_reserve(out, n, e) : err_set(e, ERR_LIMIT, "too long");

	if (rc == 0) {
		unsigned char *to = (unsigned char *)out->p + out->n;

		EVP_DecodeInit(ctx);
		if (EVP_DecodeUpdate(ctx, to, &k, (const unsigned char *)text, (int)n) < 0 ||
		    EVP_DecodeFinal(ctx, to + k, &last) < 0 || (n && !k && !last))
			rc = err_set(e, ERR_FORMAT, "is not base64");
		else
			out->n += (size_t)(k + last);
		out->p[out->n] = '\0';
	}
	EVP_ENCODE_CTX_free(ctx);
	return rc;
}

char *secret_base64(const char *p, size_t n)
{
	char *out = xcalloc(1, n / 3 * 4 + 8);

	EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)p, (int)n);
	return out;
}

/* --- the files */

static void files_release(struct kubeconfig_files *f)
{
	for (int i = 0; i < f->n; i++) {
		free(f->v[i].path);
		free(f->v[i].dir);
		cJSON_Delete(f->v[i].doc);
	}
	free(f->v);
	*f = (struct kubeconfig_files){NULL, 0};
}

static char *dir_of(const char *path)
{
	CLEAN(clean_free) char *full = path[0] == '/' ? xstrdup(path) : NULL;
	char cwd[4096];
	char *slash;

	if (!full)
		full = xasprintf("%s/%s", getcwd(cwd, sizeof(cwd)) ? cwd : ".", path);
	slash = strrchr(full, '/');
	return xstrndup(full, slash == full ? 1 : (size_t)(slash - full));
}

static int add_file(struct kubeconfig_files *f, const char *path, struct err *e)
{
	struct buf b = BUF_MAX(FILE_MAX);
	cJSON *doc = NULL;
	int rc = file_read(path, &b, e);

	if (rc == 0 && (rc = yaml_parse(buf_cstr(&b), b.n, &doc, e)) < 0)
		err_wrap(e, "kubeconfig %s", path);
	secret_release(&b);
	if (rc < 0)
		return rc;
	if (!cJSON_IsObject(doc) && !cJSON_IsNull(doc)) {
		cJSON_Delete(doc);
		return err_set(e, ERR_FORMAT, "kubeconfig %s: is not a kubeconfig: it holds no key: value", path);
	}
	f->v = xreallocarray(f->v, (size_t)f->n + 1, sizeof(*f->v));
	f->v[f->n++] = (struct kubeconfig_file){xstrdup(path), dir_of(path), doc};
	return 0;
}

/* Files of the list that do not exist are passed over, as kubectl does. */
static int add_list(struct kubeconfig_files *f, const char *list, struct err *e)
{
	int rc = 0;

	for (const char *p = list; *p && rc == 0;) {
		size_t n = strcspn(p, ":");
		CLEAN(clean_free) char *path = xstrndup(p, n);

		if (n && access(path, F_OK) == 0)
			rc = add_file(f, path, e);
		p += n + (p[n] == ':');
	}
	return rc;
}

static char *home_file(void)
{
	const char *home = getenv("HOME");

	return xasprintf("%s/.kube/config", home ? home : "");
}

const char *kubeconfig_of_host(void)
{
	static const char *const files[] = {"/etc/kubernetes/admin.conf", "/etc/rancher/k3s/k3s.yaml",
	                                    "/etc/rancher/rke2/rke2.yaml"};
	CLEAN(clean_free) char *own = home_file();
	const char *env = getenv("KUBECONFIG");

	if ((env && env[0]) || access(own, R_OK) == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

static int find_files(const struct kubeconfig_opts *o, struct kubeconfig_files *f, struct err *e)
{
	const char *env = getenv("KUBECONFIG"), *host;
	CLEAN(clean_free) char *own = home_file();

	if (o->kubeconfig)
		return add_file(f, o->kubeconfig, e);
	if (env && env[0])
		return add_list(f, env, e);
	if (access(own, F_OK) == 0)
		return add_file(f, own, e);
	host = o->local ? kubeconfig_of_host() : NULL;
	return host ? add_file(f, host, e) : 0;
}

const cJSON *kubeconfig_find(const struct kubeconfig_files *f, const char *list, const char *inner, const char *name,
                             const struct kubeconfig_file **in)
{
	const cJSON *o;

	for (int i = 0; i < f->n; i++)
		cJSON_ArrayForEach(o, json_get_arr(f->v[i].doc, list))
		{
			CLEAN(clean_free) char *n = kubeconfig_scalar(o, "name");

			if (!n || strcmp(n, name) != 0)
				continue;
			*in = &f->v[i];
			return json_get_obj(o, inner);
		}
	*in = NULL;
	return NULL;
}

/* "a, b, c": what could have been meant. Caller frees. */
static char *names_of(const struct kubeconfig_files *f, const char *list)
{
	struct buf b = BUF_MAX(300);
	const cJSON *o;

	for (int i = 0; i < f->n; i++)
		cJSON_ArrayForEach(o, json_get_arr(f->v[i].doc, list))
		{
			CLEAN(clean_free) char *n = kubeconfig_scalar(o, "name");

			if (n)
				buf_printf(&b, NULL, "%s%s", b.n ? ", " : "", n);
		}
	return buf_take(&b);
}

static char *choose_context(const struct kubeconfig_opts *o, const struct kubeconfig_files *f)
{
	if (o->context)
		return xstrdup(o->context);
	for (int i = 0; i < f->n; i++) {
		char *c = kubeconfig_scalar(f->v[i].doc, "current-context");

		if (c && c[0])
			return c;
		free(c);
	}
	return NULL;
}

static int from_files(const struct kubeconfig_opts *o, const struct kubeconfig_files *f, struct kubeconfig *c,
                      struct err *e)
{
	const struct kubeconfig_file *in, *in_cluster, *in_user;
	CLEAN(clean_free) char *names = names_of(f, "contexts");
	const cJSON *context, *cluster, *user;
	int rc;

	c->context = choose_context(o, f);
	if (!c->context)
		return err_set(e, ERR_USAGE, "kubeconfig %s: has no current-context; give --context NAME, one of: %s",
		               f->v[0].path, names[0] ? names : "(none)");
	context = kubeconfig_find(f, "contexts", "context", c->context, &in);
	if (!in)
		return err_set(e, ERR_USAGE, "kubeconfig %s: has no context \"%s\"; those it has: %s", f->v[0].path,
		               c->context, names[0] ? names : "(none)");
	c->source = xstrdup(in->path);
	c->cluster = kubeconfig_scalar(context, "cluster");
	c->user = kubeconfig_scalar(context, "user");
	c->ns = kubeconfig_scalar(context, "namespace");
	cluster = kubeconfig_find(f, "clusters", "cluster", c->cluster ? c->cluster : "", &in_cluster);
	if (!in_cluster)
		return err_set(e, ERR_FORMAT, "kubeconfig %s: context \"%s\" names the cluster \"%s\", which no file has",
		               c->source, c->context, c->cluster ? c->cluster : "");
	if ((rc = kubeconfig_read_cluster(cluster, in_cluster, c, e)) < 0)
		return err_wrap(e, "kubeconfig %s: cluster \"%s\"", in_cluster->path, c->cluster);
	if (!c->user || !c->user[0])
		return 0;
	user = kubeconfig_find(f, "users", "user", c->user, &in_user);
	if (!in_user)
		return err_set(e, ERR_FORMAT, "kubeconfig %s: context \"%s\" names the user \"%s\", whom no file has",
		               c->source, c->context, c->user);
	if ((rc = kubeconfig_read_user(user, in_user, c, e)) < 0)
		return err_wrap(e, "kubeconfig %s: user \"%s\"", in_user->path, c->user);
	return 0;
}

/* A pod's own namespace. NULL where it is not told. */
static char *namespace_of(const char *dir)
{
	CLEAN(clean_free) char *path = xasprintf("%s/namespace", dir);
	CLEAN_BUF struct buf b = BUF_MAX(4096);

	return access(path, F_OK) == 0 && file_read(path, &b, NULL) == 0 && b.n ? xstrndup(b.p, strcspn(b.p, " \r\n")) : NULL;
}

int kubeconfig_in_pod(const char *dir, struct kubeconfig **out, struct err *e)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
	CLEAN(clean_free) char *token = xasprintf("%s/token", dir), *ca = xasprintf("%s/ca.crt", dir);
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	int rc;

	if (!host || !host[0] || !port || !port[0] || access(token, F_OK) != 0)
		return err_set(e, ERR_ABSENT,
		               "there is no kubeconfig (--kubeconfig, KUBECONFIG, ~/.kube/config), and this is no pod "
		               "with a service account");
	c = kubeconfig_new();
	c->source = xstrdup("service account of this pod");
	c->context = xstrdup("");
	c->cluster = xstrdup("");
	c->in_cluster = true;
	c->server = strchr(host, ':') ? xasprintf("https://[%s]:%s", host, port) : xasprintf("https://%s:%s", host, port);
	c->token_file = STEAL(token);
	c->ns = namespace_of(dir);
	if (access(ca, F_OK) == 0 && (rc = file_read(ca, &c->ca, e)) < 0)
		return rc;
	*out = STEAL(c);
	return 0;
}

/* kubectl's own last resort: the port without TLS that API servers before 1.20 open to their own host. */
static struct kubeconfig *of_old_control_plane(void)
{
	struct kubeconfig *c = kubeconfig_new();

	c->source = xstrdup("no kubeconfig");
	c->context = xstrdup("");
	c->cluster = xstrdup("");
	c->server = xstrdup("http://localhost:8080");
	return c;
}

int kubeconfig_load(const struct kubeconfig_opts *o, struct kubeconfig **out, struct err *e)
{
	CLEAN(files_release) struct kubeconfig_files f = {NULL, 0};
	CLEAN(clean_kubeconfig) struct kubeconfig *c = NULL;
	int rc = find_files(o, &f, e);

	if (rc < 0)
		return rc;
	if (!f.n) {
		const char *env = getenv("KUBECONFIG");

		rc = kubeconfig_in_pod(POD_DIR, out, e);
		if (rc == -ERR_ABSENT && o->local) {
			*out = of_old_control_plane();
			return 0;
		}
		if (rc == -ERR_ABSENT && env && env[0])
			err_set(e, ERR_ABSENT, "none of the files of KUBECONFIG exists: %.200s", env);
		return rc;
	}
	c = kubeconfig_new();
	if ((rc = from_files(o, &f, c, e)) < 0)
		return rc;
	*out = STEAL(c);
	return 0;
}
