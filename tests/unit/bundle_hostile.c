/* Archives that were made to do harm, and files that are none: names, sizes, headers, bombs. */
#include "tests/unit/bundle_content.h"

#include <archive.h>
#include <archive_entry.h>

static void test_not_a_bundle(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f", dir);
	static const struct {
		const char *text;
		size_t n;
		const char *why;
	} t[] = {
		{"", 0, "not a bundle: the file is empty"},
		{"some text\n", 10, "looks like text"},
		{"PK\003\004xxxx", 8, "looks like a zip archive"},
		{"SQLite format 3\0xxxx", 20, "looks like an SQLite database; use it with `sickbay query`"},
		{"\x01\x02\x03", 3, "looks like unknown binary data"},
		{"\037\213\010\0", 4, "gzip data that is cut off"},
		{"(\265/\375", 4, "zstd data that is cut off"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		unit_write(path, t[i].text, t[i].n);
		refused(path, ERR_FORMAT, t[i].why);
	}
	char zeros[10240] = {0};
	unit_write(path, zeros, sizeof(zeros));
	refused(path, ERR_FORMAT, "without any file in it");
	unlink(path);
	refused(dir, ERR_FORMAT, "a folder without any file in it");
	refused("/nonexistent/b.tar.zst", ERR_ABSENT, "/nonexistent/b.tar.zst: no such file");
}

/* -- hostile tars, made by hand ------------------------------------------------------------------------------------ */

static void tar_entry(struct buf *b, const char *name, char type, const char *link, const char *body)
{
	char h[512] = {0}, block[512] = {0};
	unsigned sum = 0;
	size_t n = strlen(body);
	struct err e = {0};

	memcpy(h, name, strnlen(name, 100));
	memcpy(h + 100, "0000644", 7);
	memcpy(h + 108, "0000000", 7);
	memcpy(h + 116, "0000000", 7);
	snprintf(h + 124, 12, "%011o", (unsigned)n);
	snprintf(h + 136, 12, "%011o", 1795462411u);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 157, link, strnlen(link, 100));
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	OK(buf_add(b, h, 512, &e));
	for (size_t i = 0; i < n; i += 512) {
		size_t k = n - i < 512 ? n - i : 512;
		memset(block, 0, sizeof(block));
		memcpy(block, body + i, k);
		OK(buf_add(b, block, 512, &e));
	}
}

static void tar_end(struct buf *b, const char *path)
{
	char zeros[1024] = {0};
	struct err e = {0};

	OK(buf_add(b, zeros, sizeof(zeros), &e));
	unit_write(path, b->p, b->n);
	buf_clear(b);
}

static void test_hostile_names(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f.tar", dir);
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	CLEAN(content_release) struct content c;

	(void)state;
	tar_entry(&b, "t/", '5', "", "");
	tar_entry(&b, "t/link", '2', "/etc/passwd", "");
	tar_entry(&b, "t/good", '0', "", "first");
	tar_entry(&b, "t/hard", '1', "t/good", "");
	tar_entry(&b, "t/good", '0', "", "second");
	tar_entry(&b, "./t//good", '0', "", "third");
	tar_entry(&b, "/etc/passwd", '0', "", "x");
	tar_entry(&b, "t/../../etc/passwd", '0', "", "x");
	tar_entry(&b, "t/a\033[31mb", '0', "", "x");
	tar_entry(&b, "t/\xff\xfe", '0', "", "x");
	tar_entry(&b, "t/new\nline", '0', "", "x");
	tar_entry(&b, "t/device", '3', "", "");
	tar_entry(&b, "t/pipe", '6', "", "");
	tar_entry(&b, "t/..", '0', "", "x");
	tar_entry(&b, "t/..fine", '0', "", "x");
	tar_entry(&b, "elsewhere/file", '0', "", "x");
	tar_end(&b, path);
	read_bundle(path, NULL, &c);
	assert_int_equal(c.rc, 0);
	assert_string_equal(c.damage, "");
	assert_string_equal(c.top, ""); /* what lies elsewhere tells that there is none */
	assert_string_equal(buf_cstr(&c.names), "good=5\n..fine=1\nelsewhere/file=1\n");
	assert_string_equal(buf_cstr(&c.problems), "t/link: a link\nt/hard: a link\n"
		"t/good: a second file of the same name\n./t//good: a second file of the same name\n"
		"/etc/passwd: an absolute path\nt/../../etc/passwd: \"..\" in its path\n"
		"t/a\\x1b[31mb: control characters in its name\nt/\\xff\\xfe: its name is not UTF-8\n"
		"t/new\\x0aline: control characters in its name\nt/device: not a regular file\nt/pipe: not a regular file\n"
		"t/..: \"..\" in its path\n");
	tar_entry(&b, "t/link", '2', "/etc/passwd", "");
	tar_end(&b, path);
	refused(path, ERR_FORMAT, "a tar archive without any file we take; the first: t/link: a link");
}

