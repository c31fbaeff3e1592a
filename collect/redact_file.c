#include "collect/redact_file.h"
#include "collect/redact_internal.h"
#include <ctype.h>
#include <fnmatch.h>

#define HOLD_MAX ((size_t)8 << 20)  /* a document */
#define ITEM_MAX ((size_t)16 << 20) /* an item of a list */

enum mode {
	TEXT,
	WHOLE,      /* the file goes, whatever is in it */
	YAML,
	JSON_START, /* in front of a value */
	JSON_BODY,  /* in an object or array, outside of a list's items */
	JSON_ITEM,  /* in an item */
	JSON_SKIP   /* in an item that is too large */
};
struct redact_file {
	const struct redact *r;
	redact_sink sink;
	void *arg;
	struct redact_stream *text;
	enum mode mode;
	struct buf hold, out;
	int depth, list_depth; /* open brackets; how many are open around items, 0: no list yet */
	bool in_string, escape, list;
	char kind[64];         /* of the items */
	int64_t count;
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* Whether the name of the file says that it holds credentials and nothing else. */
static bool is_credential(const struct redact *r, const char *path)
{
	const char *slash = strrchr(path, '/');

	for (int i = 0; i < r->files.n; i++)
		if (!fnmatch(r->files.v[i].p, slash ? slash + 1 : path, 0))
			return true;
	return false;
}

struct redact_file *redact_file_new(const struct redact *r, const char *path, redact_sink sink, void *arg,
                                    bool (*drop)(void *arg, struct str line), void *drop_arg)
{
	struct redact_file *f = xcalloc(1, sizeof(*f));

	f->r = r;
	f->sink = sink;
	f->arg = arg;
	f->text = redact_stream_new(r, sink, arg, drop, drop_arg);
	f->hold = (struct buf)BUF_MAX(ITEM_MAX);
	f->out = (struct buf)BUF_MAX(4 * ITEM_MAX);
	if (is_credential(r, path))
		f->mode = WHOLE;
	else if (drop)
		f->mode = TEXT;
	else if (ends_with(path, ".json"))
		f->mode = JSON_START;
	else if (ends_with(path, ".yaml") || ends_with(path, ".yml") || ends_with(path, ".conf") || ends_with(path, "kubeconfig"))
		f->mode = YAML;
	/* Lists of items that do not say what they are lie under their name. */
	if (strstr(path, "secrets/") || ends_with(path, "secrets.json") || ends_with(path, "secrets.yaml"))
		snprintf(f->kind, sizeof(f->kind), "Secret");
	return f;
}

static int give(struct redact_file *f, struct err *e)
{
	int rc = f->out.n ? f->sink(f->arg, f->out.p, f->out.n, e) : 0;

	buf_clear(&f->out);
	return rc < 0 ? rc : 0;
}

/* What is held, as text. */
static int give_text(struct redact_file *f, struct err *e)
{
	int rc = redact_text(f->r, (struct str){buf_cstr(&f->hold), f->hold.n}, &f->out, &f->count, e);

	buf_clear(&f->hold);
	return rc < 0 ? rc : give(f, e);
}

/* A placeholder in place of a JSON value. */
static void give_unreadable(struct redact_file *f, struct str value)
{
	(void)buf_add_str(&f->out, "\"", NULL);
	(void)placeholder_add(f->r->placeholders, "unreadable", value, &f->out, NULL);
	(void)buf_add_str(&f->out, "\"", NULL);
}

/* What is held, as a JSON value; text when it is none. */
static int give_json(struct redact_file *f, const char *kind, struct err *e)
{
	struct str held = {buf_cstr(&f->hold), f->hold.n};
	CLEAN(clean_cjson) cJSON *v = NULL;
	int64_t n = 0;

	if (json_parse(held.p, held.n, &v, NULL) < 0)
		return give_text(f, e);
	redact_object(f->r, v, kind && kind[0] ? kind : NULL, &n);
	if (n == 0)
		(void)buf_add(&f->out, held.p, held.n, NULL);
	else if (redact_json_rewrite(held, v, &f->out, NULL) < 0)
		give_unreadable(f, held);
	f->count += n;
	buf_clear(&f->hold);
	return give(f, e);
}

/* Where a document that ends in its middle can be closed, behind its last member that is whole: its length up to there;
 * closers: the brackets that are open then. */
static size_t last_whole(struct str s, struct buf *closers)
{
	CLEAN_BUF struct buf open = BUF_MAX(HOLD_MAX);
	bool in_string = false, escape = false;
	size_t at = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (in_string) {
			in_string = escape || c != '"';
			escape = !escape && c == '\\';
			continue;
		}
		in_string = c == '"';
		if (c == '{' || c == '[')
			(void)buf_add(&open, c == '{' ? "}" : "]", 1, NULL);
		else if ((c == '}' || c == ']') && open.n)
			open.n--;
		if (c == ',' || c == '{' || c == '[' || c == '}' || c == ']') {
			at = c == ',' ? i : i + 1;
			buf_clear(closers);
			(void)buf_add(closers, buf_cstr(&open), open.n, NULL);
		}
	}
	return at;
}

