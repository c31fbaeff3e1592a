#!/bin/sh
# The proof on a real cluster. usage: run.sh LAB [healthy|FAULT ...]   (default: healthy and all of expect.tsv)
#
# LAB is a folder whose `./lab` brings up a real cluster, injects a fault and heals it: lab up | env | status | ssh NODE COMMAND
# | fault NAME | check NAME | heal NAME; LAB_FAULT_NODE says on which node. For each row of expect.tsv: inject, collect, analyze; the first root cause is the
# right one, its evidence stands where it says, no other critical root cause, a fix is named; then every command of that fix
# is run as printed, in its order, and the fault must be gone. At last the lab's own heal, and the cluster must be sound again.
#
#   MODES="static systemd"   run everything once for each way to run a control plane (default: the cluster as it is)
#   KEEP=FOLDER              bundles, reports and logs stay there, in one folder a mode (default: temporary, removed)
#   NO_FIX=1                 diagnoses only
set -u
lab=$(cd "$1" && pwd)/lab || exit 2
shift
here=$(cd "$(dirname "$0")" && pwd)
sickbay=${SICKBAY:?SICKBAY must name the program}
if [ -n "${KEEP:-}" ]; then mkdir -p "$KEEP"; top=$(cd "$KEEP" && pwd); else top=$(mktemp -d) || exit 1; trap 'rm -rf "$top"' EXIT; fi
passed=0 failed=0 mode=""
ok() { passed=$((passed + 1)); echo "ok   ${mode:+$mode }$*"; }
bad() { failed=$((failed + 1)); echo "FAIL ${mode:+$mode }$*"; }
check() { what=$1; shift; if "$@"; then ok "$what"; else bad "$what"; fi; }
. "$here/cluster.sh"

[ $# -gt 0 ] || set -- healthy $(awk -F '\t' '!/^#/ && NF {print $1}' "$here/expect.tsv")

collect() { # NAME: makes NAME.tar.zst; every node is named, as an operator must when the API server is down
	rm -f "$work/$1.tar.zst"
	"$sickbay" collect --since 30m --nodes "$hosts" --ssh-user "$LAB_SSH_USER" --ssh-key "$LAB_SSH_KEY" \
		--ssh-known-hosts "$known" -o "$work/$1.tar.zst" >"$work/$1.collect.txt" 2>&1
}
analyze() { "$sickbay" analyze "$work/$1.tar.zst" -o "$work/$1.json" -o "$work/$1.html" >"$work/$1.analyze.txt" 2>&1; }
column() { awk -F '\t' -v f="$1" -v n="$2" '$1 == f {print $n}' "$here/expect.tsv"; }
roots() { jq -r "[.root_causes[] | select($2) | .check] | unique | join(\" \")" "$work/$1.json"; }
among() { case ",$2," in *",$1,"*) ;; *) return 1 ;; esac; }
evidence_stands() { # NAME CHECK: the first evidence of that root cause is really where the report says
	jq -r --arg c "$2" '[.root_causes[] | select(.check == $c)][0].evidence[0] | "\(.file):\(.line)\t\(.text)"' "$work/$1.json" >"$work/cite"
	at=$(cut -f 1 "$work/cite")
	text=$(cut -f 2- "$work/cite")
	[ -n "$text" ] && "$sickbay" inspect "$work/$1.tar.zst" "$at" 2>/dev/null | grep -qF -- "$text"
}
fix_named() { jq -e --arg c "$2" '[.root_causes[] | select(.check == $c)] | all(.fix | length > 0)' "$work/$1.json" >/dev/null; }

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
	check "healthy: no critical root cause ($(roots healthy '.severity == "critical"'))" [ -z "$(roots healthy '.severity == "critical"')" ]
	noise=$(roots healthy '.severity == "warning"')
	check "healthy: no warning ($noise)" [ -z "$noise" ]
	"$sickbay" analyze "$work/healthy.tar.zst" -o "$work/again.json" -o "$work/again.html" >/dev/null 2>&1
	check "healthy: the same report twice" cmp -s "$work/healthy.json" "$work/again.json"
	check "healthy: the same page twice" cmp -s "$work/healthy.html" "$work/again.html"
}

