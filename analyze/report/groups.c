/* Root causes of one check become one entry: a policy that is wrong on a hundred nodes is one fault to read of and to mend.
 * The best member gives the entry its place; a remark stays apart from a fault, though one check found both. */
#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"

enum { MAX_COMMANDS = 10, MAX_TEXTS = 3, MAX_VERIFY = 3 };

#define GROW(v, n) \
	do { \
		if (((n) & ((n) - 1)) == 0) \
			(v) = xreallocarray((v), (n) ? (size_t)(n) * 2 : 1, sizeof(*(v))); \
	} while (0)

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const struct report_finding *member(const struct report *r, const struct report_group *g, int i)
{
	return &r->findings[g->members[i]];
}

/* -- title ------------------------------------------------------------------------------------------------------------- */

/* Keeps of `all` what `one` has, too; the rest becomes an ellipsis. */
static void keep_common(cJSON *all, const cJSON *one)
{
	cJSON *v = all->child;

	while (v) {
		cJSON *next = v->next;
		if (!cJSON_Compare(v, json_get(one, v->string), true)) {
			CLEAN(clean_free) char *name = xstrdup(v->string);
			cJSON_ReplaceItemInObjectCaseSensitive(all, name, cJSON_CreateString("…"));
		}
		v = next;
	}
}

