/* Text: one line at a time, patterns tried only where a literal hint occurs. */
#include "base/mem.h"
#include "collect/redact_internal.h"
#include <strings.h> /* strncasecmp */

/* Longest line that is looked at in one piece. */
#define LINE_MAX_BYTES ((size_t)1 << 20)

/* Which pairs of bytes a line has, either case, hashed. A hint whose pairs are not all there is not in the line: most
 * lines are done with after one look at each of their bytes, however many hints there are. */
struct pairs {
	uint64_t bits[64];
};

static unsigned pair_hash(unsigned char a, unsigned char b)
{
	return ((a | 0x20U) * 31U + (b | 0x20U) * 7U * 61U) & 4095U;
}

static void pairs_of(struct pairs *p, struct str s)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i + 1 < s.n; i++) {
		unsigned h = pair_hash((unsigned char)s.p[i], (unsigned char)s.p[i + 1]);

		p->bits[h >> 6] |= UINT64_C(1) << (h & 63);
	}
}

static bool may_have(const struct pairs *p, const struct redact_hint *h)
{
	for (size_t i = 0; i + 1 < h->n; i++) {
		unsigned k = pair_hash((unsigned char)h->text[i], (unsigned char)h->text[i + 1]);

		if (!(p->bits[k >> 6] >> (k & 63) & 1))
			return false;
	}
	return true;
}

static bool has_hint(const struct redact_rule *rule, const struct pairs *pairs, struct str s)
{
	if (!rule->n_hints)
		return true;
	for (int i = 0; i < rule->n_hints; i++) {
		const struct redact_hint *h = &rule->hints[i];

		if (!may_have(pairs, h))
			continue;
		unsigned char lo = (unsigned char)h->text[0],
		              up = lo >= 'a' && lo <= 'z' ? (unsigned char)(lo - 32) : lo;

		if (s.n < h->n)
			continue;
		for (size_t k = 0; k + h->n <= s.n; k++) {
			unsigned char c = (unsigned char)s.p[k];

			if ((c == lo || c == up) && !strncasecmp(s.p + k, h->text, h->n))
				return true;
		}
	}
	return false;
}

static void add_placeholder(struct buf *out, const char *id)
{
	buf_add_str(out, "**REDACTED:", NULL);
	buf_add_str(out, id, NULL);
	buf_add_str(out, "**", NULL);
}

/* Applies one rule; appends the result to out. Returns the number of replacements. Where the pattern gives up, what is
 * left of the line goes: it cannot be told whether it holds a credential. */
static int apply_rule(const struct redact_rule *rule, struct str line, struct buf *out)
{
	struct str g[REDACT_GROUPS];
	size_t from = 0, start, end;
	int n = 0, rc = 0;

	while (from <= line.n && (rc = regex_search(rule->re, line, from, &start, &end, g, REDACT_GROUPS)) > 0) {
		size_t a = start, b = end;

		if (rule->secret >= 0 && g[rule->secret].p) {
			a = (size_t)(g[rule->secret].p - line.p);
			b = a + g[rule->secret].n;
		}
		if (b <= a || a < from)
			break;
		buf_add(out, line.p + from, a - from, NULL);
		add_placeholder(out, rule->id);
		n++;
		from = b;
	}
	if (rc < 0) {
		add_placeholder(out, "unreadable");
		return n + 1;
	}
	buf_add(out, line.p + from, line.n - from, NULL);
	return n;
}

/* A block begins on this line: what stands before it stays. */
static bool open_block(const struct redact *r, struct redact_block *block, const struct pairs *pairs, struct str line,
                       struct buf *out)
{
	for (int i = 0; i < r->n_blocks; i++) {
		const struct redact_rule *rule = &r->rules[i];
		size_t start, end, s2, e2;

		if (!has_hint(rule, pairs, line) || !regex_find(rule->re, line, 0, &start, &end, NULL, 0))
			continue;
		/* A key on a single line is a pattern's business. */
		if (regex_find(rule->end, line, end, &s2, &e2, NULL, 0))
			continue;
		buf_add(out, line.p, start, NULL);
		add_placeholder(out, rule->id);
		block->rule = rule;
		block->lines = 0;
		return true;
	}
	return false;
}

