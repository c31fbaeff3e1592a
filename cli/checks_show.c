#include "cli/checks_show.h"

#include <limits.h>
#include <string.h>

#include "base/term.h"
#include "cli/cli.h"
#include "cli/pager.h"

enum { INDENT = 4, MAX_ALIKE = 5, MIN_SHARED = 2 };

struct page {
	FILE *f;
	const struct checkset *set;
	const struct check *c;
	cJSON *texts;
	int lang;
};

static void put(const struct page *p, const char *s)
{
	term_print_safe(p->f, s, strlen(s), false);
}

static void put_styled(const struct page *p, enum term_style style, const char *s)
{
	term_style(p->f, style);
	put(p, s);
	term_style(p->f, TERM_PLAIN);
}

static const char *word(const struct page *p, const char *key)
{
	return texts_get(p->texts, key);
}

static void heading(const struct page *p, const char *key)
{
	fputc('\n', p->f);
	put_styled(p, TERM_BOLD, word(p, key));
	fputc('\n', p->f);
}

static void paragraph(const struct page *p, const char *s)
{
	term_print_wrapped(p->f, s, INDENT, 80, INT_MAX);
}

/* A sentence of ours with {n} or {what}. Caller frees. */
static char *fill(const struct page *p, const char *key, int n, const char *what)
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();

	cJSON_AddNumberToObject(fields, "n", n);
	cJSON_AddStringToObject(fields, "what", what);
	return fill_new(word(p, key), fields, FILL_TEXT);
}

static const char *title_of(const struct page *p, const struct check *c)
{
	const char *title = check_text(json_get(c->head, "title"), p->lang);

	return title ? title : c->bad.msg;
}

/* -- edges ----------------------------------------------------------------------------------------------------------------- */

static const cJSON *edge(const struct check *from, const char *to)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get_arr(from->head, "causes")) {
		const char *id = json_get_str(item, "check");
		if (id && strcmp(id, to) == 0)
			return item;
	}
	return NULL;
}

static void put_relations(const struct page *p, const cJSON *item)
{
	const cJSON *one, *list = json_get_arr(item, "when");

	fputs(" (", p->f);
	if (json_get_str(item, "when"))
		put(p, json_get_str(item, "when"));
	cJSON_ArrayForEach(one, list) {
		fputs(one == list->child ? "" : ", ", p->f);
		put(p, cJSON_IsString(one) ? one->valuestring : "?");
	}
	fputc(')', p->f);
}

/* "id (relation)" and its title beneath. */
static void put_other(const struct page *p, const char *id, const cJSON *relations)
{
	const struct check *other = checkset_get(p->set, id);

	fprintf(p->f, "%*s", INDENT, "");
	put_styled(p, TERM_CYAN, id);
	if (relations)
		put_relations(p, relations);
	fputc('\n', p->f);
	if (other)
		term_print_wrapped(p->f, title_of(p, other), INDENT + 4, 80, INT_MAX);
}

static void show_causes(const struct page *p)
{
	const cJSON *item;

	if (!json_get_arr(p->c->head, "causes") || !json_get_arr(p->c->head, "causes")->child)
		return;
	heading(p, "manual.causes");
	cJSON_ArrayForEach(item, json_get_arr(p->c->head, "causes"))
		put_other(p, json_get_str(item, "check") ? json_get_str(item, "check") : "?", item);
}

static void show_explained_by(const struct page *p)
{
	bool any = false;

	for (int i = 0; i < p->set->n; i++) {
		const cJSON *item = edge(p->set->v[i], p->c->id);
		if (!item)
			continue;
		if (!any)
			heading(p, "manual.explained_by");
		any = true;
		put_other(p, p->set->v[i]->id, item);
	}
}

/* -- what looks like it ---------------------------------------------------------------------------------------------------- */

/* Symptoms and causes that two checks have in common; 0 when one explains the other, which is told elsewhere. */
static int shared(const struct page *p, const struct check *a, const struct check *b)
{
	const cJSON *item;
	int n = 0;

	if (a == b || edge(a, b->id) || edge(b, a->id))
		return 0;
	cJSON_ArrayForEach(item, json_get_arr(a->head, "causes"))
		n += json_get_str(item, "check") && edge(b, json_get_str(item, "check"));
	for (int i = 0; i < p->set->n; i++)
		n += edge(p->set->v[i], a->id) && edge(p->set->v[i], b->id);
	return n;
}

static void show_alike(const struct page *p)
{
	int *common = xcalloc((size_t)p->set->n + 1, sizeof(*common));

	for (int i = 0; i < p->set->n; i++)
		common[i] = shared(p, p->c, p->set->v[i]);
	for (int k = 0; k < MAX_ALIKE; k++) {
		int best = 0;
		for (int i = 1; i < p->set->n; i++)
			best = common[i] > common[best] ? i : best;
		if (p->set->n == 0 || common[best] < MIN_SHARED)
			break;
		if (k == 0) {
			heading(p, "manual.confused");
			paragraph(p, word(p, "manual.confused_note"));
		}
		CLEAN(clean_free) char *n = fill(p, "manual.shared", common[best], "");
		fprintf(p->f, "%*s", INDENT, "");
		put_styled(p, TERM_CYAN, p->set->v[best]->id);
		fprintf(p->f, " (%s)\n", n);
		term_print_wrapped(p->f, title_of(p, p->set->v[best]), INDENT + 4, 80, INT_MAX);
		common[best] = 0;
	}
	free(common);
}

