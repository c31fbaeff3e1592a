#include "base/yamljson.h"

#include <string.h>

enum { DEPTH_MAX = 100, INDENT_MAX = 60 };

/* What the functions below return besides 0: this is not the plain YAML that they read. Other negative numbers are errors. */
enum { BEYOND = 1 };

struct plain {
	const char *p, *end;  /* the next byte */
	const char *line;     /* where its line begins */
	long indent;          /* column of the token at p, once next_line() has found one */
	int depth;
	long breaks;          /* lines passed since the last token was written */
	bool comma;           /* a comma is due before the next token */
	struct buf *out;
	struct err *e;
};

#define TRY(call) do { int rc_ = (call); if (rc_ != 0) return rc_; } while (0)

static int put(struct plain *y, const char *p, size_t n)
{
	return buf_add(y->out, p, n, y->e);
}

/* In front of a token: the comma, and the lines that the YAML has put between. */
static int put_layout(struct plain *y)
{
	static const char blanks[INDENT_MAX + 1] = "                                                            ";
	long n = y->indent < INDENT_MAX ? y->indent : INDENT_MAX;

	if (y->comma)
		TRY(put(y, ",", 1));
	y->comma = false;
	if (y->breaks == 0)
		return 0;
	for (; y->breaks > 0; y->breaks--)
		TRY(put(y, "\n", 1));
	return put(y, blanks, (size_t)n);
}

static int put_token(struct plain *y, const char *p, size_t n)
{
	TRY(put_layout(y));
	return put(y, p, n);
}

/* -- lines ----------------------------------------------------------------------------------------------------------- */

static const char *line_end(const struct plain *y, const char *p)
{
	const char *nl = memchr(p, '\n', (size_t)(y->end - p));

	return nl ? nl : y->end;
}

/* From the beginning of a line: moves to the first token of this or a later one. p is end when there is none. */
static int find_token(struct plain *y)
{
	for (;;) {
		const char *q = y->line = y->p;
		while (q < y->end && *q == ' ')
			q++;
		y->p = q;
		if (q == y->end)
			return 0;
		if (*q == '\t' || *q == '\r')
			return BEYOND;
		if (*q != '\n' && *q != '#') {
			y->indent = q - y->line;
			return 0;
		}
		y->p = line_end(y, q);
		if (y->p == y->end)
			return 0;
		y->p++;
		y->breaks++;
	}
}

/* From the end of a value: nothing may follow it in its line. */
static int next_line(struct plain *y)
{
	while (y->p < y->end && *y->p == ' ')
		y->p++;
	if (y->p == y->end)
		return 0;
	if (*y->p != '\n')
		return BEYOND;
	y->p++;
	y->breaks++;
	return find_token(y);
}

static bool at_dash(const struct plain *y)
{
	return y->p < y->end && *y->p == '-' && (y->p + 1 == y->end || y->p[1] == ' ' || y->p[1] == '\n');
}

/* -- scalars --------------------------------------------------------------------------------------------------------- */

/* A line break inside a scalar that is folded: one becomes a blank, each empty line one break. p is behind the first line's
 * text; moves to the next line's. */
static int fold(struct plain *y)
{
	long empty = -1;

	while (y->p < y->end && *y->p == '\n') {
		empty++;
		y->breaks++;
		y->line = ++y->p;
		while (y->p < y->end && *y->p == ' ')
			y->p++;
	}
	if (y->p < y->end && *y->p == '\t')
		return BEYOND;
	if (empty == 0)
		return put(y, " ", 1);
	for (; empty > 0; empty--)
		TRY(put(y, "\\n", 2));
	return 0;
}

/* Text of a quoted scalar up to q, without the blanks before a line break. */
static int put_piece(struct plain *y, const char *q)
{
	const char *last = q;

	if (q < y->end && *q == '\n')
		while (last > y->p && last[-1] == ' ')
			last--;
	TRY(yaml_json_escape(y->p, (size_t)(last - y->p), y->out, y->e));
	y->p = q;
	return 0;
}

