/* replay: the main of a fuzz target without libFuzzer: feeds it nothing, then each file of a folder, and tells it as TAP. A
 * crash ends it before its plan is fulfilled; the line before says at which file. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>

#include "base/file.h"

enum { MAX_FILE = 1 << 20, SECONDS = 60 /* of one input, under sanitizers on a busy machine */ };

static int visible(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

/* A copy of exactly that size, so that a read behind its end is noticed. */
static void feed(const void *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	MUST(copy);
	if (n)
		memcpy(copy, p, n);
	alarm(SECONDS);
	LLVMFuzzerTestOneInput(copy, n);
	alarm(0);
	free(copy);
}

int main(int argc, char **argv)
{
	struct dirent **files;
	struct err e = {0};
	int n = argc == 2 ? scandir(argv[1], &files, visible, alphasort) : -1;

	if (n < 0) {
		fprintf(stderr, "usage: %s FOLDER (%s)\n", argv[0], strerror(errno));
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", n + 1);
	feed("", 0);
	puts("ok 1 - nothing");
	for (int i = 0; i < n; i++) {
		CLEAN(clean_free) char *path = xasprintf("%s/%s", argv[1], files[i]->d_name);
		CLEAN_BUF struct buf b = BUF_MAX(MAX_FILE);

		printf("# %s\n", path);
		if (file_read(path, &b, &e) < 0) {
			printf("not ok %d - %s: %s\n", i + 2, files[i]->d_name, e.msg);
		} else {
			feed(b.p, b.n);
			printf("ok %d - %s\n", i + 2, files[i]->d_name);
		}
		free(files[i]);
	}
	free(files);
	return e.code != 0;
}
