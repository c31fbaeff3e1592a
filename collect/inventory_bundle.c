/* The nodes of an earlier bundle: their objects, and how they were reached. */
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "bundles/reader.h"
#include "collect/inventory.h"

/* One node object with all its images is far smaller, and no list of nodes of ours is larger. */
#define FILE_MAX (64 << 20)

static struct inv_host *by_name(struct inventory *inv, int from, const char *name)
{
	struct inv_host *h;

	for (int i = from; i < inv->n; i++)
		if (inv->v[i].name && !strcmp(inv->v[i].name, name))
			return &inv->v[i];
	h = inventory_add(inv);
	h->name = xstrdup(name);
	return h;
}

static const char *address(const cJSON *node, const char *type)
{
	const cJSON *a, *list = json_get_arr(json_get_obj(node, "status"), "addresses");

	cJSON_ArrayForEach(a, list)
	{
		const char *t = json_get_str(a, "type"), *v = json_get_str(a, "address");

		if (t && v && !strcmp(t, type) && inventory_name_is_sane(v))
			return v;
	}
	return NULL;
}

static void from_objects(struct inventory *inv, int from, const cJSON *doc)
{
	const cJSON *node, *items = cJSON_IsArray(doc) ? doc : json_get_arr(doc, "items");

	cJSON_ArrayForEach(node, items)
	{
		const char *name = json_path_str(node, "metadata.name"), *a = address(node, "InternalIP");
		struct inv_host *h;

		if (!name || !inventory_name_is_sane(name))
			continue;
		h = by_name(inv, from, name);
		if (h->addr)
			continue;
		a = a ? a : address(node, "ExternalIP");
		h->addr = xstrdup(a ? a : name);
	}
}

/* What worked before is tried first; the user too, unless this run's options name one. */
static void from_access(struct inventory *inv, int from, const cJSON *o)
{
	const char *name = json_get_str(o, "node"), *a = json_get_str(o, "address"), *user = json_get_str(o, "user"),
	           *how = json_get_str(o, "transport");
	int64_t port = json_get_int(o, "port", 0);
	struct inv_host *h, spec = {.name = NULL};

	if (!name || !inventory_name_is_sane(name) || !a || !inventory_name_is_sane(a))
		return;
	h = by_name(inv, from, name);
	free(h->addr);
	h->addr = xstrdup(a);
	if (!json_get_bool(o, "reached", false) || (how && !strcmp(how, "pod")))
		return;
	if (port > 0 && port < 65536 && port != 22)
		h->port = (int)port;
	if (user && !h->user) {
		CLEAN(clean_free) char *word = xasprintf("%s@%s", user, name);

		if (inventory_split(&spec, word))
			h->user = xstrdup(user);
		free(spec.addr);
		free(spec.user);
	}
}

static int read_entry(struct bundle *b, struct buf *out, struct err *e)
{
	const void *p;
	int64_t n;

	while ((n = bundle_read(b, &p, e)) > 0)
		if (buf_add(out, p, (size_t)n, e) < 0)
			return -ERR_LIMIT;
	return n < 0 ? (int)n : 0;
}

int inventory_read_bundle(struct inventory *inv, const char *path, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	struct bundle_entry entry;
	struct str cap[1];
	int rc = bundle_open(path, &bundle_limits_default, &b, e), from = inv->n;

	while (rc == 0 && (rc = bundle_next(b, &entry, e)) > 0) {
		CLEAN_BUF struct buf text = BUF_MAX(FILE_MAX);
		CLEAN(clean_cjson) cJSON *doc = NULL;
		bool objects = !strcmp(entry.path, "cluster-resources/nodes.json");
		bool node = text_path_match("nodes/{node}/node.json", str_of(entry.path), cap, 1) == 1;
		struct err ignored;

		rc = 0;
		if (!objects && !node)
			continue;
		if (read_entry(b, &text, &ignored) < 0 || json_parse(buf_cstr(&text), text.n, &doc, &ignored) < 0)
			continue;
		if (objects)
			from_objects(inv, from, doc);
		else
			from_access(inv, from, doc);
	}
	if (rc < 0)
		return rc;
	/* A node.json without an address (the bundle was made on the node) names no place to connect to. */
	if (inv->n == from)
		return err_set(e, ERR_ABSENT, "%s: this bundle names no node", path);
	return 0;
}
