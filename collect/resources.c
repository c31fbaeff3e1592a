/* One resource's list: pages in, one file a namespace out. An object is held at a time, never a list. */
#include "collect/resources.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonscan.h"
#include "base/mem.h"
#include "collect/record.h"
#include "collect/runlog.h"

/* Times that one list is begun again: its snapshot expired, or a connection broke off in the middle of a page. */
#define RESTARTS_MAX 3

/* Files of one list that are open at a time. Lists come sorted by namespace, so that one would do; servers that do not
 * sort get several. */
#define OPEN_MAX 32

struct target {
	char *ns; /* "" for cluster scope */
	struct record *rec;
	int64_t items, used;
	int64_t left_out; /* objects for which its cap had no room */
};
struct listing {
	struct kube *k;
	const struct resource *r;
	resource_hook hook;
	void *hook_arg;
	char *request; /* first page */
	const char *ns; /* of one namespace alone, or "" */
	struct jsonitems *scan;
	struct target open[OPEN_MAX];
	int n_open;
	int64_t clock, items, bad, too_big;
	struct buf text;
	/* For beginning again without taking anything twice. A server lists by namespace and name; one that does not
	 * (sorted is false then) is not asked again. */
	char last[520]; /* "namespace/name" of the object taken last */
	bool sorted, skip;
	int restarts;
	char error[520], note[200];
	bool stopped; /* by the user or a limit of the run: not a failure */
};

/* ns "": of the whole cluster. */
static char *api_base(const struct resource *r, const char *ns)
{
	return xasprintf("%s%s%s/%s/%s%s%s%s", r->group[0] ? "/apis" : "/api", r->group[0] ? "/" : "", r->group, r->version,
	                 ns[0] ? "namespaces/" : "", ns, ns[0] ? "/" : "", r->plural);
}

static char *target_path(const struct resource *r, const char *ns)
{
	return xasprintf("cluster-resources/%s%s%s%s.json", r->custom ? "custom-resources/" : "", r->name,
	                 ns[0] ? "/" : "", ns);
}

static struct record *open_record(struct listing *l, const char *ns)
{
	CLEAN(clean_free) char *path = target_path(l->r, ns), *cmd = l->k->backend->command(l->k, l->request);
	struct record_spec spec = {
	        .path = path, .source = l->k->backend->name, .command = cmd, .max = l->k->run->plan->res_max};
	struct record *rec = record_new(l->k->run, &spec);
	CLEAN_BUF struct buf b = BUF_MAX(4096);

	if (l->r->custom) {
		buf_add_str(&b, "[", NULL);
	} else {
		buf_printf(&b, NULL, "{\n  \"kind\": \"%sList\",\n  \"apiVersion\": \"%s%s%s\",\n", l->r->kind,
		           l->r->group, l->r->group[0] ? "/" : "", l->r->version);
		buf_printf(&b, NULL, "  \"metadata\": {\n    \"resourceVersion\": \"%s\"\n  },\n  \"items\": [",
		           l->scan ? l->scan->resource_version : "");
	}
	record_write_frame(rec, b.p, b.n, NULL);
	return rec;
}

static void close_target(struct listing *l, struct target *t)
{
	const char *tail = l->r->custom ? (t->items ? "\n]\n" : "]\n") : t->items ? "\n  ]\n}\n" : "]\n}\n";
	struct record_end end = {.state = CAPTURE_OK, .exit_status = 0};
	char cut[200], size[16];

	if (l->note[0])
		end.error = l->note;
	if (t->left_out) {
		snprintf(cut, sizeof(cut), "cut at %s, max of the plan's resources: %lld objects are in it, %lld that came after them are not",
		         file_format_size(l->k->run->plan->res_max, size), (long long)t->items, (long long)t->left_out);
		end.error = cut;
	}
	record_write_frame(t->rec, tail, strlen(tail), NULL);
	if (l->error[0]) {
		end.state = l->stopped ? CAPTURE_SKIPPED : CAPTURE_FAILED;
		end.truncated = true;
		end.error = l->error;
		end.exit_status = 1;
	}
	record_finish(t->rec, &end);
	free(t->ns);
}

