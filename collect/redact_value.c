#include "collect/redact_value.h"
#include "base/mem.h"
#include <ctype.h>
#include <strings.h> /* strncasecmp */

enum { GO_MAX = 4096 }; /* bytes in front of a name in which a map of Go's is looked for */

bool redact_is_word(char c)
{
	static const bool word[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['_'] = true, ['-'] = true, ['.'] = true, ['/'] = true,
	};

	return word[(unsigned char)c];
}

bool redact_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\r';
}

static size_t skip_blanks(struct str s, size_t p)
{
	while (p < s.n && redact_is_blank(s.p[p]))
		p++;
	return p;
}

/* The quote at p, looking forward. */
static struct redact_quote quote_at(struct str s, size_t p)
{
	size_t k = p;

	while (k < s.n && s.p[k] == '\\')
		k++;
	if (k == s.n || !strchr("\"'`", s.p[k]) || !s.p[k])
		return (struct redact_quote){0};
	return (struct redact_quote){s.p[k], k + 1 - p};
}

/* The quote that ends in front of p. */
static struct redact_quote quote_before(struct str s, size_t p)
{
	size_t k = p;

	if (!p || !strchr("\"'`", s.p[p - 1]) || !s.p[p - 1])
		return (struct redact_quote){0};
	for (k = p - 1; k > 0 && s.p[k - 1] == '\\';)
		k--;
	return (struct redact_quote){s.p[p - 1], p - k};
}

static bool same(struct redact_quote a, struct redact_quote b)
{
	return a.c && a.c == b.c && a.n == b.n;
}

static bool stands_at(struct str s, size_t p, const char *text)
{
	size_t n = strlen(text);

	return p + n <= s.n && !memcmp(s.p + p, text, n);
}

/* '=' as URLs and JSON write it out; its length. */
static size_t written_equals(struct str s, size_t p)
{
	return stands_at(s, p, "%3D") || stands_at(s, p, "%3d") ? 3 : stands_at(s, p, "\\u003d") || stands_at(s, p, "\\u003D") ? 6 : 0;
}

/* Behind the colon of a name with a type, `password: str = "x"`, the place of the value; 0 when there is none. */
static size_t behind_type(struct str s, size_t p)
{
	p = skip_blanks(s, p);
	size_t start = p;
	while (p < s.n && (redact_is_word(s.p[p]) || strchr("[]|?", s.p[p])) && s.p[p])
		p++;
	if (p == start)
		return 0;
	p = skip_blanks(s, p);
	if (p + 1 >= s.n || s.p[p] != '=' || s.p[p + 1] == '=')
		return 0;
	p = skip_blanks(s, p + 1);
	return quote_at(s, p).c ? p : 0;
}

bool redact_is_setting(struct str s, size_t p)
{
	static const char *const words[] = {"read", "load", "input", "from_", "get", "env", "define", "set", "put", "config", "option", "param", "default", "prop"};
	size_t from = p > 40 ? p - 40 : 0;

	while (p > from && redact_is_blank(s.p[p - 1]))
		p--;
	for (size_t k = p; k > from && redact_is_word(s.p[k - 1]);) {
		k--;
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (p - k >= strlen(words[i]) && !strncasecmp(s.p + k, words[i], strlen(words[i])))
				return true;
	}
	return false;
}

/* What a program takes when the name has no value: os.getenv("X", "y"), process.env.X || "y"; the place of it, or 0. */
static size_t default_at(struct str s, size_t from, size_t p, bool key_quoted, size_t quote)
{
	size_t front = from - (key_quoted ? quote : 0);

	while (front > 0 && redact_is_blank(s.p[front - 1]))
		front--;
	if (key_quoted && front > 0 && s.p[front - 1] == '(' && s.p[p] == ',' && redact_is_setting(s, front - 1)) {
		p = skip_blanks(s, p + 1);
		if (stands_at(s, p, "default")) { /* env("X", default="y") */
			p = skip_blanks(s, p + strlen("default"));
			p += p < s.n && s.p[p] == '=';
		}
	}
	else if (stands_at(s, p, "||") || stands_at(s, p, "??"))
		p += stands_at(s, p, "||=") ? 3 : 2;
	else
		return 0;
	p = skip_blanks(s, p);
	return quote_at(s, p).c ? p : 0;
}

