#!/bin/sh
# Runs the fuzz targets built in $1 (MODE=fuzz), each for $2 seconds, one after the other; all, or those named after. New
# inputs that reach new code are kept below $1/corpus, crashes below $1/crashes: copy those that matter, shrunk
# (TARGET -minimize_crash=1), to tests/fuzz/corpus/TARGET.
set -u
out=$1 seconds=$2
shift 2
cd "$(dirname "$0")/../.." || exit 1
[ $# -gt 0 ] || set -- $(cd tests/fuzz/corpus && echo *)
failed=0
for t in "$@"; do
	mkdir -p "$out/corpus/$t" "$out/crashes"
	log=$out/crashes/$t.log
	work=$(mktemp -d) || exit 1
	if TMPDIR=$work nice -n 19 "$out/tests/fuzz/$t" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
		-print_final_stats=1 -artifact_prefix="$out/crashes/$t-" "$out/corpus/$t" "tests/fuzz/corpus/$t" >"$log" 2>&1; then
		echo "ok   $t: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
	else
		failed=$((failed + 1))
		echo "FAIL $t: see $log"
		grep -E 'ERROR|runtime error|SUMMARY|Test unit written' "$log" | head -n 5 | sed 's/^/    /'
	fi
	rm -rf "$work"
done
[ "$failed" = 0 ]
