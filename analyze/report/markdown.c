/* The report as Markdown, for an issue or a chat. Text from the bundle cannot become markup: punctuation is escaped, code
 * stands in fences longer than any run of backticks in it, and the only HTML is ours: what is long is folded in <details>, which
 * GitHub and GitLab show closed and others show open. */
#include "analyze/checks.h"
#include "analyze/report/markdown.h"
#include "base/clock.h"
#include "base/text.h"
#include <errno.h>
#include <limits.h>

enum { MAX_ROWS = 300, MAX_MEMBERS = 100, MAX_NAMED = 3, MAX_FULL = 3, MAX_PIECES = 3, MAX_GROUPS = 20 };

/* Control characters, line ends and bidi overrides have no place in running text: text_plain makes them visible. */
static char *plain(const char *s)
{
	struct buf b = BUF_MAX(1 << 20);

	for (const char *p = s; *p; p++) {
		unsigned char c = (unsigned char)*p;
		bool bidi = c == 0xe2 && ((unsigned char)p[1] == 0x80 || (unsigned char)p[1] == 0x81) &&
		            (((unsigned char)p[1] == 0x80 && (unsigned char)p[2] >= 0xa8 && (unsigned char)p[2] <= 0xae) ||
		             ((unsigned char)p[1] == 0x81 && (unsigned char)p[2] >= 0xa6 && (unsigned char)p[2] <= 0xa9));
		if (bidi) {
			buf_add_str(&b, "�", NULL);
			p += 2;
		} else if (c == '\t' || c == '\n' || c == '\r') {
			buf_add_str(&b, " ", NULL);
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(&b, NULL, "\\x%02x", c);
		} else {
			buf_add(&b, p, 1, NULL);
		}
	}
	return buf_take(&b);
}

void md_text(const struct md *m, const char *s)
{
	CLEAN(clean_free) char *safe = plain(s);
	const char *start = safe + strspn(safe, " ");
	const char *number = start + strspn(start, "0123456789");

	for (const char *p = start; *p; p++) {
		/* "- x", "= x" and "1. x" mean something only where a line begins. */
		bool opens = (p == start && strchr("-=", *p)) || (p == number && p > start && *p == '.' && (p[1] == ' ' || !p[1]));
		if (opens || strchr("\\`*_{}[]<>()#+!|~&", *p))
			fputc('\\', m->f);
		fputc(*p, m->f);
	}
}

static size_t longest_backticks(const char *s)
{
	size_t best = 0;

	while (*s) {
		size_t n = strspn(s, "`");
		best = n > best ? n : best;
		s += n ? n : 1;
	}
	return best;
}

static void ticks(const struct md *m, size_t n)
{
	while (n--)
		fputc('`', m->f);
}

/* A span of code within a line. */
void md_code(const struct md *m, const char *s)
{
	CLEAN(clean_free) char *safe = plain(s);
	size_t n = longest_backticks(safe) + 1;

	ticks(m, n);
	fprintf(m->f, "%s%s%s", n > 1 ? " " : "", safe, n > 1 ? " " : "");
	ticks(m, n);
}

/* A block of code of one line, indented by `indent` to belong to a list. */
static void put_block(const struct md *m, const char *s, const char *language, int indent)
{
	CLEAN(clean_free) char *safe = plain(s);
	size_t n = longest_backticks(safe) + 1;

	n = n < 3 ? 3 : n;
	fprintf(m->f, "%*s", indent, "");
	ticks(m, n);
	fprintf(m->f, "%s\n%*s%s\n%*s", language, indent, "", safe, indent, "");
	ticks(m, n);
	fputs("\n\n", m->f);
}

static const char *word(const struct md *m, const char *key)
{
	return report_word(m->r, key);
}

static const char *severity_word(const struct md *m, int severity)
{
	static const char *const keys[] = {"severity.info", "severity.warning", "severity.critical"};
	return word(m, keys[severity < 0 || severity > 2 ? 0 : severity]);
}

static void heading(const struct md *m, const char *key)
{
	fprintf(m->f, "## %s\n\n", word(m, key));
}

/* Opens a fold with words of ours, or of ours with a number; unfold closes it. Markdown goes on behind the empty line. */
void md_fold(const struct md *m, const char *summary)
{
	struct buf b = BUF_MAX(64 << 10);

	if (text_html(summary, strlen(summary), &b, NULL) == 0)
		fprintf(m->f, "<details>\n<summary>%s</summary>\n\n", buf_cstr(&b));
	buf_release(&b);
}

