/* Tables as HTML: folded, one a node where the query groups by node, bars as inline SVG, which the page's policy allows. */
#include "analyze/report/html.h"
#include "base/mem.h"

enum { MAX_GROUPS = 100, OPEN_GROUPS = 3 };

static const struct report_cell *cell_at(const struct report_table *t, int row, int column)
{
	return &t->cells[(size_t)row * (size_t)t->column_count + (size_t)column];
}

static bool shown(const struct report_column *c)
{
	return !c->head && c->kind != REPORT_GROUP && c->kind != REPORT_FINE && c->kind != REPORT_TOTAL;
}

static bool is_number(const struct report_column *c)
{
	return c->kind == REPORT_COUNT || c->kind == REPORT_SIZE || c->kind == REPORT_PERCENT;
}

static void put_bar(const struct html *h, const struct report_column *c, double value)
{
	double part = c->most > 0 ? value / c->most : 0;
	int width = (int)((part > 1 ? 1 : part < 0 ? 0 : part) * 1000 + 0.5);
	const char *mark = c->kind == REPORT_PERCENT && value >= 0.9 ? " full" : "";

	fprintf(h->f, "<svg class=\"bar%s\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	        "<rect class=\"rest\" width=\"1000\" height=\"8\"/><rect width=\"%d\" height=\"8\"/></svg>", mark, width);
}

static void put_cell(const struct html *h, const struct report_table *t, int row, int column)
{
	const struct report_column *c = &t->columns[column];
	CLEAN(clean_free) char *text = report_cell_text(h->r, t, row, column);

	html_raw(h, is_number(c) ? "<td class=\"number\">" : c->kind == REPORT_TEXT ? "<td class=\"soft\">" : "<td>");
	if (c->kind == REPORT_CODE) {
		html_code(h, text);
	} else if (c->kind == REPORT_BADGE) {
		bool fine = t->fine < 0 || cell_at(t, row, t->fine)->number != 0;
		fprintf(h->f, "<span class=\"badge %s\">", fine ? "fine" : "critical");
		html_text(h, text);
		html_raw(h, "</span>");
	} else {
		html_text(h, text);
	}
	if (c->bar && cell_at(t, row, column)->text)
		put_bar(h, c, cell_at(t, row, column)->number);
	html_raw(h, "</td>");
}

static void put_rows(const struct html *h, const struct report_table *t, int row, int end)
{
	html_raw(h, "<div class=\"scroll\" tabindex=\"0\"><table class=\"facts\"><tr>");
	for (int i = 0; i < t->column_count; i++)
		if (shown(&t->columns[i])) {
			html_raw(h, is_number(&t->columns[i]) ? "<th class=\"number\">" : "<th>");
			html_word(h, t->columns[i].word);
			html_raw(h, "</th>");
		}
	html_raw(h, "</tr>\n");
	for (; row < end; row++) {
		html_raw(h, "<tr>");
		for (int i = 0; i < t->column_count; i++)
			if (shown(&t->columns[i]))
				put_cell(h, t, row, i);
		html_raw(h, "</tr>\n");
	}
	html_raw(h, "</table></div>\n");
}

/* The name of a group, and what its first row tells of it as a whole. */
static void put_head(const struct html *h, const struct report_table *t, int row)
{
	const char *name = cell_at(t, row, t->group)->text;

	html_code(h, name ? name : "");
	for (int i = 0; i < t->column_count; i++) {
		CLEAN(clean_free) char *value = t->columns[i].head ? report_cell_text(h->r, t, row, i) : NULL;
		if (!value || !*value)
			continue;
		html_raw(h, "<span class=\"soft\">");
		html_word(h, t->columns[i].word);
		html_raw(h, " ");
		html_text(h, value);
		html_raw(h, "</span>");
	}
}

static int count_groups(const struct report_table *t)
{
	int n = 0, more;

	for (int row = 0; row < t->row_count; row = report_group_end(t, row, &more))
		n++;
	return n;
}

static void put_groups(const struct html *h, const struct report_table *t)
{
	int groups = count_groups(t), number = 0, more;

	for (int row = 0, end; row < t->row_count && number < MAX_GROUPS && html_room(h, HTML_TABLES); row = end, number++) {
		end = report_group_end(t, row, &more);
		if (t->group >= 0) {
			fprintf(h->f, "<details class=\"finding\"%s><summary>", groups <= OPEN_GROUPS ? " open" : "");
			put_head(h, t, row);
			html_raw(h, "</summary>\n");
		}
		put_rows(h, t, row, end);
		html_more(h, more);
		if (t->group >= 0)
			html_raw(h, "</details>\n");
	}
	html_more(h, groups - number);
}

void html_tables(const struct html *h)
{
	const struct report *r = h->r;
	char key[64];

	for (int i = 0; i < r->table_count; i++) {
		const struct report_table *t = &r->tables[i];
		(void)report_table_word(r, t, "title", key);
		if (i == 0) {
			html_raw(h, "<h2 class=\"part\">");
			html_word(h, "section.tables");
			html_raw(h, "</h2>\n");
		}
		html_section(h, key, -1);
		html_raw(h, "<p class=\"soft\">");
		html_text(h, report_table_word(r, t, "note", key));
		html_raw(h, "</p>\n");
		if (t->trouble) {
			html_raw(h, "<p>");
			html_text(h, t->trouble);
			html_raw(h, "</p>\n");
		}
		put_groups(h, t);
		html_raw(h, "</details>\n");
	}
	if (r->table_count)
		html_raw(h, "<div class=\"gap\"></div>\n");
}
