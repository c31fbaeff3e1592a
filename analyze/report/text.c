/* The report for a terminal and for .txt files. Everything from the bundle goes through term_print_safe. */
#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"
#include "base/term.h"
#include <limits.h>

struct text {
	FILE *f;
	const struct report *r;
	bool whole;
	int width;
	int paragraph; /* lines of one sentence from the bundle */
};

/* What is shown of each part. */
struct caps {
	int roots, more_roots, evidence, steps, effects, others;
	int members, pieces; /* of an entry with several members: shown with evidence, and how much of each */
	int commands;        /* of one step */
	int names;
	int paragraph;
};
static const struct caps everything = {10000, 0, 20, 50, 1000, 10000, 3, 3, 10, 200, 10000};

/* From the most to the least: the first that fits a screen is taken. What is wrong and the first step against it always stay. */
#define SCREEN_LINES 40
#define FOR_ONE 2 /* the first of them that is made for one root cause */
static const struct caps screens[] = {
	{2, 3, 2, 3, 3, 2, 2, 1, 2, 3, 6},
	{2, 3, 1, 1, 2, 2, 1, 1, 1, 3, 6},
	{1, 3, 2, 3, 3, 2, 2, 1, 2, 3, 6},
	{1, 3, 2, 3, 2, 1, 1, 1, 2, 3, 4},
	{1, 2, 1, 2, 1, 0, 1, 1, 1, 2, 3},
	{1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 2},
};

static void put(const struct text *t, const char *s)
{
	term_print_safe(t->f, s, strlen(s), false);
}

/* At most `columns` bytes, cut between characters, an ellipsis for the rest. Bytes are near enough to columns here. */
static void put_cut(const struct text *t, const char *s, int columns)
{
	size_t n = strlen(s), max = columns > 20 ? (size_t)columns : 20;

	if (t->whole || n <= max) {
		put(t, s);
		return;
	}
	for (max -= 1; max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80;)
		max--;
	term_print_safe(t->f, s, max, false);
	fputs("…", t->f);
}

/* Words of a sentence from the bundle or a check, wrapped and indented. */
static void put_wrapped(const struct text *t, const char *s, int indent)
{
	term_print_wrapped(t->f, s, indent, t->width > 100 ? 100 : t->width, t->paragraph);
}

static void styled(const struct text *t, enum term_style style, const char *s)
{
	term_style(t->f, style);
	put(t, s);
	term_style(t->f, TERM_PLAIN);
}

static enum term_style severity_style(int severity)
{
	return severity == SEVERITY_CRITICAL ? TERM_RED : severity == SEVERITY_WARNING ? TERM_YELLOW : TERM_CYAN;
}

static const char *severity_word(const struct report *r, int severity)
{
	static const char *const keys[] = {"severity.info", "severity.warning", "severity.critical"};
	return report_word(r, keys[severity < 0 || severity > 2 ? 0 : severity]);
}

static const char *confidence_word(const struct report *r, int confidence)
{
	static const char *const keys[] = {"confidence.possible", "confidence.likely", "confidence.certain"};
	return report_word(r, keys[confidence < 0 || confidence > 2 ? 1 : confidence]);
}

static void label(const struct text *t, const char *key)
{
	fputs("   ", t->f);
	styled(t, TERM_DIM, report_word(t->r, key));
	fputs("\n", t->f);
}

static void put_more(const struct text *t, int n, int indent)
{
	CLEAN(clean_free) char *s = report_fill(t->r, "report.and_more", n, NULL, NULL);
	fprintf(t->f, "%*s%s\n", indent, "", s);
}

static void put_pieces(const struct text *t, const struct report_finding *f, int max)
{
	int n = f->evidence_count < max ? f->evidence_count : max;

	for (int i = 0; i < n; i++) {
		const struct report_evidence *v = &f->evidence[i];
		fputs("     ", t->f);
		term_style(t->f, TERM_CYAN);
		put(t, v->file);
		if (v->line > 0)
			fprintf(t->f, ":%lld", (long long)v->line);
		term_style(t->f, TERM_PLAIN);
		fputs("\n       ", t->f);
		put_cut(t, v->text + strspn(v->text, " \t"), t->width - 8);
		fputc('\n', t->f);
	}
	if (t->whole && f->evidence_rows > n)
		put_more(t, (int)(f->evidence_rows - n), 5);
}

static void put_evidence(const struct text *t, const struct report_group *g, const struct caps *caps)
{
	label(t, "summary.evidence");
	if (g->member_count == 1)
		put_pieces(t, &t->r->findings[g->members[0]], caps->evidence);
	for (int i = 0; g->member_count > 1 && i < g->member_count && i < caps->members; i++) {
		const struct report_finding *f = &t->r->findings[g->members[i]];
		if ((t->whole || i == 0) && !g->same_detail && f->detail && *f->detail) {
			CLEAN(clean_free) char *line = xasprintf("%s: %s", f->subject, f->detail);
			put_wrapped(t, line, 5);
		}
		put_pieces(t, f, caps->pieces);
	}
}

