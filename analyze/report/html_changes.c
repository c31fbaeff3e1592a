/* What changed since an earlier bundle: a folded section with a table for each part, and a page of nothing else. */
#include "analyze/report/html.h"
#include "base/mem.h"

enum { MAX_ITEMS = 300, MAX_CHANGES = 20, MAX_MEMBERS = 5 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

static void put_value(const struct html *h, const char *element, const char *s)
{
	if (!s) {
		html_raw(h, "<span class=\"soft\">");
		html_word(h, "diff.none");
		html_raw(h, "</span>");
		return;
	}
	fprintf(h->f, "<%s>", element);
	html_code(h, *s ? s : "\"\"");
	fprintf(h->f, "</%s>", element);
}

static void put_change(const struct html *h, const struct diff_change *c)
{
	html_raw(h, "<li>");
	html_code(h, report_path_word(h->r, c->path));
	html_raw(h, ": ");
	put_value(h, "del", c->before);
	html_raw(h, " → ");
	put_value(h, "ins", c->after);
	html_raw(h, "</li>");
}

static void put_item(const struct html *h, const struct diff_item *it)
{
	static const char *const kinds[] = {"info", "warning", "info"};
	CLEAN(clean_free) char *state = xasprintf("diff.%s", diff_state_name(it->state));
	const char *told = diff_told(it);
	int shown = it->state == DIFF_CHANGED ? least(it->n, MAX_CHANGES) : 0;

	fprintf(h->f, "<tr><td class=\"tight\"><span class=\"badge %s\">", kinds[it->state]);
	html_word(h, state);
	html_raw(h, "</span></td><td>");
	html_code(h, it->key);
	if (told) {
		html_raw(h, "<br>");
		html_text(h, told);
	}
	if (shown) {
		html_raw(h, "<ul class=\"changes\">");
		for (int i = 0; i < shown; i++)
			put_change(h, &it->changes[i]);
		html_raw(h, "</ul>");
		html_more(h, it->more + it->n - shown);
	}
	html_raw(h, "</td></tr>\n");
}

static void put_section(const struct html *h, const struct diff_section *s, bool open)
{
	int shown = 0;
	CLEAN(clean_free) char *counts = report_section_counts(h->r, s);

	fprintf(h->f, "<details class=\"section\"%s><summary>", open ? " open" : "");
	html_text(h, report_section_word(h->r, s));
	html_raw(h, "<span class=\"count\">");
	html_text(h, counts);
	html_raw(h, "</span></summary>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"states\">\n");
	for (shown = 0; shown < least(s->n, MAX_ITEMS) && html_room(h, HTML_TABLES); shown++)
		put_item(h, &s->items[shown]);
	html_raw(h, "</table></div>\n");
	html_more(h, s->n - shown + s->more);
	html_raw(h, "</details>\n");
}

static void put_sections(const struct html *h, bool open)
{
	const struct diff *d = h->r->changes;

	for (int i = 0; i < d->n; i++)
		if (d->sections[i].n)
			put_section(h, &d->sections[i], open);
	if (diff_empty(d))
		html_note(h, "diff.nothing");
}

void html_changes(const struct html *h)
{
	if (!h->r->changes)
		return;
	CLEAN(clean_free) char *title = report_changes_title(h->r);
	html_raw(h, "<h2 class=\"part\" id=\"changes\">");
	html_text(h, title);
	html_raw(h, "</h2>\n");
	put_sections(h, false);
}

void html_changed(const struct html *h, const struct report_group *g)
{
	bool any = false;

	for (int i = 0; i < least(g->member_count, MAX_MEMBERS); i++) {
		const struct report_finding *f = &h->r->findings[g->members[i]];
		for (int k = 0; k < f->changed_count; k++) {
			CLEAN(clean_free) char *line = report_change_line(h->r, f->changed[k]);
			if (!any) {
				html_raw(h, "<h3>");
				html_word(h, "diff.coincides");
				html_raw(h, "</h3><ul class=\"changes\">");
			}
			any = true;
			html_raw(h, "<li>");
			html_code(h, line);
			html_raw(h, "</li>\n");
		}
	}
	if (any)
		html_raw(h, "</ul>\n");
}

void html_changes_page(const struct html *h)
{
	CLEAN(clean_free) char *title = report_changes_title(h->r);

	html_raw(h, "<header class=\"top\"><strong>sickbay diff</strong><span>");
	html_text(h, h->r->name);
	html_raw(h, "</span></header>\n<main id=\"content\"><section class=\"verdict plain\"><h1>");
	html_text(h, title);
	html_raw(h, "</h1></section>\n");
	put_sections(h, true);
	html_raw(h, "</main>\n<footer>sickbay " SICKBAY_VERSION "</footer>\n");
}
