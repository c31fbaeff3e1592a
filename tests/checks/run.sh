#!/bin/sh
# Every diagnosis against small bundles: tests/checks/<check>/<case>/ is the tree of a bundle (cut out of recorded ones where
# possible) and a file `expect` that says what the analysis must say of it, a line each:
#
#   found CHECK SUBJECT       a finding          root CHECK SUBJECT   it is a root cause
#   clear CHECK               nothing found      effect CHECK SUBJECT it is found, and another finding explains it
#   not-evaluated CHECK       cannot tell        only CHECK           every critical root cause is of this check; "only none"
#   cites CHECK TEXT          a line of its evidence holds TEXT
#   fixes CHECK TEXT          a command of its fix holds TEXT         spares CHECK TEXT    none does
#
# usage: run.sh [CHECK[/CASE]]   Prints TAP. Every shipped check needs a case in which it fires and one in which it stays clear.
set -u
here=$(cd "$(dirname "$0")" && pwd)
sickbay=${SICKBAY:-$here/../../build/release/sickbay}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/# /'; }
ask() { jq -e --arg id "$1" --arg s "${2:-}" "$3" "$work/report.json" >/dev/null 2>&1; }

holds() { # WORD CHECK REST
	case $1 in
	found) ask "$2" "$3" 'any(.findings[]; .check == $id and .subject == $s)' ;;
	root) ask "$2" "$3" 'any(.root_causes[]; .check == $id and .subject == $s)' ;;
	effect) ask "$2" "$3" 'any(.root_causes[].explains[]; .check == $id and .subject == $s)
		and all(.root_causes[]; .check != $id or .subject != $s)' ;;
	clear | not-evaluated) ask "$2" "$1" 'any(.checks[]; .id == $id and .state == $s)' ;;
	only) ask "$2" "" '[.root_causes[] | select(.severity == "critical") | .check] | all(. == $id)' ;;
	cites) ask "$2" "$3" 'any(.findings[] | select(.check == $id) | .evidence[]; .text | contains($s))' ;;
	fixes) ask "$2" "$3" 'any(.findings[] | select(.check == $id) | .fix[]; .run // "" | contains($s))' ;;
	spares) ask "$2" "$3" 'any(.findings[]; .check == $id) and all(.findings[] | select(.check == $id) | .fix[]; .run // "" | contains($s) | not)' ;;
	*) return 1 ;;
	esac
}
summary() {
	jq -r '(.root_causes[] | "root \(.check) \(.subject) \(.severity)"), (.findings[] | "found \(.check) \(.subject)"),
		(.checks[] | select(.state == "error") | "\(.state) \(.id): \(.reason)")' "$work/report.json" 2>/dev/null
}

for expect in "$here"/${1:-*}/expect "$here"/${1:-*}/*/expect; do
	[ -f "$expect" ] || continue
	dir=$(dirname "$expect")
	name=$(basename "$(dirname "$dir")")/$(basename "$dir")
	rm -f "$work/report.json" "$work/case.tar"
	tar -C "$dir/.." --exclude=expect -cf "$work/case.tar" "$(basename "$dir")"
	if ! "$sickbay" analyze "$work/case.tar" -o "$work/report.json" >"$work/log" 2>&1; then
		not_ok "$name: analyze" "$(cat "$work/log")"
		continue
	fi
	bad=""
	while read -r word check rest; do
		case $word in '' | '#'*) continue ;; esac
		holds "$word" "$check" "$rest" || bad="$bad; $word $check $rest"
		case $word in found | root | effect) echo "$check" >>"$work/fires" ;; clear) echo "$check" >>"$work/clear" ;; esac
	done <"$expect"
	broken=$(jq -r '.checks[] | select(.state == "error") | "\(.id): \(.reason)"' "$work/report.json")
	[ -z "$broken" ] || bad="$bad; $broken"
	if [ -z "$bad" ]; then ok "$name"; else not_ok "$name" "not so: ${bad#; }
$(summary)"; fi
done

if [ $# = 0 ]; then
	for check in $("$sickbay" checks list | awk '{print $1}'); do
		if ! grep -qx "$check" "$work/fires"; then not_ok "$check has a case in which it fires"
		elif ! grep -qx "$check" "$work/clear"; then not_ok "$check has a look-alike that stays clear"
		else ok "$check has both kinds of cases"; fi
	done
fi
echo "1..$n"
