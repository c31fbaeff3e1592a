/* load: small bundles made here, whole, damaged and hostile, and what the tables hold of them. */
#include <archive.h>
#include <archive_entry.h>

#include "analyze/analyze.h"
#include "base/asset.h"
#include "tests/unit/unit.h"

struct file {
	const char *path;
	struct str text;
};
#define FILE_OF(path, text) {path, {text, sizeof(text) - 1}}

static const char head[] = "{\"sickbay_bundle\":1,\"started\":\"2024-03-01T12:00:00Z\",\"cluster\":{\"server\":\"https://x\",\"n\":[1,2]}}\n";

static char *pack(const char *dir, const struct file *files, size_t n)
{
	char *path = xasprintf("%s/b.tar.zst", dir);
	struct archive *a = archive_write_new();

	archive_write_add_filter_zstd(a);
	archive_write_set_format_pax_restricted(a);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		CLEAN(clean_free) char *name = xasprintf("top/%s", files[i].path);
		struct archive_entry *en = archive_entry_new();
		archive_entry_set_pathname(en, name);
		archive_entry_set_filetype(en, AE_IFREG);
		archive_entry_set_perm(en, 0600);
		archive_entry_set_size(en, (la_int64_t)files[i].text.n);
		archive_entry_set_mtime(en, 1709294400, 0);
		assert_int_equal(archive_write_header(a, en), ARCHIVE_OK);
		assert_int_equal(archive_write_data(a, files[i].text.p, files[i].text.n), files[i].text.n);
		archive_entry_free(en);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	return path;
}

static sqlite3 *load_path(const char *path)
{
	struct load_opts o = {.limits = bundle_limits_default};
	struct err e = {0};
	sqlite3 *db = NULL;

	OK(asset_init(&e));
	OK(db_create(NULL, &db, &e));
	OK(schema_create(db, &e));
	OK(load_bundle(db, path, &o, &e));
	OK(schema_finish(db, &e));
	return db;
}

static sqlite3 *load(const struct file *files, size_t n)
{
	CLEAN(clean_free) char *dir = unit_folder();
	CLEAN(clean_free) char *path = pack(dir, files, n);
	sqlite3 *db = load_path(path);

	unlink(path);
	rmdir(dir);
	return db;
}
#define LOAD(...) load((struct file[]){__VA_ARGS__}, sizeof((struct file[]){__VA_ARGS__}) / sizeof(struct file))

/* All rows of a query as text: columns parted by |, rows by ; */
static void expect(sqlite3 *db, const char *sql, const char *want)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	struct err e = {0};
	int rc;

	OK(db_prepare(db, sql, str_of(sql), &st, &e));
	while ((rc = db_step(st, &e)) > 0)
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const char *v = db_col_text(st, i);
			OK(buf_printf(&b, &e, "%s%s", v ? v : "NULL", i == sqlite3_column_count(st) - 1 ? ";" : "|"));
		}
	OK(rc);
	if (strcmp(buf_cstr(&b), want) != 0)
		fail_msg("%s\n  got  %s\n  want %s", sql, buf_cstr(&b), want);
}

/* -- what a good bundle gives -------------------------------------------------------------------------------------- */

