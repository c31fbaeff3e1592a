#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"

enum {
	MAX_INPUT = 16 << 20,
	MAX_DEPTH = 100,
	MAX_NODES = 1000000,
	MAX_ALIASES = 1000
};

struct anchor {
	char *name;
	const cJSON *value; /* points into the tree; complete once it is in this list */
};

struct reader {
	yaml_parser_t parser;
	yaml_event_t ev; /* the current event */
	bool have_event;
	struct anchor *anchors;
	size_t nanchors;
	int nodes, aliases, depth;
	struct err *e;
};

static int fail_at(struct reader *r, yaml_mark_t at, int code, const char *what)
{
	return err_set(r->e, code, "line %zu, column %zu: %s", at.line + 1, at.column + 1, what);
}

static int next_event(struct reader *r)
{
	if (r->have_event)
		yaml_event_delete(&r->ev);
	r->have_event = false;
	if (yaml_parser_parse(&r->parser, &r->ev)) {
		r->have_event = true;
		return 0;
	}
	const char *why = r->parser.problem ? r->parser.problem : "cannot be read";
	if (r->parser.error == YAML_READER_ERROR) /* has an offset only */
		return err_set(r->e, ERR_FORMAT, "byte %zu: %s", r->parser.problem_offset, why);
	return fail_at(r, r->parser.problem_mark, ERR_FORMAT, why);
}

static int count_node(struct reader *r, yaml_mark_t at)
{
	if (++r->nodes > MAX_NODES)
		return fail_at(r, at, ERR_LIMIT, "more than 1,000,000 values");
	return 0;
}

/* JSON's own integers, within what a double holds exactly. "0644" and "+5" stay strings: they mean different things to
 * different readers. */
static bool plain_integer(const char *s, size_t n, double *v)
{
	size_t i = n > 0 && s[0] == '-';

	if (n == i || n - i > 15 || (s[i] == '0' && n - i > 1))
		return false;
	for (size_t k = i; k < n; k++)
		if (s[k] < '0' || s[k] > '9')
			return false;
	*v = strtod(s, NULL);
	return true;
}

static bool one_of(const char *s, const char *a, const char *b, const char *c)
{
	return strcmp(s, a) == 0 || strcmp(s, b) == 0 || strcmp(s, c) == 0;
}

/* cJSON strings end at a NUL, so one inside a scalar ("\0" in double quotes) becomes U+FFFD. */
static char *scalar_text(const yaml_event_t *ev)
{
	CLEAN_BUF struct buf b = BUF_MAX((size_t)MAX_INPUT * 4);

	(void)text_utf8_repair((const char *)ev->data.scalar.value, ev->data.scalar.length, &b, NULL);
	return buf_take(&b);
}

static cJSON *scalar_value(const yaml_event_t *ev)
{
	CLEAN(clean_free) char *s = scalar_text(ev);
	double v;

	if (ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !ev->data.scalar.plain_implicit)
		return cJSON_CreateString(s);
	if (!*s || strcmp(s, "~") == 0 || one_of(s, "null", "Null", "NULL"))
		return cJSON_CreateNull();
	if (one_of(s, "true", "True", "TRUE"))
		return cJSON_CreateTrue();
	if (one_of(s, "false", "False", "FALSE"))
		return cJSON_CreateFalse();
	if (plain_integer(s, strlen(s), &v))
		return cJSON_CreateNumber(v);
	return cJSON_CreateString(s);
}

static int count_tree(const cJSON *v)
{
	const cJSON *child;
	int n = 1;

	cJSON_ArrayForEach(child, v)
		n += count_tree(child);
	return n;
}