# Each group of ids ("a,b+c": a or b, and c) is met by a root cause, and the first root cause is one of them.
diagnosis() { # NAME IDS
	any=$(echo "$2" | tr + ,)
	first=$(jq -r '.root_causes[0].check // "none"' "$work/$1.json")
	if among "$first" "$any"; then ok "$1: $first"; else bad "$1: wanted $2, got $first"; fi
	for ids in $(echo "$2" | tr + ' '); do
		found=""
		for id in $(roots "$1" true); do ! among "$id" "$ids" || found=$id; done
		[ -n "$found" ] || { bad "$1: no root cause $ids"; continue; }
		check "$1: evidence stands: $found at $(jq -r --arg c "$found" '[.root_causes[] | select(.check == $c)][0].evidence[0] | "\(.file):\(.line)"' "$work/$1.json")" evidence_stands "$1" "$found"
		check "$1: $found names a fix" fix_named "$1" "$found"
	done
	others=""
	for id in $(roots "$1" '.severity == "critical"'); do among "$id" "$any" || others="$others $id"; done
	check "$1: no other critical root cause ($others )" [ -z "$others" ]
}

# Runs what the report prints for the expected root causes, and then asks the cluster.
fix() { # NAME IDS HOW CURED
	case $3 in
	run) ;;
	"$mode:"*) echo "     $1: not by a command: ${3#*:}"; return ;;
	static:* | systemd:*) ;;
	*) echo "     $1: not by a command: $3"; return ;;
	esac
	jq -c --arg w ",$(echo "$2" | tr + ,)," '.root_causes[] | select(.check as $c | $w | contains("," + $c + ",")) | .fix[] | select(.run) | {run, on}' \
		"$work/$1.json" >"$work/$1.steps"
	ran=0
	: >"$work/$1.fix.txt"
	while ran=$((ran + 1)) && step=$(sed -n "${ran}p" "$work/$1.steps") && [ -n "$step" ]; do
		run_step "$step" >>"$work/$1.fix.txt" 2>&1
	done
	if soon 180 "$4"; then ok "$1: the fix as printed heals it ($((ran - 1)) commands)"; else bad "$1: not healed by the fix as printed: $4"; fi
}

act() { # fault|check|heal NAME: fault[@node][+fault[@node]...], each one of the lab's or one of faults/
	for one in $(echo "$2" | tr + ' '); do
		node=${one#*@}
		[ "$node" != "$one" ] || node=""
		own=$here/faults/${one%@*}
		if [ ! -f "$own" ]; then
			LAB_FAULT_NODE=$node "$lab" "$1" "${one%@*}" >>"$work/$2.$1.txt" 2>&1 || return 1
		elif [ "$1" != check ]; then
			(node=${node:-node2} && . "$own" && if [ "$1" = fault ]; then inject; else heal; fi) >>"$work/$2.$1.txt" 2>&1 </dev/null
		fi
	done
}
fault() {
	want=$(column "$1" 2)
	[ -n "$want" ] || { bad "$1: not in expect.tsv"; return; }
	rm -f "$work/$1".*
	if act fault "$1"; then
		collect "$1"
		if analyze "$1"; then
			diagnosis "$1" "$want"
			[ -n "${NO_FIX:-}" ] || fix "$1" "$want" "$(column "$1" 3)" "$(column "$1" 4)"
		else
			bad "$1: no report: $(tail -n 1 "$work/$1.collect.txt") $(tail -n 1 "$work/$1.analyze.txt")"
		fi
	else
		bad "$1: could not be injected"
	fi
	# The lab's own heal may stumble over what is healed already: what counts is that the cluster is sound.
	act check "$1"
	act heal "$1"
	tidy
	soon 180 sound || { bad "$1: the cluster is not sound afterwards"; up "$mode"; }
}

for wanted in ${MODES:-any}; do
	work=$top/$wanted
	mkdir -p "$work"
	known=$work/known_hosts
	up "$wanted" || { echo "the lab in $lab does not come up" >&2; echo "$passed passed, $((failed + 1)) failed"; exit 1; }
	for name in "$@"; do
		if [ "$name" = healthy ]; then healthy; else fault "$name"; fi
	done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
