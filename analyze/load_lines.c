#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "analyze/load.h"
#include "base/text.h"

/* -- lines -------------------------------------------------------------------------------------------------------- */

/* True for ASCII without NUL, which is nearly every line. */
static bool is_plain(const char *p, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= n; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		if (_mm_movemask_epi8(_mm_cmpgt_epi8(x, _mm_setzero_si128())) != 0xffff)
			return false;
	}
#endif
	for (; i < n; i++)
		if ((signed char)p[i] <= 0)
			return false;
	return true;
}

static int give(struct load *l, const char *p, size_t n, int (*fn)(struct load *, struct str, struct err *), struct err *e)
{
	l->liner.line++;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (!is_plain(p, n) && (memchr(p, '\0', n) || !text_utf8_valid(p, n))) {
		buf_clear(&l->repaired);
		int rc = text_utf8_repair(p, n, &l->repaired, e);
		if (rc < 0)
			return rc;
		p = l->repaired.p;
		n = l->repaired.n;
	}
	return fn(l, (struct str){p, n}, e);
}

static void note_cut(struct load *l)
{
	l->liner.dropping = true;
	if (!l->liner.cut)
		l->liner.cut = l->liner.line + 1;
}

/* A line that has no end yet. */
static int carry(struct load *l, const char *p, size_t n, struct err *e)
{
	struct liner *ln = &l->liner;

	if (ln->dropping)
		return 0;
	size_t room = LINE_MAX_BYTES - ln->carry.n;
	if (n > room)
		note_cut(l);
	return buf_add(&ln->carry, p, n < room ? n : room, e);
}

int liner_feed(struct load *l, const char *p, size_t n, int (*fn)(struct load *, struct str, struct err *), struct err *e)
{
	const char *end = p + n;
	int rc = 0;

	while (p < end && rc == 0) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			return carry(l, p, (size_t)(end - p), e);
		size_t len = (size_t)(nl - p);
		if (l->liner.carry.n == 0 && !l->liner.dropping) {
			if (len > LINE_MAX_BYTES) {
				note_cut(l);
				len = LINE_MAX_BYTES;
			}
			rc = give(l, p, len, fn, e);
		} else if ((rc = carry(l, p, len, e)) == 0) {
			rc = give(l, l->liner.carry.p, l->liner.carry.n, fn, e);
			buf_clear(&l->liner.carry);
		}
		l->liner.dropping = false;
		p = nl + 1;
	}
	return rc;
}

int liner_end(struct load *l, int (*fn)(struct load *, struct str, struct err *), struct err *e)
{
	int rc = 0;

	if (l->liner.carry.n > 0)
		rc = give(l, l->liner.carry.p, l->liner.carry.n, fn, e);
	buf_clear(&l->liner.carry);
	if (rc == 0 && l->liner.cut)
		rc = load_problem(l, l->liner.cut, e, "longer than %d KiB; this and further such lines are cut", LINE_MAX_BYTES >> 10);
	return rc;
}

/* -- text files ---------------------------------------------------------------------------------------------------- */

/* Text has no NUL and few other control characters. */
static bool is_binary(const char *p, size_t n)
{
	size_t odd = 0;

	n = n < 4096 ? n : 4096;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c == 0)
			return true;
		odd += c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != 0x1b;
	}
	return odd * 20 > n;
}

static int text_line(struct load *l, struct str line, struct err *e)
{
	row_begin(l->store, STORE_LINES);
	row_int(l->store, l->file.id);
	row_int(l->store, l->liner.line);
	row_str(l->store, line);
	return row_end(l->store, e);
}

static int lines_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	if (l->liner.line == 0 && l->liner.carry.n == 0 && is_binary(p, n)) {
		l->broken = true;
		l->file.state = "skipped";
		l->file.reason = "not text";
		return 0;
	}
	return liner_feed(l, p, n, text_line, e);
}

static int lines_end(struct load *l, struct err *e)
{
	return liner_end(l, text_line, e);
}

const struct loader load_lines = {NULL, lines_feed, lines_end};

/* -- metrics ------------------------------------------------------------------------------------------------------- */

static int flush_metric(struct load *l, struct err *e)
{
	if (l->metric.series == 0)
		return 0;
	row_begin(l->store, STORE_METRICS);
	row_text(l->store, l->file.kind.node);
	row_text(l->store, l->file.kind.unit);
	row_text(l->store, l->metric.name);
	row_int(l->store, l->metric.series);
	if (l->metric.series == 1 && l->metric.value - l->metric.value == 0) /* neither NaN nor infinite */
		row_real(l->store, l->metric.value);
	else
		row_null(l->store);
	row_int(l->store, l->file.id);
	row_int(l->store, l->metric.line);
	l->metric.series = 0;
	return row_end(l->store, e);
}

/* name{labels} value [time]: series of one name stand together. */
static int metric_line(struct load *l, struct str line, struct err *e)
{
	char number[64];
	size_t n = 0, v;

	while (n < line.n && line.p[n] != '{' && line.p[n] != ' ')
		n++;
	if (n == 0 || n >= sizeof(l->metric.name) || line.p[0] == '#' || n == line.n)
		return 0;
	if (l->metric.series && (strlen(l->metric.name) != n || memcmp(l->metric.name, line.p, n) != 0)) {
		int rc = flush_metric(l, e);
		if (rc < 0)
			return rc;
	}
	if (l->metric.series++ > 0)
		return 0;
	memcpy(l->metric.name, line.p, n);
	l->metric.name[n] = '\0';
	l->metric.line = l->liner.line;
	for (v = n; v < line.n && line.p[v] != '}' && line.p[n] == '{'; v++)
		;
	v += v < line.n && line.p[v] == '}';
	while (v < line.n && line.p[v] == ' ')
		v++;
	size_t k = line.n - v < sizeof(number) - 1 ? line.n - v : sizeof(number) - 1;
	memcpy(number, line.p + v, k);
	number[k] = '\0';
	l->metric.value = strtod(number, NULL);
	return 0;
}

static int metrics_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	return liner_feed(l, p, n, metric_line, e);
}

static int metrics_end(struct load *l, struct err *e)
{
	int rc = liner_end(l, metric_line, e);

	return rc < 0 ? rc : flush_metric(l, e);
}

const struct loader load_metrics = {NULL, metrics_feed, metrics_end};
