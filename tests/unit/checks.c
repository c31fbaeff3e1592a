/* checks: placeholders, versions, needs, the sandbox, evidence, lint; on a database made by tests/unit/checks/scenario.sql. */
#include "tests/unit/unit.h"

#include "analyze/analyze.h"
#include "analyze/checks.h"
#include "base/asset.h"
#include "base/file.h"

static sqlite3 *scenario(struct err *e)
{
	sqlite3 *db = NULL;
	struct buf sql = BUF_MAX(1 << 20);

	if (asset_init(e) < 0 || db_create(NULL, &db, e) < 0 || schema_create(db, e) < 0 ||
	    file_read("tests/unit/checks/scenario.sql", &sql, e) < 0 ||
	    db_exec(db, "scenario.sql", (struct str){sql.p, sql.n}, e) < 0 || schema_finish(db, e) < 0)
		fail_msg("scenario: %s", e->msg);
	buf_release(&sql);
	return db;
}

static char *one(sqlite3 *db, const char *sql)
{
	struct err e;
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (db_prepare(db, "test", str_of(sql), &st, &e) < 0 || db_step(st, &e) < 0)
		fail_msg("%s: %s", sql, e.msg);
	const char *s = db_col_text(st, 0);
	return s ? xstrdup(s) : NULL;
}

static void expect(sqlite3 *db, const char *sql, const char *want)
{
	CLEAN(clean_free) char *got = one(db, sql);
	if (!got || strcmp(got, want) != 0)
		fail_msg("%s\n gives %s\n wanted %s", sql, got ? got : "NULL", want);
}

static void filled(const char *tmpl, enum fill how, const char *want)
{
	CLEAN(clean_cjson) cJSON *f = cJSON_CreateObject();
	CLEAN(clean_free) char *got = NULL;

	cJSON_AddStringToObject(f, "name", "web-1");
	cJSON_AddStringToObject(f, "evil", "a'b; $(reboot) `x` \"q\"");
	cJSON_AddStringToObject(f, "option", "--all");
	cJSON_AddStringToObject(f, "empty", "");
	cJSON_AddStringToObject(f, "lines", "a\nb\x1b[31m");
	cJSON_AddNumberToObject(f, "n", 1772366400000000.0);
	cJSON_AddNumberToObject(f, "ratio", 0.25);
	cJSON_AddNullToObject(f, "none");
	got = fill_new(tmpl, f, how);
	assert_string_equal(got, want);
}

static void test_fill(void **state)
{
	(void)state;
	filled("pod {name}: {n} {ratio}", FILL_TEXT, "pod web-1: 1772366400000000 0.25");
	filled("{none} {nowhere}", FILL_TEXT, "NONE NOWHERE");
	filled("{.items} {{.Names}} '{ print $1 }' {} {Name} {name", FILL_TEXT, "{.items} {{.Names}} '{ print $1 }' {} {Name} {name");
	filled("{evil}", FILL_TEXT, "a'b; $(reboot) `x` \"q\"");
	filled("kubectl delete pod {name}", FILL_SHELL, "kubectl delete pod web-1");
	filled("rm {evil}", FILL_SHELL, "rm 'a'\\''b; $(reboot) `x` \"q\"'");
	filled("rm \"{evil}\"", FILL_SHELL, "rm \"\"'a'\\''b; $(reboot) `x` \"q\"'\"\"");
	filled("rm '{evil}'", FILL_SHELL, "rm 'a'\\''b; $(reboot) `x` \"q\"'");
	filled("kubectl delete pod {option} x={option} '{option}'", FILL_SHELL, "kubectl delete pod OPTION x=--all 'OPTION'");
	filled("{empty}{option}", FILL_SHELL, "''OPTION");
	filled("echo {lines}", FILL_SHELL, "echo 'a?b?[31m'");
	filled("a \\\" {evil}", FILL_SHELL, "a \\\" 'a'\\''b; $(reboot) `x` \"q\"'");
}

