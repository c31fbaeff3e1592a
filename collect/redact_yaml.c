/* YAML by its structure, with its layout kept: the text is read into a tree that knows where each scalar stands, the
 * tree is redacted, and only the places of scalars that changed are written anew. */
#include "collect/redact_internal.h"
#include <yaml.h>

enum { DEPTH_MAX = 100, NODES_MAX = 500000, TEXT_MAX = 8 << 20 };

struct place {
	cJSON *v;
	char *was;                 /* its text as it came */
	size_t from, to;           /* characters; bytes once they are counted */
	yaml_scalar_style_t style;
};
/* A node that aliases may name, and the places of the scalars in it. */
struct anchor {
	char *name;
	cJSON *v;
	size_t first, end;
};
struct reader {
	yaml_parser_t parser;
	struct anchor *anchors;
	size_t n_anchors;
	char *anchor[DEPTH_MAX];   /* of an open collection */
	size_t first[DEPTH_MAX];   /* its first place */
	struct place *places;
	size_t n, size;
	cJSON *docs;               /* an array of the documents */
	cJSON *open[DEPTH_MAX];    /* collections that are not closed */
	char *key[DEPTH_MAX];      /* a mapping's key that waits for its value */
	bool want_key[DEPTH_MAX];
	int depth, nodes;
};

static int attach(struct reader *r, cJSON *v)
{
	cJSON *in = r->depth ? r->open[r->depth - 1] : r->docs;
	int d = r->depth - 1;

	if (++r->nodes > NODES_MAX) {
		cJSON_Delete(v);
		return -ERR_LIMIT;
	}
	if (!cJSON_IsObject(in)) {
		cJSON_AddItemToArray(in, v);
		return 0;
	}
	cJSON_AddItemToObject(in, r->key[d] ? r->key[d] : "", v);
	free(r->key[d]);
	r->key[d] = NULL;
	r->want_key[d] = true;
	return 0;
}

static void note_place(struct reader *r, cJSON *v, const yaml_event_t *ev)
{
	if (r->n == r->size) {
		r->size = r->size ? r->size * 2 : 64;
		r->places = xreallocarray(r->places, r->size, sizeof(*r->places));
	}
	r->places[r->n++] = (struct place){v, xstrdup(v->valuestring), ev->start_mark.index, ev->end_mark.index,
	                                   ev->data.scalar.style};
}

/* Takes name over. */
static void note_anchor(struct reader *r, char *name, cJSON *v, size_t first)
{
	if (!name)
		return;
	r->anchors = xreallocarray(r->anchors, r->n_anchors + 1, sizeof(*r->anchors));
	r->anchors[r->n_anchors++] = (struct anchor){name, v, first, r->n};
}

/* The scalars of a copy stand where those of the node do; *i: the place of the next one. */
static int place_copy(struct reader *r, cJSON *v, size_t *i, size_t end)
{
	cJSON *x;
	int rc = ++r->nodes > NODES_MAX ? -ERR_LIMIT : 0;

	if (cJSON_IsString(v) && *i < end) {
		if (r->n == r->size) {
			r->size = r->size ? r->size * 2 : 64;
			r->places = xreallocarray(r->places, r->size, sizeof(*r->places));
		}
		r->places[r->n] = r->places[(*i)++];
		r->places[r->n].v = v;
		r->places[r->n].was = xstrdup(v->valuestring);
		r->n++;
	}
	cJSON_ArrayForEach(x, v) if (rc == 0) rc = place_copy(r, x, i, end);
	return rc;
}

/* What an alias stands for: a copy, that is looked at where it stands. */
static int take_alias(struct reader *r, const char *name)
{
	for (size_t k = r->n_anchors; k-- > 0;) {
		if (strcmp(r->anchors[k].name, name) != 0)
			continue;
		cJSON *v = cJSON_Duplicate(r->anchors[k].v, true);
		size_t i = r->anchors[k].first;
		int rc = v ? place_copy(r, v, &i, r->anchors[k].end) : -ERR_LIMIT;

		if (rc == 0)
			return attach(r, v);
		/* The reading ends here: nobody looks at the places of the copy again. */
		cJSON_Delete(v);
		return rc;
	}
	return attach(r, cJSON_CreateNull());
}

