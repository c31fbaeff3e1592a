/* analyze: a bundle in, its root causes out. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "analyze/analyze.h"
#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/term.h"
#include "cli/cli.h"
#include "cli/source.h"

/* -- what may be asked for -------------------------------------------------------------------------------------------- */

enum { MAX_BUNDLES = 100 };

static const char *const endings[] = {".html", ".md", ".json", ".txt", ".db"};
enum format { FORMAT_HTML, FORMAT_MD, FORMAT_JSON, FORMAT_TXT, FORMAT_DB, FORMAT_NONE = -1 };

static enum format format_of(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t k = strlen(endings[i]);
		if (n > k && strcmp(path + n - k, endings[i]) == 0)
			return (enum format)i;
	}
	return FORMAT_NONE;
}

struct request {
	int lang, fail_on; /* fail_on: a severity, -1: never */
	const char *checks_dir, *before;
};

static int read_request(const struct cli_args *a, struct request *q, struct err *e)
{
	const char *lang = cli_value(a, "lang"), *fail_on = cli_value(a, "fail-on");

	q->lang = lang ? lang_parse(lang) : LANG_EN;
	q->fail_on = fail_on ? severity_parse(fail_on) : -1;
	q->checks_dir = cli_value(a, "checks");
	q->before = cli_value(a, "before");
	if (q->lang < 0)
		return err_set(e, ERR_USAGE, "--lang %.40s: there are en and zh", lang);
	if (fail_on && q->fail_on < 0)
		return err_set(e, ERR_USAGE, "--fail-on %.40s: there are critical, warning and info", fail_on);
	for (int i = 0; i < cli_count(a, "output"); i++) {
		const char *path = cli_nth(a, "output", i);
		if (format_of(path) == FORMAT_NONE)
			return err_set(e, ERR_USAGE, "-o %.200s: the ending picks the format, and must be .html, .md, .json, .txt or .db", path);
		for (int k = 0; k < i; k++)
			if (strcmp(path, cli_nth(a, "output", k)) == 0)
				return err_set(e, ERR_USAGE, "-o %.200s: given twice", path);
	}
	return 0;
}

/* -- progress ---------------------------------------------------------------------------------------------------------- */

struct progress {
	bool on, shown;
	int64_t last;
};

static void show(struct progress *p, const char *what)
{
	fprintf(stderr, "\r\x1b[K%s", what);
	fflush(stderr);
	p->shown = true;
}

static void on_progress(void *arg, int64_t bytes, const char *path)
{
	struct progress *p = arg;
	int64_t now = clock_mono();
	char size[16];

	(void)path;
	if (!p->on || now - p->last < US_PER_S / 10)
		return;
	p->last = now;
	CLEAN(clean_free) char *line = xasprintf("reading %s", file_format_size(bytes, size));
	show(p, line);
}

static void end_progress(struct progress *p)
{
	if (p->shown)
		fputs("\r\x1b[K", stderr);
	p->shown = false;
}

/* -- the work ------------------------------------------------------------------------------------------------------------- */

static bool with_tables(const char *path)
{
	return format_of(path) == FORMAT_HTML || format_of(path) == FORMAT_MD;
}

static int write_file(const struct report *r, sqlite3 *db, const char *path, struct err *e)
{
	CLEAN(clean_outfile) struct outfile *out = NULL;
	enum format format = format_of(path);
	int rc;

	if (format == FORMAT_DB)
		return report_write_db(db, path, e);
	rc = outfile_open(path, &out, e);
	if (rc < 0)
		return rc;
	FILE *f = outfile_stream(out);
	if (format == FORMAT_HTML)
		rc = report_write_html(r, f, e);
	else if (format == FORMAT_MD)
		rc = report_write_markdown(r, f, e);
	else if (format == FORMAT_JSON)
		rc = report_write_json(r, f, e);
	else
		rc = report_write_text(r, f, NULL, e);
	return rc < 0 ? err_wrap(e, "%s", path) : outfile_commit(out, e);
}

static int diagnose(sqlite3 *db, const char *const *bundles, int n, const struct request *q, struct progress *p, struct err *e)
{
	struct load_opts o = {.limits = bundle_limits_default, .checks_dir = q->checks_dir, .progress = on_progress, .arg = p};
	int rc = schema_create(db, e);

	if (rc == 0)
		rc = load_bundles(db, bundles, n, &o, e);
	if (rc == 0 && p->on)
		show(p, "checking");
	if (rc >= 0)
		rc = schema_finish(db, e);
	if (rc == 0)
		rc = findings_make(db, q->checks_dir, e);
	if (rc < 0 && strstr(e->msg, "disk is full")) {
		const char *dir = getenv("TMPDIR");
		rc = err_set(e, ERR_IO, "%.300s: no room for the working database in %.80s: set TMPDIR to a folder with about 3 times the "
		             "bundle's unpacked size", bundles[0], dir && *dir ? dir : "/tmp");
	}
	return rc;
}

