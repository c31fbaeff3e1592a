/* report: every format, from a bundle whose names are hostile; twice the same bytes; nothing that a reader would run. */
#include "tests/unit/unit.h"

#include "analyze/analyze.h"
#include "analyze/report/report.h"
#include "base/asset.h"
#include "base/file.h"
#include "base/json.h"

#define EVIL "</script><img src=x onerror=alert(1)>\x1b[31m`|*_\n# h1\n```\n~~~\n\xe2\x80\xae" "\xff" "{name}"

static sqlite3 *analysed_with(const char *more, bool hostile, struct err *e)
{
	sqlite3 *db = NULL;
	struct buf sql = BUF_MAX(1 << 20);

	if (asset_init(e) < 0 || db_create(NULL, &db, e) < 0 || schema_create(db, e) < 0 ||
	    file_read("tests/unit/checks/scenario.sql", &sql, e) < 0 ||
	    db_exec(db, "scenario.sql", (struct str){sql.p, sql.n}, e) < 0 || db_exec(db, "more", str_of(more), e) < 0)
		fail_msg("scenario: %s", e->msg);
	buf_release(&sql);
	if (hostile) {
		static const char *const changes[] = {
			"UPDATE pods SET name = :evil, phase = 'Failed' WHERE name = 'web-1'",
			"UPDATE lines SET text = :evil WHERE line = 2",
			"UPDATE node_disks SET mount = :evil",
			"UPDATE captures SET error = :evil, path = :evil WHERE state = 'failed'",
			"INSERT INTO problems VALUES (:evil, 3, :evil)",
			"INSERT OR REPLACE INTO bundle VALUES ('damage', :evil), ('path', :evil), ('cluster.context', :evil)",
			"INSERT INTO node_images VALUES ('n2', 'docker', NULL, :evil, :evil, NULL, 10, 1, 2)",
			"INSERT INTO node_conditions (node, type, status, reason, message, file, line) VALUES (:evil, :evil, :evil, :evil, :evil, 1, 2)",
			"INSERT INTO node_containers (node, runtime, image, namespace, pod) VALUES ('n2', 'docker', :evil || ':' || :evil, :evil, :evil)",
			"INSERT INTO metrics VALUES (:evil, 'kubelet', :evil, 3, 1.0, 1, 2)",
			"INSERT INTO node_access (node, reached, error, transport) VALUES (:evil, 0, :evil, :evil)",
		};
		for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
			CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
			if (db_prepare(db, "change", str_of(changes[i]), &st, e) < 0)
				fail_msg("%s", e->msg);
			db_bind_text(st, ":evil", EVIL);
			if (db_step(st, e) < 0)
				fail_msg("%s", e->msg);
		}
	}
	if (schema_finish(db, e) < 0 || checks_run(db, "tests/unit/checks/good", e) < 0 ||
	    causes_link(db, "tests/unit/checks/good", e) < 0)
		fail_msg("%s", e->msg);
	return db;
}

static sqlite3 *analysed(bool hostile, struct err *e)
{
	return analysed_with("", hostile, e);
}

typedef int writer(const struct report *r, FILE *f, struct err *e);

static int write_text(const struct report *r, FILE *f, struct err *e)
{
	return report_write_text(r, f, NULL, e);
}

static int write_summary(const struct report *r, FILE *f, struct err *e)
{
	return report_write_text(r, f, "b.tar.zst", e);
}

static writer *const writers[] = {report_write_json, report_write_markdown, report_write_html, write_text, write_summary};

static char *written(sqlite3 *db, int lang, writer *w)
{
	CLEAN(clean_report) struct report *r = NULL;
	struct err e = {0};
	char *text = NULL;
	size_t n = 0;

	OK(report_load(db, lang, &r, &e));
	OK(report_load_tables(db, r, &e));
	report_load_page(db, r);
	FILE *f = open_memstream(&text, &n);
	assert_non_null(f);
	OK(w(r, f, &e));
	assert_int_equal(fclose(f), 0);
	return text;
}

static void has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in\n%.900s", what, text);
}

static void hasnt(const char *text, const char *what)
{
	const char *at = strstr(text, what);
	if (at)
		fail_msg("\"%s\" is in: %.200s", what, at > text + 40 ? at - 40 : text);
}

