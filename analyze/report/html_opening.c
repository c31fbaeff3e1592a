/* How the page opens: bundle, verdict with what to do first, and the tools to search and filter. */
#include "analyze/checks.h"
#include "analyze/report/html.h"
#include "base/clock.h"

enum { MAX_NAMED = 3, MAX_TOLD = 10, MAX_SYMPTOMS = 3 };
/* Names that a filter offers, and that an element tells of itself. */
enum { MAX_CHOICES = 500, MAX_TOLD_NAMES = 100 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* -- search and filters: the page's script reads data-severity, data-nodes and data-namespaces ----------------------------------- */

struct names {
	const char *v[MAX_CHOICES];
	int n, max;
};

static void add_name(struct names *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->v[i], name) == 0)
			return;
	if (s->n < s->max)
		s->v[s->n++] = name;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void gather(const struct html *h, const int *findings, int count, struct names *nodes, struct names *namespaces)
{
	for (int i = 0; i < count; i++) {
		const struct report_finding *f = &h->r->findings[findings ? findings[i] : i];
		for (int k = 0; k < f->node_count; k++)
			add_name(nodes, f->nodes[k]);
		if (f->namespace)
			add_name(namespaces, f->namespace);
	}
}

static void put_names(const struct html *h, const char *attribute, const struct names *s)
{
	fprintf(h->f, " %s=\"", attribute);
	for (int i = 0; i < s->n; i++) {
		html_raw(h, i ? "\n" : "");
		html_text(h, s->v[i]);
	}
	html_raw(h, "\"");
}

void html_filter(const struct html *h, int severity, const int *findings, int count)
{
	struct names nodes = {.max = MAX_TOLD_NAMES}, namespaces = {.max = MAX_TOLD_NAMES};

	gather(h, findings, count, &nodes, &namespaces);
	fprintf(h->f, " data-severity=\"%s\"", severity_name(severity));
	put_names(h, "data-nodes", &nodes);
	put_names(h, "data-namespaces", &namespaces);
}

static void put_choice(const struct html *h, const char *id, const char *word, const struct names *s)
{
	fprintf(h->f, "<label>");
	html_word(h, word);
	fprintf(h->f, "<select id=\"%s\"><option value=\"\">", id);
	html_word(h, "label.any");
	html_raw(h, "</option>");
	for (int i = 0; i < s->n; i++) {
		html_raw(h, "<option>");
		html_text(h, s->v[i]);
		html_raw(h, "</option>");
	}
	html_raw(h, "</select></label>\n");
}

static void put_severities(const struct html *h)
{
	html_raw(h, "<label>");
	html_word(h, "label.severity");
	html_raw(h, "<select id=\"by-severity\"><option value=\"\">");
	html_word(h, "label.any");
	html_raw(h, "</option>");
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
		CLEAN(clean_free) char *key = xasprintf("severity.%s", severity_name(i));
		fprintf(h->f, "<option value=\"%s\">", severity_name(i));
		html_word(h, key);
		html_raw(h, "</option>");
	}
	html_raw(h, "</select></label>\n");
}

/* Hidden until the script shows them: without it they could do nothing. */
static void put_tools(const struct html *h)
{
	struct names nodes = {.max = MAX_CHOICES}, namespaces = {.max = MAX_CHOICES};

	if (!h->r->finding_count)
		return;
	gather(h, NULL, h->r->finding_count, &nodes, &namespaces);
	qsort(nodes.v, (size_t)nodes.n, sizeof(*nodes.v), by_name);
	qsort(namespaces.v, (size_t)namespaces.n, sizeof(*namespaces.v), by_name);
	html_raw(h, "<div class=\"tools no-script\" id=\"tools\" role=\"search\"><label class=\"wide\">");
	html_word(h, "label.search");
	html_raw(h, "<input type=\"search\" id=\"by-text\" autocomplete=\"off\" spellcheck=\"false\"></label>\n");
	put_severities(h);
	if (nodes.n)
		put_choice(h, "by-node", "label.node", &nodes);
	if (namespaces.n)
		put_choice(h, "by-namespace", "label.namespace", &namespaces);
	html_raw(h, "<output id=\"matches\" data-text=\"");
	html_word(h, "label.matches");
	html_raw(h, "\"></output></div>\n");
}

/* -- verdict ------------------------------------------------------------------------------------------------------------------------ */

/* The first command of a fix, or NULL. */
static const struct report_command *first_command(const struct report_group *g)
{
	for (int i = 0; i < g->step_count; i++)
		for (int k = 0; k < g->steps[i].command_count; k++)
			if (g->steps[i].commands[k].run)
				return &g->steps[i].commands[k];
	return NULL;
}

