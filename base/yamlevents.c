/* The rest of YAML: libyaml's events become JSON text (see yamljson.h). */
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/yamljson.h"

enum { DEPTH_MAX = 100, ALIASES_MAX = 1000, ANCHORS_MAX = 10000 };

/* Where the JSON of an anchored value stands in out; len 0 while it is still open. */
struct anchor {
	char *name;
	size_t at, len;
};
struct events {
	yaml_parser_t parser;
	yaml_event_t ev;
	bool have_event;
	struct anchor *anchors;
	int n_anchors, aliases, depth;
	size_t line;      /* the last one that out has */
	bool comma, any;
	struct buf *out;
	long *skipped;
	struct err *e;
};

static int fail_at(struct events *y, yaml_mark_t at, int code, const char *what)
{
	return err_set(y->e, code, "line %zu, column %zu: %s", at.line + 1, at.column + 1, what);
}

static int next_event(struct events *y)
{
	if (y->have_event)
		yaml_event_delete(&y->ev);
	y->have_event = yaml_parser_parse(&y->parser, &y->ev);
	if (y->have_event)
		return 0;
	const char *why = y->parser.problem ? y->parser.problem : "cannot be read";
	if (y->parser.error == YAML_READER_ERROR) /* has an offset only */
		return err_set(y->e, ERR_FORMAT, "byte %zu: %s", y->parser.problem_offset, why);
	return fail_at(y, y->parser.problem_mark, ERR_FORMAT, why);
}

static int put(struct events *y, const char *p, size_t n)
{
	return buf_add(y->out, p, n, y->e);
}

/* The comma and the line breaks in front of a token of the current event. */
static int put_layout(struct events *y)
{
	yaml_mark_t at = y->ev.start_mark;
	int rc = y->comma ? put(y, ",", 1) : 0;

	y->comma = false;
	if (!y->any) {
		bool nothing = y->ev.type == YAML_SCALAR_EVENT && y->ev.data.scalar.length == 0 && y->ev.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		if (y->skipped && !nothing)
			*y->skipped = (long)at.line;
		y->line = at.line;
	}
	y->any = true;
	bool moved = y->line < at.line;
	for (; y->line < at.line && rc == 0; y->line++)
		rc = put(y, "\n", 1);
	for (size_t i = 0; moved && i < at.column && i < 60 && rc == 0; i++)
		rc = put(y, " ", 1);
	return rc;
}

static int put_scalar(struct events *y, bool is_key)
{
	const struct str text = {(const char *)y->ev.data.scalar.value, y->ev.data.scalar.length};
	bool typed = !is_key && y->ev.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && y->ev.data.scalar.plain_implicit;
	int rc = put_layout(y);

	if (rc < 0)
		return rc;
	if (typed)
		return yaml_json_scalar(text, y->out, y->e);
	if ((rc = put(y, "\"", 1)) < 0 || (rc = yaml_json_escape(text.p, text.n, y->out, y->e)) < 0)
		return rc;
	return put(y, "\"", 1);
}

/* The place of an anchor for a value that begins now, or NULL. */
static int open_anchor(struct events *y, const yaml_char_t *name, int *at)
{
	*at = -1;
	if (!name)
		return 0;
	if (y->n_anchors >= ANCHORS_MAX)
		return fail_at(y, y->ev.start_mark, ERR_LIMIT, "more than 10,000 anchors");
	y->anchors = xreallocarray(y->anchors, (size_t)y->n_anchors + 1, sizeof(*y->anchors));
	*at = y->n_anchors;
	y->anchors[y->n_anchors++] = (struct anchor){xstrdup((const char *)name), y->out->n, 0};
	return 0;
}

static void close_anchor(struct events *y, int at)
{
	if (at >= 0)
		y->anchors[at].len = y->out->n - y->anchors[at].at;
}