/* What is held is a document, or an item, that was cut off: its whole members are looked at by their places, the rest goes.
 * Without its kind, which may have come after its data, it is taken for a Secret. */
static int give_cut(struct redact_file *f, struct err *e)
{
	CLEAN_BUF struct buf whole = BUF_MAX(2 * ITEM_MAX), closers = BUF_MAX(HOLD_MAX), clean = BUF_MAX(4 * ITEM_MAX);
	CLEAN(clean_cjson) cJSON *v = NULL;
	struct str held = {buf_cstr(&f->hold), f->hold.n}, rest;
	int64_t n = 0;
	size_t at = last_whole(held, &closers);

	(void)buf_add(&whole, held.p, at, NULL);
	for (size_t i = closers.n; i-- > 0;)
		(void)buf_add(&whole, closers.p + i, 1, NULL);
	if (!at || json_parse(buf_cstr(&whole), whole.n, &v, NULL) < 0)
		return give_text(f, e);
	const char *own = json_get_str(v, "kind");
	redact_object(f->r, v, own ? NULL : f->kind[0] ? f->kind : "Secret", &n);
	if (redact_json_rewrite((struct str){buf_cstr(&whole), whole.n}, v, &clean, NULL) < 0 || clean.n < closers.n)
		return placeholder_add(f->r->placeholders, "unreadable", held, &f->out, e) < 0 ? -ERR_LIMIT : give(f, e);
	(void)buf_add(&f->out, buf_cstr(&clean), clean.n - closers.n, NULL);
	rest = (struct str){held.p + at, held.n - at};
	while (rest.n && (isspace((unsigned char)*rest.p) || *rest.p == ',')) {
		(void)buf_add(&f->out, rest.p, 1, NULL);
		rest.p++;
		rest.n--;
	}
	if (rest.n && !placeholder_begins(rest)) {
		(void)placeholder_add(f->r->placeholders, "cut-off", rest, &f->out, NULL);
		n++;
	} else {
		(void)buf_add(&f->out, rest.p, rest.n, NULL);
	}
	f->count += n;
	buf_clear(&f->hold);
	return give(f, e);
}

/* "kind": "SecretList" in front of the items. */
static void note_kind(struct redact_file *f)
{
	const char *p = buf_cstr(&f->hold), *k = strstr(p, "\"kind\"");
	char kind[64] = "";

	if (k && sscanf(k, "\"kind\" : \"%63[A-Za-z]", kind) == 1 && ends_with(kind, "List") && strlen(kind) > 4)
		snprintf(f->kind, sizeof(f->kind), "%.*s", (int)(strlen(kind) - 4), kind);
}

/* Whether the `[` behind what is held opens the items of a list. */
static bool opens_items(const struct redact_file *f)
{
	static const char key[] = "\"items\"";
	size_t n = f->hold.n;

	while (n && isspace((unsigned char)f->hold.p[n - 1]))
		n--;
	if (!n || f->hold.p[n - 1] != ':')
		return false;
	for (n--; n && isspace((unsigned char)f->hold.p[n - 1]); n--)
		;
	return n >= sizeof(key) - 1 && !memcmp(f->hold.p + n - (sizeof(key) - 1), key, sizeof(key) - 1);
}

/* Follows brackets and strings. True when the byte closed a bracket. */
static bool step(struct redact_file *f, char c)
{
	if (f->in_string) {
		if (f->escape)
			f->escape = false;
		else if (c == '\\')
			f->escape = true;
		else if (c == '"')
			f->in_string = false;
		return false;
	}
	if (c == '"')
		f->in_string = true;
	else if (c == '{' || c == '[')
		f->depth++;
	else if (c == '}' || c == ']') {
		f->depth--;
		return true;
	}
	return false;
}

static int to_text(struct redact_file *f, const char *p, const char *end, struct err *e)
{
	int rc = redact_stream_write(f->text, buf_cstr(&f->hold), f->hold.n, e);

	f->mode = TEXT;
	buf_clear(&f->hold);
	return rc < 0 ? rc : redact_stream_write(f->text, p, (size_t)(end - p), e);
}

static int end_item(struct redact_file *f, struct err *e)
{
	f->mode = JSON_BODY;
	return give_json(f, f->kind, e);
}

