/* html: what the files of the HTML writer share. html.c: the page and escaping; html_opening.c, html_parts.c (findings),
 * html_overview.c (timeline, nodes), html_tables.c and html_rest.c: what stands in it. */
#ifndef SICKBAY_ANALYZE_REPORT_HTML_H
#define SICKBAY_ANALYZE_REPORT_HTML_H
#include "analyze/report/report.h"

struct html {
	FILE *f;
	const struct report *r;
};
void html_raw(const struct html *h, const char *s);  /* our own markup */
void html_text(const struct html *h, const char *s); /* anything else, escaped for text and quoted attributes */
void html_word(const struct html *h, const char *key);
void html_fill(const struct html *h, const char *key, int64_t n, const char *name, const char *value);
void html_badge(const struct html *h, int severity);
void html_code(const struct html *h, const char *s);

/* A page stays below 3 MB, whatever is in the bundle: parts of no fixed size ask whether they may still begin a piece at this stage. What
 * is left out is counted ("and N more"); the .json and the .db have it. */
enum html_stage { HTML_EVIDENCE = 1300000, HTML_FINDINGS = 1900000, HTML_TABLES = 2600000 };
bool html_room(const struct html *h, enum html_stage stage);
void html_more(const struct html *h, int n); /* "and N more", nothing when n is not positive */
void html_section(const struct html *h, const char *key, int count); /* opens a folded section; count negative: none is told */
void html_note(const struct html *h, const char *key);               /* a soft paragraph of ours */

void html_command(const struct html *h, const char *run);               /* to be copied */
void html_on(const struct html *h, const struct report_command *c);     /* where to run it, when the command names a place */
/* Attributes by which the page's script filters an element that is about these findings (indices). */
void html_filter(const struct html *h, int severity, const int *findings, int count);

void html_opening(const struct html *h);  /* bundle, verdict, banners, tools */
void html_timeline(const struct html *h); /* what happened when */
void html_matrix(const struct html *h);   /* conditions by node */
void html_roots(const struct html *h);    /* root causes with evidence, fixes, symptoms; remarks */
void html_sections(const struct html *h); /* everything else, folded */
void html_rest(const struct html *h);     /* html_rest.c: of these, what is not about findings */
void html_changes(const struct html *h);      /* html_changes.c: what changed since an earlier bundle, if there is one */
void html_changed(const struct html *h, const struct report_group *g); /* of that, what the root cause is about */
void html_changes_page(const struct html *h); /* a page of nothing else */
void html_tables(const struct html *h);   /* html_tables.c */

#endif
