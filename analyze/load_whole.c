#include <string.h>

#include "analyze/load.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "bundles/capture.h"

#define MAX_OFFSET (INT64_C(100) * 31557600 * US_PER_S)

/* -- whole files --------------------------------------------------------------------------------------------------- */

static void whole_begin(struct load *l)
{
	buf_clear(&l->whole);
}

static int whole_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	if (n <= l->whole.max - l->whole.n)
		return buf_add(&l->whole, p, n, e);
	l->broken = true;
	load_partial(l, "too large");
	buf_clear(&l->whole);
	return load_problem(l, 0, e, "a document larger than %d MiB, left out", WHOLE_MAX >> 20);
}

static void count_lines(struct load *l)
{
	for (size_t i = 0; i < l->whole.n; i++)
		l->liner.line += l->whole.p[i] == '\n';
}

/* Text that was to be JSON: an error message of the tool, most likely. It is kept as lines. */
static int keep_as_lines(struct load *l, struct err *e)
{
	load_partial(l, "not JSON, kept as lines");
	int rc = load_lines.feed(l, l->whole.p, l->whole.n, e);
	return rc < 0 || l->broken ? rc : load_lines.end(l, e);
}

static bool is_json(struct str s)
{
	static const char *const all = ".";
	struct jsonpaths *p = NULL;
	struct str v;
	bool ok = jsonpaths_compile(&all, 1, &p, NULL) == 0 && jsonpaths_scan(p, s, &v, NULL) == 0;

	jsonpaths_free(p);
	return ok && text_utf8_valid(s.p, s.n);
}

static int document_row(struct load *l, struct str json, struct err *e)
{
	row_begin(l->store, STORE_DOCUMENTS);
	row_int(l->store, l->file.id);
	row_str(l->store, json);
	count_lines(l);
	return row_end(l->store, e);
}

static int document_end(struct load *l, struct err *e)
{
	CLEAN(clean_cjson) cJSON *tree = NULL;
	struct str text = {buf_cstr(&l->whole), l->whole.n};
	size_t n = strlen(l->file.path);

	if (l->broken || text.n == 0)
		return 0;
	if (is_json(text))
		return document_row(l, text, e);
	bool yaml = n > 5 && (strcmp(l->file.path + n - 5, ".yaml") == 0 || strcmp(l->file.path + n - 4, ".yml") == 0);
	if (!yaml || yaml_parse(text.p, text.n, &tree, NULL) < 0)
		return keep_as_lines(l, e);
	CLEAN(clean_free) char *json = json_text(tree);
	return document_row(l, str_of(json), e);
}

const struct loader load_document = {whole_begin, whole_feed, document_end};

/* -- bundle.json --------------------------------------------------------------------------------------------------- */

/* "cluster.server" = ...: one row a value that holds no others. */
static int flatten(struct load *l, const cJSON *v, const char *prefix, int depth, struct err *e)
{
	const cJSON *c;
	int i = 0, rc = 0;

	if (!cJSON_IsObject(v) && !cJSON_IsArray(v)) {
		CLEAN(clean_free) char *text = cJSON_IsString(v) ? NULL : json_text(v);
		return load_fact(l, prefix, cJSON_IsString(v) ? v->valuestring : cJSON_IsNull(v) ? NULL : text, e);
	}
	if (depth > 8)
		return 0;
	cJSON_ArrayForEach(c, v) {
		CLEAN(clean_free) char *key = c->string ? xasprintf("%s%s%s", prefix, *prefix ? "." : "", c->string)
		                                        : xasprintf("%s[%d]", prefix, i);
		i++;
		if (rc == 0)
			rc = flatten(l, c, key, depth + 1, e);
	}
	return rc;
}

static void copy_time(char to[40], const char *from)
{
	if (from && strlen(from) < 40)
		memcpy(to, from, strlen(from) + 1);
}

static int bundle_json_end(struct load *l, struct err *e)
{
	CLEAN(clean_cjson) cJSON *tree = NULL;
	struct err why = {0};

	if (l->broken)
		return 0;
	count_lines(l);
	if (json_parse(buf_cstr(&l->whole), l->whole.n, &tree, &why) < 0 || !cJSON_IsObject(tree)) {
		load_partial(l, "bad JSON");
		return load_problem(l, 0, e, "%s", why.code ? why.msg : "not an object");
	}
	l->saw_bundle = true;
	copy_time(l->started, json_get_str(tree, "started"));
	int64_t t = clock_parse_iso(str_of(l->started), NULL);
	if (t != TIME_NONE)
		l->reference = t;
	return flatten(l, tree, "", 0, e);
}

const struct loader load_bundle_json = {whole_begin, whole_feed, bundle_json_end};

/* -- manifest.json ------------------------------------------------------------------------------------------------- */