static struct target *find_target(struct listing *l, const char *ns)
{
	struct target *t = NULL;
	int oldest = 0;

	l->clock++;
	for (int i = 0; i < l->n_open; i++) {
		if (!strcmp(l->open[i].ns, ns)) {
			l->open[i].used = l->clock;
			return &l->open[i];
		}
		if (l->open[i].used < l->open[oldest].used)
			oldest = i;
	}
	if (l->n_open == OPEN_MAX) {
		t = &l->open[oldest];
		close_target(l, t);
	} else {
		t = &l->open[l->n_open++];
	}
	*t = (struct target){.ns = xstrdup(ns), .rec = open_record(l, ns), .used = l->clock};
	return t;
}

/* Who changed what and when stays; the list of every field does not: it is half of all bytes and no check reads it. */
static void trim_managed_fields(cJSON *item)
{
	cJSON *mf = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(item, "metadata"),
	                                             "managedFields"),
	      *m;

	cJSON_ArrayForEach(m, mf) cJSON_DeleteItemFromObjectCaseSensitive(m, "fieldsV1");
}

/* Items of a list do not say what they are; in a bundle each does, kind and version first as kubectl prints it. */
static cJSON *with_type(const struct resource *r, cJSON *item)
{
	cJSON *o, *child;
	char api[300];

	if (json_get_str(item, "kind") && json_get_str(item, "apiVersion"))
		return item;
	o = cJSON_CreateObject();
	snprintf(api, sizeof(api), "%s%s%s", r->group, r->group[0] ? "/" : "", r->version);
	cJSON_AddStringToObject(o, "apiVersion", api);
	cJSON_AddStringToObject(o, "kind", r->kind);
	while ((child = item->child)) {
		cJSON_DetachItemViaPointer(item, child);
		if (child->string && strcmp(child->string, "kind") != 0 && strcmp(child->string, "apiVersion") != 0)
			cJSON_AddItemToObject(o, child->string, child);
		else
			cJSON_Delete(child);
	}
	cJSON_Delete(item);
	return o;
}

static bool ns_is_sane(const char *ns)
{
	return strlen(ns) < 254 && ns[0] != '.' && !strpbrk(ns, "/\\") && ns[0];
}

/* False: an earlier answer had it already. Remembers where the list is. */
static bool is_new(struct listing *l, const cJSON *o)
{
	const char *ns = json_path_str(o, "metadata.namespace"), *name = json_path_str(o, "metadata.name");
	char key[sizeof(l->last)];
	int order;

	snprintf(key, sizeof(key), "%s%s%s", ns ? ns : "", ns ? "/" : "", name ? name : "");
	order = strcmp(key, l->last);
	if (l->skip && order <= 0)
		return false;
	l->skip = false;
	l->sorted &= order > 0 || !l->items;
	memcpy(l->last, key, sizeof(key));
	return true;
}

static int on_item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct listing *l = arg;
	CLEAN(clean_cjson) cJSON *o = NULL;
	const char *ns = "";
	struct target *t;
	int64_t replaced = 0;
	const char *sep, *why;
	int rc;

	if (it->too_big) {
		l->too_big++;
		return 0;
	}
	if (json_parse(it->json.p, it->json.n, &o, e) < 0 || !cJSON_IsObject(o)) {
		l->bad++;
		return 0;
	}
	if (!is_new(l, o))
		return 0;
	o = with_type(l->r, o);
	trim_managed_fields(o);
	redact_object(l->k->run->redact, o, l->r->kind, &replaced);
	if (l->hook)
		l->hook(l->hook_arg, l->r, o);
	if (l->r->namespaced && json_path_str(o, "metadata.namespace"))
		ns = json_path_str(o, "metadata.namespace");
	t = find_target(l, ns_is_sane(ns) ? ns : "");
	buf_clear(&l->text);
	sep = l->r->custom ? (t->items ? ",\n  " : "\n  ") : t->items ? ",\n    " : "\n    ";
	buf_add_str(&l->text, sep, NULL);
	if (json_print_pretty(o, l->r->custom ? 2 : 4, &l->text, e) < 0) {
		l->bad++;
		return 0;
	}
	l->items++;
	rc = record_write_raw(t->rec, l->text.p, l->text.n, e);
	if (rc == 0)
		t->items++;
	else if (rc == -ERR_LIMIT)
		t->left_out++;
	/* A full file costs its own namespace; a full bundle, or a disk that fails, ends the list. */
	return rc == -ERR_LIMIT && !run_over(l->k->run, &why) ? 0 : rc;
}

