/* Discovery: /api, /apis and each group's versions, with the plan's rules on names, versions and duplicates. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "collect/record.h"
#include "collect/resources.h"

#define DISCOVERY_TIMEOUT (30 * US_PER_S)

struct discovery {
	struct kube *k;
	const struct plan *plan;
	struct resources found; /* every version of everything listable */
	cJSON *groups, *lists, *errors;
};

static cJSON *get_json(struct kube *k, const char *path, struct kube_reply *reply)
{
	CLEAN_BUF struct buf b = BUF_MAX(32 << 20);
	cJSON *o = NULL;
	struct err e;

	if (kube_get_buf(k, path, DISCOVERY_TIMEOUT, &b, reply) != KUBE_OK)
		return NULL;
	if (json_parse(buf_cstr(&b), b.n, &o, &e) < 0) {
		reply->status = KUBE_ERROR;
		snprintf(reply->reason, sizeof(reply->reason), "%.150s", e.msg);
		return NULL;
	}
	return o;
}

static bool in_list(const char *const *list, const char *s)
{
	for (; *list; list++)
		if (!strcmp(*list, s))
			return true;
	return false;
}

static bool can_list(const cJSON *r)
{
	const cJSON *v;

	/* Servers before 1.6 name no verbs: it is tried, and what cannot be listed is absent. */
	if (!json_get_arr(r, "verbs"))
		return true;
	cJSON_ArrayForEach(v, json_get_arr(r, "verbs")) if (cJSON_IsString(v) &&
	                                                    !strcmp(v->valuestring, "list")) return true;
	return false;
}

static char *resource_name(const struct plan *p, const struct resource *r)
{
	const char *n = json_get_str(p->res_names, r->plural);

	if (r->custom)
		return xasprintf("%s.%s", r->plural, r->group);
	return xstrdup(n ? n : r->plural);
}

/* Names come from a server: only what can be a path segment is taken. */
static bool name_is_sane(const char *s)
{
	return s && s[0] && s[0] != '.' && strlen(s) < 200 && !strpbrk(s, "/\\{}\"' \t\n?&");
}

struct resource *resources_add(struct resources *rs, const char *group, const char *version, const char *plural,
                               const char *kind, bool namespaced)
{
	struct resource *r;

	rs->v = xreallocarray(rs->v, (size_t)rs->n + 1, sizeof(*rs->v));
	r = &rs->v[rs->n++];
	*r = (struct resource){.group = xstrdup(group),
	                       .version = xstrdup(version),
	                       .plural = xstrdup(plural),
	                       .kind = xstrdup(kind),
	                       .namespaced = namespaced};
	return r;
}

static void add_resources(struct discovery *d, const char *group, const char *version, const cJSON *list)
{
	const cJSON *o;

	cJSON_ArrayForEach(o, json_get_arr(list, "resources"))
	{
		const char *plural = json_get_str(o, "name"), *kind = json_get_str(o, "kind");
		struct resource *r;

		if (!name_is_sane(plural) || !kind || !can_list(o) || d->found.n >= 20000)
			continue;
		r = resources_add(&d->found, group, version, plural, kind, json_get_bool(o, "namespaced", false));
		r->custom = !in_list(d->plan->res_builtin, group);
		r->name = resource_name(d->plan, r);
	}
}

static void add_error(struct discovery *d, const char *what, const struct kube_reply *r)
{
	CLEAN(clean_free) char *t = xasprintf("%s: %s", what, r->reason);

	cJSON_AddItemToArray(d->errors, cJSON_CreateString(t));
}

/* One version of one group: asked on a thread of its own, merged in the server's order. */
struct version {
	struct discovery *d;
	const char *group, *version; /* borrowed from the list of groups */
	cJSON *doc;                  /* the answer, or NULL */
	struct kube_reply reply;
	char *path;
};
struct versions {
	struct version *v;
	int n;
};

static void add_version(struct discovery *d, struct versions *vs, const char *group, const char *version)
{
	if (!name_is_sane(version) || (group[0] && !name_is_sane(group)) || vs->n >= 2000)
		return;
	vs->v = xreallocarray(vs->v, (size_t)vs->n + 1, sizeof(*vs->v));
	vs->v[vs->n++] = (struct version){
	        .d = d,
	        .group = group,
	        .version = version,
	        .path = group[0] ? xasprintf("/apis/%s/%s", group, version) : xasprintf("/api/%s", version)};
}

static void add_group(struct discovery *d, struct versions *vs, const cJSON *g)
{
	const char *name = json_get_str(g, "name"), *first = json_path_str(g, "preferredVersion.version");
	const cJSON *v;

	if (!name)
		return;
	if (first)
		add_version(d, vs, name, first);
	cJSON_ArrayForEach(v, json_get_arr(g, "versions")) {
		const char *ver = json_get_str(v, "version");

		if (ver && (!first || strcmp(ver, first) != 0))
			add_version(d, vs, name, ver);
	}
}

static void ask_version(void *arg)
{
	struct version *v = arg;

	v->doc = get_json(v->d->k, v->path, &v->reply);
}

static void discover_versions(struct discovery *d, struct versions *vs)
{
	struct pool *pool = pool_new(d->k->run->opts->jobs < 4 ? d->k->run->opts->jobs : 4);

	for (int i = 0; i < vs->n; i++)
		pool_add(pool, ask_version, &vs->v[i]);
	pool_free(pool);
	for (int i = 0; i < vs->n; i++) {
		struct version *v = &vs->v[i];

		if (v->doc) {
			add_resources(d, v->group, v->version, v->doc);
			cJSON_AddItemToArray(d->lists, v->doc);
		} else {
			add_error(d, v->path, &v->reply);
		}
		free(v->path);
	}
	free(vs->v);
}

