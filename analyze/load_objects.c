#include <string.h>

#include "analyze/load.h"
#include "base/mem.h"

/* "PodList" -> "Pod"; "" for lists that do not say of what. */
static void kind_of_items(const struct jsonitems *s, char out[64])
{
	size_t n = strlen(s->kind);

	*out = '\0';
	if (n > 4 && strcmp(s->kind + n - 4, "List") == 0) {
		memcpy(out, s->kind, n - 4);
		out[n - 4] = '\0';
	}
}

static int on_item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct load *l = arg;
	struct err why = {0};
	char kind[64];

	if (it->too_big) {
		load_partial(l, "an object is too large");
		return load_problem(l, it->line, e, "item %ld: larger than %zu MiB, left out", (long)it->index, l->items.max_item >> 20);
	}
	kind_of_items(&l->items, kind);
	struct extract_source src = {l->file.id, it->line, it->index, kind, l->items.api_version};
	int rc = extract_object(l->extract, l->store, it->json, &src, &why);
	if (rc > 0)
		return 0;
	if (rc == 0) {
		load_partial(l, "a bad object");
		return load_problem(l, it->line, e, "item %ld: %s, left out", (long)it->index, why.msg);
	}
	*e = why;
	return rc;
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

static int list_row(struct load *l, struct err *e)
{
	char kind[64], plural[128];
	const char *resource = l->file.kind.resource;

	kind_of_items(&l->items, kind);
	if (!*kind && l->items.count > 0) {
		size_t n = strnlen(extract_kind(l->extract), sizeof(kind) - 1);
		memcpy(kind, extract_kind(l->extract), n);
		kind[n] = '\0';
	}
	/* Custom resources keep their full name, group and all: two groups may have one kind. */
	if (*kind && !(resource && strchr(resource, '.'))) {
		layout_plural(str_of(kind), plural);
		resource = plural;
	}
	row_begin(l->store, STORE_LISTS);
	row_int(l->store, l->file.id);
	row_text(l->store, resource);
	row_text(l->store, l->file.kind.namespace);
	row_int(l->store, l->items.count);
	return row_end(l->store, e);
}

static int objects_end(struct load *l, struct err *e)
{
	struct err why = {0};
	int rc = 0;

	if (!l->broken)
		rc = load_broken(l, jsonitems_finish(&l->items, &why), &why, e);
	if (rc == 0 && (l->items.shape == JSONITEMS_LIST || l->items.shape == JSONITEMS_ARRAY))
		rc = list_row(l, e);
	l->liner.line = l->items.line;
	jsonitems_release(&l->items);
	return rc;
}

const struct loader load_objects = {objects_begin, objects_feed, objects_end};