static void test_tops(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f.tar", dir);
	static const struct {
		const char *first, *second, *top, *names;
	} t[] = {
		{"cluster-resources/nodes.json", "version.yaml", "", "cluster-resources/nodes.json=1\nversion.yaml=1\n"},
		{"./bundle.json", "./nodes/n1/node.json", "", "bundle.json=1\nnodes/n1/node.json=1\n"},
		{"x/y/z", "x/w", "x", "y/z=1\nw=1\n"},
		{"support-bundle-2026/version.yaml", "support-bundle-2026/cluster-resources/nodes.json", "support-bundle-2026",
		 "version.yaml=1\ncluster-resources/nodes.json=1\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
		CLEAN(content_release) struct content c;
		tar_entry(&b, t[i].first, '0', "", "x");
		tar_entry(&b, t[i].second, '0', "", "x");
		tar_end(&b, path);
		read_bundle(path, NULL, &c);
		assert_string_equal(c.top, t[i].top);
		assert_string_equal(buf_cstr(&c.names), t[i].names);
	}
}

/* A bad header in the middle: said, and what lies behind it is found again. */
static void test_bad_header(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f.tar", dir);
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	CLEAN(content_release) struct content c;

	(void)state;
	tar_entry(&b, "t/one", '0', "", "x");
	size_t bad = b.n;
	tar_entry(&b, "t/two", '0', "", "x");
	tar_entry(&b, "t/three", '0', "", "x");
	b.p[bad + 5] = 'X';
	tar_end(&b, path);
	read_bundle(path, NULL, &c);
	assert_int_equal(c.rc, 0);
	assert_string_equal(buf_cstr(&c.names), "one=1\nthree=1\n");
	assert_non_null(strstr(c.damage, "damaged behind one: Damaged tar archive"));
}

static void test_limits(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f.tar", dir);
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	struct bundle_limits few = bundle_limits_default, small = few, total = few;

	(void)state;
	few.max_entries = 2;
	small.max_entry = 3;
	total.max_total = 2048;
	tar_entry(&b, "t/one", '0', "", "x");
	tar_entry(&b, "t/two", '0', "", "four");
	tar_entry(&b, "t/three", '0', "", "x");
	tar_end(&b, path);
	{
		CLEAN(content_release) struct content c;
		read_bundle(path, &few, &c);
		assert_int_equal(c.rc, -ERR_LIMIT);
		assert_string_equal(buf_cstr(&c.names), "one=1\ntwo=4\n");
	}
	{
		CLEAN(content_release) struct content c;
		read_bundle(path, &small, &c);
		assert_int_equal(c.rc, 0);
		assert_string_equal(buf_cstr(&c.names), "one=1\nthree=1\n");
		assert_string_equal(buf_cstr(&c.problems), "t/two: larger than a file may be\n");
	}
	{
		CLEAN(content_release) struct content c;
		read_bundle(path, &total, &c);
		assert_int_equal(c.rc, -ERR_LIMIT);
		assert_non_null(strstr(c.e.msg, "more than 2048 bytes unpacked"));
	}
}

/* Entries made by libarchive: for sparse files and for very many zeros. */
static void with_libarchive(const char *path, int64_t size, int64_t data_at, const char *data, bool zeros)
{
	struct archive *a = archive_write_new();
	struct archive_entry *en = archive_entry_new();
	size_t n = strlen(data);

	if (zeros)
		archive_write_add_filter_zstd(a);
	archive_write_set_format_pax(a);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	archive_entry_set_pathname(en, "t/file");
	archive_entry_set_filetype(en, AE_IFREG);
	archive_entry_set_perm(en, 0644);
	archive_entry_set_size(en, size);
	if (!zeros)
		archive_entry_sparse_add_entry(en, data_at, (int64_t)n);
	assert_int_equal(archive_write_header(a, en), ARCHIVE_OK);
	char *room = xcalloc(1, 1 << 20);
	if (zeros) {
		for (int64_t left = size; left > 0; left -= 1 << 20)
			assert_int_equal(archive_write_data(a, room, 1 << 20), 1 << 20);
	} else {
		for (int64_t at = 0; at < data_at; at += 4096)
			archive_write_data(a, room, (size_t)(data_at - at < 4096 ? data_at - at : 4096));
		archive_write_data(a, data, n);
	}
	free(room);
	archive_entry_free(en);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

static void test_bombs(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f.tar", dir);
	CLEAN(content_release) struct content c, d;

	(void)state;
	/* A small hole is read as zeros. */
	with_libarchive(path, 300000, 200000, "data", false);
	read_bundle(path, NULL, &c);
	assert_int_equal(c.rc, 0);
	assert_string_equal(buf_cstr(&c.names), "file=300000\n");
	assert_int_equal(c.last.n, 300000);
	assert_memory_equal(c.last.p + 199999, "\0data", 6);
	for (size_t i = 200004; i < 300000; i++)
		assert_int_equal(c.last.p[i], 0);
	/* 3 GiB of zeros in about 100 KB. */
	with_libarchive(path, INT64_C(3) << 30, 0, "", true);
	read_bundle(path, NULL, &d);
	assert_int_equal(d.rc, -ERR_LIMIT);
	assert_non_null(strstr(d.e.msg, "1000 times its size"));
	assert_true(d.bytes < (INT64_C(1) << 30) + (4 << 20));
}

static void test_huge_hole(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f.tar", dir);
	CLEAN(content_release) struct content c;

	(void)state;
	with_libarchive(path, INT64_C(10) << 30, 0, "data", false);
	read_bundle(path, NULL, &c);
	assert_int_equal(c.rc, -ERR_LIMIT);
	assert_true(c.bytes < (INT64_C(1) << 30) + (4 << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_a_bundle),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_tops),
		cmocka_unit_test(test_bad_header),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_huge_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
