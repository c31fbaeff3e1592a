#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/term.h"

static pid_t child = -1;
static int terminal = -1; /* standard output as it was */

static void become(const char *command, int in)
{
	if (dup2(in, STDIN_FILENO) < 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	/* less: leave at once when all fits on the screen, keep it there. What the user set counts. */
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

void pager_begin(void)
{
	const char *command = getenv("PAGER");
	int fd[2];

	if (!command)
		command = access("/usr/bin/less", X_OK) == 0 ? "less" : "";
	if (!term_is_tty(stdout) || !*command || strcmp(command, "cat") == 0 || pipe2(fd, O_CLOEXEC) < 0)
		return;
	fflush(stdout);
	terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	child = terminal < 0 ? -1 : fork();
	if (child == 0)
		become(command, fd[0]);
	close(fd[0]);
	if (child > 0 && dup2(fd[1], STDOUT_FILENO) >= 0)
		term_paged(terminal);
	close(fd[1]);
}

bool pager_end(void)
{
	if (child <= 0)
		return false;
	bool left = fflush(stdout) != 0 || ferror(stdout);
	clearerr(stdout);
	dup2(terminal, STDOUT_FILENO); /* the pager's input ends here */
	term_paged(-1);
	close(terminal);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	child = -1;
	return left;
}
