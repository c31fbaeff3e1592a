/* causes: the graph alone, then relations and times on a database. */
#include "tests/unit/unit.h"

#include "analyze/analyze.h"
#include "analyze/causes.h"
#include "analyze/findings.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/file.h"

/* -- the graph ------------------------------------------------------------------------------------------------------------ */

static struct graph_node node(int64_t id, int severity)
{
	return (struct graph_node){.id = id, .severity = severity, .confidence = CONFIDENCE_LIKELY, .first_seen = TIME_NONE};
}

/* Ranks as "3 1": ids of the roots. */
static void ranked(struct graph *g, const char *want)
{
	char got[200] = "";
	int *roots;

	graph_break_cycles(g);
	graph_explain(g);
	int n = graph_rank(g, &roots);
	for (int i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d", i ? " " : "", (int)g->nodes[roots[i]].id);
	free(roots);
	assert_string_equal(got, want);
}

static void test_chain(void **state)
{
	struct graph_node n[] = {node(1, SEVERITY_CRITICAL), node(2, SEVERITY_WARNING), node(3, SEVERITY_CRITICAL), node(4, SEVERITY_INFO),
	                         node(5, SEVERITY_INFO)};
	struct graph_edge e[] = {{.cause = 1, .effect = 2}, {.cause = 2, .effect = 3}};
	struct graph g = {n, 5, e, 2};

	(void)state;
	/* 2 explains a critical effect and more than 1 does; 5 is a remark. */
	ranked(&g, "2 1 5");
	assert_int_equal(n[1].worst, SEVERITY_CRITICAL);
	assert_int_equal(n[1].explains, 2);
	assert_false(n[2].root);
}

/* What is only a remark by itself comes after what is wrong by itself, however much it explains. */
static void test_remark_with_effects(void **state)
{
	struct graph_node n[] = {node(1, SEVERITY_INFO), node(2, SEVERITY_CRITICAL), node(3, SEVERITY_WARNING), node(4, SEVERITY_CRITICAL)};
	struct graph_edge e[] = {{.cause = 0, .effect = 1}, {.cause = 0, .effect = 2}};
	struct graph g = {n, 4, e, 2};

	(void)state;
	ranked(&g, "4 1");
}

static void test_ties(void **state)
{
	struct graph_node n[] = {node(1, SEVERITY_CRITICAL), node(2, SEVERITY_CRITICAL), node(3, SEVERITY_CRITICAL), node(4, SEVERITY_WARNING),
	                         node(5, SEVERITY_CRITICAL)};
	struct graph g = {n, 5, NULL, 0};

	(void)state;
	n[2].confidence = CONFIDENCE_CERTAIN;
	n[1].first_seen = 1000;
	n[4].advice = true;
	ranked(&g, "3 2 1 4");
}

static void test_cycle(void **state)
{
	struct graph_node n[] = {node(1, SEVERITY_CRITICAL), node(2, SEVERITY_CRITICAL), node(3, SEVERITY_CRITICAL), node(4, SEVERITY_WARNING)};
	struct graph_edge e[] = {{.cause = 0, .effect = 1}, {.cause = 1, .effect = 2}, {.cause = 2, .effect = 0, .tight = true},
	                         {.cause = 0, .effect = 3}, {.cause = 0, .effect = 0}};
	struct graph g = {n, 4, e, 5};

	(void)state;
	n[1].confidence = CONFIDENCE_CERTAIN;
	/* 3 -> 1 is tight and stays; of the others 2 -> 3 is the surer one and stays; 1 -> 2 would close the cycle. */
	ranked(&g, "2");
	assert_true(e[0].dropped);
	assert_false(e[1].dropped);
	assert_false(e[2].dropped);
	assert_false(e[3].dropped);
	assert_int_equal(n[1].explains, 3);
}

static void test_many(void **state)
{
	enum { N = 300 };
	struct graph_node *n = xcalloc(N, sizeof(*n));
	struct graph_edge *e = xcalloc(N * N, sizeof(*e));
	struct graph g = {n, N, e, 0};
	int *roots;

	(void)state;
	for (int i = 0; i < N; i++) {
		n[i] = node(i + 1, SEVERITY_WARNING);
		for (int k = 0; k < N; k++)
			e[g.edge_count++] = (struct graph_edge){.cause = i, .effect = k};
	}
	graph_break_cycles(&g); /* each causes each: must end, and soon */
	graph_explain(&g);
	assert_int_equal(graph_rank(&g, &roots), 1);
	assert_int_equal(n[0].explains, N - 1);
	free(roots);
	free(n);
	free(e);
}

/* -- relations ------------------------------------------------------------------------------------------------------------- */

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

static void expect(sqlite3 *db, const char *sql, const char *want)
{
	struct err e;
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (db_prepare(db, "test", str_of(sql), &st, &e) < 0 || db_step(st, &e) < 0)
		fail_msg("%s: %s", sql, e.msg);
	const char *got = db_col_text(st, 0);
	if (!got || strcmp(got, want) != 0)
		fail_msg("%s\n gives %s\n wanted %s", sql, got ? got : "NULL", want);
}

#define EDGES \
	"SELECT group_concat(x, char(10)) FROM (SELECT c.subject || ' -> ' || e.subject || ' ' || relation AS x FROM causes " \
	"JOIN findings c ON c.id = cause JOIN findings e ON e.id = effect ORDER BY c.subject, e.subject)"

static void test_scenario(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);

	(void)state;
	OK(checks_run(db, "tests/unit/checks/good", &e));
	OK(causes_link(db, "tests/unit/checks/good", &e));
	/* web-1 fails on the other node and is a root; web-2 and its neighbour are explained by the disk. */
	expect(db, EDGES,
	       "node/n2 -> pod/default/$(reboot) pod-on-node\n"
	       "node/n2 -> pod/default/web-2 pod-on-node\n"
	       "pod/default/web-1 -> deployment/default/web owner\n"
	       "pod/default/web-1 -> service/default/web selects\n"
	       "pod/default/web-2 -> deployment/default/web owner\n"
	       "pod/default/web-2 -> service/default/web selects");
	expect(db, "SELECT group_concat(x, ' ') FROM (SELECT rank || ':' || f.subject || ':' || explains || ':' || r.severity AS x "
	       "FROM root_causes r JOIN findings f ON f.id = r.finding WHERE f.check_id LIKE 'test-%' AND f.severity <> 'info' ORDER BY rank)",
	       "1:node/n2:4:critical 2:pod/default/web-1:2:critical");
}