/* One byte outside of items. 1: what is held has become too much for a document. */
static int body_byte(struct redact_file *f, char c, struct err *e)
{
	bool list_opens = c == '[' && !f->in_string && !f->list &&
	                  ((f->depth == 0 && !f->hold.n) || (f->depth == 1 && opens_items(f)));
	bool closed;
	int rc;

	if (f->hold.n >= HOLD_MAX)
		return 1;
	closed = step(f, c);
	(void)buf_add(&f->hold, &c, 1, NULL);
	if (list_opens) {
		note_kind(f);
		f->list = true;
		f->list_depth = f->depth;
		return give_text(f, e);
	}
	if (closed && f->depth == 0) {
		rc = f->list ? give_text(f, e) : give_json(f, f->kind, e);
		f->mode = JSON_START;
		f->list = false;
		f->list_depth = 0;
		return rc;
	}
	if (closed && f->list && f->depth < f->list_depth)
		f->list_depth = -1; /* the list is over; what follows belongs to the document */
	return 0;
}

static int item_byte(struct redact_file *f, char c, struct err *e)
{
	bool closed = step(f, c);

	if (f->mode == JSON_ITEM && buf_add(&f->hold, &c, 1, NULL) < 0) {
		buf_clear(&f->hold);
		f->mode = JSON_SKIP;
	}
	if (!closed || f->depth != f->list_depth)
		return 0;
	if (f->mode == JSON_ITEM)
		return end_item(f, e);
	/* Too large to be looked into: it goes. */
	f->mode = JSON_BODY;
	f->count++;
	give_unreadable(f, STR("item"));
	return give(f, e);
}

static int json_write(struct redact_file *f, const char *p, const char *end, struct err *e)
{
	int rc = 0;

	for (; p < end && rc == 0; p++) {
		char c = *p;

		if (f->mode == JSON_START) {
			if (isspace((unsigned char)c)) {
				rc = f->sink(f->arg, &c, 1, e);
				continue;
			}
			if (c != '{' && c != '[')
				return to_text(f, p, end, e);
			f->mode = JSON_BODY;
		}
		if (f->mode == JSON_ITEM || f->mode == JSON_SKIP) {
			rc = item_byte(f, c, e);
		} else if (f->list && f->depth == f->list_depth && (c == '{' || c == '[') && !f->in_string) {
			if ((rc = give_text(f, e)) == 0) { /* what stands between items */
				f->mode = JSON_ITEM;
				rc = item_byte(f, c, e);
			}
		} else if ((rc = body_byte(f, c, e)) > 0) {
			return to_text(f, p, end, e);
		}
	}
	return rc;
}

int redact_file_write(struct redact_file *f, const void *p, size_t n, struct err *e)
{
	const char *s = p;

	if (f->mode == TEXT)
		return redact_stream_write(f->text, p, n, e);
	if (f->mode == WHOLE) {
		size_t room = HOLD_MAX - f->hold.n; /* of which the placeholder tells; more need not be held */
		return buf_add(&f->hold, p, n < room ? n : room, e);
	}
	if (f->mode != YAML)
		return json_write(f, s, s + n, e);
	if (f->hold.n + n <= HOLD_MAX)
		return buf_add(&f->hold, p, n, e);
	return to_text(f, s, s + n, e);
}

static int finish_yaml(struct redact_file *f, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX(4 * ITEM_MAX);

	if (redact_yaml_at(f->r, (struct str){buf_cstr(&f->hold), f->hold.n}, &b, &f->count, 0) < 0)
		return to_text(f, NULL, NULL, e);
	/* Comments are in no tree. */
	buf_clear(&f->hold);
	redact_stream_structured(f->text);
	int rc = redact_stream_write(f->text, buf_cstr(&b), b.n, e);
	f->mode = TEXT;
	return rc;
}

/* A placeholder instead of all; an empty file stays one. */
static int give_whole(struct redact_file *f, struct err *e)
{
	struct str held = {buf_cstr(&f->hold), f->hold.n};

	if (!held.n || placeholder_begins(held))
		return f->sink(f->arg, held.p, held.n, e) < 0 ? -ERR_IO : 0;
	(void)placeholder_add(f->r->placeholders, "file", held, &f->out, NULL);
	(void)buf_add_str(&f->out, "\n", NULL);
	f->count++;
	return give(f, e);
}

int redact_file_finish(struct redact_file *f, struct err *e)
{
	int rc = 0;

	if (f->mode == WHOLE)
		return give_whole(f, e);
	if (f->mode == YAML)
		rc = finish_yaml(f, e);
	else if (f->mode == JSON_ITEM || (f->mode == JSON_BODY && !f->list && f->depth > 0))
		rc = give_cut(f, e);
	else if (f->mode != TEXT)
		rc = to_text(f, NULL, NULL, e);
	return rc < 0 ? rc : redact_stream_finish(f->text, e);
}

void redact_file_free(struct redact_file *f)
{
	if (!f)
		return;
	redact_stream_free(f->text);
	buf_release(&f->hold);
	buf_release(&f->out);
	free(f);
}
