/* Private keys whose first line is missing: a log that begins in the middle of one (tail, --since, a rotated file), or
 * another line of the log came between. What looks like lines of a key waits until the line is seen that ends them. */
#include "collect/redact_internal.h"

enum { LINE_LONGEST = 4096, LINE_MIN = 60, LINES_MAX = 200, AFTER_MAX = 200 }; /* bytes, with what a log puts in front; characters of a full line (PEM: 64); lines that wait; lines after a torn key */

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

/* What the program wrote: the last word of a line that a log put time and process in front of; the text in Docker's. */
static struct str written(struct str line)
{
	const char *end = line.p + line.n, *p;

	if (str_starts(line, "{\"log\"") && (p = memchr(line.p + 6, '"', line.n - 6))) {
		const char *close = memmem(p + 1, (size_t)(end - p - 1), "\\n\"", 3);

		if (!close)
			close = memchr(p + 1, '"', (size_t)(end - p - 1));
		return close ? (struct str){p + 1, (size_t)(close - p - 1)} : (struct str){p + 1, 0};
	}
	while (end > line.p && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\t'))
		end--;
	for (p = end; p > line.p && is_base64(p[-1]);)
		p--;
	if (p > line.p && p[-1] != ' ' && p[-1] != '\t')
		return (struct str){p, 0};
	return (struct str){p, (size_t)(end - p)};
}

static bool all_base64(struct str s)
{
	size_t n = s.n;

	while (n > 0 && s.n - n < 2 && s.p[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		if (!is_base64(s.p[i]) || s.p[i] == '=')
			return false;
	return n > 0;
}

/* Base64 of random bytes has letters of both cases; identifiers of containers and sums have not. */
static bool has_both_cases(struct str s)
{
	bool small = false, capital = false;

	for (size_t i = 0; i < s.n; i++) {
		small |= s.p[i] >= 'a' && s.p[i] <= 'z';
		capital |= s.p[i] >= 'A' && s.p[i] <= 'Z';
	}
	return small && capital;
}

static bool ends_key(const struct redact *r, struct str line)
{
	size_t start, end;

	for (int i = 0; i < r->n_blocks; i++)
		if (line.n && regex_find(r->rules[i].end, line, 0, &start, &end, NULL, 0))
			return true;
	return false;
}

static void replace_run(struct redact_lines *l, struct buf *out)
{
	(void)placeholder_add(l->r->placeholders, "private-key", (struct str){buf_cstr(&l->run), l->run.n}, out, NULL);
	buf_add(out, "\n", 1, NULL);
	l->count++;
	l->run_lines = 0;
	buf_clear(&l->run);
}

static void give_run(struct redact_lines *l, struct buf *out)
{
	struct buf run = l->run;
	const char *p = buf_cstr(&run), *end = p + run.n;

	l->run = (struct buf)BUF_MAX(run.max);
	l->run_lines = 0;
	l->run_out = true;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		redact_lines_whole(l, (struct str){p, (size_t)(nl - p)}, true, out);
		p = nl + 1;
	}
	l->run_out = false;
	buf_release(&run);
}

static void keep_line(struct redact_lines *l, struct str line)
{
	(void)buf_add(&l->run, line.p, line.n, NULL);
	(void)buf_add(&l->run, "\n", 1, NULL);
	l->run_lines++;
}

bool redact_key_line(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	if (l->run_out)
		return false;
	struct str w = written(line);
	size_t at = w.p ? (size_t)(w.p - line.p) : 0;
	bool first = l->first, full = line.n <= LINE_LONGEST && w.n >= LINE_MIN && w.n <= 128 && all_base64(w) && has_both_cases(w);
	/* A key's last line is shorter, and what the log puts in front of it as long as before. */
	bool last = !full && line.n <= LINE_LONGEST && w.n < LINE_MIN && at == l->run_at && all_base64(w);

	l->first = false;
	l->torn -= l->torn > 0;
	if (newline && ((l->torn > 0 && full) || (l->run_torn && last))) {
		l->run_torn = full;
		l->torn = full ? AFTER_MAX : l->torn;
		l->run_at = at;
		keep_line(l, line);
		replace_run(l, out);
		return true;
	}
	l->run_torn = false;
	if (full && (l->run_lines == 0 || (!l->run_ended && l->run_lines < LINES_MAX))) {
		if (l->run_lines == 0) {
			if (!newline)
				return false;
			l->run_first = first;
			l->run_ended = false;
			l->run_at = at;
		}
		keep_line(l, line);
		return true;
	}
	if (l->run_lines == 0)
		return false;
	if (newline && last && !l->run_ended) {
		l->run_ended = true;
		keep_line(l, line);
		return true;
	}
	if (ends_key(l->r, line)) {
		replace_run(l, out);
		return true;
	}
	give_run(l, out);
	return false;
}

void redact_key_end(struct redact_lines *l, struct buf *out)
{
	if (l->run_lines == 0)
		return;
	/* Nothing but such lines, in a log: the middle of something whose ends were cut off. */
	if (l->stream && l->run_first && l->run_lines > 1)
		replace_run(l, out);
	else
		give_run(l, out);
}

void redact_key_give(struct redact_lines *l, struct buf *out)
{
	if (l->run_lines)
		give_run(l, out);
}

void redact_key_torn(struct redact_lines *l)
{
	l->torn = AFTER_MAX;
}