static void test_facts(void **state)
{
	CLEAN(clean_db) sqlite3 *db = LOAD(FILE_OF("bundle.json", head), FILE_OF("version.yaml", "a: b\n"),
		FILE_OF("nodes/n1/node.json", "{\n  \"node\": \"n1\", \"address\": \"10.0.0.1\", \"reached\": true, \"clock_offset_us\": -5, \"hostname\": \"h\"\n}"),
		FILE_OF("nodes/n1/kubelet/metrics.txt", "# TYPE a\na 1\nb{x=\"1\"} 2\nb{x=\"2}\"} 3\nc{x=\"1 2\"} 4.5e1\nd NaN\n"),
		FILE_OF("cluster-info/cluster_version.json", "{\"string\":\"v1.20.2\"}"),
		FILE_OF("nodes/n1/kubelet/configz.json", "Unauthorized\n"),
		FILE_OF("nodes/n1/host/picture.bin", "\x89PNG\0\0\0"),
		FILE_OF("manifest.json", "{\"sickbay_manifest\":1,\"finished\":\"2024-03-01T12:01:00Z\",\"captures\":[\n"
			"{\"path\":\"a\",\"source\":\"ssh\",\"command\":\"df\",\"node\":\"n1\",\"started\":\"2024-03-01T12:00:01Z\",\"ms\":5,\"exit_status\":1,\"state\":\"ok\",\"bytes\":7},\n"
			"{\"path\":\"b\",\"state\":\"failed\",\"error\":\"no\"},\n{\"path\":\"c\"},\n7\n]}\n"));

	(void)state;
	expect(db, "SELECT key, value FROM bundle ORDER BY key", "cluster.n[0]|1;cluster.n[1]|2;cluster.server|https://x;complete|1;"
		"finished|2024-03-01T12:01:00Z;kind|sickbay;path|b.tar.zst;sickbay_bundle|1;started|2024-03-01T12:00:00Z;"
		"time|2024-03-01T12:00:00Z;top|top;");
	expect(db, "SELECT node, address, reached, clock_offset_us, hostname, error, line FROM node_access", "n1|10.0.0.1|1|-5|h|NULL|2;");
	expect(db, "SELECT node, component, name, series, value, line FROM metrics",
	       "n1|kubelet|a|1|1.0|2;n1|kubelet|b|2|NULL|3;n1|kubelet|c|1|45.0|5;n1|kubelet|d|1|NULL|6;");
	expect(db, "SELECT f.path, json FROM documents JOIN files f ON f.id = file", "cluster-info/cluster_version.json|{\"string\":\"v1.20.2\"};");
	expect(db, "SELECT path, l.text FROM lines l JOIN files f ON f.id = file WHERE path NOT LIKE '%node.json'", "nodes/n1/kubelet/configz.json|Unauthorized;");
	expect(db, "SELECT path, state, reason FROM files WHERE state <> 'loaded'", "version.yaml|skipped|only says that the layout is of troubleshoot.sh;"
		"nodes/n1/kubelet/configz.json|partial|not JSON, kept as lines;nodes/n1/host/picture.bin|skipped|not text;");
	expect(db, "SELECT path, source, exit_status, state, bytes, line, started FROM captures", "a|ssh|1|ok|7|2|1709294401000000;b|NULL|NULL|failed|0|3|NULL;");
	expect(db, "SELECT file, line, message FROM problems", "manifest.json|4|a bad record: c: unknown state \"\";manifest.json|5|a bad record: a record without a path;");
	expect(db, "SELECT path, role, node, lines FROM files WHERE node IS NOT NULL AND role <> 'host-text'",
	       "nodes/n1/node.json|node|n1|3;nodes/n1/kubelet/metrics.txt|kubelet-metrics|n1|6;nodes/n1/kubelet/configz.json|kubelet-document|n1|1;");
}