/* Findings by hand, one relation at a time: "cause effect" pairs. */
static void pairs(sqlite3 *db, const char *relation, const char *want)
{
	CLEAN(clean_free) char *path = xasprintf("schema/causes/%s.sql", relation);
	const struct asset *a = asset_get(path);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	char got[400] = "";
	struct err e;

	assert_non_null(a);
	if (db_prepare(db, path, a->text, &st, &e) < 0)
		fail_msg("%s", e.msg);
	db_bind_text(st, ":cause_check", "c");
	if (sqlite3_bind_parameter_index(st, ":effect_check"))
		db_bind_text(st, ":effect_check", "e");
	while (db_step(st, &e) == 1)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d-%d", *got ? " " : "", sqlite3_column_int(st, 0),
		         sqlite3_column_int(st, 1));
	assert_string_equal(got, want);
}

static void finding(sqlite3 *db, int id, const char *check, const char *subject, const char *nodes)
{
	struct subject s = subject_parse(str_of(subject));
	struct err e = {0};
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *at = NULL;

	OK(db_prepare(db, "finding", STR("INSERT INTO findings (id, check_id, subject, kind, namespace, name, severity, confidence, title, fields) "
	   "VALUES (:id, :check, :subject, :kind, :namespace, :name, 'warning', 'likely', 't', '{}')"), &st, &e));
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":check", check);
	db_bind_text(st, ":subject", subject);
	db_bind_str(st, ":kind", s.kind);
	db_bind_str(st, ":namespace", s.namespace);
	db_bind_str(st, ":name", s.name);
	OK(db_step(st, &e));
	OK(db_prepare(db, "node", STR("INSERT INTO finding_nodes SELECT :id, value FROM json_each(:nodes)"), &at, &e));
	db_bind_int(at, ":id", id);
	db_bind_text(at, ":nodes", nodes);
	OK(db_step(at, &e));
}

static void test_nodes(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);

	(void)state;
	finding(db, 1, "c", "node/n1", "[\"n1\"]");
	finding(db, 2, "c", "node/n2", "[\"n2\"]");
	finding(db, 3, "c", "cluster", "[]");
	finding(db, 11, "e", "node/n1", "[\"n1\"]");
	finding(db, 12, "e", "node/n3", "[\"n3\"]");
	finding(db, 13, "e", "deployment/default/web", "[\"n1\", \"n2\"]");
	finding(db, 14, "e", "deployment/default/api", "[\"n1\", \"n3\"]"); /* also on a healthy node */
	finding(db, 15, "e", "cluster", "[]");
	pairs(db, "same-node", "1-11 1-13 2-13");
	pairs(db, "pod-on-node", "1-13 2-13");
	pairs(db, "same", "1-11 3-15");
	pairs(db, "cluster", "1-11 1-12 1-13 1-14 1-15 2-11 2-12 2-13 2-14 2-15 3-11 3-12 3-13 3-14 3-15");
}

