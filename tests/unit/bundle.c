/* bundle: what is written comes back; what is cut or damaged comes back as far as it is good. */
#include "tests/unit/bundle_content.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sha256.h"
#include "bundles/writer.h"
/* -- writing helpers ----------------------------------------------------------------------------------------------- */

static struct bundle_writer *start(const char *path)
{
	struct bundle_writer *w = NULL;
	struct err e = {0};
	CLEAN(clean_cjson) cJSON *head = cJSON_CreateObject();

	OK(bundle_writer_open(path, 1795462411 * US_PER_S, false, &w, &e));
	cJSON_AddNumberToObject(head, "sickbay_bundle", 1);
	OK(bundle_writer_head(w, head, &e));
	return w;
}

static void add(struct bundle_writer *w, const char *path, const char *text)
{
	struct capture c = {.path = path, .source = "local", .command = "true", .started = TIME_NONE, .exit_status = 0};
	struct err e = {0};

	OK(bundle_writer_add_bytes(w, &c, text, strlen(text), &e));
}

static void finish(struct bundle_writer *w)
{
	struct err e = {0};

	OK(bundle_writer_finish(w, &e));
	bundle_writer_free(w);
}

/* -- round trips --------------------------------------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
	static const char *const endings[] = {".tar.zst", ".tar.gz", ".tgz", ".tar"};
	CLEAN(clean_free) char *dir = unit_folder();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		CLEAN(clean_free) char *path = xasprintf("%s/b%s", dir, endings[i]), *part = xasprintf("%s.part", path);
		CLEAN(content_release) struct content c;
		struct stat st;
		struct bundle_writer *w = start(path);
		assert_int_equal(access(part, F_OK), 0);
		assert_int_equal(access(path, F_OK), -1);
		add(w, "nodes/n1/journal/kubelet.log", "one\ntwo\n");
		add(w, "nodes/\xe7\x82\xb9/empty", "");
		struct bundle_writer *same = w;
		finish(same);
		assert_int_equal(access(part, F_OK), -1);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		read_bundle(path, NULL, &c);
		assert_int_equal(c.rc, 0);
		assert_string_equal(c.damage, "");
		assert_string_equal(c.top, "b");
		assert_int_equal(c.files, 5);
		assert_non_null(strstr(buf_cstr(&c.names), "bundle.json=26\nversion.yaml="));
		assert_non_null(strstr(buf_cstr(&c.names), "nodes/n1/journal/kubelet.log=8\nnodes/\xe7\x82\xb9/empty=0\nmanifest.json="));
	}
}

static void test_manifest(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/b.tar.zst", dir);
	CLEAN(content_release) struct content c;
	CLEAN(clean_cjson) cJSON *m = NULL;
	CLEAN(clean_spool) struct spool *s = spool_new(10, false, NULL);
	struct bundle_writer *w = start(path);
	struct bundle_counts n;
	struct err e = {0};

	(void)state;
	OK(spool_write(s, "more than ten bytes", 19, &e));
	OK(spool_finish(s, &e));
	OK(bundle_writer_add(w, &(struct capture){.path = "z.txt", .source = "ssh", .command = "z", .node = "n1",
		.started = 1795462411123456, .ms = 17, .exit_status = 3, .timed_out = true, .redactions = 2, .error = "late\nagain"}, s, &e));
	OK(bundle_writer_add(w, &(struct capture){.path = "a.txt", .source = "ssh", .state = CAPTURE_FAILED, .started = TIME_NONE,
		.exit_status = -1, .error = "no connection"}, NULL, &e));
	OK(bundle_writer_add(w, &(struct capture){.path = "b.txt", .source = "ssh", .state = CAPTURE_ABSENT, .started = TIME_NONE,
		.exit_status = -1}, NULL, &e));
	bundle_writer_counts(w, &n);
	assert_int_equal(n.ok, 3);
	assert_int_equal(n.failed, 1);
	assert_int_equal(n.absent, 1);
	assert_int_equal(n.truncated, 1);
	assert_int_equal(n.redactions, 2);
	finish(w);
	read_bundle(path, NULL, &c);
	OK(json_parse(buf_cstr(&c.last), c.last.n, &m, &e));
	assert_int_equal(json_get_int(m, "sickbay_manifest", 0), 1);
	assert_non_null(json_get_str(m, "finished"));
	const cJSON *list = json_get_arr(m, "captures"), *o;
	assert_int_equal(cJSON_GetArraySize(list), 5);
	const char *last = "";
	cJSON_ArrayForEach(o, list) {
		struct capture r;
		OK(capture_from_json(o, &r, &e));
		assert_true(strcmp(last, r.path) < 0);
		last = r.path;
		if (strcmp(r.path, "z.txt") == 0) {
			assert_int_equal(r.bytes, 10);
			assert_true(r.truncated && r.timed_out);
			assert_int_equal(r.started, 1795462411123456);
			assert_int_equal(r.exit_status, 3);
			assert_string_equal(r.error, "late\nagain");
			char hex[65];
			struct sha256 *h = sha256_new();
			sha256_add(h, "more than ", 10);
			sha256_finish(h, hex);
			assert_string_equal(r.sha256, hex);
		} else if (strcmp(r.path, "a.txt") == 0) {
			assert_int_equal(r.state, CAPTURE_FAILED);
			assert_string_equal(r.sha256, "");
			assert_null(json_get(o, "exit_status"));
			assert_null(json_get(o, "bytes"));
		}
	}
	/* One record a line: head, five records, end. */
	int lines = 0;
	for (size_t i = 0; i < c.last.n; i++)
		lines += c.last.p[i] == '\n';
	assert_int_equal(lines, 7);
}

