#!/bin/sh
# collect against a real API server (etcd and kube-apiserver of K8S_BIN, private, on loopback): a service account with few
# rights, a client certificate, a token, an exec plugin, a pod's service account, pages, kubectl's own view of the same
# objects, and a server that is killed in the middle. Prints TAP; skips where the programs are not there.
#   K8S_BIN=DIR[:DIR] SICKBAY=build/release/sickbay sh tests/lab/api.sh
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
. tests/cli/lib.sh
. tests/lab/apiserver.sh
why=$(apiserver_have) || { echo "ok 1 - a real API server # SKIP $why"; echo 1..1; exit 0; }
trap 'apiserver_stop; rm -rf "$T"' EXIT
HOME=$T TMPDIR=$T
export HOME TMPDIR
unset KUBECONFIG KUBERNETES_SERVICE_HOST
apiserver_start "$T/api" || exit 1
R=cluster-resources
member() { tar -xOf "$T/$1.tar" "$1/$2"; }
state() { member "$1" manifest.json | grep "\"path\":\"$2\"" | grep -q "\"state\":\"$3\"" || { member "$1" manifest.json | grep "\"path\":\"$2\""; return 1; }; }
collect() { # NAME KUBECONFIG OPTIONS...
	b=$1 conf=$2
	shift 2
	run collect --no-nodes --kubeconfig "$conf" -o "$T/$b.tar" --force "$@"
}
rows() { "$SICKBAY" query "$T/$1.tar" "$2" --format csv 2>&1; }

# --- something to list: 600 ConfigMaps (two pages), a CRD, a Secret
kc create ns shop >/dev/null
{
	for i in $(seq 1 600); do printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: map-%03d, namespace: shop}\ndata: {k: v}\n' "$i"; done
} >"$T/maps.yaml"
kc create -f "$T/maps.yaml" >/dev/null
kc -n shop create secret generic db --from-literal=password=hunter2 >/dev/null
kc create -f - >/dev/null <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: backups, kind: Backup}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
END
# No object of it: a 1.20 that was built with Go 1.18 or later dies of custom objects (modern-go/reflect2 before 1.0.2);
# tests/cli/collect_api.sh has some.
for i in 1 2 3 4 5 6 7 8 9 10; do
	kc get backups -A >/dev/null 2>&1 && break
	sleep 1
done
collect admin "$T/api/admin.conf" --via api
ok "a token: all is listed" is "$status" 0
ok "every object that kubectl lists, in pages" is "$(rows admin "select count(*) from objects where kind = 'ConfigMap' and namespace = 'shop'")" "$(kc -n shop get cm -o name | wc -l)"
ok "as many namespaces as kubectl lists" is "$(rows admin "select count(*) from namespaces")" "$(kc get ns -o name | wc -l)"
ok "the resource of a CRD" state admin $R/custom-resources/backups.stable.example.com.json ok
ok "and the CRD itself" state admin $R/custom-resource-definitions.json ok
ok "secrets without values" sh -c "! tar -xOf $T/admin.tar | grep -q aHVudGVyMg"
ok "the server's own word" sh -c "tar -xOf $T/admin.tar admin/kubectl/readyz.txt | grep -q '^readyz check passed'"
collect viakubectl "$T/api/admin.conf" --via kubectl
ok "through kubectl the same objects" is "$(rows viakubectl "select count(*) from objects where kind <> 'Event' and kind <> 'Lease' and kind <> 'Endpoints'")" \
	"$(rows admin "select count(*) from objects where kind <> 'Event' and kind <> 'Lease' and kind <> 'Endpoints'")"

# --- a service account that may list ConfigMaps and Namespaces, and nothing else
kc -n shop create sa limited >/dev/null
kc create clusterrole limited --verb=list,get --resource=configmaps,namespaces >/dev/null
kc create clusterrolebinding limited --clusterrole=limited --serviceaccount=shop:limited >/dev/null
token=$(curl -sk -H 'Authorization: Bearer tok-admin' -H 'Content-Type: application/json' -d '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}' \
	"https://127.0.0.1:$api_port/api/v1/namespaces/shop/serviceaccounts/limited/token" | jq -r .status.token)
