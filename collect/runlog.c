#include "collect/runlog.h"
#include "base/clock.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdarg.h>

struct runlog {
	pthread_mutex_t lock;
	struct buf text;
};

struct runlog *runlog_new(void)
{
	struct runlog *l = xcalloc(1, sizeof(*l));

	pthread_mutex_init(&l->lock, NULL);
	l->text = (struct buf)BUF_MAX(16 << 20);
	return l;
}

void runlog(struct runlog *l, const char *fmt, ...)
{
	char line[1024], when[32];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	pthread_mutex_lock(&l->lock);
	buf_printf(&l->text, NULL, "%s %s\n", clock_format(clock_now(), when), line);
	pthread_mutex_unlock(&l->lock);
}

struct str runlog_text(const struct runlog *l)
{
	return (struct str){buf_cstr(&l->text), l->text.n};
}

void runlog_free(struct runlog *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	buf_release(&l->text);
	free(l);
}
