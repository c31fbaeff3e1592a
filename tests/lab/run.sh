#!/bin/sh
# The proof on a real cluster. usage: run.sh LAB [healthy|FAULT ...]   (default: healthy and all of expect.tsv)
#
# LAB is a folder whose `./lab` brings up a real cluster, injects a fault and heals it: lab up | env | status | fault NAME
# | heal NAME. For each fault: inject, collect, analyze, compare the first root cause with expect.tsv, check that its evidence stands
# where it says, heal. Bundles and reports stay in $KEEP (default: a temporary folder, removed).
set -u
lab=$(cd "$1" && pwd)/lab || exit 2
shift
here=$(cd "$(dirname "$0")" && pwd)
sickbay=${SICKBAY:?SICKBAY must name the program}
if [ -n "${KEEP:-}" ]; then mkdir -p "$KEEP"; work=$(cd "$KEEP" && pwd); else work=$(mktemp -d) || exit 1; trap 'rm -rf "$work"' EXIT; fi
passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok   $*"; }
bad() { failed=$((failed + 1)); echo "FAIL $*"; }
check() { what=$1; shift; if "$@"; then ok "$what"; else bad "$what"; fi; }

[ $# -gt 0 ] || set -- healthy $(awk -F '\t' '!/^#/ {print $1}' "$here/expect.tsv")
up=0
for try in 1 2; do
	eval "$("$lab" env 2>/dev/null)"
	nodes=$(kubectl get nodes -o name 2>/dev/null | wc -l)
	[ "$nodes" -gt 0 ] && { up=1; break; }
	[ "$try" = 2 ] || "$lab" up || break
done
[ "$up" = 1 ] || { echo "the lab in $lab does not come up" >&2; echo "0 passed, 1 failed"; exit 1; }
hosts=$("$lab" env | sed -n 's/^# \([^ ]*\) \(.*\)/\1=\2/p' | paste -sd, -)
known=$work/known_hosts
: >"$known"
for a in $(echo "$hosts" | tr ',' '\n' | sed 's/.*=//'); do ssh-keyscan -T 5 "$a" 2>/dev/null >>"$known"; done

collect() { # NAME: makes NAME.tar.zst; every node is named, as an operator must when the API server is down
	rm -f "$work/$1.tar.zst"
	"$sickbay" collect --since 30m --nodes "$hosts" --ssh-user "$LAB_SSH_USER" --ssh-key "$LAB_SSH_KEY" \
		--ssh-known-hosts "$known" -o "$work/$1.tar.zst" >"$work/$1.collect.txt" 2>&1
}
analyze() { "$sickbay" analyze "$work/$1.tar.zst" -o "$work/$1.json" -o "$work/$1.html" >"$work/$1.analyze.txt" 2>&1; }
top() { jq -r '.root_causes[0].check // "none"' "$work/$1.json"; }
critical() { jq -r '[.root_causes[] | select(.severity == "critical") | .check] | unique | join(",")' "$work/$1.json"; }
evidence_stands() { # the first root cause's evidence is really where the report says
	jq -r '.root_causes[0].evidence[0] | "\(.file):\(.line)\t\(.text)"' "$work/$1.json" >"$work/cite"
	at=$(cut -f 1 "$work/cite")
	text=$(cut -f 2- "$work/cite")
	[ -n "$text" ] && "$sickbay" inspect "$work/$1.tar.zst" "$at" 2>/dev/null | grep -qF -- "$text"
}
fix_named() { jq -e '.root_causes[0].fix | length > 0' "$work/$1.json" >/dev/null; }
healthy() {
	begin=$(date +%s)
	collect healthy; status=$?
	took=$(($(date +%s) - begin))
	[ "$status" = 0 ] || tail -n 15 "$work/healthy.collect.txt"
	check "healthy: collect exits 0 (exit $status)" [ "$status" = 0 ]
	check "healthy: collect takes under 60 s ($took s)" [ "$took" -lt 60 ]
	analyze healthy || { bad "healthy: no report: $(tail -n 1 "$work/healthy.analyze.txt")"; return; }
	"$sickbay" query "$work/healthy.tar.zst" "select count(*) from node_access where reached" --format csv >"$work/reached" 2>&1
	check "healthy: every node reached" grep -qx "$(echo "$hosts" | tr ',' '\n' | wc -l)" "$work/reached"
	check "healthy: no critical root cause ($(critical healthy))" [ -z "$(critical healthy)" ]
	"$sickbay" analyze "$work/healthy.tar.zst" -o "$work/again.json" -o "$work/again.html" >/dev/null 2>&1
	check "healthy: the same report twice" cmp -s "$work/healthy.json" "$work/again.json"
	check "healthy: the same page twice" cmp -s "$work/healthy.html" "$work/again.html"
}
for fault in "$@"; do
	if [ "$fault" = healthy ]; then healthy; continue; fi
	want=$(awk -F '\t' -v f="$fault" '$1 == f {print $2}' "$here/expect.tsv")
	[ -n "$want" ] || { bad "$fault: not in expect.tsv"; continue; }
	"$lab" fault "$fault" >"$work/$fault.inject.txt" 2>&1 || { bad "$fault: could not be injected"; "$lab" heal "$fault" >/dev/null 2>&1; continue; }
	collect "$fault"
	if ! analyze "$fault"; then
		bad "$fault: no report: $(tail -n 1 "$work/$fault.collect.txt") $(tail -n 1 "$work/$fault.analyze.txt")"
		"$lab" heal "$fault" >"$work/$fault.heal.txt" 2>&1
		continue
	fi
	got=$(top "$fault")
	case ",$want," in *",$got,"*) ok "$fault: $got" ;; *) bad "$fault: wanted $want, got $got" ;; esac
	check "$fault: evidence stands at $(jq -r '.root_causes[0].evidence[0] | "\(.file):\(.line)"' "$work/$fault.json")" evidence_stands "$fault"
	check "$fault: a fix is named" fix_named "$fault"
	others=$(jq -r --arg w ",$want," '[.root_causes[] | select(.severity == "critical") | .check | select(. as $c | $w | contains("," + $c + ",") | not)] | join(" ")' "$work/$fault.json")
	check "$fault: no other critical root cause ($others)" [ -z "$others" ]
	"$lab" heal "$fault" >"$work/$fault.heal.txt" 2>&1 || bad "$fault: could not be healed"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