static void put_step(const struct text *t, const struct report_step *s, int number, const struct caps *caps)
{
	int n = s->command_count < caps->commands ? s->command_count : caps->commands;

	fprintf(t->f, "     %d. ", number);
	put(t, s->text);
	for (int i = 0; i < n; i++) {
		CLEAN(clean_free) char *places = report_on(t->r, &s->commands[i], caps->names);
		if (places) {
			CLEAN(clean_free) char *on = report_fill(t->r, "label.on", 0, "on", places);
			fputs(i ? "        (" : " (", t->f);
			put(t, on);
			fputc(')', t->f);
		}
		if (i == 0 || places)
			fputc('\n', t->f);
		if (s->commands[i].run) {
			fputs("        ", t->f);
			styled(t, TERM_BOLD, s->commands[i].run);
			fputc('\n', t->f);
		}
	}
	if (s->command_count - n + s->more)
		put_more(t, s->command_count - n + s->more, 8);
}

static void put_fix(const struct text *t, const struct report_group *g, const struct caps *caps)
{
	int n = g->step_count < caps->steps ? g->step_count : caps->steps;
	int checks = g->verify_count < caps->commands ? g->verify_count : caps->commands;

	if (n)
		label(t, "summary.fix");
	for (int i = 0; i < n; i++)
		put_step(t, &g->steps[i], i + 1, caps);
	if (g->step_count > n)
		put_more(t, g->step_count - n, 5);
	if (checks)
		label(t, "summary.verify");
	for (int i = 0; i < checks; i++) {
		fputs("     ", t->f);
		put(t, g->verify[i]);
		fputc('\n', t->f);
	}
	if (g->verify_count - checks + g->verify_more)
		put_more(t, g->verify_count - checks + g->verify_more, 5);
}

static void put_effects(const struct text *t, const struct report_group *g, const struct caps *caps)
{
	int n = g->explains_count < caps->effects ? g->explains_count : caps->effects;

	if (!g->explains_count)
		return;
	CLEAN(clean_free) char *head =
		report_fill(t->r, g->explains_count == 1 ? "label.explains_one" : "label.explains", g->explains_count, NULL, NULL);
	fputs("   ", t->f);
	styled(t, TERM_DIM, head);
	fputc('\n', t->f);
	for (int i = 0; i < n; i++) {
		const struct report_finding *x = &t->r->findings[g->explains[i]];
		const char *name = strchr(x->subject, '/');
		bool told = name && strstr(x->title, name + 1); /* the title says of whom */
		fputs("     ", t->f);
		put_cut(t, x->title, t->width - 6 - (told ? 0 : (int)strlen(x->subject) + 3));
		if (!told) {
			fputs("  ", t->f);
			styled(t, TERM_DIM, x->subject);
		}
		fputc('\n', t->f);
	}
	if (g->explains_count > n)
		put_more(t, g->explains_count - n, 5);
}

static void put_head(const struct text *t, const struct report_group *g, const struct caps *caps)
{
	const struct report_finding *first = &t->r->findings[g->members[0]];
	CLEAN(clean_free) char *places = report_places(t->r, g, caps->names);
	CLEAN(clean_free) char *times = report_times(t->r, g->first_seen, g->last_seen);

	fprintf(t->f, "%-3d", first->group);
	styled(t, severity_style(g->severity), severity_word(t->r, g->severity));
	fputs("  ", t->f);
	styled(t, TERM_BOLD, g->title);
	fputs("\n   ", t->f);
	term_style(t->f, TERM_DIM);
	put(t, first->check);
	fputs(" · ", t->f);
	put(t, places);
	if (times) {
		fputs(" · ", t->f);
		put(t, times);
	}
	fputs(" · ", t->f);
	put(t, confidence_word(t->r, first->confidence));
	term_style(t->f, TERM_PLAIN);
	fputc('\n', t->f);
}

/* What it is about was changed since the earlier bundle: on a screen the nearest. */
static void put_changed(const struct text *t, const struct report_group *g)
{
	int left = t->whole ? 50 : 1;

	for (int i = 0; i < g->member_count && left; i++) {
		const struct report_finding *f = &t->r->findings[g->members[i]];
		for (int k = 0; k < f->changed_count && left; k++) {
			CLEAN(clean_free) char *line = report_change_line(t->r, f->changed[k]);
			if (left == (t->whole ? 50 : 1))
				label(t, "diff.coincides");
			left--;
			fputs("     ", t->f);
			put_cut(t, line, t->width - 6);
			fputc('\n', t->f);
		}
	}
}

