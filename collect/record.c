#include "collect/record.h"
#include "base/clock.h"
#include "base/mem.h"
#include "collect/placeholder.h"
#include "collect/redact_file.h"

struct record {
	struct run *run;
	char *path, *source, *command, *node;
	int64_t max, started, mono, seen;
	bool keep_tail;
	const struct regex *drop;
	struct spool *spool;
	struct redact_file *file;
	struct tally replaced; /* placeholders that went into the bundle, by kind */
};

static int to_spool(void *arg, const void *p, size_t n, struct err *e)
{
	struct record *r = arg;
	int rc = spool_write(r->spool, p, n, e);

	placeholder_count((struct str){p, n}, &r->replaced);
	if (rc < 0 && e)
		run_fatal(r->run, e);
	return rc;
}

static bool drop_line(void *arg, struct str line)
{
	return regex_match(arg, line, NULL, 0);
}

struct record *record_new(struct run *run, const struct record_spec *spec)
{
	struct record *r = xcalloc(1, sizeof(*r));
	int64_t left = atomic_load(&run->bytes_left);
	union {
		const struct regex *c;
		void *p;
	} drop = {.c = spec->drop};

	r->run = run;
	r->path = xstrdup(spec->path);
	r->source = xstrdup(spec->source);
	r->command = xstrdup(spec->command ? spec->command : "");
	r->node = spec->node ? xstrdup(spec->node) : NULL;
	r->max = spec->max > 0 && spec->max < left ? spec->max : left;
	if (r->max < 1)
		r->max = 1;
	r->keep_tail = spec->keep_tail;
	r->started = clock_now();
	r->mono = clock_mono();
	r->spool = spool_new(r->max, r->keep_tail, NULL);
	r->file = redact_file_new(run->redact, r->path, to_spool, r, spec->drop ? drop_line : NULL, drop.p);
	atomic_fetch_add(&run->in_flight, 1);
	return r;
}

int record_write(void *record, const void *p, size_t n, struct err *e)
{
	struct record *r = record;
	int rc;

	r->seen += (int64_t)n;
	if ((rc = redact_file_write(r->file, p, n, e)) < 0)
		return rc;
	if (record_full(r))
		return err_set(e, ERR_LIMIT, "the byte cap is reached");
	return 0;
}

int record_write_raw(struct record *r, const void *p, size_t n, int64_t replaced, struct err *e)
{
	r->seen += (int64_t)n;
	(void)replaced;
	return to_spool(r, p, n, e);
}

int64_t record_bytes(const struct record *r)
{
	return r->seen;
}

bool record_full(const struct record *r)
{
	return !r->keep_tail && spool_seen(r->spool) > r->max;
}

/* One line without control characters, redacted, of a bearable length. */
static char *clean_error(struct run *run, const char *s, struct tally *count)
{
	struct buf b = BUF_MAX(64 * 1024), line = BUF_MAX(1024);
	size_t n = strlen(s);
	int64_t replaced = 0;
	char *t;

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == ' '))
		n--;
	if (redact_text(run->redact, (struct str){s, n < 8192 ? n : 8192}, &b, &replaced, NULL) < 0)
		return xstrdup("(error text could not be redacted)");
	placeholder_count((struct str){buf_cstr(&b), b.n}, count);
	t = buf_take(&b);
	for (size_t i = 0; t[i] && line.n < 600; i++) {
		unsigned char c = (unsigned char)t[i];

		if (c == '\n')
			buf_add_str(&line, "; ", NULL);
		else
			buf_add(&line, c < 0x20 || c == 0x7f ? " " : (const char *)&c, 1, NULL);
	}
	free(t);
	return buf_take(&line);
}

/* As a person would repeat it, scripts with their lines. */
static char *clean_command(struct run *run, const char *s)
{
	struct buf b = BUF_MAX(64 * 1024);
	int64_t n = 0;
	size_t len = strlen(s);

	if (redact_text(run->redact, (struct str){s, len < 4096 ? len : 4096}, &b, &n, NULL) < 0)
		buf_clear(&b);
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		b.p[--b.n] = '\0';
	return buf_take(&b);
}

static void add(struct record *r, const struct record_end *end)
{
	struct capture c = {
	        .path = r->path,
	        .source = r->source,
	        .command = r->command,
	        .node = r->node,
	        .started = r->started,
	        .ms = (clock_mono() - r->mono) / 1000,
	        .exit_status = end->exit_status,
	        .state = end->state,
	        .timed_out = end->timed_out,
	        .truncated = end->truncated,
	};
	CLEAN(clean_free) char *error = NULL, *command = NULL;
	struct err e = {0};

	if (end->error && end->error[0])
		error = clean_error(r->run, end->error, &r->replaced);
	c.error = error;
	command = clean_command(r->run, r->command);
	c.command = command;
	c.redactions = tally_total(&r->replaced);
	c.redacted = &r->replaced;
	atomic_fetch_sub(&r->run->bytes_left, end->no_file ? 0 : spool_size(r->spool));
	if (bundle_writer_add(r->run->out, &c, end->no_file ? NULL : r->spool, &e) < 0)
		run_fatal(r->run, &e);
}

void record_finish(struct record *r, const struct record_end *end)
{
	struct err e = {0};

	if (!end->no_file && !r->seen && end->body_if_empty && end->body_if_empty[0])
		record_write(r, end->body_if_empty, strlen(end->body_if_empty), &e);
	redact_file_finish(r->file, &e);
	if (spool_finish(r->spool, &e) < 0)
		run_fatal(r->run, &e);
	else
		add(r, end);
	atomic_fetch_sub(&r->run->in_flight, 1);
	atomic_fetch_add(&r->run->captures, 1);
	redact_file_free(r->file);
	spool_free(r->spool);
	free(r->path);
	free(r->source);
	free(r->command);
	free(r->node);
	free(r);
}

void record_none(struct run *run, const struct record_spec *spec, enum capture_state state, const char *error)
{
	struct record_spec s = *spec;
	struct record_end end = {.state = state, .exit_status = -1, .error = error, .no_file = true};

	s.max = 1;
	record_finish(record_new(run, &s), &end);
}

void record_text(struct run *run, const struct record_spec *spec, const char *p, size_t n, bool raw)
{
	struct record *r = record_new(run, spec);
	struct record_end end = {.state = CAPTURE_OK, .exit_status = -1};
	struct err e = {0};

	if (raw)
		record_write_raw(r, p, n, 0, &e);
	else
		record_write(r, p, n, &e);
	record_finish(r, &end);
}
