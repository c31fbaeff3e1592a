#include <stdlib.h>
#include <string.h>

#include "analyze/load.h"
#include "base/clock.h"
#include "base/mem.h"

static int hit_row(void *arg, const struct sighit *h, struct err *e)
{
	struct load *l = arg;

	row_begin(l->store, STORE_LOG_HITS);
	row_text(l->store, h->id);
	row_int(l->store, l->last_log);
	row_str(l->store, h->captures);
	return row_end(l->store, e);
}

static int log_row(struct load *l, struct str line, const struct logline *p, struct err *e)
{
	row_begin(l->store, STORE_LOG_LINES);
	l->last_log++; /* the row's id */
	row_int(l->store, l->file.id);
	row_int(l->store, l->liner.line);
	row_time(l->store, p->ts);
	row_str(l->store, p->level ? (struct str){&p->level, 1} : (struct str){NULL, 0});
	row_str(l->store, line);
	row_int(l->store, (int64_t)p->at);
	/* Other decoded messages are made again from the text when they are asked for: they would be as large as the text. */
	row_str(l->store, p->joined ? p->message : (struct str){NULL, 0});
	return row_end(l->store, e);
}

/* The signatures that apply to a line: its file's, or in files that many programs write to those of the program. */
static struct sigset *set_of(struct load *l, const struct logline *p)
{
	const char *unit = l->set ? NULL : layout_unit(l->layouts, p->ident);

	return l->set ? l->set : signatures_for(l->signatures, unit ? unit : l->file.kind.unit);
}

static void choose_set(struct load *l)
{
	const char *unit = l->file.kind.unit;
	bool shared = unit && (strcmp(unit, "messages") == 0 || strcmp(unit, "systemd") == 0);

	l->set = shared ? NULL : signatures_for(l->signatures, unit);
}

/* -- several logs in one file ------------------------------------------------------------------------------------------ */

/* "-- Logs begin at Tue 2021-08-03 09:10:29 UTC, end at Tue 2021-08-03 10:13:48 UTC. --": until when the journal goes, which
 * tells the year of its lines. */
static void note_journal_end(struct load *l, struct str line)
{
	const char *p = memmem(line.p, line.n, ", end", 5);
	const char *end = line.p + line.n;

	while (p && p < end && !(*p >= '0' && *p <= '9'))
		p++;
	int64_t t = p && p < end ? clock_parse_iso((struct str){p, (size_t)(end - p)}, NULL) : TIME_NONE;
	if (t != TIME_NONE)
		l->parser.reference = t;
}

static void set_text(char **to, const char *p, size_t n)
{
	free(*to);
	*to = n ? xstrndup(p, n) : NULL;
}

/* What has been read becomes a row of its own, unless it is nothing. */
static int close_section(struct load *l, struct err *e)
{
	return l->last_log >= l->file.first_log ? load_section(l, e) : 0;
}

/* "==== START logs for container C of pod NS/POD ====" and "==== END logs ...": what `kubectl cluster-info dump` puts around
 * each container's log. 1 when the line is such a one. */
static int dump_mark(struct load *l, struct str line, struct err *e)
{
	static const char start[] = "==== START logs for container ", of[] = " of pod ";
	int rc;

	if (!str_starts(line, start) && !str_starts(line, "==== END logs for container "))
		return 0;
	if ((rc = close_section(l, e)) < 0)
		return rc;
	set_text(&l->file.kind.container, NULL, 0);
	set_text(&l->file.kind.pod, NULL, 0);
	set_text(&l->file.kind.unit, NULL, 0);
	const char *c = line.p + sizeof(start) - 1, *end = line.p + line.n;
	const char *pod = str_starts(line, start) ? memmem(c, (size_t)(end - c), of, sizeof(of) - 1) : NULL;
	const char *slash = pod ? memchr(pod, '/', (size_t)(end - pod)) : NULL;
	const char *tail = slash ? memchr(slash, ' ', (size_t)(end - slash)) : NULL;
	if (tail) {
		set_text(&l->file.kind.container, c, (size_t)(pod - c));
		set_text(&l->file.kind.namespace, pod + sizeof(of) - 1, (size_t)(slash - pod) - (sizeof(of) - 1));
		set_text(&l->file.kind.pod, slash + 1, (size_t)(tail - slash) - 1);
		const char *unit = layout_pod_unit(l->layouts, &l->file.kind);
		l->file.kind.unit = unit ? xstrdup(unit) : NULL;
		l->file.kind.role = "container-log";
	}
	choose_set(l);
	logparser_reset(&l->parser);
	return 1;
}

/* -- lines --------------------------------------------------------------------------------------------------------------- */

int load_log_line(struct load *l, struct str line, struct err *e)
{
	struct logline p;
	int rc;

	if (line.n > 9 && memcmp(line.p, "==== ", 5) == 0 && (rc = dump_mark(l, line, e)) != 0)
		return rc < 0 ? rc : 0;
	logline_parse(&l->parser, line, &p);
	if (p.skip) {
		note_journal_end(l, line);
		return 0;
	}
	l->file.local_time |= p.local_time;
	rc = log_row(l, line, &p, e);
	if (rc < 0 || p.partial)
		return rc;
	struct str subject = logline_subject(&p, line);
	if (subject.n > PATTERN_BYTES)
		subject.n = PATTERN_BYTES;
	rc = sigset_match(set_of(l, &p), subject, true, hit_row, l, e);
	return rc < 0 ? rc : 0;
}

static void log_begin(struct load *l)
{
	l->file.first_log = l->last_log + 1;
	l->parser.reference = l->reference;
	logparser_reset(&l->parser);
	choose_set(l);
}

static int log_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	/* Rotated logs may be compressed; a log with a stray NUL in it is still one. */
	if (l->liner.line == 0 && l->liner.carry.n == 0 && n > 2 && (memcmp(p, "\x1f\x8b", 2) == 0 || memcmp(p, "\x28\xb5", 2) == 0)) {
		l->broken = true;
		l->file.state = "skipped";
		l->file.reason = "compressed";
		return 0;
	}
	return liner_feed(l, p, n, load_log_line, e);
}

static int log_end(struct load *l, struct err *e)
{
	return liner_end(l, load_log_line, e);
}

const struct loader load_log = {log_begin, log_feed, log_end};
