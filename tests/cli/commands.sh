#!/bin/sh
# The command line itself: help, options, errors, exit statuses, closed and full outputs. Prints TAP.
set -u
. tests/cli/lib.sh

commands="collect analyze query checks inspect version help"

run
ok "without a command: usage on stderr, exit 2" eval 'is "$status" 2 && err "^Usage: sickbay COMMAND" && empty "$T/out"'
for arg in --help -h help; do
	run $arg
	ok "$arg: usage on stdout, exit 0" eval 'is "$status" 0 && out "^Usage: sickbay COMMAND" && empty "$T/err"'
done
for c in $commands; do
	run help
	ok "help lists $c" out "^  $c "
	run "$c" --help
	cp "$T/out" "$T/page"
	ok "$c --help: exit 0, on stdout" eval 'is "$status" 0 && out "^Usage: sickbay $c" && empty "$T/err"'
	ok "$c --help: within 80 columns" eval '! grep -nE "^.{80}" "$T/out"'
	run help "$c"
	ok "help $c: the same page" cmp "$T/page" "$T/out"
done
for arg in version --version -V; do
	run $arg
	ok "$arg: names itself and its libraries" eval 'is "$status" 0 && out "^sickbay [0-9]" && out "^SQLite " && out "^libssh2 " && out "^libarchive "'
done

run colect
ok "an unknown command: exit 2, with what was meant" ends 2 "colect: no such command; did you mean .sickbay collect.?$"
run frobnicate
ok "nothing like a command" ends 2 "frobnicate: no such command; .sickbay help. lists them$"
run help frobnicate
ok "help for an unknown command" ends 2 "frobnicate: no such command"
run inspect --verfy x
ok "an unknown option: exit 2, with what was meant" ends 2 "--verfy: no such option; did you mean --verify?$"
run inspect -Z x
ok "an unknown letter" ends 2 "-Z: no such option"
run inspect --verify=yes x
ok "a value for a switch" ends 2 "--verify: takes no value"
run inspect
ok "an argument is missing" ends 2 "something is missing: sickbay inspect BUNDLE"
run inspect a b c
ok "an argument too many" ends 2 '"c": one word too many'
run analyze -o
ok "an option's value is missing" ends 2 "--output: needs a value\|-o: needs a value\|--out: needs a value"
run inspect "$T/none" -a
ok "options may stand behind arguments" ends 1 "$T/none: no such file"
run inspect -- --verify
ok "-- ends the options" ends 1 "--verify: no such file"
run inspect "$(printf 'a\033[31mb')"
ok "nothing in an error drives the terminal" eval 'is "$status" 1 && err "a.x1b\[31mb: no such file" && ! grep -q "$(printf "\033")" "$T/err"'

ln -s "$(cd "$(dirname "$SICKBAY")" && pwd)/$(basename "$SICKBAY")" "$T/kubectl-sickbay"
"$T/kubectl-sickbay" --help >"$T/out"
ok "as a plugin of kubectl: its own name in the help" out "^Usage: kubectl sickbay COMMAND"
"$T/kubectl-sickbay" inspect >"$T/out" 2>"$T/err"
ok "as a plugin of kubectl: errors" err "^sickbay: something is missing: kubectl sickbay inspect"

# --- collect: told before anything is asked
run collect --no-kube --nodes 'n1;reboot' -o "$T/c.tar"
ok "collect: a node that is none" ends 2 '"n1;reboot" is not a node'
: >"$T/nodes"
run collect --no-kube --nodes-from "$T/nodes" -o "$T/c.tar"
ok "collect: a list without nodes" ends 2 "$T/nodes: no node is named"
run collect --kubeconfig "$T/none" -o "$T/c.tar"
ok "collect: a kubeconfig that is not there" ends 2 "--kubeconfig: $T/none cannot be read"
echo >"$T/there.tar"
run collect --local -o "$T/there.tar"
ok "collect: a bundle that is there already" ends 2 "$T/there.tar: exists already"
PATH=/nonexistent "$SICKBAY" collect -o "$T/c.tar" >"$T/out" 2>"$T/err"
status=$?
ok "collect: neither a kubeconfig nor a node" ends 1 "there is no kubeconfig (.*), and this is no pod .*, and no node is named"
ok "collect: nothing is left of all these" test ! -e "$T/c.tar"

printf 'plan: 1\nnode:\n  - {path: host/uname.txt, run: uname}\n' >"$T/plan.yaml"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	# A place that another user reaches.
	other=$(mktemp -d /tmp/sickbay-other.XXXXXX)
	chmod 777 "$other"
	cp "$SICKBAY" "$other/sickbay"
	cp "$T/plan.yaml" "$other/plan.yaml"
	chmod 644 "$other/plan.yaml"
	TMPDIR=/tmp setpriv --reuid=65534 --regid=65534 --clear-groups "$other/sickbay" collect --local --no-kube \
		--plan "$other/plan.yaml" -o "$other/c.tar" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	rm -rf "$other"
	ok "collect: who is not root is told what that costs" eval 'is "$status" 0 && out "without root, what only root may read is missing"'
fi

"$SICKBAY" version >/dev/full 2>"$T/err"
status=$?
ok "a full disk behind stdout is an error" ends 1 "standard output: No space left"
("$SICKBAY" help inspect; echo "$?" >"$T/status") 2>"$T/err" | head -n 1 >"$T/out"
ok "a reader that has enough is none" eval 'empty "$T/err" && is "$(cat "$T/status")" 0'
"$SICKBAY" version >&- 2>"$T/err"
ok "without a stdout it ends" test $? -le 1
SICKBAY_DATA=/nonexistent "$SICKBAY" version >"$T/out" 2>"$T/err"
status=$?
ok "an overlay folder that is not there" ends 1 "SICKBAY_DATA: /nonexistent: No such file"
done_testing
