#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/term.h"

static pid_t child = -1;

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

FILE *pager_open(void)
{
	const char *command = getenv("PAGER");
	int fd[2];

	if (!command)
		command = access("/usr/bin/less", X_OK) == 0 ? "less" : "";
	if (!term_is_tty(stdout) || !*command || strcmp(command, "cat") == 0 || pipe2(fd, O_CLOEXEC) < 0)
		return stdout;
	fflush(stdout);
	child = fork();
	if (child == 0)
		become(command, fd[0]);
	close(fd[0]);
	FILE *f = child > 0 ? fdopen(fd[1], "w") : NULL;
	if (!f)
		close(fd[1]);
	return f ? f : stdout;
}

void pager_close(FILE *f)
{
	if (f == stdout)
		return;
	fclose(f);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}