void md_unfold(const struct md *m)
{
	fputs("\n</details>\n\n", m->f);
}

static void fold_section(const struct md *m, const char *key, int count)
{
	CLEAN(clean_free) char *summary = count >= 0 ? xasprintf("%s (%d)", word(m, key), count) : xstrdup(word(m, key));

	md_fold(m, summary);
}

void md_more(const struct md *m, int n)
{
	if (n <= 0)
		return;
	CLEAN(clean_free) char *more = report_fill(m->r, "report.and_more", n, NULL, NULL);
	fprintf(m->f, "\n%s\n", more);
}

static void label(const struct md *m, const char *key)
{
	fprintf(m->f, "**%s**\n\n", word(m, key));
}

static void put_evidence(const struct md *m, const struct report_finding *f, int max)
{
	int n = f->evidence_count < max ? f->evidence_count : max;

	for (int i = 0; i < n; i++) {
		const struct report_evidence *v = &f->evidence[i];
		CLEAN(clean_free) char *place =
			v->line > 0 ? xasprintf("%s:%lld", v->file, (long long)v->line) : xstrdup(v->file);
		md_code(m, place);
		fputs("\n", m->f);
		if (*v->text)
			put_block(m, v->text, "text", 0);
		else
			fputc('\n', m->f);
	}
	if (f->evidence_rows > n) {
		CLEAN(clean_free) char *more = report_fill(m->r, "label.evidence_more", f->evidence_rows - n, NULL, NULL);
		fprintf(m->f, "%s\n\n", more);
	}
}

/* Evidence of the first members, each under its name, with what only it has to say. */
static void put_proofs(const struct md *m, const struct report_group *g)
{
	label(m, "label.evidence");
	if (g->member_count == 1)
		put_evidence(m, &m->r->findings[g->members[0]], INT_MAX);
	for (int i = 0; g->member_count > 1 && i < g->member_count && i < MAX_FULL; i++) {
		const struct report_finding *f = &m->r->findings[g->members[i]];
		md_code(m, f->subject);
		if (!g->same_detail && f->detail && *f->detail) {
			fputs(" ", m->f);
			md_text(m, f->detail);
		}
		fputs("\n\n", m->f);
		if (i == 0 && !g->same_why && f->why) {
			md_text(m, f->why);
			fputs("\n\n", m->f);
		}
		put_evidence(m, f, MAX_PIECES);
	}
}

/* All members by name; of one nothing more than the line above the text. */
static void put_members(const struct md *m, const struct report_group *g)
{
	int n = g->member_count < MAX_MEMBERS ? g->member_count : MAX_MEMBERS;

	if (g->member_count <= MAX_NAMED + 1)
		return;
	CLEAN(clean_free) char *head = report_fill(m->r, "group.members", g->member_count, NULL, NULL);
	md_fold(m, head);
	for (int i = 0; i < n; i++) {
		fputs(i ? " · " : "", m->f);
		md_code(m, m->r->findings[g->members[i]].subject);
	}
	fputc('\n', m->f);
	md_more(m, g->member_count - n);
	md_unfold(m);
}

static void put_step(const struct md *m, const struct report_step *s)
{
	md_text(m, s->text);
	for (int i = 0; i < s->command_count; i++) {
		CLEAN(clean_free) char *on = report_on(m->r, &s->commands[i], 10);
		if (on) {
			CLEAN(clean_free) char *place = report_fill(m->r, "label.on", 0, "on", on);
			fputs(i ? "   (" : " (", m->f);
			md_text(m, place);
			fputs(")", m->f);
		}
		if (i == 0 || on)
			fputs("\n\n", m->f);
		if (s->commands[i].run)
			put_block(m, s->commands[i].run, "sh", 3);
	}
	if (s->more) {
		CLEAN(clean_free) char *more = report_fill(m->r, "report.and_more", s->more, NULL, NULL);
		fprintf(m->f, "   %s\n\n", more);
	}
}

static void put_fix(const struct md *m, const struct report_group *g)
{
	if (g->step_count)
		label(m, "label.fix");
	for (int i = 0; i < g->step_count; i++) {
		fprintf(m->f, "%d. ", i + 1);
		put_step(m, &g->steps[i]);
	}
	if (g->verify_count)
		label(m, "label.verify");
	for (int i = 0; i < g->verify_count; i++)
		put_block(m, g->verify[i], "sh", 0);
	md_more(m, g->verify_more);
	if (g->verify_more)
		fputc('\n', m->f);
}

