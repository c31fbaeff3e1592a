#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	TICK_MS = 200,            /* how often cancel and the child are looked at */
	TERM_GRACE_US = 2000000,  /* between SIGTERM and SIGKILL */
	KILL_GRACE_US = 2000000,  /* how long a killed child may stay, in a system call that does not end, before we go on */
	PIPE_GRACE_US = 2000000,  /* how long others may hold the pipes of a child that has ended */
};

enum { P_IN, P_OUT, P_ERR, NPIPES };

struct child {
	const struct proc_opts *o;
	pid_t pid;
	int fd[NPIPES];        /* our ends; -1 when closed */
	size_t in_done;        /* bytes of standard input written */
	bool ended;            /* it is a zombie or gone */
	int64_t ended_at;
	int64_t term_at, kill_at; /* when the signals were sent, 0 before */
	int rc;                /* the callback's failure */
	struct proc_result *r;
	struct err *e;
};

extern char **environ;

/* Those that run now; 0 is a free place. One that finds none is only missing from proc_kill_all. */
static _Atomic(pid_t) running[1024];

static void note_running(pid_t pid)
{
	for (size_t i = 0; i < ARRAY_LEN(running); i++) {
		pid_t none = 0;
		if (atomic_compare_exchange_strong(&running[i], &none, pid))
			return;
	}
}

static void forget_running(pid_t pid)
{
	for (size_t i = 0; i < ARRAY_LEN(running); i++) {
		pid_t it = pid;
		if (atomic_compare_exchange_strong(&running[i], &it, 0))
			return;
	}
}

void proc_kill_all(void)
{
	for (size_t i = 0; i < ARRAY_LEN(running); i++) {
		pid_t pid = atomic_load(&running[i]);
		if (pid > 0 && kill(-pid, SIGKILL) != 0)
			kill(pid, SIGKILL);
	}
}

char *proc_which(const char *name)
{
	const char *path = getenv("PATH");
	struct stat st;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
	if (!path || !*path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*name) {
		size_t n = strcspn(path, ":");
		char *full = xasprintf("%.*s/%s", n ? (int)n : 1, n ? path : ".", name);
		if (access(full, X_OK) == 0 && stat(full, &st) == 0 && S_ISREG(st.st_mode))
			return full;
		free(full);
		if (!path[n])
			break;
		path += n + 1;
	}
	return NULL;
}

/* Our environment with the additions; an addition replaces a variable of the same name. */
static char **make_env(const char *const *add)
{
	size_t nold = 0, nadd = 0, n = 0;

	while (environ && environ[nold])
		nold++;
	while (add && add[nadd])
		nadd++;
	char **env = xcalloc(nold + nadd + 1, sizeof(*env));
	for (size_t i = 0; i < nold; i++) {
		bool replaced = false;
		for (size_t k = 0; k < nadd && !replaced; k++) {
			const char *eq = strchr(add[k], '=');
			replaced = eq && strncmp(environ[i], add[k], (size_t)(eq - add[k]) + 1) == 0;
		}
		if (!replaced)
			env[n++] = environ[i];
	}
	for (size_t k = 0; k < nadd; k++)
		memcpy(&env[n++], &add[k], sizeof(*env)); /* posix_spawn does not write to them */
	return env;
}

