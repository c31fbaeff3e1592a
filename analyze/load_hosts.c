/* A journal of several nodes, mixed by time: each line names its host, and each host gets a row of `files`, as if it had a file of its
 * own. The lines wait in a spool a host until all are seen; they keep the numbers that they have in the file. */
#include <stdlib.h>
#include <string.h>

#include "analyze/load.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/spool.h"

enum { MAX_HOSTS = 64 };
#define HOST_CAP (INT64_C(1) << 30)

/* In front of each line in a spool. */
struct waiting {
	int64_t line, reference;
	uint32_t n;
};
struct load_host {
	char *name;
	struct spool *lines;
};

static struct spool *spool_of(struct load *l, struct str host)
{
	int i = 0;

	while (i < l->n_hosts && !str_eq(host, l->hosts[i].name))
		i++;
	if (i == MAX_HOSTS) /* more are none; the rest stays with the last */
		i--;
	if (i == l->n_hosts) {
		l->hosts = xreallocarray(l->hosts, (size_t)i + 1, sizeof(*l->hosts));
		l->hosts[l->n_hosts++] = (struct load_host){xstrndup(host.p, host.n), spool_new(HOST_CAP, false, NULL)};
	}
	return l->hosts[i].lines;
}

/* The word in front of the program's name. */
static struct str host_of(struct str line, const struct logline *p)
{
	const char *end = p->ident.p, *host;

	while (end && end > line.p && end[-1] == ' ')
		end--;
	for (host = end; host && host > line.p && host[-1] != ' ';)
		host--;
	return host ? (struct str){host, (size_t)(end - host)} : (struct str){NULL, 0};
}

static int keep_line(struct load *l, struct str line, struct err *e)
{
	struct logline p;
	int rc;

	logline_parse(&l->parser, line, &p);
	if (p.skip)
		return load_log_line(l, line, e); /* a header: says until when the journal goes */
	struct str host = host_of(line, &p);
	if (host.n > 0 && host.n < 256)
		l->host_lines = spool_of(l, host);
	else if (!l->host_lines)
		l->host_lines = spool_of(l, STR(""));
	struct waiting w = {l->liner.line, l->parser.reference, (uint32_t)line.n};
	rc = spool_write(l->host_lines, &w, sizeof(w), e);
	return rc < 0 ? rc : spool_write(l->host_lines, line.p, line.n, e);
}

static void hosts_begin(struct load *l)
{
	l->n_hosts = 0;
	l->host_lines = NULL;
	load_log.begin(l);
}

static int hosts_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	return liner_feed(l, p, n, keep_line, e);
}

static int64_t read_full(struct spool *s, void *to, size_t n, struct err *e)
{
	size_t got = 0;

	while (got < n) {
		int64_t k = spool_read(s, (char *)to + got, n - got, e);
		if (k <= 0)
			return k < 0 ? k : (int64_t)got;
		got += (size_t)k;
	}
	return (int64_t)got;
}

/* Gives out the lines of one host. */
static int replay(struct load *l, struct load_host *h, char *line, struct err *e)
{
	struct waiting w;
	int rc = spool_finish(h->lines, e);
	int64_t n = 0;

	logparser_reset(&l->parser);
	while (rc == 0 && (n = read_full(h->lines, &w, sizeof(w), e)) == sizeof(w)) {
		if (w.n > 4 * LINE_MAX_BYTES || read_full(h->lines, line, w.n, e) != w.n)
			break; /* cut by the cap */
		l->liner.line = w.line;
		l->parser.reference = w.reference;
		rc = load_log_line(l, (struct str){line, w.n}, e);
	}
	if (rc == 0 && n < 0)
		rc = (int)n;
	if (rc == 0 && spool_truncated(h->lines)) {
		load_partial(l, "too large");
		rc = load_problem(l, l->liner.line, e, "more than 1 GiB of %s: the rest is left out", h->name);
	}
	return rc;
}

static int hosts_end(struct load *l, struct err *e)
{
	int rc = liner_end(l, keep_line, e);
	int64_t lines = l->liner.line, bytes = l->file.bytes;
	char *line = xmalloc(4 * LINE_MAX_BYTES);

	for (int i = 0; i < l->n_hosts; i++) {
		struct load_host *h = &l->hosts[i];
		free(l->file.kind.node);
		/* What a host says before it has a name tells of no node. */
		l->file.kind.node = *h->name && strcmp(h->name, "localhost") != 0 ? xstrdup(h->name) : NULL;
		l->file.bytes = spool_seen(h->lines);
		if (rc == 0)
			rc = replay(l, h, line, e);
		if (rc == 0 && i + 1 < l->n_hosts)
			rc = load_section(l, e);
		free(h->name);
		spool_free(h->lines);
	}
	if (l->n_hosts == 0)
		l->file.bytes = bytes;
	l->n_hosts = 0;
	l->liner.line = lines;
	free(line);
	return rc;
}

const struct loader load_hosts = {hosts_begin, hosts_feed, hosts_end};
