/* A line of a configuration file, as ConfigMaps have them: `name = value`, `name: value`, `name value`. What it is given reaches to the
 * end of the line, and a name that announces a credential has one, whatever it looks like: no other text says so much. */
#include "collect/redact_internal.h"
#include "collect/redact_value.h"
#include <strings.h> /* strncasecmp */

struct setting {
	struct str name, value;
	bool blank; /* only blanks stand between them */
};

static size_t skip(struct str s, size_t p)
{
	while (p < s.n && redact_is_blank(s.p[p]))
		p++;
	return p;
}

/* Without blanks at its end, a comment behind it, and the sign that ends a statement. */
static struct str trimmed(struct str s, size_t from)
{
	size_t end = s.n;

	for (size_t i = from + 1; i < end; i++)
		if ((s.p[i] == '#' || s.p[i] == ';') && redact_is_blank(s.p[i - 1]))
			end = i;
	while (end > from && (redact_is_blank(s.p[end - 1]) || s.p[end - 1] == ';'))
		end--;
	return (struct str){s.p + from, end - from};
}

/* False: the line is none. */
static bool parse(struct str line, struct setting *out)
{
	size_t p = skip(line, 0), from = p, q;

	if (p >= line.n || strchr("#;/!<", line.p[p]) || !line.p[p])
		return false;
	while (p < line.n && redact_is_word(line.p[p]))
		p++;
	q = skip(line, p);
	if (p == from || q >= line.n)
		return false;
	out->name = (struct str){line.p + from, p - from};
	out->blank = line.p[q] != '=' && line.p[q] != ':';
	if (out->blank && q == p)
		return false;
	if (line.p[q] == ':' && q + 1 < line.n && line.p[q + 1] == '=')
		q++;
	out->value = trimmed(line, out->blank ? q : skip(line, q + 1));
	/* "x" and 'x', to the end: the quotes stay. */
	if (out->value.n >= 2 && strchr("\"'", *out->value.p) && out->value.p[out->value.n - 1] == *out->value.p) {
		out->value.p++;
		out->value.n -= 2;
	} else if (out->blank && memchr(out->value.p, ' ', out->value.n)) {
		return false;
	}
	return out->value.n > 0;
}

/* neighbor 10.0.0.1 password x: the last word but one is the name. */
static bool parse_last(const struct redact *r, struct str line, struct setting *out)
{
	struct str v = trimmed(line, skip(line, 0));
	const char *end = v.p + v.n, *p = end, *name;

	size_t n = 0;

	while (n < v.n && redact_is_word(v.p[n]))
		n++;
	if (!v.n || redact_in_list(&r->saying, (struct str){v.p, n}) || strchr("#;/!", *v.p) || memchr(v.p, '=', v.n) || memchr(v.p, '"', v.n) || memchr(v.p, '$', v.n))
		return false;
	while (p > v.p && !redact_is_blank(p[-1]))
		p--;
	out->value = (struct str){p, (size_t)(end - p)};
	while (p > v.p && redact_is_blank(p[-1]))
		p--;
	for (name = p; name > v.p && redact_is_word(name[-1]);)
		name--;
	out->name = (struct str){name, (size_t)(p - name)};
	out->blank = true;
	return out->name.n && name > v.p && redact_is_blank(name[-1]) && out->value.n;
}

/* 900, 15m: how long one is good */
static bool is_duration(struct str v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] >= '0' && v.p[n] <= '9')
		n++;
	return n && n <= 6 && (n == v.n || (n + 1 == v.n && strchr("smhd", v.p[n])));
}

static bool is_credential(const struct redact *r, const struct setting *s, enum redact_level least)
{
	struct redact_says says = redact_says(r, s->name);
	struct str v = s->value;

	if (says.level < least || v.n < 3 || redact_is_innocent(v) || redact_is_path(r, v) || redact_is_prose(r, v) || redact_is_source(r, v) ||
	    redact_is_code(r, &says, true, v) || (!strcmp(says.kind, "token") && is_duration(v)) || redact_is_directory(s->name, v) ||
	    (str_eq(s->name, "passwd") && redact_is_lookup(v)) || memmem(v.p, v.n, "**REDACTED", 10))
		return false;
	/* A block, a list, a call, an address: not what is meant. */
	if (strchr("{[(&<|>\"'`", *v.p) || memmem(v.p, v.n, "://", 3))
		return false;
	if (says.level == REDACT_MAYBE)
		return redact_may_be(v);
	/* The name of a cookie */
	if (redact_is_reference(v, true) && s->name.n >= 6 && !strncasecmp(s->name.p + s->name.n - 6, "cookie", 6))
		return false;
	return says.level == REDACT_STRONG || !redact_is_method(r, v);
}

bool redact_setting(const struct redact *r, struct str line, int64_t *count, struct buf *out)
{
	struct setting s;

	if (!(parse(line, &s) && is_credential(r, &s, REDACT_MAYBE)) && !(parse_last(r, line, &s) && is_credential(r, &s, REDACT_STRONG)))
		return false;
	buf_add(out, line.p, (size_t)(s.value.p - line.p), NULL);
	(void)placeholder_add(r->placeholders, redact_says(r, s.name).kind, s.value, out, NULL);
	buf_add(out, s.value.p + s.value.n, (size_t)(line.p + line.n - s.value.p - s.value.n), NULL);
	++*count;
	return true;
}