static void test_json(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed(false, &e);
	CLEAN(clean_free) char *text = written(db, 0, report_write_json);
	CLEAN(clean_cjson) cJSON *o = NULL;

	(void)state;
	OK(json_parse(text, strlen(text), &o, &e));
	assert_int_equal(json_get_int(o, "sickbay_report", 0), 1);
	const cJSON *root = json_get_arr(o, "root_causes")->child;
	assert_string_equal(json_get_str(root, "check"), "test-disk-full");
	assert_string_equal(json_get_str(root, "subject"), "node/n2");
	assert_string_equal(json_get_str(root, "severity"), "critical");
	assert_string_equal(json_get_str(root, "confidence"), "certain");
	assert_int_equal(json_get_int(root, "rank", 0), 1);
	const cJSON *evidence = json_get_arr(root, "evidence")->child;
	assert_string_equal(json_get_str(evidence, "file"), "nodes/n2/host/df.txt");
	assert_int_equal(json_get_int(evidence, "line", 0), 2);
	assert_string_equal(json_get_str(json_get_arr(root, "fix")->child, "run"), "du -xh /var | sort -h | tail");
	assert_int_equal(cJSON_GetArraySize(json_get_arr(root, "explains")), 4);
	assert_string_equal(json_path_str(o, "bundle.name"), "sick.tar.zst");
	assert_int_equal(json_get_int(json_get_obj(o, "captures"), "failed", -1), 2);
}

static void test_same_twice(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *a = analysed(true, &e);
	CLEAN(clean_db) sqlite3 *b = analysed(true, &e);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(writers); i++)
		for (int lang = 0; lang < 2; lang++) {
			CLEAN(clean_free) char *x = written(a, lang, writers[i]);
			CLEAN(clean_free) char *y = written(b, lang, writers[i]);
			assert_true(strlen(x) > 100);
			assert_string_equal(x, y);
		}
}

static void test_hostile(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed(true, &e);
	CLEAN(clean_free) char *html = written(db, 0, report_write_html);
	CLEAN(clean_free) char *md = written(db, 0, report_write_markdown);
	CLEAN(clean_free) char *text = written(db, 0, write_text);
	CLEAN(clean_free) char *json = written(db, 0, report_write_json);
	CLEAN(clean_cjson) cJSON *o = NULL;

	(void)state;
	OK(json_parse(json, strlen(json), &o, &e));
	hasnt(html, "<img");
	hasnt(html, "\x1b");
	hasnt(html, "\xe2\x80\xae");
	has(html, "&lt;img");
	has(html, "Content-Security-Policy");
	hasnt(html, "http-equiv=\"refresh");
	/* One script and its end, one style and its end: nothing from the bundle closed them early. */
	assert_null(strstr(strstr(html, "</script>") + 1, "</script>"));
	hasnt(md, "\x1b");
	hasnt(md, "\xe2\x80\xae");
	hasnt(md, "\n# h1");
	hasnt(md, " <img");
	hasnt(text, "\x1b");
	hasnt(text, "\xe2\x80\xae");
	hasnt(text, "\n# h1");
	/* A value that looks like a placeholder is not filled in again. */
	has(text, "{name}");
}

/* Every fence of code in the Markdown is closed by one of its own length, whatever stands in it. */
static void test_fences(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed(true, &e);
	CLEAN(clean_free) char *md = written(db, 0, report_write_markdown);
	size_t open = 0;

	(void)state;
	for (char *line = md; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] != 0)) {
		size_t indent = strspn(line, " "), n = strspn(line + indent, "`");
		size_t rest = strcspn(line + indent + n, "\n");
		if (n < 3 || memchr(line + indent + n, '`', rest))
			continue;
		if (!open)
			open = n;
		else if (n >= open && rest == 0)
			open = 0;
	}
	assert_int_equal(open, 0);
}

static void test_words(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed(false, &e);
	CLEAN(clean_free) char *zh = written(db, 1, report_write_html);
	CLEAN(clean_free) char *en = written(db, 0, report_write_html);
	CLEAN(clean_free) char *summary = written(db, 0, write_summary);
	int lines = 0;

	(void)state;
	has(zh, "<html lang=\"zh\">");
	has(zh, "节点 n2 的磁盘 /var 已满");
	has(zh, "找出占用空间的文件");
	has(zh, "发现 ");
	hasnt(zh, "Root causes");
	has(en, "The disk /var of n2 is full");
	has(en, "nodes/n2/host/df.txt:2");
	has(en, "kubectl -n default delete pod &#39;$(reboot)&#39;");
	for (const char *p = summary; *p; p++)
		lines += *p == '\n';
	assert_true(lines <= 60);
	has(summary, "du -xh /var | sort -h | tail");
}