static int single_quoted(struct plain *y)
{
	TRY(put_token(y, "\"", 1));
	y->p++;
	for (;;) {
		const char *q = y->p;
		while (q < y->end && *q != '\'' && *q != '\n' && *q != '\t' && *q != '\r')
			q++;
		if (q == y->end || *q == '\t' || *q == '\r')
			return BEYOND;
		TRY(put_piece(y, q));
		if (*q == '\n') {
			TRY(fold(y));
			continue;
		}
		y->p = q + 1;
		if (y->p == y->end || *y->p != '\'')
			return put(y, "\"", 1);
		TRY(put(y, "'", 1));
		y->p++;
	}
}

static int hex_of(const char *p, int n, unsigned *v)
{
	*v = 0;
	for (int i = 0; i < n; i++) {
		char c = p[i];
		if (c >= '0' && c <= '9')
			*v = *v << 4 | (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			*v = *v << 4 | (unsigned)((c | 0x20) - 'a' + 10);
		else
			return BEYOND;
	}
	return 0;
}

static int put_code(struct plain *y, unsigned cp)
{
	char t[4];
	size_t n = 0;

	if (cp == 0)
		cp = 0xFFFD; /* texts end at a NUL further on */
	if ((cp >= 0xD800 && cp < 0xE000) || cp > 0x10FFFF)
		return BEYOND;
	if (cp < 0x80) {
		t[n++] = (char)cp;
	} else if (cp < 0x800) {
		t[n++] = (char)(0xC0 | cp >> 6);
	} else {
		if (cp < 0x10000) {
			t[n++] = (char)(0xE0 | cp >> 12);
		} else {
			t[n++] = (char)(0xF0 | cp >> 18);
			t[n++] = (char)(0x80 | (cp >> 12 & 0x3F));
		}
		t[n++] = (char)(0x80 | (cp >> 6 & 0x3F));
	}
	if (cp >= 0x80)
		t[n++] = (char)(0x80 | (cp & 0x3F));
	return yaml_json_escape(t, n, y->out, y->e);
}

/* p is behind the backslash. */
static int escaped(struct plain *y)
{
	static const char names[] = "0abtnvfre \"/\\", codes[] = "\0\a\b\t\n\v\f\r\x1b \"/\\";
	unsigned cp = 0;

	if (y->p == y->end)
		return BEYOND;
	char c = *y->p++;
	if (c == '\n') { /* the line goes on without a blank */
		y->breaks++;
		y->line = y->p;
		while (y->p < y->end && *y->p == ' ')
			y->p++;
		return y->p < y->end && (*y->p == '\n' || *y->p == '\t') ? BEYOND : 0;
	}
	const char *at = memchr(names, c, sizeof(names) - 1);
	if (at)
		return put_code(y, (unsigned char)codes[at - names]);
	int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	if (digits == 0 || y->end - y->p < digits)
		return BEYOND;
	TRY(hex_of(y->p, digits, &cp));
	y->p += digits;
	return put_code(y, cp);
}

static int double_quoted(struct plain *y)
{
	TRY(put_token(y, "\"", 1));
	y->p++;
	for (;;) {
		const char *q = y->p;
		while (q < y->end && *q != '"' && *q != '\\' && *q != '\n' && *q != '\t' && *q != '\r')
			q++;
		if (q == y->end || *q == '\t' || *q == '\r')
			return BEYOND;
		TRY(put_piece(y, q));
		if (*q == '"') {
			y->p++;
			return put(y, "\"", 1);
		}
		if (*q == '\n') {
			TRY(fold(y));
		} else {
			y->p++;
			TRY(escaped(y));
		}
	}
}

/* The length of a plain scalar's text in this line; -1 when something in it needs a closer look. */
static long plain_length(const struct plain *y)
{
	const char *eol = line_end(y, y->p), *q = y->p;

	for (; q < eol; q++) {
		if (*q == '\t' || *q == '\r' || (*q == ':' && (q + 1 == eol || q[1] == ' ')) || (*q == ' ' && q + 1 < eol && q[1] == '#'))
			return -1;
	}
	while (q > y->p && q[-1] == ' ')
		q--;
	return q - y->p;
}

/* Does the plain scalar that ended before p go on in a later line? */
static bool goes_on(const struct plain *y, const char *p, long parent)
{
	while (p < y->end && *p == '\n') {
		const char *begin = ++p;
		while (p < y->end && *p == ' ')
			p++;
		if (p < y->end && *p != '\n')
			return p - begin > parent && *p != '#';
	}
	return false;
}

static int plain_scalar(struct plain *y, long parent)
{
	long n = plain_length(y);

	if (n < 0)
		return BEYOND;
	const char *text = y->p;
	y->p = line_end(y, y->p);
	if (!goes_on(y, y->p, parent)) {
		TRY(put_layout(y));
		return yaml_json_scalar((struct str){text, (size_t)n}, y->out, y->e);
	}
	TRY(put_token(y, "\"", 1));
	TRY(yaml_json_escape(text, (size_t)n, y->out, y->e));
	while (goes_on(y, y->p, parent)) {
		TRY(fold(y));
		if ((n = plain_length(y)) < 0)
			return BEYOND;
		TRY(yaml_json_escape(y->p, (size_t)n, y->out, y->e));
		y->p = line_end(y, y->p);
	}
	return put(y, "\"", 1);
}

/* -- literal blocks -------------------------------------------------------------------------------------------------- */

struct literal {
	long indent;  /* of its text; 0: the first line will tell */
	char chomp;   /* '-' '+' or 0 */
};

/* "|", "|-", "|2+": p is behind the bar, and moves behind the line. */
static int literal_head(struct plain *y, struct literal *l, long parent)
{
	for (; y->p < y->end && *y->p != '\n' && *y->p != ' '; y->p++) {
		if ((*y->p == '-' || *y->p == '+') && !l->chomp)
			l->chomp = *y->p;
		else if (*y->p >= '1' && *y->p <= '9' && !l->indent)
			l->indent = (parent > 0 ? parent : 0) + (*y->p - '0');
		else
			return BEYOND;
	}
	while (y->p < y->end && *y->p == ' ')
		y->p++;
	if (y->p < y->end && *y->p != '\n')
		return BEYOND;
	if (y->p < y->end) {
		y->p++;
		y->breaks++;
	}
	return 0;
}

/* Blanks a line begins with, and whether there is nothing else in it. */
static long blanks_of(const struct plain *y, const char *p, bool *empty)
{
	const char *q = p;

	while (q < y->end && *q == ' ')
		q++;
	*empty = q == y->end || *q == '\n';
	return q - p;
}

/* The first line with text sets the indentation. 0 as indentation: there is no text. */
static int literal_indent(struct plain *y, struct literal *l, long parent)
{
	long longest = 0;
	bool empty;

	for (const char *p = y->p; p < y->end; p++) {
		long n = blanks_of(y, p, &empty);
		if (!empty) {
			l->indent = n > parent ? n : 0;
			return n < longest ? BEYOND : 0;
		}
		longest = n > longest ? n : longest;
		p = line_end(y, p);
		if (p == y->end)
			break;
	}
	l->indent = 0;
	return longest ? BEYOND : 0;
}

static int literal(struct plain *y, long parent)
{
	struct literal l = {0};
	long held = 0; /* line breaks that are only written when text follows */
	bool any = false, empty;

	TRY(put_token(y, "\"", 1));
	y->p++;
	TRY(literal_head(y, &l, parent));
	if (!l.indent)
		TRY(literal_indent(y, &l, parent));
	while (y->p < y->end) {
		long n = blanks_of(y, y->p, &empty);
		if (!empty && (n < l.indent || l.indent == 0))
			break;
		const char *eol = line_end(y, y->p);
		if (!empty || (n > l.indent && l.indent > 0)) {
			const char *text = y->p + l.indent;
			for (; held > 0; held--)
				TRY(put(y, "\\n", 2));
			if (memchr(text, '\r', (size_t)(eol - text)))
				return BEYOND;
			TRY(yaml_json_escape(text, (size_t)(eol - text), y->out, y->e));
			any = true;
		}
		y->p = eol;
		if (eol == y->end)
			break;
		y->p++;
		held++;
		y->breaks++;
	}
	/* `held` counts the break behind the last text and the empty lines after it. */
	if (l.chomp == '-' || (l.chomp == 0 && !any))
		held = 0;
	else if (l.chomp == 0 && held > 1)
		held = 1;
	for (; held > 0; held--)
		TRY(put(y, "\\n", 2));
	TRY(put(y, "\"", 1));
	return find_token(y);
}

/* -- collections ----------------------------------------------------------------------------------------------------- */

/* Finds the colon of a key at p; NULL when what stands there is no key. */
static const char *colon_of(const struct plain *y)
{
	const char *p = y->p, *eol = line_end(y, p);

	if (p < eol && (*p == '"' || *p == '\'')) {
		char quote = *p++;
		while (p < eol && *p != quote)
			p += *p == '\\' && quote == '"' ? 2 : 1;
		/* Two single quotes are one in the text; such a key is left to libyaml. */
		return p + 1 < eol && p[1] == ':' && (p + 2 == eol || p[2] == ' ') ? p + 1 : NULL;
	}
	while ((p = memchr(p, ':', (size_t)(eol - p))) && p + 1 < eol && p[1] != ' ')
		p++;
	return p;
}

static int key(struct plain *y, const char *colon)
{
	char c = *y->p;

	if (c == '"') {
		TRY(double_quoted(y));
	} else if (c == '\'') {
		TRY(single_quoted(y));
	} else {
		if (strchr("?&*!|>%@`{[,]}#", c))
			return BEYOND;
		for (const char *q = y->p; q < colon; q++)
			if (*q == '\t' || *q == '\r' || (*q == ' ' && q[1] == '#'))
				return BEYOND;
		const char *last = colon;
		while (last > y->p && last[-1] == ' ')
			last--;
		if (last == y->p)
			return BEYOND;
		TRY(put_token(y, "\"", 1));
		TRY(yaml_json_escape(y->p, (size_t)(last - y->p), y->out, y->e));
		TRY(put(y, "\"", 1));
		y->p = colon;
	}
	if (y->p != colon)
		return BEYOND;
	y->p = colon + 1;
	while (y->p < y->end && *y->p == ' ')
		y->p++;
	return put(y, ": ", 2);
}

static int mapping(struct plain *y, long indent);
static int sequence(struct plain *y, long indent);

/* A value within a line; ends at the next token. */
static int inline_value(struct plain *y, long parent)
{
	char c = *y->p;

	if (c == '|')
		return literal(y, parent);
	if (c == '"') {
		TRY(double_quoted(y));
	} else if (c == '\'') {
		TRY(single_quoted(y));
	} else if ((c == '{' || c == '[') && y->p + 1 < y->end && y->p[1] == (c == '{' ? '}' : ']')) {
		TRY(put_token(y, y->p, 2));
		y->p += 2;
	} else if (strchr("?&*!>%@`{[,]}#\t\r", c) || (c == ':' && y->p + 1 < y->end && y->p[1] == ' ')) {
		return BEYOND;
	} else {
		TRY(plain_scalar(y, parent));
	}
	return next_line(y);
}

/* A value that begins a line, or stands behind a dash: p and indent are at it. */
static int block_value(struct plain *y, long parent)
{
	if (at_dash(y))
		return sequence(y, y->indent);
	const char *colon = colon_of(y);
	return colon ? mapping(y, y->indent) : inline_value(y, parent);
}

static int null_value(struct plain *y)
{
	/* Belongs to the line of its key: without the breaks behind that. */
	return put(y, "null", 4);
}

static int mapping_value(struct plain *y, long indent)
{
	if (y->p < y->end && *y->p != '\n')
		return inline_value(y, indent);
	TRY(next_line(y));
	if (y->p < y->end && y->indent > indent)
		return block_value(y, indent);
	if (y->p < y->end && y->indent == indent && at_dash(y))
		return sequence(y, indent);
	return null_value(y);
}

static int mapping(struct plain *y, long indent)
{
	if (++y->depth > DEPTH_MAX)
		return BEYOND;
	TRY(put_token(y, "{", 1));
	while (y->p < y->end && y->indent >= indent) {
		const char *colon = at_dash(y) || y->indent > indent ? NULL : colon_of(y);
		if (!colon)
			return BEYOND;
		TRY(key(y, colon));
		TRY(mapping_value(y, indent));
		y->comma = true;
	}
	y->comma = false;
	y->depth--;
	return put(y, "}", 1);
}

/* Behind a dash that ends its line: the value below it, or null, which stands on the dash's own line. */
static int empty_element(struct plain *y, long indent)
{
	long before = y->breaks;

	y->breaks = 0;
	TRY(next_line(y));
	long behind = y->breaks, next = y->indent;
	if (y->p < y->end && next > indent) {
		y->breaks += before;
		return block_value(y, indent);
	}
	y->breaks = before;
	y->indent = indent + 1;
	TRY(put_token(y, "null", 4));
	y->breaks = behind;
	y->indent = next;
	return 0;
}

static int sequence(struct plain *y, long indent)
{
	if (++y->depth > DEPTH_MAX)
		return BEYOND;
	TRY(put_token(y, "[", 1));
	while (y->p < y->end && y->indent == indent && at_dash(y)) {
		y->p++;
		while (y->p < y->end && *y->p == ' ')
			y->p++;
		if (y->p < y->end && *y->p != '\n') {
			y->indent = y->p - y->line;
			TRY(block_value(y, indent));
		} else {
			TRY(empty_element(y, indent));
		}
		y->comma = true;
	}
	y->comma = false;
	if (y->p < y->end && y->indent > indent)
		return BEYOND;
	y->depth--;
	return put(y, "]", 1);
}

/* -- the whole ------------------------------------------------------------------------------------------------------- */

static int document(struct plain *y, long *skipped)
{
	TRY(find_token(y));
	if (y->p + 3 <= y->end && y->p == y->line && memcmp(y->p, "---", 3) == 0) {
		y->p += 3;
		TRY(next_line(y));
	}
	if (skipped)
		*skipped = y->p == y->end ? 0 : y->breaks;
	y->breaks = 0;
	if (y->p == y->end)
		return put(y, "null", 4);
	if (*y->p == '%' || (unsigned char)*y->p == 0xEF)
		return BEYOND;
	TRY(block_value(y, -1));
	return y->p == y->end ? 0 : BEYOND;
}

int yaml_json_plain(struct str yaml, struct buf *out, long *skipped, struct err *e)
{
	const char *p = yaml.p ? yaml.p : ""; /* an element without a byte */
	struct plain y = {.p = p, .end = p + yaml.n, .line = p, .out = out, .e = e};
	size_t n = out->n;

	if (skipped)
		*skipped = 0;
	int rc = yaml.n ? document(&y, skipped) : put(&y, "null", 4);

	if (rc == 0)
		return 1;
	out->n = n;
	if (out->p)
		out->p[n] = '\0';
	return rc == BEYOND ? 0 : rc;
}

int yaml_json(struct str yaml, struct buf *out, long *skipped, struct err *e)
{
	if (skipped)
		*skipped = 0;
	int rc = yaml_json_plain(yaml, out, skipped, e);

	return rc != 0 ? (rc > 0 ? 0 : rc) : yaml_json_events(yaml, out, skipped, e);
}
