/* Secrets written out in text, as YAML or as indented JSON: everything below their `data` and `stringData` goes. kubectl
 * sorts keys, so that `data:` comes before `kind: Secret`: such lines wait until the kind is known. */
#include "base/mem.h"
#include "collect/redact_internal.h"
#include <ctype.h>

/* A key with blanks or other signs in it. */
static struct redact_pair parse_loosely(struct str line, int indent)
{
	struct str text = redact_log_text(line);
	const char *end = redact_pair_end(text), *p = text.p + indent;
	const char *colon = p < end ? memmem(p, (size_t)(end - p), ": ", 2) : NULL;
	struct redact_pair k = {.indent = indent};

	if (!colon)
		return k;
	k.key = (struct str){p, (size_t)(colon - p)};
	redact_pair_value(&k, colon + 2, end);
	return k;
}

static bool is_data(const struct redact_pair *k)
{
	return (str_eq(k->key, "data") || str_eq(k->key, "stringData")) &&
	       (!k->value.n || str_eq(k->value, "{") || str_starts(k->value, "#"));
}

static bool is_blank(struct str line)
{
	line = redact_log_text(line);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	return true;
}

static void add_newline(struct buf *out, bool newline)
{
	if (newline)
		buf_add(out, "\n", 1, NULL);
}

static void close_value(struct redact_lines *l, struct buf *out)
{
	if (l->value_indent < 0)
		return;
	(void)placeholder_add(l->r->placeholders, "secret", (struct str){buf_cstr(&l->value), l->value.n}, out, NULL);
	buf_add(out, buf_cstr(&l->value_tail), l->value_tail.n, NULL);
	buf_add(out, "\n", 1, NULL);
	l->count++;
	l->value_indent = -1;
	buf_clear(&l->value);
}

/* A key of the data and its value; or what stands there instead. */
static void take_entry(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	struct str text = redact_log_text(line);
	struct redact_pair k = redact_pair_of(line);
	struct str rest = {text.p + k.indent, text.n - (size_t)k.indent};

	if (!k.key.n)
		k = parse_loosely(line, k.indent);
	if (is_blank(line) || str_eq(rest, "}")) {
		buf_add(out, line.p, line.n, NULL);
	} else if (k.key.n && (!k.value.n || ((*k.value.p == '|' || *k.value.p == '>') && k.value.n < 8)) && !k.quoted) {
		/* Its text follows on deeper lines. */
		buf_add(out, line.p, (size_t)(k.key.p + k.key.n - line.p), NULL);
		buf_add_str(out, ": ", NULL);
		l->value_indent = k.indent;
		buf_clear(&l->value);
		buf_clear(&l->value_tail);
		(void)buf_add(&l->value_tail, text.p + text.n, (size_t)(line.p + line.n - text.p - text.n), NULL);
		return;
	} else if (redact_is_innocent(k.key.n ? k.value : rest)) {
		buf_add(out, line.p, line.n, NULL);
	} else {
		struct str v = k.key.n ? k.value : rest;

		buf_add(out, line.p, (size_t)(v.p - line.p), NULL);
		if (l->data_base64)
			(void)placeholder_add_base64(l->r->placeholders, "secret", v, false, out);
		else
			(void)placeholder_add(l->r->placeholders, "secret", v, out, NULL);
		buf_add(out, v.p + v.n, (size_t)(line.p + line.n - v.p - v.n), NULL);
		l->count++;
	}
	add_newline(out, newline);
}

/* In the data of a Secret. False: the line is behind it. */
static bool take_data(struct redact_lines *l, struct str line, int indent, bool newline, struct buf *out)
{
	if (l->value_indent >= 0) {
		if (is_blank(line) || indent > l->value_indent) {
			(void)buf_add(&l->value, line.p, line.n, NULL);
			(void)buf_add(&l->value, "\n", 1, NULL);
			return true;
		}
		close_value(l, out);
	}
	if (is_blank(line) || indent > l->data_indent) {
		take_entry(l, line, newline, out);
		return true;
	}
	l->data_indent = -1;
	return false;
}

static void open_data(struct redact_lines *l, const struct redact_pair *k)
{
	l->data_indent = k->indent;
	l->data_base64 = str_eq(k->key, "data");
}

/* Gives the waiting lines out; secret: they are the data of a Secret. */
static void give_held(struct redact_lines *l, bool secret, struct buf *out)
{
	struct buf held = l->held;
	const char *p = buf_cstr(&held), *end = p + held.n;
	int indent = l->held_indent;

	l->held = (struct buf)BUF_MAX(held.max);
	l->held_indent = -1;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct str line = {p, (size_t)((nl ? nl : end) - p)};
		uint64_t found[WORDSET_OWNERS / 64];

		p = nl ? nl + 1 : end;
		if (secret) {
			struct redact_pair k = redact_pair_of(line);
			if (l->data_indent >= 0 && take_data(l, line, k.indent, true, out))
				continue;
			if (is_data(&k) && k.indent == indent)
				open_data(l, &k);
			buf_add(out, line.p, line.n, NULL);
			buf_add(out, "\n", 1, NULL);
			continue;
		}
		/* Not to wait again: the kind is no Secret's. */
		wordset_scan(l->r->hints, line, found);
		found[REDACT_HINT_DATA >> 6] &= ~(UINT64_C(1) << (REDACT_HINT_DATA & 63));
		found[REDACT_HINT_KIND >> 6] &= ~(UINT64_C(1) << (REDACT_HINT_KIND & 63));
		if (found[0] | found[1] | l->r->always[0] | l->r->always[1] | (uint64_t)l->next | (uint64_t)(l->block != NULL)) {
			int keep = l->secret_indent;
			l->secret_indent = -1;
			bool run_out = l->run_out;
			l->held_indent = -2; /* given out */
			l->run_out = true; /* they have been looked at for keys before they waited */
			redact_lines_whole(l, line, true, out);
			l->run_out = run_out;
			l->held_indent = -1;
			l->secret_indent = keep;
		} else {
			buf_add(out, line.p, line.n, NULL);
			buf_add(out, "\n", 1, NULL);
		}
	}
	if (secret) {
		close_value(l, out);
		l->data_indent = -1;
	}
	buf_release(&held);
}