/* The earlier bundle is analysed alike, or is a database that holds its analysis. */
static int load_changes(const char *before, const struct request *q, sqlite3 *db, struct report *r, struct err *e)
{
	CLEAN(clean_db) sqlite3 *old = NULL;
	int rc = source_open(&before, 1, q->checks_dir, SOURCE_FINDINGS, &old, e);

	return rc < 0 ? rc : report_load_changes(old, db, r, e);
}

/* Bundles of two clusters make a report that looks like one; who pipes it on would not see its head. */
static void warn_of_mixture(const struct report *r)
{
	for (int i = 0; i < r->warning_count; i++) {
		const struct report_warning *w = &r->warnings[i];
		if (strncmp(w->key, "report.mixed", 12) != 0)
			continue;
		fputs("sickbay: ", stderr);
		term_print_safe(stderr, w->text, strlen(w->text), false);
		fputc('\n', stderr);
	}
}

static bool fails(const struct report *r, int severity)
{
	for (int i = 0; severity >= 0 && i < r->root_count; i++)
		if (r->findings[r->roots[i]].root_severity >= severity)
			return true;
	return false;
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN(clean_report) struct report *r = NULL;
	struct progress p = {.on = term_is_tty(stderr)};
	int n = cli_argc(a), stdin_used;
	const char *bundles[MAX_BUNDLES];
	struct request q;

	if (read_request(a, &q, e) < 0)
		return EXIT_USAGE;
	if (n > MAX_BUNDLES) {
		err_set(e, ERR_USAGE, "at most %d bundles make one case; %d were given", MAX_BUNDLES, n);
		return EXIT_USAGE;
	}
	stdin_used = q.before && strcmp(q.before, "-") == 0;
	for (int i = 0; i < n; i++) {
		bundles[i] = cli_arg(a, i);
		stdin_used += strcmp(bundles[i], "-") == 0;
	}
	if (stdin_used > 1) {
		err_set(e, ERR_USAGE, "-: standard input can be one bundle only");
		return EXIT_USAGE;
	}
	int rc = db_create(NULL, &db, e);
	if (rc == 0)
		rc = diagnose(db, bundles, n, &q, &p, e);
	if (rc == 0)
		rc = report_load(db, q.lang, &r, e);
	if (rc == 0 && q.before)
		rc = load_changes(q.before, &q, db, r, e);
	for (int i = 0; rc == 0 && i < cli_count(a, "output"); i++)
		if (r->table_count == 0 && with_tables(cli_nth(a, "output", i)))
			rc = report_load_tables(db, r, e);
	for (int i = 0; rc == 0 && i < cli_count(a, "output"); i++)
		if (!r->timeline.lane_count && format_of(cli_nth(a, "output", i)) == FORMAT_HTML)
			report_load_page(db, r);
	end_progress(&p);
	for (int i = 0; rc == 0 && i < cli_count(a, "output"); i++)
		rc = write_file(r, db, cli_nth(a, "output", i), e);
	if (rc == 0 && cli_count(a, "output") == 0)
		rc = report_write_text(r, stdout, cli_given(a, "verbose") ? NULL : cli_arg(a, 0), e);
	if (rc < 0)
		return EXIT_FAILED;
	warn_of_mixture(r);
	return fails(r, q.fail_on) ? EXIT_PARTIAL : EXIT_DONE;
}

static const struct cli_option options[] = {
	{.name = "output", .letter = 'o', .value = "PATH", .repeat = true, .help = "write a report; .html .md .json .txt .db"},
	{.name = "verbose", .letter = 'v', .help = "all of it to the terminal, not a screenful"},
	{.name = "before", .value = "BUNDLE", .help = "tell what changed since that earlier bundle"},
	{.name = "lang", .value = "en|zh", .help = "language of the report (en)"},
	{.name = "checks", .value = "DIR", .help = "further checks below DIR; same id replaces ours"},
	{.name = "fail-on", .value = "SEVERITY", .help = "exit 3 when a root cause is that severe"},
	{0},
};

const struct cli_command cmd_analyze = {
	.name = "analyze",
	.summary = "find the root causes in a bundle",
	.synopsis = "BUNDLE... [-o PATH]... [options]",
	.about = "Reads a bundle, looks for known faults, and says which of them explain the\n"
	         "others: with the line that proves each, and the commands that fix it. Needs\n"
	         "no cluster and no network. Without -o, a summary goes to the terminal.\n"
	         "Severities are critical, warning and info.\n\n"
	         "BUNDLE is ours, or a troubleshoot.sh bundle, a must-gather, a sos report, a\n"
	         "`kubectl cluster-info dump`, a Rancher or Insights archive, or a folder of\n"
	         "`kubectl get -o json` and logs; packed, unpacked, or - for standard input.\n"
	         "Several of one cluster make one case.\n\n"
	         "  sickbay analyze b.tar.zst\n"
	         "  sickbay analyze must-gather.tar.xz sosreport-node1.tar.xz -o report.html",
	.options = options,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
