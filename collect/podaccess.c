#include "collect/podaccess.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "collect/podexec.h"
#include "collect/runlog.h"
#include <openssl/rand.h>

#define REQUEST_TIMEOUT (10 * US_PER_S)
#define START_TIMEOUT (40 * US_PER_S)
/* Between the end of the run and the end of a pod that nobody removes. */
#define GRACE_S 60

struct podaccess {
	struct run *run;
	struct kube *k;
	const char *ns;
	char id[16];
	int64_t seconds; /* life of a pod */
	atomic_int made, left;
};

/* Commands run in the host's own files and, where it has nsenter, in its own mounts. */
static const char *const exec_argv[] = {
        "chroot", "/host", "/bin/sh", "-c",
        "if nsenter -t 1 -m true 2>/dev/null; then exec nsenter -t 1 -m /bin/sh -c \"$1\"; else exec /bin/sh -c \"$1\"; fi", "sh",
        NULL};

static cJSON *object_in(cJSON *parent, const char *name)
{
	return cJSON_AddObjectToObject(parent, name);
}

static cJSON *object_of(cJSON *array)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(array, o);
	return o;
}

static void add_container(cJSON *spec, const char *image, int64_t seconds)
{
	CLEAN(clean_free) char *wait = xasprintf("exec sleep %lld", (long long)seconds);
	const char *argv[] = {"chroot", "/host", "/bin/sh", "-c", wait};
	cJSON *c = object_of(cJSON_AddArrayToObject(spec, "containers")), *o;

	cJSON_AddStringToObject(c, "name", "node");
	cJSON_AddStringToObject(c, "image", image);
	cJSON_AddStringToObject(c, "imagePullPolicy", "Never");
	cJSON_AddItemToObject(c, "command", cJSON_CreateStringArray(argv, ARRAY_LEN(argv)));
	o = object_in(c, "securityContext");
	cJSON_AddTrueToObject(o, "privileged");
	cJSON_AddNumberToObject(o, "runAsUser", 0);
	o = object_of(cJSON_AddArrayToObject(c, "volumeMounts"));
	cJSON_AddStringToObject(o, "name", "host");
	cJSON_AddStringToObject(o, "mountPath", "/host");
	cJSON_AddStringToObject(o, "mountPropagation", "HostToContainer");
}

static cJSON *manifest(const struct collect_opts *o, const char *name, const char *node, const char *id, int64_t seconds)
{
	cJSON *pod = cJSON_CreateObject(), *meta, *labels, *spec, *v;

	cJSON_AddStringToObject(pod, "apiVersion", "v1");
	cJSON_AddStringToObject(pod, "kind", "Pod");
	meta = object_in(pod, "metadata");
	cJSON_AddStringToObject(meta, "name", name);
	cJSON_AddStringToObject(meta, "namespace", o->node_namespace);
	labels = object_in(meta, "labels");
	cJSON_AddStringToObject(labels, "app.kubernetes.io/managed-by", "sickbay");
	cJSON_AddStringToObject(labels, "sickbay-run", id);
	spec = object_in(pod, "spec");
	cJSON_AddStringToObject(spec, "nodeName", node);
	cJSON_AddStringToObject(spec, "restartPolicy", "Never");
	cJSON_AddNumberToObject(spec, "activeDeadlineSeconds", (double)seconds);
	cJSON_AddNumberToObject(spec, "terminationGracePeriodSeconds", 1);
	cJSON_AddTrueToObject(spec, "hostPID");
	cJSON_AddTrueToObject(spec, "hostNetwork");
	cJSON_AddTrueToObject(spec, "hostIPC");
	cJSON_AddStringToObject(spec, "dnsPolicy", "Default");
	cJSON_AddFalseToObject(spec, "automountServiceAccountToken");
	cJSON_AddStringToObject(object_of(cJSON_AddArrayToObject(spec, "tolerations")), "operator", "Exists");
	add_container(spec, o->node_image, seconds);
	v = object_of(cJSON_AddArrayToObject(spec, "volumes"));
	cJSON_AddStringToObject(v, "name", "host");
	cJSON_AddStringToObject(object_in(v, "hostPath"), "path", "/");
	return pod;
}

char *podaccess_manifest(const struct collect_opts *o, const char *name, const char *node, const char *id, int64_t seconds)
{
	CLEAN(clean_cjson) cJSON *pod = manifest(o, name, node, id, seconds);
	struct buf b = BUF_MAX(1 << 16);

	json_print_pretty(pod, 0, &b, NULL);
	return buf_take(&b);
}

static char *pod_path(const struct podaccess *p, const char *pod, const char *query)
{
	return xasprintf("/api/v1/namespaces/%s/pods%s%s%s", p->ns, pod ? "/" : "", pod ? pod : "", query);
}

