#include "analyze/load.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static const struct loader *const loaders[LOAD_KINDS] = {
	[LOAD_OBJECTS] = &load_objects, [LOAD_LOG] = &load_log, [LOAD_LINES] = &load_lines, [LOAD_DOCUMENT] = &load_document,
	[LOAD_METRICS] = &load_metrics, [LOAD_CAPTURES] = &load_captures, [LOAD_BUNDLE] = &load_bundle_json,
	[LOAD_ACCESS] = &load_access, [LOAD_SKIP] = NULL,
};

/* -- problems ------------------------------------------------------------------------------------------------------ */

static int problem_row(struct load *l, const char *path, int64_t line, const char *message, struct err *e)
{
	row_begin(l->store, STORE_PROBLEMS);
	row_text(l->store, path);
	if (line > 0)
		row_int(l->store, line);
	else
		row_null(l->store);
	row_text(l->store, message);
	return row_end(l->store, e);
}

int load_problem(struct load *l, int64_t line, struct err *e, const char *fmt, ...)
{
	struct err text; /* cuts at a character's end */
	char m[480];
	va_list ap;

	if (l->file.problems++ >= PROBLEMS_PER_FILE)
		return 0;
	va_start(ap, fmt);
	vsnprintf(m, sizeof(m), fmt, ap);
	va_end(ap);
	err_set(&text, ERR_FORMAT, "%s", m);
	return problem_row(l, l->file.path, line, text.msg, e);
}

void load_partial(struct load *l, const char *reason)
{
	if (l->file.state)
		return;
	l->file.state = "partial";
	l->file.reason = reason;
}

static void on_skipped(void *arg, const char *path, const char *reason)
{
	struct load *l = arg;

	(void)problem_row(l, path, 0, reason, NULL);
}

/* -- one file ------------------------------------------------------------------------------------------------------ */

static int file_row(struct load *l, struct err *e)
{
	const struct filekind *k = &l->file.kind;
	bool log = k->load == LOAD_LOG && l->last_log >= l->file.first_log;

	row_begin(l->store, STORE_FILES);
	row_int(l->store, l->file.id);
	row_text(l->store, l->file.path);
	row_text(l->store, k->role);
	row_text(l->store, k->node);
	row_text(l->store, k->unit);
	row_text(l->store, k->namespace);
	row_text(l->store, k->pod);
	row_text(l->store, k->container);
	row_int(l->store, l->file.bytes);
	row_int(l->store, l->liner.line);
	row_text(l->store, l->file.state ? l->file.state : "loaded");
	row_text(l->store, l->file.reason);
	if (log) {
		row_int(l->store, l->file.first_log);
		row_int(l->store, l->last_log);
	} else {
		row_null(l->store);
		row_null(l->store);
	}
	row_int(l->store, l->file.local_time);
	return row_end(l->store, e);
}

static void begin_file(struct load *l, const struct bundle_entry *entry)
{
	memset(&l->file, 0, sizeof(l->file));
	l->file.id = ++l->last_file;
	l->file.path = entry->path;
	layout_of(l->layouts, entry->path, &l->file.kind);
	if (l->file.kind.layout) {
		l->known++;
		if (!l->layout)
			l->layout = l->file.kind.layout;
	}
	if (entry->mtime != TIME_NONE && (l->newest == TIME_NONE || entry->mtime > l->newest))
		l->newest = entry->mtime;
	if (!l->saw_bundle)
		l->reference = l->newest;
	l->broken = false;
	buf_clear(&l->liner.carry);
	l->liner.line = l->liner.cut = 0;
	l->liner.dropping = false;
	l->metric.series = 0;
}

/* Reads the entry through its loader. 1 when the archive broke off inside. */
static int read_file(struct load *l, const struct loader *loader, struct err *e)
{
	const void *p;
	int64_t n;
	int rc = 0;

	if (loader->begin)
		loader->begin(l);
	while (rc == 0 && (n = bundle_read(l->bundle, &p, e)) != 0) {
		if (n < 0) {
			rc = (int)n;
			break;
		}
		l->bytes += n;
		l->file.bytes += n;
		store_progress(l->store, l->bytes, l->file.path);
		if (!l->broken)
			rc = loader->feed(l, p, (size_t)n, e);
	}
	if (rc == 0 && bundle_damage(l->bundle))
		load_partial(l, "the archive is damaged here");
	struct err ignored = {0};
	int rc2 = loader->end(l, rc < 0 ? &ignored : e); /* always, it also frees */
	return rc < 0 ? rc : rc2;
}

