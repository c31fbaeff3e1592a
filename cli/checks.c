/* checks: lists, shows and lints the checks. */
#include <string.h>

#include "analyze/checks.h"
#include "analyze/signatures.h"
#include "base/term.h"
#include "cli/cli.h"

static void put(const char *s)
{
	term_print_safe(stdout, s, strlen(s), false);
}

static void put_styled(enum term_style style, const char *s)
{
	term_style(stdout, style);
	put(s);
	term_style(stdout, TERM_PLAIN);
}

/* -- list ----------------------------------------------------------------------------------------------------------------- */

static int list(const struct checkset *set, int lang)
{
	int id_width = 0, area_width = 0;

	for (int i = 0; i < set->n; i++) {
		int id = (int)strlen(set->v[i]->id), area = (int)strlen(set->v[i]->area);
		id_width = id > id_width ? id : id_width;
		area_width = area > area_width ? area : area_width;
	}
	for (int i = 0; i < set->n; i++) {
		const struct check *c = set->v[i];
		const char *title = check_text(json_get(c->head, "title"), lang);
		put(c->id);
		printf("%*s", id_width - (int)strlen(c->id) + 2, "");
		printf("%-8s  ", severity_name(c->severity));
		put(c->area);
		printf("%*s", area_width - (int)strlen(c->area) + 2, "");
		put(title ? title : c->bad.code ? c->bad.msg : "");
		putchar('\n');
	}
	return EXIT_DONE;
}

/* -- show ----------------------------------------------------------------------------------------------------------------- */

static void heading(const char *s)
{
	putchar('\n');
	put_styled(TERM_BOLD, s);
	putchar('\n');
}

static void indented(const char *s)
{
	fputs("    ", stdout);
	put(s);
	putchar('\n');
}

/* Words within 80 columns. */
static void paragraph(const char *s)
{
	int column = 0;

	while (*s) {
		size_t n = strcspn(s, " \n");
		if (column && column + 1 + n > 74) {
			putchar('\n');
			column = 0;
		}
		fputs(column ? " " : "    ", stdout);
		term_print_safe(stdout, s, n, false);
		column += (int)n + (column > 0);
		s += n;
		s += strspn(s, " \n");
	}
	putchar('\n');
}

static void show_needs(const cJSON *needs)
{
	const cJSON *need, *one;

	cJSON_ArrayForEach(need, needs) {
		if (cJSON_IsString(need)) {
			indented(need->valuestring);
			continue;
		}
		fputs("    ", stdout);
		cJSON_ArrayForEach(one, need) {
			if (one != need->child)
				fputs(" or ", stdout);
			put(cJSON_IsString(one) ? one->valuestring : "?");
		}
		putchar('\n');
	}
}

static void show_causes(const cJSON *causes)
{
	const cJSON *item, *one;

	cJSON_ArrayForEach(item, causes) {
		const cJSON *list = json_get_arr(item, "when");
		fputs("    ", stdout);
		put(json_get_str(item, "check") ? json_get_str(item, "check") : "?");
		fputs(" (", stdout);
		if (json_get_str(item, "when"))
			put(json_get_str(item, "when"));
		cJSON_ArrayForEach(one, list) {
			if (one != list->child)
				fputs(", ", stdout);
			put(cJSON_IsString(one) ? one->valuestring : "?");
		}
		fputs(")\n", stdout);
	}
}

static void show_fix(const cJSON *fix, int lang)
{
	const cJSON *step;
	int n = 0;

	cJSON_ArrayForEach(step, fix) {
		const char *text = check_text(step, lang), *run = json_get_str(step, "run"), *on = json_get_str(step, "on");
		printf("    %d. ", ++n);
		put(text ? text : "");
		if (on) {
			fputs(" [", stdout);
			put(on);
			putchar(']');
		}
		putchar('\n');
		if (run) {
			fputs("       ", stdout);
			put_styled(TERM_CYAN, run);
			putchar('\n');
		}
	}
}

static void show_text(const cJSON *head, const char *key, const char *title, int lang)
{
	const char *s = check_text(json_get(head, key), lang);

	if (!s)
		return;
	heading(title);
	paragraph(s);
}

static void show_list(const cJSON *head, const char *key, const char *title)
{
	const cJSON *item;

	if (!json_get_arr(head, key))
		return;
	heading(title);
	cJSON_ArrayForEach(item, json_get_arr(head, key))
		indented(cJSON_IsString(item) ? item->valuestring : "?");
}

