/* Redaction of text, whole and as a stream cut anywhere, and of objects; whatever stands before a credential on its line, it
 * goes. The first byte says where to cut. */
#include "tests/fuzz/fuzz.h"

#include "base/asset.h"
#include "collect/redact_file.h"

static int sink(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static int64_t stream(const struct redact *r, struct str text, unsigned cut, bool whole, struct buf *out)
{
	struct redact_stream *s = redact_stream_new(r, sink, out, NULL, NULL);
	int rc = 0;

	for (size_t at = 0, n, i = 0; at < text.n && rc == 0; at += n, i++) {
		n = whole ? text.n : fuzz_step(cut, i);
		if (n > text.n - at)
			n = text.n - at;
		rc = redact_stream_write(s, text.p + at, n, NULL);
	}
	MUST(rc == 0 && redact_stream_finish(s, NULL) == 0);
	int64_t count = redact_stream_count(s);
	redact_stream_free(s);
	return count;
}

static void object(const struct redact *r, struct str text)
{
	CLEAN(clean_cjson) cJSON *o = NULL, *again = NULL;
	int64_t n = 0;

	if (json_parse(text.p, text.n, &o, NULL) < 0)
		return;
	redact_object(r, o, "Secret", &n);
	CLEAN(clean_free) char *out = json_text(o);
	MUST(n >= 0 && out);
	MUST(json_parse(out, strlen(out), &again, NULL) == 0);
}

static void credentials_behind(const struct redact *r, struct str text)
{
	static const char line[] = " {\"password\":\"XYZZY-secret1\"} --password=XYZZY-secret2\n";
	CLEAN_BUF struct buf in = BUF_MAX(1 << 20), out = BUF_MAX(16 << 20);
	struct err e;

	if (memmem(text.p, text.n, "XYZZY", 5))
		return;
	MUST(buf_add(&in, text.p, text.n, &e) == 0 && buf_add_str(&in, line, &e) == 0);
	stream(r, (struct str){in.p, in.n}, 0, true, &out);
	MUST(!out.n || !memmem(out.p, out.n, "XYZZY", 5));
}

/* cJSON takes every control character for a blank; JSON (RFC 8259) does not. */
static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' && !strchr("\t\n\r", text.p[i] ? text.p[i] : 1))
			return true;
	return false;
}

/* As a file: whatever it is, it comes through, and JSON stays JSON. */
static void file(const struct redact *r, struct str text, const char *path, unsigned cut)
{
	CLEAN_BUF struct buf out = BUF_MAX(16 << 20);
	CLEAN(clean_cjson) cJSON *before = NULL, *after = NULL;
	struct redact_file *f = redact_file_new(r, path, sink, &out, NULL, NULL);
	int rc = 0;

	for (size_t at = 0, n, i = 0; at < text.n && rc == 0; at += n, i++) {
		n = fuzz_step(cut, i);
		if (n > text.n - at)
			n = text.n - at;
		rc = redact_file_write(f, text.p + at, n, NULL);
	}
	MUST(rc == 0 && redact_file_finish(f, NULL) == 0);
	redact_file_free(f);
	if (!strcmp(path, "x.json") && text.n && (*text.p == '{' || *text.p == '[') && !has_control(text) && json_parse(text.p, text.n, &before, NULL) == 0)
		MUST(json_parse(buf_cstr(&out), out.n, &after, NULL) == 0);
}

static bool has_long_word(struct str text)
{
	size_t run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] > ' ' ? run + 1 : 0;
		if (run >= 60)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN_BUF struct buf a = BUF_MAX(16 << 20), b = BUF_MAX(16 << 20), c = BUF_MAX(16 << 20);
	static struct redact *rules;
	struct err e = {0};
	int64_t n = 0;

	if (!rules)
		MUST(asset_init(&e) == 0 && redact_load(&rules, &e) == 0);
	if (size < 1)
		return 0;
	struct str text = {(const char *)data + 1, size - 1};
	int64_t na = stream(rules, text, 0, true, &a), nb = stream(rules, text, data[0], false, &b);
	MUST(na == nb && a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0));
	MUST(redact_text(rules, text, &c, &n, &e) == 0);
	/* A stream takes colours out besides, and what may be the middle of a key. */
	if (!text.n || (!memchr(text.p, 0x1b, text.n) && !has_long_word(text)))
		MUST(n == na && a.n == c.n && (a.n == 0 || memcmp(a.p, c.p, a.n) == 0));
	object(rules, text);
	file(rules, text, "x.json", data[0]);
	file(rules, text, "x.yaml", data[0]);
	credentials_behind(rules, text);
	return 0;
}