static void test_writer_names(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/b.tar", dir);
	CLEAN(content_release) struct content c;
	char longer[401];

	(void)state;
	struct bundle_writer *w = start(path);
	add(w, "a/x.log", "1");
	add(w, "a/x.log", "2");
	add(w, "a/x.log", "3");
	add(w, "a.b/noext", "4");
	add(w, "a.b/noext", "5");
	add(w, "/etc/../passwd", "6");
	add(w, "./a//b\033\n\\\xff", "7");
	add(w, "", "8");
	memset(longer, 'l', 400);
	longer[400] = '\0';
	add(w, longer, "9");
	add(w, "bundle.json", "10");
	add(w, ".hidden", "11");
	add(w, ".hidden", "12");
	finish(w);
	read_bundle(path, NULL, &c);
	const char *names = buf_cstr(&c.names);
	assert_string_equal(buf_cstr(&c.problems), "");
	assert_int_equal(c.files, 15);
	assert_non_null(strstr(names, "\na/x.log=1\na/x-2.log=1\na/x-3.log=1\na.b/noext=1\na.b/noext-2=1\netc/__/passwd=1\na/b____=1\n"
		"unnamed=1\nllll"));
	assert_non_null(strstr(names, "\nbundle-2.json=2\n.hidden=2\n.hidden-2=2\n"));
}

static void test_writer_refuses(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/b.tar", dir), *part = xasprintf("%s.part", path);
	struct bundle_writer *w = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(bundle_writer_open("b.zip", 0, false, &w, &e), -ERR_USAGE);
	assert_non_null(strstr(e.msg, ".tar.zst"));
	assert_int_equal(bundle_writer_open("/nonexistent/b.tar", 0, false, &w, &e), -ERR_IO);
	unit_write(path, "x", 1);
	assert_int_equal(bundle_writer_open(path, 0, false, &w, &e), -ERR_USAGE);
	OK(bundle_writer_open(path, 0, true, &w, &e));
	bundle_writer_free(w); /* not finished: .part goes, the old file stays */
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	unit_write(part, "x", 1);
	assert_int_equal(bundle_writer_open(path, 0, false, &w, &e), -ERR_USAGE);
	assert_int_equal(access(part, F_OK), 0);
	unlink(part);
	/* A file that comes into being meanwhile is not written over, and the bundle is not lost. */
	w = start(path);
	unit_write(path, "x", 1);
	assert_int_equal(bundle_writer_finish(w, &e), -ERR_IO);
	assert_non_null(strstr(e.msg, part));
	bundle_writer_free(w);
	CLEAN(content_release) struct content c;
	read_bundle(part, NULL, &c);
	assert_string_equal(c.damage, "");
}

