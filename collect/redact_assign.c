/* Assignments in a line of text: a name that announces a credential, and what it is given. One list of names, that of the
 * rules, whatever the syntax. What decides beside the name is how much the syntax tells: NAME=value of a variable is one
 * beyond doubt, `token: value` in the middle of a sentence seldom. */
#include "collect/redact_internal.h"
#include "collect/redact_value.h"
#include <ctype.h>
#include <strings.h> /* strncasecmp */

struct scan {
	const struct redact *r;
	struct str line;
	struct buf *out;
	size_t at;              /* up to here the line is in out */
	int64_t count;
	struct redact_says pair; /* of {name: X, value: Y}, when X announces a credential */
	size_t pair_end;        /* where X ended */
	bool settings;          /* the text is a configuration file, or a program of one */
	bool joined;            /* the name has several words: Client Secret */
};

static struct str part(const struct scan *s, size_t from, size_t to)
{
	return (struct str){s->line.p + from, to - from};
}

static void replace(struct scan *s, size_t from, size_t to, const char *kind)
{
	if (from < s->at || to <= from || placeholder_begins(part(s, from, to)) || placeholder_covers(s->line, from))
		return;
	buf_add(s->out, s->line.p + s->at, from - s->at, NULL);
	(void)placeholder_add(s->r->placeholders, kind, part(s, from, to), s->out, NULL);
	s->at = to;
	s->count++;
}

static void replace_number(struct scan *s, size_t from, size_t to, const char *kind)
{
	if (from < s->at)
		return;
	buf_add(s->out, s->line.p + s->at, from - s->at, NULL);
	buf_add(s->out, "\"", 1, NULL);
	(void)placeholder_add(s->r->placeholders, kind, part(s, from, to), s->out, NULL);
	buf_add(s->out, "\"", 1, NULL);
	s->at = to;
	s->count++;
}

static bool has_passw(struct str name)
{
	for (size_t i = 0; i + 5 <= name.n; i++)
		if (!strncasecmp(name.p + i, "passw", 5))
			return true;
	return false;
}

/* A number of JSON. */
static bool is_number(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!isdigit((unsigned char)v.p[i]) && !strchr("+-.eE", v.p[i]))
			return false;
	return isdigit((unsigned char)v.p[0]) || *v.p == '-';
}

/* Digits, or capitals behind small letters: no word of a sentence. */
static bool is_mixed(struct str v)
{
	bool small = false;

	for (size_t i = 0; i < v.n; i++) {
		if (isdigit((unsigned char)v.p[i]) || (small && isupper((unsigned char)v.p[i])))
			return true;
		small |= islower((unsigned char)v.p[i]) != 0;
	}
	return false;
}

/* Capitals, small letters and digits. */
static bool has_three_kinds(struct str v)
{
	bool small = false, capital = false, digit = false;

	for (size_t i = 0; i < v.n; i++) {
		small |= islower((unsigned char)v.p[i]) != 0;
		capital |= isupper((unsigned char)v.p[i]) != 0;
		digit |= isdigit((unsigned char)v.p[i]) != 0;
	}
	return small && capital && digit;
}

/* Whether nothing but an indentation, a dash or a comment's sign stands in front of the name. */
static bool is_first(const struct scan *s, size_t from, const struct redact_link *l)
{
	size_t p = 0, end = from - (l->key_quoted ? l->quote.n : 0);

	while (p < end && (redact_is_blank(s->line.p[p]) || s->line.p[p] == '-' || s->line.p[p] == '#'))
		p++;
	return p == end;
}

/* Whether the name stands in {a: x, b: y}, the value's end included. */
static bool in_braces(const struct scan *s, size_t from, char next)
{
	while (from > 0 && redact_is_blank(s->line.p[from - 1]))
		from--;
	return next == ',' && from > 0 && (s->line.p[from - 1] == '{' || s->line.p[from - 1] == ',');
}

/* What follows a value: 0 the end of the line, ',' a delimiter, 'w' another word. */
static char follows(const struct scan *s, size_t to)
{
	while (to < s->line.n && redact_is_blank(s->line.p[to]))
		to++;
	if (to >= s->line.n || s->line.p[to] == '#')
		return 0;
	return redact_is_word(s->line.p[to]) ? 'w' : ',';
}

