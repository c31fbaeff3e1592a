#!/bin/sh
# Bundles of other tools that lack something: cut off, or with lists that were denied. What was not to be seen must never read as
# clear. Made from the real ones in $SICKBAY_BUNDLES (see foreign.sh); each expectation is in the words of tests/checks/run.sh.
. tests/cli/lib.sh
bundles=${SICKBAY_BUNDLES:-../shared/bundles}
says() { # NAME BUNDLE, and what must hold on stdin
	cat >"$T/expect"
	run analyze "$2" -o "$T/report.json"
	ok "$1" eval 'is "$status" 0 && expected "$T/report.json" "$T/expect"'
}
have() { # BUNDLE NAME
	[ -r "$bundles/$1" ] && return
	n=$((n + 1))
	echo "ok $n - $2 # SKIP $1 is not in $bundles"
	return 1
}

mg=must-gather-ocp-4.8-aws.tar.xz
if have $mg "a must-gather that breaks off"; then
	head -c 2000000 "$bundles/$mg" >"$T/cut.tar.xz"
	says "a must-gather that breaks off: leases were read at an unknown time, namespaces are missing" "$T/cut.tar.xz" <<-'END'
		not-evaluated kcm-down
		not-evaluated scheduler-down
		not-evaluated pod-crashloop
		not-evaluated image-pull-failing
		because node-not-ready-kubelet damaged
		only none
		head cut off inside
	END
fi

# troubleshoot.sh, where the collector's account may list some namespaces only, or no nodes.
ts=troubleshoot-v0.123-k3s-1.31.tar.gz
if have $ts "a troubleshoot.sh bundle with lists that were denied"; then
	mkdir "$T/ts" && tar -C "$T/ts" -xf "$bundles/$ts"
	at=$T/ts/supportbundle/cluster-resources
	mv "$at/pods/kube-system.json" "$T/pods.json"
	says "a namespace without a list of pods" "$T/ts" <<-'END'
		because pod-crashloop pods/kube-system
		because image-pull-failing pods/kube-system
		clear node-not-ready-kubelet
		only none
	END
	echo '{"kube-system":"pods is forbidden: User \"x\" cannot list resource \"pods\""}' >"$at/pods-errors.json"
	says "the same, and troubleshoot.sh says why" "$T/ts" <<-'END'
		because pod-crashloop pods/kube-system (pods is forbidden
		clear node-not-ready-kubelet
	END
	rm "$at/pods-errors.json"
	# A list that breaks off in a container that is whole.
	head -c 60000 "$T/pods.json" >"$at/pods/kube-system.json"
	says "a list that is cut off" "$T/ts" <<-'END'
		because pod-crashloop kube-system.json: cut off at line
		because kube-dns-crashloop pods/kube-system
		clear node-not-ready-kubelet
		head pods/kube-system (cluster-resources/pods/kube-system.json: cut off at line
	END
	for x in txt md html; do
		run analyze "$T/ts" -o "$T/report.$x"
		ok "its name stands at the head of the report ($x)" eval 'tr "\n" " " <"$T/report.$x" | grep -q "Not all lists of objects could be read: .*kube-system.json"'
	done
	ok "what stands before the cut is there" test "$("$SICKBAY" query "$T/ts" "SELECT count(*) FROM pods WHERE namespace = 'kube-system'")" -ge 2
	jq -c . "$T/pods.json" | head -c 12000 >"$at/pods/kube-system.json"
	ok "also of a list in one line" test "$("$SICKBAY" query "$T/ts" "SELECT count(*) || (SELECT whole FROM lists WHERE namespace = 'kube-system' AND resource = 'pods')
		FROM pods WHERE namespace = 'kube-system'")" = 10
	mkdir "$T/hand" && jq -c '.items' "$T/pods.json" >"$T/hand/pods.txt" && cp "$at/nodes.json" "$T/hand/"
	ok "an array of objects in one line" test "$("$SICKBAY" query "$T/hand" "SELECT count(*) FROM pods")" = 7
	head -c 12000 "$T/hand/pods.txt" >"$T/hand/pods.json" && rm "$T/hand/pods.txt"
	says "the same, cut off" "$T/hand" <<-'END'
		because pod-crashloop pods.json: cut off
		head pods (pods.json: cut off at line 1)
	END
	{ echo "apiVersion: v1" && echo "items:" && jq -r '.items[] | "- " + tojson' "$T/pods.json"; } >"$T/hand/pods.yaml" && rm "$T/hand/pods.json"
	says "a list in YAML that ends within its items" "$T/hand" <<-'END'
		because pod-crashloop pods.yaml: item 6
		head pods (pods.yaml: item 6: bad YAML: cut off in the middle, left out)
	END
	ok "its last object may be half of one" test "$("$SICKBAY" query "$T/hand" "SELECT count(*) FROM pods")" = 6
	mv "$T/pods.json" "$at/pods/kube-system.json"
	jq -c '.items = null' "$at/nodes.json" >"$T/nodes.json" && cp "$T/nodes.json" "$at/nodes.json"
	echo '["nodes is forbidden"]' >"$at/nodes-errors.json"
	says "null where there should be nodes" "$T/ts" <<-'END'
		because node-not-ready-kubelet nodes (nodes is forbidden)
	END
fi

# Bundles of two clusters in one case.
mixed() { # NAME SAID BUNDLE...
	name=$1 said=$2
	shift 2
	run analyze "$@" -o "$T/report.json"
	ok "$name" eval 'if [ -n "$said" ]; then err "$said" && jq -e --arg s "$said" "any(.bundle.warnings[]; contains(\$s))" "$T/report.json"; else empty "$T/err"; fi'
}
if have $mg "bundles of two clusters" && have $ts "bundles of two clusters"; then
	mixed "the namespace kube-system is another" "of different clusters: must-gather" "$bundles/$mg" "$bundles/$ts"
	mixed "one cluster's bundles are not said to be of two" "" "$bundles/$ts" "$T/hand"
fi

# sos: kubectl's own words where the list should be.
sos=sosreport-k8s-1.23-control-plane.tar.xz
if have $sos "a sos report whose kubectl was denied"; then
	mkdir "$T/sos" && tar -C "$T/sos" -xf "$bundles/$sos"
	f=$(find "$T/sos/sos_commands/kubernetes/pods" -name '*_get_-o_json_--namespace_kube-system_pods')
	ok "sos has the list that is denied here" test -s "$f"
	echo 'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace "kube-system"' >"$f"
	[ ! -r "$bundles/$ts" ] || mixed "only the versions tell" "may be of different clusters" "$bundles/$sos" "$bundles/$ts"
	says "kubectl's refusal in a list's place" "$T/sos" <<-'END'
		because pod-crashloop Error from server (Forbidden)
		because kube-dns-crashloop pods/kube-system
		root image-rate-limited deployment/default/ubuntu-debug
	END
fi
done_testing
