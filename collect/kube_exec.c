/* Exec credential plugins: a program of the user's prints a token or a client certificate. What it is told goes into the
 * environment variable KUBERNETES_EXEC_INFO, never onto its command line. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/proc.h"
#include "collect/kube_auth.h"
#include <unistd.h>

#define API_PREFIX "client.authentication.k8s.io/"

static int check_conf(const cJSON *x, const char **api, const char **command, struct err *e)
{
	const char *mode = json_get_str(x, "interactiveMode");

	*api = json_get_str(x, "apiVersion");
	*command = json_get_str(x, "command");
	if (!*command || !(*command)[0])
		return err_set(e, ERR_FORMAT, "exec plugin: has no command");
	if (!*api || (strcmp(*api, API_PREFIX "v1") != 0 && strcmp(*api, API_PREFIX "v1beta1") != 0 &&
	              strcmp(*api, API_PREFIX "v1alpha1") != 0))
		return err_set(e, ERR_FORMAT,
		               "exec plugin %s: apiVersion must be " API_PREFIX "v1 or v1beta1", *command);
	if (!strcmp(*api, API_PREFIX "v1") && !mode)
		return err_set(e, ERR_FORMAT, "exec plugin %s: v1 needs an interactiveMode", *command);
	if (mode && !strcmp(mode, "Always"))
		return err_set(e, ERR_DENIED,
		               "exec plugin %s: wants a terminal (interactiveMode: Always), which a collection does not "
		               "give; log in with it first and give a token, or set IfAvailable", *command);
	if (mode && strcmp(mode, "Never") != 0 && strcmp(mode, "IfAvailable") != 0)
		return err_set(e, ERR_FORMAT, "exec plugin %s: unknown interactiveMode", *command);
	return 0;
}

/* {"certificate-authority-data": ..., "config": ...}: all that is known of the cluster. */
static cJSON *cluster_info(const struct kubeconfig *c)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "server", c->server);
	if (c->tls_server_name)
		cJSON_AddStringToObject(o, "tls-server-name", c->tls_server_name);
	if (c->insecure)
		cJSON_AddBoolToObject(o, "insecure-skip-tls-verify", true);
	if (c->ca.n) {
		CLEAN(clean_free) char *b64 = secret_base64(c->ca.p, c->ca.n);

		cJSON_AddStringToObject(o, "certificate-authority-data", b64);
	}
	if (c->proxy_url)
		cJSON_AddStringToObject(o, "proxy-url", c->proxy_url);
	cJSON_AddItemToObject(o, "config", c->exec_config ? cJSON_Duplicate(c->exec_config, true) : cJSON_CreateNull());
	return o;
}

/* "KUBERNETES_EXEC_INFO={...}". Caller frees. */
static char *exec_info(const struct kubeconfig *c, const char *api)
{
	CLEAN(clean_cjson) cJSON *o = cJSON_CreateObject();
	cJSON *spec = cJSON_CreateObject();
	CLEAN(clean_free) char *text = NULL;

	cJSON_AddStringToObject(o, "kind", "ExecCredential");
	cJSON_AddStringToObject(o, "apiVersion", api);
	if (json_get_bool(c->exec, "provideClusterInfo", false))
		cJSON_AddItemToObject(spec, "cluster", cluster_info(c));
	cJSON_AddBoolToObject(spec, "interactive", false);
	cJSON_AddItemToObject(o, "spec", spec);
	text = json_text(o);
	return xasprintf("KUBERNETES_EXEC_INFO=%s", text);
}

struct words {
	char **v;
	size_t n;
};

static void words_add(struct words *w, char *s)
{
	w->v = xreallocarray(w->v, w->n + 2, sizeof(*w->v));
	w->v[w->n++] = s;
	w->v[w->n] = NULL;
}

static void words_release(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		secret_free(w->v[i]);
	free(w->v);
}

/* A name with a slash in it is relative to the kubeconfig, one without is looked up in PATH. */
static char *program_of(const struct kubeconfig *c, const char *command)
{
	return command[0] != '/' && strchr(command, '/') ? xasprintf("%s/%s", c->exec_dir, command) : xstrdup(command);
}

static void build(const struct kubeconfig *c, const char *api, const char *command, struct words *argv,
                  struct words *env)
{
	const cJSON *v;

	words_add(argv, program_of(c, command));
	cJSON_ArrayForEach(v, json_get_arr(c->exec, "args")) if (cJSON_IsString(v))
	        words_add(argv, xstrdup(v->valuestring));
	cJSON_ArrayForEach(v, json_get_arr(c->exec, "env"))
	{
		const char *name = json_get_str(v, "name"), *value = json_get_str(v, "value");

		if (name && name[0] && !strchr(name, '='))
			words_add(env, xasprintf("%s=%s", name, value ? value : ""));
	}
	words_add(env, exec_info(c, api));
}