/* Whether a value is the name of what holds a credential: that of a token has the word in it (default-token-4xk2p). */
static bool names_object(const struct redact_says *says, struct str v, bool letters_do)
{
	if (!redact_names_object(says, v, letters_do))
		return false;
	return strcmp(says->kind, "token") != 0 || memmem(v.p, v.n, "token", 5) || (!memchr(v.p, '-', v.n) && !is_mixed(v));
}

/* `name = value` and its relatives. */
static bool by_equals(const struct redact_says *says, const struct redact_link *l, struct str v, bool quoted, bool option)
{
	if (says->level == REDACT_STRONG || (says->level == REDACT_WEAK && !strcmp(says->kind, "password")))
		return quoted || v.n >= 3;
	if (v.n < 6 || (!quoted && memchr("[{(&<", *v.p, 5)) || (!quoted && says->level < REDACT_STRONG && is_number(v)) || str_starts(v, "map[") || (str_starts(v, "0x") && v.n <= 18))
		return false;
	if (says->level == REDACT_WEAK && (says->variable || (option && !strcmp(says->kind, "token"))))
		return true;
	/* "secret"="db" is how klog names an object. */
	return !names_object(says, v, says->bare || says->level == REDACT_MAYBE || (l->key_quoted && quoted));
}

/* Letters and digits, both: no number, no address, no name of an object. */
static bool is_word_with_digit(struct str v)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < v.n; i++) {
		digit |= isdigit((unsigned char)v.p[i]) != 0;
		letter |= isalpha((unsigned char)v.p[i]) != 0;
		if (!isalnum((unsigned char)v.p[i]))
			return false;
	}
	return digit && letter;
}

/* `Password:value`, what Go prints of a struct; in a map, names are written as they come. */
static bool by_struct(const struct scan *s, const struct redact_says *says, size_t from, struct str v)
{
	if (str_starts(v, "0x") || memchr("[{(&<", *v.p, 5))
		return false;
	if (says->level == REDACT_STRONG)
		return v.n >= 3;
	if (says->level != REDACT_WEAK || v.n < 4 || names_object(says, v, true))
		return false;
	return (v.n >= 8 && (isupper((unsigned char)s->line.p[from]) || is_word_with_digit(v))) || redact_in_go_map(s->line, from);
}

/* The end of a field of Go's %+v, which may hold blanks: in front of the next field or the closing bracket. b: the end of its first
 * word; returns b where it cannot be told. */
static size_t end_of_field(const struct scan *s, size_t from, size_t b)
{
	enum { LONGEST = 80 };
	size_t end = b + LONGEST < s->line.n ? b + LONGEST : s->line.n;

	size_t back = from > 4096 ? 4096 : from;

	if (!from || !strchr("{[ ", s->line.p[from - 1]) || (!memchr(s->line.p + from - back, '{', back) && !redact_in_go_map(s->line, from)))
		return b;
	for (size_t p = b; p < end; p++) {
		char c = s->line.p[p];

		if (c == '}' || c == ']')
			return p;
		if (c != ' ')
			continue;
		size_t w = p + 1;
		while (w < s->line.n && (isalnum((unsigned char)s->line.p[w]) || s->line.p[w] == '_'))
			w++;
		if (w > p + 1 && w < s->line.n && s->line.p[w] == ':')
			return p;
		if (strchr("\"'={[<", s->line.p[p + 1 < s->line.n ? p + 1 : p]))
			return b;
	}
	return b;
}

/* Whether a word of an error stands not far in front of `from`. */
static bool is_behind_error(const struct scan *s, size_t from)
{
	enum { BACK = 60 };
	size_t at = from > BACK ? from - BACK : 0;

	for (size_t p = at; p < from; p++)
		for (int i = 0; i < s->r->errors.n; i++) {
			struct str word = s->r->errors.v[i];

			if ((p == 0 || !isalpha((unsigned char)s->line.p[p - 1])) && from - p > word.n && !strncasecmp(s->line.p + p, word.p, word.n))
				return true;
		}
	return false;
}

