#include "cli/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"

enum { MAX_RECORD = 1 << 20, MAX_HEAD = 16 << 20, MAX_PROBLEMS = 64 << 10 };

static struct inspect_item *add_item(struct inspect_list *l, const char *path)
{
	if (l->n == l->size) {
		l->size = l->size ? l->size * 2 : 256;
		l->items = xreallocarray(l->items, l->size, sizeof(*l->items));
	}
	struct inspect_item *it = &l->items[l->n++];
	*it = (struct inspect_item){.path = xstrdup(path)};
	return it;
}

static void note_problem(void *arg, const char *path, const char *reason)
{
	struct inspect_list *l = arg;

	/* Beyond the cap they are too many to be read by anybody. */
	(void)buf_printf(&l->problems, NULL, "%s: %s\n", path, reason);
}

/* -- the manifest -------------------------------------------------------------------------------------------------- */

static void take_record(struct inspect_list *l, const cJSON *o)
{
	struct err e = {0};
	struct capture c;

	if (capture_from_json(o, &c, &e) < 0) {
		note_problem(l, "manifest.json", e.msg);
		return;
	}
	struct inspect_item *it = add_item(l, c.path);
	it->record = true;
	it->state = c.state;
	it->truncated = c.truncated;
	it->error = c.error ? xstrdup(c.error) : NULL;
	memcpy(it->recorded_sha256, c.sha256, sizeof(it->recorded_sha256));
	it->recorded_size = c.bytes;
	l->by_state[c.state]++;
	l->truncated += c.truncated;
	l->redactions += c.redactions;
}

/* The manifest is written with one record a line, which lets it be read without holding it. */
static void take_line(struct inspect_manifest *m)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	const char *p = buf_cstr(&m->line);
	size_t n = m->line.n;

	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == ' ' || p[n - 1] == ','))
		n--;
	if (n == 2 && memcmp(p, "]}", 2) == 0) {
		m->end = true;
	} else if (n > 0 && p[n - 1] == '[') { /* the first line: closed for the parser, it is a document */
		CLEAN(clean_free) char *head = xasprintf("%.*s]}", (int)n, p);
		if (json_parse(head, strlen(head), &o, NULL) == 0 && json_get_str(o, "finished"))
			snprintf(m->list->finished, sizeof(m->list->finished), "%.31s", json_get_str(o, "finished"));
	} else if (n > 0) {
		struct err e = {0};
		if (json_parse(p, n, &o, &e) == 0)
			take_record(m->list, o);
		else
			note_problem(m->list, "manifest.json", e.msg);
	}
}

int inspect_manifest_feed(struct inspect_manifest *m, const char *p, size_t n, struct err *e)
{
	while (n > 0) {
		const char *nl = memchr(p, '\n', n);
		size_t k = nl ? (size_t)(nl - p) : n;
		if (!m->skipping && buf_add(&m->line, p, k, e) < 0) {
			m->skipping = true;
			note_problem(m->list, "manifest.json", "a record of more than 1 MiB");
		}
		if (nl) {
			if (!m->skipping)
				take_line(m);
			buf_clear(&m->line);
			m->skipping = false;
			k++;
		}
		p += k;
		n -= k;
	}
	return 0;
}

/* -- the archive --------------------------------------------------------------------------------------------------- */

/* Reads one entry to its end and gives its bytes to those who want them. */
static int read_entry(struct bundle *b, struct sha256 *h, struct buf *head, struct inspect_manifest *m, int64_t *got,
                      struct err *e)
{
	const void *p;
	int64_t n;

	*got = 0;
	while ((n = bundle_read(b, &p, e)) > 0) {
		*got += n;
		if (h)
			sha256_add(h, p, (size_t)n);
		if (head)
			(void)buf_add(head, p, (size_t)n, NULL); /* a bundle.json over its cap is none */
		if (m)
			(void)inspect_manifest_feed(m, p, (size_t)n, NULL);
	}
	return n < 0 ? (int)n : 0;
}