static int read_alias(struct reader *r, cJSON **out)
{
	const char *name = (const char *)r->ev.data.alias.anchor;
	yaml_mark_t at = r->ev.start_mark;

	for (size_t i = r->nanchors; i-- > 0;) { /* the last of a name counts */
		if (strcmp(r->anchors[i].name, name) != 0)
			continue;
		int n = count_tree(r->anchors[i].value);
		if (++r->aliases > MAX_ALIASES)
			return fail_at(r, at, ERR_LIMIT, "more than 1,000 aliases");
		if (n > MAX_NODES - r->nodes)
			return fail_at(r, at, ERR_LIMIT, "more than 1,000,000 values");
		r->nodes += n;
		*out = cJSON_Duplicate(r->anchors[i].value, 1);
		return *out ? 0 : fail_at(r, at, ERR_LIMIT, "no memory");
	}
	return fail_at(r, at, ERR_FORMAT, "alias without its anchor");
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorting finds a duplicate in a mapping of any size without quadratic work. */
static int check_keys(struct reader *r, const cJSON *map, yaml_mark_t at)
{
	const cJSON *child;
	size_t n = 0, i = 0;
	int rc = 0;

	cJSON_ArrayForEach(child, map)
		n++;
	const char **keys = xcalloc(n, sizeof(*keys));
	cJSON_ArrayForEach(child, map)
		keys[i++] = child->string;
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (i = 1; i < n && rc == 0; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			rc = err_set(r->e, ERR_FORMAT, "line %zu, column %zu: the mapping that begins here has \"%.80s\" twice",
			             at.line + 1, at.column + 1, keys[i]);
	free(keys);
	return rc;
}

static int read_node(struct reader *r, cJSON **out);

static int read_sequence(struct reader *r, cJSON *list)
{
	for (;;) {
		cJSON *v = NULL;
		int rc = next_event(r);
		if (rc < 0 || r->ev.type == YAML_SEQUENCE_END_EVENT)
			return rc;
		if ((rc = read_node(r, &v)) < 0)
			return rc;
		cJSON_AddItemToArray(list, v);
	}
}

static int read_mapping(struct reader *r, cJSON *map)
{
	yaml_mark_t start = r->ev.start_mark;

	for (;;) {
		cJSON *v = NULL;
		int rc = next_event(r);
		if (rc < 0)
			return rc;
		if (r->ev.type == YAML_MAPPING_END_EVENT)
			return check_keys(r, map, start);
		if (r->ev.type != YAML_SCALAR_EVENT)
			return fail_at(r, r->ev.start_mark, ERR_FORMAT, "a key must be plain text");
		CLEAN(clean_free) char *name = scalar_text(&r->ev);
		if ((rc = next_event(r)) < 0 || (rc = read_node(r, &v)) < 0)
			return rc;
		if (!cJSON_AddItemToObject(map, name, v)) {
			cJSON_Delete(v);
			return fail_at(r, start, ERR_LIMIT, "no memory");
		}
	}
}

static void remember(struct reader *r, const char *name, const cJSON *v)
{
	r->anchors = xreallocarray(r->anchors, r->nanchors + 1, sizeof(*r->anchors));
	r->anchors[r->nanchors++] = (struct anchor){xstrdup(name), v};
}

static int read_collection(struct reader *r, cJSON **out)
{
	bool map = r->ev.type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *name = map ? r->ev.data.mapping_start.anchor : r->ev.data.sequence_start.anchor;
	CLEAN(clean_free) char *anchor = name ? xstrdup((const char *)name) : NULL;
	CLEAN(clean_cjson) cJSON *v = map ? cJSON_CreateObject() : cJSON_CreateArray();

	if (++r->depth > MAX_DEPTH)
		return fail_at(r, r->ev.start_mark, ERR_LIMIT, "nested deeper than 100");
	if (!v)
		return fail_at(r, r->ev.start_mark, ERR_LIMIT, "no memory");
	int rc = map ? read_mapping(r, v) : read_sequence(r, v);
	if (rc < 0)
		return rc;
	r->depth--;
	if (anchor)
		remember(r, anchor, v);
	*out = STEAL(v);
	return 0;
}

/* The value that begins with the current event. */
static int read_node(struct reader *r, cJSON **out)
{
	yaml_mark_t at = r->ev.start_mark;
	int rc = count_node(r, at);

	if (rc < 0)
		return rc;
	switch (r->ev.type) {
	case YAML_SCALAR_EVENT:
		*out = scalar_value(&r->ev);
		if (!*out)
			return fail_at(r, at, ERR_LIMIT, "no memory");
		if (r->ev.data.scalar.anchor)
			remember(r, (const char *)r->ev.data.scalar.anchor, *out);
		return 0;
	case YAML_ALIAS_EVENT:
		return read_alias(r, out);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return read_collection(r, out);
	default:
		return fail_at(r, at, ERR_FORMAT, "a value was expected");
	}
}

static int read_stream(struct reader *r, cJSON **out)
{
	CLEAN(clean_cjson) cJSON *v = NULL;
	int rc;

	if ((rc = next_event(r)) < 0 || (rc = next_event(r)) < 0) /* stream start, then the first real one */
		return rc;
	if (r->ev.type == YAML_STREAM_END_EVENT) {
		*out = cJSON_CreateNull();
		return 0;
	}
	if ((rc = next_event(r)) < 0 || (rc = read_node(r, &v)) < 0) /* behind document start */
		return rc;
	if ((rc = next_event(r)) < 0 || (rc = next_event(r)) < 0) /* document end, then what follows */
		return rc;
	if (r->ev.type != YAML_STREAM_END_EVENT)
		return fail_at(r, r->ev.start_mark, ERR_FORMAT, "a second document; only one is expected");
	*out = STEAL(v);
	return 0;
}

int yaml_parse(const char *p, size_t n, cJSON **out, struct err *e)
{
	struct reader r = {.e = e};

	if (n > MAX_INPUT)
		return err_set(e, ERR_LIMIT, "YAML of more than %d MiB", MAX_INPUT >> 20);
	if (!yaml_parser_initialize(&r.parser))
		return err_set(e, ERR_LIMIT, "no memory for a YAML parser");
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)(p ? p : ""), n);
	int rc = read_stream(&r, out);
	if (r.have_event)
		yaml_event_delete(&r.ev);
	yaml_parser_delete(&r.parser);
	for (size_t i = 0; i < r.nanchors; i++)
		free(r.anchors[i].name);
	free(r.anchors);
	return rc;
}