/* `failed to retrieve credentials: ExpiredTokenException`: a word behind an error is its cause. */
static bool is_cause(const struct scan *s, const struct redact_says *says, size_t from, struct str v)
{
	size_t digits = 0;

	for (size_t i = 0; i < v.n; i++) {
		digits += isdigit((unsigned char)v.p[i]) != 0;
		if (!isalnum((unsigned char)v.p[i]))
			return false;
	}
	return digits <= (says->level == REDACT_STRONG ? 0 : 1) && is_behind_error(s, from);
}

/* `name: value`. */
static bool by_colon(const struct scan *s, const struct redact_says *says, const struct redact_link *l, size_t from, struct str v,
                     size_t to, bool quoted)
{
	bool first = is_first(s, from, l);
	char next = follows(s, to + (quoted ? 1 : 0));

	if (l->key_quoted && !quoted && memchr("[{(&<", *v.p, 5))
		return false;
	if (l->key_quoted && !quoted && next == 'w') /* "namespace"/"db-secret": watch ended */
		return false;
	if (l->key_quoted)
		return says->level == REDACT_STRONG ? quoted || v.n >= 3 : says->level == REDACT_WEAK && !names_object(says, v, false) && (quoted || v.n >= 6);
	if (!l->blanks && !quoted)
		return by_struct(s, says, from, v);
	if (memchr("[{(&<|>", *v.p, 7) && !quoted)
		return false;
	if (!quoted && !first && is_cause(s, says, from, v))
		return false;
	if (says->level == REDACT_STRONG)
		return quoted || (v.n >= 3 && (next == 'w' ? is_mixed(v) : true));
	if (says->level == REDACT_MAYBE)
		return first && says->variable && next != 'w' && v.n >= 6 && !names_object(says, v, true);
	if (s->settings && quoted)
		return v.n >= 4;
	if (first || in_braces(s, from, next))
		return next != 'w' && v.n >= 6 && !memchr(v.p, ' ', v.n) && !names_object(says, v, says->bare && quoted);
	return (v.n >= 16 || (v.n >= 10 && !next && has_three_kinds(v))) && !memchr(v.p, ' ', v.n) && is_mixed(v) && !memchr(v.p, ':', v.n) &&
	       !names_object(says, v, true);
}

/* An environment variable as `kubectl describe` prints it: indented, its value to the end of the line. */
static bool is_described(const struct scan *s, const struct redact_says *says, const struct redact_link *l, size_t from)
{
	return (says->variable || s->joined) && l->sign == ':' && l->blanks >= 2 && from >= 4 && is_first(s, from, l) && s->line.p[from - 1] == ' ';
}

bool redact_is_source(const struct redact *r, struct str v)
{
	for (int i = 0; i < r->sources.n; i++)
		if (v.n >= r->sources.v[i].n && !memcmp(v.p, r->sources.v[i].p, r->sources.v[i].n))
			return true;
	return false;
}

bool redact_is_code(const struct redact *r, const struct redact_says *says, bool settings, struct str v)
{
	bool strong = says->level == REDACT_STRONG;
	size_t n = 0, last = 0;

	while (n < v.n && (isalpha((unsigned char)v.p[n]) || v.p[n] == '_' || v.p[n] == '.' || (n && isdigit((unsigned char)v.p[n])))) {
		last = v.p[n] == '.' ? n + 1 : last;
		n++;
	}
	/* args.password: the last name announces one itself */
	if (n == v.n)
		return (settings || !strong) && last && last < n && redact_says(r, (struct str){v.p + last, n - last}).level >= REDACT_WEAK;
	if (n <= 2 || (v.p[n] != '(' && v.p[n] != '['))
		return false;
	if (v.p[n] == '[') /* ids[user], creds['password'] */
		return !strong || (n + 1 < v.n && strchr("\"'", v.p[n + 1]));
	/* decrypt("x") holds one, hunter(2 is one */
	return redact_is_setting(v, n) || (!memchr(v.p, '"', v.n) && !memchr(v.p, '\'', v.n) && (!strong || last));
}

static bool is_name(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!isalnum((unsigned char)v.p[i]) && v.p[i] != '_')
			return false;
	return v.n > 0;
}

