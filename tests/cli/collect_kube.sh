#!/bin/sh
# collect from the Kubernetes API through a kubectl that plays several clusters: layout, paging, redaction, forbidden and
# broken lists, logs, an API that refuses or hangs. Prints TAP. SICKBAY=/path/to/sickbay sh tests/cli/collect_kube.sh
set -u
SICKBAY=${SICKBAY:-build/release/sickbay}
T=$(mktemp -d /tmp/sickbay-test-XXXXXX)
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM
n=0
ok() {
	n=$((n + 1)) name=$1
	shift
	if "$@" >"$T/diag" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$T/diag" "$T/out" 2>/dev/null | head -n 40
	fi
}
member() { tar -xOf "$T/$1.tar" "$1/$2"; }
has() { member "$1" "$2" | grep -q -- "$3"; }
exists() { tar -tf "$T/$1.tar" | grep -qx "$1/$2"; }
missing() { ! exists "$1" "$2"; }
is() { test "$1" = "$2" || { echo "got $1, want $2"; return 1; }; }
# state BUNDLE PATH STATE
state() { member "$1" manifest.json | grep "\"path\":\"$2\"" | grep -q "\"state\":\"$3\""; }

mkdir -p "$T/bin" "$T/api"
cat >"$T/bin/kubectl" <<'END'
#!/bin/sh
# Arguments that only configure are dropped; the rest is what is asked.
ask=
while [ $# -gt 0 ]; do
	case $1 in
	--kubeconfig | --context) shift ;;
	--request-timeout=* | --raw) ;;
	*) ask="$ask $1" ;;
	esac
	shift
done
ask=${ask# }
echo "$ask" >>"$T/asked"
case $ask in
'config view'*)
	echo '{"current-context":"lab@home","clusters":[{"cluster":{"server":"https://127.0.0.9:6443"}}]}'
	exit 0
	;;
esac
case $MODE in
refused)
	echo 'The connection to the server 127.0.0.9:6443 was refused - did you specify the right host or port?' >&2
	exit 1
	;;
hung)
	case $ask in 'get /version' | 'get /livez'*) ;; *) exec sleep 100 ;; esac
	;;
esac
case $ask in
'get /'*) ;;
*)
	echo "output of $ask"
	exit 0
	;;