/* The usual signs. p: behind the name and its quote, q: behind the blanks there. Sets l->sign; returns where to go on. */
static size_t sign_at(struct str s, size_t from, size_t to, size_t p, size_t q, struct redact_link *l)
{
	char c = s.p[q], next = q + 1 < s.n ? s.p[q + 1] : '\0';

	if (c == '=' && next != '=' && next != '~') {
		l->sign = '=';
		return q + (next == '>' ? 2 : 1);
	}
	if (c == ':' && next == '=') {
		l->sign = '=';
		return q + 2;
	}
	if (c == ':' && next && strchr("-+?", next) && from >= 2 && !memcmp(s.p + from - 2, "${", 2)) {
		l->sign = '-';
		return q + 2;
	}
	if (c == ':' && q + 1 < s.n && (l->key_quoted || (q - p <= 3 && next != ':' && next != '/'))) {
		l->sign = ':';
		return q + 1;
	}
	if (s.p[from] == '-' && l->key_quoted && c == ',') {
		l->sign = ',';
		return q + 1;
	}
	if (s.p[from] == '-' && q > p && !l->key_quoted) {
		l->sign = ' ';
		return p;
	}
	if (!l->key_quoted && (q > p || c == '(')) {
		if (q == p && to - from != strlen("password")) /* a function's name */
			return q + 1;
		q += c == '(';
		l->sign = q < s.n && quote_at(s, q).c ? '(' : 0;
	}
	return q;
}

bool redact_in_go_map(struct str s, size_t at)
{
	size_t back = at > GO_MAX ? GO_MAX : at;

	return memmem(s.p + at - back, back, "map[", 4) != NULL;
}

/* Signs beside the usual ones: they tell the place of the value at once. */
static bool other_sign_at(struct str s, size_t from, size_t p, size_t q, struct redact_link *l)
{
	size_t n = written_equals(s, p);

	if (n) {
		l->sign = '=';
		l->percent = n == 3;
		l->value = p + n;
		if (l->percent && (stands_at(s, l->value, "%22") || stands_at(s, l->value, "%27")))
			l->value += 3;
		return true;
	}
	if ((l->value = default_at(s, from, q, l->key_quoted, l->quote.n))) {
		l->sign = '(';
		l->fallback = true;
	} else if (s.p[q] == ':' && (l->value = behind_type(s, q + 1))) {
		l->sign = '=';
	}
	return l->sign;
}

struct redact_link redact_link_at(struct str s, size_t from, size_t to)
{
	struct redact_link l = {.quote = quote_before(s, from)};
	struct redact_quote after = quote_at(s, to);
	size_t p = to, q;

	if (same(l.quote, after)) {
		l.key_quoted = true;
		p += after.n;
	}
	size_t front = l.key_quoted ? from - l.quote.n : from;
	if (p < s.n && s.p[p] == ']' && front > 0 && s.p[front - 1] == '[') { /* cfg['password'] = "x", user[password]=x */
		l.subscript = true;
		p++;
	}
	q = skip_blanks(s, p);
	/* Most words are none: a word follows. */
	if (q >= s.n || (s.p[from] != '-' && !(s.p[q] && strchr("=:,|?(%\\\"'`", s.p[q]))))
		return l;
	if ((q - p > 40 && s.p[q] != '=') || other_sign_at(s, from, p, q, &l))
		return l;
	q = sign_at(s, from, to, p, q, &l);
	l.value = skip_blanks(s, q);
	l.blanks = l.value - q;
	/* Lists of one: []string{"x"}, ["x"], and map[Name:[x]]; Rust's Some("x") */
	if (stands_at(s, l.value, "Some(\""))
		l.value += strlen("Some(");
	if (stands_at(s, l.value, "[]string{"))
		l.value += strlen("[]string{");
	else if (stands_at(s, l.value, "[\"") || stands_at(s, l.value, "['") ||
	         (stands_at(s, l.value, "[") && l.sign == ':' && !l.blanks && redact_in_go_map(s, from)))
		l.value++;
	if (l.value >= s.n)
		l.sign = 0;
	return l;
}

/* Whether at p, behind a comma or the like, the next assignment begins, or nothing. */
static bool next_begins(struct str s, size_t p)
{
	p = skip_blanks(s, p);
	p += quote_at(s, p).n;
	size_t w = p;
	while (w < s.n && redact_is_word(s.p[w]))
		w++;
	if (w == p)
		return w >= s.n || s.p[w] == '{' || s.p[w] == '[' || s.p[w] == '}' || s.p[w] == ']';
	w += quote_at(s, w).n;
	w = skip_blanks(s, w);
	return w < s.n && (s.p[w] == '=' || s.p[w] == ':');
}

/* Whether behind p, which is a bracket or a quote, a value without quotes is over. */
static bool over_behind(struct str s, size_t p)
{
	return p >= s.n || redact_is_blank(s.p[p]) || (s.p[p] && strchr(",;)]}\"'`\\", s.p[p]));
}