conf "$T/sa.conf" "{token: $token}"
collect sa "$T/sa.conf"
ok "a service account with few rights: partial" is "$status" 3
ok "what it may is there" is "$(rows sa "select count(*) from objects where kind = 'ConfigMap' and namespace = 'shop'")" "$(kc -n shop get cm -o name | wc -l)"
ok "what it may not is named" sh -c "tar -xOf $T/sa.tar sa/$R/pods-errors.json | grep -q 'Error from server (Forbidden): pods is forbidden: User .*system:serviceaccount:shop:limited'"
ok "and the token is nowhere" sh -c "! tar -xOf $T/sa.tar | grep -qF '$token'"

# --- the others
# Not `view`: no controller fills it here.
kc create clusterrolebinding readers --clusterrole=system:aggregate-to-view --group=readers --user=certuser >/dev/null
conf "$T/cert.conf" "{client-certificate: $T/api/cert.crt, client-key: $T/api/cert.key}"
collect cert "$T/cert.conf"
ok "a client certificate" state cert $R/configmaps/shop.json ok
cat >"$T/plugin" <<'END'
#!/bin/sh
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"tok-reader"}}'
END
chmod +x "$T/plugin"
conf "$T/exec.conf" "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./plugin}}"
collect exec "$T/exec.conf"
ok "an exec plugin" state exec $R/configmaps/shop.json ok
conf "$T/as.conf" "{token: tok-admin, as: 'system:serviceaccount:shop:limited'}"
collect as "$T/as.conf"
ok "impersonation: with the rights of the other" sh -c "tar -xOf $T/as.tar as/$R/pods-errors.json | grep -q Forbidden"
pod_sa() {
	unshare -m sh -c "mount -t tmpfs none /var/run && mkdir -p /var/run/secrets/kubernetes.io/serviceaccount && cd /var/run/secrets/kubernetes.io/serviceaccount &&
		printf %s '$token' >token && cp '$T/api/ca.crt' ca.crt && cd / &&
		KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=$api_port '$SICKBAY' collect --no-nodes -o '$T/pod.tar' >'$T/out' 2>&1; test \$? = 3"
}
case $SICKBAY in /*) ;; *) SICKBAY=$PWD/$SICKBAY ;; esac
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	ok "a pod's service account, without any kubeconfig" pod_sa
	ok "has the same rights" state pod $R/configmaps/shop.json ok
else
	n=$((n + 1)); echo "ok $n - a pod's service account # SKIP needs root and mount namespaces"
fi

# --- the server dies in the middle: killed as soon as it has been asked for its lists
conf "$T/dying.conf" '{token: tok-admin}'
printf 'plan: 1\nresources: {timeout: 20s, max: 64MiB, max_item: 1MiB, page: 5, first: [nodes], names: {}, prefer: {}, same: [], skip: [], builtin: [""]}\n' >"$T/pages.yaml"
printf 'logs: {lines: 10, max: 1KiB, timeout: 3s, max_pods: 0, always: []}\n' >>"$T/pages.yaml"
"$SICKBAY" collect --no-nodes --kubeconfig "$T/dying.conf" --plan "$T/pages.yaml" --jobs 1 --via api -o "$T/dying.tar" >"$T/out" 2>"$T/err" &
ours=$!
for i in $(seq 1 200); do grep -q 'configmaps?.*continue\|URI="/api/v1/configmaps' "$T/api/apiserver.log" && break; [ -e "$T/dying.tar.part" ] && break; sleep 0.05; done
sleep 0.3
apiserver_kill
wait "$ours"
ok "the server is killed in the middle: a bundle that says so" is "$?" 3
ok "it loads" is "$(rows dying "select count(*) > 0 from captures")" 1
ok "with the reason" out "broke off\|was refused\|did not answer three requests"
done_testing