static void test_objects(void **state)
{
	CLEAN(clean_db) sqlite3 *db = LOAD(FILE_OF("bundle.json", head),
		FILE_OF("cluster-resources/pods/default.json", "{\n  \"kind\": \"PodList\",\n  \"items\": [\n"
			"    {\n      \"metadata\": {\"name\": \"a\", \"namespace\": \"default\", \"uid\": \"u\", \"creationTimestamp\": \"2024-03-01T00:00:00Z\"},\n"
			"      \"spec\": {\"nodeName\": \"n1\", \"hostNetwork\": true, \"containers\": [\n        {\"name\": \"c1\", \"image\": \"i\\u0031\", \"resources\": {\"limits\": {\"cpu\": \"1500m\", \"memory\": \"1Gi\"}}}\n      ]},\n"
			"      \"status\": {\"containerStatuses\": [\n\n        {\"name\": \"c1\", \"restartCount\": 3, \"ready\": false, \"state\": {\"waiting\": {\"reason\": \"CrashLoopBackOff\"}}}\n      ], \"initContainerStatuses\": [{\"name\": \"i\"}]}\n"
			"    },\n    {\"metadata\": {\"name\": \"b\"}, }, \"text\", 7, null,\n    {\"kind\": \"Odd\", \"metadata\": {\"name\": \"c\"}}\n  ]\n}\n"),
		FILE_OF("cluster-resources/leases/kube-system.json", "{\"kind\":\"List\",\"items\":[{\"kind\":\"Lease\",\"apiVersion\":\"coordination.k8s.io/v1\",\"metadata\":{\"name\":\"l\"},\"spec\":{\"leaseDurationSeconds\":15,\"renewTime\":\"2024-03-01T11:59:59.5Z\"}}]}"),
		FILE_OF("cluster-resources/nodes.json", "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"items\":["
			"{\"metadata\":{\"name\":\"n1\"},\"spec\":{\"taints\":[{\"key\":\"k\"}]},\"status\":{\"addresses\":[\"10.0.0.1\"],\"images\":\"i\"}}]}"),
		FILE_OF("cluster-resources/network-policy.json", "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[]}"),
		FILE_OF("cluster-resources/custom-resources/services.serving.knative.dev.json",
			"[{\"kind\":\"Service\",\"apiVersion\":\"serving.knative.dev/v1\",\"metadata\":{\"name\":\"k\"}}]"),
		FILE_OF("cluster-resources/services.json", "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"s\"},\"spec\":{\"ports\":[{\"port\": 1}]}}"),
		FILE_OF("manifest.json", "{\"captures\":[]}"));

	(void)state;
	expect(db, "SELECT kind, name, item, line, json_valid(json) FROM objects ORDER BY id",
	       "Pod|a|0|4|1;Odd|c|5|15|1;Lease|l|0|1|1;Node|n1|0|1|1;Service|k|0|1|1;Service|s|0|1|1;");
	expect(db, "SELECT line, message FROM problems", "14|item 1: bad JSON, left out;14|item 2: not an object, left out;"
		"14|item 3: not an object, left out;14|item 4: not an object, left out;");
	expect(db, "SELECT resource, namespace, items, whole FROM lists ORDER BY 1",
	       "leases|kube-system|1|1;networkpolicies|NULL|0|1;nodes|NULL|1|1;pods|default|6|0;services.serving.knative.dev|NULL|1|1;");
	expect(db, "SELECT namespace, name, uid, created, node, host_network, phase, object, line FROM pods", "default|a|u|1709251200000000|n1|1|NULL|1|4;");
	expect(db, "SELECT pod, list, name, image, cpu_limit, memory_limit, cpu_request, line FROM container_specs", "a|containers|c1|i1|1500|1073741824|NULL|7;");
	expect(db, "SELECT pod, list, name, restarts, ready, waiting_reason, line FROM container_statuses",
	       "a|containerStatuses|c1|3|0|CrashLoopBackOff|11;a|initContainerStatuses|i|NULL|NULL|NULL|12;");
	expect(db, "SELECT name, duration_s, iso(renewed) FROM leases", "l|15|2024-03-01T11:59:59.500000Z;");
	/* Arrays that checks look into have nothing but objects. */
	expect(db, "SELECT name, taints, addresses, images FROM nodes", "n1|[{\"key\":\"k\"}]|NULL|NULL;");
	expect(db, "SELECT name, ports FROM services", "s|[{\"port\": 1}];");
}