static void qualified(const struct resource *r, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", r->plural, r->group[0] ? "." : "", r->group);
}

/* Rank of a version: the plan's list first, then the order in which the server named them. */
static int version_rank(const struct plan *p, const struct resource *r, int order)
{
	char q[512];
	const cJSON *v;
	int i = 0;

	qualified(r, q, sizeof(q));
	cJSON_ArrayForEach(v, json_get_arr(p->res_prefer, q))
	{
		if (cJSON_IsString(v) && !strcmp(v->valuestring, r->version))
			return i;
		i++;
	}
	return 1000 + order;
}

static bool have(const struct resources *rs, const char *q)
{
	char other[512];

	for (int i = 0; i < rs->n; i++) {
		qualified(&rs->v[i], other, sizeof(other));
		if (!strcmp(other, q))
			return true;
	}
	return false;
}

/* The same objects under an earlier name of a `same` list? */
static bool is_duplicate(const struct discovery *d, const struct resource *r)
{
	char q[512];
	const cJSON *set, *v;

	qualified(r, q, sizeof(q));
	if (in_list(d->plan->res_skip, q))
		return true;
	cJSON_ArrayForEach(set, d->plan->res_same)
	{
		bool earlier = false;

		cJSON_ArrayForEach(v, set)
		{
			if (!cJSON_IsString(v))
				continue;
			if (!strcmp(v->valuestring, q) && earlier)
				return true;
			earlier |= have(&d->found, v->valuestring);
		}
	}
	return false;
}

static struct resource resource_copy(const struct resource *r)
{
	return (struct resource){xstrdup(r->group), xstrdup(r->version), xstrdup(r->plural), xstrdup(r->kind),
	                         r->namespaced,     r->custom,           xstrdup(r->name)};
}

/* One version of each, duplicates out. */
static void choose(const struct discovery *d, struct resources *out)
{
	for (int i = 0; i < d->found.n; i++) {
		const struct resource *r = &d->found.v[i];
		int rank = version_rank(d->plan, r, i);
		bool best = true;

		for (int j = 0; j < d->found.n && best; j++) {
			const struct resource *o = &d->found.v[j];

			if (j != i && !strcmp(o->plural, r->plural) && !strcmp(o->group, r->group))
				best = version_rank(d->plan, o, j) > rank;
		}
		if (!best || is_duplicate(d, r))
			continue;
		out->v = xreallocarray(out->v, (size_t)out->n + 1, sizeof(*out->v));
		out->v[out->n++] = resource_copy(r);
	}
}

static void put_first(const struct plan *p, struct resources *rs)
{
	int at = 0;

	for (const char **f = p->res_first; *f; f++)
		for (int i = at; i < rs->n; i++) {
			struct resource t = rs->v[i];

			if (t.group[0] || strcmp(t.plural, *f) != 0)
				continue;
			memmove(&rs->v[at + 1], &rs->v[at], (size_t)(i - at) * sizeof(t));
			rs->v[at++] = t;
			break;
		}
}

static void write_doc(struct discovery *d, const char *path, const char *request, const cJSON *doc)
{
	CLEAN_BUF struct buf b = BUF_MAX(64 << 20);
	CLEAN(clean_free) char *cmd = d->k->backend->command(d->k, request);
	struct record_spec spec = {.path = path, .source = d->k->backend->name, .command = cmd};

	if (json_print_pretty(doc, 0, &b, NULL) < 0)
		return;
	buf_add(&b, "\n", 1, NULL);
	record_text(d->k->run, &spec, b.p, b.n, true);
}

void resources_discover(struct kube *k, struct resources *out)
{
	struct discovery d = {.k = k, .plan = k->run->plan};
	struct versions vs = {NULL, 0};
	struct kube_reply reply;
	const cJSON *g;
	cJSON *apis;

	*out = (struct resources){NULL, 0};
	d.groups = cJSON_CreateArray();
	d.lists = cJSON_CreateArray();
	d.errors = cJSON_CreateArray();
	add_version(&d, &vs, "", "v1");
	apis = get_json(k, "/apis", &reply);
	if (!apis)
		add_error(&d, "/apis", &reply);
	cJSON_ArrayForEach(g, json_get_arr(apis, "groups"))
	{
		cJSON_AddItemToArray(d.groups, cJSON_Duplicate(g, true));
		add_group(&d, &vs, g);
	}
	discover_versions(&d, &vs);
	choose(&d, out);
	put_first(k->run->plan, out);
	write_doc(&d, "cluster-resources/groups.json", "/apis", d.groups);
	write_doc(&d, "cluster-resources/resources.json", "/apis/...", d.lists);
	if (cJSON_GetArraySize(d.errors) > 0)
		write_doc(&d, "cluster-resources/groups-resources-errors.json", "/apis/...", d.errors);
	cJSON_Delete(apis);
	cJSON_Delete(d.groups);
	cJSON_Delete(d.lists);
	cJSON_Delete(d.errors);
	resources_free(&d.found);
}

void resources_free(struct resources *r)
{
	for (int i = 0; i < r->n; i++) {
		free(r->v[i].group);
		free(r->v[i].version);
		free(r->v[i].plural);
		free(r->v[i].kind);
		free(r->v[i].name);
	}
	free(r->v);
	*r = (struct resources){NULL, 0};
}
