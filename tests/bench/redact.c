/* How fast redaction is, in MB a second of one core: the files of bundles, logs as text and JSON by its structure, as a collection
 * hands them over. Fails when logs go slower than 100 MB/s, or than MIN of the environment: then redaction, not the
 * network, would bound a collection. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/asset.h"
#include "base/mem.h"
#include "bundles/reader.h"
#include "collect/redact_file.h"

enum { PIECE = 65536, ROUNDS = 5 };

struct kind {
	const char *ending;
	struct buf bytes;  /* of all files, one behind the other */
	size_t *ends;      /* where each ends */
	int n;
	double best; /* MB/s */
};

static int sink(void *arg, const void *p, size_t n, struct err *e)
{
	(void)arg, (void)p, (void)n, (void)e;
	return 0;
}

static int read_bundle(const char *path, struct kind *kinds, size_t n, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	struct bundle_entry en;
	const void *p;
	int64_t k;
	int rc = bundle_open(path, NULL, &b, e);

	while (rc >= 0 && (rc = bundle_next(b, &en, e)) > 0)
		for (size_t i = 0; i < n; i++) {
			size_t m = strlen(kinds[i].ending), len = strlen(en.path);

			if (len < m || strcmp(en.path + len - m, kinds[i].ending) != 0)
				continue;
			while ((k = bundle_read(b, &p, e)) > 0)
				(void)buf_add(&kinds[i].bytes, p, (size_t)k, NULL);
			kinds[i].ends = xreallocarray(kinds[i].ends, (size_t)kinds[i].n + 1, sizeof(*kinds[i].ends));
			kinds[i].ends[kinds[i].n++] = kinds[i].bytes.n;
		}
	return rc;
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure(const struct redact *r, struct kind *k, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < ROUNDS && rc >= 0; i++) {
		double start = cpu();
		size_t at = 0;

		for (int j = 0; j < k->n && rc >= 0; j++) {
			struct redact_file *f = redact_file_new(r, k->ending, sink, NULL, NULL, NULL);

			for (; at < k->ends[j] && rc >= 0; at += k->ends[j] - at < PIECE ? k->ends[j] - at : PIECE)
				rc = redact_file_write(f, k->bytes.p + at, k->ends[j] - at < PIECE ? k->ends[j] - at : PIECE, e);
			if (rc >= 0)
				rc = redact_file_finish(f, e);
			redact_file_free(f);
		}
		double speed = (double)k->bytes.n / 1e6 / (cpu() - start);
		k->best = speed > k->best ? speed : k->best;
	}
	printf("redaction of *%-8s %8.1f MB  %6.0f MB/s of one core\n", k->ending, (double)k->bytes.n / 1e6, k->best);
	return rc;
}

int main(int argc, char **argv)
{
	struct kind kinds[] = {{.ending = ".log", .bytes = BUF_MAX((size_t)256 << 20)}, {.ending = ".json", .bytes = BUF_MAX((size_t)256 << 20)}};
	const char *min = getenv("MIN");
	struct redact *r = NULL;
	struct err e = {0};
	int rc = asset_init(&e);

	if (rc >= 0)
		rc = redact_load(&r, &e);
	for (int i = 1; i < argc && rc >= 0; i++)
		rc = read_bundle(argv[i], kinds, ARRAY_LEN(kinds), &e);
	for (size_t i = 0; i < ARRAY_LEN(kinds) && rc >= 0; i++)
		rc = measure(r, &kinds[i], &e);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		buf_release(&kinds[i].bytes);
		free(kinds[i].ends);
	}
	redact_free(r);
	if (rc < 0) {
		fprintf(stderr, "bench/redact: %s\n", e.msg);
		return 1;
	}
	return kinds[0].best < (min ? strtod(min, NULL) : 100);
}
