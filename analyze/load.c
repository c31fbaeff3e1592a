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
	[LOAD_ACCESS] = &load_access, [LOAD_TIME] = &load_time, [LOAD_SKIP] = NULL, [LOAD_AUTO] = NULL,
};

/* -- problems ------------------------------------------------------------------------------------------------------ */

static int problem_row(struct load *l, const char *path, int64_t line, const char *message, struct err *e)
{
	CLEAN(clean_free) char *inside = l->n_bundles > 1 && path ? xasprintf("%s/%s", l->bundle_name, path) : NULL;

	l->problem_rows++;
	row_begin(l->store, STORE_PROBLEMS);
	row_text(l->store, inside ? inside : path);
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

/* -- one file ------------------------------------------------------------------------------------------------------ */

static int file_row(struct load *l, struct err *e)
{
	const struct filekind *k = &l->file.kind;
	bool log = l->last_log >= l->file.first_log && l->file.first_log > 0;

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
	row_int(l->store, l->bundle_no);
	row_text(l->store, k->layout);
	row_text(l->store, k->root ? k->root : "");
	row_text(l->store, k->resource);
	return row_end(l->store, e);
}

int load_section(struct load *l, struct err *e)
{
	int rc = file_row(l, e);

	l->file.sections = true;
	l->file.id = ++l->last_file;
	l->file.first_log = l->last_log + 1;
	l->file.bytes = 0;
	return rc;
}

static void count_layout(struct load *l, const char *layout)
{
	for (size_t i = 0; layout && i < ARRAY_LEN(l->counts); i++) {
		if (l->counts[i].layout && strcmp(l->counts[i].layout, layout) != 0)
			continue;
		l->counts[i].layout = layout;
		l->counts[i].files++;
		return;
	}
}

static void begin_file(struct load *l, const struct bundle_entry *entry)
{
	memset(&l->file, 0, sizeof(l->file));
	l->file.id = ++l->last_file;
	l->file.path = entry->path;
	layout_of(l->layouts, entry->path, bundle_is_packed(l->bundle), &l->file.kind);
	count_layout(l, l->file.kind.layout);
	l->file.loader = l->file.kind.by_host ? &load_hosts : loaders[l->file.kind.load];
	if (entry->mtime != TIME_NONE && (l->newest == TIME_NONE || entry->mtime > l->newest))
		l->newest = entry->mtime;
	if (!l->saw_bundle)
		l->reference = l->taken != TIME_NONE ? l->taken : l->newest;
	l->broken = false;
	buf_clear(&l->liner.carry);
	l->liner.line = l->liner.cut = 0;
	l->liner.dropping = false;
	l->metric.series = 0;
}

static bool is_open(const struct filekind *k)
{
	return k->load == LOAD_AUTO || k->load == LOAD_OBJECTS;
}

/* Reads the entry through its loader. */
static int read_file(struct load *l, struct err *e)
{
	const void *p;
	int64_t n;
	int rc = 0;
	bool begun = false;

	while (rc == 0 && (n = bundle_read(l->bundle, &p, e)) != 0) {
		if (n < 0) {
			rc = (int)n;
			break;
		}
		if (!begun && is_open(&l->file.kind))
			l->file.loader = load_sniff(l, p, (size_t)n);
		if (!begun && l->file.loader->begin)
			l->file.loader->begin(l);
		begun = true;
		l->bytes += n;
		l->file.bytes += n;
		store_progress(l->store, l->bytes, l->file.path);
		if (!l->broken)
			rc = l->file.loader->feed(l, p, (size_t)n, e);
	}
	if (rc == 0 && bundle_damage(l->bundle))
		load_partial(l, "the archive is damaged here");
	if (!begun) { /* an empty file */
		l->file.loader = l->file.loader ? l->file.loader : &load_lines;
		if (l->file.loader->begin)
			l->file.loader->begin(l);
	}
	struct err ignored = {0};
	int rc2 = l->file.loader->end(l, rc < 0 ? &ignored : e); /* always, it also frees */
	return rc < 0 ? rc : rc2;
}

static int load_file(struct load *l, const struct bundle_entry *entry, struct err *e)
{
	int rc = 0;

	begin_file(l, entry);
	if (l->file.kind.load != LOAD_SKIP) {
		rc = read_file(l, e);
	} else {
		l->file.bytes = entry->size > 0 ? entry->size : 0;
		l->file.state = "skipped";
		l->file.reason = l->file.kind.reason ? l->file.kind.reason : "holds nothing to analyse";
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

int load_fact(struct load *l, const char *key, const char *value, struct err *e)
{
	CLEAN(clean_free) char *numbered = l->bundle_no > 1 ? xasprintf("bundle%d.%s", l->bundle_no, key) : NULL;

	row_begin(l->store, STORE_BUNDLE);
	row_text(l->store, numbered ? numbered : key);
	row_text(l->store, value);
	return row_end(l->store, e);
}

/* The layout that most of the files are of; NULL when none knows any. */
static const char *kind_of(const struct load *l)
{
	const struct layout_count *best = NULL;

	if (l->saw_bundle)
		return "sickbay";
	for (size_t i = 0; i < ARRAY_LEN(l->counts) && l->counts[i].layout; i++)
		if (!best || l->counts[i].files > best->files)
			best = &l->counts[i];
	return best ? best->layout : l->objects ? "folder" : NULL;
}

/* Folders with a file for each object are lists, too; some of them may be missing where the bundle breaks off. */
static int single_lists(struct load *l, bool whole, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < l->n_singles; i++) {
		struct single_list *s = &l->singles[i];
		row_begin(l->store, STORE_LISTS);
		row_int(l->store, s->file);
		row_text(l->store, s->resource);
		row_null(l->store);
		row_int(l->store, s->items);
		row_int(l->store, whole);
		if (rc == 0)
			rc = row_end(l->store, e);
		free(s->resource);
	}
	l->n_singles = 0;
	return rc;
}

static int bundles_row(struct load *l, const char *kind, const char *time, const char *damage, struct err *e)
{
	row_begin(l->store, STORE_BUNDLES);
	row_int(l->store, l->bundle_no);
	row_text(l->store, l->bundle_name);
	row_text(l->store, kind);
	row_text(l->store, layout_title(l->layouts, kind));
	row_text(l->store, time);
	row_text(l->store, damage);
	row_int(l->store, strcmp(kind, "folder") == 0 || layout_selects(l->layouts, kind));
	row_null(l->store); /* load/clusters.sql */
	row_null(l->store);
	return row_end(l->store, e);
}

static int facts(struct load *l, const char *damage, struct err *e)
{
	const char *path = l->bundle_path, *slash = strrchr(path, '/'), *kind = kind_of(l);
	char when[32];
	int rc;

	if (!kind)
		return err_set(e, ERR_FORMAT, "not a bundle: none of its %lld files lies where a bundle has them",
		               (long long)(l->last_file - l->first_file));
	const char *time = l->started[0] ? l->started : l->finished[0] ? l->finished
		: clock_format(l->taken != TIME_NONE ? l->taken : l->newest, when);
	if (!*time)
		time = NULL;
	if ((rc = load_fact(l, "path", slash && slash[1] ? slash + 1 : path, e)) < 0 ||
	    (rc = load_fact(l, "top", bundle_top(l->bundle), e)) < 0 || (rc = load_fact(l, "kind", kind, e)) < 0 ||
	    (rc = load_fact(l, "time", time, e)) < 0 ||
	    (rc = load_fact(l, "complete", l->saw_manifest && !damage ? "1" : "0", e)) < 0 ||
	    (rc = bundles_row(l, kind, time, damage, e)) < 0)
		return rc;
	if (l->finished[0] && (rc = load_fact(l, "finished", l->finished, e)) < 0)
		return rc;
	if (l->taken_from != TIME_NONE && (rc = load_fact(l, "taken_from", clock_format(l->taken_from, when), e)) < 0)
		return rc;
	return damage ? load_fact(l, "damage", damage, e) : 0;
}

/* Links are many in some bundles, and what they lead to is in the bundle itself: they are listed, not reported. */
static void on_skipped(void *arg, const char *path, const char *reason)
{
	struct load *l = arg;

	if (strcmp(reason, "a link") != 0) {
		(void)problem_row(l, path, 0, reason, NULL);
		return;
	}
	memset(&l->file, 0, sizeof(l->file));
	l->file.id = ++l->last_file;
	l->file.path = strncmp(path, "./", 2) == 0 ? path + 2 : path;
	l->file.kind.root = NULL;
	l->file.state = "skipped";
	l->file.reason = "a link";
	l->liner.line = 0;
	(void)file_row(l, NULL);
	memset(&l->file, 0, sizeof(l->file));
}

static void note_lost_top(struct load *l)
{
	const char *top = bundle_lost_top(l->bundle);

	if (!top || (l->n_lost && l->lost[l->n_lost - 1].first_file == l->first_file))
		return;
	l->lost = xreallocarray(l->lost, (size_t)l->n_lost + 1, sizeof(*l->lost));
	l->lost[l->n_lost++] = (struct lost_top){
		xstrdup(top), l->n_bundles > 1 ? xasprintf("%s/", l->bundle_name) : xstrdup(""), l->first_file, l->last_file,
		l->first_problem, l->problem_rows};
}

static int read_bundle(struct load *l, struct err *e)
{
	struct bundle_entry entry;
	struct err why = {0};
	int rc;

	bundle_open_nested(l->bundle);
	bundle_on_problem(l->bundle, on_skipped, l);
	while ((rc = bundle_next(l->bundle, &entry, &why)) > 0) {
		note_lost_top(l);
		if ((rc = load_file(l, &entry, &why)) < 0)
			break;
	}
	/* What is beyond the limits is not read; what was read until then counts. */
	if (rc < 0 && why.code != ERR_LIMIT) {
		*e = why;
		return rc;
	}
	const char *damage = rc < 0 ? why.msg : bundle_damage(l->bundle);
	if (damage && (rc = problem_row(l, l->bundle_path, 0, damage, e)) < 0)
		return rc;
	if (!damage && l->saw_bundle && !l->saw_manifest)
		damage = "it has no manifest: the collector did not come to its end";
	if ((rc = single_lists(l, !damage, e)) < 0)
		return rc;
	return facts(l, damage, e);
}

/* -- the case -------------------------------------------------------------------------------------------------------- */

struct reader {
	struct load *load;
	const char *const *paths;
};

char *load_bundle_name(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t at = n;
	while (at > 0 && path[at - 1] != '/')
		at--;
	char *name = xstrndup(path + at, n - at);
	static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2", ".tar", ".tgz", ".txz", ".zip"};
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
			size_t k = strlen(name), m = strlen(endings[i]);
			if (k > m && strcmp(name + k - m, endings[i]) == 0)
				name[k - m] = '\0';
		}
	return name;
}

/* Two bundles of one name get a number behind it. */
static char *unused_name(const char *const *paths, int no)
{
	CLEAN(clean_free) char *name = load_bundle_name(paths[no]);
	int same = 1;

	for (int i = 0; i < no; i++) {
		CLEAN(clean_free) char *other = load_bundle_name(paths[i]);
		same += strcmp(other, name) == 0;
	}
	return same > 1 ? xasprintf("%s-%d", name, same) : xstrdup(name);
}

/* Forgets the bundle before. */
static void end_bundle(struct load *l)
{
	for (int i = 0; i < l->n_singles; i++)
		free(l->singles[i].resource);
	l->n_singles = 0;
	bundle_close(l->bundle);
	l->bundle = NULL;
	free(l->bundle_name);
	l->bundle_name = NULL;
}

static int begin_bundle(struct load *l, const char *const *paths, int no, struct err *e)
{
	const struct bundle_limits *limits = l->opts->limits.max_entries ? &l->opts->limits : NULL;

	l->bundle_no = no + 1;
	l->bundle_path = paths[no];
	l->bundle_name = unused_name(paths, no);
	l->first_file = l->last_file;
	l->first_problem = l->problem_rows;
	l->reference = l->newest = l->taken = l->taken_from = TIME_NONE;
	l->objects = 0;
	memset(l->counts, 0, sizeof(l->counts));
	l->saw_bundle = l->saw_manifest = false;
	l->started[0] = l->finished[0] = '\0';
	return bundle_open(paths[no], limits, &l->bundle, e);
}

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	struct load *l = r->load;
	struct err e = {0};
	int rc = 0;

	pthread_setname_np(pthread_self(), "sickbay-read");
	for (int i = 0; i < l->n_bundles && rc == 0; i++) {
		rc = i > 0 ? begin_bundle(l, r->paths, i, &e) : 0;
		if (rc == 0 && (rc = read_bundle(l, &e)) < 0)
			rc = err_wrap(&e, "%s", r->paths[i]);
		end_bundle(l);
	}
	store_close(l->store, rc < 0 ? &e : NULL);
	return NULL;
}

