#!/bin/sh
# get, logs, describe: what kubectl showed of the same clusters at the same moment, column by column; selectors, formats, and that what
# was not collected is said. Prints TAP.
set -u
. tests/cli/lib.sh
samples=$PWD/bundles/samples

# cells DROP <TABLE: one line a row, cells parted by tabs, without the columns of the pattern DROP; several tables one after another.
cells() {
	awk -v drop="$1" '
	/^$/ {n = 0; next}
	!n {line = $0; at = 1
		while (match(line, /[^ ]+( [^ ]+)*( +|$)/)) {
			start[++n] = at; head[n] = substr(line, 1, RLENGTH); sub(/ +$/, "", head[n])
			at += RLENGTH; line = substr(line, RLENGTH + 1)
			if (line == "") break
		}
		start[n + 1] = 100000}
	{out = ""
		for (i = 1; i <= n; i++) {
			if (head[i] ~ drop) continue
			c = substr($0, start[i], start[i + 1] - start[i]); sub(/ +$/, "", c); out = out c "\t"
		}
		print out}'
}
# like_kubectl SAMPLE RECORDED ARGUMENTS...: get prints what kubectl printed, ages aside.
like_kubectl() {
	recorded=$T/$1/kubectl/$2
	SICKBAY_BUNDLE=$T/$1.db
	shift 2
	cells '^(AGE|LAST SEEN|LAST SCHEDULE)$' <"$recorded" | sort >"$T/want"
	test "$(wc -l <"$T/want")" -gt 1 || { echo "kubectl printed no rows"; return 1; }
	SICKBAY_BUNDLE=$SICKBAY_BUNDLE "$SICKBAY" get "$@" | cells '^(AGE|LAST SEEN|LAST SCHEDULE)$' | sort >"$T/got"
	diff "$T/want" "$T/got"
}
for s in crashloop-command image-pull-fail hpa-no-metrics; do
	mkdir "$T/$s"
	zstd -qdc "$samples/$s.tar.zst" | tar -C "$T/$s" --strip-components=1 -xf -
	"$SICKBAY" analyze "$samples/$s.tar.zst" -o "$T/$s.db" 2>"$T/err"
	ok "$s: nodes" like_kubectl $s get-nodes-wide.txt nodes -o wide
	ok "$s: pods" like_kubectl $s get-pods-wide.txt po -A -o wide
	ok "$s: services" like_kubectl $s get-services.txt service -A -o wide
	ok "$s: deployments and daemonsets" like_kubectl $s get-workloads.txt deploy,ds -A -o wide
	ok "$s: events" like_kubectl $s get-events.txt ev -A
done
SICKBAY_BUNDLE=$T/crashloop-command.db
export SICKBAY_BUNDLE
run get nodes -o name -l 'node-role.kubernetes.io/master,kubernetes.io/os in (linux)'
ok "labels: there, and one of" is "$(cat "$T/out")" node/master1
run get nodes -o name -l '!node-role.kubernetes.io/master,kubernetes.io/hostname notin (node2)'
ok "labels: not there, and none of" is "$(cat "$T/out")" node/node1
run get po -n kube-system --field-selector spec.nodeName=node2,metadata.name!=kube-proxy-85jnl --no-headers
ok "fields" eval 'is "$(wc -l <"$T/out")" 1 && out "^kube-dns-796c989cdc-s47ks   3/3   Running"'
run get pods/app-6f9f656b79-bz4xz svc/nope -n lab-fault-command
ok "KIND/NAME, and one that is not there" eval 'ends 1 "services \"nope\" is not in namespace lab-fault-command" && out "^pod/app-6f9f656b79-bz4xz"'
run get deploy web -o json
ok "json: the object itself" is "$(jq -r '.kind + .apiVersion + .metadata.name' "$T/out")" Deploymentapps/v1web
run get deploy -A -o json
ok "json: a list" is "$(jq -r '.kind, (.items | length)' "$T/out" | tr '\n' ' ')" "List 3 "
run get svc kubernetes -o yaml
ok "yaml" eval 'out "^  clusterIP: 10.96.0.1$" && out "^  resourceVersion: \"216\"$" && out "^  - name: https$"'
run get all -A
ok "all: with kinds in front of names" eval 'out " pod/etcd-master1 " && out " deployment.apps/web "'
kinds=$(awk -F'plural: |[,}]' '/^- / {for (i = 1; i <= NF; i++) if ($i ~ /^[a-z]+$/) {print $i; break}}' schema/get/kinds.yaml)
every_kind() {
	for k in $kinds; do
		"$SICKBAY" get "$k" -A -o wide >"$T/out" 2>"$T/err" || grep -q 'not collected' "$T/err" || { echo "$k"; cat "$T/err"; return 1; }
	done
	test "$(echo "$kinds" | wc -l)" -gt 40
}
ok "every kind's query runs" every_kind
run get pdb
ok "an empty list that was collected" eval 'is "$status" 0 && is "$(cat "$T/err")" "No resources found in default namespace."'
run get foos
ok "no such kind" ends 2 "foos: no such kind"
run get po -l 'a is (b)'
ok "a bad selector" ends 2 "a is (b): a selector"
run get pods --bundle "$samples/etcd-down.tar.zst"
ok "what was not collected is said, with the reason" ends 1 "pods: not collected: the API server does not serve lists"
SICKBAY_BUNDLE= run get pods
ok "no bundle" ends 2 "which bundle"

run logs -n kube-system kube-proxy-gphks --tail 1
ok "logs: the last line, as the container wrote it" is "$(cat "$T/out")" "$(tail -n 1 "$T/crashloop-command/cluster-resources/pods/logs/kube-system/kube-proxy-gphks/kube-proxy.log" | cut -d' ' -f2-)"
run logs -n kube-system kube-dns-796c989cdc-qcvzm
ok "logs: which container" ends 2 "which container of pod kube-dns-796c989cdc-qcvzm"
run logs -n kube-system kube-dns-796c989cdc-qcvzm -c kubedns -p
ok "logs: why there is none" ends 1 "previous log of kube-system/kube-dns-796c989cdc-qcvzm kubedns: not collected: the container has not been started again"
run logs nope
ok "logs: no such pod" ends 1 "log of default/nope: not collected: the pod is not in the bundle"

run describe po -n lab-fault-command app-6f9f656b79-bz4xz
ok "describe: fields and events" eval 'out "^Name:         app-6f9f656b79-bz4xz$" && out "Restart Count:  2" && out "Back-off restarting failed container"'
run describe deploy/app -n lab-fault-command
ok "describe: what the checks found" out "pod-crashloop"
run describe node node2
ok "describe: pods of a node" eval 'out "^Non-terminated Pods:" && out "^lab-fault-command   app-6f9f656b79-bz4xz"'
run describe node node9
ok "describe: not there" ends 1 "node node9: not in"
# The same by the script that compares a live cluster (make test-lab), and it sees a difference.
ok "kubectl's own output, column by column" env SICKBAY="$SICKBAY" sh tests/lab/explore.sh --recorded bundles/samples/disk-full.tar.zst
"$SICKBAY" inspect bundles/samples/healthy.tar.zst kubectl/get-pods-wide.txt >"$T/theirs"
sed 's/Running /Pending /' "$T/theirs" | head -n 3 >"$T/ours"
differs() { ! /usr/bin/python3 tests/lab/columns.py "$T/theirs" "$T/ours" >"$T/out" && out "STATUS is 'Running', ours is 'Pending'" && out '^ours lacks: '; }
ok "a difference is told" differs
done_testing
