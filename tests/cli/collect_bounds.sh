#!/bin/sh
# collect on a bad day: commands that never end or never stop printing, budgets, disks and pipes that end, signals, a
# collector that is killed. This host plays the node, a script plays kubectl. Prints TAP.
set -u
. tests/cli/lib.sh
own_tmpdir
mkdir "$T/bin"
unset KUBECONFIG

member() { tar --wildcards -xOf "$T/$1.tar" "$1/$2"; }
record() { member "$1" manifest.json | grep "\"path\":\"[^\"]*$2\""; }
# rec BUNDLE PATH TEXT: the record of a capture says it.
rec() { record "$1" "$2" | grep -q -e "$3" || { record "$1" "$2"; return 1; }; }
bytes() { record "$1" "$2" | sed 's/.*"bytes":\([0-9]*\).*/\1/'; }
node() { # NAME ARGUMENTS...: this host as the node, by $T/plan.yaml
	name=$1
	shift
	run collect --no-kube --local --plan "$T/plan.yaml" -o "$T/$name.tar" "$@"
}
# Nothing of ours is left in the folder of temporary files.
no_debris() { test -z "$(ls -A "$TMPDIR")" || { ls -A "$TMPDIR"; return 1; }; }
# within SECONDS SINCE
within() { now=$(date +%s); test $((now - $2)) -le "$1" || { echo "$((now - $2)) s"; return 1; }; }

# --- commands
cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 6
node:
  - {path: host/first.txt, run: "echo first"}
  - {path: host/yes.txt, run: "yes abcdefghi", max: 64KiB, timeout: 30s}
  - {path: host/tail.txt, run: "i=0; while :; do i=$((i+1)); echo line $i; done", max: 64KiB, timeout: 2s, keep: tail}
  - {path: host/deaf.txt, run: "trap '' TERM INT HUP; echo deaf; while :; do sleep 1; done", timeout: 2s}
  - {path: host/heirs.txt, run: "echo parent; sleep 39.5 & exit 0", timeout: 30s}
  - {path: host/long.txt, run: "echo begun; sleep 60", timeout: 2s}
END
start=$(date +%s)
node a
ok "every command ends" within 40 "$start"
ok "some failed: partial" is "$status" 3
ok "output without end is cut at its cap" is "$(bytes a yes.txt)" 65536
ok "... and says so, and which cap that is" rec a yes.txt '"state":"ok".*"truncated":true.*"error":"cut at 64.0 KiB: max of the plan"'
ok "a log that never ends keeps its newest end" eval 'rec a tail.txt "\"timed_out\":true.*\"truncated\":true" && ! member a "nodes/*/host/tail.txt" | grep -qx "line 1"'
ok "... and says why it is not whole" rec a tail.txt '"error":"no end within 2 s"'
ok "... from a line's beginning on" eval 'member a "nodes/*/host/tail.txt" | head -n 1 | grep -qx "line [0-9]*"'
ok "one that ignores SIGTERM is killed" rec a deaf.txt '"state":"failed","timed_out":true'
ok "what it had said is kept" rec a deaf.txt '"bytes":5'
ok "children that hold the pipe are not waited for" rec a heirs.txt '"exit_status":0,"state":"ok"'
ok "a deadline keeps what came before" eval 'rec a long.txt "\"error\":\"no end within 2 s\"" && is "$(bytes a long.txt)" 6'
ok "no temporary file stays" no_debris
for p in $(pgrep -f '^sleep 39.5$'); do kill "$p"; done

# --- the budget of bytes
cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 1
node:
  - {path: host/small.txt, run: "echo small"}
  - {path: host/a.txt, run: "head -c 3000000 /dev/zero | tr '\\0' a", max: 8MiB}
  - {path: host/b.txt, run: "echo b"}
END
node b --max-bytes 1MiB
ok "--max-bytes: partial" is "$status" 3
ok "what came before is whole" rec b small.txt '"bytes":6,"sha256"'
ok "the capture in which it ended is cut and says why" rec b a.txt '"truncated":true.*--max-bytes'
ok "the rest is skipped, with the reason" rec b b.txt '"skipped","error":"the size for the whole bundle (--max-bytes)'
ok "no more than that in all" test "$(bytes b a.txt)" -eq $((1048576 - 6))
ok "what is told of the node is whole" eval 'member b "nodes/*/node.json" | tail -n 1 | grep -qx "}"'
ok "the log of the collection, too" eval 'member b collect.log | grep -q "done after"'
ok "the summary says it" out '--max-bytes'

