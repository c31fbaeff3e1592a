#include "collect/rewrite.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonscan.h"
#include "base/mem.h"
#include "bundles/reader.h"
#include "collect/placeholder.h"
#include "collect/redact_file.h"
#include "collect/rewrite_file.h"
#include <fcntl.h>
#include <unistd.h>

/* What the first pass found out. */
struct survey {
	char **records; /* of manifest.json, as JSON */
	char **paths;   /* of the records */
	bool *used;
	size_t n, size;
	struct buf head;     /* bundle.json */
	int64_t newest;      /* time of the newest file */
	int64_t finished;
	bool ours, manifest, anonymous;
	struct anonymizer *anonymizer;
	const char *path;    /* of the file that is read */
};

static void survey_release(struct survey *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->records[i]);
		free(s->paths[i]);
	}
	free(s->records);
	free(s->paths);
	free(s->used);
	buf_release(&s->head);
}

static int on_record(void *arg, const struct jsonitem *it, struct err *e)
{
	struct survey *s = arg;
	CLEAN(clean_cjson) cJSON *o = NULL;
	const char *path;

	(void)e;
	if (it->too_big || json_parse(it->json.p, it->json.n, &o, NULL) < 0 || !(path = json_get_str(o, "path")))
		return 0;
	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 256;
		s->records = xreallocarray(s->records, s->size, sizeof(char *));
		s->paths = xreallocarray(s->paths, s->size, sizeof(char *));
	}
	s->records[s->n] = xstrndup(it->json.p, it->json.n);
	s->paths[s->n++] = xstrdup(path);
	return 0;
}

static void learn_line(void *arg, struct str line)
{
	struct survey *s = arg;

	anonymizer_learn(s->anonymizer, s->path, line);
}

/* manifest.json of ours; another of that name is a file like any. */
static int survey_manifest(struct survey *s, struct bundle *b, struct err *e)
{
	struct jsonitems scan;
	const void *p;
	int64_t n;
	bool good = true;
	CLEAN(clean_cjson) cJSON *head = NULL;

	jsonitems_init(&scan, on_record, s);
	scan.list_key = "captures";
	scan.max_item = 1 << 20;
	while ((n = bundle_read(b, &p, e)) > 0)
		good = good && jsonitems_feed(&scan, p, (size_t)n, NULL) == 0;
	struct str text = jsonitems_head(&scan);
	if (n >= 0 && good && json_parse(text.p, text.n, &head, NULL) == 0 && json_get_int(head, "sickbay_manifest", 0) == 1) {
		const char *finished = json_get_str(head, "finished");

		s->manifest = true;
		s->finished = finished ? clock_parse_iso(str_of(finished), NULL) : 0;
		if (s->finished == TIME_NONE)
			s->finished = 0;
	}
	jsonitems_release(&scan);
	return n < 0 ? (int)n : 0;
}

static int survey_file(struct survey *s, struct bundle *b, const struct bundle_entry *en, struct err *e)
{
	struct pieces lines;
	const void *p;
	int64_t n;

	if (en->mtime != TIME_NONE && en->mtime > s->newest)
		s->newest = en->mtime;
	if (!strcmp(en->path, "manifest.json"))
		return survey_manifest(s, b, e);
	s->path = en->path;
	s->ours |= !strcmp(en->path, "bundle.json");
	if (s->anonymizer)
		anonymizer_learn_path(s->anonymizer, en->path);
	pieces_init(&lines, learn_line, s);
	while ((n = bundle_read(b, &p, e)) > 0) {
		if (!strcmp(en->path, "bundle.json"))
			(void)buf_add(&s->head, p, (size_t)n, NULL);
		if (s->anonymizer)
			pieces_write(&lines, p, (size_t)n);
	}
	pieces_finish(&lines);
	return n < 0 ? (int)n : 0;
}

static int survey_bundle(const char *path, struct survey *s, struct rewrite_result *res, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	CLEAN(clean_cjson) cJSON *head = NULL;
	struct bundle_entry en;
	int rc;

	if ((rc = bundle_open(path, NULL, &b, e)) < 0)
		return rc;
	while ((rc = bundle_next(b, &en, e)) > 0)
		if ((rc = survey_file(s, b, &en, e)) < 0)
			return err_wrap(e, "%s", path);
	if (rc < 0)
		return err_wrap(e, "%s", path);
	if (bundle_damage(b))
		snprintf(res->damage, sizeof(res->damage), "%s", bundle_damage(b));
	else if (s->ours && !s->manifest)
		snprintf(res->damage, sizeof(res->damage), "it has no manifest.json: its collection was cut off");
	if (s->ours && json_parse(buf_cstr(&s->head), s->head.n, &head, NULL) == 0) {
		const char *started = json_get_str(head, "started");
		int64_t t = started ? clock_parse_iso(str_of(started), NULL) : TIME_NONE;

		s->anonymous = json_get_bool(head, "anonymized", false);
		if (t != TIME_NONE)
			s->newest = t;
	}
	s->used = xcalloc(s->n + 1, sizeof(*s->used));
	if (s->anonymizer)
		anonymizer_settle(s->anonymizer);
	return 0;
}

/* -- second pass --------------------------------------------------------------------------------------------------- */

/* The record of a file: the one of its path that had one. */
static const char *record_of(struct survey *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->used[i] && !strcmp(s->paths[i], path) && strstr(s->records[i], "\"sha256\"")) {
			s->used[i] = true;
			return s->records[i];
		}
	return NULL;
}

