#include "collect/progress.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"

struct progress {
	struct run *run;
	FILE *f;
	pthread_t thread;
	bool started;
	atomic_bool end;
};

static void show(const struct progress *p)
{
	struct bundle_counts c;
	char size[16];
	char line[160];
	int n;

	bundle_writer_counts(p->run->out, &c);
	n = snprintf(line, sizeof(line), "collecting: %lld captures, %s, %d running, %lld failed, %lld s",
	             (long long)(c.ok + c.failed), file_format_size(c.bytes, size), atomic_load(&p->run->in_flight),
	             (long long)c.failed, (long long)((clock_now() - p->run->started) / US_PER_S));
	if (n >= term_width(p->f))
		n = term_width(p->f) - 1;
	fprintf(p->f, "\r\033[K%.*s", n > 0 ? n : 0, line);
	fflush(p->f);
}

static void *progress_main(void *arg)
{
	struct progress *p = arg;

	while (!atomic_load(&p->end)) {
		struct timespec ts = {.tv_nsec = 200000000};

		show(p);
		nanosleep(&ts, NULL);
	}
	fputs("\r\033[K", p->f);
	fflush(p->f);
	return NULL;
}

struct progress *progress_begin(struct run *run, FILE *f)
{
	struct progress *p = xcalloc(1, sizeof(*p));

	p->run = run;
	p->f = f;
	p->started = f && pthread_create(&p->thread, NULL, progress_main, p) == 0;
	return p;
}

void progress_end(struct progress *p)
{
	if (!p)
		return;
	atomic_store(&p->end, true);
	if (p->started)
		pthread_join(p->thread, NULL);
	free(p);
}
