#!/bin/sh
# Every diagnosis against small bundles: tests/checks/<check>/<case>/ is the tree of a bundle (cut out of recorded ones where
# possible) and a file `expect` that says what the analysis must say of it, a line each:
#
#   found CHECK SUBJECT       a finding          root CHECK SUBJECT   it is a root cause
#   clear CHECK               nothing found      effect CHECK SUBJECT it is found, and another finding explains it
#   not-evaluated CHECK       cannot tell        only CHECK           every critical root cause is of this check; "only none"
#   lacks CHECK SUBJECT       no such finding    cites CHECK TEXT     a line of its evidence holds TEXT
#   fixes CHECK TEXT          a command of its fix holds TEXT         spares CHECK TEXT    none does
#   titled CHECK TEXT         its title holds TEXT
#   because CHECK TEXT        it cannot tell, and the reason holds TEXT
#   partly CHECK TEXT         nothing found, and what is said beside holds TEXT
#   head TEXT                 a warning at the report's head holds TEXT
#   quiet                     no root cause above info
#
# usage: run.sh [CHECK[/CASE]]   the cases of all checks, or of one     run.sh --part K/N   every Nth case, from the Kth on
#        run.sh --both           only that every shipped check has a case in which it fires and one in which it stays clear
# Prints TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
sickbay=${SICKBAY:-$here/../../build/release/sickbay}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/# /'; }

summary() {
	jq -r '(.root_causes[] | "root \(.check) \(.subject) \(.severity)"), (.findings[] | "found \(.check) \(.subject)"),
		(.checks[] | select(.state == "error") | "\(.state) \(.id): \(.reason)")' "$work/report.json" 2>/dev/null
}
run_case() { # DIR
	name=${1%/*}
	name=${name##*/}/${1##*/}
	rm -f "$work/report.json" "$work/case.tar"
	tar -C "$1/.." --exclude=expect -cf "$work/case.tar" "${1##*/}"
	if ! "$sickbay" analyze "$work/case.tar" -o "$work/report.json" >"$work/log" 2>&1; then
		not_ok "$name: analyze" "$(cat "$work/log")"
		return
	fi
	bad=$(jq -r --rawfile expect "$1/expect" -f "$here/expect.jq" "$work/report.json" 2>&1)
	if [ -z "$bad" ]; then ok "$name"; else not_ok "$name" "not so:
$bad
$(summary)"; fi
}
both() {
	cat "$here"/*/*/expect | awk '$1 ~ /^(found|root|effect)$/ {print "fires", $2} $1 == "clear" {print "clear", $2}' | sort -u >"$work/said"
	for check in $("$sickbay" checks list | awk '{print $1}'); do
		if ! grep -qx "fires $check" "$work/said"; then not_ok "$check has a case in which it fires"
		elif ! grep -qx "clear $check" "$work/said"; then not_ok "$check has a look-alike that stays clear"
		else ok "$check has both kinds of cases"; fi
	done
}

part=1 parts=1 which='*'
case ${1:-} in
--part) part=${2%/*} parts=${2#*/} ;;
--both) which="" ;;
?*) which=$1 ;;
esac
at=0
for expect in "$here"/$which/expect "$here"/$which/*/expect; do
	[ -n "$which" ] && [ -f "$expect" ] || continue
	at=$((at + 1))
	[ $(((at - part) % parts)) != 0 ] || run_case "${expect%/expect}"
done
[ $# != 0 ] && [ "$1" != --both ] || both
echo "1..$n"
