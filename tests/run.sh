#!/bin/sh
# Runs every test against the build in $1: the cmocka programs of tests/unit, the corpora of tests/fuzz, then the TAP
# scripts of tests/cli and tests/checks. Each script gets SICKBAY (the program), TMPDIR (its own, removed after) and HOME (empty). Output is shown
# only of what fails. The last line is "N passed, N failed".
set -u
out=$(cd "$1" && pwd) || exit 1
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/sickbay-test.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0
limit=${TEST_TIMEOUT:-300}

# run NAME COMMAND...: counts "ok" and "not ok" lines; a crash, a deadline or a broken plan counts as one failure.
run() {
	name=$1; shift
	mkdir -p "$work/tmp" "$work/home"
	start=$(date +%s)
	env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" LANG=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP SICKBAY="$out/sickbay" \
		ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
		timeout -k 5 "$limit" "$@" >"$work/log" 2>&1 </dev/null
	status=$?
	p=$(grep -c '^ok' "$work/log")
	f=$(grep -c '^not ok' "$work/log")
	s=$(grep -ci '^ok.*# *skip' "$work/log")
	planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$work/log" | awk '{n += $1} END {print n + 0}')
	why=""
	if [ "$status" = 124 ] || [ "$status" = 137 ]; then why="did not end within $limit s"
	elif [ "$f" = 0 ] && [ "$status" != 0 ]; then why="exit status $status"
	elif [ $((p + f)) = 0 ]; then why="ran no test"
	elif [ "$planned" != $((p + f)) ]; then why="planned $planned tests, ran $((p + f))"
	fi
	[ -z "$why" ] || f=$((f + 1))
	passed=$((passed + p - s)) failed=$((failed + f)) skipped=$((skipped + s))
	if [ "$f" != 0 ]; then
		echo "FAIL $name ${why:+($why)}"
		grep -A 30 -E '^not ok|ERROR: |runtime error|: error' "$work/log" | head -n 80 | sed 's/^/    /'
		[ -z "$why" ] || tail -n 15 "$work/log" | sed 's/^/    /'
	else
		printf 'ok   %-44s %3d tests %3d s\n' "$name" "$p" $(($(date +%s) - start))
		[ "$s" = 0 ] || grep -i '^ok.*# *skip' "$work/log" | sed 's/^/       /'
	fi
	rm -rf "$work/tmp" "$work/home"
}

for t in tests/unit/*.c; do
	n=$(basename "$t" .c)
	run "unit/$n" "$out/tests/unit/$n"
done
for t in tests/fuzz/corpus/*/; do
	n=$(basename "$t")
	run "fuzz/$n" "$out/tests/fuzz/$n" "$t"
done
for t in tests/cli/*.sh tests/checks/run.sh; do
	case $t in */lib.sh) continue ;; esac
	run "${t#tests/}" sh "$t"
done
[ "$skipped" = 0 ] || echo "$skipped skipped (see above)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
