/* What changed, for a terminal and for .txt files. */
#include "analyze/report/report.h"
#include "base/mem.h"
#include "base/term.h"

static void put(FILE *f, const char *s)
{
	term_print_safe(f, s, strlen(s), false);
}

static void put_more(const struct report *r, FILE *f, int n, int indent)
{
	CLEAN(clean_free) char *more = n > 0 ? report_fill(r, "report.and_more", n, NULL, NULL) : NULL;

	if (more)
		fprintf(f, "%*s%s\n", indent, "", more);
}

static void put_change(const struct report *r, FILE *f, const struct diff_change *c)
{
	fputs("      ", f);
	put(f, report_path_word(r, c->path));
	fputs(": ", f);
	put(f, c->before ? c->before : report_word(r, "diff.none"));
	fputs(" → ", f);
	put(f, c->after ? c->after : report_word(r, "diff.none"));
	fputc('\n', f);
}

static void put_item(const struct report *r, FILE *f, const struct diff_item *it, int most)
{
	static const char signs[] = "+-~";
	static const enum term_style styles[] = {TERM_GREEN, TERM_RED, TERM_YELLOW};
	const char *told = diff_told(it);

	term_style(f, styles[it->state]);
	fprintf(f, "  %c ", signs[it->state]);
	put(f, it->key);
	term_style(f, TERM_PLAIN);
	fputs(told ? ": " : "", f);
	put(f, told ? told : "");
	fputc('\n', f);
	if (it->state != DIFF_CHANGED)
		return;
	for (int i = 0; i < it->n && i < most; i++)
		put_change(r, f, &it->changes[i]);
	put_more(r, f, it->more + (it->n > most ? it->n - most : 0), 6);
}

void report_put_changes(const struct report *r, FILE *f, int most)
{
	const struct diff *d = r->changes;
	bool any = false;

	for (int i = 0; i < d->n; i++) {
		const struct diff_section *s = &d->sections[i];
		if (s->n == 0)
			continue;
		fputs(any ? "\n" : "", f);
		any = true;
		term_style(f, TERM_BOLD);
		put(f, report_section_word(r, s));
		term_style(f, TERM_PLAIN);
		fputc('\n', f);
		for (int k = 0; k < s->n; k++)
			put_item(r, f, &s->items[k], most);
		put_more(r, f, s->more, 2);
	}
	if (!any)
		fprintf(f, "%s\n", report_word(r, "diff.nothing"));
}