/* True when the line belongs to the open block. */
static bool in_block(struct redact_block *block, struct str line)
{
	const struct redact_rule *rule = block->rule;
	size_t start, end;

	if (regex_find(rule->end, line, 0, &start, &end, NULL, 0)) {
		block->rule = NULL;
		return true;
	}
	if (++block->lines > rule->lines ||
	    (rule->inside && regex_search(rule->inside, line, 0, &start, &end, NULL, 0) == 0)) {
		block->rule = NULL;
		return false;
	}
	return true;
}

/* `key: rest` of YAML or JSON, alone on its line: its rest, without the comma that JSON puts behind it; else NULL. */
static struct str value_of_key(struct str line, const char *key)
{
	const char *p = line.p, *end = line.p + line.n;
	size_t n = strlen(key);
	char quote = 0;

	while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == ','))
		end--;
	while (p < end && (*p == ' ' || *p == '\t' || *p == '-'))
		p++;
	if (p < end && (*p == '"' || *p == '\''))
		quote = *p++;
	if ((size_t)(end - p) <= n || memcmp(p, key, n) != 0)
		return (struct str){NULL, 0};
	p += n;
	if (quote && p < end && *p++ != quote)
		return (struct str){NULL, 0};
	if (p >= end || *p++ != ':')
		return (struct str){NULL, 0};
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (end - p >= 2 && (*p == '"' || *p == '\'') && end[-1] == *p) {
		p++;
		end--;
	}
	return (struct str){p, (size_t)(end - p)};
}

/* An environment variable of a manifest stands on two lines: `name: DB_PASSWORD`, then `value: ...`. */
static bool take_env(const struct redact *r, struct redact_block *block, struct str line, struct buf *out)
{
	bool expected = block->value_next;
	struct str v = value_of_key(line, expected ? "value" : "name");
	char name[200];

	block->value_next = false;
	if (!expected) {
		if (v.n && v.n < sizeof(name) && !memchr(v.p, ' ', v.n)) {
			snprintf(name, sizeof(name), "%.*s", (int)v.n, v.p);
			block->value_next = redact_name(r, name);
		}
		return false;
	}
	if (!v.p || !v.n || redact_is_innocent(v))
		return false;
	buf_add(out, line.p, (size_t)(v.p - line.p), NULL);
	add_placeholder(out, "env");
	buf_add(out, v.p + v.n, (size_t)(line.p + line.n - v.p - v.n), NULL);
	return true;
}

bool redact_line(const struct redact *r, struct redact_block *block, struct str line, struct buf *out, int64_t *count)
{
	struct buf a = BUF_MAX(4 * LINE_MAX_BYTES), b = BUF_MAX(4 * LINE_MAX_BYTES);
	struct str cur = line;
	struct pairs pairs;
	bool any = false;

	if (block->rule && in_block(block, line))
		return false;
	if (take_env(r, block, line, out)) {
		++*count;
		return true;
	}
	for (size_t i = 0; i < line.n && !any; i++)
		any = r->first[(unsigned char)line.p[i]];
	if (!any) {
		buf_add(out, line.p, line.n, NULL);
		return true;
	}
	pairs_of(&pairs, line);
	if (open_block(r, block, &pairs, line, out)) {
		++*count;
		return true;
	}
	for (int i = r->n_blocks; i < r->n_rules; i++) {
		const struct redact_rule *rule = &r->rules[i];
		size_t start, end;
		struct buf t;
		int n;

		if (!has_hint(rule, &pairs, cur) || regex_search(rule->re, cur, 0, &start, &end, NULL, 0) == 0)
			continue;
		n = apply_rule(rule, cur, &b);
		*count += n;
		t = a;
		a = b;
		b = t;
		buf_clear(&b);
		cur = (struct str){buf_cstr(&a), a.n};
	}
	buf_add(out, cur.p, cur.n, NULL);
	buf_release(&a);
	buf_release(&b);
	return true;
}

int redact_text(const struct redact *r, struct str in, struct buf *out, int64_t *count, struct err *e)
{
	struct redact_block block = {.rule = NULL};
	const char *p = in.p, *end = in.p + in.n;
	struct buf line = BUF_MAX(8 * LINE_MAX_BYTES);
	int rc = 0;

	while (p < end && rc >= 0) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);
		bool newline = nl != NULL;

		if (n > LINE_MAX_BYTES) {
			n = LINE_MAX_BYTES;
			newline = false;
		}
		buf_clear(&line);
		if (redact_line(r, &block, (struct str){p, n}, &line, count)) {
			rc = buf_add(out, buf_cstr(&line), line.n, e);
			if (rc >= 0 && newline)
				rc = buf_add(out, "\n", 1, e);
		}
		p += n + newline;
	}
	buf_release(&line);
	return rc < 0 ? rc : 0;
}

