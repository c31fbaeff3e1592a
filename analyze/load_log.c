#include <string.h>

#include "analyze/load.h"
#include "base/clock.h"

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

static int log_line(struct load *l, struct str line, struct err *e)
{
	struct logline p;

	logline_parse(&l->parser, line, &p);
	if (p.skip)
		return 0;
	l->file.local_time |= p.local_time;
	int rc = log_row(l, line, &p, e);
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
	const char *unit = l->file.kind.unit;
	bool shared = unit && (strcmp(unit, "messages") == 0 || strcmp(unit, "systemd") == 0);

	l->file.first_log = l->last_log + 1;
	l->parser.reference = l->reference;
	logparser_reset(&l->parser);
	l->set = shared ? NULL : signatures_for(l->signatures, unit);
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
	return liner_feed(l, p, n, log_line, e);
}

static int log_end(struct load *l, struct err *e)
{
	return liner_end(l, log_line, e);
}

const struct loader load_log = {log_begin, log_feed, log_end};