static void put_identity(const struct html *h)
{
	const struct report *r = h->r;
	char when[32];

	html_raw(h, "<header class=\"top\"><strong>");
	html_word(h, "report.title");
	html_raw(h, "</strong><span>");
	html_text(h, r->name);
	html_raw(h, "</span>");
	if (r->version) {
		html_raw(h, "<span>Kubernetes ");
		html_text(h, r->version);
		html_raw(h, "</span>");
	}
	if (r->collected != TIME_NONE) {
		html_raw(h, "<span>");
		html_word(h, "label.collected_at");
		fprintf(h->f, " %s</span>", clock_format(r->collected / US_PER_S * US_PER_S, when));
	}
	html_raw(h, "<span class=\"push\"><button type=\"button\" id=\"expand\" class=\"no-script\">");
	html_word(h, "label.expand");
	html_raw(h, "</button></span></header>\n");
}

static void put_damage(const struct html *h)
{
	for (int i = 0; i < h->r->warning_count; i++) {
		html_raw(h, "<div class=\"banner\" role=\"alert\"><p><strong>");
		html_text(h, h->r->warnings[i].text);
		html_raw(h, "</strong></p></div>\n");
	}
	if (h->r->chosen) {
		html_raw(h, "<div class=\"banner\"><p>");
		html_fill(h, "report.chosen", 0, "what", h->r->chosen);
		html_raw(h, "</p></div>\n");
	}
	if (!h->r->damage)
		return;
	html_raw(h, "<div class=\"banner\" role=\"alert\"><p><strong>");
	html_fill(h, "report.damaged", 0, "damage", h->r->damage);
	html_raw(h, "</strong></p><p>");
	html_word(h, "report.damaged_note");
	html_raw(h, "</p></div>\n");
}

/* One root cause in a few lines: what and where, how sure, why, how it shows, and the first command. */
static void put_told(const struct html *h, int index)
{
	const struct report_group *g = &h->r->groups[index];
	const struct report_finding *first = &h->r->findings[g->members[0]];
	const struct report_command *c = first_command(g);
	CLEAN(clean_free) char *places = report_places(h->r, g, MAX_NAMED);
	CLEAN(clean_free) char *symptoms = report_symptoms(h->r, g, MAX_SYMPTOMS);
	CLEAN(clean_free) char *confidence = xasprintf("confidence.%s", confidence_name(first->confidence));

	fprintf(h->f, "<li><a href=\"#root-%d\">", index + 1);
	html_text(h, g->title);
	html_raw(h, "</a> <span class=\"soft\">");
	html_text(h, places);
	html_raw(h, " · ");
	html_word(h, confidence);
	html_raw(h, "</span>");
	if (g->same_detail && first->detail && *first->detail) {
		html_raw(h, "<div class=\"told\">");
		html_text(h, first->detail);
		html_raw(h, "</div>");
	}
	if (symptoms) {
		html_raw(h, "<div class=\"told soft\">");
		html_word(h, "label.seen_as");
		html_raw(h, ": ");
		html_text(h, symptoms);
		html_raw(h, "</div>");
	}
	if (c) {
		html_raw(h, "<div class=\"first\">");
		html_word(h, "label.do_first");
		html_on(h, c);
		html_command(h, c->run);
		html_raw(h, "</div>");
	} else if (g->step_count) {
		html_raw(h, "<div class=\"first\">");
		html_word(h, "label.do_first");
		html_raw(h, " ");
		html_text(h, g->steps[0].text);
		html_raw(h, "</div>");
	}
	html_raw(h, "</li>\n");
}

void html_opening(const struct html *h)
{
	const struct report *r = h->r;
	int worst = SEVERITY_INFO;
	CLEAN(clean_free) char *verdict = report_verdict(r);
	CLEAN(clean_free) char *summary = report_summary(r);

	for (int i = 0; i < r->fault_count; i++)
		if (r->groups[i].severity > worst)
			worst = r->groups[i].severity;
	put_identity(h);
	html_raw(h, "<main id=\"content\">\n");
	put_damage(h);
	fprintf(h->f, "<section class=\"verdict %s\"><h1>", r->fault_count ? severity_name(worst) : report_trusted(r) ? "fine" : "warning");
	html_text(h, verdict);
	html_raw(h, "</h1>\n");
	if (r->fault_count) {
		html_raw(h, "<ol>\n");
		for (int i = 0; i < least(r->fault_count, MAX_TOLD); i++)
			put_told(h, i);
		html_raw(h, "</ol>\n");
		html_more(h, r->fault_count - MAX_TOLD);
	}
	html_raw(h, "<p class=\"soft\">");
	html_text(h, summary);
	if (r->skipped && !r->fault_count) {
		html_raw(h, " ");
		html_word(h, "report.blind");
	}
	html_raw(h, "</p></section>\n");
	put_tools(h);
}
