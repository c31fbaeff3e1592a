#include "collect/progress.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"

#define LIVE_US 200000
#define LINE_US (10 * US_PER_S)
#define ASKS_MAX 64  /* requests to the API at a time: --jobs at most */
#define ASKS_SHOWN 3

/* A request to the API that runs. */
struct ask {
	char what[80];
	int64_t begun; /* clock_mono(); 0: free */
	int64_t objects;
};

struct progress {
	struct run *run;
	FILE *f;
	bool live, started;
	pthread_t thread;
	pthread_mutex_t lock; /* for end, with cond */
	pthread_cond_t cond;
	bool end;
	_Atomic(struct bundle_writer *) out;
	_Atomic(const struct nodes *) nodes;
	int64_t begun, last_line; /* clock_mono() */
	int drawn;                /* lines of the live block */
	pthread_mutex_t api_lock; /* for what follows */
	struct ask asks[ASKS_MAX];
	int queued, answered;
	int64_t api_begun, api_ended; /* of the first and of the last one; clock_mono() */
	bool *told;               /* a node whose end was told; of as many as nodes has */
};

/* How many nodes are in which state. */
struct states {
	int waiting, running, done, failed;
};

static enum node_phase phase_of(const struct node *n)
{
	return (enum node_phase)atomic_load(&n->phase);
}

static struct states count(const struct nodes *ns)
{
	struct states t = {0};

	for (int i = 0; ns && i < ns->n; i++) {
		enum node_phase p = phase_of(&ns->v[i]);

		t.waiting += p == NODE_WAITING;
		t.running += p == NODE_CONNECTING || p == NODE_COLLECTING;
		t.done += p == NODE_ENDED && ns->v[i].reached;
		t.failed += p == NODE_ENDED && !ns->v[i].reached;
	}
	return t;
}

static long long seconds(const struct node *n)
{
	int64_t end = atomic_load(&n->ended), begun = atomic_load(&n->begun);

	return begun ? ((end ? end : clock_mono()) - begun) / US_PER_S : 0;
}

/* A line without anything that could move the cursor, cut to the width. */
static void put_line(const struct progress *p, const char *line)
{
	int width = p->live ? term_width(p->f) - 1 : 2000;

	for (int i = 0; line[i] && i < width; i++)
		fputc((unsigned char)line[i] < 0x20 || (unsigned char)line[i] > 0x7e ? '?' : line[i], p->f);
	fputs(p->live ? "\033[K\n" : "\n", p->f);
}

/* "pods: 1200 objects, log of a/b": those that run, the one that takes longest first. Under api_lock. */
static void say_asks(const struct progress *p, char *out, size_t size)
{
	bool said[ASKS_MAX] = {false};
	size_t n = 0;

	out[0] = '\0';
	for (int k = 0; k < ASKS_SHOWN && n < size; k++) {
		int oldest = -1;

		for (int i = 0; i < ASKS_MAX; i++)
			if (p->asks[i].begun && !said[i] && (oldest < 0 || p->asks[i].begun < p->asks[oldest].begun))
				oldest = i;
		if (oldest < 0)
			break;
		said[oldest] = true;
		n += (size_t)snprintf(out + n, size - n, "%s%s", k ? ", " : "", p->asks[oldest].what);
		if (p->asks[oldest].objects && n < size)
			n += (size_t)snprintf(out + n, size - n, ": %lld objects", (long long)p->asks[oldest].objects);
	}
}

static void api_line(struct progress *p, char *line, size_t size)
{
	char asks[400];
	int64_t end;
	bool done;

	line[0] = '\0';
	pthread_mutex_lock(&p->api_lock);
	done = p->answered >= p->queued;
	end = done ? p->api_ended : clock_mono();
	say_asks(p, asks, sizeof(asks));
	if (p->queued && p->live)
		snprintf(line, size, "  %-20s %-10s  %4d/%-4d %4lld s  %s", "API server", done ? "done" : "collecting", p->answered,
		         p->queued, (long long)(p->api_begun ? (end - p->api_begun) / US_PER_S : 0), asks);
	else if (p->queued && !done)
		snprintf(line, size, ", API: %d of %d done%s%s", p->answered, p->queued, asks[0] ? ", now " : "", asks);
	pthread_mutex_unlock(&p->api_lock);
}