# --- how far logs go back, and one node's time
cat >"$T/window.yaml" <<'END'
plan: 1
lanes: 1
node:
  - {path: host/window.txt, run: "echo since={since_s} until={until_s}{until}"}
  - {path: host/slow.txt, run: "echo begun; sleep 60", timeout: 90s}
  - {path: host/after.txt, run: "echo after"}
END
run collect --no-kube --local --plan "$T/window.yaml" -o "$T/w.tar" --since 2h --until 1h --node-timeout 20s
ok "--since and --until reach the commands" eval 'member w "nodes/*/host/window.txt" | grep -q "^since=72[0-9][0-9] until=36[0-9][0-9] --until=-36[0-9][0-9]s"'
ok "... and stand in bundle.json" eval 'member w bundle.json | grep -q "\"until_s\": *3600" && member w bundle.json | grep -q "\"since_s\": *7200"'
ok "--node-timeout ends a command and says so" rec w slow.txt '"timed_out":true,"bytes":6,.*"error":"stopped after [0-9]* s: the time for one node (--node-timeout) was over"'
ok "... and skips the rest of the node" rec w after.txt '"skipped","error":"the time for one node (--node-timeout) was over"'
run collect --no-kube --local --since "2020-01-01 10:00" --until 2020-01-01T10:00:00Z
ok "a window in which nothing lies" ends 2 "--since and --until: nothing lies between them"
run collect --no-kube --local --since 2999-01-01
ok "a time to come" ends 2 "--since: \"2999-01-01\" lies in the future"

# --- what the operator sees: nobody answers at these addresses (TEST-NET is not routed, the names do not exist)
cat >"$T/sick.yaml" <<'END'
plan: 1
node:
  - {path: host/cut.txt, run: "yes", max: 2KiB}
  - {path: journal/kubelet.log, run: "sleep 30", timeout: 1s}
  - {path: runtime/docker/ps.txt, run: "sleep 30", timeout: 1s, gate: docker}
  - {path: runtime/docker/info.txt, run: "true", gate: docker}
END
dead=a1.invalid,a2.invalid,a3.invalid,a4.invalid,a5.invalid
run collect --no-kube --local --nodes $dead --plan "$T/sick.yaml" -o "$T/s.tar"
ok "the summary: how many nodes" out "nodes reached: 1 of 6"
ok "... some of those that are missing, with the reason" eval 'out "^    a[0-9].invalid: a[0-9].invalid: " && out "^    and 2 more; each node.json says why"'
ok "... what failed, a reason a line" out "^ *2  no end within 1 s: journal/kubelet.log, runtime/docker/ps.txt on "
ok "... what that costs: a node" out "^  anything of the host itself.*(a1.invalid, a2.invalid"
ok "... what that costs: the kubelet" out "^  why the kubelet is unwell ("
ok "... what was cut" out "^cut at a cap on bytes: 1: nodes/.*/host/cut.txt$"
ok "... and what to type next" out "^next: sickbay analyze $T/s.tar$"
ok "... in 20 lines" test "$(wc -l <"$T/out")" -le 20
ok "elsewhere than on a terminal: a line when a node ends" eval 'err "^sickbay: a1.invalid: not reached: " && err "^sickbay: this host: [0-9]* captures in [0-9]* s$"'
run collect --no-kube --local --plan "$T/sick.yaml" -o "$T/q.tar" --quiet
ok "--quiet: the name alone" eval 'is "$status" 3 && is "$(cat "$T/out")" "$T/q.tar" && empty "$T/err"'
if command -v script >/dev/null; then
	NO_COLOR=1 TERM=xterm script -qec "stty cols 50 rows 12; '$SICKBAY' collect --no-kube --local --nodes $dead --plan $T/sick.yaml -o $T/t.tar" "$T/tty" >/dev/null 2>&1 </dev/null
	ok "on a terminal: a line a node" eval 'grep -q "^  this host  *collecting " "$T/tty" && grep -q "a1.invalid  *not reached" "$T/tty"'
	ok "... drawn over itself" eval 'grep -q "$(printf "\033\[7A")" "$T/tty"'
	ok "... no wider than the terminal" eval '! sed -n "/collecting/p;/reached  /p" "$T/tty" | tr -d "\r" | sed "s/$(printf "\033")\[[0-9]*[A-Z]//g" | grep -v "^ *nodes reached" | grep ".\{50\}"'
	ok "... without colours" eval '! grep -q "$(printf "\033\[[0-9;]*m")" "$T/tty"'
	ok "... and gone at the end" eval 'grep -q "$(printf "\033\[J")$T/t.tar" "$T/tty"'
