/* Credentials on another line than their name: `name: X` and `value: Y` of a manifest, `password:` with the text below it, a key of
 * a ConfigMap as `kubectl describe` prints it, the sentence that announces one. Every line is replaced by itself, so that lines
 * keep their numbers. */
#include "collect/redact_internal.h"
#include "collect/redact_value.h"
#include <ctype.h>
#include <strings.h> /* strncasecmp */

enum { HEAD_LONGEST = 400, NAME_MAX_LEN = 200, BLANKS_MAX = 2, WORD_MIN = 16 };

static struct str trimmed(struct str s)
{
	while (s.n && (redact_is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == ','))
		s.n--;
	while (s.n && redact_is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

/* False: the line is no pair. */
static bool parse(struct str line, struct redact_pair *out)
{
	*out = redact_pair_of(line);
	return out->key.n > 0;
}

static void put(struct redact_lines *l, struct str line, struct str v, const char *kind, bool newline, struct buf *out)
{
	buf_add(out, line.p, (size_t)(v.p - line.p), NULL);
	(void)placeholder_add(l->r->placeholders, kind, v, out, NULL);
	buf_add(out, v.p + v.n, (size_t)(line.p + line.n - v.p - v.n), NULL);
	buf_add(out, "\n", newline, NULL);
	l->count++;
}

/* As YAML has it, or `kubectl describe`. */
static bool is_named(struct str key, const char *name)
{
	return key.n == strlen(name) && !strncasecmp(key.p, name, key.n);
}

/* | or > in place of a value: its text stands on the lines below. */
static bool opens_block(const struct redact_pair *k)
{
	return !k->quoted && k->value.n && k->value.n <= 3 && (*k->value.p == '|' || *k->value.p == '>');
}

static void wait_below(struct redact_lines *l, enum redact_next state, int indent, enum redact_level level)
{
	l->next = state;
	l->next_indent = indent;
	l->next_level = level;
	l->next_blanks = 0;
}

/* Whether a value that stands alone is a credential, going by its name. */
static bool is_value(const struct redact_lines *l, enum redact_level level, struct str v)
{
	if (!v.n || redact_is_innocent(v) || redact_is_path(l->r, v))
		return false;
	return level == REDACT_STRONG || (level == REDACT_WEAK ? !redact_is_reference(v, true) : redact_may_be(v));
}

/* `value: Y`, whose name was on the line before. */
static bool take_value(struct redact_lines *l, const struct redact_pair *k, struct str line, bool newline, struct buf *out)
{
	enum redact_level level = l->next_level;

	if (!is_named(k->key, "value"))
		return false;
	if (opens_block(k)) {
		wait_below(l, REDACT_NEXT_BLOCK, k->indent, level);
		return false;
	}
	if (!k->value.n || redact_is_innocent(k->value) || redact_is_path(l->r, k->value) || (level == REDACT_MAYBE && !redact_may_be(k->value)))
		return false;
	put(l, line, k->value, "env", newline, out);
	return true;
}

/* The last word of a line behind a sentence like "Using certificate key:". */
static bool take_word(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	struct str text = trimmed(redact_log_text(line));
	bool digit = false;

	if (text.n < WORD_MIN)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!isalnum((unsigned char)text.p[i]) && !strchr("+/=_-.", text.p[i]))
			return false;
		digit |= isdigit((unsigned char)text.p[i]) != 0;
	}
	if (!digit || redact_is_innocent(text) || redact_is_path(l->r, text) || redact_is_reference(text, true))
		return false;
	put(l, line, text, "password", newline, out);
	return true;
}