static size_t end_of_bare(struct str s, size_t p)
{
	bool in_string = memchr(s.p, '"', p) != NULL;

	for (; p < s.n && s.p[p] && !redact_is_blank(s.p[p]) && !stands_at(s, p, "\\x20"); p++) {
		char c = s.p[p];
		struct redact_quote q = {0};

		if ((c == ',' || c == ';' || c == '&') && (p + 1 >= s.n || redact_is_blank(s.p[p + 1]) || next_begins(s, p + 1)))
			break;
		if ((c == ')' || c == ']' || c == '}') && over_behind(s, p + 1))
			break;
		if ((c == '<' && p + 1 < s.n && s.p[p + 1] == '/') || stands_at(s, p, "\\u0026") || stands_at(s, p, "\\u003c"))
			break;
		if (c == '\\' || c == '"' || c == '\'' || c == '`')
			q = quote_at(s, p);
		if (q.c && over_behind(s, p + q.n))
			break;
		/* A line break written out, in a string. A run of backslashes is looked at once. */
		if (c == '\\') {
			size_t k = p;
			while (k < s.n && s.p[k] == '\\')
				k++;
			if (in_string && k < s.n && k > p && s.p[k] && strchr("nrt", s.p[k]))
				break;
			p = k - 1;
		}
	}
	return p;
}

/* The end of a value in quotes, from p behind the first; n when it has none. */
static size_t end_of_quoted(struct str s, size_t p, struct redact_quote q)
{
	for (; p < s.n; p++) {
		if (s.p[p] != q.c)
			continue;
		size_t k = p;
		while (k > 0 && s.p[k - 1] == '\\')
			k--;
		if (q.n == 1 ? (p - k) % 2 == 0 || q.c != '"' : p - k == q.n - 1) {
			if (q.c == '\'' && q.n == 1 && p + 1 < s.n && s.p[p + 1] == '\'') { /* '' in SQL and YAML */
				p++;
				continue;
			}
			return p - (q.n - 1);
		}
	}
	return s.n;
}

/* The end of a value in percent encoding: in front of a blank, a quote or a delimiter written so. */
static size_t end_of_percent(struct str s, size_t p)
{
	static const char *const ends[] = {"%20", "%22", "%26", "%27", "%0A", "%0a", "%0D", "%0d", "%3B", "%3b", "%2C", "%2c"};

	for (; p < s.n && !redact_is_blank(s.p[p]) && !strchr("\"'&", s.p[p]); p++)
		for (size_t i = 0; i < ARRAY_LEN(ends); i++)
			if (stands_at(s, p, ends[i]))
				return p;
	return p;
}

bool redact_value_at(struct str s, const struct redact_link *l, bool whole, size_t *from, size_t *to, bool *quoted)
{
	struct redact_quote q = quote_at(s, l->value);
	size_t p = l->value;

	*quoted = false;
	if (l->percent) {
		*from = p;
		*to = end_of_percent(s, p);
		return *to > p && !stands_at(s, p, "%24"); /* $NAME, $(...) */
	}
	if (l->sign == '-') {
		const char *end = memchr(s.p + p, '}', s.n - p);

		*from = p;
		*to = end ? (size_t)(end - s.p) : s.n;
		return *to > p;
	}
	if (q.c && q.n == 1 && p + 3 < s.n && s.p[p + 1] == q.c && s.p[p + 2] == q.c) { /* three quotes: TOML, Python, Grafana */
		const char three[] = {q.c, q.c, q.c, '\0'};
		const char *end = memmem(s.p + p + 3, s.n - p - 3, three, 3);

		*from = p + 3;
		*to = end ? (size_t)(end - s.p) : s.n;
		*quoted = true;
		return *to > *from;
	}
	if (q.c && q.n == 1 && p + 2 < s.n && s.p[p + 1] == q.c && isalnum((unsigned char)s.p[p + 2])) { /* ''x'' within '...' */
		const char two[] = {q.c, q.c, '\0'};
		const char *end = memmem(s.p + p + 2, s.n - p - 2, two, 2);

		*from = p + 2;
		*to = end ? (size_t)(end - s.p) : s.n;
		*quoted = end != NULL;
		if (end)
			return true;
	}
	if (q.c && !(l->quote.c && !l->key_quoted && same(q, l->quote))) {
		p += q.n;
		/* Not one that ends what is around the name: msg="no password=" user=x */
		if (p >= s.n || redact_is_blank(s.p[p]) || strchr(",})]", s.p[p]))
			return false;
		*from = p;
		*to = end_of_quoted(s, p, q);
		*quoted = true;
		return *to > p;
	}
	if (whole && l->quote.c && !l->key_quoted && l->blanks == 0) {
		size_t end = end_of_quoted(s, p, l->quote);

		if (end < s.n) {
			*from = p;
			*to = end;
			return end > p;
		}
	}
	*from = p;
	*to = end_of_bare(s, p);
	return *to > p;
}