static bool decide(const struct scan *s, const struct redact_says *says, const struct redact_link *l, struct str name, size_t a, size_t b,
                   bool quoted)
{
	struct str v = part(s, a, b);
	size_t from = (size_t)(name.p - s->line.p);

	if (redact_is_innocent(v) || (!quoted && redact_is_source(s->r, v)) || redact_is_path(s->r, v) || redact_is_directory(name, v) || (redact_is_lookup(v) && str_eq(name, "passwd")) ||
	    (b < s->line.n && s->line.p[b] == '(' && !quoted))
		return false;
	/* --token="$token" */
	if (*v.p == '$' && v.n > 1 && redact_says(s->r, (struct str){v.p + 1, v.n - 1}).level >= REDACT_WEAK && is_name((struct str){v.p + 1, v.n - 1}))
		return false;
	/* Where a service is: the patterns take the password out of it. */
	if (!strcmp(says->kind, "credential") && memmem(v.p, v.n, "://", 3))
		return false;
	if (says->level == REDACT_MAYBE && !redact_may_be(v))
		return false;
	if ((says->level < REDACT_STRONG || !strcmp(says->kind, "token")) && redact_is_method(s->r, v))
		return false;
	if (!quoted && redact_is_code(s->r, says, s->settings, v))
		return false;
	/* opts['password'] = other.password */
	if (l->subscript && !quoted && !is_mixed(v))
		return false;
	switch (l->sign) {
	case '=':
	case '-':
		return by_equals(says, l, v, quoted, s->line.p[from] == '-');
	case ':':
		if (is_described(s, says, l, from))
			return *v.p != '<' && !((says->level == REDACT_MAYBE || (s->joined && says->level == REDACT_WEAK)) && names_object(says, v, true));
		return !redact_is_prose(s->r, v) && by_colon(s, says, l, from, v, b, quoted);
	case ' ':
		return says->level >= REDACT_WEAK && *v.p != '-' && v.n >= 4 && !redact_is_prose(s->r, v);
	case ',':
		return says->level >= REDACT_WEAK && *v.p != '-';
	default: /* PASSWORD 'x' */
		if (l->fallback)
			return v.n >= 3 && *v.p != '$' && (says->level >= REDACT_WEAK || !names_object(says, v, true));
		return says->level == REDACT_STRONG && !strcmp(says->kind, "password") && *v.p != '$';
	}
}

static bool is_one_of(struct str v, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v.n == strlen(words[i]) && !strncasecmp(v.p, words[i], v.n))
			return true;
	return false;
}

/* {name: X, value: Y}, in JSON, XML or as Go prints it. Returns where to go on. */
static size_t take_pair(struct scan *s, size_t from, size_t to, const struct redact_link *l)
{
	static const char *const names[] = {"name", "key", "k", "id", "field", "variable"}, *const values[] = {"value", "val", "v"};
	struct str word = part(s, from, to);
	size_t a, b;
	bool quoted;

	if (l->sign != ':' && l->sign != '=')
		return to;
	if (is_one_of(word, names, ARRAY_LEN(names)) && redact_value_at(s->line, l, false, &a, &b, &quoted)) {
		struct redact_says says = redact_says(s->r, part(s, a, b));

		/* A quote that is never closed is none's name. */
		if (says.level == REDACT_NOTHING || b - a > 200 || memchr(s->line.p + a, ' ', b - a) || memchr(s->line.p + a, '"', b - a))
			return to;
		s->pair = says;
		s->pair_end = b;
		return b;
	}
	if (!s->pair.level || !is_one_of(word, values, ARRAY_LEN(values)) || from - s->pair_end > 16)
		return to;
	bool maybe = s->pair.level == REDACT_MAYBE;
	s->pair.level = REDACT_NOTHING;
	if (!redact_value_at(s->line, l, false, &a, &b, &quoted))
		return to;
	/* {Name:X Value: ValueFrom:&...}: an empty one */
	if (!quoted && l->blanks && str_starts(part(s, a, s->line.n), "ValueFrom:"))
		return to;
	if (!quoted) { /* Go's struct: {Name:X,Value:two words,ValueFrom:nil,} */
		const char *end = memmem(s->line.p + a, s->line.n - a < 4096 ? s->line.n - a : 4096, ",ValueFrom:", 11);
		b = end ? (size_t)(end - s->line.p) : b;
	}
	if (b > a && !redact_is_innocent(part(s, a, b)) && !redact_is_path(s->r, part(s, a, b)) && (!maybe || redact_may_be(part(s, a, b))))
		replace(s, a, b, "env");
	return b > a ? b : to;
}