static const char *check_title(const struct report *r, const char *id)
{
	int low = 0, high = r->check_count;

	while (low < high) { /* they stand by id */
		int middle = (low + high) / 2, order = strcmp(r->checks[middle].id, id);
		if (order == 0)
			return r->checks[middle].title;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static char *group_title(const struct report *r, const struct report_group *g)
{
	const struct report_finding *first = member(r, g, 0);
	const char *title = check_title(r, first->check);
	CLEAN(clean_cjson) cJSON *fields = NULL;

	if (g->member_count == 1)
		return xstrdup(first->title);
	if (!title || json_parse(first->fields, strlen(first->fields), &fields, NULL) < 0 || !cJSON_IsObject(fields))
		return report_fill(r, "group.title", g->member_count, "title", first->title);
	for (int i = 1; i < g->member_count; i++) {
		const char *text = member(r, g, i)->fields;
		CLEAN(clean_cjson) cJSON *one = NULL;
		if (json_parse(text, strlen(text), &one, NULL) == 0)
			keep_common(fields, one);
	}
	CLEAN(clean_free) char *common = fill_new(title, fields, FILL_TEXT);
	return report_fill(r, "group.title", g->member_count, "title", common);
}

/* -- what to do ---------------------------------------------------------------------------------------------------------- */

static struct report_step *step_with(struct report_group *g, int first, const char *text)
{
	for (int i = first; i < g->step_count; i++)
		if (strcmp(g->steps[i].text, text) == 0)
			return &g->steps[i];
	/* Of many that each tell something else, the first stands for all. */
	if (g->step_count - first >= (g->member_count <= MAX_TEXTS ? MAX_TEXTS : 1)) {
		g->steps[g->step_count - 1].more++;
		return NULL;
	}
	GROW(g->steps, g->step_count);
	g->steps[g->step_count] = (struct report_step){.text = xstrdup(text)};
	return &g->steps[g->step_count++];
}

static void add_command(struct report_step *s, const struct report_fix *fix)
{
	int i = 0;

	while (i < s->command_count && !same(s->commands[i].run, fix->run))
		i++;
	if (i == s->command_count) {
		if (i == MAX_COMMANDS) {
			s->more++;
			return;
		}
		GROW(s->commands, s->command_count);
		s->commands[s->command_count++] = (struct report_command){.run = fix->run ? xstrdup(fix->run) : NULL};
	}
	struct report_command *c = &s->commands[i];
	if (fix->on) {
		GROW(c->on, c->on_count);
		c->on[c->on_count++] = xstrdup(fix->on);
	}
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

static void sort_places(struct report_command *c)
{
	int kept = 0;

	if (!c->on_count)
		return;
	qsort(c->on, (size_t)c->on_count, sizeof(*c->on), by_name);
	for (int i = 0; i < c->on_count; i++) {
		if (kept && strcmp(c->on[kept - 1], c->on[i]) == 0)
			free(c->on[i]);
		else
			c->on[kept++] = c->on[i];
	}
	c->on_count = kept;
}

static const struct report_fix *numbered(const struct report_finding *f, int step)
{
	for (int i = 0; i < f->fix_count; i++)
		if (f->fix[i].step == step)
			return &f->fix[i];
	return NULL;
}

/* The members' first steps together, then their second ones, and so on. */
static void gather_steps(const struct report *r, struct report_group *g)
{
	int most = 0;

	for (int i = 0; i < g->member_count; i++) {
		const struct report_finding *f = member(r, g, i);
		if (f->fix_count && f->fix[f->fix_count - 1].step > most)
			most = f->fix[f->fix_count - 1].step;
	}
	for (int k = 1; k <= most; k++) {
		int first = g->step_count;
		for (int i = 0; i < g->member_count; i++) {
			const struct report_fix *fix = numbered(member(r, g, i), k);
			struct report_step *s = fix ? step_with(g, first, fix->text) : NULL;
			if (s)
				add_command(s, fix);
		}
	}
	for (int i = 0; i < g->step_count; i++)
		for (int k = 0; k < g->steps[i].command_count; k++)
			sort_places(&g->steps[i].commands[k]);
}

static void gather_verify(const struct report *r, struct report_group *g)
{
	for (int i = 0; i < g->member_count; i++) {
		const char *verify = member(r, g, i)->verify;
		int k = 0;
		while (verify && k < g->verify_count && strcmp(g->verify[k], verify) != 0)
			k++;
		if (!verify || k < g->verify_count)
			continue;
		if (k == MAX_VERIFY) {
			g->verify_more++;
			continue;
		}
		GROW(g->verify, g->verify_count);
		g->verify[g->verify_count++] = xstrdup(verify);
	}
}

/* -- groups -------------------------------------------------------------------------------------------------------------- */

static void gather_symptoms(const struct report *r, struct report_group *g, bool *seen)
{
	memset(seen, 0, (size_t)r->finding_count * sizeof(*seen));
	for (int i = 0; i < g->member_count; i++)
		for (int k = 0; k < member(r, g, i)->explains_count; k++)
			seen[member(r, g, i)->explains[k]] = true;
	for (int i = 0; i < r->finding_count; i++)
		if (seen[i]) {
			GROW(g->explains, g->explains_count);
			g->explains[g->explains_count++] = i;
		}
}

static void finish(const struct report *r, struct report_group *g)
{
	const struct report_finding *first = member(r, g, 0);

	g->same_detail = g->same_why = true;
	g->first_seen = g->last_seen = TIME_NONE;
	for (int i = 0; i < g->member_count; i++) {
		const struct report_finding *f = member(r, g, i);
		g->severity = f->root_severity > g->severity ? f->root_severity : g->severity;
		g->same_detail = g->same_detail && same(f->detail, first->detail);
		g->same_why = g->same_why && same(f->why, first->why);
		if (f->first_seen == TIME_NONE)
			continue;
		g->first_seen = g->first_seen == TIME_NONE || f->first_seen < g->first_seen ? f->first_seen : g->first_seen;
		g->last_seen = g->last_seen == TIME_NONE || f->last_seen > g->last_seen ? f->last_seen : g->last_seen;
	}
	g->title = group_title(r, g);
	gather_steps(r, g);
	gather_verify(r, g);
}

static bool is_fault(const struct report_finding *f)
{
	return f->root_severity > SEVERITY_INFO;
}

static struct report_group *group_for(struct report *r, const struct report_finding *f)
{
	for (int i = 0; i < r->group_count; i++) {
		const struct report_finding *first = member(r, &r->groups[i], 0);
		if (is_fault(first) == is_fault(f) && strcmp(first->check, f->check) == 0)
			return &r->groups[i];
	}
	GROW(r->groups, r->group_count);
	r->groups[r->group_count] = (struct report_group){0};
	return &r->groups[r->group_count++];
}

void report_group_roots(struct report *r)
{
	CLEAN(clean_free) bool *seen = xcalloc((size_t)r->finding_count + 1, sizeof(*seen));

	for (int i = 0; i < r->root_count; i++) {
		struct report_finding *f = &r->findings[r->roots[i]];
		struct report_group *g = group_for(r, f);
		GROW(g->members, g->member_count);
		g->members[g->member_count++] = r->roots[i];
		f->group = (int)(g - r->groups) + 1;
		if (is_fault(f))
			r->fault_count = f->group > r->fault_count ? f->group : r->fault_count;
	}
	for (int i = 0; i < r->group_count; i++) {
		finish(r, &r->groups[i]);
		gather_symptoms(r, &r->groups[i], seen);
	}
}

static void free_step(struct report_step *s)
{
	for (int i = 0; i < s->command_count; i++) {
		for (int k = 0; k < s->commands[i].on_count; k++)
			free(s->commands[i].on[k]);
		free(s->commands[i].on);
		free(s->commands[i].run);
	}
	free(s->commands);
	free(s->text);
}

void report_free_groups(struct report *r)
{
	for (int i = 0; i < r->group_count; i++) {
		struct report_group *g = &r->groups[i];
		for (int k = 0; k < g->step_count; k++)
			free_step(&g->steps[k]);
		for (int k = 0; k < g->verify_count; k++)
			free(g->verify[k]);
		free(g->members);
		free(g->title);
		free(g->steps);
		free(g->verify);
		free(g->explains);
	}
	free(r->groups);
}