static void put_effects(const struct md *m, const struct report_group *g)
{
	int n = g->explains_count < MAX_ROWS ? g->explains_count : MAX_ROWS;

	if (!n)
		return;
	CLEAN(clean_free) char *head =
		report_fill(m->r, g->explains_count == 1 ? "label.explains_one" : "label.explains", g->explains_count, NULL, NULL);
	md_fold(m, head);
	for (int i = 0; i < n; i++) {
		const struct report_finding *x = &m->r->findings[g->explains[i]];
		fputs("- ", m->f);
		md_text(m, x->title);
		fputs(" (", m->f);
		md_code(m, x->subject);
		fputs(")\n", m->f);
	}
	md_more(m, g->explains_count - n);
	md_unfold(m);
}

/* What it is about was changed since the earlier bundle. */
static void put_changed(const struct md *m, const struct report_group *g)
{
	bool any = false;

	for (int i = 0; i < g->member_count && i < MAX_FULL; i++) {
		const struct report_finding *f = &m->r->findings[g->members[i]];
		for (int k = 0; k < f->changed_count; k++) {
			CLEAN(clean_free) char *line = report_change_line(m->r, f->changed[k]);
			if (!any)
				label(m, "diff.coincides");
			any = true;
			fputs("- ", m->f);
			md_code(m, line);
			fputc('\n', m->f);
		}
	}
	if (any)
		fputc('\n', m->f);
}

static void put_root(const struct md *m, const struct report_group *g)
{
	const struct report_finding *first = &m->r->findings[g->members[0]];
	CLEAN(clean_free) char *times = report_times(m->r, g->first_seen, g->last_seen);
	CLEAN(clean_free) char *places = report_places(m->r, g, MAX_NAMED);
	static const char *const confidences[] = {"confidence.possible", "confidence.likely", "confidence.certain"};

	fprintf(m->f, "### %d. ", first->group);
	md_text(m, g->title);
	fprintf(m->f, "\n\n**%s** · ", severity_word(m, g->severity));
	md_code(m, first->check);
	fputs(" · ", m->f);
	md_code(m, places);
	fprintf(m->f, " · %s%s%s\n\n", times ? times : "", times ? " · " : "",
	        word(m, confidences[first->confidence < 0 ? 1 : first->confidence]));
	if (g->same_detail && first->detail && *first->detail) {
		md_text(m, first->detail);
		fputs("\n\n", m->f);
	}
	if (g->same_why && first->why) {
		md_text(m, first->why);
		fputs("\n\n", m->f);
	}
	put_changed(m, g);
	put_members(m, g);
	put_proofs(m, g);
	put_fix(m, g);
	put_effects(m, g);
}

static void table_head(const struct md *m, const char *a, const char *b, const char *c)
{
	fprintf(m->f, "| %s | %s | %s |\n|---|---|---|\n", word(m, a), word(m, b), word(m, c));
}

static void cell(const struct md *m, const char *s)
{
	md_text(m, s);
	fputs(" | ", m->f);
}

static void put_findings(const struct md *m)
{
	const struct report *r = m->r;
	int total = 0, shown = 0;

	for (int i = 0; i < r->finding_count; i++)
		total += !r->findings[i].advice;
	if (!total)
		return;
	fold_section(m, "section.findings", total);
	table_head(m, "label.severity", "label.finding", "label.subject");
	for (int i = 0; i < r->finding_count && shown < MAX_ROWS; i++) {
		if (r->findings[i].advice)
			continue;
		shown++;
		fprintf(m->f, "| %s | ", severity_word(m, r->findings[i].severity));
		cell(m, r->findings[i].title);
		cell(m, r->findings[i].subject);
		fputc('\n', m->f);
	}
	md_more(m, total - shown);
	md_unfold(m);
}

static void put_advice_steps(const struct md *m, const struct report_finding *f)
{
	for (int i = 0; i < f->fix_count; i++) {
		fputs("- ", m->f);
		md_text(m, f->fix[i].text);
		fputs("\n", m->f);
		if (!f->fix[i].run)
			continue;
		fputc('\n', m->f);
		put_block(m, f->fix[i].run, "sh", 2);
	}
	fputc('\n', m->f);
}

