/* JSON within a line of text: what a client logs of an answer, the whole line of a structured log, an object in quotes.
 * It is looked at by its structure, and stays JSON. */
#include "base/jsonscan.h"
#include "collect/redact_internal.h"

/* Documents in a line that may turn out to be none: each costs a look at the rest of the line. */
enum { TRIES_MAX = 24, DEEP_MAX = 8 };

static int write_out(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

/* Where a document begins whose first quote is at p: {" [" [{" ; or at the quote itself, a string that holds one, its quotes with
 * backslashes in front. NULL: nowhere. */
static const char *beginning(const char *p, const char *start, const char *end)
{
	const char *q = p;

	while (q > start && (q[-1] == ' ' || q[-1] == '\t'))
		q--;
	if (q > start && (q[-1] == '{' || q[-1] == '[')) {
		q--;
		return *q == '{' && q > start && q[-1] == '[' ? q - 1 : q;
	}
	if (end - p < 6 || (p[1] != '{' && p[1] != '['))
		return NULL;
	return !memcmp(p + 2, "\\\"", 2) || !memcmp(p + 1, "[{\\\"", 4) ? p : NULL;
}

/* The end of a string of JSON that begins at p; NULL when it has none. */
static const char *end_of_string(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

/* A document as it stands in the line: appended to out when something in it was redacted. */
static bool take_document(struct redact_lines *l, struct str text, struct buf *out)
{
	CLEAN(clean_cjson) cJSON *doc = NULL;
	int64_t n = 0;

	if (json_parse(text.p, text.n, &doc, NULL) < 0)
		return false;
	redact_tree_at(l->r, doc, NULL, &n, l->embedded + 1);
	if (n == 0)
		return true;
	size_t before = out->n;
	if (redact_json_rewrite(text, doc, out, NULL) < 0) {
		out->n = before;
		(void)buf_add_str(out, "\"", NULL);
		(void)placeholder_add(l->r->placeholders, "unreadable", text, out, NULL);
		(void)buf_add_str(out, "\"", NULL);
	}
	l->count += n;
	return true;
}

/* A string that holds a document. */
static bool take_string(struct redact_lines *l, struct str token, struct buf *out)
{
	CLEAN_BUF struct buf text = BUF_MAX(2 * REDACT_LINE_MAX), clean = BUF_MAX(8 * REDACT_LINE_MAX);
	struct jsonw w;

	if (json_decode(token, &text, NULL) < 0 || !take_document(l, (struct str){buf_cstr(&text), text.n}, &clean))
		return false;
	if (clean.n) {
		jsonw_init(&w, write_out, out, 0, NULL);
		jsonw_strn(&w, clean.p, clean.n);
		(void)jsonw_finish(&w);
	}
	return true;
}

bool redact_inline_json(struct redact_lines *l, struct str line, struct buf *out)
{
	const char *p = line.p, *end = p + line.n, *at = p;
	int tries = 0;

	if (l->embedded >= DEEP_MAX || line.n < 8)
		return false;
	/* A line of Docker's log without any quote in its text holds nothing but the text. */
	if (str_starts(line, "{\"log\":\"") && !memmem(line.p, line.n, "{\\\"", 3) && !memmem(line.p, line.n, "[\\\"", 3))
		return false;
	while (tries < TRIES_MAX && (p = memchr(p, '"', (size_t)(end - p)))) {
		const char *from = beginning(p, at, end), *stop;

		if (!from) {
			p++;
			continue;
		}
		stop = *from == '"' ? end_of_string(from, end) : json_skip_nested(from, end);
		size_t before = out->n;
		struct str text = {from, stop ? (size_t)(stop - from) : 0};
		buf_add(out, at, (size_t)(from - at), NULL);
		size_t start = out->n;
		bool ok = stop && (*from == '"' ? take_string(l, text, out) : take_document(l, text, out));
		if (out->n == start)
			out->n = before;
		else
			at = stop;
		tries += !ok;
		p = ok ? stop : p + 1;
	}
	if (at == line.p)
		return false;
	buf_add(out, at, (size_t)(end - at), NULL);
	return true;
}
