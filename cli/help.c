/* help: the overview and the pages of the commands, all of it from the command table. */
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"

enum { WIDTH = 79, COLUMN = 27 };

/* Prints text from column `at` on, words wrapped, further lines indented to `indent`. */
static void print_wrapped(FILE *f, const char *text, int at, int indent)
{
	while (*text) {
		int n = (int)strcspn(text, " ");
		if (at > indent && at + 1 + n > WIDTH) {
			fprintf(f, "\n%*s", indent, "");
			at = indent;
		} else if (at > indent) {
			fputc(' ', f);
			at++;
		}
		fprintf(f, "%.*s", n, text);
		at += n;
		text += n + (text[n] == ' ');
	}
	fputc('\n', f);
}

static void print_option(FILE *f, const struct cli_option *o)
{
	if (!o->name) {
		fprintf(f, "\n%s\n", o->help);
		return;
	}
	int n = o->letter ? fprintf(f, "  -%c, ", o->letter) : fprintf(f, "      ");
	n += fprintf(f, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
	if (n > COLUMN - 2) {
		fputc('\n', f);
		n = 0;
	}
	fprintf(f, "%*s", COLUMN - n, "");
	print_wrapped(f, o->help, COLUMN, COLUMN);
}

void cli_print_help(FILE *f, const struct cli_command *c)
{
	CLEAN(clean_free) char *lead = xasprintf("Usage: %s %s", cli_program(), c->name);
	bool headed = c->options && !c->options->name && c->options->help;

	fputs(lead, f);
	if (*c->synopsis) {
		fputc(' ', f);
		print_wrapped(f, c->synopsis, (int)strlen(lead) + 1, (int)strlen(lead) + 1);
	} else {
		fputc('\n', f);
	}
	fprintf(f, "\n%s\n", c->about ? c->about : c->summary);
	if (!headed)
		fputs("\nOptions:\n", f);
	for (const struct cli_option *o = c->options; o && (o->name || o->help); o++)
		print_option(f, o);
	fprintf(f, "%s  -h, --help%*sshow this page\n", headed ? "\n" : "", COLUMN - 12, "");
}

void cli_print_overview(FILE *f)
{
	fprintf(f, "Usage: %s COMMAND [options]\n\n"
	        "Collects what a sick Kubernetes cluster knows about itself into one file, and\n"
	        "tells from that file alone what is wrong, why, and which commands fix it.\n\n", cli_program());
	for (const struct cli_command *const *c = cli_commands; *c; c++)
		fprintf(f, "  %-10s %s\n", (*c)->name, (*c)->summary);
	fprintf(f, "\nOn the sick cluster:   %s collect -o bundle.tar.zst\n"
	        "Anywhere, later:       %s analyze bundle.tar.zst -o report.html\n\n"
	        "`%s help COMMAND` shows a command's options. Exit status: 0 done,\n"
	        "1 could not do it, 2 bad usage, 3 done but not whole.\n", cli_program(), cli_program(), cli_program());
}

static int run(const struct cli_args *a, struct err *e)
{
	const char *name = cli_arg(a, 0);
	const struct cli_command *c = name ? cli_find(name) : NULL;

	if (name && !c) {
		err_set(e, ERR_USAGE, "%.80s: no such command; `%s help` lists them", name, cli_program());
		return EXIT_USAGE;
	}
	if (c)
		cli_print_help(stdout, c);
	else
		cli_print_overview(stdout);
	return EXIT_DONE;
}

static const struct cli_option options[] = {{0}};

const struct cli_command cmd_help = {
	.name = "help",
	.summary = "show how to use a command",
	.synopsis = "[COMMAND]",
	.about = "Shows what there is, or everything about one command.",
	.options = options,
	.max_args = 1,
	.run = run,
};