static int take_file(struct bundle *b, const struct bundle_entry *en, bool hash, struct inspect_list *l, struct err *e)
{
	CLEAN_BUF struct buf head = BUF_MAX(MAX_HEAD);
	struct inspect_manifest m = {.list = l, .line = BUF_MAX(MAX_RECORD)};
	bool is_head = strcmp(en->path, "bundle.json") == 0, is_manifest = strcmp(en->path, "manifest.json") == 0;
	char *path = xstrdup(en->path);
	int64_t size = en->size, got;
	struct sha256 *h = hash ? sha256_new() : NULL;
	char sha[65] = "";

	int rc = read_entry(b, h, is_head ? &head : NULL, is_manifest ? &m : NULL, &got, e);
	if (h)
		sha256_finish(h, sha);
	struct inspect_item *it = add_item(l, path);
	free(path);
	it->file = true;
	it->size = got;
	it->cut = got < size;
	memcpy(it->sha256, sha, sizeof(sha));
	l->files++;
	l->bytes += got;
	if (is_head && json_parse(buf_cstr(&head), head.n, &l->head, NULL) < 0)
		note_problem(l, "bundle.json", "not JSON");
	l->manifest |= is_manifest && m.end;
	buf_release(&m.line);
	return rc;
}

static int compare(const void *a, const void *b)
{
	const struct inspect_item *x = a, *y = b;
	int d = strcmp(x->path, y->path);

	return d ? d : y->file - x->file; /* the file before its record */
}

/* A file and its record become one item. A path can have more records than files: a first try that failed. */
static void join(struct inspect_list *l)
{
	size_t k = 0;

	qsort(l->items, l->n, sizeof(*l->items), compare);
	for (size_t i = 0; i < l->n; i++) {
		struct inspect_item *it = &l->items[i], *last = k ? &l->items[k - 1] : NULL;
		bool of_last = last && last->file && !last->record && it->record && it->recorded_sha256[0] &&
		               strcmp(last->path, it->path) == 0;
		if (!of_last) {
			l->items[k++] = *it;
			continue;
		}
		last->record = true;
		last->state = it->state;
		last->truncated = it->truncated;
		last->error = it->error;
		memcpy(last->recorded_sha256, it->recorded_sha256, sizeof(it->recorded_sha256));
		last->recorded_size = it->recorded_size;
		free(it->path);
	}
	l->n = k;
}

int inspect_read(struct bundle *b, bool hash, struct inspect_list *l, struct err *e)
{
	struct bundle_entry en;
	int rc;

	*l = (struct inspect_list){.problems = BUF_MAX(MAX_PROBLEMS)};
	bundle_on_problem(b, note_problem, l);
	while ((rc = bundle_next(b, &en, e)) > 0)
		if ((rc = take_file(b, &en, hash, l, e)) < 0)
			break;
	bundle_on_problem(b, NULL, NULL);
	if (bundle_damage(b))
		l->damage = xstrdup(bundle_damage(b));
	snprintf(l->top, sizeof(l->top), "%.255s", bundle_top(b));
	join(l);
	return rc;
}

void inspect_release(struct inspect_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].path);
		free(l->items[i].error);
	}
	free(l->items);
	cJSON_Delete(l->head);
	buf_release(&l->problems);
	free(l->damage);
	*l = (struct inspect_list){0};
}

const struct inspect_item *inspect_find(const struct inspect_list *l, const char *path)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].path, path) == 0)
			return &l->items[i];
	return NULL;
}

/* -- did you mean -------------------------------------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Small is near; 100 and more is nothing alike. */
static int unlikeness(const char *path, const char *wanted)
{
	int d = text_distance(path, wanted, 12), k = text_distance(base_name(path), base_name(wanted), 4);

	if (d < 4 && d < (int)strlen(wanted) / 2 + 1)
		return d;
	if (k == 0)
		return 4;
	if (strlen(wanted) >= 3 && strstr(path, wanted))
		return 5;
	if (k < 3)
		return 5 + k;
	return d < 12 && d < (int)strlen(wanted) / 3 ? 8 + d : 100;
}

void inspect_suggest(const struct inspect_list *l, const char *path, int max, struct buf *out)
{
	for (int want = 0, given = 0; want < 20 && given < max; want++) {
		for (size_t i = 0; i < l->n && given < max; i++) {
			const struct inspect_item *it = &l->items[i];
			if (!it->file || unlikeness(it->path, path) != want)
				continue;
			(void)buf_printf(out, NULL, "%s%s", given ? ", " : "", it->path);
			given++;
		}
	}
}