esac
path=${ask#get }
file=$(printf '%s' "$path" | sed 's/limit=500//; s/[?&]timestamps=true//; s/&sinceTime=[^&]*//; s/[^A-Za-z0-9._-]/_/g; s/_*$//')
if [ -f "$T/api/$file.err" ]; then
	cat "$T/api/$file.err" >&2
	exit 1
fi
if [ -f "$T/api/$file" ]; then
	cat "$T/api/$file"
	exit 0
fi
echo 'Error from server (NotFound): the server could not find the requested resource' >&2
exit 1
END
chmod +x "$T/bin/kubectl"
PATH=$T/bin:$PATH
MODE=well
export PATH T MODE
TMPDIR=$T
export TMPDIR
unset KUBECONFIG

api() { cat >"$T/api/$1"; }
resource() { printf '{"name":"%s","kind":"%s","namespaced":%s,"verbs":["list","get"]}' "$1" "$2" "$3"; }
group() { printf '{"name":"%s","preferredVersion":{"version":"%s"},"versions":[' "$1" "$2"; shift; sep=; for v in "$@"; do printf '%s{"version":"%s"}' "$sep" "$v"; sep=,; done; printf ']}'; }

echo '{"gitVersion":"v1.20.2","major":"1"}' | api _version
echo '{"metadata":{"uid":"11111111-2222"}}' | api _api_v1_namespaces_kube-system
echo 'ok' | api _livez_verbose
echo 'ok' | api _readyz_verbose
echo 'ok' | api _healthz_verbose
echo '# HELP x y
x_bucket{le="1"} 5
x_total 7' | api _metrics
{
	echo '{"resources":['
	resource nodes Node false; echo ,
	resource namespaces Namespace false; echo ,
	resource pods Pod true; echo ,
	resource events Event true; echo ,
	resource secrets Secret true; echo ,
	resource configmaps ConfigMap true; echo ,
	resource persistentvolumeclaims PersistentVolumeClaim true; echo ,
	resource services Service true; echo ,
	resource endpoints Endpoints true; echo ,
	echo '{"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]},{"name":"bindings","kind":"Binding","namespaced":true,"verbs":["create"]},'
	echo '{"name":"../../evil","kind":"X","namespaced":true,"verbs":["list"]}'
	echo ']}'
} | api _api_v1
{
	echo '{"groups":['
	group autoscaling v1 v2beta2; echo ,
	group events.k8s.io v1; echo ,
	group stable.example.com v1; echo ,
	group metrics.k8s.io v1beta1
	echo ']}'
} | api _apis
echo "{\"resources\":[$(resource horizontalpodautoscalers HorizontalPodAutoscaler true)]}" | api _apis_autoscaling_v1
echo "{\"resources\":[$(resource horizontalpodautoscalers HorizontalPodAutoscaler true)]}" | api _apis_autoscaling_v2beta2
echo "{\"resources\":[$(resource events Event true)]}" | api _apis_events.k8s.io_v1
echo "{\"resources\":[$(resource backups Backup true),$(resource zones Zone false)]}" | api _apis_stable.example.com_v1
echo 'Error from server (ServiceUnavailable): the server is currently unable to handle the request' | api _apis_metrics.k8s.io_v1beta1.err

list() { printf '{"kind":"%s","apiVersion":"v1","metadata":{"resourceVersion":"7"%s},"items":[' "$1" "${2:-}"; cat; echo ']}'; }
echo '{"metadata":{"name":"n1"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}]}}' | list NodeList | api _api_v1_nodes
echo '{"metadata":{"name":"default"}},{"metadata":{"name":"kube-system"}}' | list NamespaceList | api _api_v1_namespaces
cp "$T/api/_api_v1_namespaces" "$T/api/_api_v1_namespaces_limit_1"
cat <<'END' | list PodList ',"continue":"abc+/="' | api _api_v1_pods
{"metadata":{"name":"well","namespace":"default","managedFields":[{"manager":"kubectl","operation":"Update","fieldsV1":{"f:x":{}}}]},
 "spec":{"containers":[{"name":"c","env":[{"name":"DB_PASSWORD","value":"hunter2"}]}]},
 "status":{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"restartCount":0,"state":{"running":{}}}]}},
{"metadata":{"name":"crash","namespace":"default"},"spec":{"nodeName":"n1"},
 "status":{"phase":"Running","containerStatuses":[{"name":"c","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1}}}]}}
END
cat <<'END' | list PodList | api _api_v1_pods__continue_abc_2B_2F_3D
{"metadata":{"name":"init","namespace":"default"},
 "status":{"phase":"Pending","initContainerStatuses":[{"name":"i","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":2}}}],
 "containerStatuses":[{"name":"c","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}]}},
{"metadata":{"name":"done","namespace":"jobs"},"status":{"phase":"Succeeded","containerStatuses":[{"name":"c","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0}}}]}},
{"metadata":{"name":"kube-proxy-x","namespace":"kube-system"},"status":{"phase":"Running","containerStatuses":[{"name":"kube-proxy","ready":true,"restartCount":0,"state":{"running":{}}}]}}
END
log() { api "_api_v1_namespaces_$1_pods_$2_log_container_$3_tailLines_2000${4:-}"; }
echo 'previous words, token=0123456789abcdef0123' | log default crash c _previous_true
echo 'current words' | log default crash c
echo 'init words' | log default init i
echo 'proxy words' | log kube-system kube-proxy-x kube-proxy
printf '' | list EventList | api _api_v1_events
printf '' | list ServiceList | api _api_v1_services
echo '{"metadata":{"name":"s","namespace":"default"},"type":"Opaque","data":{"password":"aHVudGVyMg=="}}' | list SecretList | api _api_v1_secrets
echo '{"metadata":{"name":"c","namespace":"default"},"data":{"app.conf":"password: correct-horse\nport: 1\n"}}' | list ConfigMapList | api _api_v1_configmaps
echo 'Error from server (Forbidden): persistentvolumeclaims is forbidden: User "x" cannot list' | api _api_v1_persistentvolumeclaims.err
printf '{"kind":"EndpointsList","items":[{"metadata":{"name":"a","namespace":"default"}},{"metadata":{"na' | api _api_v1_endpoints
echo '{"metadata":{"name":"h","namespace":"default"},"status":{"conditions":[]}}' | list HPAList | api _apis_autoscaling_v2beta2_horizontalpodautoscalers
echo '{"metadata":{"name":"b","namespace":"default"},"spec":{"password":"hunter2"}}' | list BackupList | api _apis_stable.example.com_v1_backups
printf '' | list ZoneList | api _apis_stable.example.com_v1_zones

collect() {
	out=$1
	shift
	: >"$T/asked"
	"$SICKBAY" collect --via kubectl --no-nodes -o "$T/$out.tar" "$@" >"$T/out" 2>&1
	rc=$?
}
R=cluster-resources

collect a
ok "some lists failed: partial" is $rc 3
ok "who and what" has a bundle.json '"uid": *"11111111-2222"'
ok "the context" has a bundle.json '"context": *"lab@home"'
ok "cluster_version.json" has a cluster-info/cluster_version.json '"string": "v1.20.2"'
ok "a namespace, a file" has a $R/pods/default.json '"name": "crash"'
ok "the second page is joined" has a $R/pods/default.json '"name": "init"'
ok "objects say what they are" has a $R/pods/kube-system.json '^      "kind": "Pod",$'
ok "the list does, too" has a $R/pods/kube-system.json '^  "kind": "PodList",$'
ok "fields of managers are dropped" sh -c "! tar -xOf $T/a.tar a/$R/pods/default.json | grep -q fieldsV1"
ok "listed and empty" has a $R/events.json '"items": \[\]'
ok "a list that is forbidden is named" has a $R/pvcs-errors.json Forbidden
ok "and failed" state a $R/pvcs.json failed
ok "a list that breaks off keeps what came" has a $R/endpoints/default.json '"name": "a"'
ok "and is failed" state a $R/endpoints/default.json failed
ok "custom resources are arrays" sh -c "tar -xOf $T/a.tar a/$R/custom-resources/backups.stable.example.com/default.json | head -n 1 | grep -qx '\['"
ok "empty ones, too" sh -c "tar -xOf $T/a.tar a/$R/custom-resources/zones.stable.example.com.json | grep -qx '\[\]'"
ok "HPAs in the version that tells more" has a $R/horizontalpodautoscalers/default.json autoscaling/v2beta2
ok "and only once" sh -c "! grep -q autoscaling/v1/horizontal $T/asked"
ok "events are not listed twice" sh -c "! grep -q events.k8s.io/v1/events $T/asked"
ok "what cannot be listed is not asked" sh -c "! grep -q bindings $T/asked"
ok "nor what has a hostile name" sh -c "! grep -q evil $T/asked"
ok "a group that fails is told" has a $R/groups-resources-errors.json metrics.k8s.io
ok "discovery is kept" has a $R/resources.json horizontalpodautoscalers
ok "secrets: no values" sh -c "! tar -xOf $T/a.tar a/$R/secrets/default.json | grep -q aHVudGVyMg"
ok "secrets: sizes" has a $R/secrets/default.json '"password": 1024'
ok "environment" sh -c "! tar -xf $T/a.tar -O | grep -q hunter2"
ok "config maps" sh -c "! tar -xf $T/a.tar -O | grep -q correct-horse"
ok "logs" sh -c "! tar -xf $T/a.tar -O | grep -q 0123456789abcdef0123"
ok "redactions are counted" sh -c "tar -xOf $T/a.tar a/manifest.json | grep '$R/secrets/default.json' | grep -q '\"redactions\":1'"
ok "log of a crashing container" has a $R/pods/logs/default/crash/c.log 'current words'
ok "and of its run before" has a $R/pods/logs/default/crash/c-previous.log 'previous words'
ok "log of an init container that failed" has a $R/pods/logs/default/init/i.log 'init words'
ok "none of one that waits" missing a $R/pods/logs/default/init/c.log
ok "none of a pod that is well" missing a $R/pods/logs/default/well/c.log
ok "none of a job that is done" missing a $R/pods/logs/jobs/done/c.log
ok "always the control plane's" has a $R/pods/logs/kube-system/kube-proxy-x/kube-proxy.log 'proxy words'
ok "kubectl for people" has a kubectl/get-nodes-wide.txt 'output of get nodes -o wide'
ok "metrics without buckets" sh -c "tar -xOf $T/a.tar a/kubectl/apiserver-metrics.txt | grep -qx 'x_total 7' && ! tar -xOf $T/a.tar a/kubectl/apiserver-metrics.txt | grep -q bucket"
ok "nothing but reading" sh -c "! grep -Ev '^(get|describe|config view|cluster-info|top|api-versions)' $T/asked"
ok "an API that is not there is absent" state a nodes/n1/kubelet/metrics.txt absent

# The log of a window; a time may come in pieces, and the last line without an end.
ago() { date -u -d "-$1 min" +%Y-%m-%dT%H:%M:%S.123456789Z; }
{ echo "$(ago 100) one, within"; echo "$(ago 90) two"; echo 'a line without a time'; echo "$(ago 10) behind the end"; echo "$(ago 5) more"; } |
	api _api_v1_namespaces_default_pods_crash_log_container_c
collect w --since 2h --until 1h
ok "--since: the API is asked from then on" grep -q 'pods/crash/log?container=c&sinceTime=20[0-9T:-]*Z&timestamps=true$' "$T/asked"
ok "--until: lines up to then, and those without a time between them" is "$(member w $R/pods/logs/default/crash/c.log | sed 's/.*Z //' | tr '\n' '|')" "one, within|two|a line without a time|"
ok "... which is no failure" state w $R/pods/logs/default/crash/c.log ok
collect w2 --since 2h
ok "--since alone: the newest lines of that time" grep -q 'pods/crash/log?container=c&sinceTime=20[0-9T:-]*Z&tailLines=2000' "$T/asked"

MODE=refused
collect b
ok "API refused: partial" is $rc 3
ok "one clear reason in the summary" grep -q "does not serve lists: The connection to the server 127.0.0.9:6443 was refused" "$T/out"
ok "the refusal can be cited" has b kubectl/readyz.txt 'The connection to the server 127.0.0.9:6443 was refused'
ok "no list was asked for" sh -c "! grep -q 'get /api/v1/pods' $T/asked"
ok "bundle.json says it" has b bundle.json '"serves_lists": *false'
ok "--nodes is advised" sh -c "$SICKBAY collect --via kubectl -o $T/b2.tar --ssh-known-hosts /dev/null --timeout 15s 2>&1 | grep -q -- '--nodes a,b,c'"

MODE=hung
collect c --timeout 40s
ok "API answers no list: partial" is $rc 3
ok "its version was had all the same" has c bundle.json v1.20.2
ok "and livez" has c kubectl/livez.txt ok

MODE=well
"$SICKBAY" collect --via kubectl --no-nodes -o - >"$T/d.tar.zst" 2>"$T/err"
ok "bundle on stdout" sh -c "zstd -dc $T/d.tar.zst 2>/dev/null | tar -t 2>/dev/null | grep -q manifest.json || tar -tf $T/d.tar.zst | grep -q manifest.json"
ok "the summary then on stderr" grep -q "captures:" "$T/err"
"$SICKBAY" collect --via kubectl --no-nodes -o "$T/a.tar" >"$T/out" 2>&1
ok "an existing file is not overwritten" is $? 2
collect e --max-bytes 2KiB
ok "--max-bytes ends it with a bundle" sh -c "tar -tf $T/e.tar | grep -q manifest.json"
ok "and says so" grep -q -- --max-bytes "$T/out"
(cd "$T" && "$SICKBAY" collect --via kubectl --no-nodes >"$T/out" 2>&1)
ok "a name of its own" sh -c "ls $T/sickbay-lab-home-20*.tar.zst"

# --- usage
usage() { "$SICKBAY" collect "$@" >"$T/out" 2>&1; test $? = 2; }
ok "--since nonsense" usage --since yesterday
ok "--jobs nonsense" usage --jobs 0
ok "--max-bytes nonsense" usage --max-bytes lots
ok "--via nonsense" usage --via carrier-pigeon
ok "contradiction" usage --no-nodes --nodes a
ok "nothing to do" usage --no-kube --no-nodes
ok "no nodes named" usage --no-kube
ok "a key that is not there" usage --ssh-key /no/such/key
ok "a node that is none" usage --no-kube --nodes -oProxyCommand=x -o "$T/x.tar"
ok "an ending that is none" usage --via kubectl --no-nodes -o "$T/x.zip"
printf 'plan: 1\nnode:\n  - path: a\n    rum: b\n' >"$T/plan.yaml"
"$SICKBAY" collect --plan "$T/plan.yaml" -o "$T/x.tar" >"$T/out" 2>&1
ok "a plan with a mistake" is $? 1
ok "is told with its line" grep -q "line 4: rum: unknown key" "$T/out"
: >"$T/asked"
"$SICKBAY" collect --dry-run --since 2h --ssh-user ops >"$T/out" 2>&1
ok "--dry-run" is $? 0
ok "asks nothing" is "$(wc -c <"$T/asked")" 0
ok "shows requests" grep -q "GET /readyz" "$T/out"
ok "shows commands with their times" grep -q "since=-7200s" "$T/out"
ok "shows as whom" grep -q "as ops" "$T/out"

echo "1..$n"
