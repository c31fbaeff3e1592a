#include "base/yamlitems.h"

#include <string.h>

#include "base/mem.h"
#include "base/yamljson.h"

enum { FRAME_MAX = 64 << 10, ITEM_MAX = 16 << 20, LINE_CAP = 4 << 20 };

enum state {
	ST_START,  /* in front of a document's first token */
	ST_TOP,    /* in a top-level mapping: one object, or the frame of a list */
	ST_WAIT,   /* behind "items:": the next token tells whether there are any */
	ST_ITEMS   /* in the elements */
};

void yamlitems_init(struct yamlitems *s, void *arg)
{
	*s = (struct yamlitems){.arg = arg, .max_item = ITEM_MAX};
	s->carry.max = LINE_CAP;
	s->frame.max = FRAME_MAX;
}

void yamlitems_release(struct yamlitems *s)
{
	buf_release(&s->carry);
	buf_release(&s->frame);
	buf_release(&s->cur);
	buf_release(&s->json);
}

/* -- what comes out -------------------------------------------------------------------------------------------------- */

static int say_bad(struct yamlitems *s, int64_t line, const char *why, struct err *e)
{
	return s->bad ? s->bad(s->arg, line, why, e) : 0;
}

/* Turns the current element into JSON and gives it out. */
static int give(struct yamlitems *s, struct err *e)
{
	struct err why = {0};
	long skipped = 0;
	int rc = 0;

	s->json.max = 8 * s->max_item + 64; /* every byte of a text may need an escape */
	buf_clear(&s->json);
	if (s->cut) {
		struct jsonitem it = {{s->cur.p, 0}, s->count++, s->cur_line, true};
		rc = s->item(s->arg, &it, e);
	} else if (yaml_json((struct str){s->cur.p, s->cur.n}, &s->json, &skipped, &why) < 0) {
		s->count++;
		/* Its lines begin with 1 at cur_line. */
		long at = strncmp(why.msg, "line ", 5) == 0 ? strtol(why.msg + 5, NULL, 10) : 1;
		rc = say_bad(s, s->cur_line + (at > 0 ? at - 1 : 0), why.msg, e);
	} else {
		struct jsonitem it = {{s->json.p, s->json.n}, s->count++, s->cur_line + skipped, false};
		rc = s->item(s->arg, &it, e);
	}
	buf_clear(&s->cur);
	s->cut = false;
	return rc;
}

static void copy_text(char *to, size_t size, struct str token)
{
	CLEAN_BUF struct buf b = BUF_MAX(4096);

	if (!token.p || token.p[0] != '"' || json_decode(token, &b, NULL) < 0 || b.n >= size)
		return;
	memcpy(to, buf_cstr(&b), b.n + 1);
}

/* Kind and version of the list out of its frame, as far as that has come. False when it has a name, which lists have not. */
static bool read_frame(struct yamlitems *s, struct str yaml)
{
	static const char *const paths[] = {".kind", ".apiVersion", ".metadata.name"};
	CLEAN_BUF struct buf json = BUF_MAX(8 * FRAME_MAX);
	struct jsonpaths *p = NULL;
	struct str v[3] = {{NULL, 0}};

	if (yaml_json(yaml, &json, NULL, NULL) == 0 && jsonpaths_compile(paths, 3, &p, NULL) == 0 &&
	    jsonpaths_scan(p, (struct str){json.p, json.n}, v, NULL) == 0) {
		copy_text(s->kind, sizeof(s->kind), v[0]);
		copy_text(s->api_version, sizeof(s->api_version), v[1]);
	}
	jsonpaths_free(p);
	return !v[2].p;
}