/* A line below a name. */
static bool take_below(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	enum redact_next state = l->next;
	int indent = 0;
	struct str whole = redact_log_text(line), text = trimmed(whole);
	struct redact_pair k;

	while ((size_t)indent < whole.n && (whole.p[indent] == ' ' || whole.p[indent] == '\t'))
		indent++;
	if (!text.n) {
		if (state == REDACT_NEXT_RULED || ++l->next_blanks > BLANKS_MAX)
			l->next = REDACT_NEXT_NONE;
		return false;
	}
	if (state == REDACT_NEXT_BELOW && l->described && str_eq(text, "----")) {
		wait_below(l, REDACT_NEXT_RULED, 0, l->next_level);
		return false;
	}
	if (state == REDACT_NEXT_SENTENCE) {
		l->next = REDACT_NEXT_NONE;
		return take_word(l, line, newline, out);
	}
	if (state != REDACT_NEXT_RULED && indent <= l->next_indent) {
		l->next = REDACT_NEXT_NONE;
		return false;
	}
	if (state == REDACT_NEXT_BELOW) {
		l->next = REDACT_NEXT_NONE;
		/* Not a sentence: password: / Required value */
		if (parse(line, &k) || strchr("-{[}]#<", *text.p) || memchr(text.p, ' ', text.n))
			return false;
	}
	/* A key of several lines is a block's business. */
	if (str_starts(text, "-----BEGIN") || !is_value(l, l->next_level, text))
		return false;
	put(l, line, text, "password", newline, out);
	return true;
}

static bool contains_word(struct str line, const struct redact_list *words)
{
	for (size_t p = 0; p < line.n; p++)
		for (int i = 0; i < words->n; i++)
			if (tolower((unsigned char)line.p[p]) == *words->v[i].p && words->v[i].n <= line.n - p && !strncasecmp(line.p + p, words->v[i].p, words->v[i].n))
				return true;
	return false;
}

/* What stands in the first element of this name on the line: <name>x</name>. */
static struct str element(struct str line, const char *open)
{
	const char *p = memmem(line.p, line.n, open, strlen(open)), *end;

	if (!p)
		return (struct str){NULL, 0};
	p += strlen(open);
	end = memchr(p, '<', (size_t)(line.p + line.n - p));
	return end ? (struct str){p, (size_t)(end - p)} : (struct str){NULL, 0};
}

/* <value>Y</value> behind a line with <name>X</name>. */
static bool take_element(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	struct str v = element(line, "<value>");

	l->next = REDACT_NEXT_NONE;
	if (!v.p || !is_value(l, l->next_level, v))
		return false;
	put(l, line, v, "password", newline, out);
	return true;
}

/* <password> alone, whose text stands on the next line. */
static void note_element(struct redact_lines *l, struct str line, struct str text)
{
	size_t n = 1;

	while (n < text.n && (isalnum((unsigned char)text.p[n]) || strchr("_-.:", text.p[n])))
		n++;
	if (n + 1 != text.n || text.p[n] != '>')
		return;
	enum redact_level level = redact_says(l->r, (struct str){text.p + 1, n - 1}).level;
	if (level >= REDACT_WEAK)
		wait_below(l, REDACT_NEXT_BELOW, (int)(text.p - redact_log_text(line).p), level);
}

/* What this line says of the next ones. */
static void note(struct redact_lines *l, const uint64_t *found, struct str line)
{
	struct str text = trimmed(redact_log_text(line));
	struct redact_pair k;

	if (!redact_has(found, REDACT_HINT_ASSIGN) && !redact_has(found, REDACT_HINT_NAME))
		return;
	if (text.n && *text.p == '<') {
		struct str name = element(text, "<name>");
		enum redact_level level = name.n ? redact_says(l->r, name).level : REDACT_NOTHING;

		if (level >= REDACT_WEAK && !element(text, "<value>").p)
			wait_below(l, REDACT_NEXT_ELEMENT, 0, level);
		else if (!name.p)
			note_element(l, line, text);
		return;
	}
	if (!text.n || !parse(line, &k)) {
		if (text.n && (text.p[text.n - 1] == ':' || str_ends(text, "token create")) && contains_word(text, &l->r->announce))
			wait_below(l, REDACT_NEXT_SENTENCE, 0, REDACT_STRONG);
		return;
	}
	const char *comment = k.quoted ? NULL : memmem(k.value.p, k.value.n, " #", 2);
	if (comment)
		k.value = trimmed((struct str){k.value.p, (size_t)(comment - k.value.p)});
	if ((is_named(k.key, "name") || is_named(k.key, "key")) && k.value.n && k.value.n < NAME_MAX_LEN && !memchr(k.value.p, ' ', k.value.n)) {
		enum redact_level level = redact_says(l->r, k.value).level;

		if (level)
			wait_below(l, REDACT_NEXT_VALUE, k.indent, level);
		return;
	}
	if (k.value.n && !opens_block(&k))
		return;
	enum redact_level level = redact_says(l->r, k.key).level;
	if (level >= REDACT_WEAK || redact_in_list(&l->r->configmap_keys, k.key))
		wait_below(l, k.value.n ? REDACT_NEXT_BLOCK : REDACT_NEXT_BELOW, k.indent, level ? level : REDACT_STRONG);
}

