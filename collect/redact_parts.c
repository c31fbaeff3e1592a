/* Lines that a container runtime cut because they were long: CRI marks all but the last with P, Docker's json-file leaves the
 * line break out. A credential may stand across the cut, so they are looked at as one. What was redacted stands in the first
 * line then, and the others are empty: who puts them together again reads the same text. */
#include "collect/redact_internal.h"
#include <ctype.h>

enum { JOINED_MAX = 768 * 1024 };

struct part {
	size_t head, text; /* lengths: of what stands in front, of the text */
	bool cut;          /* more follows */
	char source[8];
};

void redact_parts_init(struct redact_parts *p)
{
	p->raw = p->joined = (struct buf)BUF_MAX(2 * REDACT_LINE_MAX);
}

void redact_parts_release(struct redact_parts *p)
{
	buf_release(&p->raw);
	buf_release(&p->joined);
}

/* " stdout F " behind the time (kubernetes: pkg/kubelet/kuberuntime/logs, cri-api: LogTag). */
static bool parse_cri(struct str line, struct part *p)
{
	size_t t = redact_log_time(line);

	if (!t || line.n < t + 9 || (memcmp(line.p + t, "stdout ", 7) && memcmp(line.p + t, "stderr ", 7)) ||
	    (line.p[t + 7] != 'P' && line.p[t + 7] != 'F') || line.p[t + 8] != ' ')
		return false;
	*p = (struct part){.head = t + 9, .text = line.n - t - 9, .cut = line.p[t + 7] == 'P'};
	memcpy(p->source, line.p + t, 6);
	return true;
}

/* ","stream":"stdout","time":"2026-11-23T21:41:10.0Z"}: what follows the text, and nothing else, as only the text is looked at. */
static bool is_tail(struct str s)
{
	static const char a[] = "\",\"stream\":\"std", b[] = "\",\"time\":\"";
	size_t out = sizeof(a) - 1, time = out + 3 + sizeof(b) - 1;

	if (s.n < time + 4 || s.n > time + 48 || memcmp(s.p, a, out) || memcmp(s.p + out + 3, b, sizeof(b) - 1) ||
	    (memcmp(s.p + out, "out", 3) && memcmp(s.p + out, "err", 3)) || memcmp(s.p + s.n - 2, "\"}", 2))
		return false;
	for (size_t i = time; i < s.n - 2; i++)
		if (!isdigit((unsigned char)s.p[i]) && !strchr("TZ:.+-", s.p[i]))
			return false;
	return true;
}

/* {"log":"...","stream":"stdout",...} (docker: daemon/logger/jsonfilelog). */
static bool parse_docker(struct str line, struct part *p)
{
	static const char begin[] = "{\"log\":\"";
	size_t i = sizeof(begin) - 1;

	if (!str_starts(line, begin))
		return false;
	while (i < line.n && line.p[i] != '"')
		i += line.p[i] == '\\' ? 2 : 1;
	if (i >= line.n || !is_tail((struct str){line.p + i, line.n - i}))
		return false;
	*p = (struct part){.head = sizeof(begin) - 1, .text = i - (sizeof(begin) - 1)};
	memcpy(p->source, line.p + i + sizeof("\",\"stream\":\"") - 1, 6);
	p->cut = p->text < 2 || memcmp(line.p + i - 2, "\\n", 2) != 0;
	return true;
}

static bool parse(struct str line, struct part *p)
{
	return line.n && (*line.p == '{' ? parse_docker(line, p) : isdigit((unsigned char)*line.p) && parse_cri(line, p));
}

/* One of the lines that waited. changed: the text of all parts stands in the first already, so that this one is left empty, but for
 * the line break that Docker writes out. */