static void test_logs(void **state)
{
	CLEAN(clean_db) sqlite3 *db = LOAD(FILE_OF("bundle.json", head),
		FILE_OF("nodes/n1/node.json", "{\"node\":\"n1\",\"reached\":true,\"clock_offset_us\":60000000}"),
		FILE_OF("nodes/n1/host/date.txt", "2024-03-01T12:01:00.1Z\n+0200CEST\n"),
		FILE_OF("nodes/n1/journal/kubelet.log", "-- Logs begin at x --\n2024-03-01T12:00:30.000000+0000 n1 kubelet[1]: E0301 12:00:30.000000 1 a.go:1] PLEG is not healthy: pleg was last seen active 3m7s ago; threshold is 3m0s\r\n"
			"2024-03-01T12:00:31.000000+0000 n1 kubelet[1]: \xff bad\n\n"),
		FILE_OF("nodes/n1/var-log/kube-scheduler.log", "I0301 14:00:32.000000 1 a.go:1] local time\nno time"),
		FILE_OF("cluster-resources/pods/logs/default/p/c.log", "2024-03-01T12:00:33Z {\"level\":\"warn\",\"msg\":\"m\",\"k\":\"v\"}\n"),
		FILE_OF("cluster-resources/pods/default.json", "[{\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"default\"},\"spec\":{\"nodeName\":\"n1\"}}]"),
		FILE_OF("manifest.json", "{\"captures\":[]}"));

	(void)state;
	/* The clock is a minute ahead, and the zone of the file without one is two hours east. */
	expect(db, "SELECT path, line, iso(ts), level, unit, pod, message FROM log ORDER BY id",
	       "nodes/n1/journal/kubelet.log|2|2024-03-01T11:59:30Z|E|kubelet|NULL|E0301 12:00:30.000000 1 a.go:1] PLEG is not healthy: pleg was last seen active 3m7s ago; threshold is 3m0s;"
	       "nodes/n1/journal/kubelet.log|3|2024-03-01T11:59:31Z|NULL|kubelet|NULL|\xef\xbf\xbd bad;"
	       "nodes/n1/journal/kubelet.log|4|NULL|NULL|kubelet|NULL|;"
	       "nodes/n1/var-log/kube-scheduler.log|1|2024-03-01T11:59:32Z|I|kube-scheduler|NULL|I0301 14:00:32.000000 1 a.go:1] local time;"
	       "nodes/n1/var-log/kube-scheduler.log|2|NULL|NULL|kube-scheduler|NULL|no time;"
	       "cluster-resources/pods/logs/default/p/c.log|1|2024-03-01T11:59:33Z|W|NULL|p|m k=\"v\";");
	expect(db, "SELECT signature, line FROM hits WHERE signature = 'pleg-unhealthy'", "pleg-unhealthy|2;");
	expect(db, "SELECT path, lines, last_log - first_log + 1, local_time FROM files WHERE first_log IS NOT NULL",
	       "nodes/n1/journal/kubelet.log|4|3|0;nodes/n1/var-log/kube-scheduler.log|2|2|1;cluster-resources/pods/logs/default/p/c.log|1|1|0;");
}

/* -- what a bad one does ------------------------------------------------------------------------------------------- */