static int hold(struct redact_lines *l, struct str line)
{
	if (buf_reserve(&l->held, line.n + 1, NULL) < 0)
		return -1;
	(void)buf_add(&l->held, line.p, line.n, NULL);
	return buf_add(&l->held, "\n", 1, NULL);
}

/* Whether every line that waits, and the last one behind them, is a key and a value in base64: the data of a Secret that was cut off in front of its kind. */
static bool held_is_base64(const struct redact_lines *l, struct str last)
{
	struct str text = {buf_cstr(&l->held), l->held.n};
	bool small = false, capital = false, padded = false;

	for (const char *p = text.p, *end = text.p + text.n; p <= end;) {
		const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		struct redact_pair k = redact_pair_of(p < end ? (struct str){p, (size_t)((nl ? nl : end) - p)} : last);
		bool cut = p == end; /* only the last value need not be whole */

		p = cut ? end + 1 : nl ? nl + 1 : end;
		if (!k.key.n || k.indent <= l->held_indent)
			continue;
		for (size_t i = 0; i < k.value.n; i++) {
			if (!isalnum((unsigned char)k.value.p[i]) && !strchr("+/=", k.value.p[i]))
				return false;
			small |= islower((unsigned char)k.value.p[i]) != 0;
			capital |= isupper((unsigned char)k.value.p[i]) != 0;
			padded |= k.value.p[i] == '=';
		}
		if (!k.value.n || (!cut && k.value.n % 4 != 0))
			return false;
	}
	return padded || (small && capital);
}

/* `kin`, behind which the text ends. */
static bool is_kind_cut(struct str line, const struct redact_pair *k, int indent)
{
	struct str text = redact_log_text(line);
	size_t n = text.n - (size_t)k->indent;

	return k->indent == indent && n && n <= strlen("kind") && !memcmp("kind", text.p + k->indent, n);
}

/* While lines wait. True when this one waits, too. */
static bool wait_on(struct redact_lines *l, struct str line, const struct redact_pair *k, bool newline, struct buf *out)
{
	static const char *const beside[] = {"data", "stringData", "binaryData", "immutable", "apiVersion"};
	struct str text = redact_log_text(line);
	bool more = is_blank(line) || k->indent > l->held_indent || (k->indent == l->held_indent && text.n > (size_t)k->indent && text.p[k->indent] == '}');

	for (size_t i = 0; i < ARRAY_LEN(beside); i++)
		more |= k->indent == l->held_indent && str_eq(k->key, beside[i]);
	/* The last line of a text without a newline ends the waiting. */
	if (more && newline && hold(l, line) == 0)
		return true;
	bool inside = more && k->indent > l->held_indent;
	bool cut = (is_kind_cut(line, k, l->held_indent) || (inside && !newline)) && held_is_base64(l, inside ? line : STR(""));
	bool secret = k->indent == l->held_indent && str_eq(k->key, "kind") && str_eq(k->value, "Secret");
	give_held(l, secret || cut, out);
	if (cut && inside)
		take_entry(l, line, newline, out);
	return cut && inside;
}

bool redact_secret_line(struct redact_lines *l, const uint64_t *found, struct str line, bool newline, struct buf *out)
{
	bool hint = (found[REDACT_HINT_DATA >> 6] >> (REDACT_HINT_DATA & 63) & 1) ||
	            (found[REDACT_HINT_KIND >> 6] >> (REDACT_HINT_KIND & 63) & 1);
	struct redact_pair k;

	if (l->held_indent == -2 || (!hint && l->secret_indent < 0 && l->data_indent < 0 && l->held_indent < 0))
		return false;
	k = redact_pair_of(line);
	if (l->data_indent >= 0 && take_data(l, line, k.indent, newline, out))
		return true;
	if (l->held_indent >= 0 && wait_on(l, line, &k, newline, out))
		return true;
	if (is_blank(line))
		return false;
	if (l->secret_indent >= 0 && (k.indent < l->secret_indent || str_starts(redact_log_text(line), "---")))
		l->secret_indent = -1;
	if (str_eq(k.key, "kind"))
		l->secret_indent = str_eq(k.value, "Secret") ? k.indent : k.indent == l->secret_indent ? -1 : l->secret_indent;
	if (!is_data(&k))
		return false;
	if (k.indent == l->secret_indent) {
		open_data(l, &k);
		return false;
	}
	/* A Secret of another depth is none of this one's. */
	if (!newline || hold(l, line) < 0)
		return false;
	l->held_indent = k.indent;
	return true;
}

void redact_secret_end(struct redact_lines *l, struct buf *out)
{
	if (l->held_indent >= 0)
		give_held(l, held_is_base64(l, STR("")), out);
	close_value(l, out);
}
