/* The corpus of tests/redact: what is planted must go, by the way it comes into a bundle (a stream of text, an object, a file
 * of YAML); what only looks like a credential must stay, but for 2 in 100; and a second time nothing changes. */
#include "tests/unit/redact_rules.h"

#include "base/file.h"
#include "collect/redact_file.h"

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static char *as_text(const char *text)
{
	struct buf b = BUF_MAX(1 << 20);
	struct redact_stream *s = redact_stream_new(rules, to_buf, &b, NULL, NULL);
	struct err e = {0};

	for (size_t i = 0, n = strlen(text); i < n; i += 7)
		OK(redact_stream_write(s, text + i, n - i < 7 ? n - i : 7, &e));
	OK(redact_stream_finish(s, &e));
	redact_stream_free(s);
	return buf_take(&b);
}

static char *as_file(const char *text, const char *path)
{
	struct buf b = BUF_MAX(1 << 20);
	struct redact_file *f = redact_file_new(rules, path, to_buf, &b, NULL, NULL);
	struct err e = {0};

	for (size_t i = 0, n = strlen(text); i < n; i += 7)
		OK(redact_file_write(f, text + i, n - i < 7 ? n - i : 7, &e));
	OK(redact_file_finish(f, &e));
	redact_file_free(f);
	return buf_take(&b);
}

static char *as_object(const char *text)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct err e = {0};
	int64_t n = 0;

	if (json_parse(text, strlen(text), &o, &e) < 0)
		return xstrdup(""); /* cut off: only files can be */
	redact_object(rules, o, NULL, &n);
	return json_text(o);
}

static char *through(const char *way, const char *text)
{
	return !strcmp(way, "text") ? as_text(text) : as_file(text, !strcmp(way, "json") ? "x.json" : "x.yaml");
}

/* Takes ~~ out, by which the corpus keeps scanners of secrets away; \n becomes a line break, but in JSON. */
static void unfold(char *s, bool json)
{
	char *to = s, *start = s;

	for (; *s; s++) {
		if (s[0] == '~' && s[1] == '~')
			s++;
		else if (!json && s[0] == '\\' && s[1] == 'n' && (to == start || to[-1] != '\\'))
			*to++ = '\n', s++;
		else if (!json && s[0] == '\\' && s[1] == 'n') /* \\n: a backslash, which is there, and n */
			*to++ = 'n', s++;
		else
			*to++ = *s;
	}
	*to = '\0';
}

/* Calls fn for each line of a file of the corpus; columns are separated by tabs. Returns the number of items. */
static int each(const char *path, int columns, void (*fn)(int line, char **col))
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	struct err e = {0};
	int n = 0;
	char *save = NULL;

	OK(file_read(path, &b, &e));
	for (char *line = strtok_r(b.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *col[3] = {line, NULL, NULL};

		for (int i = 1; i < columns; i++) {
			col[i] = strchr(col[i - 1], '\t');
			assert_non_null(col[i]);
			*col[i]++ = '\0';
		}
		unfold(col[columns - 1], !strcmp(col[0], "json"));
		fn(++n, col);
	}
	return n;
}

static int leaks, changed, unstable;

static void check_planted(int line, char **col)
{
	CLEAN(clean_free) char *out = through(col[0], col[2]), *again = through(col[0], out);

	if (strstr(out, col[1]) || (!strstr(out, "REDACTED") && !strstr(out, "KipSRURBQ1RFRD"))) {
		print_message("planted.tsv:%d: \"%s\" became \"%s\"\n", line, col[2], out);
		leaks++;
	}
	if (strcmp(out, again) != 0) {
		print_message("planted.tsv:%d: \"%s\" became \"%s\" the second time\n", line, out, again);
		unstable++;
	}
	if (!strcmp(col[0], "json")) {
		CLEAN(clean_free) char *o = as_object(col[2]);
		if (strstr(o, col[1])) {
			print_message("planted.tsv:%d: as an object: \"%s\" became \"%s\"\n", line, col[2], o);
			leaks++;
		}
	}
}

static void check_innocent(int line, char **col)
{
	CLEAN(clean_free) char *out = through(col[0], col[1]);

	if (strcmp(out, col[1]) != 0) {
		print_message("innocent.tsv:%d: \"%s\" became \"%s\"\n", line, col[1], out);
		changed++;
	}
}

static void test_planted(void **state)
{
	(void)state;
	assert_true(each("tests/redact/planted.tsv", 3, check_planted) >= 150);
	assert_int_equal(leaks, 0);
	assert_int_equal(unstable, 0);
}

static void test_innocent(void **state)
{
	int n;

	(void)state;
	n = each("tests/redact/innocent.tsv", 2, check_innocent);
	assert_true(n >= 150);
	assert_true(changed * 50 <= n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_planted), cmocka_unit_test(test_innocent)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