static void test_disk_full(void **state)
{
	static const char *const endings[] = {".tar.zst", ".tar"};
	CLEAN(clean_free) char *dir = unit_folder();
	struct rlimit before, small = {600 << 10, RLIM_INFINITY};

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		CLEAN(clean_free) char *path = xasprintf("%s/b%s", dir, endings[i]), *part = xasprintf("%s.part", path);
		CLEAN(content_release) struct content c;
		struct err e = {0};
		int rc = 0, n = 0;
		unsigned seed = 7;
		struct bundle_writer *w = start(path);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		for (; rc == 0 && n < 5000; n++) {
			char noise[40000];
			CLEAN(clean_free) char *name = xasprintf("f%d", n);
			for (size_t k = 0; k < sizeof(noise); k++)
				noise[k] = (char)(rand_r(&seed) >> 8);
			rc = bundle_writer_add_bytes(w, &(struct capture){.path = name, .started = TIME_NONE, .exit_status = -1}, noise,
			                             sizeof(noise), &e);
		}
		assert_int_equal(rc, -ERR_IO);
		assert_non_null(strstr(e.msg, "File too large; what had been gathered is kept there"));
		assert_int_equal(bundle_writer_finish(w, &e), -ERR_IO);
		bundle_writer_free(w);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		read_bundle(part, NULL, &c);
		assert_int_equal(c.rc, 0);
		assert_non_null(strstr(c.damage, "cut off inside f"));
		assert_true(c.files >= 2);
	}
}

/* What was added a while ago is in the file on disk, though the collector goes on and may be killed. */
static void test_growing_part(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/b.tar.zst", dir), *part = xasprintf("%s.part", path);
	CLEAN(content_release) struct content c;

	(void)state;
	struct bundle_writer *w = start(path);
	add(w, "nodes/n1/early", "early");
	usleep(2100000);
	add(w, "nodes/n1/late", "late");
	read_bundle(part, NULL, &c);
	assert_int_equal(c.rc, 0);
	assert_non_null(strstr(buf_cstr(&c.names), "nodes/n1/early=5\nnodes/n1/late=4\n"));
	assert_string_equal(c.damage, "cut off behind nodes/n1/late");
	add(w, "nodes/n1/later", "later");
	finish(w);
	content_release(&c);
	read_bundle(path, NULL, &c);
	assert_string_equal(c.damage, "");
	assert_int_equal(c.files, 6);
}

struct adder {
	struct bundle_writer *w;
	int id;
};

static void *add_many(void *arg)
{
	struct adder *a = arg;

	for (int i = 0; i < 100; i++) {
		struct err e = {0};
		CLEAN(clean_spool) struct spool *s = spool_new(1 << 20, false, NULL);
		for (int k = 0; k < i * 10; k++)
			if (spool_write(s, "some line of a log\n", 19, &e) < 0)
				return arg;
		if (spool_finish(s, &e) < 0 ||
		    bundle_writer_add(a->w, &(struct capture){.path = "nodes/n/same.log", .started = a->id, .exit_status = 0}, s, &e) < 0)
			return arg;
	}
	return NULL;
}

static void count_records(void *arg, const struct capture *c)
{
	(void)c;
	++*(int *)arg;
}

static void test_threads(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/b.tar.zst", dir);
	CLEAN(content_release) struct content c;
	struct bundle_writer *w = start(path);
	struct adder a[4];
	pthread_t t[4];
	void *failed;
	int n = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		a[i] = (struct adder){w, i};
		pthread_create(&t[i], NULL, add_many, &a[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &failed);
		assert_null(failed);
	}
	bundle_writer_each(w, count_records, &n);
	assert_int_equal(n, 402);
	finish(w);
	read_bundle(path, NULL, &c);
	assert_string_equal(c.damage, "");
	assert_string_equal(buf_cstr(&c.problems), "");
	assert_int_equal(c.files, 403);
}

/* -- cut and damaged ----------------------------------------------------------------------------------------------- */