static int capture_row(struct load *l, const struct capture *c, int64_t line, struct err *e)
{
	struct filekind k = {0}; /* of what is not in the bundle, too */

	if (c->path)
		layout_of(l->layouts, c->path, false, &k);
	row_begin(l->store, STORE_CAPTURES);
	row_text(l->store, c->path);
	row_text(l->store, c->source);
	row_text(l->store, c->command);
	row_text(l->store, c->node);
	row_time(l->store, c->started);
	row_int(l->store, c->ms);
	if (c->exit_status >= 0)
		row_int(l->store, c->exit_status);
	else
		row_null(l->store);
	row_text(l->store, capture_state_name(c->state));
	row_int(l->store, c->timed_out);
	row_int(l->store, c->bytes);
	row_int(l->store, c->truncated);
	row_int(l->store, c->redactions);
	row_text(l->store, c->sha256[0] ? c->sha256 : NULL);
	row_text(l->store, c->error);
	row_int(l->store, line);
	row_int(l->store, l->file.id);
	row_null(l->store); /* load/settle.sql */
	row_text(l->store, k.resource);
	row_text(l->store, k.resource ? k.namespace : NULL);
	filekind_release(&k);
	return row_end(l->store, e);
}

static int on_capture(void *arg, const struct jsonitem *it, struct err *e)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct load *l = arg;
	struct capture c;
	struct err why = {0};

	if (it->too_big || json_parse(it->json.p, it->json.n, &o, &why) < 0 || capture_from_json(o, &c, &why) < 0)
		return load_problem(l, it->line, e, "a bad record: %s", it->too_big ? "too large" : why.msg);
	return capture_row(l, &c, it->line, e);
}

static void captures_begin(struct load *l)
{
	jsonitems_init(&l->items, on_capture, l);
	l->items.list_key = "captures";
	l->items.max_item = 1 << 20;
}

static int captures_feed(struct load *l, const char *p, size_t n, struct err *e)
{
	struct err why = {0};

	return load_broken(l, jsonitems_feed(&l->items, p, n, &why), &why, e);
}

static int captures_end(struct load *l, struct err *e)
{
	static const char *const paths[] = {".finished"};
	struct jsonpaths *p = NULL;
	struct err why = {0};
	struct str v = {NULL, 0};
	int rc = 0;

	if (!l->broken)
		rc = load_broken(l, jsonitems_finish(&l->items, &why), &why, e);
	l->saw_manifest = !l->broken && l->items.shape == JSONITEMS_LIST;
	struct str head = jsonitems_head(&l->items);
	if (head.p && jsonpaths_compile(paths, 1, &p, NULL) == 0 && jsonpaths_scan(p, head, &v, NULL) == 0 && v.n > 2 &&
	    v.n < sizeof(l->finished)) {
		memcpy(l->finished, v.p + 1, v.n - 2);
		l->finished[v.n - 2] = '\0';
	}
	jsonpaths_free(p);
	l->liner.line = l->items.line;
	jsonitems_release(&l->items);
	return rc;
}

const struct loader load_captures = {captures_begin, captures_feed, captures_end};

/* -- node.json ----------------------------------------------------------------------------------------------------- */

/* The line on which a key stands, 1 when it does not. */
static int key_line(struct load *l, const char *key)
{
	CLEAN(clean_free) char *quoted = xasprintf("\"%s\"", key);
	const char *text = buf_cstr(&l->whole), *at = strstr(text, quoted);
	int line = 1;

	for (const char *p = text; at && p < at; p++)
		line += *p == '\n';
	return line;
}

/* The file's lines are kept, too: what it says of a node is evidence. */
static int access_end(struct load *l, struct err *e)
{
	static const char *const texts[] = {"address", "user", "transport"};
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct err why = {0};

	if (l->broken)
		return 0;
	int rc = load_lines.feed(l, l->whole.p, l->whole.n, e);
	if (rc < 0 || l->broken || (rc = load_lines.end(l, e)) < 0)
		return rc < 0 ? rc : 0;
	if (json_parse(buf_cstr(&l->whole), l->whole.n, &o, &why) < 0 || !cJSON_IsObject(o)) {
		load_partial(l, "bad JSON");
		return load_problem(l, 0, e, "%s", why.code ? why.msg : "not an object");
	}
	row_begin(l->store, STORE_NODE_ACCESS);
	row_text(l->store, json_get_str(o, "node") ? json_get_str(o, "node") : l->file.kind.node);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		row_text(l->store, json_get_str(o, texts[i]));
	row_int(l->store, json_get_bool(o, "reached", false));
	row_text(l->store, json_get_str(o, "error"));
	row_text(l->store, json_get_str(o, "fallback_reason"));
	int64_t offset = json_get_int(o, "clock_offset_us", 0);
	/* It is added to times: one of many years is no offset, and would overflow. */
	if (cJSON_IsNumber(json_get(o, "clock_offset_us")) && offset > -MAX_OFFSET && offset < MAX_OFFSET)
		row_int(l->store, offset);
	else
		row_null(l->store);
	row_text(l->store, json_get_str(o, "hostname"));
	row_int(l->store, l->file.id);
	row_int(l->store, key_line(l, json_get_bool(o, "reached", false) ? "clock_offset_us" : "error"));
	return row_end(l->store, e);
}

const struct loader load_access = {whole_begin, whole_feed, access_end};