/* On a screen a line that counts, in full every item. */
static void put_changes(const struct text *t)
{
	const struct report *r = t->r;
	CLEAN(clean_free) char *title = r->changes ? report_changes_title(r) : NULL;

	if (!title)
		return;
	styled(t, TERM_DIM, title);
	fputc('\n', t->f);
	if (diff_empty(r->changes) || t->whole) {
		report_put_changes(r, t->f, t->whole ? INT_MAX : 0);
		fputc('\n', t->f);
		return;
	}
	struct buf b = BUF_MAX(4 << 10);
	for (int i = 0; i < r->changes->n; i++) {
		const struct diff_section *s = &r->changes->sections[i];
		CLEAN(clean_free) char *counts = report_section_counts(r, s);
		if (s->n)
			buf_printf(&b, NULL, "%s%s: %s", b.n ? report_word(r, "group.semicolon") : "", report_section_word(r, s), counts);
	}
	CLEAN(clean_free) char *line = buf_take(&b);
	put_wrapped(t, line, 3);
	fputc('\n', t->f);
}

static void put_root(const struct text *t, const struct report_group *g, const struct caps *caps)
{
	const struct report_finding *first = &t->r->findings[g->members[0]];

	put_head(t, g, caps);
	if (g->same_detail && first->detail && *first->detail)
		put_wrapped(t, first->detail, 3);
	if (t->whole && first->why)
		put_wrapped(t, first->why, 3);
	put_changed(t, g);
	put_evidence(t, g, caps);
	put_fix(t, g, caps);
	put_effects(t, g, caps);
	fputc('\n', t->f);
}

/* One line an entry. */
static void put_line(const struct text *t, const struct report_group *g)
{
	CLEAN(clean_free) char *places = report_places(t->r, g, 1);

	fprintf(t->f, "%-3d", t->r->findings[g->members[0]].group);
	styled(t, severity_style(g->severity), severity_word(t->r, g->severity));
	fputs("  ", t->f);
	put_cut(t, g->title, t->width - 14 - (int)strlen(places));
	fputs("  ", t->f);
	styled(t, TERM_DIM, places);
	fputc('\n', t->f);
}

static void put_opening(const struct text *t)
{
	const struct report *r = t->r;
	char when[32];
	CLEAN(clean_free) char *verdict = report_verdict(r);
	CLEAN(clean_free) char *summary = report_summary(r);

	term_style(t->f, TERM_DIM);
	put(t, r->name);
	if (r->version) {
		fputs(" · Kubernetes ", t->f);
		put(t, r->version);
	}
	if (r->collected != TIME_NONE)
		fprintf(t->f, " · %s", clock_format(r->collected / US_PER_S * US_PER_S, when));
	term_style(t->f, TERM_PLAIN);
	fputs("\n\n", t->f);
	if (r->damage) {
		CLEAN(clean_free) char *damaged = report_fill(r, "report.damaged", 0, "damage", r->damage);
		term_style(t->f, TERM_YELLOW);
		put_wrapped(t, damaged, 0);
		put_wrapped(t, report_word(r, "report.damaged_note"), 0);
		term_style(t->f, TERM_PLAIN);
		fputc('\n', t->f);
	}
	for (int i = 0; i < r->warning_count; i++) {
		term_style(t->f, TERM_YELLOW);
		put_wrapped(t, r->warnings[i].text, 0);
		term_style(t->f, TERM_PLAIN);
		fputc('\n', t->f);
	}
	if (r->chosen) {
		CLEAN(clean_free) char *chosen = report_fill(r, "report.chosen", 0, "what", r->chosen);
		put_wrapped(t, chosen, 0);
		fputc('\n', t->f);
	}
	term_style(t->f, r->fault_count || !report_trusted(r) ? TERM_BOLD : TERM_GREEN);
	put(t, verdict);
	term_style(t->f, TERM_PLAIN);
	fputc('\n', t->f);
	put_wrapped(t, summary, 0);
	if (r->skipped && !r->fault_count)
		put_wrapped(t, report_word(r, "report.blind"), 0);
	fputc('\n', t->f);
}

static void put_roots(const struct text *t, const struct caps *caps)
{
	const struct report *r = t->r;
	int full = r->fault_count < caps->roots ? r->fault_count : caps->roots;

	for (int i = 0; i < full; i++)
		put_root(t, &r->groups[i], caps);
	int lines = r->group_count - full;
	if (!t->whole && lines > caps->more_roots)
		lines = caps->more_roots;
	for (int i = full; i < full + lines; i++) {
		if (i == full || i == r->fault_count) {
			styled(t, TERM_DIM, report_word(r, i < r->fault_count ? "summary.others" : "section.remarks"));
			fputc('\n', t->f);
		}
		put_line(t, &r->groups[i]);
	}
	if (r->group_count > full + lines)
		put_more(t, r->group_count - full - lines, 3);
	if (lines)
		fputc('\n', t->f);
}