static int take_scalar(struct reader *r, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;

	if (strlen(text) != ev->data.scalar.length) /* a NUL inside: nothing of ours */
		return -ERR_FORMAT;
	if (r->depth && cJSON_IsObject(r->open[r->depth - 1]) && r->want_key[r->depth - 1]) {
		r->key[r->depth - 1] = xstrdup(text);
		r->want_key[r->depth - 1] = false;
		return 0;
	}
	cJSON *v = cJSON_CreateString(text);
	if (!v)
		return -ERR_LIMIT;
	note_place(r, v, ev);
	note_anchor(r, ev->data.scalar.anchor ? xstrdup((const char *)ev->data.scalar.anchor) : NULL, v, r->n - 1);
	return attach(r, v);
}

static int open_collection(struct reader *r, bool map, const yaml_char_t *anchor)
{
	cJSON *v = map ? cJSON_CreateObject() : cJSON_CreateArray();

	if (r->depth && cJSON_IsObject(r->open[r->depth - 1]) && r->want_key[r->depth - 1]) {
		cJSON_Delete(v);
		return -ERR_FORMAT; /* a key that is a collection */
	}
	if (!v || r->depth >= DEPTH_MAX) {
		cJSON_Delete(v);
		return -ERR_LIMIT;
	}
	int rc = attach(r, v);
	if (rc < 0)
		return rc;
	r->open[r->depth] = v;
	r->anchor[r->depth] = anchor ? xstrdup((const char *)anchor) : NULL;
	r->first[r->depth] = r->n;
	r->want_key[r->depth++] = map;
	return 0;
}

static int take_event(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, ev);
	case YAML_MAPPING_START_EVENT:
		return open_collection(r, true, ev->data.mapping_start.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(r, false, ev->data.sequence_start.anchor);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		note_anchor(r, r->anchor[r->depth], r->open[r->depth], r->first[r->depth]);
		r->anchor[r->depth] = NULL;
		return 0;
	case YAML_ALIAS_EVENT:
		if (r->depth && cJSON_IsObject(r->open[r->depth - 1]) && r->want_key[r->depth - 1])
			return -ERR_FORMAT;
		return take_alias(r, (const char *)ev->data.alias.anchor);
	default:
		return 0;
	}
}

static int read_all(struct reader *r, struct str text)
{
	bool done = false;
	int rc = 0;

	if (!yaml_parser_initialize(&r->parser))
		return -ERR_LIMIT;
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.p, text.n);
	while (!done && rc == 0) {
		yaml_event_t ev;

		if (!yaml_parser_parse(&r->parser, &ev)) {
			rc = -ERR_FORMAT;
			break;
		}
		done = ev.type == YAML_STREAM_END_EVENT;
		rc = take_event(r, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&r->parser);
	return rc;
}

static bool is_changed(const struct place *p)
{
	return strcmp(p->was, p->v->valuestring) != 0;
}

/* By where they stand; of several at one place, as aliases have them, one that was redacted first. */
static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->from != y->from ? (x->from < y->from ? -1 : 1) : is_changed(y) - is_changed(x);
}

static void sort_places(struct reader *r)
{
	size_t n = 0;

	if (r->n)
		qsort(r->places, r->n, sizeof(*r->places), by_place);
	for (size_t i = 0; i < r->n; i++) {
		if (n && r->places[n - 1].from == r->places[i].from)
			free(r->places[i].was);
		else
			r->places[n++] = r->places[i];
	}
	r->n = n;
}

/* libyaml counts characters. */
static void to_bytes(struct reader *r, struct str text)
{
	size_t chars = 0, at = 0;

	for (size_t i = 0; i < r->n; i++) {
		size_t *const ends[] = {&r->places[i].from, &r->places[i].to};

		for (int k = 0; k < 2; k++) {
			while (chars < *ends[k] && at < text.n) {
				at++;
				while (at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80)
					at++;
				chars++;
			}
			*ends[k] = at;
		}
	}
}