/* Advice, worst first; what to do about it is told once a check. */
static void put_advice(const struct md *m)
{
	const struct report *r = m->r;
	const struct report_finding *last = NULL;
	int total = 0, shown = 0;

	for (int i = 0; i < r->finding_count; i++)
		total += r->findings[i].advice;
	if (!total)
		return;
	fold_section(m, "section.advice", total);
	fprintf(m->f, "%s\n\n", word(m, "section.advice_note"));
	for (int i = 0; i < r->finding_count && shown < MAX_ROWS; i++) {
		const struct report_finding *f = &r->findings[i];
		if (!f->advice)
			continue;
		shown++;
		fputs("### ", m->f);
		md_text(m, f->title);
		fprintf(m->f, "\n\n%s · ", severity_word(m, f->severity));
		md_code(m, f->check);
		fputs(" · ", m->f);
		md_code(m, f->subject);
		fputs("\n\n", m->f);
		if (f->detail && *f->detail) {
			md_text(m, f->detail);
			fputs("\n\n", m->f);
		}
		put_evidence(m, f, 2);
		if (!last || strcmp(last->check, f->check) != 0) {
			if (f->why) {
				md_text(m, f->why);
				fputs("\n\n", m->f);
			}
			put_advice_steps(m, f);
		}
		last = f;
	}
	md_more(m, total - shown);
	md_unfold(m);
}

static bool in_state(const struct report_check *c, const char *state, const char *or_state, bool applies)
{
	return c->applies == applies && (strcmp(c->state, state) == 0 || strcmp(c->state, or_state) == 0);
}

/* Checks of one state or another: their title, or why they could not tell, or both. */
static void put_checks(const struct md *m, const char *key, const char *state, const char *or_state, bool applies)
{
	const struct report *r = m->r;
	bool clear = strcmp(state, "clear") == 0;
	int total = 0;

	for (int i = 0; i < r->check_count; i++)
		total += in_state(&r->checks[i], state, or_state, applies);
	if (!total)
		return;
	fold_section(m, key, total);
	for (int i = 0; i < r->check_count; i++) {
		const struct report_check *c = &r->checks[i];
		if (!in_state(c, state, or_state, applies))
			continue;
		CLEAN(clean_free) char *title = report_bare_title(c->title);
		fputs("- ", m->f);
		md_code(m, c->id);
		fputs(": ", m->f);
		md_text(m, c->reason && !clear ? c->reason : title);
		if (c->reason && clear) {
			fputs(" (", m->f);
			md_text(m, c->reason);
			fputs(")", m->f);
		}
		fputc('\n', m->f);
	}
	md_unfold(m);
}

static void put_collected(const struct md *m)
{
	const struct report *r = m->r;
	int failures = r->failure_count < MAX_ROWS ? r->failure_count : MAX_ROWS;
	int problems = r->problem_count < MAX_ROWS ? r->problem_count : MAX_ROWS;

	fold_section(m, "section.collected", -1);
	fprintf(m->f, "%s %lld, %s %lld, %s %lld, %s %lld\n\n", word(m, "captures.ok"), (long long)r->ok, word(m, "captures.failed"),
	        (long long)r->failed_captures, word(m, "captures.absent"), (long long)r->absent, word(m, "captures.truncated"),
	        (long long)r->truncated);
	for (int i = 0; i < failures; i++) {
		fputs("- ", m->f);
		md_code(m, r->failures[i].path);
		fputs(": ", m->f);
		md_text(m, r->failures[i].error);
		fputc('\n', m->f);
	}
	md_more(m, r->failure_count - failures);
	md_unfold(m);
	if (problems)
		fold_section(m, "section.problems", r->problem_count);
	for (int i = 0; i < problems; i++) {
		fputs("- ", m->f);
		md_code(m, r->problems[i].file);
		fputs(": ", m->f);
		md_text(m, r->problems[i].message);
		fputc('\n', m->f);
	}
	md_more(m, r->problem_count - problems);
	if (problems)
		md_unfold(m);
}

/* -- tables ------------------------------------------------------------------------------------------------------------- */

static bool column_shown(const struct report_column *c)
{
	return !c->head && c->kind != REPORT_GROUP && c->kind != REPORT_FINE && c->kind != REPORT_TOTAL;
}

static void put_rows(const struct md *m, const struct report_table *t, int row, int end)
{
	fputc('|', m->f);
	for (int i = 0; i < t->column_count; i++)
		if (column_shown(&t->columns[i]))
			fprintf(m->f, " %s |", word(m, t->columns[i].word));
	fputs("\n|", m->f);
	for (int i = 0; i < t->column_count; i++)
		if (column_shown(&t->columns[i]))
			fputs(t->columns[i].kind >= REPORT_COUNT && t->columns[i].kind <= REPORT_PERCENT ? "--:|" : "---|", m->f);
	fputc('\n', m->f);
	for (; row < end; row++) {
		fputs("| ", m->f);
		for (int i = 0; i < t->column_count; i++) {
			CLEAN(clean_free) char *text = column_shown(&t->columns[i]) ? report_cell_text(m->r, t, row, i) : NULL;
			if (text && t->columns[i].kind == REPORT_CODE && *text && !strchr(text, '|')) { /* a bar ends a cell even in code */
				md_code(m, text);
				fputs(" | ", m->f);
			} else if (text) {
				cell(m, text);
			}
		}
		fputc('\n', m->f);
	}
}

