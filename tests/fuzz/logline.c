/* Log lines of any format; every part of a parsed line lies where it says. The first byte picks the reference time. */
#include "tests/fuzz/fuzz.h"

#include "analyze/logline.h"
#include "base/clock.h"
#include "base/text.h"

static void check(struct logparser *p, struct str text)
{
	struct logline l;

	logline_parse(p, text, &l);
	MUST(l.at <= text.n);
	MUST(!l.level || strchr("IWEFD", l.level));
	MUST(fuzz_within(l.ident, text));
	struct str message = logline_message(&l, text), subject = logline_subject(&l, text);
	MUST(text_utf8_valid(message.p, message.n) && text_utf8_valid(subject.p, subject.n));
	if (!l.message.p)
		MUST(fuzz_within(message, text) && fuzz_within(subject, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t references[] = {TIME_NONE, 0, INT64_C(1606160000000000), INT64_MAX};
	CLEAN_BUF struct buf text = BUF_MAX(1 << 20);
	struct logparser p;

	if (size < 1 || text_utf8_repair((const char *)data + 1, size - 1, &text, NULL) < 0)
		return 0;
	logparser_init(&p, references[data[0] % ARRAY_LEN(references)]);
	for (const char *at = buf_cstr(&text), *end = at + text.n; at < end;) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((nl ? nl : end) - at);
		/* A copy, so that a read beyond the line is noticed. */
		CLEAN(clean_free) char *line = n ? xmalloc(n) : NULL;
		if (n)
			memcpy(line, at, n);
		check(&p, (struct str){n ? line : "", n});
		at += n + 1;
	}
	logparser_release(&p);
	return 0;
}
