/* diff: what changed between two bundles of one cluster. */
#include <string.h>

#include "analyze/checks.h"
#include "analyze/diff.h"
#include "analyze/report/report.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/source.h"

enum { TERMINAL_CHANGES = 8 };

static const char *const endings[] = {".txt", ".md", ".json", ".html"};
enum { END_TXT, END_MD, END_JSON, END_HTML };

static int ending_of(const char *path)
{
	size_t n = strlen(path);

	for (int i = 0; i < (int)ARRAY_LEN(endings); i++)
		if (n > strlen(endings[i]) && strcmp(path + n - strlen(endings[i]), endings[i]) == 0)
			return i;
	return -1;
}

static int write_file(const struct report *r, const char *path, struct err *e)
{
	CLEAN(clean_outfile) struct outfile *out = NULL;
	int ending = ending_of(path), rc = outfile_open(path, &out, e);

	if (rc < 0)
		return rc;
	FILE *f = outfile_stream(out);
	if (ending == END_TXT)
		report_put_changes(r, f, INT32_MAX);
	else if (ending == END_MD)
		rc = report_write_changes_markdown(r, f, e);
	else if (ending == END_JSON)
		rc = report_write_changes_json(r, f, e);
	else
		rc = report_write_changes_html(r, f, e);
	return rc < 0 ? err_wrap(e, "%s", path) : outfile_commit(out, e);
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_db) sqlite3 *before = NULL, *after = NULL;
	CLEAN(clean_diff) struct diff *d = NULL;
	CLEAN(clean_report) struct report *r = NULL;
	const char *old = cli_arg(a, 0), *new = cli_arg(a, 1), *lang = cli_value(a, "lang");
	int l = lang ? lang_parse(lang) : LANG_EN;

	if (l < 0) {
		err_set(e, ERR_USAGE, "--lang %.40s: there are en and zh", lang);
		return EXIT_USAGE;
	}

	for (int i = 0; i < cli_count(a, "output"); i++)
		if (ending_of(cli_nth(a, "output", i)) < 0) {
			err_set(e, ERR_USAGE, "-o %.200s: the ending picks the format, and must be .html, .md, .json or .txt", cli_nth(a, "output", i));
			return EXIT_USAGE;
		}
	if (strcmp(old, "-") == 0 && strcmp(new, "-") == 0) {
		err_set(e, ERR_USAGE, "-: standard input can be one bundle only");
		return EXIT_USAGE;
	}
	if (source_open(&old, 1, cli_value(a, "checks"), SOURCE_FINDINGS, &before, e) < 0 ||
	    source_open(&new, 1, cli_value(a, "checks"), SOURCE_FINDINGS, &after, e) < 0 || diff_run(before, after, l, &d, e) < 0 ||
	    report_of_changes(STEAL(d), l, &r, e) < 0)
		return EXIT_FAILED;
	for (int i = 0; i < cli_count(a, "output"); i++)
		if (write_file(r, cli_nth(a, "output", i), e) < 0)
			return EXIT_FAILED;
	if (cli_count(a, "output") == 0)
		report_put_changes(r, stdout, TERMINAL_CHANGES);
	return EXIT_DONE;
}

static const struct cli_option options[] = {
	{.name = "output", .letter = 'o', .value = "PATH", .repeat = true, .help = "write it; .html .md .json .txt"},
	{.name = "lang", .value = "en|zh", .help = "language of the words (en)"},
	{.name = "checks", .value = "DIR", .help = "further checks below DIR; same id replaces ours"},
	{0},
};

const struct cli_command cmd_diff = {
	.name = "diff",
	.summary = "show what changed between two bundles",
	.synopsis = "OLD NEW [-o PATH]... [options]",
	.about = "Compares two bundles of one cluster, or databases of `analyze -o x.db`: root\n"
	         "causes that came and went, nodes and their conditions, versions, objects (what\n"
	         "they ask for, not their status), images and certificates. What each section\n"
	         "compares is a query in schema/diff. What controllers make is told by its owner.\n\n"
	         "  sickbay diff monday.tar.zst today.tar.zst",
	.options = options,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