static int take_status(const struct buf *out, const char *api, const char *command, struct kube_creds *creds,
                       struct err *e)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	const cJSON *status;
	const char *kind, *version, *token, *cert, *key, *until;

	if (json_parse(buf_cstr(out), out->n, &o, NULL) < 0)
		return err_set(e, ERR_FORMAT, "exec plugin %s: what it printed is not JSON", command);
	kind = json_get_str(o, "kind");
	version = json_get_str(o, "apiVersion");
	if (!kind || strcmp(kind, "ExecCredential") != 0 || !version || strcmp(version, api) != 0)
		return err_set(e, ERR_FORMAT, "exec plugin %s: did not print an ExecCredential of %s", command, api);
	status = json_get_obj(o, "status");
	token = json_get_str(status, "token");
	cert = json_get_str(status, "clientCertificateData");
	key = json_get_str(status, "clientKeyData");
	until = json_get_str(status, "expirationTimestamp");
	if ((!token || !token[0]) && (!cert || !cert[0]))
		return err_set(e, ERR_DENIED, "exec plugin %s: gave neither a token nor a certificate", command);
	if (!cert != !key)
		return err_set(e, ERR_FORMAT, "exec plugin %s: gave a certificate without a key, or a key without one",
		               command);
	if (token && strpbrk(token, "\r\n"))
		return err_set(e, ERR_FORMAT, "exec plugin %s: gave a token of several lines", command);
	if (token && token[0])
		creds->header = xasprintf("Authorization: Bearer %s", token);
	if (cert && cert[0]) {
		secret_release(&creds->cert);
		secret_release(&creds->key);
		buf_add_str(&creds->cert, cert, NULL);
		buf_add_str(&creds->key, key, NULL);
	}
	if (until)
		creds->expires = clock_parse_iso(str_of(until), NULL);
	return 0;
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

/* Its last line is mostly the reason. */
static const char *last_line(struct buf *b)
{
	char *nl;

	while (b->n && strchr("\r\n ", b->p[b->n - 1]))
		b->p[--b->n] = '\0';
	nl = b->n ? strrchr(b->p, '\n') : NULL;
	return nl ? nl + 1 : buf_cstr(b);
}

static int run_plugin(const struct proc_opts *o, const char *command, const char *hint, struct buf *errout, struct err *e)
{
	struct proc_result r;
	int rc = proc_run(o, &r, e);

	if (rc == -ERR_ABSENT)
		return err_set(e, ERR_DENIED, "exec plugin %s: is not installed%s%.300s", command,
		               hint && hint[0] ? ": " : "", hint ? hint : "");
	if (rc < 0)
		return err_wrap(e, "exec plugin %s", command);
	if (r.canceled)
		return err_set(e, ERR_CANCELED, "stopped by the user");
	if (r.timed_out)
		return err_set(e, ERR_TIMEOUT, "exec plugin %s: did not answer within %lld s", command,
		               (long long)((r.ms + 500) / 1000));
	if (r.exit_status != 0)
		return err_set(e, ERR_DENIED, "exec plugin %s: ended with status %d%s%.250s", command, r.exit_status,
		               errout->n ? ": " : "", last_line(errout));
	return 0;
}

int kube_exec_run(const struct kubeconfig *c, const atomic_bool *cancel, int64_t deadline, struct kube_creds *out,
                  struct err *e)
{
	CLEAN(words_release) struct words argv = {NULL, 0}, env = {NULL, 0};
	CLEAN_BUF struct buf errout = BUF_MAX(4096);
	struct buf printed = BUF_MAX(1 << 20);
	const char *api, *command;
	int64_t own = clock_mono() + KUBE_LOGIN_TIMEOUT;
	int rc = check_conf(c->exec, &api, &command, e);

	if (rc < 0)
		return rc;
	build(c, api, command, &argv, &env);
	rc = run_plugin(&(struct proc_opts){.argv = (const char *const *)argv.v,
	                                    .env = (const char *const *)env.v,
	                                    .deadline = deadline < own ? deadline : own,
	                                    .cancel = cancel,
	                                    .out = to_buf,
	                                    .arg = &printed,
	                                    .errout = &errout},
	                command, json_get_str(c->exec, "installHint"), &errout, e);
	if (rc == 0)
		rc = take_status(&printed, api, command, out, e);
	secret_release(&printed);
	return rc;
}