/* Where a name of several words begins, `Client Secret: x` of `kubectl describe`, `API key: x` of a log: with the line; else from. */
static size_t start_of_words(const struct scan *s, size_t from, size_t to)
{
	size_t p = 0, words = 1;

	while (p < from && redact_is_blank(s->line.p[p]))
		p++;
	if (to - p > 48)
		return from;
	for (size_t i = p; i < to; i++) {
		words += s->line.p[i] == ' ';
		if (!isalpha((unsigned char)s->line.p[i]) && (s->line.p[i] != ' ' || s->line.p[i + 1] == ' '))
			return from;
	}
	/* Invalid password: Unauthorized */
	return words <= 3 && !is_behind_error(s, to) ? p : from;
}

/* One word of the line. Returns where to go on. */
static size_t take_word(struct scan *s, size_t from, size_t to)
{
	struct redact_link l = redact_link_at(s->line, from, to);
	struct redact_says says;
	size_t a, b;
	bool quoted, whole;

	if (!l.sign || s->line.p[from] == '/') /* the path of a file */
		return to;
	size_t start = l.sign == ':' || l.sign == '=' ? start_of_words(s, from, to) : from;
	says = redact_says(s->r, part(s, start, to));
	s->joined = start < from && says.level >= REDACT_WEAK;
	if (s->joined)
		from = start;
	else if (start < from)
		says = redact_says(s->r, part(s, from, to));
	if (says.level == REDACT_NOTHING)
		return take_pair(s, from, to, &l);
	whole = l.sign == '=' && (says.variable || s->line.p[from] == '-') && !(from > l.quote.n && s->line.p[from - l.quote.n - 1] == ':');
	if (!redact_value_at(s->line, &l, whole, &a, &b, &quoted))
		return to;
	/* Replaced already; another assignment may follow without a blank. Where it is only the beginning of the value, the rest goes, too. */
	if (placeholder_begins(part(s, a, b))) {
		const char *end = memmem(s->line.p + a + 2, b - a - 2, "**", 2);
		size_t rest = end ? (size_t)(end - s->line.p) + 2 : b;

		if (rest < b && says.level == REDACT_STRONG && isalnum((unsigned char)s->line.p[rest]))
			replace(s, rest, b, says.kind);
		return a + 2;
	}
	if (!quoted && is_described(s, &says, &l, from))
		for (b = s->line.n; b > a && redact_is_blank(s->line.p[b - 1]);)
			b--;
	if (l.sign == ':' && !l.blanks && !quoted && says.level == REDACT_STRONG)
		b = end_of_field(s, from, b);
	if (!decide(s, &says, &l, part(s, from, to), a, b, quoted))
		return to;
	/* {"pass": 123} stays JSON: counters and cursors have such names, too; a password's number gets quotes. */
	if (l.key_quoted && !quoted && is_number(part(s, a, b))) {
		if (says.level == REDACT_STRONG && has_passw(part(s, from, to)))
			replace_number(s, a, b, says.kind);
		return b;
	}
	replace(s, a, b, says.kind);
	return b;
}

bool redact_assignments(const struct redact *r, struct str line, size_t from, bool settings, int64_t *count, struct buf *out)
{
	struct scan s = {.r = r, .settings = settings, .line = line, .out = out};
	size_t i = from;

	while (i < line.n) {
		size_t begin = i;

		while (i < line.n && redact_is_word(line.p[i]))
			i++;
		/* Dots and dashes end sentences, too. */
		size_t to = i;
		while (to > begin && (line.p[to - 1] == '.' || line.p[to - 1] == '-'))
			to--;
		if (to > begin && i - begin < 200)
			i = take_word(&s, begin, to);
		i = i > begin ? i : begin + 1;
	}
	if (!s.count)
		return false;
	buf_add(out, line.p + s.at, line.n - s.at, NULL);
	*count += s.count;
	return true;
}
