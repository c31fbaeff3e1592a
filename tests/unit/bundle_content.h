/* bundle_content: a bundle read whole, for tests of what comes out of it. */
#ifndef SICKBAY_TESTS_UNIT_BUNDLE_CONTENT_H
#define SICKBAY_TESTS_UNIT_BUNDLE_CONTENT_H
#include "tests/unit/unit.h"

#include "bundles/reader.h"

struct content {
	struct buf names;    /* "path=size\n", as they come */
	struct buf problems; /* "path: reason\n" */
	struct buf last;     /* bytes of the last file */
	int64_t bytes;
	int files;
	char damage[500], top[100];
	int rc;
	struct err e;
};

static inline void note(void *arg, const char *path, const char *reason)
{
	struct content *c = arg;

	assert_int_equal(buf_printf(&c->problems, NULL, "%s: %s\n", path, reason), 0);
}

static inline void content_release(struct content *c)
{
	buf_release(&c->names);
	buf_release(&c->problems);
	buf_release(&c->last);
}

/* Opens and reads everything. */
static inline void read_bundle(const char *path, const struct bundle_limits *limits, struct content *c)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	struct bundle_entry en;
	const void *p;
	int64_t n;

	*c = (struct content){.names = BUF_MAX(1 << 20), .problems = BUF_MAX(1 << 20), .last = BUF_MAX(1 << 20)};
	c->rc = bundle_open(path, limits, &b, &c->e);
	if (c->rc < 0)
		return;
	bundle_on_problem(b, note, c);
	while ((c->rc = bundle_next(b, &en, &c->e)) > 0) {
		int64_t got = 0;
		assert_int_equal(buf_printf(&c->names, NULL, "%s=", en.path), 0);
		buf_clear(&c->last);
		while ((n = bundle_read(b, &p, &c->e)) > 0) {
			got += n;
			(void)buf_add(&c->last, p, (size_t)n, NULL);
		}
		assert_true(got <= en.size || n < 0);
		assert_int_equal(bundle_read(b, &p, NULL) > 0, 0);
		assert_int_equal(buf_printf(&c->names, NULL, "%lld\n", (long long)got), 0);
		c->files++;
		c->bytes += got;
		if (n < 0) {
			c->rc = (int)n;
			break;
		}
	}
	snprintf(c->damage, sizeof(c->damage), "%s", bundle_damage(b) ? bundle_damage(b) : "");
	snprintf(c->top, sizeof(c->top), "%s", bundle_top(b));
}

/* It cannot be opened: with this code, and a message that holds why. */
static inline void refused(const char *path, int code, const char *why)
{
	CLEAN(content_release) struct content c;

	read_bundle(path, NULL, &c);
	assert_int_equal(c.rc, -code);
	if (!strstr(c.e.msg, why))
		fail_msg("\"%s\" does not say \"%s\"", c.e.msg, why);
}

#endif
