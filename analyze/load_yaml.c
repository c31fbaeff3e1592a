/* Kubernetes objects in YAML: each becomes the same rows as in JSON, with the line of the YAML. */
#include <string.h>

#include "analyze/load.h"

/* ": "null"" -> ": null  ", in place: support-bundle-kit writes the word for everything that is empty. */
static void empty_words(struct yamlitems *s)
{
	static const char word[] = "\"null\"";
	char *p = s->json.p, *end = s->json.p + s->json.n;

	while (p && (p = memmem(p, (size_t)(end - p), word, sizeof(word) - 1))) {
		char before = p > s->json.p + 1 ? p[-1] == ' ' || p[-1] == '\n' ? p[-2] : p[-1] : ' ';
		if ((before == ':' || before == '[' || before == ',') && p + 6 < end && p[6] != ':')
			memcpy(p, "null  ", 6);
		p += 6;
	}
}

static int yaml_item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct load *l = arg;
	size_t n = strlen(l->yaml.kind);
	char kind[64] = "";

	if (l->file.kind.null_words)
		empty_words(&l->yaml);
	if (l->yaml.shape != JSONITEMS_SINGLE && n > 4 && strcmp(l->yaml.kind + n - 4, "List") == 0)
		snprintf(kind, sizeof(kind), "%.*s", (int)(n - 4), l->yaml.kind);
	return load_object(l, it, kind, l->yaml.shape == JSONITEMS_SINGLE ? "" : l->yaml.api_version, e);
}

static int yaml_bad(void *arg, int64_t line, const char *why, struct err *e)
{
	struct load *l = arg;
	const char *colon = strncmp(why, "line ", 5) == 0 ? strchr(why, ':') : NULL; /* the row has a column for it */

	load_partial(l, "bad YAML");
	return load_problem(l, line, e, "item %ld: bad YAML: %s, left out", (long)l->yaml.count - 1, colon ? colon + 2 : why);
}

static int yaml_document(void *arg, struct err *e)
{
	struct load *l = arg;

	if (l->yaml.shape == JSONITEMS_SINGLE) {
		load_single(l);
		return 0;
	}
	return load_list(l, l->yaml.kind, l->yaml.api_version, l->yaml.count, e);
}

static void yaml_begin(struct load *l)
{
	yamlitems_init(&l->yaml, l);
	l->yaml.item = yaml_item;
	l->yaml.bad = yaml_bad;
	l->yaml.document = yaml_document;
	l->items.max_item = l->yaml.max_item;
}

static int yaml_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	struct err why = {0};
	int rc = yamlitems_feed(&l->yaml, p, n, &why);

	if (rc < 0 && why.code == ERR_FORMAT) {
		l->broken = true;
		load_partial(l, "bad YAML");
		return load_problem(l, l->yaml.line, e, "%s", why.msg);
	}
	if (rc < 0)
		*e = why;
	return rc;
}

static int yaml_end(struct load *l, struct err *e)
{
	int rc = l->broken ? 0 : yamlitems_finish(&l->yaml, e);

	l->liner.line = l->yaml.line;
	yamlitems_release(&l->yaml);
	return rc;
}

const struct loader load_yaml = {yaml_begin, yaml_feed, yaml_end};
