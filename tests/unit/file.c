/* file: reading under a cap, output that appears whole or not at all, sizes. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/file.h"

static int entries(const char *dir)
{
	DIR *d = opendir(dir);
	int n = -2;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void test_read(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/f", dir);
	CLEAN_BUF struct buf b = BUF_MAX(5);
	struct err e = {0};

	(void)state;
	unit_write(path, "12345", 5);
	OK(file_read(path, &b, &e));
	assert_string_equal(buf_cstr(&b), "12345");
	buf_clear(&b);
	unit_write(path, "123456", 6);
	assert_int_equal(file_read(path, &b, &e), -ERR_LIMIT);
	assert_non_null(strstr(e.msg, path));
	unlink(path);
	assert_int_equal(file_read(path, &b, &e), -ERR_ABSENT);
	assert_int_equal(file_read(dir, &b, &e), -ERR_IO);
}

static void test_outfile(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/report.html", dir);
	CLEAN(clean_outfile) struct outfile *o = NULL;
	CLEAN_BUF struct buf b = BUF_MAX(100);
	struct err e = {0};
	struct stat st;

	(void)state;
	OK(outfile_open(path, &o, &e));
	fputs("half", outfile_stream(o));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(entries(dir), 1);
	clean_outfile(&o); /* not committed: nothing is left */
	assert_int_equal(entries(dir), 0);

	unit_write(path, "old", 3);
	OK(outfile_open(path, &o, &e));
	fputs("whole", outfile_stream(o));
	OK(outfile_commit(o, &e));
	clean_outfile(&o);
	assert_int_equal(entries(dir), 1);
	OK(file_read(path, &b, &e));
	assert_string_equal(buf_cstr(&b), "whole");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	assert_int_equal(outfile_open(dir, &o, &e), -ERR_IO);
	assert_non_null(strstr(e.msg, "directory"));
	assert_int_equal(outfile_open("/nonexistent/x", &o, &e), -ERR_IO);
}

static void test_outfile_full(void **state)
{
	CLEAN(clean_outfile) struct outfile *o = NULL;
	struct err e = {0};

	(void)state;
	OK(outfile_open("/dev/full", &o, &e));
	fputs("text", outfile_stream(o));
	assert_int_equal(outfile_commit(o, &e), -ERR_IO);
	assert_non_null(strstr(e.msg, "No space left"));
	assert_int_equal(access("/dev/full", F_OK), 0);
}

static void test_temp(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder();
	struct err e = {0};
	CLEAN(clean_fd) int fd = file_temp(dir, &e);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(entries(dir), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(file_temp("/nonexistent", &e), -ERR_IO);
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		int64_t n;
	} good[] = {{"0", 0}, {"1000", 1000}, {"12B", 12}, {"100k", 100000}, {"512KiB", 524288}, {"64MiB", 64 << 20},
	            {"2GiB", INT64_C(2) << 30}, {"1Gi", 1 << 30}, {"3MB", 3000000}};
	static const char *const bad[] = {"", "k", "-1", "1.5M", "1 M", "12Q", "99999999999999999999", "9999999999GiB"};
	static const struct {
		int64_t n;
		const char *text;
	} shown[] = {{-1, "0 B"}, {0, "0 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"}, {1258291, "1.2 MiB"}, {1048575, "1.0 MiB"},
	             {INT64_MAX, "8.0 EiB"}};
	struct err e = {0};
	char text[16];
	int64_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		OK(file_parse_size(good[i].text, &n, &e));
		assert_int_equal(n, good[i].n);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(file_parse_size(bad[i], &n, &e), -ERR_USAGE);
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		assert_string_equal(file_format_size(shown[i].n, text), shown[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_outfile),
		cmocka_unit_test(test_outfile_full),
		cmocka_unit_test(test_temp),
		cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
