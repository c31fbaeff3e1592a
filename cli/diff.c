/* diff: what changed between two bundles of one cluster. */
#include <string.h>

#include "analyze/diff.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/cli.h"
#include "cli/source.h"

enum { TERMINAL_CHANGES = 8 };

/* -- text ---------------------------------------------------------------------------------------------------------- */

static void put(FILE *f, const char *s)
{
	term_print_safe(f, s, strlen(s), false);
}

static void put_change(FILE *f, const struct diff_change *c)
{
	fputs("      ", f);
	put(f, c->path ? c->path : "");
	fputs(": ", f);
	put(f, c->before ? c->before : "(none)");
	fputs(" -> ", f);
	put(f, c->after ? c->after : "(none)");
	fputc('\n', f);
}

static void put_item(FILE *f, const struct diff_item *it, int most)
{
	static const char signs[] = "+-~";
	static const enum term_style styles[] = {TERM_GREEN, TERM_RED, TERM_YELLOW};

	term_style(f, styles[it->state]);
	fprintf(f, "  %c ", signs[it->state]);
	put(f, it->key);
	term_style(f, TERM_PLAIN);
	/* What came or went with a single word to it (a root cause's title) says so; an object's whole text would be too much. */
	if (it->state != DIFF_CHANGED && it->n == 1) {
		const char *v = it->changes[0].before ? it->changes[0].before : it->changes[0].after;
		fputs(*v ? ": " : "", f);
		put(f, v);
	}
	fputc('\n', f);
	for (int i = 0; it->state == DIFF_CHANGED && i < it->n && i < most; i++)
		put_change(f, &it->changes[i]);
	int more = it->state != DIFF_CHANGED ? 0 : it->more + (it->n > most ? it->n - most : 0);
	if (more)
		fprintf(f, "      and %d more\n", more);
}

static void write_text(const struct diff *d, FILE *f, int most)
{
	bool any = false;

	for (int i = 0; i < d->n; i++) {
		const struct diff_section *s = &d->sections[i];
		if (s->n == 0)
			continue;
		fputs(any ? "\n" : "", f);
		any = true;
		term_style(f, TERM_BOLD);
		fprintf(f, "%s\n", s->title);
		term_style(f, TERM_PLAIN);
		for (int k = 0; k < s->n; k++)
			put_item(f, &s->items[k], most);
		if (s->more)
			fprintf(f, "  and %d more\n", s->more);
	}
	if (!any)
		fputs("Nothing changed.\n", f);
}

/* -- markdown ------------------------------------------------------------------------------------------------------ */

/* As code, where nothing is markup; what would end the code is replaced. */
static void put_code(FILE *f, const char *s)
{
	CLEAN(clean_free) char *text = xstrdup(s && *s ? s : "(none)");

	for (char *p = text; *p; p++)
		*p = *p == '`' ? '\'' : *p == '\n' || *p == '\r' ? ' ' : *p;
	fputc('`', f);
	put(f, text);
	fputc('`', f);
}

static void write_markdown(const struct diff *d, FILE *f)
{
	fputs("# What changed\n", f);
	for (int i = 0; i < d->n; i++) {
		const struct diff_section *s = &d->sections[i];
		fprintf(f, "\n## %s\n\n", s->title);
		if (s->n == 0)
			fputs("No change.\n", f);
		for (int k = 0; k < s->n; k++) {
			const struct diff_item *it = &s->items[k];
			fprintf(f, "- %s ", diff_state_name(it->state));
			put_code(f, it->key);
			if (it->state != DIFF_CHANGED && it->n == 1 && *(it->changes[0].before ? it->changes[0].before : it->changes[0].after)) {
				fputs(": ", f);
				put_code(f, it->changes[0].before ? it->changes[0].before : it->changes[0].after);
			}
			fputc('\n', f);
			for (int c = 0; it->state == DIFF_CHANGED && c < it->n; c++) {
				fputs("  - ", f);
				put_code(f, it->changes[c].path);
				fputs(": ", f);
				put_code(f, it->changes[c].before);
				fputs(" → ", f);
				put_code(f, it->changes[c].after);
				fputc('\n', f);
			}
			if (it->more)
				fprintf(f, "  - and %d more\n", it->more);
		}
		if (s->more)
			fprintf(f, "- and %d more\n", s->more);
	}
}

/* -- json ---------------------------------------------------------------------------------------------------------- */

static int write_bytes(void *arg, const void *p, size_t n, struct err *e)
{
	return fwrite(p, 1, n, arg) == n ? 0 : err_errno(e, "diff");
}