struct redact_stream {
	const struct redact *r;
	redact_sink sink;
	void *arg;
	bool (*drop)(void *arg, struct str line);
	void *drop_arg;
	struct redact_block block;
	struct buf line; /* begun, not ended */
	struct buf out;
	struct buf plain; /* a line without its colours */
	int64_t count;
};

struct redact_stream *redact_stream_new(const struct redact *r, redact_sink sink, void *arg,
                                        bool (*drop)(void *arg, struct str line), void *drop_arg)
{
	struct redact_stream *s = xcalloc(1, sizeof(*s));

	s->r = r;
	s->sink = sink;
	s->arg = arg;
	s->drop = drop;
	s->drop_arg = drop_arg;
	s->line = (struct buf)BUF_MAX(LINE_MAX_BYTES);
	s->out = (struct buf)BUF_MAX(16 * LINE_MAX_BYTES);
	s->plain = (struct buf)BUF_MAX(LINE_MAX_BYTES);
	return s;
}

static int flush(struct redact_stream *s, struct err *e)
{
	int rc = s->out.n ? s->sink(s->arg, s->out.p, s->out.n, e) : 0;

	buf_clear(&s->out);
	return rc < 0 ? rc : 0;
}

/* Takes colours (ESC [ ... m) out, in place: they say nothing in a file, and hide a credential from the patterns. */
static size_t strip_colours(char *p, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		size_t j = i + 2;

		if (p[i] == 0x1b && i + 1 < n && p[i + 1] == '[') {
			while (j < n && ((p[j] >= '0' && p[j] <= '9') || p[j] == ';'))
				j++;
			if (j < n && p[j] == 'm') {
				i = j;
				continue;
			}
		}
		p[k++] = p[i];
	}
	return k;
}

/* One line, or a piece of one that is too long (newline false). */
static int take_line(struct redact_stream *s, struct str line, bool newline, struct err *e)
{
	if (line.n && memchr(line.p, 0x1b, line.n)) {
		buf_clear(&s->plain);
		buf_add(&s->plain, line.p, line.n, NULL);
		s->plain.n = strip_colours(s->plain.p, s->plain.n);
		line = (struct str){s->plain.p, s->plain.n};
	}
	if (s->drop && s->drop(s->drop_arg, line))
		return 0;
	if (redact_line(s->r, &s->block, line, &s->out, &s->count) && newline)
		buf_add(&s->out, "\n", 1, NULL);
	return s->out.n >= 64 * 1024 ? flush(s, e) : 0;
}

int redact_stream_write(struct redact_stream *s, const void *data, size_t n, struct err *e)
{
	const char *p = data, *end = p + n;
	int rc;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t piece = (size_t)((nl ? nl : end) - p);

		if (!s->line.n && nl && piece <= LINE_MAX_BYTES) {
			if ((rc = take_line(s, (struct str){p, piece}, true, e)) < 0)
				return rc;
			p = nl + 1;
			continue;
		}
		if (piece > LINE_MAX_BYTES - s->line.n)
			piece = LINE_MAX_BYTES - s->line.n;
		buf_add(&s->line, p, piece, NULL);
		p += piece;
		if (s->line.n == LINE_MAX_BYTES || (p < end && *p == '\n')) {
			bool newline = p < end && *p == '\n';

			if ((rc = take_line(s, (struct str){s->line.p, s->line.n}, newline, e)) < 0)
				return rc;
			buf_clear(&s->line);
			p += newline;
		}
	}
	return 0;
}

int redact_stream_finish(struct redact_stream *s, struct err *e)
{
	int rc = 0;

	if (s->line.n)
		rc = take_line(s, (struct str){s->line.p, s->line.n}, false, e);
	buf_clear(&s->line);
	return rc < 0 ? rc : flush(s, e);
}

int64_t redact_stream_count(const struct redact_stream *s)
{
	return s->count;
}

void redact_stream_free(struct redact_stream *s)
{
	if (!s)
		return;
	buf_release(&s->line);
	buf_release(&s->out);
	buf_release(&s->plain);
	free(s);
}
