#include <string.h>

#include "analyze/load.h"
#include "base/mem.h"

/* "PodList" -> "Pod"; "" for lists that do not say of what. */
static void kind_of_items(const char *list, char out[64])
{
	size_t n = strlen(list);

	*out = '\0';
	if (n > 4 && strcmp(list + n - 4, "List") == 0) {
		memcpy(out, list, n - 4);
		out[n - 4] = '\0';
	}
}

int load_object(struct load *l, const struct jsonitem *it, const char *kind, const char *api, struct err *e)
{
	struct err why = {0};

	if (it->too_big) {
		load_partial(l, "an object is too large");
		return load_problem(l, it->line, e, "item %ld: larger than %zu MiB, left out", (long)it->index, l->items.max_item >> 20);
	}
	if (!*kind && l->file.kind.resource)
		kind = extract_kind_of(l->extract, l->file.kind.resource);
	struct extract_source src = {l->file.id, it->line, it->index, kind, api};
	int rc = extract_object(l->extract, l->store, it->json, &src, &why);
	if (rc > 0) {
		l->file.objects++;
		return 0;
	}
	if (rc == 0) {
		load_partial(l, "a bad object");
		return load_problem(l, it->line, e, "item %ld: %s, left out", (long)it->index, why.msg);
	}
	*e = why;
	return rc;
}

static int on_item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct load *l = arg;
	char kind[64];

	kind_of_items(l->items.kind, kind);
	return load_object(l, it, kind, l->items.api_version, e);
}

static void objects_begin(struct load *l)
{
	jsonitems_init(&l->items, on_item, l);
}

int load_broken(struct load *l, int rc, const struct err *why, struct err *e)
{
	const char *text = why->msg;
	size_t n = strcspn(text, ":");

	if (rc >= 0)
		return 0;
	if (why->code != ERR_FORMAT) {
		*e = *why;
		return rc;
	}
	l->broken = true;
	load_partial(l, "bad JSON");
	if (strncmp(text, "line ", 5) == 0 && text[n]) /* the row has a column for it */
		text += n + 2;
	return load_problem(l, l->items.line, e, "%s", text);
}

static int objects_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	struct err why = {0};

	return load_broken(l, jsonitems_feed(&l->items, p, n, &why), &why, e);
}

/* Custom resources keep their full name, group and all: two groups may have one kind, and built-in ones have tables. */
static char *resource_of(struct load *l, const char *list_kind, const char *api, bool any)
{
	char kind[64], plural[128];
	const char *resource = l->file.kind.resource;

	kind_of_items(list_kind, kind);
	if (!*kind && any) {
		snprintf(kind, sizeof(kind), "%.63s", extract_kind(l->extract));
		api = extract_api(l->extract);
	}
	if (*kind && !(resource && strchr(resource, '.'))) {
		layout_plural(str_of(kind), plural);
		resource = plural;
	}
	const char *slash = strchr(api, '/');
	if (!resource || strchr(resource, '.') || !slash || extract_builtin(str_of(api)))
		return resource ? xstrdup(resource) : NULL;
	return xasprintf("%s.%.*s", resource, (int)(slash - api), api);
}

int load_list(struct load *l, const char *kind, const char *api, int64_t items, struct err *e)
{
	CLEAN(clean_free) char *resource = resource_of(l, kind, api, l->file.objects > 0);

	l->file.objects = 0;
	row_begin(l->store, STORE_LISTS);
	row_int(l->store, l->file.id);
	row_text(l->store, resource);
	row_text(l->store, l->file.kind.namespace);
	row_int(l->store, items);
	row_int(l->store, !l->broken && !l->file.state);
	return row_end(l->store, e);
}

void load_single(struct load *l)
{
	CLEAN(clean_free) char *resource = l->file.kind.whole ? resource_of(l, "", "", true) : NULL;

	if (!resource)
		return;
	for (int i = 0; i < l->n_singles; i++)
		if (strcmp(l->singles[i].resource, resource) == 0) {
			l->singles[i].items++;
			return;
		}
	l->singles = xreallocarray(l->singles, (size_t)l->n_singles + 1, sizeof(*l->singles));
	l->singles[l->n_singles++] = (struct single_list){STEAL(resource), l->file.id, 1};
}

static int objects_end(struct load *l, struct err *e)
{
	struct err why = {0};
	int rc = 0;

	if (!l->broken)
		rc = load_broken(l, jsonitems_finish(&l->items, &why), &why, e);
	if (rc == 0 && (l->items.shape == JSONITEMS_LIST || l->items.shape == JSONITEMS_ARRAY))
		rc = load_list(l, l->items.kind, l->items.api_version, l->items.count, e);
	else if (rc == 0 && l->items.shape == JSONITEMS_SINGLE && !l->broken)
		load_single(l);
	l->liner.line = l->items.line;
	jsonitems_release(&l->items);
	return rc;
}

const struct loader load_objects = {objects_begin, objects_feed, objects_end};
