/* Commands whose words stand apart: joined, they are what the patterns know. */
#include "collect/redact_internal.h"

enum { INNER_BLANK = '\001', INNER_TAB = '\002', WORDS_MAX = 4096, WORD_MAX = 2048 }; /* bytes: of the words so far; of one */

void redact_args_init(struct redact_args *a, const struct redact *r)
{
	a->r = r;
	a->before = (struct buf)BUF_MAX(2 * WORDS_MAX);
}

void redact_args_release(struct redact_args *a)
{
	buf_release(&a->before);
}

/* The words before have been looked at already: where they are others now, a quote that never ends was taken for the
 * beginning of a value. */
static bool starts_with_words(const struct buf *clean, size_t n, const struct buf *words)
{
	return clean->n >= n && (!n || !memcmp(clean->p, words->p, n));
}

bool redact_args_take(struct redact_args *a, struct str word, int64_t *count, struct buf *out)
{
	CLEAN_BUF struct buf joined = BUF_MAX(4 * WORDS_MAX), clean = BUF_MAX(64 * WORDS_MAX);
	struct err e = {0};
	int64_t n = 0;

	/* Scripts are looked at by themselves. */
	if (word.n > WORD_MAX || (word.n && (memchr(word.p, '\n', word.n) || memchr(word.p, '\v', word.n)))) {
		buf_clear(&a->before);
		return false;
	}
	if (a->before.n + word.n > WORDS_MAX)
		buf_clear(&a->before);
	(void)buf_add(&joined, buf_cstr(&a->before), a->before.n, NULL);
	size_t at = joined.n;
	/* A word is one, whatever blanks are in it. */
	(void)buf_add(&joined, word.p, word.n, NULL);
	for (size_t i = at; i < joined.n; i++)
		joined.p[i] = joined.p[i] == ' ' ? INNER_BLANK : joined.p[i] == '\t' ? INNER_TAB : joined.p[i];
	bool any = redact_text(a->r, (struct str){buf_cstr(&joined), joined.n}, &clean, &n, &e) == 0 && n &&
	           starts_with_words(&clean, at, &a->before);
	for (size_t i = at; any && i < clean.n; i++)
		clean.p[i] = clean.p[i] == INNER_BLANK ? ' ' : clean.p[i] == INNER_TAB ? '\t' : clean.p[i];
	struct str left = any ? (struct str){clean.p + at, clean.n - at} : word;
	(void)buf_add(&a->before, left.p, left.n, NULL);
	/* A blank to every pattern, and in no word. */
	(void)buf_add(&a->before, "\v", 1, NULL);
	if (!any)
		return false;
	buf_add(out, left.p, left.n, NULL);
	++*count;
	return true;
}

/* The word on its line, without the dash and the quotes of YAML. */
static struct str word_of(struct str line, bool *item)
{
	struct str text = redact_log_text(line);
	const char *p = text.p, *end = text.p + text.n;

	while (end > p && (end[-1] == ' ' || end[-1] == '\r'))
		end--;
	while (p < end && *p == ' ')
		p++;
	*item = end - p > 2 && p[0] == '-' && p[1] == ' ';
	p += *item ? 2 : 0;
	if (end - p >= 3 && *p == '"' && end[-1] == ',') /* of indented JSON */
		end--;
	if (end - p >= 2 && (*p == '"' || *p == '\'') && end[-1] == *p) {
		p++;
		end--;
	}
	return (struct str){p, (size_t)(end - p)};
}

static bool begins_command(struct str word)
{
	return str_eq(word, "Command:") || str_eq(word, "Args:") || str_eq(word, "command:") || str_eq(word, "args:") ||
	       str_eq(word, "\"command\": [") || str_eq(word, "\"args\": [");
}

bool redact_args_line(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	CLEAN_BUF struct buf b = BUF_MAX(REDACT_LINE_MAX);
	bool item;
	int indent = 0;

	/* Most lines are none: this is asked of each. Docker's end with a bracket. */
	if (l->args_indent < 0 && (!line.n || !line.p[line.n - 1] || !strchr(": [\r}", line.p[line.n - 1])))
		return false;
	struct str text = redact_log_text(line);
	if (l->args_indent < 0 && (!text.n || !strchr(": [\r", text.p[text.n - 1]) || !text.p[text.n - 1]))
		return false;
	struct str word = word_of(line, &item);

	while ((size_t)indent < text.n && text.p[indent] == ' ')
		indent++;
	if (begins_command(word)) { /* the first member of an item of YAML stands where the others do */
		l->args_indent = indent + (item ? 2 : 0);
		buf_clear(&l->args.before);
		return false;
	}
	if (l->args_indent < 0 || !word.n)
		return false;
	if (indent < l->args_indent || (indent == l->args_indent && !item)) {
		l->args_indent = -1;
		return false;
	}
	if (!redact_args_take(&l->args, word, &l->count, &b))
		return false;
	buf_add(out, line.p, (size_t)(word.p - line.p), NULL);
	buf_add(out, buf_cstr(&b), b.n, NULL);
	buf_add(out, word.p + word.n, (size_t)(line.p + line.n - word.p - word.n), NULL);
	if (newline)
		buf_add(out, "\n", 1, NULL);
	return true;
}
