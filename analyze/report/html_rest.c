/* What was checked and is fine, what could not be checked, tables, and what was collected: folded. */
#include "analyze/checks.h"
#include "analyze/report/html.h"
#include "base/clock.h"

enum { MAX_ROWS = 500 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* One row: the check and its title, and, unless it found nothing, why it could not tell. */
static void put_check(const struct html *h, const struct report_check *c, bool clear)
{
	CLEAN(clean_free) char *title = report_bare_title(c->title);

	html_raw(h, "<tr><td>");
	html_text(h, title);
	html_raw(h, "<br><span class=\"soft\">");
	html_code(h, c->id);
	html_raw(h, "</span></td>");
	if (!clear || c->reason) {
		html_raw(h, "<td class=\"soft\">");
		html_text(h, c->reason ? c->reason : "");
		html_raw(h, "</td>");
	}
	html_raw(h, "</tr>\n");
}

static void put_checks(const struct html *h, const char *key, const char *note, const char *state, bool applies, int count)
{
	const struct report *r = h->r;

	if (!count)
		return;
	html_section(h, key, count);
	if (note)
		html_note(h, note);
	html_raw(h, "<div class=\"scroll\" tabindex=\"0\"><table class=\"halves\">\n");
	for (int i = 0; i < r->check_count; i++)
		if (r->checks[i].applies == applies && strcmp(r->checks[i].state, state) == 0)
			put_check(h, &r->checks[i], strcmp(state, "clear") == 0);
	html_raw(h, "</table></div></details>\n");
}

static void put_nodes(const struct html *h)
{
	const struct report *r = h->r;

	if (!r->node_count)
		return;
	html_raw(h, "<div class=\"scroll\" tabindex=\"0\"><table>\n");
	for (int i = 0; i < least(r->node_count, MAX_ROWS); i++) {
		const struct report_node *n = &r->nodes[i];
		html_raw(h, "<tr><td class=\"tight\"><code>");
		html_text(h, n->name);
		fprintf(h->f, "</code></td><td class=\"tight\"><span class=\"badge %s\">", n->reached ? "fine" : "critical");
		html_word(h, n->reached ? "label.reached" : "label.not_reached");
		html_raw(h, "</span></td><td class=\"soft\">");
		if (n->transport)
			html_fill(h, "label.via", 0, "transport", n->transport);
		if (n->error) {
			html_raw(h, " ");
			html_text(h, n->error);
		}
		/* Less than a second is within what measuring it over a network can tell. */
		if (n->clock_offset >= US_PER_S || n->clock_offset <= -US_PER_S) {
			html_raw(h, " ");
			html_fill(h, "label.clock_offset", n->clock_offset / US_PER_S, NULL, NULL);
		}
		html_raw(h, "</td></tr>\n");
	}
	html_raw(h, "</table></div>\n");
	html_more(h, r->node_count - MAX_ROWS);
}

static void put_failures(const struct html *h)
{
	const struct report *r = h->r;

	if (!r->failure_count)
		return;
	html_raw(h, "<h3>");
	html_word(h, "section.failed");
	html_raw(h, "</h3><div class=\"scroll\" tabindex=\"0\"><table>\n");
	for (int i = 0; i < least(r->failure_count, MAX_ROWS); i++) {
		html_raw(h, "<tr><td>");
		html_code(h, r->failures[i].path);
		html_raw(h, "</td><td>");
		html_text(h, r->failures[i].error);
		html_raw(h, "</td></tr>\n");
	}
	html_raw(h, "</table></div>\n");
	html_more(h, r->failure_count - MAX_ROWS);
}

static void put_collected(const struct html *h)
{
	const struct report *r = h->r;
	const struct {
		const char *key;
		int64_t n;
	} counts[] = {{"captures.ok", r->ok}, {"captures.failed", r->failed_captures}, {"captures.absent", r->absent},
	              {"captures.skipped", r->skipped_captures}, {"captures.truncated", r->truncated}};

	html_section(h, "section.collected", -1);
	html_raw(h, "<p>");
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		fprintf(h->f, "%s<strong>%lld</strong> ", i ? " · " : "", (long long)counts[i].n);
		html_word(h, counts[i].key);
	}
	html_raw(h, "</p>\n");
	put_nodes(h);
	put_failures(h);
	html_raw(h, "</details>\n");
}

static void put_problems(const struct html *h)
{
	const struct report *r = h->r;

	if (!r->problem_count)
		return;
	html_section(h, "section.problems", r->problem_count);
	html_raw(h, "<div class=\"scroll\" tabindex=\"0\"><table>\n");
	for (int i = 0; i < least(r->problem_count, MAX_ROWS); i++) {
		const struct report_problem *p = &r->problems[i];
		CLEAN(clean_free) char *place =
			p->line > 0 ? xasprintf("%s:%lld", p->file, (long long)p->line) : xstrdup(p->file);
		html_raw(h, "<tr><td>");
		html_code(h, place);
		html_raw(h, "</td><td>");
		html_text(h, p->message);
		html_raw(h, "</td></tr>\n");
	}
	html_raw(h, "</table></div>\n");
	html_more(h, r->problem_count - MAX_ROWS);
	html_raw(h, "</details>\n");
}

static void put_facts(const struct html *h)
{
	const struct report *r = h->r;

	html_section(h, "section.bundle", -1);
	html_raw(h, "<div class=\"scroll\" tabindex=\"0\"><table>\n");
	for (int i = 0; i < least(r->fact_count, MAX_ROWS); i++) {
		html_raw(h, "<tr><td class=\"tight\">");
		html_text(h, r->facts[i].key);
		html_raw(h, "</td><td>");
		html_code(h, r->facts[i].value);
		html_raw(h, "</td></tr>\n");
	}
	html_raw(h, "</table></div></details>\n");
}

void html_rest(const struct html *h)
{
	const struct report *r = h->r;

	if (r->page_trouble) {
		html_raw(h, "<p class=\"soft\">");
		html_text(h, r->page_trouble);
		html_raw(h, "</p>\n");
	}
	put_checks(h, "section.clear", "section.clear_note", "clear", true, r->clear);
	put_checks(h, "section.skipped", "section.skipped_note", "not-evaluated", true, r->skipped);
	put_checks(h, "section.errors", NULL, "error", true, r->failed);
	put_checks(h, "section.not_applicable", NULL, "not-evaluated", false, r->not_applicable);
	html_tables(h);
	put_collected(h);
	put_problems(h);
	put_facts(h);
}
