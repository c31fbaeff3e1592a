#include "collect/askpass.h"
#include "base/mem.h"
#include "base/buf.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define VAR_SOCKET "SICKBAY_ASKPASS_SOCKET"
#define VAR_WHO "SICKBAY_ASKPASS_FOR"
#define TEXT_MAX 2048

struct askpass {
	struct secrets *secrets;
	bool login;
	char *path, *program;
	int fd;
	pthread_t thread;
	atomic_bool end;
	char last[TEXT_MAX]; /* the last question with its asker: the same again means that the answer was wrong */
};

static bool has(const char *s, const char *what)
{
	return strstr(s, what) != NULL;
}

/* Whose password the prompt wants: "ops@n1's password: " or "(ops@n1) Password: "; false: it does not say. */
static bool asks_for(const char *prompt, const char *who)
{
	size_t n = strlen(who);

	return (!strncmp(prompt, who, n) && !strncmp(prompt + n, "'s ", 3)) ||
	       (prompt[0] == '(' && !strncmp(prompt + 1, who, n) && prompt[1 + n] == ')');
}

static bool names_nobody(const char *prompt)
{
	return prompt[0] != '(' && !has(prompt, "'s ");
}

/* The secret's id for a question of ssh; NULL: it is not answered. */
static char *id_of(const struct askpass *a, const char *who, const char *prompt)
{
	if (has(prompt, "assphrase"))
		return xasprintf("key:%s", prompt);
	if (!a->login || has(prompt, "(yes/no") || !(has(prompt, "assword") || has(prompt, "ASSWORD")))
		return NULL;
	if (asks_for(prompt, who) || names_nobody(prompt))
		return xstrdup(SECRET_LOGIN);
	return xasprintf("prompt:%s", prompt);
}

/* "who\nasker\nprompt\n" */
static void answer(struct askpass *a, int fd, char *text)
{
	char *asker = strchr(text, '\n'), *prompt = asker ? strchr(asker + 1, '\n') : NULL;
	CLEAN(clean_free) char *id = NULL, *now = NULL;
	const char *secret;
	struct err e;

	if (!prompt)
		return;
	*asker++ = *prompt++ = '\0';
	prompt[strcspn(prompt, "\n")] = '\0';
	id = id_of(a, text, prompt);
	if (!id)
		return;
	now = xasprintf("%s %.1000s", asker, prompt);
	if (!strcmp(now, a->last)) {
		if (!strncmp(id, "key:", 4))
			secrets_forget(a->secrets, id);
		else
			return; /* once refused is enough */
	}
	snprintf(a->last, sizeof(a->last), "%s", now);
	if (secrets_get(a->secrets, id, prompt, &secret, &e) < 0)
		return;
	if (send(fd, secret, strlen(secret), MSG_NOSIGNAL) < 0 || send(fd, "\n", 1, MSG_NOSIGNAL) < 0)
		return;
}

/* The question ends with the third line. */
static bool read_question(int fd, char text[TEXT_MAX])
{
	size_t n = 0;
	int lines = 0;

	while (lines < 3 && n + 1 < TEXT_MAX) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t k;

		if (poll(&p, 1, 2000) <= 0 || (k = read(fd, text + n, TEXT_MAX - 1 - n)) <= 0)
			return false;
		for (ssize_t i = 0; i < k; i++)
			lines += text[n + (size_t)i] == '\n';
		n += (size_t)k;
	}
	text[n] = '\0';
	return lines == 3;
}

static void *serve(void *arg)
{
	struct askpass *a = arg;

	while (!atomic_load(&a->end)) {
		struct pollfd p = {.fd = a->fd, .events = POLLIN};
		struct ucred peer;
		socklen_t len = sizeof(peer);
		char text[TEXT_MAX];
		int fd;

		if (poll(&p, 1, 100) <= 0)
			continue;
		fd = accept4(a->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid() && read_question(fd, text))
			answer(a, fd, text);
		close(fd);
	}
	return NULL;
}

static int listen_at(const char *path, struct err *e)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(e, ERR_LIMIT, "%s: too long for a socket", path);
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, "socket");
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 || listen(fd, 64) != 0) {
		err_errno(e, "%s", path);
		close(fd);
		return -ERR_IO;
	}
	return fd;
}

struct askpass *askpass_new(const char *dir, struct secrets *secrets, bool login, struct err *e)
{
	struct askpass *a = xcalloc(1, sizeof(*a));
	char exe[1024];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	sigset_t all, before;
	int no = -1;

	a->secrets = secrets;
	a->login = login;
	a->path = xasprintf("%s/ask", dir);
	a->fd = n > 0 ? listen_at(a->path, e) : err_set(e, ERR_IO, "/proc/self/exe cannot be read");
	if (a->fd >= 0) {
		exe[n] = '\0';
		a->program = xstrdup(exe);
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		no = pthread_create(&a->thread, NULL, serve, a);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (no)
			err_set(e, ERR_IO, "no thread");
	}
	if (no == 0)
		return a;
	if (a->fd >= 0)
		close(a->fd);
	free(a->path);
	free(a->program);
	free(a);
	return NULL;
}

void askpass_free(struct askpass *a)
{
	if (!a)
		return;
	atomic_store(&a->end, true);
	pthread_join(a->thread, NULL);
	close(a->fd);
	unlink(a->path);
	free(a->path);
	free(a->program);
	free(a);
}

char **askpass_env(const struct askpass *a, const char *who)
{
	char **env = xcalloc(6, sizeof(*env));

	env[0] = xasprintf(VAR_SOCKET "=%s", a->path);
	env[1] = xasprintf(VAR_WHO "=%s", who);
	env[2] = xasprintf("SSH_ASKPASS=%s", a->program);
	env[3] = xstrdup("SSH_ASKPASS_REQUIRE=force");
	/* Before OpenSSH 8.4 it was only looked at with a display and without a terminal. */
	if (!getenv("DISPLAY"))
		env[4] = xstrdup("DISPLAY=:0");
	return env;
}

void askpass_env_free(char **env)
{
	for (int i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}

int askpass_client(int argc, char **argv)
{
	const char *path = getenv(VAR_SOCKET), *who = getenv(VAR_WHO);
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	CLEAN(clean_free) char *question = NULL;
	char text[1024];
	ssize_t n, total = 0;
	int fd;

	if (!path || !who || argc < 2)
		return -1;
	if (strlen(path) >= sizeof(sa.sun_path))
		return 1;
	memcpy(sa.sun_path, path, strlen(path));
	question = xasprintf("%.500s\n%ld\n%.1000s\n", who, (long)getppid(), argv[1]);
	for (char *p = strchr(strchr(question, '\n') + 1, '\n') + 1; *p && p[1]; p++)
		if (*p == '\n')
			*p = ' ';
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
		return 1;
	while ((n = read(fd, text, sizeof(text))) > 0) {
		if (write(STDOUT_FILENO, text, (size_t)n) != n)
			return 1;
		total += n;
	}
	explicit_bzero(text, sizeof(text));
	close(fd);
	return total > 0 ? 0 : 1;
}
