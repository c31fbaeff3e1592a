/* main: finds the command, parses its options, prints its error once. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/term.h"
#include "base/text.h"
#include "cli/cli.h"
#include "collect/askpass.h"

const struct cli_command *const cli_commands[] = {
	&cmd_collect, &cmd_analyze, &cmd_query, &cmd_get, &cmd_logs, &cmd_describe, &cmd_diff, &cmd_checks, &cmd_inspect, &cmd_redact, &cmd_version, &cmd_help, NULL,
};

const struct cli_command *cli_find(const char *name)
{
	for (const struct cli_command *const *c = cli_commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

const char *cli_program(void)
{
	/* glibc keeps the last part of argv[0]. */
	return strncmp(program_invocation_short_name, "kubectl-", 8) == 0 ? "kubectl sickbay" : "sickbay";
}

/* Messages quote file names and servers; nothing in them may drive the terminal. */
static void print_error(const char *msg)
{
	fputs("sickbay: ", stderr);
	term_print_safe(stderr, msg, strlen(msg), true);
	fputc('\n', stderr);
}

static int unknown_command(const char *name)
{
	CLEAN(clean_free) char *msg = NULL;
	const char *near = NULL;
	int least = 3;

	for (const struct cli_command *const *c = cli_commands; *c; c++) {
		int d = text_distance((*c)->name, name, least);
		if (d < least) {
			least = d;
			near = (*c)->name;
		}
	}
	msg = near ? xasprintf("%s: no such command; did you mean `%s %s`?", name, cli_program(), near)
	           : xasprintf("%s: no such command; `%s help` lists them", name, cli_program());
	print_error(msg);
	return EXIT_USAGE;
}

/* What was printed must have arrived: a full disk behind "> file" is a failure, a reader who had enough is not. */
static int close_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status;
	CLEAN(clean_free) char *msg = xasprintf("standard output: %s", strerror(errno));
	print_error(msg);
	return status == EXIT_DONE ? EXIT_FAILED : status;
}

static int run_command(const struct cli_command *c, int argc, char **argv)
{
	CLEAN(clean_cli_args) struct cli_args *a = NULL;
	struct err e = {0};
	bool help;

	if (cli_parse(c, argc, argv, &a, &help, &e) < 0) {
		print_error(e.msg);
		fprintf(stderr, "`%s %s --help` shows its options.\n", cli_program(), c->name);
		return EXIT_USAGE;
	}
	if (help) {
		cli_print_help(stdout, c);
		return close_output(EXIT_DONE);
	}
	if (asset_init(&e) < 0) {
		print_error(e.msg);
		return EXIT_FAILED;
	}
	int status = c->run(a, &e);
	if (status == EXIT_FAILED && e.code == ERR_USAGE)
		status = EXIT_USAGE;
	status = close_output(status);
	if ((status == EXIT_FAILED || status == EXIT_USAGE) && e.code)
		print_error(e.msg);
	if (status == EXIT_USAGE && c != &cmd_help)
		fprintf(stderr, "`%s %s --help` shows its options.\n", cli_program(), c->name);
	return status;
}

/* A descriptor 0-2 that is closed would be given to the next file, and messages would land in it. */
static void open_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			_exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	open_standard_files();
	/* File names in archives are UTF-8; numbers and messages stay as in the C locale. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		(void)setlocale(LC_CTYPE, "");
	/* A reader that goes away, at the end of a pipe or of a connection, is an error of that write and nothing more. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* so is a limit on the size of files */

	/* ssh runs this program to be told a password. */
	const int asked = askpass_client(argc, argv);

	if (asked >= 0)
		return asked;
	if (argc < 2) {
		cli_print_overview(stderr);
		return EXIT_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	else if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	const struct cli_command *c = cli_find(name);
	return c ? run_command(c, argc - 2, argv + 2) : unknown_command(name);
}