else
	for i in 1 2 3 4 5; do ok "on a terminal # SKIP no script(1)" true; done
fi

# --- journals: the newest lines, in the order of time, though journalctl before systemd 254 takes the oldest with --since and -n
mkdir "$T/old"
cat >"$T/old/journalctl" <<'END'
#!/bin/sh
# Of twelve entries of kubelet, the last one of two lines, as systemd 252 picks and prints them.
r="" n=99 since="" unit=""
while [ $# -gt 0 ]; do
	case $1 in -r) r=1 ;; -n) n=$2; shift ;; --since=*) since=1 ;; -u) unit=$2; shift ;; esac
	shift
done
[ "$unit" = kubelet ] || exit 0
if [ -n "$r" ]; then picked=$(seq -w 12 | tac | head -n "$n")
elif [ -n "$since" ]; then picked=$(seq -w 12 | head -n "$n")
else picked=$(seq -w 12 | tail -n "$n"); fi
for i in $picked; do
	echo "2026-11-25T10:00:$i+0000 n1 kubelet[1]: said $i"
	[ "$i" != 12 ] || echo "                                      and more"
done
END
printf '#!/bin/sh\necho kubelet.service enabled\n' >"$T/old/systemctl"
chmod +x "$T/old/journalctl" "$T/old/systemctl"
sed -e 's/^  lines: .*/  lines: 3/' -e '/^  - path: journal\/kernel.log/,/^functions:/{/^functions:/!d}' collect/plan.yaml >"$T/journal.yaml"
PATH=$T/old:$PATH "$SICKBAY" collect --no-kube --local --plan "$T/journal.yaml" -o "$T/j.tar" >"$T/out" 2>"$T/err"
member j 'nodes/*/journal/kubelet.log' >"$T/out"
ok "a journal's newest lines, in the order of time" is "$(sed 's/.*: //' "$T/out" | tr -s "\n " "; ")" "said 10;said 11;said 12; and more;"

# --- for the security desk
run collect --dry-run --since 2h --until 1h --ssh-user ops --nodes n1,n2 --max-bytes 1GiB -o "$T/x.tar"
ok "--dry-run" eval 'is "$status" 0 && empty "$T/err" && ! test -e "$T/x.tar" && ! test -e "$T/x.tar.part"'
ok "... what is written where" out "^   writes  *$T/x.tar (mode 0600)"
ok "... what changes" out "^   changes  *nothing on the cluster, nothing on a node"
ok "... deadlines and caps" eval 'out "10 min (--timeout), 1.0 GiB (--max-bytes)" && out "5 min (--node-timeout)"'
ok "... on which nodes, as whom" eval 'out "over SSH  *n1,n2$" && out "whom  *as ops, with .sudo -n."'
ok "... every command with its times" out "newest .*--since=-7200s --until=-3600s -n"
ok "... and that nothing does" out "^   changes 0$"
commands=$(sed -n '/^5 /,/^6 /p' "$T/out" | grep -c '^      at most')
ok "... and the numbers agree" eval 'out "node *[0-9]* commands, [0-9]* files, [0-9]* sets" && is "$commands" "$(sed -n "s/^ *node *\([0-9]*\) commands, \([0-9]*\) files, \([0-9]*\) sets.*/\1 + \2 + \3/p" "$T/out" | xargs expr)"'

run collect --dry-run --node-access pod --node-image busybox:1.36 --no-kube
ok "--dry-run with pods contradicts --no-kube, too" is "$status" 2
run collect --dry-run --node-access pod --node-image busybox:1.36
ok "--dry-run with pods: what changes, in every place that says so" eval 'is "$status" 0 && out "^   changes  *a pod for each node is made and removed" &&
	out "^   methods  *GET: get and list; POST and DELETE for the pods" && out "^   changes a pod for each node: made, and removed" && no_out "changes 0" && no_out "nothing that creates"'
ok "... the pod itself" out "\"activeDeadlineSeconds\":"
ok "... and how long it stays after a second Ctrl-C" out "After a second Ctrl-C"

