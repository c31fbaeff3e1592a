#include "collect/secrets.h"
#include "base/mem.h"
#include "base/term.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define SECRETS_MAX 32
#define SECRET_SIZE 512
#define REFUSALS_MAX 3

enum state { UNKNOWN, KNOWN, NONE };

struct secret {
	char *id;
	enum state state;
	struct err why; /* NONE */
	int refused, forgotten;
	bool accepted;
};
struct secrets {
	pthread_mutex_t lock; /* held while asking, too: one question at a time */
	const atomic_bool *cancel;
	atomic_bool *asking;
	struct secret v[SECRETS_MAX];
	int n;
	char *text; /* SECRETS_MAX times SECRET_SIZE, locked */
};

struct secrets *secrets_new(const atomic_bool *cancel, atomic_bool *asking)
{
	struct secrets *s = xcalloc(1, sizeof(*s));
	size_t size = SECRETS_MAX * SECRET_SIZE;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	pthread_mutex_init(&s->lock, NULL);
	s->cancel = cancel;
	s->asking = asking;
	if (p == MAP_FAILED)
		return s; /* every secrets_get then fails */
	/* A limit on locked memory is no reason to refuse the work; a core file never has them. */
	if (mlock(p, size) != 0)
		errno = 0;
	madvise(p, size, MADV_DONTDUMP);
	s->text = p;
	return s;
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	if (s->text) {
		explicit_bzero(s->text, SECRETS_MAX * SECRET_SIZE);
		munmap(s->text, SECRETS_MAX * SECRET_SIZE);
	}
	for (int i = 0; i < s->n; i++)
		free(s->v[i].id);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* In the background a read would stop the whole program. */
static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool secrets_can_ask(void)
{
	CLEAN(clean_fd) int fd = open_terminal();

	return fd >= 0;
}

static int read_line(struct secrets *s, int fd, char *out, struct err *e)
{
	size_t n = 0;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		char c;
		ssize_t k;

		if (s->cancel && atomic_load(s->cancel))
			return err_set(e, ERR_CANCELED, "stopped by the user");
		if (poll(&p, 1, 100) <= 0)
			continue;
		k = read(fd, &c, 1);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0 || c == '\n' || c == '\r')
			break;
		if (n + 1 == SECRET_SIZE)
			return err_set(e, ERR_LIMIT, "what was typed is longer than %d bytes", SECRET_SIZE - 1);
		out[n++] = c;
	}
	out[n] = '\0';
	return n ? 0 : err_set(e, ERR_ABSENT, "nothing was typed");
}

static int ask(struct secrets *s, const char *prompt, char *out, struct err *e)
{
	CLEAN(clean_fd) int fd = open_terminal();
	struct termios before, quiet;
	FILE *f;
	int rc, copy;

	if (fd < 0)
		return err_set(e, ERR_ABSENT, "there is no terminal to ask on");
	if (tcgetattr(fd, &before) != 0)
		return err_errno(e, "the terminal");
	if (s->asking)
		atomic_store(s->asking, true);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	/* The prompt may come from a server. */
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	f = copy >= 0 ? fdopen(copy, "we") : NULL;
	if (f) {
		fputs("\r\033[K", f);
		term_print_safe(f, prompt, strlen(prompt), false);
		fclose(f);
	} else if (copy >= 0) {
		close(copy);
	}
	rc = read_line(s, fd, out, e);
	tcsetattr(fd, TCSAFLUSH, &before);
	if (write(fd, "\n", 1) < 0)
		errno = 0;
	if (s->asking)
		atomic_store(s->asking, false);
	return rc;
}

static struct secret *find(struct secrets *s, const char *id)
{
	for (int i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].id, id))
			return &s->v[i];
	if (s->n == SECRETS_MAX)
		return NULL;
	s->v[s->n] = (struct secret){.id = xstrdup(id)};
	return &s->v[s->n++];
}

static int get(struct secrets *s, struct secret *one, const char *prompt, const char **out, struct err *e)
{
	char *text = s->text + (one - s->v) * SECRET_SIZE;

	if (one->state == UNKNOWN) {
		one->state = ask(s, prompt, text, &one->why) == 0 ? KNOWN : NONE;
		if (one->state == NONE)
			explicit_bzero(text, SECRET_SIZE);
	}
	if (one->state == NONE) {
		*e = one->why;
		return -one->why.code;
	}
	if (!one->accepted && one->refused >= REFUSALS_MAX)
		return err_set(e, ERR_DENIED, "the password was refused %d times and is tried no more, so that no account is locked",
		               one->refused);
	*out = text;
	return 0;
}

int secrets_get(struct secrets *s, const char *id, const char *prompt, const char **out, struct err *e)
{
	struct secret *one;
	int rc;

	if (!s || !s->text)
		return err_set(e, ERR_ABSENT, "there is no place to keep a password");
	pthread_mutex_lock(&s->lock);
	one = find(s, id);
	rc = one ? get(s, one, prompt, out, e) : err_set(e, ERR_LIMIT, "more than %d different passwords", SECRETS_MAX);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

void secrets_accepted(struct secrets *s, const char *id)
{
	struct secret *one;

	pthread_mutex_lock(&s->lock);
	if ((one = find(s, id)))
		one->accepted = true;
	pthread_mutex_unlock(&s->lock);
}

void secrets_refused(struct secrets *s, const char *id)
{
	struct secret *one;

	pthread_mutex_lock(&s->lock);
	if ((one = find(s, id)))
		one->refused++;
	pthread_mutex_unlock(&s->lock);
}

void secrets_forget(struct secrets *s, const char *id)
{
	struct secret *one;

	pthread_mutex_lock(&s->lock);
	one = find(s, id);
	if (one && one->state == KNOWN) {
		explicit_bzero(s->text + (one - s->v) * SECRET_SIZE, SECRET_SIZE);
		one->state = ++one->forgotten < 3 ? UNKNOWN : NONE;
		err_set(&one->why, ERR_DENIED, "a wrong passphrase, three times");
	}
	pthread_mutex_unlock(&s->lock);
}