/* Grace 0: the object is gone at once, also where the kubelet is dead; a living one then stops the container. */
static bool remove_pod(struct podaccess *p, const char *pod, char reason[400])
{
	CLEAN(clean_free) char *path = pod_path(p, pod, "?gracePeriodSeconds=0&propagationPolicy=Background");
	struct kube_reply *reply = xcalloc(1, sizeof(*reply));
	bool gone = false;

	for (int i = 0; i < 3 && !gone; i++) {
		enum kube_status st = kube_change(p->k, "DELETE", path, NULL, REQUEST_TIMEOUT, NULL, reply);

		gone = st == KUBE_OK || st == KUBE_NOT_FOUND;
		snprintf(reason, 400, "%s", reply->reason);
		if (st == KUBE_DENIED || st == KUBE_NOT_ASKED)
			break;
	}
	free(reply);
	return gone;
}

/* Every pod of the selector that `wanted` says yes to. Returns how many could not be removed, -1: nobody could tell. */
static int sweep(struct podaccess *p, const char *selector, bool only_ended, int *n_removed)
{
	CLEAN(clean_free) char *query = xasprintf("?labelSelector=%s", selector), *path = pod_path(p, NULL, query);
	CLEAN_BUF struct buf b = BUF_MAX(16 << 20);
	CLEAN(clean_cjson) cJSON *doc = NULL;
	struct kube_reply *reply = xcalloc(1, sizeof(*reply));
	enum kube_status st = kube_change(p->k, "GET", path, NULL, REQUEST_TIMEOUT, &b, reply);
	const cJSON *pod, *items;
	char reason[400];
	struct err e;
	int left = 0;

	free(reply);
	if (st != KUBE_OK || json_parse(buf_cstr(&b), b.n, &doc, &e) < 0)
		return -1;
	items = json_get_arr(doc, "items");
	cJSON_ArrayForEach(pod, items)
	{
		const char *name = json_path_str(pod, "metadata.name"), *phase = json_path_str(pod, "status.phase");
		bool ended = phase && (!strcmp(phase, "Failed") || !strcmp(phase, "Succeeded"));

		if (!name || strchr(name, '/') || strncmp(name, "sickbay-", 8) != 0 || (only_ended && !ended))
			continue;
		if (remove_pod(p, name, reason))
			(*n_removed)++;
		else
			left++;
	}
	return left;
}

int podaccess_new(struct run *run, struct kube *k, struct podaccess **out, struct err *e)
{
	struct podaccess *p;
	unsigned char r[4];
	int64_t left = (run->deadline - clock_mono()) / US_PER_S;
	int removed = 0;

	if (!k)
		return err_set(e, ERR_USAGE, "--node-access pod needs the Kubernetes API");
	if (!kube_is_http(k))
		return err_set(e, ERR_USAGE, "--node-access pod needs --via api: it does not go through kubectl");
	if (RAND_bytes(r, sizeof(r)) != 1)
		return err_set(e, ERR_INTERNAL, "no random number for the pods' names");
	p = xcalloc(1, sizeof(*p));
	p->run = run;
	p->k = k;
	p->ns = run->opts->node_namespace;
	p->seconds = (left > 0 ? left : 0) + GRACE_S;
	snprintf(p->id, sizeof(p->id), "%02x%02x%02x%02x", r[0], r[1], r[2], r[3]);
	sweep(p, "app.kubernetes.io%2Fmanaged-by%3Dsickbay", true, &removed);
	if (removed)
		runlog(run->log, "%d pods of earlier runs, which had ended, were removed from %s", removed, p->ns);
	*out = p;
	return 0;
}

/* Why the container does not start, where the kubelet says it. */
static const char *trouble(const cJSON *pod)
{
	static const char *const hopeless[] = {"ErrImageNeverPull", "InvalidImageName", "CreateContainerError",
	                                       "CreateContainerConfigError", "RunContainerError", "ImageInspectError"};
	const cJSON *st, *list = json_get_arr(json_get_obj(pod, "status"), "containerStatuses");

	cJSON_ArrayForEach(st, list)
	{
		const cJSON *waiting = json_get_obj(json_get_obj(st, "state"), "waiting");
		const char *reason = json_get_str(waiting, "reason"), *message = json_get_str(waiting, "message");

		for (size_t i = 0; reason && i < ARRAY_LEN(hopeless); i++)
			if (!strcmp(reason, hopeless[i]))
				return message ? message : reason;
	}
	return NULL;
}

/* How a container ended that should sleep. */
static void say_ended(const cJSON *pod, const char *phase, struct err *e)
{
	const cJSON *st, *list = json_get_arr(json_get_obj(pod, "status"), "containerStatuses");
	const char *message = json_path_str(pod, "status.message");

	cJSON_ArrayForEach(st, list)
	{
		const char *m = json_path_str(st, "state.terminated.message"), *r = json_path_str(st, "state.terminated.reason");

		message = m ? m : message ? message : r;
	}
	err_set(e, ERR_ABSENT, "the pod ended (%s): %.250s; the image must have `chroot`", phase, message ? message : "it does not say why");
}