static void head_line(struct progress *p, char *line, size_t size)
{
	struct bundle_writer *out = atomic_load(&p->out);
	long long s = (long long)((clock_mono() - p->begun) / US_PER_S);
	bool stopping = p->run->cancel && atomic_load(p->run->cancel);
	const struct nodes *ns = atomic_load(&p->nodes);
	struct bundle_counts c = {0};
	struct states t = count(ns);
	char bytes[16], nodes[100] = "", api[480] = "";

	if (out)
		bundle_writer_counts(out, &c);
	if (ns && ns->n)
		snprintf(nodes, sizeof(nodes), ", nodes: %d done, %d running, %d waiting, %d not reached", t.done, t.running,
		         t.waiting, t.failed);
	if (!p->live)
		api_line(p, api, sizeof(api));
	snprintf(line, size, "%s%lld s: %s%lld captures, %s, %lld failed%s%s", p->live ? "" : "sickbay: ", s,
	         stopping ? "stopping (once more: leave at once), "
	         : out    ? ""
	                  : "asking the API server, ",
	         (long long)(c.ok + c.failed), file_format_size(c.bytes, bytes), (long long)c.failed, nodes, api);
}

static void node_line(const struct node *n, char *line, size_t size)
{
	int done = atomic_load(&n->done), total = atomic_load(&n->total);

	switch (phase_of(n)) {
	case NODE_WAITING:
		snprintf(line, size, "  %-20s waiting", n->label);
		break;
	case NODE_CONNECTING:
		snprintf(line, size, "  %-20s connecting            %4lld s", n->label, seconds(n));
		break;
	case NODE_COLLECTING:
		snprintf(line, size, "  %-20s collecting  %4d/%-4d %4lld s", n->label, done, total, seconds(n));
		break;
	case NODE_ENDED:
		if (n->reached)
			snprintf(line, size, "  %-20s done        %4d/%-4d %4lld s%s%s", n->label, done, total, seconds(n),
			         n->error[0] ? "  " : "", n->error);
		else
			snprintf(line, size, "  %-20s not reached           %4lld s  %s", n->label, seconds(n), n->error);
		break;
	}
}

/* All of them when the screen has room, else those that are being visited. */
static void draw(struct progress *p)
{
	const struct nodes *ns = atomic_load(&p->nodes);
	int room = term_height(p->f) - 2, lines = 1;
	bool all;
	char line[600];

	if (p->drawn)
		fprintf(p->f, "\033[%dA\r", p->drawn);
	head_line(p, line, sizeof(line));
	put_line(p, line);
	api_line(p, line, sizeof(line));
	if (line[0]) {
		put_line(p, line);
		lines++;
	}
	all = ns && ns->n <= room - lines + 1;
	for (int i = 0; ns && i < ns->n && lines <= room; i++) {
		enum node_phase ph = phase_of(&ns->v[i]);

		if (!all && ph != NODE_CONNECTING && ph != NODE_COLLECTING)
			continue;
		node_line(&ns->v[i], line, sizeof(line));
		put_line(p, line);
		lines++;
	}
	fputs("\033[J", p->f); /* what was longer before */
	fflush(p->f);
	p->drawn = lines;
}

static void tell_ended(struct progress *p)
{
	const struct nodes *ns = atomic_load(&p->nodes);
	char line[600];

	if (ns && !p->told)
		p->told = xcalloc((size_t)ns->n + 1, sizeof(*p->told));
	for (int i = 0; ns && i < ns->n; i++) {
		const struct node *n = &ns->v[i];

		if (p->told[i] || phase_of(n) != NODE_ENDED)
			continue;
		p->told[i] = true;
		p->last_line = clock_mono();
		if (n->reached)
			snprintf(line, sizeof(line), "sickbay: %s: %d captures in %lld s%s%s", n->label, atomic_load(&n->done),
			         seconds(n), n->error[0] ? ": " : "", n->error);
		else
			snprintf(line, sizeof(line), "sickbay: %s: not reached: %s", n->label, n->error);
		put_line(p, line);
	}
	fflush(p->f);
}