struct page {
	struct listing *l;
	struct jsonitems scan;
	bool failed;
};

static int page_feed(void *arg, const void *p, size_t n, struct err *e)
{
	struct page *pg = arg;

	return jsonitems_feed(&pg->scan, p, n, e);
}

/* "abc+/=" as a query value. Caller frees. */
static char *query_escape(const char *s)
{
	struct buf b = BUF_MAX(16384);

	for (; *s; s++) {
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
		    strchr("-_.~", *s))
			buf_add(&b, s, 1, NULL);
		else
			buf_printf(&b, NULL, "%%%02X", (unsigned char)*s);
	}
	return buf_take(&b);
}

/* One page. Returns the status; cont gets the token of the next page. */
static enum kube_status get_page(struct listing *l, const char *base, char *cont, size_t size, struct kube_reply *reply)
{
	CLEAN(clean_free) char *token = query_escape(cont);
	CLEAN(clean_free)
	char *path = xasprintf("%s?limit=%lld%s%s", base, (long long)l->k->run->plan->res_page,
	                       cont[0] ? "&continue=" : "", token);
	struct page pg = {.l = l};
	struct err e = {0};
	enum kube_status s;

	jsonitems_init(&pg.scan, on_item, l);
	pg.scan.max_item = (size_t)l->k->run->plan->res_max_item;
	l->scan = &pg.scan;
	s = kube_get(l->k, path, l->k->run->plan->res_timeout, page_feed, &pg, reply);
	if (s == KUBE_OK && jsonitems_finish(&pg.scan, &e) < 0) {
		s = KUBE_ERROR;
		snprintf(reply->reason, sizeof(reply->reason), "the list is %.140s", e.msg);
	}
	if (s == KUBE_OK && pg.scan.cont_lost) {
		s = KUBE_ERROR;
		snprintf(reply->reason, sizeof(reply->reason), "the server's continue token is longer than %zu bytes", sizeof(pg.scan.cont) - 1);
	}
	/* It would give us the same page for ever. */
	if (s == KUBE_OK && cont[0] && !strcmp(cont, pg.scan.cont)) {
		s = KUBE_ERROR;
		snprintf(reply->reason, sizeof(reply->reason), "the server repeats its continue token");
	}
	if (s == KUBE_OK)
		snprintf(cont, size, "%s", pg.scan.cont);
	l->scan = NULL;
	jsonitems_release(&pg.scan);
	return s;
}

static void write_failure(struct listing *l, const struct kube_reply *reply)
{
	CLEAN(clean_free) char *path = target_path(l->r, ""), *cmd = l->k->backend->command(l->k, l->request);
	CLEAN(clean_free)
	char *errors =
	        xasprintf("cluster-resources/%s%s-errors.json", l->r->custom ? "custom-resources/" : "", l->r->name);
	struct record_spec spec = {.path = path, .source = l->k->backend->name, .command = cmd};
	enum capture_state state = reply->status == KUBE_NOT_FOUND   ? CAPTURE_ABSENT
	                           : reply->status == KUBE_NOT_ASKED ? CAPTURE_SKIPPED
	                                                             : CAPTURE_FAILED;
	CLEAN(clean_cjson) cJSON *arr = cJSON_CreateArray();
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);

	record_none(l->k->run, &spec, state, reply->reason);
	if (state != CAPTURE_FAILED)
		return;
	cJSON_AddItemToArray(arr, cJSON_CreateString(reply->message[0] ? reply->message : reply->reason));
	spec.path = errors;
	json_print_pretty(arr, 0, &b, NULL);
	buf_add(&b, "\n", 1, NULL);
	record_text(l->k->run, &spec, b.p, b.n, false);
}

