/* Text, line by line: patterns tried only where one of their hints occurs, blocks of several lines. */
#include "base/mem.h"
#include "collect/redact_internal.h"

bool redact_has(const uint64_t *found, int owner)
{
	return found[owner >> 6] >> (owner & 63) & 1;
}

void redact_lines_init(struct redact_lines *l, const struct redact *r)
{
	*l = (struct redact_lines){.r = r, .value_indent = -1, .secret_indent = -1, .data_indent = -1, .held_indent = -1, .args_indent = -1};
	l->a = l->b = (struct buf)BUF_MAX(8 * REDACT_LINE_MAX);
	l->value = (struct buf)BUF_MAX(4 * REDACT_LINE_MAX);
	l->value_tail = (struct buf)BUF_MAX(REDACT_LINE_MAX);
	l->held = (struct buf)BUF_MAX(2 * REDACT_LINE_MAX);
	l->run = (struct buf)BUF_MAX(2 * REDACT_LINE_MAX);
	l->first = true;
	redact_args_init(&l->args, r);
	l->value_line = (struct buf)BUF_MAX(REDACT_LINE_MAX);
	redact_parts_init(&l->parts);
}

void redact_lines_release(struct redact_lines *l)
{
	buf_release(&l->a);
	buf_release(&l->b);
	buf_release(&l->value);
	buf_release(&l->value_tail);
	buf_release(&l->held);
	buf_release(&l->run);
	redact_args_release(&l->args);
	buf_release(&l->value_line);
	redact_parts_release(&l->parts);
}

static void add_placeholder(struct redact_lines *l, const char *kind, struct str value, struct buf *out)
{
	(void)placeholder_add(l->r->placeholders, kind, value, out, NULL);
	l->count++;
}

/* Applies one rule; appends the result to out. Returns whether anything was replaced. Where the pattern gives up, what is
 * left of the line goes: it cannot be told whether it holds a credential. */
static bool apply_rule(struct redact_lines *l, const struct redact_rule *rule, struct str line, struct buf *out)
{
	struct str g[REDACT_GROUPS];
	size_t from = 0, at = 0, start, end;
	bool any = false;
	int rc = 0;

	while (from <= line.n && (rc = regex_search(rule->re, line, from, &start, &end, g, REDACT_GROUPS)) > 0) {
		size_t a = start, b = end;

		if (rule->secret >= 0 && g[rule->secret].p) {
			a = (size_t)(g[rule->secret].p - line.p);
			b = a + g[rule->secret].n;
		}
		if (b <= a || a < at)
			break;
		from = b;
		/* What another rule, or an earlier redaction, put there. */
		if (placeholder_begins((struct str){line.p + a, b - a}) || placeholder_covers(line, a))
			continue;
		buf_add(out, line.p + at, a - at, NULL);
		add_placeholder(l, rule->id, (struct str){line.p + a, b - a}, out);
		any = true;
		at = b;
	}
	if (rc < 0) {
		add_placeholder(l, "unreadable", (struct str){line.p + at, line.n - at}, out);
		return true;
	}
	if (any)
		buf_add(out, line.p + at, line.n - at, NULL);
	return any;
}

/* A block begins on this line: what stands before it stays. Its placeholder follows when its end is known. */
static bool open_block(struct redact_lines *l, const uint64_t *found, struct str line, bool newline, struct buf *out)
{
	for (int i = 0; i < l->r->n_blocks; i++) {
		const struct redact_rule *rule = &l->r->rules[i];
		size_t start, end, s2, e2;

		if (!redact_has(found, i) || !regex_find(rule->re, line, 0, &start, &end, NULL, 0))
			continue;
		/* A key on a single line is a pattern's business. */
		if (regex_find(rule->end, line, end, &s2, &e2, NULL, 0))
			continue;
		redact_patterns(l, found, (struct str){line.p, start}, out);
		buf_clear(&l->value);
		(void)buf_add(&l->value, line.p + start, line.n - start, NULL);
		l->block = rule;
		l->block_lines = 0;
		l->block_newline = newline;
		return true;
	}
	return false;
}

static void close_block(struct redact_lines *l, struct buf *out)
{
	add_placeholder(l, l->block->id, (struct str){buf_cstr(&l->value), l->value.n}, out);
	if (l->block_newline)
		buf_add(out, "\n", 1, NULL);
	l->block = NULL;
	buf_clear(&l->value);
}

/* True when the line belongs to the open block. */
static bool in_block(struct redact_lines *l, struct str line, struct buf *out)
{
	const struct redact_rule *rule = l->block;
	size_t start, end;
	bool ends = regex_find(rule->end, line, 0, &start, &end, NULL, 0);

	if (!ends && (++l->block_lines > rule->lines ||
	              (rule->inside && regex_search(rule->inside, line, 0, &start, &end, NULL, 0) == 0))) {
		close_block(l, out);
		redact_key_torn(l);
		return false;
	}
	/* A log puts time and process in front: the last word is the key's. */
	const char *word = ends ? line.p + start : memrchr(line.p ? line.p : "", ' ', line.n);
	size_t skip = !word ? 0 : (size_t)(word - line.p) + !ends;
	(void)buf_add(&l->value, line.p + skip, line.n - skip, NULL);
	if (ends)
		close_block(l, out);
	return true;
}

