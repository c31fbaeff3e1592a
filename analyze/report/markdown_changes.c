/* What changed, as Markdown: a fold a section, an item a line, its changes below it. */
#include <errno.h>

#include "analyze/report/markdown.h"
#include "base/mem.h"

enum { MAX_ITEMS = 300, MAX_CHANGES = 20 };

static void put_value(const struct md *m, const char *s)
{
	if (s && *s)
		md_code(m, s);
	else
		md_text(m, s ? "\"\"" : report_word(m->r, "diff.none"));
}

static void put_item(const struct md *m, const struct diff_item *it)
{
	CLEAN(clean_free) char *state = xasprintf("diff.%s", diff_state_name(it->state));
	const char *told = diff_told(it);
	int shown = it->state != DIFF_CHANGED ? 0 : it->n < MAX_CHANGES ? it->n : MAX_CHANGES;

	fprintf(m->f, "- %s ", report_word(m->r, state));
	md_code(m, it->key);
	if (told) {
		fputs(": ", m->f);
		md_text(m, told);
	}
	fputc('\n', m->f);
	for (int i = 0; i < shown; i++) {
		fputs("  - ", m->f);
		md_code(m, report_path_word(m->r, it->changes[i].path));
		fputs(": ", m->f);
		put_value(m, it->changes[i].before);
		fputs(" → ", m->f);
		put_value(m, it->changes[i].after);
		fputc('\n', m->f);
	}
	if (it->state == DIFF_CHANGED && it->more + it->n > shown) {
		CLEAN(clean_free) char *more = report_fill(m->r, "report.and_more", it->more + it->n - shown, NULL, NULL);
		fprintf(m->f, "  - %s\n", more);
	}
}

void md_changes(const struct md *m)
{
	const struct diff *d = m->r->changes;

	for (int i = 0; i < d->n; i++) {
		const struct diff_section *s = &d->sections[i];
		int shown = s->n < MAX_ITEMS ? s->n : MAX_ITEMS;
		if (!s->n)
			continue;
		CLEAN(clean_free) char *counts = report_section_counts(m->r, s);
		CLEAN(clean_free) char *head = xasprintf("%s: %s", report_section_word(m->r, s), counts);
		md_fold(m, head);
		for (int k = 0; k < shown; k++)
			put_item(m, &s->items[k]);
		md_more(m, s->n - shown + s->more);
		md_unfold(m);
	}
	if (diff_empty(d))
		fprintf(m->f, "%s\n\n", report_word(m->r, "diff.nothing"));
}

int report_write_changes_markdown(const struct report *r, FILE *f, struct err *e)
{
	struct md m = {f, r};
	CLEAN(clean_free) char *title = report_changes_title(r);

	fputs("# ", f);
	md_text(&m, title);
	fputs("\n\n", f);
	md_code(&m, r->name);
	fputs("\n\n", f);
	md_changes(&m);
	return ferror(f) ? err_errno(e, "writing") : 0;
}