# --- disks
if [ "$(id -u)" = 0 ] && mkdir "$T/disk" && mount -t tmpfs -o size=1m none "$T/disk" 2>/dev/null; then
	trap 'umount "$T/disk" 2>/dev/null; rm -rf "$T"' EXIT
	run collect --no-kube --local --plan "$T/plan.yaml" -o "$T/disk/c.tar"
	ok "a full disk under the bundle: a clear error" eval 'ends 1 ".*c.tar.part: writing: No space left on device; what had been gathered is kept"'
	ok "... and what is kept loads" eval 'run analyze "$T/disk/c.tar.part" -o "$T/c.json"; is "$status" 0 && grep -q "\"complete\": *\"0\"" "$T/c.json"'
	rm -f "$T/disk/"*
	TMPDIR=$T/disk
	node d
	ok "a full folder of temporary files costs the captures that need it" rec d a.txt "\"state\":\"failed\".*temporary file in $T/disk (TMPDIR names another folder): No space left"
	ok "... and nothing else" eval 'is "$status" 3 && rec d small.txt "\"state\":\"ok\"" && rec d b.txt "\"state\":\"ok\""'
	ok "... and leaves nothing there" no_debris
	TMPDIR=$T/tmp
	umount "$T/disk"
	trap 'rm -rf "$T"' EXIT
else
	for i in 1 2 3 4 5; do ok "a full disk # SKIP needs root and tmpfs" true; done
fi
(ulimit -f 600; TMPDIR=/dev/null; run collect --no-kube --local --plan "$T/plan.yaml" -o "$T/e.tar"; echo "$status" >"$T/status")
ok "a limit on the size of files is an error, not a death" eval 'is "$(cat "$T/status")" 3 && rec e a.txt "\"state\":\"failed\""'
sed "s,/dev/zero | tr '.*' a,/dev/urandom | base64," "$T/plan.yaml" >"$T/noise.yaml"
"$SICKBAY" collect --no-kube --local --plan "$T/noise.yaml" -o - 2>"$T/err" >/dev/full
status=$?
ok "a full disk behind standard output" ends 1 "standard output: writing: No space left on device"
("$SICKBAY" collect --no-kube --local --plan "$T/noise.yaml" -o - 2>"$T/err"; echo $? >"$T/status") | head -c 100 >/dev/null
ok "a closed pipe" eval 'is "$(cat "$T/status")" 1 && err "^sickbay: standard output: writing: Broken pipe$"'

# --- signals
cat >"$T/bin/kubectl" <<'END'
#!/bin/sh
case "$*" in
*"config view"*) echo '{"current-context":"x","clusters":[{"cluster":{"server":"https://127.0.0.9:6443"}}]}'; exit ;;
*/api/v1/nodes*) echo '{"items":[]}'; exit ;;
*/version) echo '{"gitVersion":"v1.20.2"}'; exit ;;
*"/api/v1/namespaces"*) echo '{"metadata":{"uid":"1"},"items":[]}'; exit ;;
*/livez*) ;;
*) echo 'Error from server (NotFound): the server could not find the requested resource' >&2; exit 1 ;;
esac
trap '' TERM INT HUP
echo x >>"$T/begun"
while :; do sleep 0.5; done
END
chmod +x "$T/bin/kubectl"
export T
cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 2
api:
  - {path: kubectl/livez.txt, get: /livez, always: true, timeout: 60s}
node:
  - {path: host/first.txt, run: "echo first"}
  - {path: host/long.txt, run: "echo x >>$T/begun; echo long; sleep 60", timeout: 90s}
  - {path: host/last.txt, run: "echo last"}
