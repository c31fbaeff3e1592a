#!/bin/sh
# The recorded bundles of bundles/samples: each is whole, its first root cause is the fault that was in, no other critical one is named,
# its evidence stands at the file and line that the report cites, and two runs give the same bytes. Prints TAP.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
sickbay=${SICKBAY:-$top/build/release/sickbay}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
t() { # NAME COMMAND...
	n=$((n + 1)) name=$1
	shift
	if "$@" >"$work/diag" 2>&1; then echo "ok $n - $name"; else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/diag"
	fi
}
first_is() { # IDS, comma-separated; "-" for a healthy cluster
	got=$(jq -r '[.root_causes[] | select(.severity != "info" or (.explains | length) > 0)][0].check // "-"' "$work/a.json")
	echo "wanted $1, got $got"
	case ",$1," in *",$got,"*) return 0 ;; esac
	return 1
}
no_other_critical() {
	other=$(jq -r --arg w ",$1," '[.root_causes[] | select(.severity == "critical") | .check | select(. as $c | $w | contains("," + $c + ",") | not)] | join(" ")' "$work/a.json")
	echo "also critical: $other"
	[ -z "$other" ]
}
# Read with tar, not with the program.
evidence_stands() {
	jq -r '.root_causes[].evidence[] | select(.line > 0) | "\(.file):\(.line)\t\(.text)"' "$work/a.json" >"$work/cites"
	rm -rf "$work/tree"
	mkdir "$work/tree"
	zstd -dc "$1" | tar -C "$work/tree" --strip-components 1 -xf - || return 1
	while IFS= read -r cite; do
		at=${cite%%	*} text=${cite#*	}
		text=$(printf %s "$text" | sed 's/…$//')
		sed -n "${at##*:}{p;q}" "$work/tree/${at%:*}" | grep -qF -- "$text" || { echo "$at does not hold: $text"; return 1; }
	done <"$work/cites"
	[ -s "$work/cites" ]
}
same_twice() {
	for f in json html md txt db; do
		cmp "$work/a.$f" "$work/b.$f" || return 1
	done
}
fits_a_screen() {
	"$sickbay" analyze "$1" >"$work/screen" 2>&1
	lines=$(wc -l <"$work/screen")
	echo "$lines lines"
	[ "$lines" -gt 5 ] && [ "$lines" -le 40 ] && "$sickbay" analyze "$1" --verbose | cmp - "$work/a.txt"
}
valid() { /usr/bin/python3 -m jsonschema -i "$1" "$top/schema/report/report.schema.json"; }
no_network() { ! grep -Eiq '(src|href|action)="?(https?:)?//|@import|url\(' "$work/a.html" && grep -q "default-src 'none'" "$work/a.html"; }

while IFS='	' read -r sample ids what; do
	case $sample in '#'* | '') continue ;; esac
	b=$top/bundles/samples/$sample.tar.zst
	t "$sample: every checksum is right" "$sickbay" inspect "$b" --verify
	t "$sample: analyze" "$sickbay" analyze "$b" -o "$work/a.json" -o "$work/a.html" -o "$work/a.md" -o "$work/a.txt" -o "$work/a.db"
	t "$sample: first root cause" first_is "$ids"
	t "$sample: no other critical root cause" no_other_critical "$ids"
	[ "$ids" = - ] || t "$sample: evidence stands where the report says" evidence_stands "$b"
	"$sickbay" analyze "$b" -o "$work/b.json" -o "$work/b.html" -o "$work/b.md" -o "$work/b.txt" -o "$work/b.db" >/dev/null 2>&1
	t "$sample: the same bytes twice" same_twice
	t "$sample: the page asks no network" no_network
	t "$sample: the terminal gets a screen of it, all with --verbose" fits_a_screen "$b"
	t "$sample: the JSON is as its schema says" valid "$work/a.json"
	rm -f "$work"/[ab].*
done <"$top/bundles/samples/EXPECTED.tsv"
echo "1..$n"
