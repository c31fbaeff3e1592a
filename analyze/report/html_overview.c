/* What happened when, drawn as SVG on one axis, with the same as a table; and the conditions of the nodes as a matrix. */
#include "analyze/report/html.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* The drawing in its own units; the page scales it. */
enum { WIDTH = 1000, LABELS = 300, RIGHT = 990, ROW = 22, TOP = 26, BULLET = 8, LABEL_COLUMNS = 44 };
enum { MAX_TICKS = 8 };

static const char *const levels[] = {"fine", "info", "warning", "critical"};

/* -- timeline -------------------------------------------------------------------------------------------------------------- */

static int place(const struct report_timeline *t, int64_t ts)
{
	double part = t->to > t->from ? (double)(ts - t->from) / (double)(t->to - t->from) : 0;

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return LABELS + (int)(part * (RIGHT - LABELS) + 0.5);
}

static char *moment(int64_t ts)
{
	char text[32];

	return xstrdup(clock_format(ts / US_PER_S * US_PER_S, text));
}

/* Seconds between two ticks: the least that leaves at most MAX_TICKS of them. */
static int64_t tick_step(const struct report_timeline *t)
{
	static const int steps[] = {5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if ((t->to - t->from) / (steps[i] * US_PER_S) <= MAX_TICKS)
			return steps[i];
	return (t->to - t->from) / MAX_TICKS / US_PER_S / 86400 * 86400 + 86400;
}

static void put_axis(const struct html *h, const struct report_timeline *t, int bottom)
{
	int64_t step = tick_step(t) * US_PER_S;

	for (int64_t ts = (t->from / step + 1) * step; ts <= t->to; ts += step) {
		CLEAN(clean_free) char *when = moment(ts);
		int x = place(t, ts);
		/* 2026-11-23T19:33:31Z: the day where ticks are days apart, the seconds where they are seconds apart. */
		int at = step >= 86400 * US_PER_S ? 5 : 11, n = at == 5 ? 5 : step < 60 * US_PER_S ? 8 : 5;
		fprintf(h->f, "<line class=\"tick\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", x, TOP - 6, x, bottom);
		if (strlen(when) >= (size_t)(at + n))
			fprintf(h->f, "<text class=\"when\" x=\"%d\" y=\"%d\">%.*s</text>\n", x, TOP - 10, n, when + at);
	}
}

/* As much of a name as the column of labels has room for; a character from Hangul Jamo on counts twice. */
static void put_label(const struct html *h, const char *name)
{
	size_t n = strlen(name), i = 0;
	int columns = 0;
	unsigned cp = 0;

	while (i < n && columns < LABEL_COLUMNS) {
		size_t k = text_utf8_decode(name + i, n - i, &cp);
		columns += k && cp >= 0x1100 ? 2 : 1;
		i += k ? k : 1;
	}
	CLEAN(clean_free) char *shown = xasprintf("%.*s%s", (int)i, name, i < n ? "…" : "");
	html_text(h, shown);
}

static void put_mark(const struct html *h, const struct report_timeline *t, const struct report_mark *m, int y)
{
	CLEAN(clean_free) char *from = moment(m->from);
	CLEAN(clean_free) char *to = moment(m->to);
	int x1 = place(t, m->from), x2 = place(t, m->to);

	fprintf(h->f, "<g class=\"mark %s\"><title>", levels[m->level]);
	html_text(h, from);
	if (strcmp(from, to) != 0) {
		html_raw(h, " - ");
		html_text(h, to);
	}
	html_raw(h, " ");
	html_text(h, m->text);
	html_raw(h, "</title>");
	if (x2 - x1 > BULLET)
		fprintf(h->f, "<rect class=\"span\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"6\" rx=\"3\"/>", x1, y - 3, x2 - x1);
	fprintf(h->f, m->from < t->from ? "<path d=\"M%d %dl6 -4v8z\"/>" : "<circle cx=\"%d\" cy=\"%d\" r=\"4\"/>", x1, y);
	html_raw(h, "</g>\n");
}

static bool new_kind(const struct report_timeline *t, int i)
{
	return i == 0 || strcmp(t->lanes[i].kind, t->lanes[i - 1].kind) != 0;
}

static void put_kind(const struct html *h, const char *kind)
{
	CLEAN(clean_free) char *key = xasprintf("timeline.%s", kind);

	html_word(h, key);
}

static void put_drawing(const struct html *h, const struct report_timeline *t)
{
	int rows = t->lane_count, y = TOP;

	for (int i = 0; i < t->lane_count; i++)
		rows += new_kind(t, i);
	int bottom = TOP + rows * ROW + 4;
	fprintf(h->f, "<div class=\"scroll\" tabindex=\"0\"><svg class=\"timeline\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, bottom);
	html_word(h, "section.timeline");
	html_raw(h, "\">\n");
	put_axis(h, t, bottom);
	for (int i = 0; i < t->lane_count; i++) {
		const struct report_lane *lane = &t->lanes[i];
		if (new_kind(t, i)) {
			fprintf(h->f, "<text class=\"kind\" x=\"0\" y=\"%d\">", y + 15);
			put_kind(h, lane->kind);
			html_raw(h, "</text>\n");
			y += ROW;
		}
		fprintf(h->f, "<line class=\"lane\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/><text x=\"8\" y=\"%d\">", LABELS, y + ROW / 2, RIGHT,
		        y + ROW / 2, y + 15);
		put_label(h, lane->name);
		html_raw(h, "</text>\n");
		for (int k = 0; k < lane->mark_count; k++)
			put_mark(h, t, &lane->marks[k], y + ROW / 2);
		y += ROW;
	}
	html_raw(h, "</svg></div>\n");
}

static void put_when(const struct html *h, int64_t ts)
{
	CLEAN(clean_free) char *when = moment(ts);

	html_raw(h, "<td class=\"tight\">");
	html_text(h, when);
	html_raw(h, "</td>");
}

/* What a pointer sees over the marks, for everybody else. */
static void put_list(const struct html *h, const struct report_timeline *t)
{
	html_raw(h, "<details><summary>");
	html_word(h, "timeline.as_table");
	html_raw(h, "</summary>\n<div class=\"scroll\" tabindex=\"0\"><table><tr><th>");
	html_word(h, "timeline.from");
	html_raw(h, "</th><th>");
	html_word(h, "timeline.to");
	html_raw(h, "</th><th>");
	html_word(h, "timeline.what");
	html_raw(h, "</th></tr>\n");
	for (int i = 0; i < t->lane_count; i++)
		for (int k = 0; k < t->lanes[i].mark_count; k++) {
			const struct report_mark *m = &t->lanes[i].marks[k];
			html_raw(h, "<tr>");
			put_when(h, m->from);
			put_when(h, m->to);
			html_raw(h, "<td><span class=\"soft\">");
			put_kind(h, t->lanes[i].kind);
			html_raw(h, " ");
			html_text(h, m->finding < 0 ? t->lanes[i].name : "");
			html_raw(h, "</span> ");
			html_text(h, m->text);
			html_raw(h, "</td></tr>\n");
		}
	html_raw(h, "</table></div></details>\n");
}

void html_timeline(const struct html *h)
{
	const struct report_timeline *t = &h->r->timeline;

	if (!t->lane_count)
		return;
	html_raw(h, "<section class=\"card\" id=\"timeline\"><h2>");
	html_word(h, "section.timeline");
	html_raw(h, "</h2>\n");
	html_note(h, "timeline.note");
	put_drawing(h, t);
	put_list(h, t);
	html_raw(h, "</section>\n");
}

/* -- conditions by node ----------------------------------------------------------------------------------------------------- */

static void put_state(const struct html *h, const struct report_state *s)
{
	if (!s->status) {
		html_raw(h, "<td class=\"soft\">-</td>");
		return;
	}
	html_raw(h, "<td>");
	fprintf(h->f, "<span class=\"badge %s\">", s->fine ? "fine" : "critical");
	html_text(h, s->status);
	html_raw(h, "</span>");
	if (!s->fine && s->reason) {
		html_raw(h, "<br><span class=\"soft\">");
		html_text(h, s->reason);
		html_raw(h, "</span>");
	}
	if (!s->fine && s->since != TIME_NONE) {
		CLEAN(clean_free) char *times = report_times(h->r, s->since, s->since);
		html_raw(h, "<br><span class=\"soft\">");
		html_text(h, times);
		html_raw(h, "</span>");
	}
	html_raw(h, "</td>");
}

void html_matrix(const struct html *h)
{
	const struct report_matrix *m = &h->r->matrix;

	if (!m->node_count)
		return;
	html_section(h, "section.matrix", -1);
	html_raw(h, "<div class=\"scroll\" tabindex=\"0\"><table class=\"matrix\"><tr><th scope=\"col\">");
	html_word(h, "column.node");
	html_raw(h, "</th>");
	for (int i = 0; i < m->condition_count; i++) {
		html_raw(h, "<th scope=\"col\">");
		html_text(h, m->conditions[i]);
		html_raw(h, "</th>");
	}
	html_raw(h, "</tr>\n");
	for (int row = 0; row < m->node_count; row++) {
		html_raw(h, "<tr><th scope=\"row\">");
		html_code(h, m->nodes[row]);
		html_raw(h, "</th>");
		for (int i = 0; i < m->condition_count; i++)
			put_state(h, &m->states[row * m->condition_count + i]);
		html_raw(h, "</tr>\n");
	}
	html_raw(h, "</table></div>\n");
	html_more(h, m->more);
	html_raw(h, "</details>\n");
}
