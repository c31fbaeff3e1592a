/* A file of signatures from outside: loaded, linted, and matched against its own lines. */
#include "tests/fuzz/fuzz.h"

#include <sys/stat.h>

#include "analyze/signatures.h"
#include "base/asset.h"

static int hit(void *arg, const struct sighit *h, struct err *e)
{
	(void)arg;
	(void)e;
	MUST(h->id && *h->id);
	return 0;
}

static void on_mistake(void *arg, const char *file, const char *message)
{
	MUST(*file && *message);
	++*(int *)arg;
}

/* One folder for the whole run; what is left of it is in $TMPDIR. */
static const char *folder(void)
{
	static char *dir;
	const char *tmp = getenv("TMPDIR");

	if (dir)
		return dir;
	dir = xasprintf("%s/fuzz-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	CLEAN(clean_free) char *sub = mkdtemp(dir) ? xasprintf("%s/signatures", dir) : NULL;
	MUST(sub && mkdir(sub, 0700) == 0);
	return dir;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN(clean_signatures) struct signatures *all = NULL;
	CLEAN(clean_free) char *path = xasprintf("%s/signatures/fuzzed.yaml", folder());
	struct err e = {0};
	int mistakes = 0;

	MUST(asset_init(&e) == 0);
	FILE *f = fopen(path, "we");
	MUST(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
	MUST(signatures_lint(folder(), on_mistake, &mistakes) == mistakes);
	int rc = signatures_load(folder(), &all, &e);
	MUST(rc == 0 || (mistakes > 0 && e.msg[0]));
	for (const char *at = (const char *)data, *end = at + size; rc == 0 && at < end;) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		struct str line = {at, (size_t)((nl ? nl : end) - at)};
		sigset_match(signatures_for(all, "kubelet"), line, true, hit, NULL, &e);
		at += line.n + 1;
	}
	return 0;
}
