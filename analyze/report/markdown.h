/* markdown: what the files of the Markdown writer share. markdown.c: the report and escaping; markdown_changes.c: what changed. */
#ifndef SICKBAY_ANALYZE_REPORT_MARKDOWN_H
#define SICKBAY_ANALYZE_REPORT_MARKDOWN_H
#include "analyze/report/report.h"

struct md {
	FILE *f;
	const struct report *r;
};
void md_text(const struct md *m, const char *s); /* any text, escaped */
void md_code(const struct md *m, const char *s); /* a span of code within a line */
/* Opens a fold; Markdown goes on behind it until unfold. */
void md_fold(const struct md *m, const char *summary);
void md_unfold(const struct md *m);
void md_more(const struct md *m, int n); /* "and N more", nothing when n is not positive */

void md_changes(const struct md *m); /* every section of r->changes, folded */

#endif
