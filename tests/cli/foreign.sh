#!/bin/sh
# Bundles of other tools. Four real ones in $SICKBAY_BUNDLES (default: ../shared/bundles beside this project; skipped without it):
# every file is read, skipped for a reason or a problem; no object is lost; what is wrong in them is found and nothing else
# (tests/foreign/*.expect, in the words of tests/checks/run.sh). Layouts without a real one are made from our own samples.
. tests/cli/lib.sh
bundles=${SICKBAY_BUNDLES:-../shared/bundles}
ask() { "$SICKBAY" query "$1" "$2" 2>"$T/err"; }
one() { got=$(ask "$1" "$2"); is "$got" "$3"; }
# Objects by another way: elements of items in JSON by jq, in YAML the dashes of the first column below items, or one.
count_objects() { # FOLDER LIST-OF-PATHS
	json=$(grep -v '\.yaml$' "$2" | (cd "$1" && xargs -r -d '\n' cat) | jq 'if type == "array" then length elif has("items") then (.items // [] | length)
		elif (.kind // "" | endswith("List")) then 0 else 1 end' | awk '{ n += $1 } END { print n + 0 }')
	yaml=$(grep '\.yaml$' "$2" | (cd "$1" && xargs -r -d '\n' awk 'function done() { if (lines) total += list ? n : 1; n = list = lines = 0 }
		FNR == 1 { done(); inside = /^- / ? list = 1 : 0 } { lines++ } /^- / && inside { n++ } /^[A-Za-z]/ { inside = 0 }
		/^items:/ { inside = list = 1 } /^kind: [A-Za-z]*List$/ { list = 1 } END { done(); print total + 0 }') |
		awk '{ n += $1 } END { print n + 0 }')
	echo $((json + yaml))
}

for bundle in must-gather-ocp-4.8-aws.tar.xz troubleshoot-v0.123-k3s-1.31.tar.gz troubleshoot-v0.50-k3s-1.24.tar.gz \
	sosreport-k8s-1.23-control-plane.tar.xz; do
	b=${bundle%.tar.*}
	if [ ! -r "$bundles/$bundle" ]; then
		n=$((n + 1))
		echo "ok $n - $bundle # SKIP it is not in $bundles"
		continue
	fi
	run analyze "$bundles/$bundle" -o "$T/$b.db" -o "$T/$b.json"
	ok "$b is analysed" is "$status" 0
	ok "$b: what is wrong in it, and nothing else" expected "$T/$b.json" "tests/foreign/$b.expect"
	ok "$b: no check failed" one "$T/$b.db" "SELECT count(*) FROM checks WHERE state = 'error'" 0
	# Every file of the archive is in `files` or a problem; packed ones as what was in them.
	tar -tvf "$bundles/$bundle" | grep -c '^[-l]' >"$T/want"
	ok "$b: no file is missing" one "$T/$b.db" "SELECT (SELECT count(*) FROM (SELECT DISTINCT CASE
		WHEN path GLOB '*.xz/*' THEN rx('^(.*?\\.xz)/', path, 1) WHEN path GLOB '*.tgz/*' THEN rx('^(.*?\\.tgz)/', path, 1)
		WHEN path GLOB '*.tar/*' THEN rx('^(.*?\\.tar)/', path, 1) ELSE path END FROM files
		UNION SELECT file FROM problems WHERE file NOT IN (SELECT path FROM files)))" "$(cat "$T/want")"
	ok "$b: what is skipped says why" one "$T/$b.db" "SELECT count(*) FROM files WHERE state <> 'loaded' AND reason IS NULL" 0
	mkdir "$T/$b"
	tar -C "$T/$b" -xf "$bundles/$bundle"
	top=$(ask "$T/$b.db" "SELECT value FROM bundle WHERE key = 'top'")
	ask "$T/$b.db" "SELECT DISTINCT path FROM files WHERE role = 'objects' AND state = 'loaded' AND bytes > 0" >"$T/paths"
	want=$(count_objects "$T/$b/$top" "$T/paths")
	ok "$b: no object is lost ($want)" one "$T/$b.db" "SELECT (SELECT count(*) FROM objects o JOIN files f ON f.id = o.file
		WHERE f.role = 'objects') + (SELECT count(*) FROM duplicates o JOIN files f ON f.id = o.file WHERE f.role = 'objects')" "$want"
	rm -rf "${T:?}/$b"
done

