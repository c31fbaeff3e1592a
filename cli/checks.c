/* checks: lists, shows and lints the checks. */
#include <string.h>

#include "analyze/checks.h"
#include "analyze/signatures.h"
#include "base/term.h"
#include "cli/checks_show.h"
#include "cli/cli.h"

static void put(const char *s)
{
	term_print_safe(stdout, s, strlen(s), false);
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
		return checks_show(set, cli_arg(a, 1), l, e);
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
	.about = "list: one check a line, its id first. show: a page about one. lint:\n"
	         "what is wrong with the check files and signatures below DIR, or with those\n"
	         "compiled in, as file:line:column: message; exit 1 when there is a mistake.\n\n"
	         "  sickbay checks show node-disk-full\n"
	         "  sickbay checks lint ./my-checks",
	.options = options,
	.min_args = 0,
	.max_args = 2,
	.run = run,
};