static void test_cut_anywhere(void **state)
{
	static const char *const endings[] = {".tar.zst", ".tar.gz", ".tar"};
	CLEAN(clean_free) char *dir = unit_folder();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		CLEAN(clean_free) char *path = xasprintf("%s/b%s", dir, endings[i]), *cut = xasprintf("%s/cut", dir);
		CLEAN_BUF struct buf whole = BUF_MAX(1 << 20);
		struct err e = {0};
		int most = 0;
		bool head = false;
		struct bundle_writer *w = start(path);
		for (int k = 0; k < 5; k++) {
			CLEAN(clean_free) char *name = xasprintf("nodes/n%d/file", k);
			add(w, name, "a line\nanother line\n");
		}
		finish(w);
		OK(file_read(path, &whole, &e));
		for (size_t n = 0; n < whole.n; n += n < 2000 ? 1 : 13) {
			CLEAN(content_release) struct content c;
			unit_write(cut, whole.p, n);
			read_bundle(cut, NULL, &c);
			if (c.rc < 0) {
				assert_int_equal(c.rc, -ERR_FORMAT);
				/* Once a length loads, every longer one does; but libarchive gives out nothing of a block of 128 KiB
				 * whose end is missing, and here all that is packed fits into one, bundle.json's frame included. */
				if (most > (strcmp(endings[i], ".tar") == 0 ? 0 : 2))
					fail_msg("%s cut at %zu of %zu: %s", endings[i], n, whole.n, c.e.msg);
				assert_non_null(strstr(c.e.msg, "not a bundle: "));
				continue;
			}
			assert_true(c.files >= most);
			most = c.files;
			head |= c.files == 2;
			/* Behind the last byte of the tar's end mark there is at most compression's own end. */
			if (!*c.damage && n + 1100 < whole.n)
				fail_msg("%s cut at %zu of %zu passes for whole", endings[i], n, whole.n);
			if (*c.damage && strncmp(c.damage, "cut off ", 8) != 0)
				fail_msg("%s cut at %zu: %s", endings[i], n, c.damage);
		}
		assert_true(head); /* what says of what cluster it is, alone */
		if (strcmp(endings[i], ".tar") == 0) /* packed, so little is a single block, which comes whole or not at all */
			assert_int_equal(most, 8);
	}
}

/* Packed data comes in blocks: a cut costs at most what the last of them holds. */
static void test_cut_costs_little(void **state)
{
	static const char *const endings[] = {".tar.zst", ".tar.gz"};
	CLEAN(clean_free) char *dir = unit_folder();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		CLEAN(clean_free) char *path = xasprintf("%s/b%s", dir, endings[i]), *cut = xasprintf("%s/cut", dir);
		CLEAN_BUF struct buf whole = BUF_MAX(8 << 20);
		struct err e = {0};
		unsigned seed = 3;
		struct bundle_writer *w = start(path);
		for (int k = 0; k < 100; k++) {
			CLEAN(clean_free) char *name = xasprintf("nodes/n%d/file", k);
			char noise[20001] = "";
			for (size_t j = 0; j < sizeof(noise) - 1; j++) /* does not shrink */
				noise[j] = (char)(1 + (rand_r(&seed) >> 8) % 255);
			add(w, name, noise);
		}
		finish(w);
		OK(file_read(path, &whole, &e));
		for (size_t n = 300000; n < whole.n; n += 100003) {
			CLEAN(content_release) struct content c;
			unit_write(cut, whole.p, n);
			read_bundle(cut, NULL, &c);
			assert_int_equal(c.rc, 0);
			assert_int_equal(strncmp(c.damage, "cut off ", 8), 0);
			assert_true(c.bytes > (int64_t)n - 300000);
		}
	}
}

static void test_damaged_anywhere(void **state)
{
	static const char *const endings[] = {".tar.zst", ".tar.gz", ".tar"};
	CLEAN(clean_free) char *dir = unit_folder();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		CLEAN(clean_free) char *path = xasprintf("%s/b%s", dir, endings[i]), *bad = xasprintf("%s/bad", dir);
		CLEAN_BUF struct buf whole = BUF_MAX(1 << 20);
		struct err e = {0};
		struct bundle_writer *w = start(path);
		add(w, "nodes/n1/file", "a line\nanother line\n");
		add(w, "nodes/n2/file", "a line\nanother line\n");
		finish(w);
		OK(file_read(path, &whole, &e));
		for (size_t n = 0; n < whole.n; n += 3) {
			CLEAN(content_release) struct content c;
			whole.p[n] = (char)(whole.p[n] ^ 0x55);
			unit_write(bad, whole.p, whole.n);
			whole.p[n] = (char)(whole.p[n] ^ 0x55);
			read_bundle(bad, NULL, &c); /* whatever comes of it, it ends and stays within its bounds */
			assert_true(c.rc == 0 || c.rc == -ERR_FORMAT || c.rc == -ERR_LIMIT);
		}
	}
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_writer_names),
		cmocka_unit_test(test_writer_refuses),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_growing_part),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_cut_costs_little),
		cmocka_unit_test(test_damaged_anywhere),
	};
	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
