#include "collect/kube_auth.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include <pthread.h>

/* Token files are rotated (a pod's every hour): read again as often as client-go does. */
#define TOKEN_FILE_FRESH (60 * US_PER_S)
/* A plugin's credentials are not used in their last seconds. */
#define EXPIRY_MARGIN (10 * US_PER_S)
/* A plugin that failed is not run again for so long: each run may be a question to a person, or count as a failed login. */
#define PLUGIN_PAUSE (60 * US_PER_S)

struct kube_auth {
	const struct kubeconfig *c;
	const atomic_bool *cancel;
	pthread_mutex_t lock;
	struct kube_creds *now; /* holds one use */
	int64_t read_at;        /* clock_mono() of the fetch */
	struct err failed;      /* of the plugin's last run; code 0: it did not */
	int64_t failed_at;
};

struct kube_auth *kube_auth_new(const struct kubeconfig *c, const atomic_bool *cancel)
{
	struct kube_auth *a = xcalloc(1, sizeof(*a));

	a->c = c;
	a->cancel = cancel;
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void kube_auth_free(struct kube_auth *a)
{
	if (!a)
		return;
	kube_creds_release(a->now);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void kube_creds_release(struct kube_creds *c)
{
	if (!c || atomic_fetch_sub(&c->users, 1) > 1)
		return;
	secret_free(c->header);
	buf_release(&c->cert);
	secret_release(&c->key);
	free(c);
}

void clean_kube_creds(struct kube_creds **c)
{
	kube_creds_release(*c);
}

bool kube_auth_renews(const struct kube_auth *a)
{
	return a->c->token_file || (a->c->exec && !a->c->token && !a->c->username);
}

static int from_file(const struct kubeconfig *c, struct kube_creds *out, struct err *e)
{
	struct buf b = BUF_MAX(1 << 20);
	int rc = file_read(c->token_file, &b, e);

	if (rc < 0) {
		err_wrap(e, "token file");
	} else {
		while (b.n && strchr(" \t\r\n", b.p[b.n - 1]))
			b.p[--b.n] = '\0';
		if (!b.n || strcspn(buf_cstr(&b), "\r\n") < b.n)
			rc = err_set(e, ERR_FORMAT, "token file: %s %s", c->token_file,
			             b.n ? "holds more than one line" : "is empty");
		else
			out->header = xasprintf("Authorization: Bearer %s", buf_cstr(&b));
	}
	secret_release(&b);
	return rc;
}

static char *basic_header(const struct kubeconfig *c)
{
	char *both = xasprintf("%s:%s", c->username, c->password ? c->password : "");
	char *b64 = secret_base64(both, strlen(both)), *header;

	header = xasprintf("Authorization: Basic %s", b64);
	secret_free(both);
	secret_free(b64);
	return header;
}

static int fetch(struct kube_auth *a, int64_t deadline, struct kube_creds *out, struct err *e)
{
	const struct kubeconfig *c = a->c;
	int rc = 0;

	buf_add(&out->cert, c->cert.p, c->cert.n, NULL);
	buf_add(&out->key, c->key.p, c->key.n, NULL);
	if (c->token_file)
		rc = from_file(c, out, e);
	else if (c->token)
		out->header = xasprintf("Authorization: Bearer %s", c->token);
	else if (c->username)
		out->header = basic_header(c);
	else if (c->exec)
		rc = kube_exec_run(c, a->cancel, deadline, out, e);
	return rc;
}

static int fetch_once(struct kube_auth *a, int64_t deadline, struct kube_creds *out, struct err *e)
{
	int rc;

	if (a->failed.code && clock_mono() - a->failed_at < PLUGIN_PAUSE) {
		if (e)
			*e = a->failed;
		return -a->failed.code;
	}
	a->failed = (struct err){0};
	rc = fetch(a, deadline, out, e);
	if (rc < 0 && a->c->exec && e && e->code != ERR_CANCELED) {
		a->failed = *e;
		a->failed_at = clock_mono();
	}
	return rc;
}

static bool is_fresh(const struct kube_auth *a)
{
	if (!a->now)
		return false;
	if (a->c->token_file && clock_mono() - a->read_at > TOKEN_FILE_FRESH)
		return false;
	return a->now->expires == TIME_NONE || clock_now() < a->now->expires - EXPIRY_MARGIN;
}

int kube_auth_get(struct kube_auth *a, const struct kube_creds *refused, int64_t deadline, struct kube_creds **out,
                  struct err *e)
{
	struct kube_creds *c;
	int rc = 0;

	/* The lock is held while the plugin runs: it runs once, whoever asks. */
	pthread_mutex_lock(&a->lock);
	if (!is_fresh(a) || (refused && refused == a->now && kube_auth_renews(a))) {
		c = xcalloc(1, sizeof(*c));
		c->cert = c->key = (struct buf)BUF_MAX(4 << 20);
		c->expires = TIME_NONE;
		atomic_store(&c->users, 1);
		rc = fetch_once(a, deadline, c, e);
		if (rc < 0) {
			kube_creds_release(c);
		} else {
			kube_creds_release(a->now);
			a->now = c;
			a->read_at = clock_mono();
		}
	}
	if (rc == 0) {
		atomic_fetch_add(&a->now->users, 1);
		*out = a->now;
	}
	pthread_mutex_unlock(&a->lock);
	return rc;
}