static int put_alias(struct events *y)
{
	const char *name = (const char *)y->ev.data.alias.anchor;
	yaml_mark_t mark = y->ev.start_mark;

	if (++y->aliases > ALIASES_MAX)
		return fail_at(y, mark, ERR_LIMIT, "more than 1,000 aliases");
	for (int i = y->n_anchors; i-- > 0;) { /* the last of a name counts */
		const struct anchor *a = &y->anchors[i];
		if (strcmp(a->name, name) != 0)
			continue;
		if (a->len == 0)
			return fail_at(y, mark, ERR_FORMAT, "a value that holds itself");
		int rc = put_layout(y);
		size_t n = a->len, from = a->at;
		if (rc < 0 || (rc = buf_reserve(y->out, n, y->e)) < 0)
			return rc;
		char *to = y->out->p + y->out->n;
		memcpy(to, y->out->p + from, n);
		/* Breaks of another place would count here as lines. */
		for (size_t k = 0; k < n; k++)
			to[k] = to[k] == '\n' ? ' ' : to[k];
		y->out->n += n;
		y->out->p[y->out->n] = '\0';
		return 0;
	}
	return fail_at(y, mark, ERR_FORMAT, "alias without its anchor");
}

static int put_node(struct events *y);

static int put_mapping(struct events *y)
{
	int rc = put_layout(y);

	for (rc = rc < 0 ? rc : put(y, "{", 1); rc == 0; y->comma = true) {
		if ((rc = next_event(y)) < 0 || y->ev.type == YAML_MAPPING_END_EVENT)
			break;
		if (y->ev.type != YAML_SCALAR_EVENT)
			return fail_at(y, y->ev.start_mark, ERR_FORMAT, "a key must be plain text");
		if ((rc = put_scalar(y, true)) == 0 && (rc = put(y, ": ", 2)) == 0 && (rc = next_event(y)) == 0)
			rc = put_node(y);
	}
	y->comma = false;
	return rc < 0 ? rc : put(y, "}", 1);
}

static int put_sequence(struct events *y)
{
	int rc = put_layout(y);

	for (rc = rc < 0 ? rc : put(y, "[", 1); rc == 0; y->comma = true) {
		if ((rc = next_event(y)) < 0 || y->ev.type == YAML_SEQUENCE_END_EVENT)
			break;
		rc = put_node(y);
	}
	y->comma = false;
	return rc < 0 ? rc : put(y, "]", 1);
}

/* The value that begins with the current event. */
static int put_node(struct events *y)
{
	bool map = y->ev.type == YAML_MAPPING_START_EVENT;
	int anchor = -1, rc;

	if (y->ev.type == YAML_ALIAS_EVENT)
		return put_alias(y);
	if (y->ev.type == YAML_SCALAR_EVENT) {
		if ((rc = open_anchor(y, y->ev.data.scalar.anchor, &anchor)) == 0)
			rc = put_scalar(y, false);
	} else if (map || y->ev.type == YAML_SEQUENCE_START_EVENT) {
		if (++y->depth > DEPTH_MAX)
			return fail_at(y, y->ev.start_mark, ERR_LIMIT, "nested deeper than 100");
		rc = open_anchor(y, map ? y->ev.data.mapping_start.anchor : y->ev.data.sequence_start.anchor, &anchor);
		if (rc == 0)
			rc = map ? put_mapping(y) : put_sequence(y);
		y->depth--;
	} else {
		return fail_at(y, y->ev.start_mark, ERR_FORMAT, "a value was expected");
	}
	close_anchor(y, anchor);
	return rc;
}

static int put_document(struct events *y)
{
	int rc;

	if ((rc = next_event(y)) < 0 || (rc = next_event(y)) < 0) /* stream start, then the first real one */
		return rc;
	if (y->ev.type == YAML_STREAM_END_EVENT)
		return put(y, "null", 4);
	if ((rc = next_event(y)) < 0 || (rc = put_node(y)) < 0 || (rc = next_event(y)) < 0 || (rc = next_event(y)) < 0)
		return rc;
	return y->ev.type == YAML_STREAM_END_EVENT ? 0 : fail_at(y, y->ev.start_mark, ERR_FORMAT, "a second document");
}

