/* fuzz: what the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput: it feeds bytes to one reader and
 * aborts when a promise of that reader's header is broken; memory errors and leaks are the sanitizers' to find.
 *
 * The same file is linked with libFuzzer (`make fuzz`) and with replay.c (`make test`). Regressions go to
 * corpus/<target>/ under a name that says what was wrong. */
#ifndef SICKBAY_TESTS_FUZZ_H
#define SICKBAY_TESTS_FUZZ_H
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise. */
#define MUST(condition)                                                                                                    \
	do {                                                                                                               \
		if (!(condition)) {                                                                                        \
			fprintf(stderr, "ERROR: %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                     \
			abort();                                                                                           \
		}                                                                                                          \
	} while (0)

/* True when v is empty or lies within whole. */
static inline bool fuzz_within(struct str v, struct str whole)
{
	return !v.p || (v.p >= whole.p && v.n <= whole.n && v.p + v.n <= whole.p + whole.n);
}

/* The bytes as a file that has a name (in /proc/self/fd) while the descriptor is open. */
static inline int fuzz_file(const void *p, size_t n, char path[32])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	MUST(fd >= 0);
	MUST(write(fd, p, n) == (ssize_t)n);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* A step that changes from piece to piece, so that input is cut at other places than it was the time before. */
static inline size_t fuzz_step(unsigned seed, size_t i)
{
	return 1 + (seed + (unsigned)i * 7) % (seed % 3 == 0 ? 5 : 97);
}

#endif
