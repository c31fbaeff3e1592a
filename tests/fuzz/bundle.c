/* The archive walk: any bytes as an archive, every entry read. */
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "bundles/reader.h"

static void on_problem(void *arg, const char *path, const char *reason)
{
	(void)arg;
	MUST(path && reason && *reason);
}

static void check_path(const char *path)
{
	const char *p = path;

	MUST(*path && *path != '/' && text_utf8_valid(path, strlen(path)));
	for (; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
		MUST(strncmp(p, "../", 3) != 0 && strcmp(p, "..") != 0);
	for (p = path; *p; p++)
		MUST((unsigned char)*p >= ' ' && *p != 0x7f);
}

static int read_entry(struct bundle *b, const struct bundle_limits *limits, struct err *e)
{
	int64_t n, total = 0;
	const void *p;

	while ((n = bundle_read(b, &p, e)) > 0) {
		const volatile char *bytes = p;
		(void)bytes[0];
		(void)bytes[n - 1];
		total += n;
		MUST(total <= limits->max_entry);
	}
	return (int)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bundle_limits limits = {.max_entries = 200, .max_entry = 4 << 20, .max_total = 8 << 20, .max_ratio = 1000};
	CLEAN(clean_bundle) struct bundle *b = NULL;
	struct bundle_entry entry;
	struct err e = {0};
	char path[32];
	CLEAN(clean_fd) int fd = fuzz_file(data, size, path);
	int rc = bundle_open(path, &limits, &b, &e), entries = 0;

	(void)fd;
	MUST(rc == 0 || (e.code == -rc && e.msg[0]));
	if (rc < 0)
		return 0;
	bundle_on_problem(b, on_problem, NULL);
	while (rc >= 0 && (rc = bundle_next(b, &entry, &e)) > 0) {
		MUST(++entries <= limits.max_entries);
		check_path(entry.path);
		/* Every third is passed over. */
		if (entries % 3)
			rc = read_entry(b, &limits, &e) < 0 ? -1 : 1;
	}
	MUST(rc == 0 || e.msg[0]);
	MUST(!bundle_damage(b) || *bundle_damage(b));
	return 0;
}