static int show(const struct checkset *set, const char *id, int lang, struct err *e)
{
	const struct check *c = checkset_get(set, id);

	if (!c) {
		err_set(e, ERR_ABSENT, "%.100s: no such check; `sickbay checks list` lists them", id);
		return EXIT_FAILED;
	}
	const char *title = check_text(json_get(c->head, "title"), lang);
	put_styled(TERM_BOLD, c->id);
	printf("  %s, confidence %s%s\n", severity_name(c->severity), confidence_name(c->confidence), c->advice ? ", advice" : "");
	put(title ? title : "");
	putchar('\n');
	put_styled(TERM_DIM, c->path);
	putchar('\n');
	if (c->bad.code) {
		heading("Cannot be used");
		indented(c->bad.msg);
	}
	show_text(c->head, "why", "Why", lang);
	if (json_get_arr(c->head, "needs") && json_get_arr(c->head, "needs")->child) {
		heading("Needs");
		show_needs(json_get_arr(c->head, "needs"));
	}
	if (json_get_str(c->head, "k8s")) {
		heading("Kubernetes");
		indented(json_get_str(c->head, "k8s"));
	}
	if (json_get_arr(c->head, "causes")) {
		heading("Causes");
		show_causes(json_get_arr(c->head, "causes"));
	}
	heading("Fix");
	show_fix(json_get_arr(c->head, "fix"), lang);
	show_text(c->head, "verify", "Verify", lang);
	show_list(c->head, "refs", "References");
	heading("SQL");
	const char *sql = c->text + c->sql + strspn(c->text + c->sql, " \t\r\n");
	term_print_safe(stdout, sql, strlen(sql), true);
	if (*sql && sql[strlen(sql) - 1] != '\n')
		putchar('\n');
	return EXIT_DONE;
}

/* -- lint ----------------------------------------------------------------------------------------------------------------- */

static void print_mistake(void *arg, const char *message)
{
	(void)arg;
	put(message);
	putchar('\n');
}

static void print_signature_mistake(void *arg, const char *file, const char *message)
{
	(void)arg;
	put(file);
	fputs(": ", stdout);
	put(message);
	putchar('\n');
}

static int lint(const char *dir, struct err *e)
{
	int checks = checks_lint(dir, print_mistake, NULL, e);

	if (checks < 0)
		return EXIT_FAILED;
	int n = checks + signatures_lint(dir, print_signature_mistake, NULL);
	if (n > 0)
		err_set(e, ERR_FORMAT, "%s: %d mistake%s", dir ? dir : "checks", n, n == 1 ? "" : "s");
	return n > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_checkset) struct checkset *set = NULL;
	const char *what = cli_argc(a) ? cli_arg(a, 0) : "list", *lang = cli_value(a, "lang");
	int l = lang ? lang_parse(lang) : LANG_EN;

	if (l < 0) {
		err_set(e, ERR_USAGE, "--lang %.40s: there are en and zh", lang);
		return EXIT_USAGE;
	}
	if (strcmp(what, "lint") == 0)
		return lint(cli_argc(a) > 1 ? cli_arg(a, 1) : NULL, e);
	if (checkset_load(cli_value(a, "checks"), &set, e) < 0)
		return EXIT_FAILED;
	if (strcmp(what, "list") == 0 && cli_argc(a) < 2)
		return list(set, l);
	if (strcmp(what, "show") == 0 && cli_argc(a) == 2)
		return show(set, cli_arg(a, 1), l, e);
	if (strcmp(what, "show") == 0)
		err_set(e, ERR_USAGE, "show: which check? `sickbay checks list` lists them");
	else
		err_set(e, ERR_USAGE, "%.60s: there are list, show ID and lint [DIR]", what);
	return EXIT_USAGE;
}

static const struct cli_option options[] = {
	{.name = "checks", .value = "DIR", .help = "further checks below DIR; same id replaces ours"},
	{.name = "lang", .value = "en|zh", .help = "language of titles and texts (en)"},
	{0},
};

const struct cli_command cmd_checks = {
	.name = "checks",
	.summary = "list, show and lint the checks",
	.synopsis = "[list | show ID | lint [DIR]] [options]",
	.about = "list: one check a line, its id first. show: all about one, its SQL too. lint:\n"
	         "what is wrong with the check files and signatures below DIR, or with those\n"
	         "compiled in, as file:line:column: message; exit 1 when there is a mistake.\n\n"
	         "  sickbay checks show node-disk-full\n"
	         "  sickbay checks lint ./my-checks",
	.options = options,
	.min_args = 0,
	.max_args = 2,
	.run = run,
};