static void test_references(void **state)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);

	(void)state;
	OK(db_exec(db, "test", STR(
		"UPDATE pods SET volumes = '[{\"persistentVolumeClaim\":{\"claimName\":\"data\"}},{\"secret\":{\"secretName\":\"tls\"}}]' WHERE name = 'web-1';"
		"UPDATE objects SET json = '{\"spec\":{\"containers\":[{\"env\":[{\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"conf\"}}}]}]}}' WHERE id = 2;"
		"INSERT INTO apiservices (name, service_namespace, service_name, file, line) VALUES ('v1.metrics', 'default', 'web', 2, 1);"
		"INSERT INTO pvcs (namespace, name, storage_class, file, line) VALUES ('default', 'data', 'fast', 2, 1);"), &e));
	finding(db, 1, "c", "pvc/default/data", "[]");
	finding(db, 2, "c", "secret/default/tls", "[]");
	finding(db, 3, "c", "configmap/default/conf", "[]");
	finding(db, 4, "c", "secret/other/tls", "[]");
	finding(db, 5, "c", "pod/default/web-1", "[]");
	finding(db, 6, "c", "deployment/default/web", "[]");
	finding(db, 7, "c", "service/default/web", "[]");
	finding(db, 8, "c", "storageclass/fast", "[]");
	finding(db, 9, "c", "namespace/default", "[]");
	finding(db, 11, "e", "pod/default/web-1", "[]");
	finding(db, 12, "e", "pod/default/web-2", "[]");
	finding(db, 13, "e", "deployment/default/web", "[]");
	finding(db, 14, "e", "apiservice/v1.metrics", "[]");
	finding(db, 15, "e", "pvc/default/data", "[]");
	finding(db, 16, "e", "service/default/web", "[]");
	finding(db, 17, "e", "pod/other/web-1", "[]");
	pairs(db, "uses", "1-11 1-13 2-11 2-13 3-12 3-13 8-15");
	pairs(db, "owner", "5-13 6-11 6-12");
	pairs(db, "selects", "5-16 6-16 7-11 7-12 7-13");
	pairs(db, "serves", "5-14 5-16 6-14 6-16 7-14 7-16");
	pairs(db, "same-namespace", "1-11 1-12 1-13 1-15 1-16 2-11 2-12 2-13 2-15 2-16 3-11 3-12 3-13 3-15 3-16 4-17 5-11 5-12 5-13 "
	      "5-15 5-16 6-11 6-12 6-13 6-15 6-16 7-11 7-12 7-13 7-15 7-16 9-11 9-12 9-13 9-15 9-16");
}

/* -- times ------------------------------------------------------------------------------------------------------------------- */

/* Roots, when the disk was seen full at minute `cause` and the pods' trouble is known to have begun at minute `effect`. */
static void roots_at(int64_t cause, int64_t effect, int64_t log_start, const char *want)
{
	struct err e = {0};
	CLEAN(clean_db) sqlite3 *db = scenario(&e);
	CLEAN(clean_free) char *sql = xasprintf(
		"DELETE FROM findings WHERE check_id NOT IN ('test-disk-full', 'test-pod-failing');"
		"DELETE FROM findings WHERE subject = 'pod/default/web-1';"
		"UPDATE findings SET first_seen = %lld WHERE check_id = 'test-disk-full';"
		"UPDATE findings SET began = %lld WHERE check_id = 'test-pod-failing';"
		"UPDATE evidence SET file = 'nodes/n2/journal/kubelet.log', ts = %lld WHERE finding = (SELECT id FROM findings WHERE check_id = 'test-disk-full');"
		"UPDATE log_lines SET ts = %lld",
		(long long)(cause * 60000000), (long long)(effect * 60000000), (long long)(cause * 60000000), (long long)(log_start * 60000000));

	OK(checks_run(db, "tests/unit/checks/good", &e));
	OK(db_exec(db, "times", str_of(sql), &e));
	OK(causes_link(db, "tests/unit/checks/good", &e));
	expect(db, "SELECT group_concat(x, ' ') FROM (SELECT f.subject AS x FROM root_causes JOIN findings f ON f.id = finding ORDER BY rank)", want);
}

static void test_times(void **state)
{
	(void)state;
	roots_at(100, 110, 0, "node/n2");
	roots_at(104, 100, 0, "node/n2"); /* within the slack */
	roots_at(110, 100, 0, "node/n2 pod/default/$(reboot) pod/default/web-2");
	roots_at(110, 100, 107, "node/n2"); /* the log begins only then: the disk may have been full before */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),    cmocka_unit_test(test_remark_with_effects), cmocka_unit_test(test_ties),       cmocka_unit_test(test_cycle),
		cmocka_unit_test(test_many),     cmocka_unit_test(test_scenario),   cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_references), cmocka_unit_test(test_times),
	};
	return cmocka_run_group_tests_name("causes", tests, NULL, NULL);
}
