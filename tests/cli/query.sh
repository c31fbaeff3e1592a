#!/bin/sh
# query: bundles and databases, every format, and that nothing can be written. Prints TAP.
set -u
. tests/cli/lib.sh

mkdir -p "$T/b/nodes/n1/journal" "$T/b/nodes/n1/host" "$T/b/cluster-resources"
echo '{"sickbay_bundle": 1, "started": "2026-11-23T19:33:31Z"}' >"$T/b/bundle.json"
printf '2026-11-23T19:33:31.5+0000 n1 kubelet[1]: E1123 19:33:31.500000 1 a.go:1] one\n2026-11-23T19:33:32.5+0000 n1 kubelet[1]: two\n' \
	>"$T/b/nodes/n1/journal/kubelet.log"
printf 'a\033[31mred|b,"c"\td\n\344\270\255\n' >"$T/b/nodes/n1/host/hostile.txt"
echo '{"kind":"NodeList","items":[{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}}]}' >"$T/b/cluster-resources/nodes.json"
echo '{"captures":[]}' >"$T/b/manifest.json"
tar -C "$T" -cf "$T/b.tar" b/bundle.json b/nodes b/cluster-resources b/manifest.json
B=$T/b.tar

run query "$B" "SELECT name FROM nodes"
ok "a bundle: one value" eval 'is "$status" 0 && is "$(cat "$T/out")" n1 && empty "$T/err"'
run query "$B" "SELECT line, level, time, message FROM log WHERE unit = 'kubelet' ORDER BY id"
ok "the log view" is "$(cat "$T/out")" "$(printf '1\tE\t2026-11-23T19:33:31.500000Z\tE1123 19:33:31.500000 1 a.go:1] one\n2\t\t2026-11-23T19:33:32.500000Z\ttwo')"
run query "$B" "SELECT 1 AS a; SELECT 2 AS b, NULL AS c" --header
ok "several statements, with a header" is "$(cat "$T/out")" "$(printf 'a\n1\nb\tc\n2\t')"
run query "$B" "SELECT id FROM checks WHERE id = 'kubelet-not-running'"
ok "the checks have run" out '^kubelet-not-running$'

text="SELECT line, text FROM lines ORDER BY line"
run query "$B" "$text"
ok "tsv: what would break the line is escaped" is "$(cat "$T/out")" "$(printf '1\ta\033[31mred|b,"c"\\td\n2\t\344\270\255')"
run query "$B" "$text" --format csv --header
ok "csv" is "$(cat "$T/out")" "$(printf 'line,text\n1,"a\033[31mred|b,""c""\td"\n2,\344\270\255')"
run query "$B" "$text" -f json
ok "json" eval 'is "$(jq -r ".[1].text" "$T/out")" "$(printf "\344\270\255")" && is "$(jq ".[0].line" "$T/out")" 1'
run query "$B" "SELECT 1 AS n, 'x' AS t, NULL AS z, 1.5 AS r WHERE 0" -f json
ok "json: no rows are an empty array" is "$(jq length "$T/out")" 0
run query "$B" "$text" -f markdown
ok "markdown: text stays text" is "$(sed -n 2,3p "$T/out")" "$(printf '|---|---|\n| 1 | a\\x1b\\[31mred\\|b,"c"\td |')"
run query "$B" "$text" -f table
ok "table: control characters are made visible" eval 'out "a.x1b.31mred" && is "$(sed -n 2p "$T/out" | cut -c1-4)" "----"'
run query "$B" "SELECT 1" -f xml
ok "an unknown format" ends 2 "--format xml: there are table"

run query "$B" .tables
ok ".tables: tables and views" eval 'out "^pods$" && out "^log$"'
run query "$B" ".schema node_disks"
ok ".schema TABLE, comments and all" eval 'out "CREATE TABLE node_disks" && no_out "CREATE TABLE pods"'
run query "$B" ".schema nope"
ok ".schema of what is not there" ends 1 "no such table: nope"
run query "$B" .quit
ok "another dot command" ends 2 ".quit: there are"
printf 'SELECT\n count(*) FROM files;\n' | "$SICKBAY" query "$B" - >"$T/out" 2>"$T/err"
ok "SQL from standard input" is "$(cat "$T/out")" 5
"$SICKBAY" query - "SELECT name FROM nodes" <"$B" >"$T/out" 2>"$T/err"
ok "the bundle from standard input" is "$(cat "$T/out")" n1
run query - -
ok "not both" ends 2 "the bundle and the SQL"

run analyze "$B" -o "$T/x.db"
run query "$T/x.db" "SELECT name FROM nodes; SELECT count(*) FROM log; SELECT count(*) >= 0 FROM hits"
ok "a database: the same tables and functions" is "$(tr '\n' ' ' <"$T/out")" "n1 2 1 "
sum=$(cksum <"$T/x.db")
for sql in "DELETE FROM nodes" "DROP TABLE nodes" "CREATE TABLE x(a)" "ATTACH '$T/y.db' AS y" "VACUUM INTO '$T/y.db'" \
	"PRAGMA journal_mode = WAL" "SELECT load_extension('x')" "CREATE TEMP TABLE x AS SELECT 1" "BEGIN"; do
	for db in "$T/x.db" "$B"; do
		run query "$db" "$sql"
		ok "refused: $sql" eval 'is "$status" 1 && err "^sickbay: "'
	done
done
ok "the database is as it was" is "$(cksum <"$T/x.db")" "$sum"
ok "nothing else was made" test ! -e "$T/y.db"
run query "$T/x.db" "PRAGMA table_info(nodes)"
ok "pragmas that only tell" out '	name	TEXT'

run query "$B" "SELECT nope FROM nodes"
ok "bad SQL" ends 1 "no such column: nope"
run query "$B" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n" --timeout 1s
ok "a query without an end" ends 1 "the query took longer than --timeout"
run query "$T/nope" "SELECT 1"
ok "no such file" ends 1 ".*nope: no such file"
echo hello >"$T/text"
run query "$T/text" "SELECT 1"
ok "no bundle" ends 1 ".*not a bundle"
printf 'SQLite format 3\0garbage' >"$T/bad.db"
run query "$T/bad.db" "SELECT 1"
ok "no database" ends 1 ".*bad.db: "
run query "$B"
ok "without SQL" is "$status" 2
"$SICKBAY" query "$B" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n" 2>"$T/err" | head -n 1 >"$T/out"
ok "a reader that has had enough" is "$(cat "$T/out")" 1
ok "says nothing of it" empty "$T/err"
ok "no temporary file is left" is "$(ls "$TMPDIR" 2>/dev/null | grep -c '^sickbay-[A-Za-z0-9]*$')" 0
done_testing