static int end_document(struct yamlitems *s, struct err *e)
{
	int rc = 0;

	if (!s->begun) {
		s->state = ST_START;
		return 0;
	}
	s->documents++;
	if (s->shape == JSONITEMS_LIST && !s->frame_cut)
		read_frame(s, (struct str){s->frame.p, s->frame.n});
	/* What writes a list's version in front of its items writes its kind behind them. */
	s->broken = s->state == ST_ITEMS && s->shape == JSONITEMS_LIST && s->api_version[0] && !s->kind[0] && !s->frame_cut;
	if (s->broken) {
		s->count++;
		rc = say_bad(s, s->cur_line, "cut off in the middle", e);
	} else if (s->state == ST_ITEMS && (s->cur.n || s->cut)) {
		rc = give(s, e);
	}
	if (s->shape != JSONITEMS_LIST && s->shape != JSONITEMS_ARRAY) {
		s->shape = JSONITEMS_SINGLE;
		bool list = !s->cut && s->cur.n < FRAME_MAX && read_frame(s, (struct str){s->cur.p, s->cur.n});
		size_t n = strlen(s->kind);
		/* A list without elements may leave out its items. */
		if (list && n > 4 && strcmp(s->kind + n - 4, "List") == 0)
			s->shape = JSONITEMS_LIST;
		else if (rc == 0)
			rc = give(s, e);
	}
	if (rc == 0 && s->document)
		rc = s->document(s->arg, e);
	buf_clear(&s->cur);
	buf_clear(&s->frame);
	s->cut = s->frame_cut = s->begun = false;
	s->state = ST_START;
	return rc;
}

/* -- lines ----------------------------------------------------------------------------------------------------------- */

static int keep(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	if (s->cut || n > s->max_item - s->cur.n) {
		s->cut = true;
		return 0;
	}
	s->cur.max = s->max_item;
	return buf_add(&s->cur, p, n, e);
}

/* A line of the top-level mapping: of the object, or of the list's frame once it is known to be one. */
static int keep_top(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	if (s->shape != JSONITEMS_LIST)
		return keep(s, p, n, e);
	if (n > FRAME_MAX - s->frame.n)
		s->frame_cut = true;
	return s->frame_cut ? 0 : buf_add(&s->frame, p, n, e);
}

static bool is_dash(const char *p, size_t n)
{
	return n > 0 && p[0] == '-' && (n == 1 || p[1] == ' ' || p[1] == '\n' || p[1] == '\r');
}

static size_t blanks(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] == ' ')
		i++;
	return i;
}

static bool is_empty(const char *p, size_t n)
{
	return n == 0 || *p == '\n' || *p == '\r' || *p == '#';
}

/* A new element begins with a dash, which becomes a blank: what is left is a value of its own. */
static int begin_item(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	size_t k = blanks(p, n);
	int rc = s->cur.n || s->cut ? give(s, e) : 0;

	s->cur_line = s->line;
	if (rc == 0 && (rc = keep(s, p, k, e)) == 0 && (rc = keep(s, " ", 1, e)) == 0)
		rc = keep(s, p + k + 1, n - k - 1, e);
	return rc;
}

/* "items:" at the top: what follows it, without blanks and comment. */
static bool is_items(const char *p, size_t n, struct str *rest)
{
	if (n < 6 || memcmp(p, "items:", 6) != 0 || (n > 6 && p[6] != ' ' && p[6] != '\n' && p[6] != '\r'))
		return false;
	size_t i = 6 + blanks(p + 6, n - 6), k = n;
	while (k > i && (p[k - 1] == '\n' || p[k - 1] == '\r' || p[k - 1] == ' '))
		k--;
	*rest = (struct str){p + i, k - i};
	if (rest->n && rest->p[0] == '#')
		rest->n = 0;
	return true;
}

static int begin_list(struct yamlitems *s, struct err *e)
{
	int rc = 0;

	if (s->shape == JSONITEMS_LIST)
		return 0;
	s->shape = JSONITEMS_LIST;
	s->frame_cut = s->cut || s->cur.n > FRAME_MAX;
	if (!s->frame_cut)
		rc = buf_add(&s->frame, s->cur.p, s->cur.n, e);
	buf_clear(&s->cur);
	s->cut = false;
	if (rc == 0 && !s->frame_cut && s->frame.n)
		read_frame(s, (struct str){s->frame.p, s->frame.n});
	return rc;
}

static int top_line(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	struct str rest;

	s->state = ST_TOP;
	if (!is_items(p, n, &rest))
		return keep_top(s, p, n, e);
	if (rest.n == 0) {
		s->state = ST_WAIT;
		return 0;
	}
	if (str_eq(rest, "[]") || str_eq(rest, "null"))
		return begin_list(s, e);
	return keep_top(s, p, n, e); /* something else has this name */
}

