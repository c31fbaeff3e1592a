#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"

const char *report_word(const struct report *r, const char *key)
{
	return texts_get(r->texts, key);
}

char *report_fill(const struct report *r, const char *key, int64_t n, const char *name, const char *value)
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();

	cJSON_AddNumberToObject(fields, "n", (double)n);
	if (name)
		cJSON_AddStringToObject(fields, name, value ? value : "");
	return fill_new(report_word(r, key), fields, FILL_TEXT);
}

bool report_trusted(const struct report *r)
{
	return r->clear + r->found > r->skipped + r->failed;
}

char *report_verdict(const struct report *r)
{
	const char *key = r->fault_count == 0 ? "report.roots_none" : r->fault_count == 1 ? "report.roots_one" : "report.roots_many";
	return report_fill(r, key, r->fault_count, NULL, NULL);
}

char *report_summary(const struct report *r)
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();
	const char *key = r->fault_count ? "report.found_counts" : !r->clear ? "report.nothing"
	                  : report_trusted(r) ? "report.healthy" : "report.little";

	cJSON_AddNumberToObject(fields, "clear", r->clear);
	cJSON_AddNumberToObject(fields, "skipped", r->skipped + r->failed);
	cJSON_AddNumberToObject(fields, "checks", r->check_count);
	return fill_new(report_word(r, key), fields, FILL_TEXT);
}

char *report_times(const struct report *r, int64_t first_seen, int64_t last_seen)
{
	char first[32], last[32];

	if (first_seen == TIME_NONE)
		return NULL;
	/* Fractions of a second are for logs. */
	clock_format(first_seen / US_PER_S * US_PER_S, first);
	clock_format(last_seen / US_PER_S * US_PER_S, last);
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();
	cJSON_AddStringToObject(fields, "first", first);
	cJSON_AddStringToObject(fields, "last", last);
	return fill_new(report_word(r, strcmp(first, last) == 0 ? "label.since" : "label.span"), fields, FILL_TEXT);
}

/* "a, b and 3 more". */
static char *enumerate(const struct report *r, struct buf *names, int more)
{
	CLEAN(clean_free) char *shown = buf_take(names);

	return more > 0 ? report_fill(r, "group.and_more", more, "list", shown) : STEAL(shown);
}

char *report_places(const struct report *r, const struct report_group *g, int max)
{
	struct buf names = BUF_MAX(1 << 20);
	int n = g->member_count <= max + 1 ? g->member_count : max; /* "and 1 more" is no shorter than the one */

	for (int i = 0; i < n; i++)
		buf_printf(&names, NULL, "%s%s", i ? report_word(r, "group.separator") : "", r->findings[g->members[i]].subject);
	return enumerate(r, &names, g->member_count - n);
}

char *report_symptoms(const struct report *r, const struct report_group *g, int max)
{
	struct buf names = BUF_MAX(1 << 20);
	int n = g->explains_count <= max + 1 ? g->explains_count : max;

	if (!n)
		return NULL;
	for (int i = 0; i < n; i++)
		buf_printf(&names, NULL, "%s%s", i ? report_word(r, "group.semicolon") : "", r->findings[g->explains[i]].title);
	return enumerate(r, &names, g->explains_count - n);
}

char *report_on(const struct report *r, const struct report_command *c, int max)
{
	struct buf names = BUF_MAX(1 << 20);
	int n = c->on_count <= max + 1 ? c->on_count : max;

	if (!n)
		return NULL;
	for (int i = 0; i < n; i++)
		buf_printf(&names, NULL, "%s%s", i ? report_word(r, "group.separator") : "", c->on[i]);
	return enumerate(r, &names, c->on_count - n);
}

struct bare {
	const char *title;
	size_t done;
	struct buf out;
};

static void bare_gap(void *arg, struct str name, size_t offset)
{
	struct bare *b = arg;

	buf_add(&b->out, b->title + b->done, offset - b->done, NULL);
	buf_add_str(&b->out, "…", NULL);
	b->done = offset + name.n + 2;
}

char *report_bare_title(const char *title)
{
	struct bare b = {title, 0, BUF_MAX(64 << 10)};

	fill_each(title, bare_gap, &b);
	buf_add_str(&b.out, title + b.done, NULL);
	return buf_take(&b.out);
}
