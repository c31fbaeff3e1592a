/* unit: what the unit tests share: cmocka with the headers it needs, and a private folder. */
#ifndef SICKBAY_TESTS_UNIT_H
#define SICKBAY_TESTS_UNIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"

/* Below $TMPDIR, which the runner of the tests removes. Caller frees. */
static inline char *unit_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/unit-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline void unit_write(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* Succeeds, or shows the error. */
#define OK(call)                                                                                                           \
	do {                                                                                                               \
		e.msg[0] = '\0';                                                                                           \
		if ((call) < 0)                                                                                            \
			fail_msg("%s: %s", #call, e.msg);                                                                  \
	} while (0)

#endif