static int start_line(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	size_t k = blanks(p, n);

	if (is_empty(p + k, n - k) || *p == '%')
		return 0;
	s->begun = true;
	s->shape = JSONITEMS_UNKNOWN;
	s->kind[0] = s->api_version[0] = '\0';
	s->count = 0;
	s->cur_line = s->line;
	if (is_dash(p + k, n - k)) {
		s->shape = JSONITEMS_ARRAY;
		s->state = ST_ITEMS;
		s->indent = (long)k;
		return begin_item(s, p, n, e);
	}
	return top_line(s, p, n, e);
}

/* The first token behind "items:". */
static int wait_line(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	size_t k = blanks(p, n);
	int rc;

	if (is_empty(p + k, n - k))
		return 0;
	if (is_dash(p + k, n - k)) {
		if ((rc = begin_list(s, e)) < 0)
			return rc;
		s->state = ST_ITEMS;
		s->indent = (long)k;
		return begin_item(s, p, n, e);
	}
	if (k == 0) { /* the next key: no elements */
		rc = begin_list(s, e);
		return rc < 0 ? rc : top_line(s, p, n, e);
	}
	s->state = ST_TOP; /* a mapping of this name: the object's own */
	rc = keep_top(s, "items:\n", 7, e);
	return rc < 0 ? rc : keep_top(s, p, n, e);
}

static int item_line(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	size_t k = blanks(p, n);

	if (!is_empty(p + k, n - k) && (long)k <= s->indent) {
		if ((long)k == s->indent && is_dash(p + k, n - k))
			return begin_item(s, p, n, e);
		int rc = s->shape == JSONITEMS_LIST ? give(s, e) : 0;
		return rc < 0 ? rc : s->shape == JSONITEMS_LIST ? top_line(s, p, n, e) : keep(s, p, n, e);
	}
	return keep(s, p, n, e);
}

/* "---" and "...", at the line's beginning: what stands behind the former belongs to the next document. */
static bool is_mark(const char *p, size_t n)
{
	return n >= 3 && (memcmp(p, "---", 3) == 0 || memcmp(p, "...", 3) == 0) &&
		(n == 3 || p[3] == ' ' || p[3] == '\n' || p[3] == '\r');
}

/* One line, with its newline if it has one. */
static int line(struct yamlitems *s, const char *p, size_t n, struct err *e)
{
	s->line++;
	if (s->line == 1 && n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	if ((*p == '-' || *p == '.') && is_mark(p, n)) {
		int rc = end_document(s, e);
		if (rc < 0 || *p == '.' || n <= 4)
			return rc;
		p += 4;
		n -= 4;
	}
	switch ((enum state)s->state) {
	case ST_START:
		return start_line(s, p, n, e);
	case ST_TOP:
		return *p == 'i' ? top_line(s, p, n, e) : keep_top(s, p, n, e);
	case ST_WAIT:
		return wait_line(s, p, n, e);
	default:
		return item_line(s, p, n, e);
	}
}

int yamlitems_feed(struct yamlitems *s, const void *bytes, size_t size, struct err *e)
{
	const char *p = bytes, *end = p + size;
	int rc = 0;

	while (p < end && rc >= 0) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl + 1 : end) - p);
		if (nl && s->carry.n == 0) {
			rc = line(s, p, n, e);
		} else {
			if (n > LINE_CAP - s->carry.n)
				return err_set(e, ERR_FORMAT, "line %ld: longer than %d MiB", (long)s->line + 1, LINE_CAP >> 20);
			rc = buf_add(&s->carry, p, n, e);
			if (rc == 0 && nl) {
				rc = line(s, s->carry.p, s->carry.n, e);
				buf_clear(&s->carry);
			}
		}
		p += n;
	}
	return rc;
}

int yamlitems_finish(struct yamlitems *s, struct err *e)
{
	int rc = s->carry.n ? line(s, s->carry.p, s->carry.n, e) : 0;

	buf_clear(&s->carry);
	if (rc == 0 && s->state == ST_WAIT)
		rc = begin_list(s, e);
	return rc < 0 ? rc : end_document(s, e);
}