static void give_line(struct redact_lines *l, struct str line, bool newline, bool changed, struct buf *out)
{
	struct part part;

	if (!parse(line, &part) || strcmp(part.source, l->parts.source) != 0) { /* of the other stream, in between */
		redact_lines_whole(l, line, newline, out);
		return;
	}
	if (!changed) {
		buf_add(out, line.p, line.n, NULL);
		buf_add(out, "\n", newline, NULL);
		return;
	}
	CLEAN_BUF struct buf left = BUF_MAX(REDACT_LINE_MAX);
	size_t end = part.head + part.text, keep = !part.cut && end < line.n ? 2 : 0;
	buf_add(&left, line.p, part.head, NULL);
	buf_add(&left, line.p + end - keep, line.n - end + keep, NULL);
	/* Like any other line: those before it may wait for what they are. */
	redact_lines_whole(l, (struct str){left.p, left.n}, newline, out);
}

/* What waits: the text of the parts is looked at as one. */
static void give(struct redact_lines *l, struct buf *out)
{
	struct redact_parts *p = &l->parts;
	size_t before, n = p->joined.n;
	bool changed;

	if (!p->n)
		return;
	CLEAN_BUF struct buf raw = p->raw;
	const char *line = raw.p, *end = raw.p + raw.n;
	p->raw = (struct buf)BUF_MAX(raw.max);
	p->n = 0;
	/* A line that was cut is long: none of a key, and no `value:` that waits for its name. */
	redact_next_end(l, out);
	redact_key_give(l, out);
	before = out->n;
	l->run_out = l->value_out = true;
	redact_lines_whole(l, (struct str){p->joined.p, n}, true, out);
	l->run_out = l->value_out = false;
	changed = out->n != before + n + 1 || memcmp(out->p + before, p->joined.p, n) != 0;
	if (!changed)
		out->n = before;
	for (bool first = true; line < end; first = false) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		struct str s = {line, (size_t)((nl ? nl : end) - line)};

		line = nl ? nl + 1 : end;
		if (!first || !changed)
			give_line(l, s, nl != NULL, changed, out);
	}
}

static void keep_line(struct redact_parts *p, struct str line, bool newline)
{
	(void)buf_add(&p->raw, line.p, line.n, NULL);
	(void)buf_add(&p->raw, "\n", newline, NULL);
}

static void begin(struct redact_parts *p, struct str line, const struct part *part)
{
	buf_clear(&p->raw);
	buf_clear(&p->joined);
	memcpy(p->source, part->source, sizeof(p->source));
	p->n = 1;
	p->tail = line.n - part->head - part->text;
	(void)buf_add(&p->joined, line.p, line.n, NULL);
}

/* The text of one more, in front of what follows the text in the first; Docker's line break stays where it is. */
static void append(struct redact_parts *p, struct str line, const struct part *part)
{
	size_t keep = !part->cut && p->tail ? 2 : 0;
	CLEAN_BUF struct buf tail = BUF_MAX(REDACT_LINE_MAX);

	(void)buf_add(&tail, p->joined.p + p->joined.n - p->tail, p->tail, NULL);
	p->joined.n -= p->tail;
	(void)buf_add(&p->joined, line.p + part->head, part->text - keep, NULL);
	(void)buf_add(&p->joined, buf_cstr(&tail), tail.n, NULL);
	p->n++;
}

bool redact_parts_line(struct redact_lines *l, struct str line, bool newline, struct buf *out)
{
	struct redact_parts *p = &l->parts;
	struct part part;
	bool is = (newline || line.n < JOINED_MAX) && parse(line, &part);

	if (p->n && is && p->raw.n + line.n <= JOINED_MAX && (*p->joined.p == '{') == (*line.p == '{')) {
		bool same = !strcmp(p->source, part.source);

		keep_line(p, line, newline);
		if (same)
			append(p, line, &part);
		if ((same && !part.cut) || !newline)
			give(l, out);
		return true;
	}
	give(l, out);
	if (!is || !part.cut || !newline || line.n > JOINED_MAX)
		return false;
	begin(p, line, &part);
	keep_line(p, line, newline);
	return true;
}

void redact_parts_end(struct redact_lines *l, struct buf *out)
{
	give(l, out);
}
