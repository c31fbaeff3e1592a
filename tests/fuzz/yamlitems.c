/* Kubernetes objects in YAML: the stream in one piece and in small ones gives the same elements; each is JSON; where the quick reader
 * and libyaml both read a document, they read the same. */
#include "tests/fuzz/fuzz.h"

#include "base/jsonscan.h"
#include "base/yamlitems.h"
#include "base/yamljson.h"

struct seen {
	uint64_t hash;
	int64_t items;
};

static int on_item(void *arg, const struct jsonitem *it, struct err *e)
{
	static const char *const all = ".";
	struct seen *s = arg;
	struct jsonpaths *p = NULL;
	struct str v;

	MUST(it->line >= 1 && it->index >= 0);
	for (size_t i = 0; i < it->json.n; i++)
		s->hash = (s->hash ^ (unsigned char)it->json.p[i]) * UINT64_C(1099511628211);
	s->items++;
	if (!it->too_big && it->json.n && it->json.p[0] == '{') {
		MUST(jsonpaths_compile(&all, 1, &p, e) == 0);
		MUST(jsonpaths_scan(p, it->json, &v, e) == 0);
		jsonpaths_free(p);
	}
	return 0;
}

static struct seen stream(const uint8_t *data, size_t size, size_t piece)
{
	struct seen seen = {0};
	struct yamlitems s;
	struct err e = {0};
	int rc = 0;

	yamlitems_init(&s, &seen);
	s.item = on_item;
	for (size_t i = 0; i < size && rc == 0; i += piece)
		rc = yamlitems_feed(&s, data + i, size - i < piece ? size - i : piece, &e);
	if (rc == 0)
		rc = yamlitems_finish(&s, &e);
	MUST(rc == 0 || (e.code == -rc && e.msg[0]));
	yamlitems_release(&s);
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str yaml = {(const char *)data, size};
	struct buf quick = BUF_MAX(16 << 20), slow = BUF_MAX(16 << 20);
	long a = 0, b = 0;
	struct seen whole = stream(data, size, size ? size : 1), pieces = stream(data, size, 7);

	MUST(whole.items == pieces.items && whole.hash == pieces.hash);
	if (yaml_json_plain(yaml, &quick, &a, NULL) == 1 && yaml_json_events(yaml, &slow, &b, NULL) == 0)
		MUST(a == b && quick.n == slow.n && memcmp(buf_cstr(&quick), buf_cstr(&slow), quick.n) == 0);
	buf_release(&quick);
	buf_release(&slow);
	return 0;
}