static int put_record(struct rewriter *w, const char *record, const char *path, struct tally *redacted, struct spool *body,
                      bool taken_out, struct err *e)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct capture c = {.path = path, .started = TIME_NONE, .exit_status = -1};
	CLEAN(clean_free) char *command = NULL, *error = NULL, *node = NULL, *name = NULL;

	if (record && json_parse(record, strlen(record), &o, NULL) == 0)
		(void)capture_from_json(o, &c, NULL);
	c.sha256[0] = '\0';
	c.path = name = rewriter_name(w, path);
	c.command = command = rewriter_text(w, c.command, NULL);
	c.error = error = rewriter_text(w, taken_out ? "packed or binary data, which cannot be looked into, was taken out" : c.error, redacted);
	c.node = node = rewriter_name(w, c.node);
	c.redactions = tally_total(redacted);
	c.redacted = redacted;
	return bundle_writer_add(w->out, &c, body, e);
}

static int rewrite_entry(struct rewriter *w, struct survey *s, struct bundle *b, const struct bundle_entry *en, struct err *e)
{
	CLEAN(clean_spool) struct spool *body = NULL;
	CLEAN(clean_free) char *path = xstrdup(en->path);
	struct tally redacted = {.n = 0};
	bool taken_out = false;
	int rc;

	if (s->manifest && !strcmp(path, "manifest.json"))
		return 0;
	if (!strcmp(path, "bundle.json") && w->anonymizer)
		rc = rewriter_head(w, &s->head, &redacted, &body, e);
	else
		rc = rewriter_file(w, b, path, &redacted, &body, &taken_out, e);
	if (rc < 0)
		return err_wrap(e, "%s", path);
	return put_record(w, record_of(s, path), path, &redacted, body, taken_out, e);
}

static int rewrite_rest(struct rewriter *w, struct survey *s, const struct rewrite_result *res, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < s->n && rc == 0; i++) {
		struct tally t = {.n = 0};

		/* A file that is not there any more is told as such. */
		if (!s->used[i])
			rc = put_record(w, s->records[i], s->paths[i], &t, NULL, false, e);
	}
	if (rc == 0 && res->damage[0]) {
		CLEAN(clean_free) char *error = xasprintf("the bundle that was redacted was not whole: %s", res->damage);
		CLEAN(clean_free) char *text = rewriter_text(w, error, NULL);
		struct capture c = {.path = "rest-of-the-bundle", .source = "sickbay", .started = TIME_NONE, .exit_status = -1,
		                    .state = CAPTURE_FAILED, .error = text};
		rc = bundle_writer_add(w->out, &c, NULL, e);
	}
	return rc;
}

static int rewrite_bundle(const char *path, struct rewriter *w, struct survey *s, struct rewrite_result *res, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	struct bundle_entry en;
	int rc;

	if ((rc = bundle_open(path, NULL, &b, e)) < 0)
		return rc;
	while ((rc = bundle_next(b, &en, e)) > 0) {
		if ((rc = rewrite_entry(w, s, b, &en, e)) < 0)
			return rc;
		res->files++;
	}
	if (rc < 0)
		return err_wrap(e, "%s", path);
	if ((rc = rewrite_rest(w, s, res, e)) < 0)
		return rc;
	if (s->finished || !s->ours)
		bundle_writer_set_finished(w->out, s->finished ? s->finished : s->newest);
	if ((rc = bundle_writer_finish(w->out, e)) < 0)
		return rc;
	bundle_writer_counts(w->out, &res->counts);
	res->size = bundle_writer_size(w->out);
	return 0;
}

/* Standard input can be read once: it waits in a file without a name. */
static int keep_stdin(int *fd, char path[32], struct err *e)
{
	char room[65536];
	ssize_t n;

	if ((*fd = file_temp(NULL, e)) < 0)
		return *fd;
	while ((n = read(STDIN_FILENO, room, sizeof(room))) > 0)
		for (ssize_t done = 0, k; done < n; done += k)
			if ((k = write(*fd, room + done, (size_t)(n - done))) < 0)
				return err_errno(e, "standard input cannot be kept");
	if (n < 0)
		return err_errno(e, "standard input");
	snprintf(path, 32, "/proc/self/fd/%d", *fd);
	return 0;
}

int bundle_rewrite(const struct rewrite_opts *o, struct rewrite_result *res, struct err *e)
{
	struct survey s = {.head = BUF_MAX(16 << 20), .newest = 1, .anonymizer = o->anonymizer};
	CLEAN(clean_redact) struct redact *rules = NULL;
	struct rewriter w = {.anonymizer = o->anonymizer};
	CLEAN(clean_fd) int fd = -1;
	char kept[32];
	const char *in = o->in;
	int rc = 0;

	*res = (struct rewrite_result){.files = 0};
	if (!strcmp(in, "-")) {
		if ((rc = keep_stdin(&fd, kept, e)) < 0)
			return rc;
		in = kept;
	}
	if ((rc = redact_load(&rules, e)) < 0)
		return rc;
	w.rules = rules;
	rc = survey_bundle(in, &s, res, e);
	if (rc == 0 && s.anonymous) {
		w.anonymizer = NULL;
		res->was_anonymous = o->anonymizer != NULL;
	}
	if (rc == 0 && (rc = bundle_writer_open(o->out, s.newest, o->force, &w.out, e)) == 0)
		rc = rewrite_bundle(in, &w, &s, res, e);
	bundle_writer_free(w.out);
	survey_release(&s);
	return rc;
}
