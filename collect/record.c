#include "collect/record.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "collect/placeholder.h"
#include "collect/redact_file.h"

/* Bytes of a cap that are kept for what closes a document. */
#define FRAME_MAX 64

struct record {
	struct run *run;
	char *path, *source, *command, *node;
	const char *max_name;
	int64_t max, started, mono, seen;
	int64_t charged;  /* to the budget of the run */
	bool keep_tail, own;
	bool over_budget; /* --max-bytes ended in the middle of it */
	bool cut;         /* something whole did not fit any more */
	struct err disk;  /* the temporary file's failure: this capture's loss, not the run's */
	const struct regex *drop;
	struct spool *spool;
	struct redact_file *file;
	struct tally replaced; /* placeholders that went into the bundle, by kind */
};

/* Takes n bytes of the run's budget, or what is left of it. */
static int64_t take_budget(struct run *run, int64_t n)
{
	long long left = atomic_load(&run->bytes_left), take;

	do
		take = left <= 0 ? 0 : left < n ? left : n;
	while (take > 0 && !atomic_compare_exchange_weak(&run->bytes_left, &left, left - take));
	return take;
}

/* How many of n more bytes may be kept. What is kept of the newest end takes room only until its ring is full. */
static size_t grant(struct record *r, size_t n)
{
	int64_t room = r->max - r->charged, want = (int64_t)n < room ? (int64_t)n : room, got;

	if (r->own || want <= 0)
		return n;
	got = take_budget(r->run, want);
	r->charged += got;
	if (got == want)
		return n;
	r->over_budget = true;
	return (size_t)got;
}

static int to_spool(void *arg, const void *p, size_t n, struct err *e)
{
	struct record *r = arg;
	int rc;

	if (r->disk.code) {
		if (e)
			*e = r->disk;
		return -r->disk.code;
	}
	if (r->over_budget)
		return 0;
	placeholder_count((struct str){p, n}, &r->replaced);
	rc = spool_write(r->spool, p, grant(r, n), &r->disk);
	if (rc < 0 && e)
		*e = r->disk;
	return rc;
}

static bool drop_line(void *arg, struct str line)
{
	return regex_match(arg, line, NULL, 0);
}

struct record *record_new(struct run *run, const struct record_spec *spec)
{
	struct record *r = xcalloc(1, sizeof(*r));
	union {
		const struct regex *c;
		void *p;
	} drop = {.c = spec->drop};

	r->run = run;
	r->path = xstrdup(spec->path);
	r->source = xstrdup(spec->source);
	r->command = xstrdup(spec->command ? spec->command : "");
	r->node = spec->node ? xstrdup(spec->node) : NULL;
	r->max = spec->max > 0 ? spec->max : INT64_C(1) << 30;
	r->max_name = spec->max_name ? spec->max_name : "max of the plan";
	r->own = spec->own;
	r->keep_tail = spec->keep_tail;
	r->started = clock_now();
	r->mono = clock_mono();
	r->spool = spool_new(r->max, r->keep_tail, NULL);
	r->file = redact_file_new(run->redact, r->path, to_spool, r, spec->drop ? drop_line : NULL, drop.p);
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

int record_write_raw(struct record *r, const void *p, size_t n, struct err *e)
{
	r->seen += (int64_t)n;
	if (spool_seen(r->spool) + (int64_t)n + FRAME_MAX > r->max) {
		r->cut = true;
		return err_set(e, ERR_LIMIT, "the byte cap is reached");
	}
	if (!r->own) {
		int64_t got = take_budget(r->run, (int64_t)n);

		r->charged += got;
		if (got < (int64_t)n) {
			r->over_budget = true;
			return err_set(e, ERR_LIMIT, "the budget of bytes is used up");
		}
	}
	return record_write_frame(r, p, n, e);
}

int record_write_frame(struct record *r, const void *p, size_t n, struct err *e)
{
	placeholder_count((struct str){p, n}, &r->replaced);
	if (!r->disk.code)
		spool_write(r->spool, p, n, &r->disk);
	if (r->disk.code && e)
		*e = r->disk;
	return -r->disk.code;
}

int64_t record_bytes(const struct record *r)
{
	return r->seen;
}

bool record_full(const struct record *r)
{
	return r->over_budget || r->cut || (!r->keep_tail && spool_seen(r->spool) > r->max);
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
	char size[16];

	if (r->over_budget || r->cut || (r->disk.code && !end->no_file))
		c.truncated = true;
	if (r->disk.code)
		c.state = CAPTURE_FAILED;
	if (r->disk.code || (end->error && end->error[0]) || r->over_budget)
		error = clean_error(r->run, r->disk.code                     ? r->disk.msg
		                            : end->error && end->error[0] ? end->error
		                                                          : RUN_OUT_OF_BYTES, &r->replaced);
	else if (c.truncated || (!end->no_file && spool_truncated(r->spool)))
		error = xasprintf("cut at %s: %s", file_format_size(r->max, size), r->max_name);
	c.error = error;
	command = clean_command(r->run, r->command);
	c.command = command;
	c.redactions = tally_total(&r->replaced);
	c.redacted = &r->replaced;
	/* What did not become part of the file goes back. */
	if (!r->own)
		atomic_fetch_add(&r->run->bytes_left, r->charged - (end->no_file ? 0 : spool_size(r->spool)));
	if (bundle_writer_add(r->run->out, &c, end->no_file ? NULL : r->spool, &e) < 0)
		run_fatal(r->run, &e);
}

void record_finish(struct record *r, const struct record_end *end)
{
	struct record_end lost;
	struct err e = {0};

	if (!end->no_file && !r->seen && end->body_if_empty && end->body_if_empty[0])
		record_write(r, end->body_if_empty, strlen(end->body_if_empty), &e);
	redact_file_finish(r->file, &e);
	if (spool_finish(r->spool, &e) < 0) {
		lost = *end;
		lost.no_file = true;
		r->disk = e;
		end = &lost;
	}
	add(r, end);
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
		record_write_frame(r, p, n, &e);
	else
		record_write(r, p, n, &e);
	record_finish(r, &end);
}