static void test_healthy(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed(false, &e);

	(void)state;
	OK(db_exec(db, "test", STR("DELETE FROM findings; DELETE FROM root_causes; DELETE FROM causes; DELETE FROM evidence;"
	                           "DELETE FROM checks WHERE state <> 'clear'; UPDATE checks SET state = 'clear';"
	                           "INSERT INTO checks (id, area, severity, title, state) VALUES ('x', 'node', 'info', 't', 'clear')"), &e));
	CLEAN(clean_free) char *text = written(db, 0, write_summary);
	CLEAN(clean_free) char *html = written(db, 0, report_write_html);
	has(text, "No root cause found");
	has(html, "<h1>No root cause found</h1>");
}

/* The same fault on twelve nodes: one entry, its places listed, its commands told once. */
static void test_grouped(void **state)
{
	static const char more[] =
		"WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 13)"
		"INSERT INTO files (id, path, role, node, lines) SELECT 100 + i, 'nodes/n' || i || '/host/df.txt', 'df', 'n' || i, 2 FROM n;"
		"INSERT INTO lines SELECT id, 2, '/dev/vdb 1000 1000 0 100% /var' FROM files WHERE id > 100;"
		"INSERT INTO node_disks (node, device, mount, bytes, used, available, use_percent, file, line)"
		" SELECT node, '/dev/vdb', '/var', 1024000, 1024000, 0, 99, id, 2 FROM files WHERE id > 100;";
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed_with(more, false, &e);
	CLEAN(clean_report) struct report *r = NULL;
	CLEAN(clean_free) char *html = written(db, 0, report_write_html);
	CLEAN(clean_free) char *zh = written(db, 1, report_write_markdown);
	CLEAN(clean_free) char *md = written(db, 0, report_write_markdown);
	CLEAN(clean_free) char *text = written(db, 0, write_summary);
	CLEAN(clean_free) char *json = written(db, 0, report_write_json);

	(void)state;
	OK(report_load(db, 0, &r, &e));
	assert_int_equal(r->groups[0].member_count, 12);
	assert_int_equal(r->groups[0].step_count, 3);
	assert_int_equal(r->groups[0].steps[0].command_count, 1);
	assert_int_equal(r->groups[0].steps[0].commands[0].on_count, 12);
	assert_int_equal(r->groups[0].explains_count, 4); /* n2's pods */
	assert_true(r->group_count < r->root_count);
	CLEAN(clean_free) char *verdict = report_verdict(r);
	CLEAN(clean_free) char *counted = xasprintf("%d root cause", r->fault_count);
	assert_true(strncmp(verdict, counted, strlen(counted)) == 0);
	has(html, "The disk /var of … is full (12 places)");
	has(html, "All 12 places");
	has(md, "The disk /var of … is full \\(12 places\\)");
	has(md, "`node/n13`");
	has(zh, "节点 … 的磁盘 /var 已满");
	has(text, "The disk /var of … is full (12 places)");
	has(text, "node/n2, node/n10, node/n11 and 9 more");
	has(text, "(on n10, n11, n12 and 9 more)");
	/* The command stands there once, and evidence only of the first members. */
	const char *run = strstr(text, "du -xh /var");
	assert_non_null(run);
	assert_null(strstr(run + 1, "du -xh /var"));
	hasnt(text, "nodes/n13/host/df.txt");
	/* One object a finding, told which belong together. */
	CLEAN(clean_cjson) cJSON *o = NULL;
	const cJSON *root;
	int of_first = 0;
	OK(json_parse(json, strlen(json), &o, &e));
	assert_int_equal(cJSON_GetArraySize(json_get_arr(o, "root_causes")), r->root_count);
	cJSON_ArrayForEach(root, json_get_arr(o, "root_causes"))
		of_first += json_get_int(root, "group", 0) == 1;
	assert_int_equal(of_first, 12);
}