/* Where the comment of a line of YAML begins; its length when it has none. */
static size_t comment_of(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return i;
	return line.n;
}

void redact_patterns(struct redact_lines *l, const uint64_t *found, struct str line, struct buf *out)
{
	struct str cur = line;

	if (!l->structured && (found[0] | found[1])) {
		buf_clear(&l->a);
		if (redact_inline_json(l, line, &l->a))
			cur = (struct str){buf_cstr(&l->a), l->a.n};
	}
	for (int w = 0; w < WORDSET_OWNERS / 64; w++) {
		for (uint64_t left = found[w]; left; left &= left - 1) {
			int i = w * 64 + __builtin_ctzll(left);

			if (i < l->r->n_blocks || i >= l->r->n_rules)
				continue;
			buf_clear(&l->b);
			if (!apply_rule(l, &l->r->rules[i], cur, &l->b))
				continue;
			struct buf t = l->a;
			l->a = l->b;
			l->b = t;
			cur = (struct str){buf_cstr(&l->a), l->a.n};
		}
	}
	if (l->settings && redact_has(found, REDACT_HINT_ASSIGN) && redact_setting(l->r, cur, &l->count, out))
		return;
	if (!redact_has(found, REDACT_HINT_ASSIGN) || !redact_assignments(l->r, cur, l->structured ? comment_of(cur) : 0, l->settings, &l->count, out))
		buf_add(out, cur.p, cur.n, NULL);
}

void redact_lines_take(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	if (!redact_parts_line(l, line, newline, out))
		redact_lines_whole(l, line, newline, out);
}

void redact_lines_whole(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	uint64_t found[WORDSET_OWNERS / 64];

	if (redact_next_hold(l, line, newline, out) || (l->block && in_block(l, line, out)))
		return;
	l->described |= line.n == 4 && !memcmp(line.p, "====", 4);
	if (redact_key_line(l, line, newline, out) || (!l->structured && redact_args_line(l, line, newline, out)))
		return;
	wordset_scan(l->r->hints, line, found);
	found[0] |= l->r->always[0];
	found[1] |= l->r->always[1];
	if (redact_secret_line(l, found, line, newline, out))
		return;
	if (!(found[0] | found[1]) && !l->next) {
		buf_add(out, line.p, line.n, NULL);
	} else {
		if (!l->structured && redact_next_line(l, found, line, newline, out))
			return;
		if (open_block(l, found, line, newline, out))
			return;
		redact_patterns(l, found, line, out);
	}
	if (newline)
		buf_add(out, "\n", 1, NULL);
}

void redact_lines_end(struct redact_lines *l, struct buf *out)
{
	redact_parts_end(l, out);
	redact_next_end(l, out);
	redact_key_end(l, out);
	redact_secret_end(l, out);
	if (l->block)
		close_block(l, out);
}

int redact_text(const struct redact *r, struct str in, struct buf *out, int64_t *count, struct err *e)
{
	return redact_text_at(r, in, 0, false, out, count, e);
}

int redact_text_at(const struct redact *r, struct str in, int embedded, bool settings, struct buf *out, int64_t *count, struct err *e)
{
	const char *p = in.p, *end = in.p + in.n;
	struct redact_lines l;
	struct buf piece = BUF_MAX(16 * REDACT_LINE_MAX);
	uint64_t found[WORDSET_OWNERS / 64];
	int rc = 0;

	/* Most texts are short and clean: values of objects. */
	if (in.n < REDACT_LINE_MAX && !wordset_scan(r->hints, in, found) && !(r->always[0] | r->always[1]))
		return buf_add(out, in.p, in.n, e);
	redact_lines_init(&l, r);
	l.embedded = embedded;
	l.settings = settings;
	while (p < end && rc >= 0) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);
		bool newline = nl != NULL;

		if (n > REDACT_LINE_MAX) {
			n = redact_cut_at((struct str){p, REDACT_LINE_MAX});
			newline = false;
		}
		redact_lines_take(&l, (struct str){p, n}, newline, &piece);
		rc = buf_add(out, buf_cstr(&piece), piece.n, e);
		p += n + newline;
		if (!newline && p < end && piece.n > 2 && !memcmp(piece.p + piece.n - 2, "**", 2))
			p += redact_rest_of_value((struct str){p, (size_t)(end - p)});
		buf_clear(&piece);
	}
	redact_lines_end(&l, &piece);
	if (rc >= 0)
		rc = buf_add(out, buf_cstr(&piece), piece.n, e);
	*count += l.count;
	buf_release(&piece);
	redact_lines_release(&l);
	return rc < 0 ? rc : 0;
}