/* What the shell makes of a quoted value is the value, wherever it stands. */
static void test_fill_in_shell(void **state)
{
	static const char *const values[] = {"x", "a b", "'", "\"", "$HOME", "`id`", "\\", "a'\"b", "*", "~", "!x", "# y", ";", "&", "|", "é"};
	static const char *const places[] = {"printf %s {v}", "printf %s \"{v}\"", "printf %s '{v}'", "printf %s x\"\"{v}", NULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		for (int k = 0; places[k]; k++) {
			CLEAN(clean_cjson) cJSON *f = cJSON_CreateObject();
			cJSON_AddStringToObject(f, "v", values[i]);
			CLEAN(clean_free) char *command = fill_new(places[k], f, FILL_SHELL);
			CLEAN(clean_free) char *want = xasprintf("%s%s", k == 3 ? "x" : "", values[i]);
			char got[64] = "";
			FILE *p = popen(command, "r");
			assert_non_null(p);
			got[fread(got, 1, sizeof(got) - 1, p)] = 0;
			assert_int_equal(pclose(p), 0);
			assert_string_equal(got, want);
		}
}

static void test_subjects(void **state)
{
	struct subject s = subject_parse(STR("pvc/shop/data/0"));

	(void)state;
	assert_true(str_eq(s.kind, "persistentvolumeclaim") && str_eq(s.namespace, "shop") && str_eq(s.name, "data/0"));
	s = subject_parse(STR("node/n1"));
	assert_true(str_eq(s.kind, "node") && !s.namespace.p && str_eq(s.name, "n1"));
	s = subject_parse(STR("cluster"));
	assert_true(str_eq(s.kind, "cluster") && !s.namespace.p && !s.name.p);
}

static void in_range(const char *version, const char *range, bool want)
{
	bool bad;
	assert_int_equal(version_in_range(version, range, &bad), want);
	assert_false(bad);
}

static void test_versions(void **state)
{
	bool bad;

	(void)state;
	in_range("v1.20.2", ">=1.6 <1.24", true);
	in_range("v1.5.8", ">=1.6 <1.24", false);
	in_range("1.24.0", ">=1.6 <1.24", false);
	in_range("v1.23.17+k3s1", ">=1.6, <1.24", true);
	in_range("1.9", "<1.10", true);
	in_range("1.10", "=1.10", true);
	in_range("1.10.1", "!=1.10", true);
	in_range(NULL, ">=9", true);
	in_range("strange", ">=9", true);
	assert_true(version_in_range("1.20", "about 1.20", &bad) && bad);
	assert_true(version_in_range("1.20", ">= x", &bad) && bad);
}

static void test_run(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);

	(void)state;
	OK(checks_run(db, "tests/unit/checks/good", &e));
	expect(db, "SELECT state FROM checks WHERE id = 'test-disk-full'", "found");
	expect(db, "SELECT title || '|' || detail || '|' || confidence || '|' || kind || '|' || name FROM findings WHERE check_id = 'test-disk-full'",
	       "The disk /var of n2 is full|100 % of it are used.|certain|node|n2");
	expect(db, "SELECT file || ':' || line || ' ' || text FROM evidence JOIN findings f ON f.id = finding WHERE check_id = 'test-disk-full'",
	       "nodes/n2/host/df.txt:2 /dev/loop1 1000 1000 0 100% /var");
	expect(db, "SELECT fix FROM finding_texts JOIN findings f ON f.id = finding WHERE check_id = 'test-disk-full' AND lang = 'zh'",
	       "[{\"step\":1,\"text\":\"找出占用空间的文件\",\"run\":\"du -xh /var | sort -h | tail\",\"on\":\"n2\"},"
	       "{\"step\":4,\"text\":\"购买磁盘\"}]");
	/* An object's line is looked up inside its JSON; a hostile name is quoted in the command. */
	expect(db, "SELECT text FROM evidence JOIN findings f ON f.id = finding WHERE subject = 'pod/default/web-2'", " {\"name\": \"web-2\"}}");
	expect(db, "SELECT fix ->> '$[0].run' FROM finding_texts JOIN findings f ON f.id = finding WHERE subject = 'pod/default/$(reboot)' AND lang = 'en'",
	       "kubectl -n default delete pod '$(reboot)'");
	expect(db, "SELECT group_concat(node) FROM finding_nodes JOIN findings f ON f.id = finding WHERE subject = 'pod/default/web-2'", "n2");
	/* Rows of one subject are one finding. */
	expect(db, "SELECT state || coalesce(reason, '') FROM checks WHERE id = 'test-log'", "found");
	expect(db, "SELECT title || '|' || evidence_rows || '|' || (last_seen - first_seen) || '|' || (fields ->> '$.age') FROM findings WHERE check_id = 'test-log'",
	       "2 lines, 2026-03-01T12:01:00Z|2|60000000|-60000000");
	/* Log lines of one run began with the first of them; an object without a time says nothing. */
	expect(db, "SELECT group_concat(DISTINCT check_id || coalesce(began, '-')) FROM findings WHERE check_id IN ('test-log', 'test-disk-full')",
	       "test-disk-full-,test-log1772366460000000");
	/* Not evaluated: every reason is named, with what was recorded of it. */
	expect(db, "SELECT state || ': ' || reason FROM checks WHERE id = 'test-needs'",
	       "not-evaluated: there is no list of leases (forbidden); there is no log of etcd; nodes/n1/host/* was not captured "
	       "(n1: connection refused) and nothing was not captured");
	expect(db, "SELECT state || applies || ': ' || reason FROM checks WHERE id = 'test-version'",
	       "not-evaluated0: made for Kubernetes <1.18, this cluster runs v1.20.2");
	expect(db, "SELECT count(*) FROM check_texts WHERE check_id = 'test-needs' AND lang = 'zh' AND reason LIKE '%etcd%'", "1");
}

