#!/bin/sh
# Nodes without SSH, on a real cluster: `--node-access pod`. usage: nodes.sh LAB
# Collects through pods; then with an image that is not there; then stopped by Ctrl-C; then killed. No pod may be left by any of
# them, save the last, whose pods must end by themselves and be removed by the next run. SICKBAY names the program.
set -u
lab=$(cd "$1" && pwd)/lab || exit 2
sickbay=${SICKBAY:?SICKBAY must name the program}
image=${NODE_IMAGE:-busybox:1.35}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
check() { what=$1; shift; if "$@"; then passed=$((passed + 1)); echo "ok   $what"; else failed=$((failed + 1)); echo "FAIL $what"; fi; }
eval "$("$lab" env 2>/dev/null)"
nodes=$(kubectl get nodes -o name 2>/dev/null | wc -l)
[ "$nodes" -gt 0 ] || { echo "the lab in $lab is not up" >&2; echo "0 passed, 1 failed"; exit 1; }
cat >"$work/plan.yaml" <<'E'
plan: 1
lanes: 2
node:
  - {path: host/who.txt, run: "id -un; hostname; cat /proc/1/comm"}
  - {path: journal/kubelet.log, needs: [journalctl], run: "journalctl -q -u kubelet -n 50 --no-pager"}
  - {path: host/show.txt, needs: [systemctl], run: "systemctl show --no-pager -p ActiveState kubelet"}
  - {path: host/status.txt, run: "echo to stderr >&2; exit 7"}
  - {path: host/big.txt, run: "seq 1 200000", max: 4MiB}
  - {path: host/endless.txt, run: "yes abcdefghi", max: 64KiB, timeout: 20s}
  - {path: host/slow.txt, gate: slow, run: "echo begun; sleep 77.25", timeout: 3s}
E
sed 's/sleep 77.25", timeout: 3s/sleep 77.25", timeout: 60s/' "$work/plan.yaml" >"$work/slow.yaml"
collect() { "$sickbay" collect --node-access pod --node-image "$image" --plan "${plan:-$work/plan.yaml}" -o "$work/$1.tar" --force >"$work/out" 2>&1; }
pods() { kubectl -n kube-system get pods -l app.kubernetes.io/managed-by=sickbay -o name 2>/dev/null; }
no_pods() { i=0; while [ -n "$(pods)" ]; do i=$((i + 1)); [ $i -lt 20 ] || { pods; return 1; }; sleep 0.5; done; }
has() { tar -xOf "$work/$1.tar" "$1/$2" 2>/dev/null | grep -q -e "$3"; }
wait_pods() { i=0; while [ "$(kubectl -n kube-system get pods -l app.kubernetes.io/managed-by=sickbay --no-headers 2>/dev/null | grep -c Running)" -lt 1 ] && [ $i -lt 100 ]; do sleep 0.5; i=$((i + 1)); done; }
node=$(kubectl get nodes -o name | head -n 1); node=${node#node/}

collect pod
[ -z "${VERBOSE:-}" ] || cat "$work/out"
check "every node is reached through a pod" grep -q "nodes reached: $nodes of $nodes" "$work/out"
check "as root, on the host: process 1 is the host's" has pod "nodes/$node/host/who.txt" systemd
check "the host's journal" has pod "nodes/$node/journal/kubelet.log" kubelet
check "the host's systemd answers" has pod "nodes/$node/host/show.txt" 'ActiveState='
check "stderr, where there is no stdout" has pod "nodes/$node/host/status.txt" 'to stderr'
check "a long output is whole" has pod "nodes/$node/host/big.txt" '^200000$'
check "output without end is cut at its cap" [ "$(tar -xOf "$work/pod.tar" "pod/nodes/$node/host/endless.txt" | wc -c)" = 65536 ]
check "a command that hangs keeps what it printed" has pod "nodes/$node/host/slow.txt" begun
check "node.json says how" has pod "nodes/$node/node.json" '"transport": "pod"'
check "the summary says that pods were made and removed" grep -q "$nodes pods were made .* all of them were removed" "$work/out"
check "no pod is left" no_pods
check "nothing runs on in the host" sh -c "! '$lab' ssh '$node' pgrep -f 'sleep.77.25'"

image=nowhere.example/none:1 collect none
check "an image that is not there is told" grep -q "image" "$work/out"
check "no pod is left then" no_pods
image=${NODE_IMAGE:-busybox:1.35}

plan=$work/slow.yaml
"$sickbay" collect --node-access pod --node-image "$image" --plan "$plan" -o "$work/stop.tar" >"$work/out" 2>&1 &
pid=$!
wait_pods
kill -TERM $pid
wait $pid
check "stopped by the user: a partial bundle" [ $? = 3 ]
check "no pod is left then either" no_pods

"$sickbay" collect --node-access pod --node-image "$image" --plan "$plan" --timeout 1s -o "$work/kill.tar" >"$work/out" 2>&1
"$sickbay" collect --node-access pod --node-image "$image" --plan "$plan" --timeout 20s -o "$work/kill.tar" --force >"$work/out" 2>&1 &
pid=$!
wait_pods
kill -KILL $pid
wait $pid 2>/dev/null
check "a collector that is killed leaves its pods" [ -n "$(pods)" ]
i=0
while kubectl -n kube-system get pods -l app.kubernetes.io/managed-by=sickbay --no-headers 2>/dev/null | grep -q Running && [ $i -lt 60 ]; do sleep 3; i=$((i + 1)); done
check "they end by themselves" sh -c "! kubectl -n kube-system get pods -l app.kubernetes.io/managed-by=sickbay --no-headers 2>/dev/null | grep -q Running"
plan=
collect after
check "and the next run removes them" no_pods
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
