# analyze: reports of a recorded bundle, of a damaged one, of what is no bundle; options; exit status.
. tests/cli/lib.sh
sample=bundles/samples/kubelet-stopped.tar.zst
cp "$sample" "$T/b.tar.zst" || { echo "Bail out! $sample is missing"; exit 1; }
b=$T/b.tar.zst
done_with() { is "$status" "$1"; }
few_lines() { test "$(wc -l <"$T/out")" -le 40 || { wc -l <"$T/out"; return 1; }; }
json() { jq -e "$1" "$2" >/dev/null || { echo "not so: $1"; return 1; }; }
same() { cmp "$1" "$2"; }
nothing_at() { test ! -e "$1"; }
only_files() { is "$(ls -A "$1" | tr '\n' ' ')" "$2"; }

run analyze "$b"
ok "without -o, exit status 0" done_with 0
ok "a summary on standard output" out "root cause found"
ok "it names check and subject" out "kubelet-not-running · node/"
ok "it fits on a screen" few_lines
ok "without a terminal, no escape" no_out "$(printf '\033')"
ok "and nothing on standard error" empty "$T/err"

mkdir "$T/one" "$T/two"
for d in one two; do
	run analyze "$b" -o "$T/$d/r.html" -o "$T/$d/r.md" -o "$T/$d/r.json" -o "$T/$d/r.txt" -o "$T/$d/r.db"
done
ok "five reports at once" done_with 0
ok "with -o, nothing on standard output" empty "$T/out"
ok "nothing else is left beside them" only_files "$T/one" "r.db r.html r.json r.md r.txt "
for f in html md json txt db; do
	ok "twice the same bytes: $f" same "$T/one/r.$f" "$T/two/r.$f"
done
mkdir "$T/elsewhere" && cp "$b" "$T/elsewhere/"
run analyze "$T/elsewhere/b.tar.zst" -o "$T/two/r.json"
ok "where the bundle lies makes no difference" same "$T/one/r.json" "$T/two/r.json"
ok "the first root cause" json '.sickbay_report == 1 and .root_causes[0].check == "kubelet-not-running" and .root_causes[0].rank == 1' "$T/one/r.json"
ok "it has evidence, a fix and symptoms" json '.root_causes[0] | (.evidence[0] | .file and .line and .text) and (.fix[0] | .text and .run) and (.explains | length > 0)' "$T/one/r.json"

# The evidence is in the bundle where the report says.
cited() {
	jq -r '.root_causes[].evidence[] | select(.line > 0) | "\(.file):\(.line)"' "$T/one/r.json" | while read -r place; do
		"$SICKBAY" inspect "$b" "$place" >"$T/line" 2>&1 || { echo "$place: $(cat "$T/line")"; exit 1; }
		jq -r --arg p "$place" '.root_causes[].evidence[] | select("\(.file):\(.line)" == $p) | .text' "$T/one/r.json" |
			head -n 1 | cut -c 1-200 | sed 's/^ *//' >"$T/text"
		grep -qFf "$T/text" "$T/line" || { echo "$place holds $(cat "$T/line"), cited as $(cat "$T/text")"; exit 1; }
	done
}
ok "inspect shows every cited line" cited
offline() { ! grep -Eio '(src|href|action)="?(https?:)?//[^"]*|@import|url\(' "$T/one/r.html"; }
ok "the page asks the network for nothing" offline
ok "the .db answers queries" sh -c '"$0" query "$1" "SELECT count(*) > 0 FROM root_causes" | grep -q 1' "$SICKBAY" "$T/one/r.db"

ok "tables of images, in .md" grep -q '^| `k8s.gcr.io/pause:3.2` | 918 kB |' "$T/one/r.md"
ok "and in .html, with bars" sh -c 'grep -q "<svg class=.bar" "$0" && grep -q "<code>k8s.gcr.io/pause:3.2</code>" "$0"' "$T/one/r.html"
ok "and as views of the .db" sh -c '"$0" query "$1" "SELECT count(*) > 0 FROM v_images WHERE image = '"'k8s.gcr.io/pause:3.2'"' AND containers > 0" | grep -q 1' "$SICKBAY" "$T/one/r.db"
ok "but not in a summary" sh -c '! grep -q "pause:3.2" "$0"' "$T/one/r.txt"

run analyze "$b" --lang zh -o "$T/zh.md"
ok "a report in Chinese" grep -q '发现' "$T/zh.md"

run analyze "$b" --fail-on critical
ok "--fail-on critical: exit status 3" done_with 3
run analyze "$b" --fail-on critical -o "$T/f.json"
ok "and the report is written all the same" test -s "$T/f.json"

size=$(wc -c <"$b")
head -c $((size / 2)) "$b" >"$T/cut.tar.zst"
run analyze "$T/cut.tar.zst" -o "$T/cut.json" -o "$T/cut.txt"
ok "a bundle that is cut off is analysed" done_with 0
ok "the report says so" json '.bundle.damage | contains("cut off")' "$T/cut.json"
ok "at its beginning, for people" sh -c 'head -n 4 "$0" | grep -q "is damaged"' "$T/cut.txt"
ok "what it lacks is not called clear" json 'any(.checks[]; .state == "not-evaluated" and (.reason | contains("damaged")))' "$T/cut.json"

echo "hello" >"$T/text.tar.zst"
run analyze "$T/text.tar.zst" -o "$T/text.json"
ok "what is no bundle: one sentence, exit status 1" ends 1 ".*text.tar.zst: not a bundle"
ok "and no report" nothing_at "$T/text.json"
run analyze "$T/nowhere.tar.zst"
ok "no such file" ends 1 ".*nowhere.tar.zst: "
run analyze "$b" -o "$T/no/such/folder/r.html"
ok "a folder that is not there" ends 1 ".*no/such/folder/r.html"
run analyze "$b" -o "$T/r.pdf"
ok "an ending we do not write names those we do" ends 2 ".*\.html, \.md, \.json, \.txt or \.db"
run analyze "$b" "$b"
ok "two bundles are one case" is "$status" 0
run analyze "$b" --lang fr
ok "a language we do not speak" ends 2 "--lang fr"
run analyze "$b" --fail-on bad
ok "a severity that is none" ends 2 "--fail-on bad"
run analyze
ok "no bundle" done_with 2

mkdir -p "$T/own/node"
cat >"$T/own/node/own-check.sql" <<'E'
/*
id: own-check
title: {en: "Own: {path}", zh: "自定义：{path}"}
severity: critical
needs: []
why: {en: "It is ours.", zh: "自定义检查。"}
fix:
  - {en: "Nothing", zh: "无"}
*/
SELECT 'cluster' AS subject, path, id AS file, 0 AS line FROM files WHERE path = 'bundle.json' ORDER BY id
E
run analyze "$b" --checks "$T/own" -o "$T/own.json"
ok "a check of one's own" json 'any(.root_causes[]; .check == "own-check" and .title == "Own: bundle.json")' "$T/own.json"
echo "SELECT" >"$T/own/bad.sql"
run analyze "$b" --checks "$T/own" -o "$T/own.json"
ok "a broken one is told, and hurts nobody" json 'any(.checks[]; .id == "bad" and .state == "error") and any(.checks[]; .id == "own-check" and .state == "found")' "$T/own.json"
run analyze "$b" --checks "$T/not-there"
ok "a folder of checks that is not there" ends 1 ".*not-there"
done_testing