/* -- the rest -------------------------------------------------------------------------------------------------------------- */

/* In words; names as in schema/checks/FORMAT.md. Caller frees. */
static char *need_text(const struct page *p, const char *need)
{
	CLEAN(clean_free) char *key = xasprintf("table.%s", need);

	if (strcmp(need, "log") == 0)
		return fill(p, "manual.log", 0, "");
	if (strncmp(need, "log:", 4) == 0)
		return fill(p, "manual.log_unit", 0, need + 4);
	if (strncmp(need, "capture:", 8) == 0)
		return fill(p, "manual.capture", 0, need + 8);
	if (word(p, key) != key)
		return xstrdup(word(p, key));
	return fill(p, strchr(need, '_') ? "manual.table" : "manual.list", 0, need);
}

static void show_needs(const struct page *p)
{
	const cJSON *needs = json_get_arr(p->c->head, "needs"), *need, *one;

	if (!needs || !needs->child)
		return;
	heading(p, "manual.needs");
	paragraph(p, word(p, "manual.needs_note"));
	cJSON_ArrayForEach(need, needs) {
		struct buf b = BUF_MAX(4 << 10);
		const cJSON *first = cJSON_IsArray(need) ? need->child : need;
		for (one = first; one; one = cJSON_IsArray(need) ? one->next : NULL) {
			CLEAN(clean_free) char *text = need_text(p, cJSON_IsString(one) ? one->valuestring : "?");
			buf_printf(&b, NULL, "%s%s", one == first ? "- " : word(p, "manual.or"), text);
		}
		CLEAN(clean_free) char *line = buf_take(&b);
		paragraph(p, line);
	}
}

static void show_fix(const struct page *p)
{
	const cJSON *step;
	int n = 0;

	if (!json_get_arr(p->c->head, "fix"))
		return;
	heading(p, "manual.fix");
	cJSON_ArrayForEach(step, json_get_arr(p->c->head, "fix")) {
		const char *text = check_text(step, p->lang), *run = json_get_str(step, "run"), *on = json_get_str(step, "on");
		CLEAN(clean_free) char *line = xasprintf("%d. %s%s%s%s", ++n, text ? text : "", on ? " [" : "", on ? on : "", on ? "]" : "");
		paragraph(p, line);
		if (!run)
			continue;
		fprintf(p->f, "%*s", INDENT + 3, "");
		put_styled(p, TERM_CYAN, run);
		fputc('\n', p->f);
	}
}

static void show_line(const struct page *p, const char *key, const char *s)
{
	if (!s)
		return;
	heading(p, key);
	fprintf(p->f, "%*s", INDENT, "");
	put(p, s);
	fputc('\n', p->f);
}

static void show_refs(const struct page *p)
{
	const cJSON *item, *refs = json_get_arr(p->c->head, "refs");

	cJSON_ArrayForEach(item, refs)
		if (item == refs->child) {
			show_line(p, "manual.refs", cJSON_IsString(item) ? item->valuestring : "?");
		} else {
			fprintf(p->f, "%*s", INDENT, "");
			put(p, cJSON_IsString(item) ? item->valuestring : "?");
			fputc('\n', p->f);
		}
}

static void show_head(const struct page *p)
{
	const struct check *c = p->c;
	CLEAN(clean_free) char *severity = xasprintf("severity.%s", severity_name(c->severity));
	CLEAN(clean_free) char *confidence = xasprintf("confidence.%s", confidence_name(c->confidence));

	put_styled(p, TERM_BOLD, c->id);
	fprintf(p->f, "  %s, %s\n", word(p, severity), word(p, confidence));
	term_print_wrapped(p->f, title_of(p, c), 0, 80, INT_MAX);
	put_styled(p, TERM_DIM, c->path);
	fputc('\n', p->f);
	if (c->advice)
		fprintf(p->f, "%s\n", word(p, "manual.advice"));
	if (c->bad.code)
		show_line(p, "manual.bad", c->bad.msg);
}

static void show_all(const struct page *p)
{
	const char *why = check_text(json_get(p->c->head, "why"), p->lang);
	const char *sql = p->c->text + p->c->sql + strspn(p->c->text + p->c->sql, " \t\r\n");

	show_head(p);
	if (why) {
		heading(p, "manual.meaning");
		paragraph(p, why);
	}
	show_needs(p);
	show_alike(p);
	show_explained_by(p);
	show_causes(p);
	show_fix(p);
	show_line(p, "manual.verify", json_get_str(p->c->head, "verify"));
	show_line(p, "manual.k8s", json_get_str(p->c->head, "k8s"));
	show_refs(p);
	heading(p, "manual.sql");
	term_print_safe(p->f, sql, strlen(sql), true);
	if (*sql && sql[strlen(sql) - 1] != '\n')
		fputc('\n', p->f);
}

int checks_show(const struct checkset *set, const char *id, int lang, struct err *e)
{
	struct page p = {.set = set, .c = checkset_get(set, id), .lang = lang};

	if (!p.c) {
		err_set(e, ERR_ABSENT, "%.100s: no such check; `sickbay checks list` lists them", id);
		return EXIT_FAILED;
	}
	if (texts_load(lang, &p.texts, e) < 0)
		return EXIT_FAILED;
	pager_begin();
	p.f = stdout;
	show_all(&p);
	pager_end();
	cJSON_Delete(p.texts);
	return EXIT_DONE;
}
