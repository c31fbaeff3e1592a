#!/bin/sh
# Long output on a terminal goes through the pager; a user who leaves it early is no failure. Prints TAP.
set -u
. tests/cli/lib.sh
command -v script >/dev/null || { echo "1..0 # SKIP no script(1)"; exit 0; }

"$SICKBAY" analyze bundles/samples/healthy.tar.zst -o "$T/h.db" 2>"$T/err" || exit 1
"$SICKBAY" query "$T/h.db" "SELECT namespace, name FROM pods WHERE name GLOB 'kube-proxy*' ORDER BY 2 LIMIT 1" >"$T/pod"
pod=$(cut -f 2 "$T/pod")
# tty COMMAND...: on a terminal of 80x24, with $pager; what appears is in $T/out, the exit status in $status.
tty() {
	env TERM=xterm SICKBAY_BUNDLE="$T/h.db" PAGER="$pager" script -qec "stty cols 80 rows 24; '$SICKBAY' $*" "$T/typescript" >"$T/out" 2>"$T/err" </dev/null
	status=$?
}
paged() { for c in "$@"; do tty "$c"; is "$status" 0 && out '^PAGED ' || { echo "$c"; return 1; }; done; }
leaves() { for c in "$@"; do tty "$c"; is "$status" 0 && is "$(wc -l <"$T/out")" 1 && no_out 'sickbay:' || { echo "$c"; return 1; }; done; }
all="query '$T/h.db' .tables|query '$T/h.db' 'SELECT text FROM log_lines LIMIT 100000'|get pods -A|get pods -A -o yaml|get nodes -o json|describe node node1|logs -n kube-system $pod|checks show docker-hung"
each() { # FUNCTION: called with each command
	IFS='|'
	set -- "$1" $all
	unset IFS
	f=$1
	shift
	$f "$@"
}
pager="sed 's/^/PAGED /'"
ok "query, get, describe, logs, checks show go through \$PAGER" each paged
pager="head -n 1"
ok "a user who leaves early: no message, exit status 0" each leaves
pager="cat"
tty get pods -A
ok "PAGER=cat: no pager" eval 'is "$status" 0 && out "^NAMESPACE"'
pager=""
tty get pods -A
ok "an empty PAGER: none" eval 'is "$status" 0 && out "^NAMESPACE"'
pager="no-such-pager"
tty get pods -A
ok "a pager that is none says so" out "no-such-pager"
if command -v less >/dev/null; then
	pager="less"
	tty get pods -n kube-system
	ok "less: what fits on the screen stays there" eval 'is "$status" 0 && out "NAME .*READY"'
	env -u PAGER TERM=xterm SICKBAY_BUNDLE="$T/h.db" script -qec "stty cols 80 rows 24; '$SICKBAY' get nodes" "$T/typescript" >"$T/out" 2>"$T/err" </dev/null
	ok "no PAGER: less" out "NAME .*VERSION"
else
	for i in 1 2; do ok "less # SKIP not installed" true; done
fi
# What a terminal must not see is made visible on the way through the pager, too.
printf '{"kind":"NamespaceList","apiVersion":"v1","items":[{"kind":"Namespace","metadata":{"name":"a\\u001b[31mb"}}]}' >"$T/ns.json"
mkdir -p "$T/x/cluster-resources" && cp "$T/ns.json" "$T/x/cluster-resources/namespaces.json"
pager="sed 's/^/PAGED /'"
env TERM=xterm PAGER="$pager" script -qec "'$SICKBAY' get ns --bundle '$T/x'" "$T/typescript" >"$T/out" 2>"$T/err" </dev/null
ok "escapes of the bundle do not reach the terminal" eval 'out "^PAGED a.x1b\[31mb" && ! grep -q "$(printf "\033")" "$T/out"'
# Without a terminal nothing is paged.
PAGER="sed 's/^/PAGED /'" SICKBAY_BUNDLE="$T/h.db" "$SICKBAY" get nodes >"$T/out" 2>"$T/err"
ok "no terminal: no pager" eval 'no_out PAGED && out "^NAME "'
done_testing