# Each kind of container, whatever it is called.
packed() { # NAME COMMAND...
	name=$1 && shift
	(cd "$T" && "$@") >"$T/diag" 2>&1 || { n=$((n + 1)); echo "not ok $n - $name cannot be packed"; cat "$T/diag"; return; }
	ok "$name, under a name that says nothing" one "$T/case" "SELECT (SELECT count(*) FROM pods), (SELECT count(*) FROM nodes), (SELECT kind FROM bundles)" "$packed"
	rm -f "$T/case"
}

# -- layouts made from our own sample --------------------------------------------------------------------------------------
mkdir "$T/ours" && tar --zstd -C "$T/ours" -xf bundles/samples/kubelet-stopped.tar.zst
top=$(ls "$T/ours") ours=$T/ours/$top/cluster-resources
same() { # NAME BUNDLE
	ok "$1: the same pods" one "$2" "SELECT count(*), count(DISTINCT namespace) FROM pods" "$pods"
	ok "$1: the same nodes, and what they say of themselves" one "$2" "SELECT name, status FROM nodes JOIN node_conditions ON node = name WHERE type = 'Ready' ORDER BY name" "$nodes"
}
pods=$(ask bundles/samples/kubelet-stopped.tar.zst "SELECT count(*), count(DISTINCT namespace) FROM pods")
nodes=$(ask bundles/samples/kubelet-stopped.tar.zst "SELECT name, status FROM nodes JOIN node_conditions ON node = name WHERE type = 'Ready' ORDER BY name")

