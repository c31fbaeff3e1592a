#include "base/jsonscan.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonwalk.h"
#include "base/mem.h"

enum { MAX_SLOTS = 256, MAX_NODES = 1024, MAX_DEPTH = 256, MAX_PATH_DEPTH = 32 };

/* -- a validating walk ------------------------------------------------------------------------------------------- */

static const char *skip_digits(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p > start ? p : NULL;
}

static const char *skip_number(const char *p, const char *end)
{
	if (*p == '-')
		p++;
	if (p < end && *p == '0')
		p++;
	else if (!(p = skip_digits(p, end)))
		return NULL;
	if (p < end && *p == '.' && !(p = skip_digits(p + 1, end)))
		return NULL;
	if (p < end && (*p | 0x20) == 'e') {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = skip_digits(p, end);
	}
	return p;
}

static const char *skip_word(const char *p, const char *end)
{
	static const struct str words[] = {{"true", 4}, {"false", 5}, {"null", 4}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if ((size_t)(end - p) >= words[i].n && memcmp(p, words[i].p, words[i].n) == 0)
			return p + words[i].n;
	return NULL;
}

/* A value that holds no others. */
static inline const char *skip_simple(const char *p, const char *end)
{
	if (*p == '"')
		return skip_string(p + 1, end);
	if (*p == '-' || (*p >= '0' && *p <= '9'))
		return skip_number(p, end);
	return skip_word(p, end);
}

/* p is at a key (or what should be one); returns the value behind its colon. */
static inline const char *skip_key(const char *p, const char *end)
{
	if (p == end || *p != '"' || !(p = skip_string(p + 1, end)))
		return NULL;
	if (p == end || *p != ':') {
		p = skip_blanks(p, end);
		if (p == end || *p != ':')
			return NULL;
	}
	return skip_blanks(p + 1, end);
}

/* Moves over one value of any depth, checking every byte of its grammar; NULL when it is not JSON. */
static const char *skip_value(const char *p, const char *end)
{
	bool object[MAX_DEPTH];
	int depth = 0;

	for (;;) {
		if (p == end)
			return NULL;
		if (*p == '{' || *p == '[') {
			if (depth == MAX_DEPTH)
				return NULL;
			bool is_object = object[depth++] = *p == '{';
			p = skip_blanks(p + 1, end);
			if (p == end)
				return NULL;
			if (*p != (is_object ? '}' : ']')) {
				if (is_object && !(p = skip_key(p, end)))
					return NULL;
				continue;
			}
			p++;
			depth--;
		} else if (!(p = skip_simple(p, end))) {
			return NULL;
		}
		/* Behind a value: close what ends here, or go on to the next. */
		for (;;) {
			if (depth == 0)
				return p;
			p = skip_blanks(p, end);
			if (p == end)
				return NULL;
			if (*p == ',')
				break;
			if (*p++ != (object[depth - 1] ? '}' : ']'))
				return NULL;
			depth--;
		}
		p = skip_blanks(p + 1, end);
		if (object[depth - 1] && !(p = skip_key(p, end)))
			return NULL;
	}
}

/* -- paths as a tree --------------------------------------------------------------------------------------------- */

struct node {
	const char *key; /* NULL: an array's element */
	size_t n;
	int index;
	int child, next; /* nodes, 0 for none (0 is the root, which is nobody's child) */
	int slot;        /* first slot that wants this value, -1 for none */
	bool deferred;   /* checked later */
};
struct jsonpaths {
	struct node nodes[MAX_NODES];
	int n_nodes;
	int path_of[MAX_SLOTS];   /* slot -> path; the slots of a path follow each other, best first */
	int same_as[MAX_SLOTS];   /* next slot that wants the same value, -1 for none */
	int n_slots, n_paths;
	char *text; /* all keys */
};

static int child_of(struct jsonpaths *t, int parent, const char *key, size_t n, int index)
{
	int *link = &t->nodes[parent].child;

	for (; *link; link = &t->nodes[*link].next) {
		const struct node *c = &t->nodes[*link];
		if (key ? c->key && c->n == n && memcmp(c->key, key, n) == 0 : !c->key && c->index == index)
			return *link;
	}
	if (t->n_nodes == MAX_NODES)
		return -1;
	t->nodes[t->n_nodes] = (struct node){.key = key, .n = n, .index = index, .slot = -1};
	return *link = t->n_nodes++;
}

/* One alternative: .a."b c"[0].d up to a blank, a bar or the end. Returns what follows, NULL when it is no path. */
static const char *compile_one(struct jsonpaths *t, const char *p, int path)
{
	int node = 0, depth = 0;

	if (*p != '.' && *p != '[')
		return NULL;
	while (*p == '.' || *p == '[') {
		if (++depth > MAX_PATH_DEPTH)
			return NULL;
		if (*p == '[') {
			char *end;
			long i = strtol(p + 1, &end, 10);
			if (end == p + 1 || *end != ']' || i < 0 || i > 1000000)
				return NULL;
			node = child_of(t, node, NULL, 0, (int)i);
			p = end + 1;
		} else if (p[1] == '"') {
			const char *close = strchr(p + 2, '"');
			if (!close)
				return NULL;
			node = child_of(t, node, p + 2, (size_t)(close - p - 2), 0);
			p = close + 1;
		} else {
			size_t n = strcspn(p + 1, ".[ |\t");
			if (n > 0)
				node = child_of(t, node, p + 1, n, 0);
			p += 1 + n;
			if (n == 0) /* "." alone is the value itself */
				break;
		}
		if (node < 0)
			return NULL;
	}
	if (t->n_slots == MAX_SLOTS)
		return NULL;
	t->path_of[t->n_slots] = path;
	t->same_as[t->n_slots] = t->nodes[node].slot;
	t->nodes[node].slot = t->n_slots++;
	return p;
}

static int compile_path(struct jsonpaths *t, const char *p, int path)
{
	for (;;) {
		p += strspn(p, " \t");
		if (!(p = compile_one(t, p, path)))
			return -1;
		p += strspn(p, " \t");
		if (*p == '\0')
			return 0;
		if (*p++ != '|')
			return -1;
	}
}

int jsonpaths_compile(const char *const *paths, int n, struct jsonpaths **out, struct err *e)
{
	CLEAN_BUF struct buf text = BUF_MAX(1 << 20);
	struct jsonpaths *t = xcalloc(1, sizeof(*t));
	int rc = 0;

	t->n_nodes = 1;
	t->nodes[0] = (struct node){.slot = -1};
	t->n_paths = n;
	for (int i = 0; i < n && rc == 0; i++)
		rc = buf_add(&text, paths[i], strlen(paths[i]) + 1, e);
	t->text = buf_take(&text);
	const char *p = t->text;
	for (int i = 0; i < n && rc == 0; p += strlen(p) + 1, i++)
		if (compile_path(t, p, i) < 0)
			rc = err_set(e, ERR_FORMAT, "bad or too long path: %s", p);
	if (rc < 0)
		jsonpaths_free(t);
	else
		*out = t;
	return rc;
}

void jsonpaths_defer(struct jsonpaths *p, int i)
{
	for (int n = 0; n < p->n_nodes; n++)
		for (int slot = p->nodes[n].slot; slot >= 0; slot = p->same_as[slot])
			if (p->path_of[slot] == i)
				p->nodes[n].deferred = p->nodes[n].child == 0;
}

void jsonpaths_free(struct jsonpaths *p)
{
	if (!p)
		return;
	free(p->text);
	free(p);
}

/* -- the scan ---------------------------------------------------------------------------------------------------- */

struct scan {
	const struct jsonpaths *t;
	const char *end;
	struct str found[MAX_SLOTS];
};

static const char *scan_value(struct scan *s, const char *p, int node);

/* The node that wants this key, 0 for none. Keys with escapes in them are compared as they are written. */
static int find_key(const struct jsonpaths *t, int node, const char *key, size_t n)
{
	for (int c = t->nodes[node].child; c; c = t->nodes[c].next) {
		const struct node *k = &t->nodes[c];
		if (k->n == n && k->key && memcmp(k->key, key, n) == 0)
			return c;
	}
	return 0;
}

static int find_index(const struct jsonpaths *t, int node, int index)
{
	for (int c = t->nodes[node].child; c; c = t->nodes[c].next)
		if (!t->nodes[c].key && t->nodes[c].index == index)
			return c;
	return 0;
}

static const char *scan_members(struct scan *s, const char *p, int node)
{
	const char *end = s->end;

	p = skip_blanks(p + 1, end);
	if (p < end && *p == '}')
		return p + 1;
	for (;;) {
		const char *key = p + 1, *v = skip_key(p, end);
		if (!v)
			return NULL;
		const char *close = v - 1; /* back over colon and blanks to the closing quote; a key holds no raw quote */
		while (*close != '"')
			close--;
		int c = find_key(s->t, node, key, (size_t)(close - key));
		p = c ? scan_value(s, v, c) : skip_value(v, end);
		if (!p)
			return NULL;
		p = skip_blanks(p, end);
		if (p == end || (*p != ',' && *p != '}'))
			return NULL;
		if (*p++ == '}')
			return p;
		p = skip_blanks(p, end);
	}
}

static const char *scan_elements(struct scan *s, const char *p, int node)
{
	const char *end = s->end;

	p = skip_blanks(p + 1, end);
	if (p < end && *p == ']')
		return p + 1;
	for (int i = 0;; i++) {
		int c = find_index(s->t, node, i);
		p = c ? scan_value(s, p, c) : skip_value(p, end);
		if (!p)
			return NULL;
		p = skip_blanks(p, end);
		if (p == end || (*p != ',' && *p != ']'))
			return NULL;
		if (*p++ == ']')
			return p;
		p = skip_blanks(p, end);
	}
}

/* p is at a value; its depth is bounded by that of the paths. */
static const char *scan_value(struct scan *s, const char *p, int node)
{
	const struct node *t = &s->t->nodes[node];
	const char *start = p;

	if (p < s->end && t->child && *p == '{')
		p = scan_members(s, p, node);
	else if (p < s->end && t->child && *p == '[')
		p = scan_elements(s, p, node);
	else if (t->deferred && !s->found[t->slot].p && p < s->end && *p == '[') /* of a second one nobody looks at, but here */
		p = json_skip_nested(p, s->end);
	else
		p = skip_value(p, s->end);
	if (!p || *start == 'n') /* null counts as absent */
		return p;
	for (int slot = t->slot; slot >= 0; slot = s->t->same_as[slot])
		if (!s->found[slot].p) /* of duplicate keys the first counts, as in SQLite */
			s->found[slot] = (struct str){start, (size_t)(p - start)};
	return p;
}

static void begin_scan(struct scan *s)
{
	memset(s->found, 0, sizeof(s->found[0]) * (size_t)s->t->n_slots);
}

/* Of alternatives the first that was found. */
static void take_values(const struct scan *s, struct str *values)
{
	for (int i = 0; i < s->t->n_paths; i++)
		values[i] = (struct str){NULL, 0};
	for (int i = 0; i < s->t->n_slots; i++)
		if (!values[s->t->path_of[i]].p)
			values[s->t->path_of[i]] = s->found[i];
}

int jsonpaths_scan(const struct jsonpaths *t, struct str json, struct str *values, struct err *e)
{
	struct scan s;

	s.t = t;
	s.end = json.p + json.n;
	begin_scan(&s);
	const char *p = json.n ? skip_blanks(json.p, s.end) : NULL;
	if (p)
		p = scan_value(&s, p, 0);
	if (!p || skip_blanks(p, s.end) != s.end)
		return err_set(e, ERR_FORMAT, "bad JSON");
	take_values(&s, values);
	return 0;
}

int jsonpaths_each(const struct jsonpaths *t, struct str array, struct str *values,
                   int (*fn)(void *, struct str, struct err *), void *arg, struct err *e)
{
	struct scan s;
	const char *end = s.end = array.p + array.n, *p = array.n ? skip_blanks(array.p, end) : NULL;

	s.t = t;
	if (!p || p == end || *p != '[')
		return err_set(e, ERR_FORMAT, "not an array");
	p = skip_blanks(p + 1, end);
	if (p < end && *p == ']')
		return 0;
	for (;;) {
		begin_scan(&s);
		const char *close = scan_value(&s, p, 0);
		if (!close)
			return err_set(e, ERR_FORMAT, "bad JSON");
		take_values(&s, values);
		int rc = fn(arg, (struct str){p, (size_t)(close - p)}, e);
		if (rc < 0)
			return rc;
		p = skip_blanks(close, end);
		if (p == end || (*p != ',' && *p != ']'))
			return err_set(e, ERR_FORMAT, "bad JSON");
		if (*p++ == ']')
			return 0;
		p = skip_blanks(p, end);
	}
}

int json_each_element(struct str array, int (*fn)(void *, struct str, struct err *), void *arg, struct err *e)
{
	const char *end = array.p + array.n, *p = array.n ? skip_blanks(array.p, end) : NULL;

	if (!p || p == end || *p != '[')
		return err_set(e, ERR_FORMAT, "not an array");
	p = skip_blanks(p + 1, end);
	if (p < end && *p == ']')
		return 0;
	for (;;) {
		const char *close = skip_value(p, end);
		if (!close)
			return err_set(e, ERR_FORMAT, "bad JSON");
		int rc = fn(arg, (struct str){p, (size_t)(close - p)}, e);
		if (rc < 0)
			return rc;
		p = skip_blanks(close, end);
		if (p == end || (*p != ',' && *p != ']'))
			return err_set(e, ERR_FORMAT, "bad JSON");
		if (*p++ == ']')
			return 0;
		p = skip_blanks(p, end);
	}
}

int json_each_member(struct str object, int (*fn)(void *, struct str, struct str, struct err *), void *arg, struct err *e)
{
	const char *end = object.p + object.n, *p = object.n ? skip_blanks(object.p, end) : NULL;

	if (!p || p == end || *p != '{')
		return err_set(e, ERR_FORMAT, "not an object");
	p = skip_blanks(p + 1, end);
	if (p < end && *p == '}')
		return 0;
	for (;;) {
		const char *v = skip_key(p, end), *close = v ? skip_value(v, end) : NULL;
		if (!close)
			return err_set(e, ERR_FORMAT, "bad JSON");
		const char *quote = v - 1;
		while (*quote != '"')
			quote--;
		int rc = fn(arg, (struct str){p, (size_t)(quote + 1 - p)}, (struct str){v, (size_t)(close - v)}, e);
		if (rc < 0)
			return rc;
		p = skip_blanks(close, end);
		if (p == end || (*p != ',' && *p != '}'))
			return err_set(e, ERR_FORMAT, "bad JSON");
		if (*p++ == '}')
			return 0;
		p = skip_blanks(p, end);
	}
}