static int load_file(struct load *l, const struct bundle_entry *entry, struct err *e)
{
	begin_file(l, entry);
	const struct loader *loader = loaders[l->file.kind.load];
	int rc = 0;
	if (loader) {
		rc = read_file(l, loader, e);
	} else {
		l->file.bytes = entry->size;
		l->file.state = "skipped";
		l->file.reason = "holds nothing to analyse";
	}
	if (rc == 0 && l->file.problems > PROBLEMS_PER_FILE) {
		CLEAN(clean_free) char *m = xasprintf("%d further problems", l->file.problems - PROBLEMS_PER_FILE);
		rc = problem_row(l, l->file.path, 0, m, e);
	}
	if (rc == 0)
		rc = file_row(l, e);
	filekind_release(&l->file.kind);
	return rc;
}

/* -- the bundle ---------------------------------------------------------------------------------------------------- */

static int fact(struct load *l, const char *key, const char *value, struct err *e)
{
	row_begin(l->store, STORE_BUNDLE);
	row_text(l->store, key);
	row_text(l->store, value);
	return row_end(l->store, e);
}

static int facts(struct load *l, const char *path, const char *damage, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char when[32];
	int rc;

	if (!l->known)
		return err_set(e, ERR_FORMAT, "not a bundle: none of its %lld files lies where a bundle has them",
		               (long long)l->last_file);
	const char *time = l->started[0] ? l->started : l->finished[0] ? l->finished : clock_format(l->newest, when);
	if ((rc = fact(l, "path", slash ? slash + 1 : path, e)) < 0 || (rc = fact(l, "top", bundle_top(l->bundle), e)) < 0 ||
	    (rc = fact(l, "kind", l->layout, e)) < 0 || (rc = fact(l, "time", *time ? time : NULL, e)) < 0 ||
	    (rc = fact(l, "complete", l->saw_manifest && !damage ? "1" : "0", e)) < 0)
		return rc;
	if (l->finished[0] && (rc = fact(l, "finished", l->finished, e)) < 0)
		return rc;
	return damage ? fact(l, "damage", damage, e) : 0;
}

static int read_bundle(struct load *l, const char *path, struct err *e)
{
	struct bundle_entry entry;
	struct err why = {0};
	int rc;

	bundle_on_problem(l->bundle, on_skipped, l);
	while ((rc = bundle_next(l->bundle, &entry, &why)) > 0)
		if ((rc = load_file(l, &entry, &why)) < 0)
			break;
	/* What is beyond the limits is not read; what was read until then counts. */
	if (rc < 0 && why.code != ERR_LIMIT) {
		*e = why;
		return rc;
	}
	const char *damage = rc < 0 ? why.msg : bundle_damage(l->bundle);
	if (damage && (rc = problem_row(l, path, 0, damage, e)) < 0)
		return rc;
	if (!damage && l->saw_bundle && !l->saw_manifest)
		damage = "it has no manifest: the collector did not come to its end";
	return facts(l, path, damage, e);
}

struct reader {
	struct load *load;
	const char *path;
};

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	struct err e = {0};

	pthread_setname_np(pthread_self(), "sickbay-read");
	store_close(r->load->store, read_bundle(r->load, r->path, &e) < 0 ? &e : NULL);
	return NULL;
}

/* The reader gets a thread of its own; this one inserts. */
static int run(struct load *l, const char *path, struct err *e)
{
	struct reader r = {l, path};
	pthread_t thread;

	int error = pthread_create(&thread, NULL, reader_main, &r);
	if (error)
		return err_set(e, ERR_IO, "cannot start a thread: %s", strerror(error));
	int rc = store_run(l->store, l->opts->progress, l->opts->arg, e);
	pthread_join(thread, NULL);
	return rc;
}

static void release(struct load *l)
{
	logparser_release(&l->parser);
	buf_release(&l->liner.carry);
	buf_release(&l->repaired);
	buf_release(&l->whole);
	store_free(l->store);
	extract_free(l->extract);
	layouts_free(l->layouts);
	signatures_free(l->signatures);
	bundle_close(l->bundle);
}

int load_bundle(sqlite3 *db, const char *path, const struct load_opts *o, struct err *e)
{
	struct load l = {.opts = o, .reference = TIME_NONE, .newest = TIME_NONE};
	const char *const *typed;
	int n, rc;

	l.liner.carry = (struct buf)BUF_MAX(LINE_MAX_BYTES);
	l.repaired = (struct buf)BUF_MAX(4 * LINE_MAX_BYTES);
	l.whole = (struct buf)BUF_MAX(WHOLE_MAX);
	logparser_init(&l.parser, TIME_NONE);
	const struct bundle_limits *limits = o->limits.max_entries ? &o->limits : NULL;
	if ((rc = bundle_open(path, limits, &l.bundle, e)) == 0 && (rc = layouts_load(&l.layouts, e)) == 0 &&
	    (rc = signatures_load(o->checks_dir, &l.signatures, e)) == 0 && (rc = extract_new(&l.extract, e)) == 0) {
		typed = extract_tables(l.extract, &n);
		if ((rc = store_new(db, typed, n, &l.store, e)) == 0 && (rc = run(&l, path, e)) < 0)
			rc = err_wrap(e, "%s", path);
	}
	release(&l);
	return rc;
}
