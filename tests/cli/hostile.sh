#!/bin/sh
# A bundle whose names, labels and log lines are full of markup, terminal escapes, direction marks and lines of 1 MB: inert in every
# format. What a page or a Markdown reader makes of it is looked at in tests/browser. Prints TAP.
set -u
. tests/cli/lib.sh
sh tests/browser/hostile.sh "$T/tree" || exit 1
tar -C "$T/tree" -cf "$T/evil.tar" evil
# inert FILE: no control character but tab and newline, no direction mark.
inert() { test -s "$1" && ! LC_ALL=C grep -aqP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$1" || { echo "$1 is not inert, or empty"; return 1; }; }
small() { test "$(wc -c <"$1")" -lt "$2" || { echo "$1: $(wc -c <"$1") bytes"; return 1; }; }

run analyze "$T/evil.tar" -o "$T/r.html" -o "$T/r.md" -o "$T/r.json" -o "$T/r.txt" -o "$T/r.db"
ok "analyze" is "$status" 0
"$SICKBAY" analyze "$T/evil.tar" -v >"$T/r.out"
"$SICKBAY" analyze "$T/evil.tar" >"$T/screen.out"
for f in html md txt out; do
	ok "$f: inert" inert "$T/r.$f"
	ok "$f: a line of 1 MB is cut" small "$T/r.$f" 400000
done
ok "a screen: inert, and small" eval 'inert "$T/screen.out" && small "$T/screen.out" 8000'
ok "what the cluster said is there all the same" eval 'grep -q "<script>alert" "$T/r.out" && grep -q "&lt;script&gt;alert" "$T/r.html"'
ok "html: no markup of the bundle's" eval '! grep -q -e "<script>alert" -e "<img" -e "<a href=\"javascript" "$T/r.html"'
json() { jq -e . "$1" >/dev/null && ! LC_ALL=C grep -aqP '[\x00-\x08\x0b-\x1f]' "$1"; }
ok "json: well-formed, no control characters" json "$T/r.json"
ok "json: of its published form" /usr/bin/python3 -m jsonschema -i "$T/r.json" schema/report/report.schema.json

run diff bundles/samples/healthy.tar.zst "$T/r.db" -o "$T/d.html" -o "$T/d.md" -o "$T/d.json" -o "$T/d.txt"
ok "diff" is "$status" 0
for f in html md txt; do ok "diff $f: inert" inert "$T/d.$f"; done
ok "diff json" json "$T/d.json"
run analyze "$T/evil.tar" --before bundles/samples/healthy.tar.zst -o "$T/b.html" -o "$T/b.md" -o "$T/b.txt"
ok "analyze --before: inert" eval 'inert "$T/b.html" && inert "$T/b.md" && inert "$T/b.txt"'

# query: data for programs go out as they are, in a form that keeps rows and columns apart; Markdown and tables are for people.
sql="SELECT name, json, kind FROM objects UNION ALL SELECT text, text, 'line' FROM lines ORDER BY 1"
rows=$("$SICKBAY" query "$T/r.db" "SELECT count(*) FROM ($sql)")
run query "$T/r.db" "$sql" -f csv --header
csv() { /usr/bin/python3 -c 'import csv, sys; csv.field_size_limit(1 << 30); r = list(csv.reader(open(sys.argv[1], encoding="utf-8", errors="replace", newline=""))); sys.exit(not (len(r) == int(sys.argv[2]) + 1 and all(len(x) == 3 for x in r)))' "$T/out" "$rows"; }
ok "query csv: every row has its columns" csv
run query "$T/r.db" "$sql" -f tsv
tsv() { is "$(wc -l <"$T/out")" "$rows" && awk -F '\t' 'NF != 3 { bad = 1 } END { exit bad }' "$T/out"; }
ok "query tsv" tsv
run query "$T/r.db" "$sql" -f json
ok "query json" eval 'json "$T/out" && is "$(jq length "$T/out")" "$rows"'
run query "$T/r.db" "$sql" -f markdown
pipes() { sed 's/\\\\//g; s/\\|//g' "$T/out" | awk '{ n = gsub(/\|/, "|") } n != 4 { bad = 1 } END { exit bad || NR < 3 }' && ! sed 's/\\\\//g; s/\\[<>]//g; s/<br>//g' "$T/out" | grep '<'; }
ok "query markdown: a table that stays one, no HTML" eval 'pipes && inert "$T/out"'

# On a terminal nothing reaches it that it would obey.
if command -v script >/dev/null; then
	tty() { # ARGUMENTS: $T/out is what the terminal got, without its own carriage returns
		env TERM=xterm NO_COLOR=1 PAGER= SICKBAY_BUNDLE="$T/r.db" script -qec "stty cols 80 rows 24; '$SICKBAY' $1 2>$T/err" /dev/null >"$T/typescript" 2>/dev/null </dev/null
		status=$?
		sed 's/\r$//' "$T/typescript" >"$T/out"
	}
	shows() { tty "$1" && { test "$status" = 0 || test "$status" = 3; } && inert "$T/out"; } # 3: the bundle is not whole
	for c in "get pods -A" "get pods -A -o wide --show-labels" "get nodes --show-labels" "get events -A" "get pods -A -o yaml" "get pods -A -o json" \
		"get pods -A -o name" "describe pod evil" "describe node 'n1<b>'" "logs evil" "query '$T/r.db' 'SELECT * FROM v_events' -f table" \
		"query '$T/r.db' 'SELECT name, json FROM objects' -f csv" "query '$T/r.db' 'SELECT name, json FROM objects' -f json" \
		"query '$T/r.db' 'SELECT name, json FROM objects' -f tsv" "inspect '$T/evil.tar'" "inspect '$T/evil.tar' nodes/n1/journal/kubelet.log" \
		"analyze '$T/evil.tar'" "diff bundles/samples/healthy.tar.zst '$T/r.db'"; do
		ok "on a terminal: $(echo "$c" | sed "s|$T/||g")" shows "$c"
	done
else
	ok "on a terminal # SKIP no script(1)" true
fi
# Not on a terminal a log is what it was, but for bytes that are no UTF-8, and lines of over 64 KiB, which are cut.
SICKBAY_BUNDLE=$T/r.db "$SICKBAY" logs evil >"$T/log"
ok "in a pipe the log is as it was" eval 'is "$(head -n 1 "$T/log")" "$(printf "one \033[31mred\033]0;title\007 \342\200\256 \302\233 \357\277\275 <script>alert(6)</script>")" && is "$(tail -n 1 "$T/log")" last'
done_testing