/* Advice stands apart: a line each, on a screen only the first few, and only their number where there are faults to read of. */
static void put_advice(const struct text *t, const struct caps *caps)
{
	const struct report *r = t->r;
	int shown = 0, total = 0;

	for (int i = 0; i < r->finding_count; i++)
		total += r->findings[i].advice;
	if (!total)
		return;
	styled(t, TERM_DIM, report_word(r, "section.advice"));
	if (!t->whole && r->fault_count) {
		fprintf(t->f, ": %d\n\n", total);
		return;
	}
	fputc('\n', t->f);
	for (int i = 0; i < r->finding_count && shown < caps->others; i++) {
		const struct report_finding *f = &r->findings[i];
		if (!f->advice)
			continue;
		shown++;
		fputs("   ", t->f);
		put_cut(t, f->title, t->width - 3);
		fputc('\n', t->f);
		if (t->whole && f->detail && *f->detail)
			put_wrapped(t, f->detail, 6);
	}
	if (total > shown)
		put_more(t, total - shown, 3);
	fputc('\n', t->f);
}

static void put_skipped(const struct text *t, const struct caps *caps)
{
	const struct report *r = t->r;
	int shown = 0, total = r->skipped + r->failed;

	if (!total)
		return;
	styled(t, TERM_DIM, report_word(r, "section.skipped"));
	fputc('\n', t->f);
	for (int i = 0; i < r->check_count && shown < caps->others; i++) {
		const struct report_check *c = &r->checks[i];
		if (!c->applies || (strcmp(c->state, "not-evaluated") != 0 && strcmp(c->state, "error") != 0))
			continue;
		shown++;
		fputs("   ", t->f);
		put(t, c->id);
		fputs(": ", t->f);
		put_cut(t, c->reason ? c->reason : c->state, t->width - 6 - (int)strlen(c->id));
		fputc('\n', t->f);
	}
	if (total > shown)
		put_more(t, total - shown, 3);
	fputc('\n', t->f);
}

static void put_collected(const struct text *t)
{
	const struct report *r = t->r;

	if (r->failure_count) {
		styled(t, TERM_DIM, report_word(r, "section.failed"));
		fputc('\n', t->f);
	}
	for (int i = 0; i < r->failure_count; i++) {
		fputs("   ", t->f);
		put(t, r->failures[i].path);
		fputs(": ", t->f);
		put(t, r->failures[i].error);
		fputc('\n', t->f);
	}
	if (r->problem_count) {
		styled(t, TERM_DIM, report_word(r, "section.problems"));
		fputc('\n', t->f);
	}
	for (int i = 0; i < r->problem_count; i++) {
		fputs("   ", t->f);
		put(t, r->problems[i].file);
		if (r->problems[i].line > 0)
			fprintf(t->f, ":%lld", (long long)r->problems[i].line);
		fputs(": ", t->f);
		put(t, r->problems[i].message);
		fputc('\n', t->f);
	}
}

static void put_report(const struct text *t, const struct caps *caps, const char *screen_of)
{
	put_opening(t);
	put_roots(t, caps);
	put_changes(t);
	put_advice(t, caps);
	put_skipped(t, caps);
	if (t->whole) {
		put_collected(t);
	} else {
		CLEAN(clean_free) char *more = report_fill(t->r, "summary.more", 0, "bundle", screen_of);
		put(t, more);
		fputc('\n', t->f);
	}
}

static ssize_t count_newlines(void *lines, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*(int *)lines += p[i] == '\n';
	return (ssize_t)n;
}

/* How many lines the report takes with these caps, written to nowhere; -1 without memory. */
static int count_lines(struct text t, const struct caps *caps, const char *screen_of)
{
	int lines = 0;

	t.f = fopencookie(&lines, "w", (cookie_io_functions_t){.write = count_newlines});
	if (!t.f)
		return -1;
	t.paragraph = caps->paragraph;
	put_report(&t, caps, screen_of);
	return fclose(t.f) == 0 ? lines : -1;
}

int report_write_text(const struct report *r, FILE *f, const char *screen_of, struct err *e)
{
	bool whole = !screen_of;
	struct text t = {f, r, whole, whole ? 100 : term_width(f), everything.paragraph};
	const struct caps *caps = whole ? &everything : r->fault_count > 1 ? screens : screens + FOR_ONE, *last = screens + sizeof(screens) / sizeof(screens[0]) - 1;

	while (!whole && caps < last && count_lines(t, caps, screen_of) > SCREEN_LINES)
		caps++;
	t.paragraph = caps->paragraph;
	put_report(&t, caps, screen_of);
	return ferror(f) ? err_errno(e, "writing") : 0;
}
