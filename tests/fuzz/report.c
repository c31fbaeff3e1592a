/* From a bundle to its reports: checks that meet hostile rows fail in words at worst, and nothing of a bundle reaches a
 * page as markup or a terminal as a control character. */
#include "tests/fuzz/pack.h"

#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/text.h"

static char *written(const struct report *r, int (*write)(const struct report *, FILE *, struct err *), size_t *n)
{
	struct err e = {0};
	char *p = NULL;
	FILE *f = open_memstream(&p, n);

	MUST(f && write(r, f, &e) == 0 && fclose(f) == 0);
	MUST(text_utf8_valid(p, *n));
	return p;
}

static int text_whole(const struct report *r, FILE *f, struct err *e)
{
	return report_write_text(r, f, NULL, e);
}

static int text_short(const struct report *r, FILE *f, struct err *e)
{
	return report_write_text(r, f, "b.tar.zst", e);
}

static void nothing_hidden(const char *p, size_t n)
{
	unsigned cp = 0;

	for (size_t i = 0; i < n; i += text_utf8_decode(p + i, n - i, &cp))
		MUST(p[i] == '\n' || p[i] == '\t' || (text_utf8_decode(p + i, n - i, &cp) && !text_is_hidden(cp)));
}

/* Outside of code, which stands between two runs of backticks of one length, no tag begins. */
static void no_markup(const char *p)
{
	while (*p) {
		size_t n = strspn(p, "`");
		const char *q = p + n;
		while (n && *q && strspn(q, "`") != n)
			q += strspn(q, "`") ? strspn(q, "`") : strcspn(q, "`");
		if (n && *q) {
			p = q + n;
			continue;
		}
		/* Folds are ours: <details>, <summary> and their ends, and nothing in them but the name. */
		MUST(*p != '<' || !strncmp(p, "<details>", 9) || !strncmp(p, "</details>", 10) || !strncmp(p, "<summary>", 9) ||
		     !strncmp(p, "</summary>", 10));
		p += n ? n : *p == '\\' && p[1] ? 2 : 1;
	}
}

static int count_of(const char *p, const char *what)
{
	int n = 0;

	for (; (p = strcasestr(p, what)); p++)
		n++;
	return n;
}

static void write_all(sqlite3 *db, int lang)
{
	CLEAN(clean_report) struct report *r = NULL;
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct err e = {0};
	size_t n;

	MUST(report_load(db, lang, &r, &e) == 0);
	CLEAN(clean_free) char *html = written(r, report_write_html, &n);
	MUST(count_of(html, "<script") == 1 && count_of(html, "<img") == 0);
	CLEAN(clean_free) char *json = written(r, report_write_json, &n);
	MUST(json_parse(json, n, &o, &e) == 0);
	CLEAN(clean_free) char *markdown = written(r, report_write_markdown, &n);
	no_markup(markdown);
	nothing_hidden(markdown, n);
	CLEAN(clean_free) char *whole = written(r, text_whole, &n);
	nothing_hidden(whole, n);
	CLEAN(clean_free) char *shorter = written(r, text_short, &n);
	nothing_hidden(shorter, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};

	if (!pack_load(data, size, &db))
		return 0;
	int rc = checks_run(db, NULL, &e);
	if (rc == 0)
		rc = causes_link(db, NULL, &e);
	if (rc < 0)
		fprintf(stderr, "%s\n", e.msg);
	MUST(rc == 0);
	MUST(db_prepare(db, "states", STR("SELECT id, reason FROM checks WHERE state = 'error'"), &st, &e) == 0);
	while (db_step(st, &e) > 0) {
		fprintf(stderr, "check %s: %s\n", db_col_text(st, 0), db_col_text(st, 1));
		MUST(sqlite3_column_type(st, 0) == SQLITE_NULL);
	}
	for (int lang = 0; lang < LANG_COUNT; lang++)
		write_all(db, lang);
	return 0;
}
