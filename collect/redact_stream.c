/* Text that comes in pieces: cut into lines, colours taken out, what is left handed on. */
#include "base/mem.h"
#include "collect/redact_internal.h"

struct redact_stream {
	redact_sink sink;
	void *arg;
	bool (*drop)(void *arg, struct str line);
	void *drop_arg;
	struct redact_lines lines;
	struct buf line;  /* begun, not ended */
	struct buf out;
	struct buf plain; /* a line without its colours */
	bool in_value;    /* the piece of a line before ended within a value that was replaced */
};

struct redact_stream *redact_stream_new(const struct redact *r, redact_sink sink, void *arg,
                                        bool (*drop)(void *arg, struct str line), void *drop_arg)
{
	struct redact_stream *s = xcalloc(1, sizeof(*s));

	redact_lines_init(&s->lines, r);
	s->sink = sink;
	s->arg = arg;
	s->drop = drop;
	s->drop_arg = drop_arg;
	s->line = (struct buf)BUF_MAX(REDACT_LINE_MAX);
	s->out = (struct buf)BUF_MAX(16 * REDACT_LINE_MAX);
	s->plain = (struct buf)BUF_MAX(REDACT_LINE_MAX);
	s->lines.stream = true;
	return s;
}

void redact_stream_structured(struct redact_stream *s)
{
	s->lines.structured = true;
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
	if (s->in_value) {
		size_t skip = redact_rest_of_value(line);

		line.p += skip;
		line.n -= skip;
		if (!line.n && !newline)
			return 0;
	}
	redact_lines_take(&s->lines, line, newline, &s->out);
	s->in_value = !newline && s->out.n > 2 && !memcmp(s->out.p + s->out.n - 2, "**", 2);
	return s->out.n >= 64 * 1024 ? flush(s, e) : 0;
}

int redact_stream_write(struct redact_stream *s, const void *data, size_t n, struct err *e)
{
	const char *p = n ? data : "", *end = p + n;
	int rc;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t piece = (size_t)((nl ? nl : end) - p);

		if (!s->line.n && nl && piece <= REDACT_LINE_MAX) {
			if ((rc = take_line(s, (struct str){p, piece}, true, e)) < 0)
				return rc;
			p = nl + 1;
			continue;
		}
		if (piece > REDACT_LINE_MAX - s->line.n)
			piece = REDACT_LINE_MAX - s->line.n;
		buf_add(&s->line, p, piece, NULL);
		p += piece;
		if (s->line.n == REDACT_LINE_MAX || (p < end && *p == '\n')) {
			bool newline = p < end && *p == '\n';
			size_t cut = newline ? s->line.n : redact_cut_at((struct str){s->line.p, s->line.n});

			if ((rc = take_line(s, (struct str){s->line.p, cut}, newline, e)) < 0)
				return rc;
			memmove(s->line.p, s->line.p + cut, s->line.n - cut);
			s->line.n -= cut;
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
	redact_lines_end(&s->lines, &s->out);
	return rc < 0 ? rc : flush(s, e);
}

int64_t redact_stream_count(const struct redact_stream *s)
{
	return s->lines.count;
}

void redact_stream_free(struct redact_stream *s)
{
	if (!s)
		return;
	redact_lines_release(&s->lines);
	buf_release(&s->line);
	buf_release(&s->out);
	buf_release(&s->plain);
	free(s);
}