/* The line `value: Y` that waited for `name: X` behind it. */
static void give_held(struct redact_lines *l, const struct redact_pair *k, struct buf *out)
{
	CLEAN_BUF struct buf held = l->value_line;
	struct str line = {held.p, held.n};
	struct redact_pair v;
	enum redact_level level = k && str_eq(k->key, "name") ? redact_says(l->r, k->value).level : REDACT_NOTHING;

	l->value_line = (struct buf)BUF_MAX(REDACT_LINE_MAX);
	if (level && parse(line, &v) && v.indent == k->indent && is_value(l, level == REDACT_WEAK ? REDACT_STRONG : level, v.value)) {
		put(l, line, v.value, "env", true, out);
		return;
	}
	l->value_out = true;
	redact_lines_whole(l, line, true, out);
	l->value_out = false;
}

void redact_next_end(struct redact_lines *l, struct buf *out)
{
	if (l->value_line.n)
		give_held(l, NULL, out);
}

/* Most lines are none: this is asked of each. */
static bool begins_with_value(struct str line)
{
	size_t p = 0;

	if (!memmem(line.p, line.n < HEAD_LONGEST ? line.n : HEAD_LONGEST, "value", 5))
		return false;
	line = redact_log_text(line);
	while (p < line.n && (line.p[p] == ' ' || line.p[p] == '\t' || line.p[p] == '-'))
		p++;
	p += p < line.n && (line.p[p] == '"' || line.p[p] == '\'');
	return line.n - p > 5 && !memcmp(line.p + p, "value", 5);
}

bool redact_next_hold(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	struct redact_pair k;

	if (l->value_out || l->run_out || l->held_indent == -2 || l->structured)
		return false;
	if (l->value_line.n)
		give_held(l, parse(line, &k) ? &k : NULL, out);
	if (l->next == REDACT_NEXT_VALUE || !newline || line.n > 4096 || !begins_with_value(line) || !parse(line, &k) ||
	    !str_eq(k.key, "value") || !k.value.n || opens_block(&k))
		return false;
	return buf_add(&l->value_line, line.p, line.n, NULL) == 0;
}

bool redact_next_line(struct redact_lines *l, const uint64_t *found, struct str line, bool newline, struct buf *out)
{
	struct redact_pair k;
	bool done = false;

	if (l->next == REDACT_NEXT_VALUE) {
		struct str text = trimmed(redact_log_text(line));
		bool pair = parse(line, &k), between = !text.n || *text.p == '#' || (pair && !k.item && k.indent == l->next_indent && !is_named(k.key, "value"));

		/* A comment, or another member, between the name and its value */
		if (between && ++l->next_blanks <= BLANKS_MAX)
			return false;
		l->next = REDACT_NEXT_NONE;
		done = pair && take_value(l, &k, line, newline, out);
	} else if (l->next == REDACT_NEXT_ELEMENT) {
		done = take_element(l, line, newline, out);
	} else if (l->next) {
		done = take_below(l, line, newline, out);
	}
	if (!done && l->next == REDACT_NEXT_NONE)
		note(l, found, line);
	return done;
}