static void test_hostile(void **state)
{
	enum { LONG = 10 << 20 };
	CLEAN(clean_free) char *line = xmalloc(LONG), *deep = xmalloc(200000), *big = xmalloc((size_t)17 << 20);

	(void)state;
	memset(line, 'x', LONG);
	line[LONG - 2] = '\n';
	memset(deep, '[', 200000);
	memset(big, ' ', (size_t)17 << 20);
	memcpy(big, "{\"items\":[{\"a\":\"", 16);
	memcpy(big + ((size_t)17 << 20) - 40, "\"},{\"kind\":\"X\",\"metadata\":{}}]}", 31);
	struct file files[] = {
		FILE_OF("bundle.json", "{\"a\":"),
		{"nodes/n1/journal/kubelet.log", {line, LONG}},
		{"nodes/n1/host/long.txt", {line, LONG}},
		{"cluster-resources/deep.json", {deep, 200000}},
		{"cluster-resources/big.json", {big, ((size_t)17 << 20) - 9}},
		FILE_OF("cluster-resources/cut.json", "{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\"whole\"}},\n{\"metadata\":{\"na"),
		FILE_OF("cluster-resources/empty.json", ""),
		FILE_OF("cluster-resources/text.json", "error: You must be logged in to the server\n"),
		FILE_OF("cluster-resources/nul.json", "[{\"kind\":\"A\"\0}, {\"kind\":\"B\",\"metadata\":{\"name\":\"\xc3\x28\"}}]"),
		FILE_OF("cluster-resources/twice.json", "[{\"kind\":\"Pod\",\"kind\":\"Node\",\"metadata\":{\"name\":\"first\",\"name\":\"second\"}}]"),
		FILE_OF("nodes/n1/node.json", "[]"),
		FILE_OF("nodes/n2/node.json", "{\"clock_offset_us\":1e300,\"node\":7}"),
		FILE_OF("nodes/n1/kubelet/metrics.txt", "{}{{\n=\n x\nname{\nname} 1e999\n"),
		FILE_OF("nodes/n1/host/empty.txt", ""),
		FILE_OF("nodes/n1/host/nul.txt", "a\0b\n"),
		FILE_OF("nodes/n1/journal/nul.log", "a\0b\n\0"),
		FILE_OF("manifest.json", "{\"captures\":[{\"path\":\"x\",\"state\":\"ok\"},"),
	};
	CLEAN(clean_db) sqlite3 *db = load(files, ARRAY_LEN(files));

	expect(db, "SELECT file, line, message FROM problems ORDER BY rowid",
	       "bundle.json|NULL|byte 4: bad JSON;"
	       "nodes/n1/journal/kubelet.log|1|longer than 64 KiB; this and further such lines are cut;"
	       "nodes/n1/host/long.txt|1|longer than 64 KiB; this and further such lines are cut;"
	       "cluster-resources/deep.json|1|nested deeper than 200;"
	       "cluster-resources/big.json|1|item 0: larger than 16 MiB, left out;"
	       "cluster-resources/cut.json|2|cut off at line 2;"
	       "cluster-resources/empty.json|1|empty;"
	       "cluster-resources/text.json|1|no JSON object or array;"
	       "cluster-resources/nul.json|1|item 0: bad JSON, left out;"
	       "nodes/n1/node.json|NULL|not an object;"
	       "manifest.json|1|cut off at line 1;");
	expect(db, "SELECT kind, name FROM objects ORDER BY id", "X|NULL;Pod|whole;B|\xef\xbf\xbd(;Pod|first;");
	expect(db, "SELECT path, length(text), line FROM log_lines l JOIN files f ON f.id = l.file",
	       "nodes/n1/journal/kubelet.log|65536|1;nodes/n1/journal/kubelet.log|1|2;nodes/n1/journal/nul.log|3|1;nodes/n1/journal/nul.log|1|2;");
	expect(db, "SELECT path, reason FROM files WHERE state = 'skipped'", "nodes/n1/host/nul.txt|not text;");
	expect(db, "SELECT name, series FROM metrics", "name|1;name}|1;");
	expect(db, "SELECT value FROM bundle WHERE key IN ('complete', 'time') ORDER BY key", "0;2024-03-01T12:00:00Z;");
	expect(db, "SELECT count(*) FROM captures", "1;");
}

static void test_cut_off(void **state)
{
	CLEAN(clean_free) char *dir = unit_folder(), *line = xmalloc(300000);
	struct err e = {0};
	uint32_t seed = 3;

	(void)state;
	for (int i = 0; i < 300000; i++) { /* text that does not compress, so that the cut falls into it */
		seed = seed * 1664525 + 1013904223;
		line[i] = i % 100 == 99 ? '\n' : (char)(' ' + 1 + (seed >> 16) % 90);
	}
	struct file files[] = {FILE_OF("bundle.json", head), {"nodes/n1/journal/kubelet.log", {line, 300000}},
	                       FILE_OF("manifest.json", "{\"captures\":[]}")};
	CLEAN(clean_free) char *path = pack(dir, files, ARRAY_LEN(files));
	assert_int_equal(truncate(path, 150000), 0);
	CLEAN(clean_db) sqlite3 *db = load_path(path);
	expect(db, "SELECT value FROM bundle WHERE key = 'complete'", "0;");
	expect(db, "SELECT value LIKE 'cut off inside nodes/n1/journal/kubelet.log after %' FROM bundle WHERE key = 'damage'", "1;");
	expect(db, "SELECT count(*) > 1000 FROM log_lines", "1;");
	expect(db, "SELECT state, reason FROM files WHERE path LIKE '%kubelet.log'", "partial|the archive is damaged here;");
	/* Not a bundle at all. */
	struct file other[] = {FILE_OF("src/main.c", "int main;"), FILE_OF("README", "x")};
	CLEAN(clean_free) char *path2 = pack(dir, other, 2);
	CLEAN(clean_db) sqlite3 *db2 = NULL;
	struct load_opts o = {.limits = bundle_limits_default};
	OK(db_create(NULL, &db2, &e));
	OK(schema_create(db2, &e));
	assert_int_equal(load_bundle(db2, path2, &o, &e), -ERR_FORMAT);
	assert_non_null(strstr(e.msg, "not a bundle: none of its 2 files"));
	assert_int_equal(load_bundle(db2, "/nonexistent", &o, &e), -ERR_ABSENT);
	unlink(path);
	rmdir(dir);
}

