#include "analyze/checks.h"
#include "analyze/report/html.h"
#include "base/clock.h"
#include <limits.h>

/* A page with more rows than this helps nobody; the .json and .db have them all. */
enum { MAX_ROOTS = 50, MAX_EFFECTS = 200, MAX_DEPTH = 12, MAX_FINDINGS = 500 };
/* Of an entry with several members: how many are named, shown in full, and listed; pieces of evidence of each. */
enum { MAX_NAMED = 3, MAX_FULL = 3, MAX_MEMBERS = 500, MAX_PIECES = 3 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

void html_more(const struct html *h, int n)
{
	if (n <= 0)
		return;
	html_raw(h, "<p class=\"soft\">");
	html_fill(h, "report.and_more", n, NULL, NULL);
	html_raw(h, "</p>\n");
}

/* -- what a finding consists of -------------------------------------------------------------------------------------- */

static void put_meta_end(const struct html *h, const struct report_finding *f, const char *times)
{
	CLEAN(clean_free) char *confidence = xasprintf("confidence.%s", confidence_name(f->confidence));

	if (times) {
		html_raw(h, "<span>");
		html_text(h, times);
		html_raw(h, "</span>");
	}
	html_raw(h, "<span>");
	html_word(h, confidence);
	html_raw(h, "</span><span>");
	html_text(h, f->check);
	html_raw(h, "</span></p>\n");
}

static void put_meta(const struct html *h, const struct report_finding *f)
{
	CLEAN(clean_free) char *times = report_times(h->r, f->first_seen, f->last_seen);

	html_raw(h, "<p class=\"meta\">");
	put_meta_end(h, f, times);
}

static void put_group_meta(const struct html *h, const struct report_group *g)
{
	CLEAN(clean_free) char *times = report_times(h->r, g->first_seen, g->last_seen);
	CLEAN(clean_free) char *places = report_places(h->r, g, MAX_NAMED);

	html_raw(h, "<p class=\"meta\">");
	html_badge(h, g->severity);
	html_raw(h, "<span>");
	html_code(h, places);
	html_raw(h, "</span>");
	put_meta_end(h, &h->r->findings[g->members[0]], times);
}

static void put_paragraph(const struct html *h, const char *kind, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(h->f, "<p class=\"%s\">", kind);
	html_text(h, text);
	html_raw(h, "</p>\n");
}

static void put_heading(const struct html *h, const char *key)
{
	html_raw(h, "<h3>");
	html_word(h, key);
	html_raw(h, "</h3>\n");
}

static void put_line(const struct html *h, const char *kind, int64_t number, const char *text)
{
	fprintf(h->f, "<span class=\"%s\" data-line=\"%lld\">", kind, (long long)number);
	html_text(h, text);
	html_raw(h, "</span>");
}

/* The line among its neighbours; indentation is kept, as it tells what hangs on what. */
static void put_lines(const struct html *h, const struct report_evidence *v)
{
	bool done = false;

	html_raw(h, "<pre class=\"lines\" tabindex=\"0\">");
	for (int i = 0; i < v->around_count; i++) {
		if (!done && v->around[i].number > v->line) {
			put_line(h, "hit", v->line, v->text);
			done = true;
		}
		put_line(h, "near", v->around[i].number, v->around[i].text);
	}
	if (!done)
		put_line(h, "hit", v->line, v->text);
	html_raw(h, "</pre>");
}

static void put_evidence(const struct html *h, const struct report_finding *f, int max)
{
	int n = html_room(h, HTML_EVIDENCE) ? least(f->evidence_count, max) : 0;

	for (int i = 0; i < n; i++) {
		const struct report_evidence *v = &f->evidence[i];
		html_raw(h, "<figure class=\"evidence\"><figcaption>");
		CLEAN(clean_free) char *place =
			v->line > 0 ? xasprintf("%s:%lld", v->file, (long long)v->line) : xstrdup(v->file);
		html_code(h, place);
		html_raw(h, "</figcaption>");
		if (v->around_count) {
			put_lines(h, v);
		} else if (*v->text) {
			html_raw(h, "<pre tabindex=\"0\">");
			html_text(h, v->text + strspn(v->text, " \t"));
			html_raw(h, "</pre>");
		}
		html_raw(h, "</figure>\n");
	}
	if (f->evidence_rows > n) {
		html_raw(h, "<p class=\"soft\">");
		html_fill(h, "label.evidence_more", f->evidence_rows - n, NULL, NULL);
		html_raw(h, "</p>\n");
	}
}

void html_command(const struct html *h, const char *run)
{
	html_raw(h, "<div class=\"command\"><pre>");
	html_text(h, run);
	html_raw(h, "</pre></div>\n");
}

void html_on(const struct html *h, const struct report_command *c)
{
	CLEAN(clean_free) char *on = report_on(h->r, c, 10);

	if (!on)
		return;
	html_raw(h, " <span class=\"on\">");
	html_fill(h, "label.on", 0, "on", on);
	html_raw(h, "</span>");
}

static void put_step(const struct html *h, const struct report_step *s)
{
	html_raw(h, "<li>");
	html_text(h, s->text);
	for (int i = 0; i < s->command_count; i++) {
		html_on(h, &s->commands[i]);
		if (s->commands[i].run)
			html_command(h, s->commands[i].run);
	}
	html_more(h, s->more);
	html_raw(h, "</li>\n");
}

static void put_steps(const struct html *h, const struct report_group *g)
{
	if (g->step_count) {
		put_heading(h, "label.fix");
		html_raw(h, "<ol class=\"steps\">\n");
		for (int i = 0; i < g->step_count; i++)
			put_step(h, &g->steps[i]);
		html_raw(h, "</ol>\n");
	}
	if (g->verify_count)
		put_heading(h, "label.verify");
	for (int i = 0; i < g->verify_count; i++)
		html_command(h, g->verify[i]);
	html_more(h, g->verify_more);
}

/* The same for one finding. */
static void put_fix(const struct html *h, const struct report_finding *f)
{
	if (f->fix_count) {
		put_heading(h, "label.fix");
		html_raw(h, "<ol class=\"steps\">\n");
	}
	for (int i = 0; i < f->fix_count; i++) {
		struct report_command c = {f->fix[i].run, &f->fix[i].on, f->fix[i].on != NULL};
		put_step(h, &(struct report_step){.text = f->fix[i].text, .commands = &c, .command_count = 1});
	}
	if (f->fix_count)
		html_raw(h, "</ol>\n");
	if (f->verify) {
		put_heading(h, "label.verify");
		html_command(h, f->verify);
	}
}

/* A line that leads to another finding of the page. */
static void put_link(const struct html *h, int index)
{
	const struct report_finding *f = &h->r->findings[index];

	html_badge(h, f->severity);
	if (f->group && f->group <= MAX_ROOTS)
		fprintf(h->f, " <a href=\"#root-%d\">", f->group);
	else if (index < MAX_FINDINGS)
		fprintf(h->f, " <a href=\"#finding-%d\">", index + 1);
	else
		html_raw(h, " <a>");
	html_text(h, f->title);
	html_raw(h, "</a> ");
	html_raw(h, "<span class=\"soft\">");
	html_code(h, f->subject);
	html_raw(h, "</span>");
}

/* What a finding explains, and what that explains in turn: each once, where it is met first. */
struct tree {
	const struct html *h;
	bool *seen;
	int left; /* how many more may be shown */
};

static void put_branch(struct tree *t, const int *effects, int count, int depth)
{
	bool open = false;

	for (int i = 0; i < count && t->left > 0; i++) {
		const struct report_finding *f = &t->h->r->findings[effects[i]];
		if (t->seen[effects[i]])
			continue;
		t->seen[effects[i]] = true;
		t->left--;
		if (!open)
			html_raw(t->h, "<ul>\n");
		open = true;
		html_raw(t->h, "<li><div>");
		put_link(t->h, effects[i]);
		html_raw(t->h, "</div>");
		if (depth < MAX_DEPTH)
			put_branch(t, f->effects, f->effect_count, depth + 1);
		html_raw(t->h, "</li>\n");
	}
	if (open)
		html_raw(t->h, "</ul>\n");
}

static void put_effects(const struct html *h, const struct report_group *g)
{
	struct tree t = {h, NULL, MAX_EFFECTS};

	if (!g->explains_count)
		return;
	t.seen = xcalloc((size_t)h->r->finding_count, sizeof(*t.seen));
	for (int i = 0; i < g->member_count; i++)
		t.seen[g->members[i]] = true;
	html_raw(h, "<details class=\"tree\"><summary>");
	html_fill(h, g->explains_count == 1 ? "label.explains_one" : "label.explains", g->explains_count, NULL, NULL);
	html_raw(h, "</summary>\n");
	for (int i = 0; i < g->member_count; i++) {
		const struct report_finding *f = &h->r->findings[g->members[i]];
		put_branch(&t, f->effects, f->effect_count, 1);
	}
	html_more(h, g->explains_count - (MAX_EFFECTS - t.left));
	html_raw(h, "</details>\n");
	free(t.seen);
}

/* -- folded sections ----------------------------------------------------------------------------------------------------- */

void html_section(const struct html *h, const char *key, int count)
{
	html_raw(h, "<details class=\"section\"><summary>");
	html_word(h, key);
	if (count >= 0)
		fprintf(h->f, "<span class=\"count\">%d</span>", count);
	html_raw(h, "</summary>\n");
}

void html_note(const struct html *h, const char *key)
{
	html_raw(h, "<p class=\"soft\">");
	html_word(h, key);
	html_raw(h, "</p>\n");
}

/* -- root causes --------------------------------------------------------------------------------------------------------- */

/* Every member by name, folded; what it says for itself stands among all findings. */
static void put_members(const struct html *h, const struct report_group *g)
{
	int n = least(g->member_count, MAX_MEMBERS);

	html_raw(h, "<details><summary>");
	html_fill(h, "group.members", g->member_count, NULL, NULL);
	html_raw(h, "</summary>\n<ul>\n");
	for (int i = 0; i < n; i++) {
		const struct report_finding *f = &h->r->findings[g->members[i]];
		CLEAN(clean_free) char *times = report_times(h->r, f->first_seen, f->last_seen);
		if (g->members[i] < MAX_FINDINGS)
			fprintf(h->f, "<li><a href=\"#finding-%d\">", g->members[i] + 1);
		else
			html_raw(h, "<li><a>");
		html_code(h, f->subject);
		html_raw(h, "</a><span class=\"soft\">");
		html_text(h, times ? times : "");
		html_raw(h, "</span></li>\n");
	}
	html_raw(h, "</ul>\n");
	html_more(h, g->member_count - n);
	html_raw(h, "</details>\n");
}

/* Evidence of the first members, each under its name, with what only it has to say. */
static void put_proofs(const struct html *h, const struct report_group *g)
{
	put_heading(h, "label.evidence");
	if (g->member_count == 1)
		put_evidence(h, &h->r->findings[g->members[0]], INT_MAX);
	for (int i = 0; g->member_count > 1 && i < least(g->member_count, MAX_FULL); i++) {
		const struct report_finding *f = &h->r->findings[g->members[i]];
		html_raw(h, "<p class=\"place\">");
		html_code(h, f->subject);
		if (!g->same_detail && f->detail) {
			html_raw(h, " ");
			html_text(h, f->detail);
		}
		html_raw(h, "</p>\n");
		put_paragraph(h, "why", i == 0 && !g->same_why ? f->why : NULL);
		put_evidence(h, f, MAX_PIECES);
	}
}

static void put_root(const struct html *h, const struct report_group *g)
{
	const struct report_finding *first = &h->r->findings[g->members[0]];
	int number = first->group;

	fprintf(h->f, "<article class=\"card\" id=\"root-%d\"", number);
	html_filter(h, g->severity, g->members, g->member_count);
	fprintf(h->f, "><header><span class=\"rank %s\">%d</span><div><h2>", severity_name(g->severity), number);
	html_text(h, g->title);
	html_raw(h, "</h2>");
	put_group_meta(h, g);
	html_raw(h, "</div></header>\n");
	put_paragraph(h, "detail", g->same_detail ? first->detail : NULL);
	put_paragraph(h, "why", g->same_why ? first->why : NULL);
	html_changed(h, g);
	if (g->member_count > MAX_NAMED + 1) /* else the line above names them all */
		put_members(h, g);
	put_proofs(h, g);
	put_steps(h, g);
	put_effects(h, g);
	html_raw(h, "</article>\n");
}

void html_roots(const struct html *h)
{
	const struct report *r = h->r;
	int shown = least(r->fault_count, MAX_ROOTS);

	for (int i = 0; i < shown; i++) {
		if (i == 0) {
			html_raw(h, "<h2 class=\"part\">");
			html_word(h, "section.roots");
			html_raw(h, "</h2>\n");
		}
		put_root(h, &r->groups[i]);
	}
	html_more(h, r->fault_count - shown);
}

/* What is worth knowing and hurts nobody: folded. */
static void put_remarks(const struct html *h)
{
	const struct report *r = h->r;
	int count = r->group_count - r->fault_count, last = least(r->group_count, MAX_ROOTS);

	if (count <= 0)
		return;
	html_section(h, "section.remarks", count);
	for (int i = r->fault_count; i < last; i++)
		put_root(h, &r->groups[i]);
	html_more(h, r->group_count - (last > r->fault_count ? last : r->fault_count));
	html_raw(h, "</details>\n");
}

/* -- the rest, folded ------------------------------------------------------------------------------------------------------ */

static void put_finding(const struct html *h, int index)
{
	const struct report_finding *f = &h->r->findings[index];

	fprintf(h->f, "<details class=\"finding\" id=\"finding-%d\"", index + 1);
	html_filter(h, f->severity, &index, 1);
	html_raw(h, "><summary>");
	html_badge(h, f->severity);
	html_raw(h, " ");
	html_text(h, f->title);
	html_raw(h, "<span class=\"soft\">");
	html_code(h, f->subject);
	html_raw(h, "</span></summary><div class=\"body\">\n");
	bool above = f->group && f->group <= MAX_ROOTS;
	if (above) {
		fprintf(h->f, "<p><a href=\"#root-%d\">", f->group);
		html_word(h, "label.root");
		fprintf(h->f, " %d</a></p>", f->group);
	}
	if (!above || h->r->groups[f->group - 1].member_count > 1) { /* else it is shown in full above */
		put_meta(h, f);
		put_paragraph(h, "detail", f->detail);
		put_paragraph(h, "why", f->why);
		for (int i = 0; i < least(f->cause_count, 10); i++) {
			html_raw(h, i ? "<p>" : "<p class=\"by\">");
			html_word(h, "label.explained_by");
			html_raw(h, " ");
			put_link(h, f->causes[i]);
			html_raw(h, "</p>\n");
		}
		if (html_room(h, HTML_EVIDENCE)) {
			put_heading(h, "label.evidence");
			put_evidence(h, f, INT_MAX);
		}
		put_fix(h, f);
	}
	html_raw(h, "</div></details>\n");
}

static void put_findings(const struct html *h, bool advice)
{
	const struct report *r = h->r;
	int count = 0, shown = 0;

	for (int i = 0; i < r->finding_count; i++)
		count += r->findings[i].advice == advice;
	if (!count)
		return;
	html_section(h, advice ? "section.advice" : "section.findings", count);
	if (advice)
		html_note(h, "section.advice_note");
	for (int i = 0; i < least(r->finding_count, MAX_FINDINGS); i++)
		if (r->findings[i].advice == advice && html_room(h, HTML_FINDINGS)) {
			put_finding(h, i);
			shown++;
		}
	html_more(h, count - shown);
	html_raw(h, "</details>\n");
}

void html_sections(const struct html *h)
{
	html_raw(h, "<div class=\"gap\"></div>\n");
	put_remarks(h);
	put_findings(h, false);
	put_findings(h, true);
	html_matrix(h);
	html_rest(h);
	html_raw(h, "</main>\n<footer>sickbay " SICKBAY_VERSION "</footer>\n");
}