/* Finding nothing where a node was not to be seen is not the same as finding nothing. */
static void coverage(const char *change, const char *want)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);

	OK(db_exec(db, "test", STR("INSERT INTO nodes (name, file, line) VALUES ('n1', 2, 1), ('n2', 2, 1);"
	   "INSERT INTO namespaces (name, file, line) VALUES ('default', 2, 1), ('shop', 2, 1);"
	   "UPDATE node_disks SET node = 'n1', use_percent = 10; UPDATE pods SET phase = 'Running';"
	   "INSERT INTO files (id, path, node) VALUES (9, 'nodes/n1/x', 'n1')"), &e));
	OK(db_exec(db, "test", str_of(change), &e));
	OK(checks_run(db, "tests/unit/checks/good", &e));
	expect(db, "SELECT group_concat(id || ' ' || state || coalesce(': ' || reason, ''), char(10)) FROM checks WHERE id IN "
	       "('test-disk-full', 'test-pod-failing')", want);
}

static void test_coverage(void **state)
{
	(void)state;
	coverage("", "test-disk-full clear\ntest-pod-failing clear");
	coverage("INSERT INTO node_access (node, reached, error, file, line) VALUES ('n2', 0, 'connection refused', 9, 1)",
	         "test-disk-full clear: not looked at: n2 (connection refused)\ntest-pod-failing clear");
	/* A list that was denied or broke off, as records, the errors of other tools, and the list itself tell it. */
	coverage("INSERT INTO captures (path, source, state, error, line, resource, namespace) VALUES ('cluster-resources/pods/shop.json', 'kubectl', 'failed', 'forbidden', 3, 'pods', 'shop')",
	         "test-disk-full clear\ntest-pod-failing not-evaluated: not looked at: pods/shop (forbidden)");
	coverage("INSERT INTO files (id, path, role, resource) VALUES (10, 'pods-errors.json', 'list-errors', 'pods'); INSERT INTO documents VALUES (10, '{\"shop\":\"forbidden\"}')",
	         "test-disk-full clear\ntest-pod-failing not-evaluated: not looked at: pods/shop (forbidden)");
	coverage("INSERT INTO files (id, path, role, resource) VALUES (10, 'pods-errors.json', 'list-errors', 'pods'); INSERT INTO documents VALUES (10, '[\"timeout\"]')",
	         "test-disk-full clear\ntest-pod-failing not-evaluated: not looked at: pods (timeout)");
	coverage("INSERT INTO files (id, path, role, resource, state, reason) VALUES (10, 'get_pods', 'objects', 'pods', 'partial', 'text'); INSERT INTO lines VALUES (10, 1, 'Error from server')",
	         "test-disk-full clear\ntest-pod-failing not-evaluated: not looked at: pods (Error from server)");
	coverage("INSERT INTO files (id, path, state, reason) VALUES (10, 'p.json', 'partial', 'bad JSON'); INSERT INTO lists VALUES (10, 'pods', NULL, 1, 0)",
	         "test-disk-full clear\ntest-pod-failing not-evaluated: not looked at: pods (p.json: bad JSON)");
	/* That the cluster has no such resource is an answer. */
	coverage("INSERT INTO captures (path, source, state, error, line, resource) VALUES ('x', 'kubectl', 'failed', 'the server could not find the requested resource', 3, 'pods')",
	         "test-disk-full clear\ntest-pod-failing clear");
	coverage("INSERT INTO bundle VALUES ('damage', 'cut off')",
	         "test-disk-full not-evaluated: n2: missing, as the bundle is damaged (cut off)\n"
	         "test-pod-failing not-evaluated: shop: missing, as the bundle is damaged (cut off)");
	coverage("DELETE FROM node_disks; DELETE FROM lists", "test-disk-full not-evaluated: the bundle tells nothing of the disks of the nodes\n"
	         "test-pod-failing not-evaluated: there is no list of pods");
}

