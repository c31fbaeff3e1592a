#!/bin/sh
# The report of a large and very sick cluster (200 nodes, 5,000 pods, over 2,000 findings), half of whose nodes say so in long lines:
# the page stays below 3 MB. Prints TAP.
set -u
. tests/cli/lib.sh
/usr/bin/python3 tests/bench/large.py "$T/large" || exit 1
for i in $(seq 0 2 199); do
	node=$(printf 'worker-%04d.eu-central-1.example.internal' "$i")
	awk -v n="$node" 'BEGIN { for (i = 0; i < 1000; i++) x = x "<&>"; for (i = 0; i < 20; i++) printf "2026-11-23T11:59:%02d.000000+0000 %s kubelet[800]: E1123 11:59:%02d.000000     800 kubelet.go:1] skipping pod synchronization - PLEG is not healthy: pleg was last seen active 5m0s ago; %d %s\n", i, n, i, i, x }' \
		>"$T/large/nodes/$node/journal/kubelet.log"
done
below() { test "$(wc -c <"$1")" -lt "$2" || { echo "$1: $(wc -c <"$1") bytes"; return 1; }; }

run analyze "$T/large" -o "$T/r.html" -o "$T/r.md" -o "$T/r.json" -o "$T/r.db"
ok "analyze" is "$status" 0
ok "no check is too slow for it" is "$(jq -r '.checks[] | select(.state == "error") | .id + ": " + .reason' "$T/r.json")" ""
run query "$T/r.db" "SELECT count(*) > 5000 FROM service_pods" --timeout 2s # a nested loop over all pods would need longer
ok "which pods stand behind which services is quickly found" is "$status $(cat "$T/out")" "0 1"
ok "many findings" eval 'test "$(jq ".findings | length" "$T/r.json")" -gt 2000'
ok "the page is below 3 MB" below "$T/r.html" 3000000
ok "and whole" eval 'tail -n 1 "$T/r.html" | grep -q "^</html>$"'
ok "and tells what it leaves out" grep -q 'and [0-9]* more' "$T/r.html"
ok "every root cause is an entry of it" is "$(grep -c '<article class="card" id="root-' "$T/r.html")" "$(jq '[.root_causes[].group] | unique | length' "$T/r.json")"
ok "the database has it all" is "$("$SICKBAY" query "$T/r.db" "SELECT count(DISTINCT node) FROM node_disks") $("$SICKBAY" query "$T/r.db" "SELECT count(*) FROM findings")" "200 $(jq '.findings | length' "$T/r.json")"
ok "Markdown that an issue takes" below "$T/r.md" 1000000
done_testing