static void close_pipe(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Pipes whose ends are ours[] and theirs[]; without bytes for it standard input is /dev/null. */
static int make_pipes(const struct proc_opts *o, int ours[NPIPES], int theirs[NPIPES], struct err *e)
{
	for (int i = 0; i < NPIPES; i++)
		ours[i] = theirs[i] = -1;
	for (int i = 0; i < NPIPES; i++) {
		int p[2];
		if (i == P_IN && !o->in) {
			theirs[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
			if (theirs[i] < 0)
				return err_errno(e, "/dev/null");
			continue;
		}
		if (pipe2(p, O_CLOEXEC) != 0)
			return err_errno(e, "pipe");
		ours[i] = i == P_IN ? p[1] : p[0];
		theirs[i] = i == P_IN ? p[0] : p[1];
		fcntl(ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

/* posix_spawn and not fork: with many threads running, nothing but exec may happen in the child. A session of its own
 * makes a process group of its own and takes the terminal away, so that nothing can stop to ask for a password. */
static int spawn(struct child *c, int theirs[NPIPES])
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none, defaults;
	char **env = make_env(c->o->env);

	posix_spawn_file_actions_init(&fa);
	for (int i = 0; i < NPIPES; i++)
		posix_spawn_file_actions_adddup2(&fa, theirs[i], i);
	posix_spawn_file_actions_addclosefrom_np(&fa, 3);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	sigfillset(&defaults);
	sigdelset(&defaults, SIGKILL);
	sigdelset(&defaults, SIGSTOP);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	/* argv is not written to either. */
	char *const *argv;
	memcpy(&argv, &c->o->argv, sizeof(argv));
	int no = posix_spawnp(&c->pid, argv[0], &fa, &attr, argv, env);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	free(env);
	if (!no)
		note_running(c->pid);
	if (no == ENOENT || no == ENOTDIR)
		return err_set(c->e, ERR_ABSENT, "%s: no such program", argv[0]);
	errno = no;
	return no ? err_errno(c->e, "%s", argv[0]) : 0;
}

static void signal_group(struct child *c, int sig)
{
	if (kill(-c->pid, sig) != 0)
		kill(c->pid, sig); /* not a group yet: it has only just begun */
}

/* Without reaping: as long as the zombie is there, its process group's number cannot become somebody else's. */
static void look_at_child(struct child *c)
{
	siginfo_t si = {0};

	if (c->ended)
		return;
	if (waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) != 0 || si.si_pid == c->pid) {
		c->ended = true;
		c->ended_at = clock_mono();
	}
}

/* Sends what is due; sets the reason the first time. */
static void stop_if_due(struct child *c, int64_t now)
{
	if (!c->term_at) {
		bool late = c->o->deadline && now >= c->o->deadline;
		bool canceled = c->o->cancel && atomic_load(c->o->cancel);
		if (!late && !canceled && c->rc == 0)
			return;
		c->r->timed_out = late && !canceled && c->rc == 0;
		c->r->canceled = canceled;
		c->term_at = now;
		signal_group(c, SIGTERM);
	} else if (!c->kill_at && now - c->term_at >= TERM_GRACE_US) {
		c->kill_at = now;
		signal_group(c, SIGKILL);
	}
}

/* A program may end without reading all its input; the SIGPIPE that gives is ours alone and must not end us. */
static ssize_t write_without_sigpipe(int fd, const void *p, size_t n)
{
	const struct timespec now = {0, 0};
	sigset_t pipe_only, before;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	ssize_t k = write(fd, p, n);
	int saved = errno;
	if (k < 0 && saved == EPIPE)
		while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return k;
}

static void feed_input(struct child *c)
{
	ssize_t k = 0;

	if (c->in_done < c->o->in_len)
		k = write_without_sigpipe(c->fd[P_IN], (const char *)c->o->in + c->in_done, c->o->in_len - c->in_done);
	if (k > 0)
		c->in_done += (size_t)k;
	if (c->in_done == c->o->in_len || (k < 0 && errno != EAGAIN && errno != EINTR))
		close_pipe(&c->fd[P_IN]);
}

static void drain(struct child *c, int which)
{
	char piece[65536];
	ssize_t n = read(c->fd[which], piece, sizeof(piece));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_pipe(&c->fd[which]);
		return;
	}
	if (which == P_OUT && c->rc == 0 && c->o->out) {
		c->rc = c->o->out(c->o->arg, piece, (size_t)n, c->e);
	} else if (which == P_ERR && c->o->errout) {
		struct buf *b = c->o->errout;
		size_t room = b->n < b->max ? b->max - b->n : 0;
		(void)buf_add(b, piece, (size_t)n < room ? (size_t)n : room, NULL);
	}
}

static int poll_timeout(const struct child *c, int64_t now)
{
	bool pipes = c->fd[P_OUT] >= 0 || c->fd[P_ERR] >= 0;
	int64_t ms = pipes ? TICK_MS : 2; /* with the pipes closed the child is about to end */

	if (!c->term_at && c->o->deadline && (c->o->deadline - now) / 1000 < ms)
		ms = (c->o->deadline - now) / 1000 + 1;
	return ms < 1 ? 1 : (int)ms;
}

/* One round: waits for something to happen and deals with it. */
static void serve(struct child *c)
{
	struct pollfd pf[NPIPES];
	nfds_t n = 0;
	int which[NPIPES];

	for (int i = 0; i < NPIPES; i++) {
		if (c->fd[i] < 0)
			continue;
		which[n] = i;
		pf[n++] = (struct pollfd){c->fd[i], i == P_IN ? POLLOUT : POLLIN, 0};
	}
	if (poll(pf, n, poll_timeout(c, clock_mono())) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++) {
		if (!pf[i].revents)
			continue;
		if (which[i] == P_IN)
			feed_input(c);
		else
			drain(c, which[i]);
	}
}

static bool finished(const struct child *c, int64_t now)
{
	bool pipes = c->fd[P_OUT] >= 0 || c->fd[P_ERR] >= 0;

	if (c->ended)
		return !pipes || c->rc < 0 || now - c->ended_at >= PIPE_GRACE_US;
	return c->kill_at && now - c->kill_at >= KILL_GRACE_US;
}

static void reap(struct child *c)
{
	int status = 0;

	/* What it left running in its group would keep our pipes and outlive the collection. */
	signal_group(c, SIGKILL);
	forget_running(c->pid); /* before its number becomes somebody else's */
	pid_t got;
	do
		got = waitpid(c->pid, &status, c->ended ? 0 : WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got == c->pid && WIFEXITED(status))
		c->r->exit_status = WEXITSTATUS(status);
	else if (got == c->pid && WIFSIGNALED(status))
		c->r->exit_status = 128 + WTERMSIG(status);
	else
		c->r->exit_status = 128 + SIGKILL; /* it hangs in the kernel; the kill takes effect when that lets go */
}

int proc_run(const struct proc_opts *o, struct proc_result *r, struct err *e)
{
	struct child c = {.o = o, .r = r, .e = e};
	int theirs[NPIPES];
	int64_t start = clock_mono();

	*r = (struct proc_result){.exit_status = -1};
	int rc = make_pipes(o, c.fd, theirs, e);
	if (rc == 0)
		rc = spawn(&c, theirs);
	for (int i = 0; i < NPIPES; i++)
		close_pipe(&theirs[i]);
	if (rc == 0) {
		for (int64_t now = start; !finished(&c, now); now = clock_mono()) {
			stop_if_due(&c, now);
			serve(&c);
			look_at_child(&c);
		}
		reap(&c);
		rc = c.rc;
	}
	for (int i = 0; i < NPIPES; i++)
		close_pipe(&c.fd[i]);
	r->ms = (clock_mono() - start) / 1000;
	return rc;
}