/* The reader gets a thread of its own; this one inserts. */
static int run(struct load *l, const char *const *paths, struct err *e)
{
	struct reader r = {l, paths};
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
	end_bundle(l);
	logparser_release(&l->parser);
	buf_release(&l->liner.carry);
	buf_release(&l->repaired);
	buf_release(&l->whole);
	store_free(l->store);
	extract_free(l->extract);
	layouts_free(l->layouts);
	signatures_free(l->signatures);
	free(l->singles);
	free(l->hosts);
	for (int i = 0; i < l->n_lost; i++) {
		free(l->lost[i].top);
		free(l->lost[i].prefix);
	}
	free(l->lost);
}

int load_bundles(sqlite3 *db, const char *const *paths, int n, const struct load_opts *o, struct err *e)
{
	struct load l = {.opts = o, .n_bundles = n};
	const char *const *typed;
	int n_typed, rc;

	l.liner.carry = (struct buf)BUF_MAX(LINE_MAX_BYTES);
	l.repaired = (struct buf)BUF_MAX(4 * LINE_MAX_BYTES);
	l.whole = (struct buf)BUF_MAX(WHOLE_MAX);
	logparser_init(&l.parser, TIME_NONE);
	/* The first is opened here, so that a wrong path is told before anything else is done. */
	if ((rc = begin_bundle(&l, paths, 0, e)) == 0 && (rc = layouts_load(&l.layouts, e)) == 0 &&
	    (rc = signatures_load(o->checks_dir, &l.signatures, e)) == 0 && (rc = extract_new(&l.extract, e)) == 0) {
		typed = extract_tables(l.extract, &n_typed);
		if ((rc = store_new(db, typed, n_typed, &l.store, e)) == 0)
			rc = run(&l, paths, e);
		if (rc == 0)
			rc = load_settle(db, &l, e);
	}
	release(&l);
	return rc;
}

int load_bundle(sqlite3 *db, const char *path, const struct load_opts *o, struct err *e)
{
	return load_bundles(db, &path, 1, o, e);
}
