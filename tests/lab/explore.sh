#!/bin/sh
# kubectl on the live cluster against sickbay on its bundle. usage: explore.sh LAB   (or explore.sh --recorded BUNDLE: against what kubectl
# printed into that bundle while it was collected)
# Nodes, pods, events, deployments and services, as they are and with -o wide, column by column (columns.py); of a node and a pod what
# describe says of them. Ages may move by a few minutes. SICKBAY names the program.
set -u
here=$(cd "$(dirname "$0")" && pwd)
sickbay=${SICKBAY:?SICKBAY must name the program}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
known=$work/known_hosts
passed=0 failed=0
check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" >"$work/diag" 2>&1; then
		passed=$((passed + 1))
		echo "ok   $what"
	else
		failed=$((failed + 1))
		echo "FAIL $what"
		sed 's/^/     /' "$work/diag" | head -n 12
	fi
}
same() { # NAME: both tables are there and agree
	/usr/bin/python3 "$here/columns.py" "$work/$1.theirs" "$work/$1.ours" 240
}
ours() { "$sickbay" "$@" --bundle "$work/x.db"; }

# FIELD of `kubectl describe` in FILE: the value behind the first "FIELD:".
field() { sed -n "s/^ *$2: *//p" "$1" | head -n 1; }
# Every value that kubectl's describe has for these fields stands in ours.
says() { # NAME FIELD...
	name=$1
	shift
	any=0
	for f in "$@"; do
		value=$(field "$work/$name.theirs" "$f")
		[ -n "$value" ] && [ "$value" != "<none>" ] || continue
		any=$((any + 1))
		grep -qF -- "$value" "$work/$name.ours" || { echo "$f: $value is not in ours"; return 1; }
	done
	[ $any -gt 3 ] || { echo "only $any fields to compare"; return 1; }
}
# Each condition (type and status) of theirs is in ours: "  Ready  True ..." within the block that begins with "Conditions:".
conditions() { # NAME
	awk '/^Conditions:/ { on = 1; next } on && /^[^ ]/ { exit } on && $1 !~ /^(Type|-+)$/ { print $1 }' "$work/$1.theirs" >"$work/types"
	test -s "$work/types" || { echo "no conditions"; return 1; }
	while read -r type; do grep -q "$type" "$work/$1.ours" || { echo "$type is not in ours"; return 1; }; done <"$work/types"
}
node_fields() { says "$1" Name InternalIP PodCIDR "Machine ID" "Kernel Version" "OS Image" "Container Runtime Version" "Kubelet Version" && conditions "$1"; }
pod_fields() { says "$1" Name Namespace IP Image "Image ID" "Container ID" "QoS Class" "Host Port" && conditions "$1"; }

recorded() {
	bundle=$1
	"$sickbay" analyze "$bundle" -o "$work/x.db" || exit 1
	while IFS='|' read -r file what; do
		"$sickbay" inspect "$bundle" "kubectl/$file.txt" >"$work/$file.theirs" 2>/dev/null
		# shellcheck disable=SC2086
		ours get $what >"$work/$file.ours" 2>/dev/null
		check "get $what" same "$file"
	done <<-E
		get-nodes-wide|nodes -o wide
		get-pods-wide|pods -A -o wide
		get-services|services -A -o wide
		get-events|events -A
		get-workloads|deployments,daemonsets,statefulsets,jobs,cronjobs -A -o wide
	E
	"$sickbay" inspect "$bundle" kubectl/describe-nodes.txt 2>/dev/null | awk '/^Name: / { n++ } n == 1' >"$work/node.theirs"
	ours describe node "$(field "$work/node.theirs" Name)" >"$work/node.ours"
	check "describe node" node_fields node
}

collected() { # the bundle, and right behind it what kubectl prints
	rm -f "$work/x.tar" "$work/x.db"
	"$sickbay" collect --since 30m --no-nodes -o "$work/x.tar" --force >"$work/collect.txt" 2>&1 || [ $? = 3 ] || { tail -n 3 "$work/collect.txt"; return 1; }
	for kind in nodes pods events deployments services; do
		kubectl get $kind -A >"$work/$kind.theirs" 2>/dev/null
		kubectl get $kind -A -o wide >"$work/$kind-wide.theirs" 2>/dev/null
	done
	node=$(kubectl get nodes -o name | head -n 1)
	pod=$(kubectl -n kube-system get pods --field-selector status.phase=Running -o name | head -n 1)
	kubectl describe "$node" >"$work/node.theirs"
	kubectl -n kube-system describe "$pod" >"$work/pod.theirs"
	"$sickbay" analyze "$work/x.tar" -o "$work/x.db" || return 1
	for kind in nodes pods events deployments services; do
		ours get $kind -A >"$work/$kind.ours"
		ours get $kind -A -o wide >"$work/$kind-wide.ours"
	done
	ours describe "$node" >"$work/node.ours"
	ours describe "$pod" -n kube-system >"$work/pod.ours"
}
agree() { for kind in nodes pods events deployments services; do same "$kind" && same "$kind-wide" || return 1; done; }

if [ "$1" = --recorded ]; then
	recorded "$2"
else
	lab=$(cd "$1" && pwd)/lab || exit 2
	. "$here/cluster.sh"
	up any || { echo "the lab in $1 does not come up" >&2; echo "0 passed, 1 failed"; exit 1; }
	# A live cluster may move between the two: what differs once is looked at again.
	for try in 1 2 3; do
		collected || { cat "$work/collect.txt"; echo "0 passed, 1 failed"; exit 1; }
		agree >/dev/null 2>&1 && break
		sleep 5
	done
	for kind in nodes pods events deployments services; do
		check "get $kind -A" same "$kind"
		check "get $kind -A -o wide" same "$kind-wide"
	done
	check "describe $node" node_fields node
	check "describe $pod" pod_fields pod
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