static void test_tables(void **state)
{
	static const char more[] =
		"INSERT INTO nodes (name, images, kubelet_version, file, line) VALUES"
		" ('n1', '[{\"names\":[\"api@sha256:00\",\"api:2\"],\"sizeBytes\":2000000},{\"names\":[\"old:1\"],\"sizeBytes\":1500000}]', 'v1.13.1', 2, 1),"
		" ('n2', '[]', 'v1.13.1', 2, 1);"
		"INSERT INTO container_statuses (namespace, pod, name, image, file, line) VALUES ('default', 'web-1', 'c', 'api:2', 2, 3);"
		"INSERT INTO node_images VALUES ('n2', 'docker', 'sha256:aaaaaaaaaaaabb', 'web', '1', NULL, 300000000, 1, 1),"
		" ('n2', 'docker', 'sha256:bbbbbbbbbbbbcc', 'left', '9', NULL, 700000000, 1, 2), ('n2', 'docker', 'sha256:cccccccccccc', NULL, NULL, NULL, 5, 1, 2);"
		"INSERT INTO node_containers (node, runtime, image, namespace, pod) VALUES ('n2', 'docker', 'sha256:aaaaaaaaaaaabb', 'default', 'web-2'),"
		" ('n2', 'docker', 'web:1', 'default', 'web-3');"
		"INSERT INTO metrics VALUES ('n2', 'kubelet', 'reflector_watches_total', 900, NULL, 1, 1), ('n2', 'kubelet', 'up', 100, NULL, 1, 2);"
		"INSERT INTO node_cgroups VALUES ('n2', 'memory', 65000, 1, 1);"
		"INSERT INTO node_conditions (node, type, status, last_transition, file, line) VALUES"
		" ('n1', 'Ready', 'True', 1772366460000000, 2, 1), ('n2', 'DiskPressure', 'True', 1772366400000000, 2, 1);";
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed_with(more, false, &e);
	CLEAN(clean_free) char *html = written(db, 0, report_write_html);
	CLEAN(clean_free) char *md = written(db, 0, report_write_markdown);
	CLEAN(clean_free) char *zh = written(db, 1, report_write_markdown);
	CLEAN(clean_free) char *text = written(db, 0, write_summary);

	(void)state;
	has(md, "`n2`: Images 3, Together 1.0 GB, Reclaimable 700 MB");
	has(md, "| `left:9` | 700 MB | 700 MB |  | ");
	has(md, "| `web:1` | 300 MB | 0 B | default/web-2, default/web-3 | ");
	has(md, "`sha256:cccccccccccc`"); /* no tag is left of it */
	/* A node that nobody looked at: what the API says of it. */
	has(md, "`n1`: Images 2, Together 3.5 MB, Reclaimable 1.5 MB");
	has(md, "| `api:2` | 2.0 MB | 0 B | default/web-1 | ");
	has(md, "`n2`: Series 1000, of reflector_* 900");
	has(md, "| cgroups of memory | 65000 | 65535 | 99.2 % |");
	assert_true(strstr(md, "| DiskPressure | True | 2026-03-01T12:00:00Z") < strstr(md, "| Ready | True | 2026-03-01T12:01:00Z"));
	has(html, "<svg class=\"bar\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	          "<rect class=\"rest\" width=\"1000\" height=\"8\"/><rect width=\"429\" height=\"8\"/></svg>");
	has(html, "<svg class=\"bar full\"");
	has(html, "<span class=\"badge critical\">True</span>");
	has(zh, "各节点的镜像");
	hasnt(zh, "Reclaimable");
	hasnt(text, "Images");
	/* The same as a view, paths and ISO times in it. */
	assert_int_equal(db_int(db, -1, "SELECT reclaimable FROM v_images WHERE image = 'left:9' AND path = 'nodes/n2/host/df.txt'"), 700000000);
	assert_int_equal(db_int(db, -1, "SELECT count(*) FROM v_node_conditions WHERE changed = '2026-03-01T12:00:00Z' AND NOT fine"), 1);
}

static void test_db(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = analysed(false, &e);
	CLEAN(clean_db) sqlite3 *copy = NULL;
	CLEAN(clean_free) char *dir = unit_folder();
	CLEAN(clean_free) char *path = xasprintf("%s/r.db", dir);

	(void)state;
	OK(report_write_db(db, path, &e));
	OK(report_write_db(db, path, &e)); /* replaces what is there */
	OK(db_open_readonly(path, &copy, &e));
	assert_int_equal(db_int(copy, -1, "SELECT count(*) FROM findings"), db_int(db, -2, "SELECT count(*) FROM findings"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0); /* and leaves nothing else */
	assert_true(report_write_db(db, "/no/such/folder/r.db", &e) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),   cmocka_unit_test(test_same_twice), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_fences), cmocka_unit_test(test_words),      cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_grouped), cmocka_unit_test(test_tables), cmocka_unit_test(test_db),
	};
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