static int write_out(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

/* A block keeps its first line and its indentation. */
static int put_block(struct str old, const char *v, struct buf *out)
{
	const char *nl = memchr(old.p, '\n', old.n), *end = old.p + old.n, *p;
	size_t indent = 0;
	int rc;

	if (!nl)
		return -ERR_FORMAT;
	for (p = nl + 1; p < end && (*p == ' ' || *p == '\n' || *p == '\r'); p++)
		indent = *p == ' ' ? indent + 1 : 0;
	if ((rc = buf_add(out, old.p, (size_t)(nl + 1 - old.p), NULL)) < 0)
		return rc;
	while (*v && rc >= 0) {
		size_t n = strcspn(v, "\n");

		for (size_t i = 0; n && i < indent && rc >= 0; i++)
			rc = buf_add(out, " ", 1, NULL);
		if (rc >= 0 && (rc = buf_add(out, v, n, NULL)) >= 0)
			rc = buf_add(out, "\n", 1, NULL);
		v += n + (v[n] == '\n');
	}
	return rc;
}

static int put_scalar(const struct place *p, struct str text, struct buf *out)
{
	struct str old = {text.p + p->from, p->to - p->from};
	bool block = p->style == YAML_LITERAL_SCALAR_STYLE || p->style == YAML_FOLDED_SCALAR_STYLE;
	const char *v = p->v->valuestring;
	struct jsonw w;

	if (block && strchr(v, '\n'))
		return put_block(old, v, out);
	if (strpbrk(v, "'\n\r\t\\") || !*v) {
		jsonw_init(&w, write_out, out, 0, NULL);
		jsonw_str(&w, v);
		if (jsonw_finish(&w) < 0)
			return -ERR_LIMIT;
	} else if (buf_printf(out, NULL, "'%s'", v) < 0) {
		return -ERR_LIMIT;
	}
	/* A block ends where the next key begins: its newline was part of it. */
	size_t k = old.n;
	while (block && k > 0 && old.p[k - 1] == ' ')
		k--;
	return block && k && old.p[k - 1] == '\n' ? buf_add(out, old.p + k - 1, old.n - k + 1, NULL) : 0;
}

/* The length of an anchor and a tag in front of a scalar, which libyaml counts in: &a !!str x */
static size_t properties_of(struct str s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == '&' || s.p[n] == '!')) {
		while (n < s.n && s.p[n] != ' ' && s.p[n] != '\n')
			n++;
		while (n < s.n && s.p[n] == ' ')
			n++;
	}
	return n;
}

static int write_all(const struct reader *r, struct str text, struct buf *out)
{
	size_t at = 0;
	int rc = 0;

	for (size_t i = 0; i < r->n && rc >= 0; i++) {
		struct place *p = &r->places[i];

		if (!is_changed(p) || p->from < at)
			continue;
		p->from += properties_of((struct str){text.p + p->from, p->to - p->from});
		rc = buf_add(out, text.p + at, p->from - at, NULL);
		if (rc >= 0)
			rc = put_scalar(p, text, out);
		at = p->to;
	}
	return rc < 0 ? rc : buf_add(out, text.p + at, text.n - at, NULL);
}

int redact_yaml_at(const struct redact *r, struct str text, struct buf *out, int64_t *count, int embedded)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reader y = {.docs = cJSON_CreateArray()};
	int64_t n = 0;
	size_t before = out->n;
	cJSON *doc;

	/* libyaml counts no character for it. */
	if (str_starts(text, bom)) {
		(void)buf_add(out, bom, 3, NULL);
		text = (struct str){text.p + 3, text.n - 3};
	}
	int rc = text.n > TEXT_MAX ? -ERR_FORMAT : read_all(&y, text);
	bool any = false;

	cJSON_ArrayForEach(doc, y.docs) any |= cJSON_IsObject(doc) || cJSON_IsArray(doc);
	if (rc == 0 && !any)
		rc = -ERR_FORMAT;
	if (rc == 0) {
		cJSON_ArrayForEach(doc, y.docs) redact_tree_at(r, doc, NULL, &n, embedded);
		if (y.n_anchors)
			sort_places(&y);
		to_bytes(&y, text);
		rc = write_all(&y, text, out);
	}
	if (rc < 0)
		out->n = before;
	else
		*count += n;
	for (size_t i = 0; i < y.n; i++)
		free(y.places[i].was);
	for (int i = 0; i < DEPTH_MAX; i++) {
		free(y.key[i]);
		free(y.anchor[i]);
	}
	for (size_t i = 0; i < y.n_anchors; i++)
		free(y.anchors[i].name);
	free(y.anchors);
	free(y.places);
	cJSON_Delete(y.docs);
	return rc < 0 ? -ERR_FORMAT : 0;
}