/* Arrays that make rows are read after the object: what is wrong in them takes the whole object back. */
static void test_bad_arrays(void **state)
{
	CLEAN(clean_db) sqlite3 *db = LOAD(FILE_OF("bundle.json", head),
		FILE_OF("cluster-resources/pods/n.json", "[{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[{\"name\":\"c\"},{\"name\":}]}},\n"
			"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"},\"status\":{\"conditions\":[{\"type\":\"Ready\"}],\"conditions\":[{\"x\"}]}},\n"
			"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"c\"},\"spec\":{\"containers\":[{\"name\":\"[\\\"]\"},7,null,[]]},\"status\":{\"conditions\":[],\"conditions\":[{\"type\":\"No\"}]}},\n"
			"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"d\"},\"spec\":{\"containers\":\"none\"}}]"),
		FILE_OF("manifest.json", "{\"captures\":[]}"));

	(void)state;
	expect(db, "SELECT line, message FROM problems", "1|item 0: bad JSON, left out;2|item 1: bad JSON, left out;");
	expect(db, "SELECT o.id, o.name, p.name, json_valid(o.json) FROM objects o JOIN pods p ON p.object = o.id ORDER BY 1", "1|c|c|1;2|d|d|1;");
	expect(db, "SELECT pod, name, object FROM container_specs", "c|[\"]|1;");
	expect(db, "SELECT count(*) FROM pod_conditions", "0;");
}

/* A bundle that ends without a manifest is one whose collector was stopped. */
static void test_no_manifest(void **state)
{
	CLEAN(clean_db) sqlite3 *db = LOAD(FILE_OF("bundle.json", head), FILE_OF("nodes/n1/host/df.txt", "x\n"));

	(void)state;
	expect(db, "SELECT value FROM bundle WHERE key = 'damage'", "it has no manifest: the collector did not come to its end;");
}

/* Every typed column against SQLite's own reading of the same path, for columns without a conversion. */
static void test_many(void **state)
{
	enum { PODS = 3000 };
	CLEAN_BUF struct buf b = BUF_MAX(64 << 20);
	struct err e = {0};

	(void)state;
	OK(buf_add_str(&b, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[", &e));
	for (int i = 0; i < PODS; i++)
		OK(buf_printf(&b, &e, "%s{\"metadata\":{\"name\":\"pod-%d\",\"namespace\":\"n\",\"labels\":{\"k8s-app\":\"a\\\\%d\"}},\n"
			"\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"},\n{\"type\":\"B\"}]}}", i ? ",\n" : "", i, i));
	OK(buf_add_str(&b, "]}", &e));
	struct file files[] = {FILE_OF("bundle.json", head), {"cluster-resources/pods/n.json", {b.p, b.n}},
	                       FILE_OF("manifest.json", "{\"captures\":[]}")};
	CLEAN(clean_db) sqlite3 *db = load(files, ARRAY_LEN(files));
	expect(db, "SELECT count(*), sum(p.name = json_extract(o.json, '$.metadata.name')), sum(p.k8s_app = json_extract(o.json, '$.metadata.labels.k8s-app')),"
		" sum(p.line = 1 + 3 * o.item) FROM pods p JOIN objects o ON o.id = p.object", "3000|3000|3000|3000;");
	expect(db, "SELECT type, count(*), sum(c.line - o.line) FROM pod_conditions c JOIN objects o ON o.id = c.object GROUP BY 1",
	       "B|3000|6000;Ready|3000|3000;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts), cmocka_unit_test(test_objects), cmocka_unit_test(test_logs),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_bad_arrays), cmocka_unit_test(test_cut_off), cmocka_unit_test(test_no_manifest),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