static void json_item(struct jsonw *w, const struct diff_item *it)
{
	jsonw_object(w);
	jsonw_key(w, "state");
	jsonw_str(w, diff_state_name(it->state));
	jsonw_key(w, "key");
	jsonw_str(w, it->key);
	jsonw_key(w, "changes");
	jsonw_array(w);
	for (int c = 0; c < it->n; c++) {
		jsonw_object(w);
		jsonw_key(w, "path");
		jsonw_str(w, it->changes[c].path);
		jsonw_key(w, "before");
		jsonw_str(w, it->changes[c].before);
		jsonw_key(w, "after");
		jsonw_str(w, it->changes[c].after);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_key(w, "more");
	jsonw_int(w, it->more);
	jsonw_end(w);
}

static int write_json(const struct diff *d, FILE *f, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, write_bytes, f, 2, e);
	jsonw_object(&w);
	jsonw_key(&w, "sickbay_diff");
	jsonw_int(&w, 1);
	jsonw_key(&w, "sections");
	jsonw_array(&w);
	for (int i = 0; i < d->n; i++) {
		jsonw_object(&w);
		jsonw_key(&w, "id");
		jsonw_str(&w, d->sections[i].id);
		jsonw_key(&w, "title");
		jsonw_str(&w, d->sections[i].title);
		jsonw_key(&w, "items");
		jsonw_array(&w);
		for (int k = 0; k < d->sections[i].n; k++)
			json_item(&w, &d->sections[i].items[k]);
		jsonw_end(&w);
		jsonw_key(&w, "more");
		jsonw_int(&w, d->sections[i].more);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	jsonw_end(&w);
	int rc = jsonw_finish(&w);
	if (rc == 0)
		fputc('\n', f);
	return rc;
}

/* -- the command --------------------------------------------------------------------------------------------------- */

static const char *const endings[] = {".txt", ".md", ".json"};
enum { END_TXT, END_MD, END_JSON };

static int ending_of(const char *path)
{
	size_t n = strlen(path);

	for (int i = 0; i < (int)ARRAY_LEN(endings); i++)
		if (n > strlen(endings[i]) && strcmp(path + n - strlen(endings[i]), endings[i]) == 0)
			return i;
	return -1;
}

static int write_file(const struct diff *d, const char *path, struct err *e)
{
	CLEAN(clean_outfile) struct outfile *out = NULL;
	int ending = ending_of(path), rc = outfile_open(path, &out, e);

	if (rc < 0)
		return rc;
	FILE *f = outfile_stream(out);
	if (ending == END_TXT)
		write_text(d, f, INT32_MAX);
	else if (ending == END_MD)
		write_markdown(d, f);
	else
		rc = write_json(d, f, e);
	return rc < 0 ? rc : outfile_commit(out, e);
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_db) sqlite3 *before = NULL, *after = NULL;
	CLEAN(clean_diff) struct diff *d = NULL;
	const char *old = cli_arg(a, 0), *new = cli_arg(a, 1);

	for (int i = 0; i < cli_count(a, "output"); i++)
		if (ending_of(cli_nth(a, "output", i)) < 0) {
			err_set(e, ERR_USAGE, "-o %.200s: the ending picks the format, and must be .txt, .md or .json", cli_nth(a, "output", i));
			return EXIT_USAGE;
		}
	if (strcmp(old, "-") == 0 && strcmp(new, "-") == 0) {
		err_set(e, ERR_USAGE, "-: standard input can be one bundle only");
		return EXIT_USAGE;
	}
	if (source_open(&old, 1, cli_value(a, "checks"), SOURCE_FINDINGS, &before, e) < 0 ||
	    source_open(&new, 1, cli_value(a, "checks"), SOURCE_FINDINGS, &after, e) < 0 || diff_run(before, after, &d, e) < 0)
		return EXIT_FAILED;
	for (int i = 0; i < cli_count(a, "output"); i++)
		if (write_file(d, cli_nth(a, "output", i), e) < 0)
			return EXIT_FAILED;
	if (cli_count(a, "output") == 0)
		write_text(d, stdout, TERMINAL_CHANGES);
	return EXIT_DONE;
}

static const struct cli_option options[] = {
	{.name = "output", .letter = 'o', .value = "PATH", .repeat = true, .help = "write it; .txt .md .json"},
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
	         "compares is a query in schema/diff.\n\n"
	         "  sickbay diff monday.tar.zst today.tar.zst",
	.options = options,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