END
# begin NAME ARGUMENTS...: a collection in the background, once it hangs in a request and in a command.
begin() {
	name=$1
	shift
	rm -f "$T/begun"
	PATH=$T/bin:$PATH "$SICKBAY" collect --via kubectl --local --plan "$T/plan.yaml" -o "$T/$name.tar" "$@" >"$T/out" 2>"$T/err" </dev/null &
	pid=$!
	i=0
	while [ "$(cat "$T/begun" 2>/dev/null | wc -l)" -lt 2 ] && [ $i -lt 600 ]; do i=$((i + 1)) && sleep 0.1; done
	start=$(date +%s)
}
ends_by() { wait "$pid"; status=$?; }
orphans="^/bin/sh $T/bin/kubectl"
begin f
kill -TERM "$pid"
ends_by
ok "stopped once: soon" within 15 "$start"
ok "... a bundle of what is there" eval 'is "$status" 3 && rec f first.txt "\"state\":\"ok\""'
ok "... with what was running" eval 'rec f long.txt "\"state\":\"skipped\".*stopped by the user" && is "$(bytes f long.txt)" 5'
ok "... said on the way" err "^sickbay: stopping; what is there goes into the bundle"
ok "... no program stays" gone "$orphans"
ok "... whole" eval 'run inspect "$T/f.tar" --verify; is "$status" 0'
begin g
kill -HUP "$pid"
sleep 0.2
kill -TERM "$pid"
ends_by
ok "stopped twice: at once" eval 'within 8 "$start" && is "$status" 143'
ok "... nothing half-named is left" eval '! ls "$T"/g.* 2>/dev/null'
ok "... no program stays, though it ignores SIGTERM" gone "$orphans"
ok "... no folder of sockets either" no_debris
# With --anonymize a bundle with names lies beside the final one until its names are mapped.
cat >"$T/names.yaml" <<'END'
plan: 1
node:
  - {path: host/names.txt, run: "yes 'node n1.shop.internal of 10.1.2.3 said nothing' | head -c 50000000", max: 64MiB, timeout: 60s}
END
mkdir "$T/mapped"
"$SICKBAY" collect --no-kube --local --plan "$T/names.yaml" --anonymize -o "$T/mapped/m.tar" >"$T/out" 2>"$T/err" </dev/null &
pid=$!
i=0
while [ ! -e "$T/mapped/m.tar.part" ] && [ $i -lt 600 ]; do i=$((i + 1)) && sleep 0.05; done
kill -TERM "$pid"
sleep 0.1
kill -TERM "$pid"
ends_by
ok "stopped twice while names are mapped: at once" is "$status" 143
ok "... neither bundle is left, and that is said" eval 'test -z "$(ls -A "$T/mapped")" && err "^sickbay: left at once: .*m-with-names.tar, whose names were not mapped, is removed"'
ok "... and the first time said what is still done" err "^sickbay: the names are being mapped.*once more: leave at once, without a bundle"
echo '{' >"$T/bad-map.json"
for map in "$T/bad-map.json" "$T/no/such/folder/map.json"; do
	run collect --no-kube --local --plan "$T/names.yaml" --anonymize --anonymize-map "$map" -o "$T/mapped/m.tar"
	ok "a map that cannot be used is told before anything is collected" eval 'is "$status" 1 && err "^sickbay: $map: " && test -z "$(ls -A "$T/mapped")"'
done
begin h
sleep 2.5 # a frame reaches the disk
kill -KILL "$pid"
ends_by
ok "killed: the part file stays" test -s "$T/h.tar.part"
run analyze "$T/h.tar.part" -o "$T/h.json"
ok "... and loads" is "$status" 0
ok "... as incomplete" grep -q '"complete": *"0"' "$T/h.json"
"$SICKBAY" collect --no-kube --local --plan "$T/plan.yaml" -o "$T/z.tar.zst" >"$T/out" 2>"$T/err" </dev/null &
pid=$!
i=0
while [ ! -e "$T/z.tar.zst.part" ] && [ $i -lt 2000 ]; do i=$((i + 1)) && sleep 0.01; done
sleep 0.2
kill -KILL "$pid"
ends_by
ok "killed in its first second: a bundle that says of what cluster it is" eval 'run inspect "$T/z.tar.zst.part" bundle.json; out "\"sickbay_bundle\": *1"'
run analyze "$T/z.tar.zst.part" -o "$T/z.json"
ok "... and loads, as incomplete" eval 'is "$status" 0 && grep -q "\"complete\": *\"0\"" "$T/z.json"'
for p in $(pgrep -f "$orphans"); do kill -9 "$p"; done
for p in $(pgrep -f "echo x >>$T/begun"); do kill -9 "$p"; done
run collect --local --no-kube --plan "$T/plan.yaml" -o "$T/h.tar"
ok "the next one says what it is and how to go on" ends 2 ".*h.tar.part: exists already: .* can be analysed; remove it or choose another name"
begin i --timeout 15s
ends_by
ok "--timeout ends all that hangs, with a bundle" eval 'within 30 "$start" && is "$status" 3 && rec i first.txt "\"state\":\"ok\"" && rec i long.txt "\"timed_out\":true"'
done_testing