/* Every table that a shipped check needs has a word in both languages. */
static void word_of(struct needs *n, const struct check *c, const cJSON *need)
{
	const char *s = cJSON_IsString(need) ? need->valuestring : "";

	if (strncmp(s, "node_", 5) != 0 || strcmp(s, "node_conditions") == 0)
		return;
	for (int i = 0; i < LANG_COUNT; i++)
		if (!json_get_str(json_get_obj(n->texts[i], "table"), s))
			fail_msg("%s needs %s: schema/texts/%s.yaml has no word for it under `table`", c->id, s, lang_name(i));
}

static void test_words(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);
	CLEAN(clean_checkset) struct checkset *set = NULL;
	struct needs n;
	const cJSON *need, *one;

	(void)state;
	OK(checkset_load(NULL, &set, &e));
	OK(needs_init(&n, db, &e));
	for (int i = 0; i < set->n; i++)
		cJSON_ArrayForEach(need, json_get_arr(set->v[i]->head, "needs")) {
			word_of(&n, set->v[i], need);
			if (cJSON_IsArray(need))
				cJSON_ArrayForEach(one, need)
					word_of(&n, set->v[i], one);
		}
	needs_release(&n);
}

/* What a bad check does to us: nothing. */
static void test_sandbox(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);

	(void)state;
	OK(checks_run(db, "tests/unit/checks/broken", &e));
	expect(db, "SELECT group_concat(DISTINCT state) FROM checks WHERE id IN ('test-random', 'test-write', 'test-pragma', 'test-attach', "
	       "'test-loop', 'test-yaml', 'test-unproved')", "error");
	expect(db, "SELECT count(*) FROM findings WHERE check_id IN ('test-random', 'test-write', 'test-pragma', 'test-attach', "
	       "'test-loop', 'test-yaml', 'test-unproved')", "0");
	expect(db, "SELECT reason FROM checks WHERE id = 'test-random'", "line 10, column 41: a check may not call the function random");
	expect(db, "SELECT reason FROM checks WHERE id = 'test-write'", "line 10, column 1: a check may not change anything: findings");
	expect(db, "SELECT reason FROM checks WHERE id = 'test-loop'", "took longer than 5 seconds");
	expect(db, "SELECT reason FROM checks WHERE id = 'test-unproved'",
	       "findings without evidence were dropped (2): none of their rows cites a file");
	/* An object without a name costs its own row; alone, it leaves no answer. */
	expect(db, "SELECT group_concat(state || ': ' || reason, char(10)) FROM (SELECT * FROM checks WHERE id IN ('test-nameless', 'test-nobody') ORDER BY id)",
	       "found: what it found of objects without a name or a namespace was left out (1 rows)\n"
	       "not-evaluated: what it found of objects without a name or a namespace was left out (1 rows)");
	expect(db, "SELECT state || evidence_rows || reason FROM checks JOIN findings f ON check_id = checks.id WHERE checks.id = 'test-flood'",
	       "found10000only the first 10000 rows were taken");
	expect(db, "SELECT count(*) FROM evidence JOIN findings f ON f.id = finding WHERE check_id = 'test-flood'", "20");
	/* And the database is as open as before. */
	OK(db_exec(db, "test", STR("CREATE TABLE t(a); ATTACH ':memory:' AS m; DETACH m; SELECT random()"), &e));
}