/* A page that failed in a way that does not end the list: true when there is a next one to ask for. */
static bool go_on(struct listing *l, enum kube_status s, const struct kube_reply *reply, char *cont, size_t size)
{
	bool expired = s == KUBE_EXPIRED, broke = s == KUBE_UNREACHABLE && reply->http == 200;

	if ((!expired && !broke) || l->restarts >= RESTARTS_MAX)
		return false;
	if (broke || !reply->cont[0]) {
		/* The same page, or the list from its beginning, without what was taken. */
		if (!l->sorted)
			return false;
		l->skip = l->items > 0;
	}
	l->restarts++;
	if (expired) {
		snprintf(cont, size, "%s", reply->cont);
		snprintf(l->note, sizeof(l->note),
		         "not one moment: the server's snapshot expired after %lld objects, the rest is newer", (long long)l->items);
	}
	runlog(l->k->run->log, "%s: %s; %s after %lld objects", l->request, reply->reason,
	       cont[0] ? "continued" : "begun again", (long long)l->items);
	return true;
}

/* Why the list is not whole, when it is not. */
static void say_missing(struct listing *l, enum kube_status s, struct kube_reply *reply)
{
	char size[16];
	const char *why;

	/* What ended it is in the reply: a limit of the answer. A limit of the run says more. */
	if (s == KUBE_FULL && run_over(l->k->run, &why))
		snprintf(reply->reason, sizeof(reply->reason), "%s", why);
	if (s != KUBE_OK && l->items)
		snprintf(l->error, sizeof(l->error), "the list broke off after %lld objects: %s", (long long)l->items,
		         reply->reason);
	else if (l->too_big)
		snprintf(l->error, sizeof(l->error), "%lld objects are missing: larger than %s, max_item of the plan's resources",
		         (long long)l->too_big, file_format_size(l->k->run->plan->res_max_item, size));
	else if (l->bad)
		snprintf(l->error, sizeof(l->error), "%lld objects could not be read and are missing", (long long)l->bad);
	l->stopped = s == KUBE_NOT_ASKED;
}

static enum kube_status list_pages(struct listing *l, struct kube_reply *reply)
{
	CLEAN(clean_free) char *base = api_base(l->r, l->ns);
	char cont[2048] = "";
	enum kube_status s;

	free(l->request);
	l->request = xasprintf("%s?limit=%lld", base, (long long)l->k->run->plan->res_page);
	do
		s = get_page(l, base, cont, sizeof(cont), reply);
	while (s == KUBE_OK ? cont[0] != '\0' : go_on(l, s, reply, cont, sizeof(cont)));
	return s;
}

void resource_list(struct kube *k, const struct resource *r, resource_hook hook, void *arg)
{
	struct listing l = {.k = k, .r = r, .hook = hook, .hook_arg = arg, .ns = "", .sorted = true};
	struct kube_reply reply;
	enum kube_status s;

	l.text = (struct buf)BUF_MAX(128 << 20);
	s = list_pages(&l, &reply);
	/* Who may not see all may see the namespace that is his. That all is forbidden stays told. */
	if (s == KUBE_DENIED && reply.http != 401 && !l.items && r->namespaced && k->ns[0] &&
	    k->ns[strspn(k->ns, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0') {
		write_failure(&l, &reply);
		l.ns = k->ns;
		snprintf(l.note, sizeof(l.note), "of the namespace %.100s alone: all of them are forbidden to this user", k->ns);
		s = list_pages(&l, &reply);
	}
	if (s == KUBE_OK && !l.items)
		find_target(&l, l.ns); /* listed, and empty */
	say_missing(&l, s, &reply);
	for (int i = 0; i < l.n_open; i++)
		close_target(&l, &l.open[i]);
	if (s != KUBE_OK && !l.items && !l.ns[0])
		write_failure(&l, &reply);
	free(l.request);
	buf_release(&l.text);
}