/* "node1: images 11, together 437 MB". */
static void put_group_head(const struct md *m, const struct report_table *t, int row)
{
	const char *name = t->cells[(size_t)row * (size_t)t->column_count + (size_t)t->group].text;
	const char *between = ": ";

	md_code(m, name ? name : "");
	for (int i = 0; i < t->column_count; i++) {
		CLEAN(clean_free) char *value = t->columns[i].head ? report_cell_text(m->r, t, row, i) : NULL;
		if (!value || !*value)
			continue;
		fprintf(m->f, "%s%s ", between, word(m, t->columns[i].word));
		md_text(m, value);
		between = word(m, "group.separator");
	}
	fputs("\n\n", m->f);
}

static void put_table(const struct md *m, const struct report_table *t)
{
	char key[64];
	int number = 0, more;

	md_fold(m, report_table_word(m->r, t, "title", key));
	fprintf(m->f, "%s\n\n", report_table_word(m->r, t, "note", key));
	if (t->trouble) {
		md_text(m, t->trouble);
		fputs("\n\n", m->f);
	}
	for (int row = 0, end; row < t->row_count; row = end) {
		end = report_group_end(t, row, &more);
		if (number++ >= MAX_GROUPS)
			continue;
		if (t->group >= 0)
			put_group_head(m, t, row);
		put_rows(m, t, row, end);
		md_more(m, more);
		fputc('\n', m->f);
	}
	md_more(m, number - MAX_GROUPS);
	md_unfold(m);
}

static void put_tables(const struct md *m)
{
	if (m->r->table_count)
		heading(m, "section.tables");
	for (int i = 0; i < m->r->table_count; i++)
		put_table(m, &m->r->tables[i]);
}

static void put_opening(const struct md *m)
{
	const struct report *r = m->r;
	char when[32];
	CLEAN(clean_free) char *verdict = report_verdict(r);
	CLEAN(clean_free) char *summary = report_summary(r);

	fprintf(m->f, "# %s\n\n", verdict);
	md_code(m, r->name);
	if (r->version) {
		fputs(" · Kubernetes ", m->f);
		md_text(m, r->version);
	}
	if (r->collected != TIME_NONE)
		fprintf(m->f, " · %s", clock_format(r->collected / US_PER_S * US_PER_S, when));
	fprintf(m->f, "\n\n%s\n\n", summary);
	if (r->damage) {
		CLEAN(clean_free) char *damaged = report_fill(r, "report.damaged", 0, "damage", r->damage);
		fputs("> ", m->f);
		md_text(m, damaged);
		fprintf(m->f, " %s\n\n", word(m, "report.damaged_note"));
	}
	for (int i = 0; i < r->warning_count; i++) {
		fputs("> ", m->f);
		md_text(m, r->warnings[i].text);
		fputs("\n\n", m->f);
	}
	if (r->chosen) {
		CLEAN(clean_free) char *chosen = report_fill(r, "report.chosen", 0, "what", r->chosen);
		fputs("> ", m->f);
		md_text(m, chosen);
		fputs("\n\n", m->f);
	}
}

int report_write_markdown(const struct report *r, FILE *f, struct err *e)
{
	struct md m = {f, r};

	put_opening(&m);
	if (r->fault_count)
		heading(&m, "section.roots");
	for (int i = 0; i < r->fault_count; i++)
		put_root(&m, &r->groups[i]);
	if (r->group_count > r->fault_count)
		heading(&m, "section.remarks");
	for (int i = r->fault_count; i < r->group_count; i++)
		put_root(&m, &r->groups[i]);
	if (r->changes) {
		CLEAN(clean_free) char *title = report_changes_title(r);
		fputs("## ", f);
		md_text(&m, title);
		fputs("\n\n", f);
		md_changes(&m);
	}
	put_findings(&m);
	put_advice(&m);
	put_checks(&m, "section.clear", "clear", "clear", true);
	put_checks(&m, "section.skipped", "not-evaluated", "error", true);
	put_checks(&m, "section.not_applicable", "not-evaluated", "error", false);
	put_tables(&m);
	put_collected(&m);
	return ferror(f) ? err_errno(e, "writing") : 0;
}
