/* Lists cut out of a stream, paths found in their items, strings decoded. However a text is cut into pieces, the same items
 * come out; what the paths' scan calls JSON, SQLite calls JSON too. The first byte says where to cut. */
#include "tests/fuzz/fuzz.h"

#include <sqlite3.h>

#include "base/jsonscan.h"
#include "base/text.h"

static const char *const paths[] = {
	".kind", ".metadata.name", ".metadata.labels.\"app.kubernetes.io/name\"", ".spec.containers[0].image",
	".status.conditions", ".status.reason | .reason | .status.phase", ".", ".metadata.ownerReferences[0].name", "[1].a",
};
enum { PATHS = ARRAY_LEN(paths) };

struct seen {
	struct jsonpaths *paths;
	struct str piece; /* what is being fed */
	uint64_t hash;
	int64_t count, line;
};

static void add_hash(struct seen *s, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s->hash = (s->hash ^ ((const uint8_t *)p)[i]) * UINT64_C(1099511628211);
}

static int decode(void *arg, struct str token, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);

	(void)arg;
	(void)e;
	MUST(token.n > 0);
	if (json_decode(token, &b, NULL) == 0 && *token.p == '"')
		MUST(text_utf8_valid(buf_cstr(&b), b.n) && !memchr(buf_cstr(&b), 0, b.n));
	return 0;
}

static int decode_both(void *arg, struct str key, struct str value, struct err *e)
{
	return decode(arg, key, e) < 0 ? -1 : decode(arg, value, e);
}

static bool sqlite_says_json(struct str json)
{
	static sqlite3 *db;
	static sqlite3_stmt *st;

	if (!db) {
		MUST(sqlite3_open(":memory:", &db) == SQLITE_OK);
		MUST(sqlite3_prepare_v2(db, "SELECT json_valid(?)", -1, &st, NULL) == SQLITE_OK);
	}
	sqlite3_bind_text64(st, 1, json.p, json.n, SQLITE_STATIC, SQLITE_UTF8);
	MUST(sqlite3_step(st) == SQLITE_ROW);
	bool yes = sqlite3_column_int(st, 0);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return yes;
}

static int item(void *arg, const struct jsonitem *it, struct err *e)
{
	struct seen *s = arg;
	struct str values[PATHS];

	(void)e;
	MUST(it->index == s->count && it->line >= s->line);
	s->count++;
	s->line = it->line;
	add_hash(s, &it->line, sizeof(it->line));
	add_hash(s, &it->too_big, sizeof(it->too_big));
	add_hash(s, it->json.p, it->json.n);
	if (it->too_big || jsonpaths_scan(s->paths, it->json, values, NULL) < 0)
		return 0;
	MUST(sqlite_says_json(it->json));
	for (int i = 0; i < PATHS; i++) {
		MUST(fuzz_within(values[i], it->json));
		if (!values[i].p)
			continue;
		decode(NULL, values[i], NULL);
		(void)json_each_element(values[i], decode, NULL, NULL);
		(void)json_each_member(values[i], decode_both, NULL, NULL);
	}
	return 0;
}

/* step 0: in one piece. */
static int feed(struct str text, unsigned cut, bool whole, struct seen *seen)
{
	struct jsonitems s;
	struct err e = {0};
	int rc = 0;

	jsonitems_init(&s, item, seen);
	s.max_item = 4096;
	for (size_t at = 0, n, i = 0; at < text.n && rc == 0; at += n, i++) {
		n = whole ? text.n : fuzz_step(cut, i);
		if (n > text.n - at)
			n = text.n - at;
		/* A copy, so that a read beyond the piece is noticed. */
		CLEAN(clean_free) char *piece = xmalloc(n);
		memcpy(piece, text.p + at, n);
		rc = jsonitems_feed(&s, piece, n, &e);
	}
	if (rc == 0)
		rc = jsonitems_finish(&s, &e);
	MUST(rc == 0 || (e.code == -rc && e.msg[0]));
	add_hash(seen, s.kind, strlen(s.kind));
	add_hash(seen, s.api_version, strlen(s.api_version));
	add_hash(seen, s.cont, strlen(s.cont));
	MUST(s.count == seen->count);
	jsonitems_release(&s);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct jsonpaths *compiled;
	struct err e = {0};

	if (!compiled)
		MUST(jsonpaths_compile(paths, PATHS, &compiled, &e) == 0);
	if (size < 1)
		return 0;
	struct str text = {(const char *)data + 1, size - 1};
	struct seen a = {.paths = compiled}, b = {.paths = compiled};
	int whole = feed(text, 0, true, &a), pieces = feed(text, data[0], false, &b);
	MUST(whole == pieces && a.count == b.count && a.hash == b.hash);
	decode(NULL, size > 1 ? text : STR("null"), NULL);
	return 0;
}
