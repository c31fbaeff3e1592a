#!/bin/sh
# Runs every test against the build in $1: the cmocka programs of tests/unit, the corpora of tests/fuzz, then the TAP
# scripts of tests/cli and tests/checks, as many at once as there are processors (TEST_JOBS), and beside them half as many
# of those that mostly wait. Each gets SICKBAY (the program), TMPDIR (its own, removed after) and HOME (empty). Output is shown
# only of what fails. The last line is "N passed, N failed".
# A small quarantine, short stacks of allocations and little filling of new memory make each run of the program four times as fast.
# A regular expression as $2 picks tests by their names: "unit/", "cli/collect".
set -u
out=$(cd "$1" && pwd) || exit 1
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
limit=${TEST_TIMEOUT:-900}
jobs=${TEST_JOBS:-$(nproc 2>/dev/null || echo 2)}

# one WORK NAME COMMAND...: runs a test, shows how it ended, and leaves its counts in WORK/counts.NAME. A crash, a deadline or a
# broken plan counts as one failure.
one() {
	work=$1 name=$2; shift 2
	own=$(mktemp -d "$work/one.XXXXXX") || exit 1
	chmod 711 "$own" # users of a test's own have their homes below it
	mkdir "$own/tmp" "$own/home"
	start=$(date +%s)
	# Hundreds of runs of one command: the search for leaks at the end of each is made in one part of them.
	case $name in checks/run.sh-[2-9]) leaks=0 depth=1 ;; *) leaks=1 depth=3 ;; esac
	env -i PATH="$PATH" HOME="$own/home" TMPDIR="$own/tmp" LANG=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP SICKBAY="$out/sickbay" \
		ASAN_OPTIONS=detect_leaks=$leaks:abort_on_error=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=$depth:max_malloc_fill_size=64 UBSAN_OPTIONS=print_stacktrace=1 \
		timeout -k 5 "$limit" "$@" >"$own/log" 2>&1 </dev/null
	status=$?
	p=$(grep -c '^ok' "$own/log")
	f=$(grep -c '^not ok' "$own/log")
	s=$(grep -ci '^ok.*# *skip' "$own/log")
	planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$own/log" | awk '{n += $1} END {print n + 0}')
	why=""
	if [ "$status" = 124 ] || [ "$status" = 137 ]; then why="did not end within $limit s"
	elif [ "$f" = 0 ] && [ "$status" != 0 ]; then why="exit status $status"
	elif [ $((p + f)) = 0 ]; then why="ran no test"
	elif [ "$planned" != $((p + f)) ]; then why="planned $planned tests, ran $((p + f))"
	fi
	[ -z "$why" ] || f=$((f + 1))
	# In one piece, as others write at the same time.
	{
		if [ "$f" != 0 ]; then
			echo "FAIL $name ${why:+($why)}"
			grep -A 30 -E '^not ok|ERROR: |runtime error|: error' "$own/log" | head -n 80 | sed 's/^/    /'
			[ -z "$why" ] || tail -n 15 "$own/log" | sed 's/^/    /'
		else
			printf 'ok   %-44s %3d tests %3d s\n' "$name" "$p" $(($(date +%s) - start))
			[ "$s" = 0 ] || grep -i '^ok.*# *skip' "$own/log" | sed 's/^/       /'
		fi
	} >"$own/shown"
	cat "$own/shown"
	echo "$((p - s)) $f $s" >"$work/counts.$(echo "$name" | tr '/ ' '__')"
	rm -rf "$own"
}
if [ "${2:-}" = --one ]; then shift 2; one "$@"; exit; fi
# lane WORK LIST JOBS: the tests of a list, so many at once.
if [ "${2:-}" = --lane ]; then exec xargs -r -P "$5" -L 1 sh "$top/tests/run.sh" "$out" --one "$3" <"$4"; fi

work=$(mktemp -d "${TMPDIR:-/tmp}/sickbay-test.XXXXXX") || exit 1
chmod 711 "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# The list of tests, a line each: name and command. The long ones come first, so that no processor idles at the end.
long="tests/cli/samples.sh tests/cli/chinese.sh tests/cli/collect_api.sh tests/cli/collect_bounds.sh tests/cli/collect_ssh_logins.sh tests/cli/collect_ssh.sh"
# These wait for servers, deadlines and a person's keys for two thirds of their time.
waiting='^cli/(collect_[a-z_]*|pager)\.sh '
{
	for t in $long; do echo "${t#tests/} sh $t"; done
	i=1 parts=8
	while [ $i -le $parts ]; do
		echo "checks/run.sh-$i sh tests/checks/run.sh --part $i/$parts"
		i=$((i + 1))
	done
	echo "checks/run.sh-both sh tests/checks/run.sh --both"
	for t in tests/cli/*.sh; do
		case " $long tests/cli/lib.sh " in *" $t "*) continue ;; esac
		echo "${t#tests/} sh $t"
	done
	for t in tests/unit/*.c; do
		n=$(basename "$t" .c)
		echo "unit/$n $out/tests/unit/$n"
	done
	for t in tests/fuzz/corpus/*/; do
		n=$(basename "$t")
		echo "fuzz/$n $out/tests/fuzz/$n $t"
	done
} | grep -E -e "^[^ ]*(${2:-})" >"$work/list" || { echo "no test is called so: $2" >&2; exit 2; }
grep -E -e "$waiting" "$work/list" >"$work/list.waiting"
grep -v -E -e "$waiting" "$work/list" >"$work/list.busy"
# Not with "&": the shell would have the tests ignore SIGINT.
printf '%s\n' "$work/list.waiting $(((jobs + 1) / 2))" "$work/list.busy $jobs" | xargs -P 2 -L 1 sh "$top/tests/run.sh" "$out" --lane "$work"
# A test of the list that left no counts did not run at all.
lost=$(($(wc -l <"$work/list") - $(cat "$work"/counts.* 2>/dev/null | wc -l)))
[ "$lost" = 0 ] || echo "FAIL $lost tests of the list did not run"
set -- $(cat "$work"/counts.* 2>/dev/null | awk '{p += $1; f += $2; s += $3} END {print p + 0, f + 0, s + 0}')
[ "$3" = 0 ] || echo "$3 skipped (see above)"
echo "$1 passed, $(($2 + lost)) failed"
[ "$(($2 + lost))" = 0 ]