int yaml_json_events(struct str yaml, struct buf *out, long *skipped, struct err *e)
{
	struct events y = {.out = out, .skipped = skipped, .e = e};
	size_t n = out->n;

	if (skipped)
		*skipped = 0;
	if (!yaml_parser_initialize(&y.parser))
		return err_set(e, ERR_LIMIT, "no memory for a YAML parser");
	yaml_parser_set_input_string(&y.parser, (const unsigned char *)(yaml.p ? yaml.p : ""), yaml.n);
	yaml_parser_set_encoding(&y.parser, YAML_UTF8_ENCODING);
	int rc = put_document(&y);
	if (y.have_event)
		yaml_event_delete(&y.ev);
	yaml_parser_delete(&y.parser);
	for (int i = 0; i < y.n_anchors; i++)
		free(y.anchors[i].name);
	free(y.anchors);
	if (rc < 0) {
		out->n = n;
		if (out->p)
			out->p[n] = '\0';
	}
	return rc;
}

/* -- shared ---------------------------------------------------------------------------------------------------------- */

static size_t digits(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	return i;
}

/* A number as JSON writes it; others ("0644", "+5", ".inf") stay strings: they mean different things to different readers. */
static bool is_number(const char *p, size_t n)
{
	size_t i = n > 0 && p[0] == '-', k = digits(p + i, n - i);

	if (k == 0 || n > 64 || (k > 1 && p[i] == '0'))
		return false;
	i += k;
	if (i < n && p[i] == '.') {
		k = digits(p + i + 1, n - i - 1);
		if (k == 0)
			return false;
		i += k + 1;
	}
	if (i < n && (p[i] | 0x20) == 'e') {
		i++;
		i += i < n && (p[i] == '-' || p[i] == '+');
		k = digits(p + i, n - i);
		if (k == 0)
			return false;
		i += k;
	}
	return i == n;
}

int yaml_json_scalar(struct str t, struct buf *out, struct err *e)
{
	static const struct {
		const char *yaml, *json;
	} words[] = {{"true", "true"}, {"false", "false"}, {"null", "null"}, {"~", "null"}, {"True", "true"}, {"TRUE", "true"},
	             {"False", "false"}, {"FALSE", "false"}, {"Null", "null"}, {"NULL", "null"}, {"", "null"}};
	int rc;

	for (size_t i = 0; i < ARRAY_LEN(words) && t.n < 6; i++)
		if (str_eq(t, words[i].yaml))
			return buf_add_str(out, words[i].json, e);
	if (is_number(t.p, t.n))
		return buf_add(out, t.p, t.n, e);
	if ((rc = buf_add(out, "\"", 1, e)) < 0 || (rc = yaml_json_escape(t.p, t.n, out, e)) < 0)
		return rc;
	return buf_add(out, "\"", 1, e);
}

int yaml_json_escape(const char *p, size_t n, struct buf *out, struct err *e)
{
	static const char names[] = "\b\f\n\r\t\"\\", codes[] = "bfnrt\"\\";
	size_t from = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		rc = buf_add(out, p + from, i - from, e);
		from = i + 1;
		const char *at = c ? memchr(names, c, sizeof(names) - 1) : NULL;
		if (rc < 0)
			return rc;
		if (at) {
			const char esc[2] = {'\\', codes[at - names]};
			rc = buf_add(out, esc, 2, e);
		} else if (c == 0) {
			rc = buf_add(out, "\xEF\xBF\xBD", 3, e); /* U+FFFD */
		} else {
			rc = buf_printf(out, e, "\\u%04x", c);
		}
	}
	return rc < 0 ? rc : buf_add(out, p + from, n - from, e);
}
