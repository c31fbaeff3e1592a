/* cli: the command table. One file a command, each exporting one entry; usage, --help and dispatch come from it. */
#ifndef SICKBAY_CLI_CLI_H
#define SICKBAY_CLI_CLI_H
#include "base/err.h"
#include <stdbool.h>
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PARTIAL = 3 };

struct cli_option {
	const char *name;  /* "kubeconfig", without dashes */
	char letter;       /* 'o' or 0 */
	const char *value; /* "FILE": takes a value, shown in the help; NULL: a switch */
	bool repeat;       /* may be given more than once */
	const char *help;  /* one line, ends up within 80 columns; a NULL-name option with help is a heading */
};
struct cli_args; /* what was given */
/* Value of the last --name, or NULL; "" for a switch that was given. An undeclared name is an assertion failure. */
const char *cli_value(const struct cli_args *a, const char *name);
bool cli_given(const struct cli_args *a, const char *name);
int cli_count(const struct cli_args *a, const char *name);
const char *cli_nth(const struct cli_args *a, const char *name, int i);
int cli_argc(const struct cli_args *a); /* positional arguments */
const char *cli_arg(const struct cli_args *a, int i);

struct cli_command {
	const char *name;     /* "collect" */
	const char *summary;  /* "gather a bundle" */
	const char *synopsis; /* "[-o FILE] [options]" */
	const char *about;    /* a few lines under the synopsis; may end with examples */
	const struct cli_option *options; /* ends with an entry whose name and help are NULL */
	int min_args, max_args; /* positional; max -1: any number */
	/* Returns the exit status. Errors: fill e and return EXIT_FAILED or EXIT_USAGE; main prints "sickbay: WHAT: WHY". */
	int (*run)(const struct cli_args *a, struct err *e);
};
extern const struct cli_command cmd_collect, cmd_analyze, cmd_query, cmd_get, cmd_logs, cmd_describe, cmd_diff, cmd_checks, cmd_inspect, cmd_redact, cmd_version, cmd_help;

/* The commands in the order of the help, ended by NULL. */
extern const struct cli_command *const cli_commands[];
const struct cli_command *cli_find(const char *name); /* NULL when there is none */
/* "sickbay", or "kubectl sickbay" when run as a plugin of kubectl. For usage lines; errors always say "sickbay". */
const char *cli_program(void);
/* The overview and the page of one command, from the table. */
void cli_print_overview(FILE *f);
void cli_print_help(FILE *f, const struct cli_command *c);
/* Parses argv[0..argc-1], the words behind the command's name; options may stand anywhere before "--".
 * ERR_USAGE says what is wrong. *help is set when --help or -h is among them. */
int cli_parse(const struct cli_command *c, int argc, char **argv, struct cli_args **out, bool *help, struct err *e);
void clean_cli_args(struct cli_args **a);

#endif