# kubectl cluster-info dump: a folder, and one stream.
dump=$T/dump
mkdir "$dump" && cp "$ours/nodes.json" "$dump/"
cp "$ours/nodes.json" "$T/stream"
for f in "$ours"/pods/*.json; do
	ns=$(basename "$f" .json)
	mkdir -p "$dump/$ns" && cp "$f" "$dump/$ns/pods.json" && cp "$ours/events/$ns.json" "$dump/$ns/events.json"
	cat "$f" "$ours/events/$ns.json" >>"$T/stream"
done
pod=$(jq -r '.items[0].metadata.name' "$ours/pods/kube-system.json")
mkdir "$dump/kube-system/$pod"
printf '==== START logs for container c of pod kube-system/%s ====\nE1123 19:33:31.123456 1 x.go:1] bad\n==== END logs for container c of pod kube-system/%s ====\n' \
	"$pod" "$pod" | tee -a "$T/stream" >"$dump/kube-system/$pod/logs.txt"
for d in "$dump" "$T/stream"; do
	same "cluster-info dump ($(basename "$d"))" "$d"
	ok "its logs are their containers'" one "$d" "SELECT pod, container, level FROM log WHERE container = 'c'" "$(printf '%s\tc\tE' "$pod")"
done
ok "a dump is told by its layout" one "$dump" "SELECT kind FROM bundles" cluster-info-dump

# What a person makes: kubectl get -A -o json and -o yaml, and logs.
hand=$T/hand
mkdir "$hand"
jq -s '{apiVersion: "v1", kind: "List", items: [.[].items[]]}' "$ours"/pods/*.json >"$hand/all my pods.txt"
"$SICKBAY" help >"$hand/notes.txt"
{ echo "apiVersion: v1"; echo "items:"; jq -r '.items[] | "- " + tojson' "$ours/nodes.json"; echo "kind: List"; } >"$hand/n.yml"
echo '2026-11-23T19:33:31Z E bad' >"$hand/$pod.log"
same "a folder made by hand" "$hand"
ok "a log named after its pod" one "$hand" "SELECT namespace, pod FROM log WHERE pod IS NOT NULL" "$(printf 'kube-system\t%s' "$pod")"
tar -C "$T" -cJf "$T/hand.tar.xz" hand
same "the same, packed" "$T/hand.tar.xz"
tar -C "$T" -cf "$T/outer.tar" hand.tar.xz stream
packed=$(ask "$hand" "SELECT (SELECT count(*) FROM pods), (SELECT count(*) FROM nodes), (SELECT kind FROM bundles)")
packed "a .tar" tar -cf case hand
packed "a .tar.gz" tar -czf case hand
packed "a .tar.xz" tar -cJf case hand
packed "a .tar.zst" tar --zstd -cf case hand
packed "a .tar.bz2" tar -cjf case hand
! command -v zip >/dev/null || packed "a .zip" sh -c 'zip -qr case.zip hand && mv case.zip case'
ok "a list of several namespaces has them all" one "$hand" "SELECT count(*) FROM chosen_namespaces" 0
mkdir "$T/few" && cp "$ours/pods/kube-system.json" "$T/few/pods.json"
ok "one of a single namespace need not" one "$T/few" "SELECT group_concat(name) FROM chosen_namespaces" kube-system
ok "an archive in an archive" one "$T/outer.tar" "SELECT path, state FROM files WHERE path LIKE '%.yml'" "$(printf 'hand.tar.xz/n.yml\tloaded')"

# Rancher's zip, where "null" is what is empty; nodes are zips of their own.
if command -v zip >/dev/null; then
	r=$T/rancher
	mkdir -p "$r/yamls/cluster/v1" "$r/yamls/namespaced/web/v1" "$r/logs/web/w-1" "$T/n1/logs" "$r/nodes"
	cp "$hand/n.yml" "$r/yamls/cluster/v1/nodes.yaml"
	printf 'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: w-1\n    namespace: web\n    deletionTimestamp: "null"\n  spec:\n    nodeName: "null"\nkind: PodList\n' >"$r/yamls/namespaced/web/v1/pods.yaml"
	echo '2026-11-23T19:33:31Z bad' >"$r/logs/web/w-1/app.log"
	echo 'Nov 23 19:33:31 n1 kubelet[1]: E1123 19:33:31.123456 1 x.go:1] bad' >"$T/n1/logs/kubelet.log"
	echo 'projectName: x' >"$r/metadata.yaml"
	(cd "$T/n1" && zip -qr "$r/nodes/n1.zip" logs) && (cd "$T" && zip -qr r.zip rancher)
	ok "Rancher's zip, and null that is empty" one "$T/r.zip" "SELECT (SELECT kind FROM bundles), name, node IS NULL FROM pods" "$(printf 'rancher\tw-1\t1')"
	ok "its nodes" one "$T/r.zip" "SELECT node, unit, level FROM log WHERE node IS NOT NULL" "$(printf 'n1\tkubelet\tE')"
else
	n=$((n + 1)); echo "ok $n - Rancher's zip # SKIP there is no zip"
fi

# OpenShift must-gather and `oc adm inspect`: all is YAML, objects alone or in lists, below a folder for the image or not; the journals
# of all masters are in one file.
yaml_list() { echo "apiVersion: v1"; echo "items:"; jq -r '.items[] | "- " + tojson' "$1"; echo "kind: List"; }
m=$T/inspect
mkdir -p "$m/cluster-scoped-resources/core/nodes" "$m/host_service_logs/masters"
jq -c '.items[]' "$ours/nodes.json" | while IFS= read -r o; do
	{ echo '---'; printf '%s\n' "$o" | jq -r 'to_entries[] | .key + ": " + (.value | tojson)'; } >"$m/cluster-scoped-resources/core/nodes/$(printf '%s\n' "$o" | jq -r .metadata.name).yaml"
done
for f in "$ours"/pods/*.json; do
	ns=$(basename "$f" .json)
	mkdir -p "$m/namespaces/$ns/core"
	yaml_list "$f" >"$m/namespaces/$ns/core/pods.yaml" && yaml_list "$ours/events/$ns.json" >"$m/namespaces/$ns/core/events.yaml"
done
logs=$m/namespaces/kube-system/pods/$pod/c/c/logs
mkdir -p "$logs" && echo '2026-11-23T19:33:31.123Z E1123 19:33:31.123456 1 x.go:1] now' >"$logs/current.log" && echo '2026-11-23T19:03:31.123Z then' >"$logs/previous.log"
printf '%s\n' '-- Logs begin at Mon 2026-11-23 10:00:00 UTC, end at Mon 2026-11-23 21:00:00 UTC. --' 'Nov 23 19:33:31 node1 hyperkube[1]: E1123 19:33:31.123456 1 x.go:1] one' \
	'Nov 23 19:33:32 node2 hyperkube[1]: E1123 19:33:32.123456 1 x.go:1] two' >"$m/host_service_logs/masters/kubelet_service.log"
mkdir -p "$T/must/must-gather.local.1" && cp -r "$m" "$T/must/must-gather.local.1/quay-io-x-sha256-1"
for d in "$m" "$T/must"; do
	same "must-gather ($(basename "$d"))" "$d"
	ok "its kind, its journals by node, a container's run before" one "$d" "SELECT (SELECT kind FROM bundles), (SELECT group_concat(node || ' ' || iso(ts)) FROM log WHERE unit = 'kubelet'),
		(SELECT group_concat(role) FROM (SELECT role FROM files WHERE pod IS NOT NULL AND first_log IS NOT NULL ORDER BY role))" \
		"$(printf 'must-gather\tnode1 2026-11-23T19:33:31Z,node2 2026-11-23T19:33:32Z\tcontainer-log,container-log-previous')"
done
run analyze "$m" -o "$T/must.json" -o "$T/must.txt" -o "$T/must.md" -o "$T/must.html" -o "$T/must.db"
some=$(ask "$m" "SELECT group_concat(name, ', ') FROM chosen_namespaces")
ok "that it has some namespaces only stands in every report" eval 'for x in txt md html; do tr "\n" " " <"$T/must.$x" | grep -q "has the namespaces .*knows nothing" || { echo "not in $x"; false; } || break; done'
ok "and in the answers of what looks at what lies in them" sh -c "jq -e --arg s '$some' '(.bundle.namespaces == \$s) and any(.checks[]; .id == \"pod-crashloop\" and (.state == \"found\" or (.reason | contains(\$s))))' '$T/must.json'"
ok "nothing is said to be nowhere" sh -c "jq -e 'any(.checks[]; .id == \"npd-not-deployed\" and .state == \"not-evaluated\")' '$T/must.json'"
run inspect "$m"
ok "inspect tells its kind, version, time, and what it lacks" eval 'out "^kind .*must-gather" && out "^cluster .*Kubernetes v1" && out "^taken  *2026-" && out "^lacks .*namespaces other than"'
ok "our own bundle has them all" one bundles/samples/kubelet-stopped.tar.zst "SELECT count(*) FROM chosen_namespaces" 0

# troubleshoot.sh's host collectors, of nodes as newer versions lay them and as older ones did.
h=$T/hosts
mkdir -p "$h/cluster-resources" "$h/host-collectors/node1/diskUsage" "$h/host-collectors/diskUsage/node2" "$h/host-collectors/node1/system" "$h/host-collectors/system/node2"
cp "$ours/nodes.json" "$h/cluster-resources/"
echo '{"total_bytes":1000000,"used_bytes":995000}' >"$h/host-collectors/node1/diskUsage/var-lib.json"
echo '{"total_bytes":1000000,"used_bytes":5}' >"$h/host-collectors/diskUsage/node2/var-lib.json"
echo '[{"Unit":"kubelet.service","Load":"loaded","Active":"failed","Sub":"failed"}]' >"$h/host-collectors/node1/system/systemctl_services.json"
echo '{"net.ipv4.ip_forward":"1"}' >"$h/host-collectors/system/node2/sysctl.json"
ok "host collectors: disks" one "$h" "SELECT node, mount, use_percent FROM node_disks ORDER BY node" "$(printf 'node1\tvar-lib\t100\nnode2\tvar-lib\t1')"
ok "host collectors: services and sysctls" one "$h" "SELECT u.node, unit, active, s.node, value FROM node_units u, node_sysctls s" "$(printf 'node1\tkubelet.service\tfailed\tnode2\t1')"

# Insights.
i=$T/insights
mkdir -p "$i/config/node" "$i/config/pod/kube-system" "$i/insights-operator"
jq -c '.items[]' "$ours/nodes.json" | while IFS= read -r o; do printf '%s\n' "$o" >"$i/config/node/$(printf '%s\n' "$o" | jq -r .metadata.name).json"; done
jq -c '.items[]' "$ours/pods/kube-system.json" | while IFS= read -r o; do printf '%s\n' "$o" >"$i/config/pod/kube-system/$(printf '%s\n' "$o" | jq -r .metadata.name).json"; done
echo '{}' >"$i/insights-operator/gathers.json"
ok "Insights: an object a file" one "$i" "SELECT (SELECT kind FROM bundles), (SELECT count(*) FROM nodes), (SELECT items FROM lists WHERE resource = 'nodes')" "$(printf 'insights\t3\t3')"

# -- several bundles, one case -----------------------------------------------------------------------------------------------
s=$T/sosreport-node2
mkdir -p "$s/sos_commands/host" "$s/sos_commands/filesys" "$s/sos_commands/date"
echo node2 >"$s/sos_commands/host/hostname"
echo 'Mon Nov 23 21:50:00 UTC 2026' >"$s/sos_commands/date/date"
cp "$T/ours/$top/nodes/node2/host/df.txt" "$s/sos_commands/filesys/df_-al_-x_autofs"
sed -i '2,$s/[0-9]*% /100% /' "$s/sos_commands/filesys/df_-al_-x_autofs"
tar -C "$T" -cf "$T/sosreport-node2.tar" sosreport-node2
run analyze "$dump" "$T/sosreport-node2.tar" -o "$T/case.db" -o "$T/case.json"
ok "a cluster's bundle and a node's report make one case" is "$status" 0
# Several reports of nodes collected in one archive; runtimes as tables for people.
for host in node1 node3; do
	mkdir -p "$T/sos/sosreport-$host/sos_commands/host" "$T/sos/sosreport-$host/sos_commands/crio" "$T/sos/sosreport-$host/sos_commands/docker"
	echo $host >"$T/sos/sosreport-$host/sos_commands/host/hostname"
	tar -C "$T/sos" -cJf "$T/sos/sosreport-$host.tar.xz" "sosreport-$host" && c=$T/sos/sosreport-$host/sos_commands
	[ $host = node3 ] || rm -r "$T/sos/sosreport-$host"
done
cat >"$c/crio/crictl_ps_-a" <<'EOF'
CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD
0123456789abc       fedcba9876543       2 hours ago         Running             coredns             0                   aaaaaaaaaaaaa       coredns-1-x
1123456789abc       quay.io/a/b:v1      About an hour ago   Exited              kube-proxy          4                   bbbbbbbbbbbbb       kube-proxy-y        kube-system
EOF
cat >"$c/crio/crictl_images" <<'EOF'
IMAGE                     TAG                 IMAGE ID            SIZE
registry.k8s.io/pause     3.9                 e6f1816883972       750kB
<none>                    <none>              f6f1816883972       1.5GB
EOF
cat >"$c/docker/docker_ps_-a" <<'EOF'
CONTAINER ID   IMAGE                  COMMAND                CREATED        STATUS                      PORTS     NAMES
2123456789ab   k8s.gcr.io/pause:3.2   "/pause"               3 weeks ago    Up 3 weeks                            k8s_POD_web-1_shop_1111_0
3123456789ab   a/b                    "sh -c 'sleep 1'"        2 hours ago    Exited (137) 2 hours ago              k8s_app_web-1_shop_1111_3
EOF
cat >"$c/docker/docker_images" <<'EOF'
REPOSITORY       TAG       IMAGE ID       CREATED        SIZE
a/b              <none>    413456789abc   2 months ago   83.4MB
EOF
rm "$T/sos/sosreport-node3.tar.xz" && tar -C "$T/sos" -cJf "$T/sos/sosreport-node3.tar.xz" sosreport-node3 && rm -r "$T/sos/sosreport-node3"
tar -C "$T" -cf "$T/sos-collector.tar" sos
ok "reports of several nodes in one archive" one "$T/sos-collector.tar" "SELECT (SELECT kind FROM bundles), group_concat(node) FROM (SELECT DISTINCT node FROM files WHERE role = 'hostname' ORDER BY node)" "$(printf 'sos\tnode1,node3')"
ok "containers of crictl and docker" one "$T/sos-collector.tar" "SELECT runtime, namespace, pod, container, state, image FROM node_containers WHERE node = 'node3' ORDER BY id" \
	"$(printf 'cri\t\tcoredns-1-x\tcoredns\trunning\tfedcba9876543\ncri\tkube-system\tkube-proxy-y\tkube-proxy\texited\tquay.io/a/b:v1\ndocker\tshop\tweb-1\tPOD\trunning\tk8s.gcr.io/pause:3.2\ndocker\tshop\tweb-1\tapp\texited\ta/b')"
ok "their images" one "$T/sos-collector.tar" "SELECT runtime, repository, tag, bytes FROM node_images ORDER BY id" \
	"$(printf 'docker\ta/b\t\t83400000\ncri\tregistry.k8s.io/pause\t3.9\t750000\ncri\t\t\t1500000000')"

# Records of the second of two bundles of ours are of its manifest.
for x in first second; do
	mkdir -p "$T/$x/cluster-resources" && cp "$ours/nodes.json" "$T/$x/cluster-resources/"
	echo '{"sickbay_bundle":1,"started":"2026-11-23T21:50:00Z"}' >"$T/$x/bundle.json"
	echo '{"sickbay_manifest":1,"finished":"2026-11-23T21:51:00Z","captures":[]}' >"$T/$x/manifest.json"
done
cat >"$T/second/manifest.json" <<'EOF'
{"sickbay_manifest":1,"finished":"2026-11-23T21:51:00Z","captures":[
{"path":"kubectl/x.txt","source":"api","state":"failed","error":"Get \"https://node2:10250/logs\": dial tcp 10.77.0.12:10250: connect: connection refused","started":"2026-11-23T21:50:01Z"},
{"path":"cluster-resources/nodes.json","source":"api","state":"ok","started":"2026-11-23T21:50:01Z"}
]}
EOF
run analyze "$T/first" "$T/second" -o "$T/two.json" -o "$T/two.db"
ok "a record of the second bundle is evidence of its manifest" sh -c "jq -e 'any(.findings[]; .check == \"apiserver-to-kubelet-unreachable\" and (.evidence[0] | .file == \"second/manifest.json\" and .line == 2 and (.text | contains(\"connection refused\"))))' '$T/two.json'"
ok "and what it is of is its own" one "$T/two.db" "SELECT b.name FROM captures c JOIN files f ON f.id = c.file JOIN bundles b ON b.id = f.bundle" second
run analyze "$dump" "$T/sosreport-node2.tar" -o "$T/case.db" -o "$T/case.json"
ok "each file knows its bundle" one "$T/case.db" "SELECT DISTINCT b.name, f.node FROM files f JOIN bundles b ON b.id = f.bundle WHERE f.role = 'df'" "$(printf 'sosreport-node2\tnode2')"
ok "evidence names the bundle" sh -c "jq -r '.findings[].evidence[].file' '$T/case.json' | sort -u | grep -v '^dump/\|^sosreport-node2/' | wc -l | grep -qx 0"
run analyze "$dump" "$dump" -o "$T/twice.db"
ok "what comes twice counts once" one "$T/twice.db" "SELECT count(*), count(DISTINCT namespace) FROM pods" "$pods"
ok "and is said" one "$T/twice.db" "SELECT count(*) FROM problems WHERE message LIKE '%objects of this bundle are in%'" 1

# -- a troubleshoot.sh tool opens ours ---------------------------------------------------------------------------------------
# Names as troubleshoot.sh gives them (pkg/constants): a folder of namespaces, or one file; logs below pods/logs.
known='^(namespaces|nodes|pvs|storage-classes|ingress-classes|priorityclasses|custom-resource-definitions|clusterroles|clusterrolebindings|volumeattachments|certificatesigningrequests|validating-webhook-configurations|mutating-webhook-configurations|groups|resources)(-errors)?\.json$'
spaced='^(auth-cani-list|pods|pod-disruption-budgets|services|deployments|statefulsets|daemonsets|replicasets|jobs|cronjobs|ingress|network-policy|resource-quota|limitranges|events|pvcs|roles|rolebindings|endpoints|endpointslices|serviceaccounts|leases|configmaps)/[a-z0-9.-]+\.json$'
plural='poddisruptionbudgets|ingresses|networkpolicies|resourcequotas|persistentvolumeclaims|persistentvolumes|storageclasses|ingressclasses|customresourcedefinitions|validatingwebhookconfigurations|mutatingwebhookconfigurations'
(cd "$ours" && find . -type f | sed 's|^\./||') >"$T/resources"
for f in namespaces.json nodes.json pods/kube-system.json events/kube-system.json services/default.json; do
	ok "ours has $f where troubleshoot.sh has it" test -s "$ours/$f"
done
ok "no resource that troubleshoot.sh has is at another place in ours" sh -c "! grep -E '^($plural)(/|\.json)' '$T/resources'"
ok "files of a namespace are where its tools look" sh -c "grep -E '$spaced' '$T/resources' | wc -l | grep -qvx 0"
ok "files of the cluster, too" sh -c "grep -E '$known' '$T/resources' | wc -l | grep -qvx 0"
ok "each is a list with a kind" sh -c "grep -E '$known|$spaced' '$T/resources' | grep -Ev 'errors|^groups|^resources' | while read -r f; do jq -e '.items != null and (.kind | endswith(\"List\"))' '$ours'/\$f >/dev/null || echo \$f; done | wc -l | grep -qx 0"
ok "logs are where its tools look" sh -c "grep '^pods/logs/' '$T/resources' | grep -Ev '^pods/logs/[^/]+/[^/]+/[^/]+(-previous)?\.log\$' | wc -l | grep -qx 0"
ok "the marker is there" sh -c "grep -q versionNumber '$T/ours/$top/version.yaml'"
done_testing