static void show(struct progress *p)
{
	char line[600];

	if (p->live) {
		draw(p);
		return;
	}
	tell_ended(p);
	if (clock_mono() - p->last_line < LINE_US)
		return;
	p->last_line = clock_mono();
	head_line(p, line, sizeof(line));
	put_line(p, line);
	fflush(p->f);
}

static void *progress_main(void *arg)
{
	struct progress *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->end) {
		struct timespec ts;
		int64_t until = clock_now() + LIVE_US;

		pthread_mutex_unlock(&p->lock);
		if (!atomic_load(&p->run->asking))
			show(p);
		pthread_mutex_lock(&p->lock);
		ts = (struct timespec){.tv_sec = until / US_PER_S, .tv_nsec = until % US_PER_S * 1000};
		if (!p->end)
			pthread_cond_timedwait(&p->cond, &p->lock, &ts);
	}
	pthread_mutex_unlock(&p->lock);
	if (p->live && p->drawn)
		fprintf(p->f, "\033[%dA\r\033[J", p->drawn);
	else if (!p->live)
		tell_ended(p);
	fflush(p->f);
	return NULL;
}

struct progress *progress_begin(struct run *run, FILE *f, bool live)
{
	struct progress *p = xcalloc(1, sizeof(*p));

	p->run = run;
	p->f = f;
	p->live = live;
	p->begun = p->last_line = clock_mono();
	pthread_mutex_init(&p->lock, NULL);
	pthread_mutex_init(&p->api_lock, NULL);
	pthread_cond_init(&p->cond, NULL);
	p->started = f && pthread_create(&p->thread, NULL, progress_main, p) == 0;
	return p;
}

void progress_bundle(struct progress *p, struct bundle_writer *out)
{
	atomic_store(&p->out, out);
}

void progress_nodes(struct progress *p, const struct nodes *nodes)
{
	atomic_store(&p->nodes, nodes);
}

void progress_api_queued(struct progress *p, int n)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->api_lock);
	p->queued += n;
	pthread_mutex_unlock(&p->api_lock);
}

int progress_api_begin(struct progress *p, const char *what)
{
	int i = 0;

	if (!p)
		return -1;
	pthread_mutex_lock(&p->api_lock);
	while (i < ASKS_MAX && p->asks[i].begun)
		i++;
	if (i < ASKS_MAX) {
		p->asks[i].begun = clock_mono();
		p->asks[i].objects = 0;
		snprintf(p->asks[i].what, sizeof(p->asks[i].what), "%s", what);
	}
	if (!p->api_begun)
		p->api_begun = clock_mono();
	pthread_mutex_unlock(&p->api_lock);
	return i;
}

void progress_api_objects(struct progress *p, int ask, int64_t n)
{
	if (!p || ask < 0 || ask >= ASKS_MAX)
		return;
	pthread_mutex_lock(&p->api_lock);
	p->asks[ask].objects = n;
	pthread_mutex_unlock(&p->api_lock);
}

void progress_api_end(struct progress *p, int ask)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->api_lock);
	if (ask >= 0 && ask < ASKS_MAX)
		p->asks[ask].begun = 0;
	p->answered++;
	p->api_ended = clock_mono();
	pthread_mutex_unlock(&p->api_lock);
}

void progress_end(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->end = true;
	pthread_cond_broadcast(&p->cond);
	pthread_mutex_unlock(&p->lock);
	if (p->started)
		pthread_join(p->thread, NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->api_lock);
	pthread_cond_destroy(&p->cond);
	free(p->told);
	free(p);
}