/* 1: it runs, 0: not yet. */
static int look(struct podaccess *p, const char *node, const char *pod, struct err *e)
{
	CLEAN(clean_free) char *path = pod_path(p, pod, "");
	CLEAN_BUF struct buf b = BUF_MAX(4 << 20);
	CLEAN(clean_cjson) cJSON *doc = NULL;
	struct kube_reply *reply = xcalloc(1, sizeof(*reply));
	enum kube_status st = kube_change(p->k, "GET", path, NULL, REQUEST_TIMEOUT, &b, reply);
	const char *phase, *why;
	struct err ignored;
	int rc = 0;

	if (st == KUBE_NOT_FOUND)
		rc = err_set(e, ERR_ABSENT, "the pod is gone: there may be no node %s", node);
	else if (st == KUBE_DENIED)
		rc = err_set(e, ERR_DENIED, "the pod cannot be looked at: %.300s", reply->reason);
	free(reply);
	if (rc < 0 || st != KUBE_OK || json_parse(buf_cstr(&b), b.n, &doc, &ignored) < 0)
		return rc;
	phase = json_path_str(doc, "status.phase");
	if (phase && !strcmp(phase, "Running"))
		return 1;
	if (phase && (!strcmp(phase, "Failed") || !strcmp(phase, "Succeeded"))) {
		say_ended(doc, phase, e);
		return -e->code;
	}
	if ((why = trouble(doc)))
		return err_set(e, ERR_ABSENT, "the pod does not start: %.300s", why);
	return 0;
}

static int wait_running(struct podaccess *p, const char *node, const char *pod, struct err *e)
{
	int64_t deadline = run_deadline(p->run, START_TIMEOUT);
	const struct timespec tick = {.tv_nsec = 300000000};
	const char *why;
	int rc;

	while ((rc = look(p, node, pod, e)) == 0) {
		if (run_over(p->run, &why))
			return err_set(e, ERR_CANCELED, "%s", why);
		if (clock_mono() >= deadline)
			return err_set(e, ERR_TIMEOUT, "the kubelet of %s did not start the pod within %lld s", node,
			               (long long)(START_TIMEOUT / US_PER_S));
		nanosleep(&tick, NULL);
	}
	return rc < 0 ? rc : 0;
}

int podaccess_start(struct podaccess *p, const char *node, char **pod, struct err *e)
{
	CLEAN(clean_free) char *name = xasprintf("sickbay-%s-%d", p->id, atomic_fetch_add(&p->made, 1)), *body = NULL, *path = NULL;
	struct kube_reply *reply = xcalloc(1, sizeof(*reply));
	enum kube_status st;
	int rc;

	body = podaccess_manifest(p->run->opts, name, node, p->id, p->seconds);
	path = pod_path(p, NULL, "");
	st = kube_change(p->k, "POST", path, body, REQUEST_TIMEOUT, NULL, reply);
	if (st != KUBE_OK)
		err_set(e, st == KUBE_DENIED ? ERR_DENIED : ERR_NETWORK, "no pod could be made in %s: %.300s", p->ns, reply->reason);
	free(reply);
	if (st == KUBE_DENIED || st == KUBE_NOT_FOUND) {
		atomic_fetch_sub(&p->made, 1);
		return -e->code;
	}
	/* What was not answered may have been done all the same. */
	rc = st == KUBE_OK ? wait_running(p, node, name, e) : -e->code;
	if (rc < 0) {
		podaccess_stop(p, name);
		return rc;
	}
	runlog(p->run->log, "%s: pod %s/%s runs", node, p->ns, name);
	*pod = STEAL(name);
	return 0;
}

struct transport *podaccess_open(struct podaccess *p, const char *pod)
{
	struct podexec_opts o = {p->k, p->ns, pod, exec_argv};

	return podexec_new(&o);
}

void podaccess_stop(struct podaccess *p, const char *pod)
{
	char reason[400] = "";

	if (remove_pod(p, pod, reason)) {
		runlog(p->run->log, "pod %s/%s was removed", p->ns, pod);
		return;
	}
	atomic_fetch_add(&p->left, 1);
	runlog(p->run->log, "pod %s/%s could not be removed: %s", p->ns, pod, reason);
}

void podaccess_free(struct podaccess *p, char *note, size_t size)
{
	CLEAN(clean_free) char *selector = NULL;
	int made, left, removed = 0;

	if (!p)
		return;
	selector = xasprintf("sickbay-run%%3D%s", p->id);
	made = atomic_load(&p->made);
	left = made ? sweep(p, selector, false, &removed) : 0;
	if (left < 0)
		left = atomic_load(&p->left);
	if (left)
		snprintf(note, size,
		         "%d of %d pods could not be removed; they end by themselves within %lld s; remove them: kubectl -n %s delete "
		         "pod -l " PODACCESS_LABEL,
		         left, made, (long long)p->seconds, p->ns);
	else if (made)
		snprintf(note, size, "%d pods were made in %s to reach the nodes; all of them were removed", made, p->ns);
	free(p);
}