static void count_message(void *arg, const char *message)
{
	char *all = arg;
	size_t n = strlen(all);
	snprintf(all + n, 16384 - n, "%s\n", message);
}

static void test_lint(void **state)
{
	struct err e = {0};
	static const char *const want[] = {
		"no-column.sql:1:1: fix: no column gives {size}",
		"no-head.sql:1:1: a check begins with a comment",
		"typo.sql:11:6: no such table: podd",
		"wrong-name.sql:2:1: id is \"another-name\", but the file is wrong-name.sql",
		"wrong-name.sql:3:1: title: zh is missing",
		"wrong-name.sql:5:9: needs: \"Pods\" is neither",
		"wrong-name.sql:7:13: causes: there is no check \"no-such-check\"",
		"wrong-name.sql:8:38: causes: there is no relation \"sideways\"",
		"wrong-name.sql:10:1: k8s: \"about 1.20\" is no range",
		"wrong-name.sql:11:1: unknown key \"extra\"",
		"wrong-name.sql:1:1: fix is missing",
		"wrong-name.sql:13:1: the first column must be `subject`, it is `thing`",
		"wrong-name.sql:13:1: the columns `file` and `line` are missing",
		"wrong-name.sql:13:1: two columns are named `a`",
		"wrong-name.sql:13:1: ORDER BY is missing",
		"wrong-name.sql:3:28: title: no column gives {colour}",
		"yaml.sql:",
	};
	char all[16384] = "";

	(void)state;
	OK(asset_init(&e));
	int n = checks_lint("tests/unit/checks/bad", count_message, all, &e);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!strstr(all, want[i]))
			fail_msg("lint does not say \"%s\" in\n%s", want[i], strlen(all) > 900 ? all + strlen(all) - 900 : all);
	assert_int_equal(n, ARRAY_LEN(want));
	all[0] = 0;
	n = checks_lint("tests/unit/checks/good/workload", count_message, all, &e);
	assert_string_equal(all, "");
	assert_int_equal(n, 0);
	assert_true(checks_lint("/no/such/folder", count_message, all, &e) < 0);
}

/* Every key of the English texts is there in Chinese, and the other way round. */
static void same_keys(const cJSON *a, const cJSON *b, const char *where)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, a) {
		const cJSON *other = json_get(b, item->string);
		if (!other || cJSON_IsObject(item) != cJSON_IsObject(other))
			fail_msg("%s.%s: only in one language", where, item->string);
		if (cJSON_IsObject(item))
			same_keys(item, other, item->string);
	}
}

static void test_texts(void **state)
{
	CLEAN(clean_cjson) cJSON *en = NULL;
	CLEAN(clean_cjson) cJSON *zh = NULL;
	struct err e = {0};

	(void)state;
	OK(asset_init(&e));
	OK(texts_load(LANG_EN, &en, &e));
	OK(texts_load(LANG_ZH, &zh, &e));
	same_keys(en, zh, "en");
	same_keys(zh, en, "zh");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),     cmocka_unit_test(test_fill_in_shell), cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_versions), cmocka_unit_test(test_run),           cmocka_unit_test(test_sandbox),
		cmocka_unit_test(test_coverage), cmocka_unit_test(test_words), cmocka_unit_test(test_lint),     cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
