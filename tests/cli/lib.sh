# lib.sh: for TAP scripts: `. tests/cli/lib.sh`, then checks, then `done_testing`. $T is a private folder, $SICKBAY the program.
SICKBAY=${SICKBAY:-build/release/sickbay}
T=$(mktemp -d "${TMPDIR:-/tmp}/sickbay-cli.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
n=0

# What the program makes beside its output goes into $T/tmp, so that a test can see what it leaves there.
own_tmpdir() {
	TMPDIR=$T/tmp
	mkdir "$TMPDIR"
	export TMPDIR
}
# ok NAME COMMAND...: one test; what it prints is shown when it fails.
ok() {
	n=$((n + 1)) name=$1
	shift
	if "$@" >"$T/diag" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		cat "$T/diag" "$T/out" "$T/err" 2>/dev/null | head -n 40 | sed 's/^/# /'
	fi
}
# run ARGUMENTS...: sickbay's output in $T/out and $T/err, its exit status in $status. No terminal, no input.
run() {
	"$SICKBAY" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
}
is() { test "$1" = "$2" || { echo "got '$1', wanted '$2'"; return 1; }; }
out() { grep -q -e "$1" "$T/out" || { echo "no '$1' in the output"; return 1; }; }
no_out() { ! grep -q -e "$1" "$T/out" || { echo "'$1' is in the output"; return 1; }; }
err() { grep -q -e "$1" "$T/err" || { echo "no '$1' in the errors"; return 1; }; }
empty() { test ! -s "$1" || { echo "$1 is not empty"; return 1; }; }
# gone PATTERN: no process has such a command line, or will have in a few seconds: who was told to end ends a moment later.
gone() {
	i=0
	while pgrep -a -f -- "$1"; do
		i=$((i + 1))
		[ $i -lt 50 ] || return 1
		sleep 0.1
	done
}
# ends STATUS ERROR: the last run ended so, and said so as "sickbay: WHAT: WHY" in one line.
ends() { is "$status" "$1" && err "^sickbay: $2"; }
# expected REPORT.json EXPECT: what the file says, in the words of tests/checks/run.sh, holds for the report.
expected() {
	bad=$(jq -r --rawfile expect "$2" -f tests/checks/expect.jq "$1" 2>&1)
	test -z "$bad" || { echo "not so:"; echo "$bad"; jq -r '.root_causes[] | "root \(.check) \(.subject) \(.worst_severity)"' "$1"; return 1; }
}
done_testing() { echo "1..$n"; }
