/* JSON values one behind the other, each beginning a line of its own, with log lines between: `kubectl cluster-info dump` without a
 * folder, or what a person has put together with cat. */
#include <string.h>

#include "analyze/load.h"

static int stream_item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct load *l = arg;
	size_t n = strlen(l->items.kind);
	char kind[64] = "";

	if (n > 4 && strcmp(l->items.kind + n - 4, "List") == 0)
		snprintf(kind, sizeof(kind), "%.*s", (int)(n - 4), l->items.kind);
	return load_object(l, it, kind, l->items.api_version, e);
}

static void begin_value(struct load *l)
{
	jsonitems_init(&l->items, stream_item, l);
	l->items.line = l->liner.line + 1;
	l->in_json = true;
}

/* Bad JSON is a problem of its own: the next value may be good. */
static int close_value(struct load *l, struct err *e)
{
	int rc = 0;

	if (l->items.shape == JSONITEMS_LIST || l->items.shape == JSONITEMS_ARRAY)
		rc = load_list(l, l->items.kind, l->items.api_version, l->items.count, e);
	else if (!l->broken)
		load_single(l);
	l->broken = false;
	l->in_json = false;
	jsonitems_release(&l->items);
	return rc;
}

/* The value is over, or the stream is. */
static int end_value(struct load *l, struct err *e)
{
	struct err why = {0};
	int rc = load_broken(l, jsonitems_finish(&l->items, &why), &why, e), rc2 = close_value(l, e);

	return rc < 0 ? rc : rc2;
}

/* An object, or an array of them; log lines may begin with a bracket, too. */
static bool begins_value(const char *p, size_t n)
{
	size_t i = 1;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return *p == '{' || (*p == '[' && (i == n || p[i] == '{' || p[i] == '\n' || p[i] == '\r'));
}

static void stream_begin(struct load *l)
{
	load_log.begin(l);
	l->in_json = false;
	l->at_start = true;
}

/* A piece of one line, perhaps all of it: p[n - 1] may be its newline. */
static int json_piece(struct load *l, const char *p, size_t n, struct err *e)
{
	struct err why = {0};
	bool ends = p[n - 1] == '\n';
	int rc = load_broken(l, jsonitems_feed(&l->items, p, n, &why), &why, e);

	l->liner.line += ends;
	if (rc < 0)
		return rc;
	if (l->broken) /* passed over until the next value */
		return close_value(l, e);
	return ends && jsonitems_ended(&l->items) ? end_value(l, e) : 0;
}

static int stream_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	const char *end = p + n;
	int rc = 0;

	while (p < end && rc == 0) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t k = (size_t)((nl ? nl + 1 : end) - p);
		if (l->at_start && !l->in_json && begins_value(p, k))
			begin_value(l);
		rc = l->in_json ? json_piece(l, p, k, e) : liner_feed(l, p, k, load_log_line, e);
		l->at_start = nl != NULL;
		p += k;
	}
	return rc;
}

static int stream_end(struct load *l, struct err *e)
{
	int rc = l->in_json ? end_value(l, e) : 0;

	return rc < 0 ? rc : liner_end(l, load_log_line, e);
}

const struct loader load_stream = {stream_begin, stream_feed, stream_end};
