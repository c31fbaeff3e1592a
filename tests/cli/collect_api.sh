#!/bin/sh
# collect from the Kubernetes API directly: credentials, certificates, proxies, pages, and servers that are busy, cut the
# connection, forget where they were, or say no. The server is tests/cli/kube_api.py.
set -u
. tests/cli/lib.sh
S=$T/server
mkdir "$S"
python=$(command -v /usr/bin/python3 || command -v python3) || { echo "ok 1 - skipped # SKIP no python3"; echo 1..1; exit 0; }
unset KUBECONFIG KUBERNETES_SERVICE_HOST HTTPS_PROXY https_proxy
HOME=$T TMPDIR=$T
export HOME TMPDIR

# --- certificates: a CA, a server known as kube.test and localhost only, a client, and a stranger's CA
cert() { # NAME SUBJECT EXTENSION CA
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$S/$1.key" -out "$S/$1.csr" -subj "$2" 2>/dev/null
	printf '%s\n' "$3" >"$S/ext"
	openssl x509 -req -in "$S/$1.csr" -CA "$S/$4.crt" -CAkey "$S/$4.key" -CAcreateserial -days 30 -extfile "$S/ext" -out "$S/$1.crt" 2>/dev/null
}
ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$S/$1.key" -out "$S/$1.crt" -days 30 -subj "/CN=$1" 2>/dev/null; }
ca ca
ca stranger
cert server /CN=server "subjectAltName=DNS:kube.test,DNS:localhost" ca
cert client /O=ops/CN=certuser "extendedKeyUsage=clientAuth" ca
"$python" tests/cli/kube_api.py "$S" 2>"$T/server.err" &
server=$!
trap 'rm -f "$S/ports"; kill $server 2>/dev/null; wait $server 2>/dev/null; umount "$T/disk" 2>/dev/null; rm -rf "$T"' EXIT
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s "$S/ports" ] || sleep 0.3; done
read -r port proxy <"$S/ports"

# kubeconfig NAME SERVER CLUSTER-LINE USER-LINE
kubeconfig() {
	cat >"$T/$1" <<END
apiVersion: v1
kind: Config
current-context: ctx-$1
contexts:
  - name: ctx-$1
    context: {cluster: c-$1, user: u-$1}
clusters:
  - name: c-$1
    cluster:
      server: $2
      $3
users:
  - name: u-$1
    user:
      $4
END
}
# A plan that asks little, so that each case is quick.
cat >"$T/small.yaml" <<'END'
plan: 1
api:
  - {path: kubectl/readyz.txt, get: "/readyz?verbose", timeout: 20s, always: true}
resources: {timeout: 60s, max: 64MiB, max_item: 1MiB, page: 100, first: [nodes], names: {}, prefer: {}, same: [], skip: [], builtin: [""]}
logs: {lines: 10, max: 1KiB, timeout: 3s, max_pods: 0, always: []}
END
member() { tar -xOf "$T/$1.tar" "$1/$2"; }
has() { member "$1" "$2" | grep -q -e "$3" || { member "$1" "$2" | head -n 5; return 1; }; }
count() { member "$1" "$2" | grep -c -e "$3"; }
state() { member "$1" manifest.json | grep "\"path\":\"$2\"" | grep -q "\"state\":\"$3\"" || { member "$1" manifest.json | grep "\"path\":\"$2\""; return 1; }; }
asked() { grep -q -e "$1" "$S/asked" || { head -n 5 "$S/asked"; return 1; }; }
not_asked() { ! grep -q -e "$1" "$S/asked"; }
collect() { # NAME OPTIONS...
	b=$1
	shift
	: >"$S/asked"
	run collect --no-nodes --plan "$T/small.yaml" -o "$T/$b.tar" --force "$@"
}
R=cluster-resources
url=https://localhost:$port
ca_file="certificate-authority: server/ca.crt"
nl="
      "

# --- everything a list can do
kubeconfig full "$url" "$ca_file" "token: tok-full"
collect full --kubeconfig "$T/full"
ok "some lists failed: partial" is "$status" 3
ok "the server and the context are in bundle.json" has full bundle.json "\"server\": *\"$url\""
ok "who asked" asked "GET /api/v1/pods.*user=full"
ok "pages are joined" is "$(count full $R/pods/default.json '"name": "o')" 250
ok "compressed on the way" asked "GET /api/v1/pods?limit=100 .*gzip=gzip"
ok "429: asked again after Retry-After" is "$(count full $R/services/default.json '"name": "o')" 3
ok "and the log says so" has full collect.log "busy (HTTP 429): GET /api/v1/services?limit=100 is repeated after 1 s"
ok "410 with a new token: continued there" is "$(count full $R/configmaps/default.json '"name": "o')" 250
ok "and said that it is not one moment" sh -c "tar -xOf $T/full.tar full/manifest.json | grep '$R/configmaps/default.json' | grep -q 'snapshot expired after 200 objects'"
ok "410 without one: begun again, nothing twice" is "$(count full $R/endpoints/default.json '"name": "o')" 250
ok "a connection that breaks in a page: that page again, nothing twice" is "$(count full $R/events/default.json '"name": "o')" 250
ok "the log tells" has full collect.log "events?limit=100: the connection to the server localhost:$port broke off"
ok "403 is recorded" has full $R/secrets-errors.json "Error from server (Forbidden): secrets is forbidden"
ok "as failed" state full $R/secrets.json failed
ok "a text instead of a Status" has full $R/podtemplates-errors.json "storage is on fire"
ok "a redirect is not followed" has full $R/persistentvolumes-errors.json "HTTP 302"
ok "Retry-After beyond the deadline is not waited for" has full $R/resourcequotas-errors.json "come back tomorrow"
ok "JSON that breaks off keeps what came" has full $R/persistentvolumeclaims/default.json '"name": "a"'
ok "an old server's list without limit" is "$(for n in 0 1 2 3 4; do member full $R/serviceaccounts/ns$n.json; done | grep -c '"name": "o')" 5000
ok "custom resources" has full $R/custom-resources/backups.stable.example.com/default.json '"name": "o00001"'
ok "what the server says of itself, though it is an error" has full kubectl/readyz.txt '^\[-\]etcd failed'
ok "captures come from the api" sh -c "tar -xOf $T/full.tar full/manifest.json | grep '$R/pods/default.json' | grep -q '\"source\":\"api\",\"command\":\"GET $url/api/v1/pods?limit=100\"'"
ok "no token anywhere" sh -c "! tar -xOf $T/full.tar | grep -q tok-full"

# --- slow
kubeconfig slow "$url" "$ca_file" "token: tok-slow"
sed 's/^resources: {timeout: 60s/resources: {timeout: 4s/' "$T/small.yaml" >"$T/slow.yaml"
run collect --no-nodes --plan "$T/slow.yaml" --kubeconfig "$T/slow" -o "$T/slow.tar"
ok "no answer in time" has slow $R/limitranges-errors.json 'gave no answer within 4 s: .*awaiting headers'

# --- caps: which one, how much, and what raises it
why() { member "$1" manifest.json | grep "\"path\":\"$2\"" | grep -q -e "\"error\":\"$3" || { member "$1" manifest.json | grep "\"path\":\"$2\""; return 1; }; }
kubeconfig few "$url" "$ca_file" "token: tok-few"
sed 's/max_item: 1MiB/max_item: 64/' "$T/small.yaml" >"$T/item.yaml"
run collect --no-nodes --plan "$T/item.yaml" --kubeconfig "$T/few" -o "$T/item.tar"
ok "objects that are too big" why item $R/services.json "3 objects are missing: larger than 64 B, max_item of the plan's resources"
sed 's/max: 64MiB/max: 800/' "$T/small.yaml" >"$T/file.yaml"
run collect --no-nodes --plan "$T/file.yaml" --kubeconfig "$T/few" -o "$T/file.tar"
ok "a list that is too long" why file $R/services/default.json "cut at 800 B, max of the plan's resources: 1 objects are in it, 2 that came after them are not"
run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/few" --max-bytes 2KiB -o "$T/total.tar"
ok "the whole bundle" sh -c "tar -xOf $T/total.tar total/manifest.json | grep -q 'the size for the whole bundle (--max-bytes) was reached'"

# --- a server whose list never ends
kubeconfig loop "$url" "$ca_file" "token: tok-loop"
collect loop --kubeconfig "$T/loop" --timeout 20s
ok "a continue token that comes again: not asked for a third time" is "$(grep -c "configmaps?limit=100&continue=100" "$S/asked")" 1
ok "... the list failed, with what came" eval 'state loop $R/configmaps/default.json failed && is "$(count loop $R/configmaps/default.json "\"name\": \"o")" 200'
ok "... and why" sh -c "tar -xOf $T/loop.tar loop/manifest.json | grep '$R/configmaps/default.json' | grep -q 'broke off after 200 objects: the server repeats its continue token'"

# --- a user who may see one namespace, which the context names
kubeconfig team "$url" "$ca_file" "token: tok-team"
collect team --kubeconfig "$T/team"
ok "all is forbidden, and no namespace is named: nothing is there" eval 'state team $R/pods.json failed && not_asked "namespaces/team"'
sed -i 's/context: {cluster: c-team/context: {namespace: team, cluster: c-team/' "$T/team"
collect team --kubeconfig "$T/team"
ok "one is named: its objects, in pages" eval 'is "$(grep -c "GET /api/v1/namespaces/team/pods?" "$S/asked")" 3 && state team $R/pods/default.json ok'
ok "... and that they are not all" sh -c "tar -xOf $T/team.tar team/manifest.json | grep '$R/pods/default.json' | grep -q 'of the namespace team alone'"
ok "... the list of all is still told as forbidden" eval 'state team $R/pods.json failed && has team $R/pods-errors.json Forbidden'
ok "... an empty list of it is an answer" state team $R/services/team.json ok
ok "... what is forbidden there, too, is told once" is "$(member team manifest.json | grep -c "$R/configmaps.json")" 1
ok "... and what has no namespace is asked once" is "$(grep -c "/nodes" "$S/asked")" 1

# --- who we are
try() { # NAME WHAT PATTERN-OF-ASKED
	collect "$1" --kubeconfig "$T/$1"
	ok "$2" asked "GET /api/v1/services.*$3"
}
b64() { base64 -w0 "$S/$1"; }
kubeconfig few "$url" "certificate-authority-data: $(b64 ca.crt)" "tokenFile: few.token"
echo tok-few >"$T/few.token"
try few "CA as data, token in a file beside the kubeconfig" "user=few"
kubeconfig cert "$url" "$ca_file" "{client-certificate: server/client.crt, client-key: server/client.key}"
try cert "client certificate" user=certuser
kubeconfig certdata "$url" "$ca_file" "{client-certificate-data: $(b64 client.crt), client-key-data: $(b64 client.key)}"
try certdata "client certificate as data" user=certuser
kubeconfig basic "$url" "$ca_file" "{username: basic, password: pass}"
try basic "user and password" user=basic
kubeconfig as "$url" "$ca_file" "{token: tok-few, as: someone, as-groups: [a, b]}"
try as "impersonation" "user=few as=someone"
kubeconfig played "$url" "$ca_file" "{token: tok-few, as: someone, as-uid: u-7, as-user-extra: {scopes: [view, log], 'example.org/Team': [blue]}}"
try played "... with uid and further traits" "user=few as=someone .* uid=u-7 extra=example.org%2fteam=blue,scopes=view,scopes=log$"
kubeconfig unplayed "$url" "$ca_file" "{token: tok-few, as-user-extra: {}, as-uid: ''}"
try unplayed "... none of them" "user=few as=None .* uid=None extra=$"
kubeconfig wrong "$url" "$ca_file" "token: not-known"
collect wrong --kubeconfig "$T/wrong"
ok "a token that is refused: one clear reason" out 'does not serve lists: Error from server (Unauthorized): it does not accept the credentials of the user "u-wrong" in .*/wrong'
ok "which does not show it" no_out not-known

# --- exec plugins
cat >"$T/plugin" <<'END'
#!/bin/sh
echo "$KUBERNETES_EXEC_INFO" >>"$PLUGIN_LOG"
echo "args: $*" >>"$PLUGIN_LOG"
case $1 in
fail) echo "you are not logged in" >&2; exit 3 ;;
mute) exit 4 ;;
slow) sleep 11 ;;
hang) sleep 60 ;;
junk) echo hello; exit 0 ;;
cert) printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"clientCertificateData":"%s","clientKeyData":"%s"}}' \
	"$(sed 's/$/\\n/' "$2.crt" | tr -d '\n')" "$(sed 's/$/\\n/' "$2.key" | tr -d '\n')"; exit 0 ;;
esac
token=tok-few
[ "$1" = rotate ] && [ ! -e "$2" ] && { token=tok-old; touch "$2"; }
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/%s","status":{"token":"%s","expirationTimestamp":"%s"}}' "${V:-v1}" "$token" "${UNTIL:-2099-01-01T00:00:00Z}"
END
chmod +x "$T/plugin"
PLUGIN_LOG=$T/plugin.log
export PLUGIN_LOG
plugin() { # NAME ARGS [MORE]
	: >"$PLUGIN_LOG"
	kubeconfig "$1" "$url" "$ca_file" "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: IfAvailable, args: [$2]${3:-}}"
}
plugin ex1 "a, 'b c'" ", provideClusterInfo: true, env: [{name: UNTIL, value: '2098-01-01T00:00:00Z'}]"
try ex1 "exec plugin, its path beside the kubeconfig" user=few
ok "it runs once" is "$(grep -c args: "$PLUGIN_LOG")" 1
ok "with its arguments" grep -qx "args: a b c" "$PLUGIN_LOG"
ok "and is told of the cluster" grep -q '"server":"'"$url"'".*"certificate-authority-data":"LS0.*"interactive":false' "$PLUGIN_LOG"
plugin ex2 a ", env: [{name: UNTIL, value: '2001-01-01T00:00:00Z'}]"
try ex2 "credentials that have ended are not used twice" user=few
ok "the plugin is asked again" test "$(grep -c args: "$PLUGIN_LOG")" -gt 3
touch "$S/rotated"
plugin ex3 "rotate, $T/rotated-once"
try ex3 "credentials that the server no longer takes are fetched anew" user=few
ok "once" is "$(grep -c args: "$PLUGIN_LOG")" 2
kubeconfig ex4 "$url" "$ca_file" "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: plugin, args: [cert, $S/client]}"
PATH=$T:$PATH try ex4 "a plugin of PATH that gives a client certificate" user=certuser
plugin ex5 fail
collect ex5 --kubeconfig "$T/ex5"
ok "a plugin that fails: its own words" out "exec plugin ./plugin: ended with status 3: you are not logged in"
ok "and it is not run for every request" is "$(grep -c args: "$PLUGIN_LOG")" 1
plugin ex9 mute
collect ex9 --kubeconfig "$T/ex9"
ok "a plugin that fails without a word" out "exec plugin ./plugin: ended with status 4: cluster-resources"
plugin ex10 slow
try ex10 "a plugin that takes longer than a request may: people log in somewhere" user=few
plugin ex6 junk
collect ex6 --kubeconfig "$T/ex6"
ok "a plugin that prints something else" out "exec plugin ./plugin: what it printed is not JSON"
plugin ex7 hang
collect ex7 --kubeconfig "$T/ex7" --timeout 3s
ok "a plugin that hangs costs its deadline" test -s "$T/ex7.tar"
kubeconfig ex8 "$url" "$ca_file" "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: no-such-plugin, installHint: 'Get it from the team.'}"
collect ex8 --kubeconfig "$T/ex8"
ok "a plugin that is not there: where to get it" out "exec plugin no-such-plugin: is not installed: Get it from the team."

# --- certificates of the server
kubeconfig stranger "$url" "certificate-authority: server/stranger.crt" "token: tok-few"
collect stranger --kubeconfig "$T/stranger"
ok "another CA: why" out "x509: self-signed certificate in certificate chain; the kubeconfig's certificate-authority is not that of this server"
ok "and nothing was sent" not_asked "GET"
kubeconfig byip "https://127.0.0.1:$port" "$ca_file" "token: tok-few"
collect byip --kubeconfig "$T/byip"
ok "a name that the certificate does not have: why" out "tls-server-name in the kubeconfig can name another"
kubeconfig sni "https://127.0.0.1:$port" "$ca_file${nl}tls-server-name: kube.test" "token: tok-few"
try sni "tls-server-name: in the hello and for the check" "host=127.0.0.1:$port user=few.*sni=kube.test"
kubeconfig insecure "https://127.0.0.1:$port" "insecure-skip-tls-verify: true" "token: tok-few"
try insecure "insecure-skip-tls-verify" user=few

# --- a proxy
kubeconfig proxied "https://kube.test:$port" "$ca_file${nl}proxy-url: http://user:secret@127.0.0.1:$proxy" "token: tok-few"
try proxied "proxy-url: a name that only the proxy knows" user=few
ok "through CONNECT" asked "CONNECT kube.test:$port known"
kubeconfig noproxy "https://kube.test:$port" "$ca_file${nl}proxy-url: http://user:wrong@127.0.0.1:$proxy" "token: tok-few"
collect noproxy --kubeconfig "$T/noproxy"
ok "a proxy that refuses: said, without its password" out "the proxy of the kubeconfig.*407"
ok "nowhere" sh -c "! tar -xOf $T/noproxy.tar | grep -q user:wrong && ! grep -q user:wrong $T/out"

kubeconfig direct "$url" "$ca_file" "token: tok-few"
: >"$S/asked"
HTTPS_PROXY=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/direct" -o "$T/direct.tar"
ok "HTTPS_PROXY is not for a server on this host, as with kubectl" asked "GET /api/v1/services.*user=few"
kubeconfig far "https://kube.test:$port" "$ca_file" "token: tok-few"
: >"$S/asked"
https_proxy=user:secret@127.0.0.1:$proxy run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/far" -o "$T/far.tar"
ok "... but for others" asked "GET /api/v1/services.*user=few"
HTTPS_PROXY=http://127.0.0.1:1 run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/far" -o "$T/far2.tar"
ok "... and when it refuses, it is not the server that does" out "The connection to the proxy of the environment for kube.test:$port was refused"
HTTPS_PROXY=http://127.0.0.1:1 NO_PROXY=.test run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/far" -o "$T/far3.tar"
ok "... NO_PROXY" out "lookup kube.test: no such host"
HTTPS_PROXY=http://user:secret@127.0.0.1:1 run collect --dry-run --no-nodes --kubeconfig "$T/far"
ok "... --dry-run names it, without its password" eval 'out "through the proxy http://127.0.0.1:1 of the environment" && no_out secret@'

# --- several files and contexts
cat >"$T/one" <<END
contexts: [{name: a, context: {cluster: shared, user: few}}]
clusters: [{name: shared, cluster: {server: $url, certificate-authority: server/ca.crt}}]
END
cat >"$T/two" <<END
current-context: a
contexts: [{name: a, context: {cluster: none, user: none}}, {name: b, context: {cluster: shared, user: full}}]
clusters: [{name: shared, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: few, user: {token: tok-few}}, {name: full, user: {token: tok-other}}]
END
: >"$S/asked"
KUBECONFIG=$T/missing:$T/one:$T/two run collect --no-nodes --plan "$T/small.yaml" -o "$T/list.tar"
ok "KUBECONFIG: the first file that knows a name wins, the rest is joined" asked user=few
KUBECONFIG=$T/one:$T/two run collect --no-nodes --context b --plan "$T/small.yaml" -o "$T/list.tar" --force
ok "--context" asked user=other
KUBECONFIG=$T/one:$T/two run collect --no-nodes --context c -o "$T/list.tar" --force
ok "a context that there is not: those that there are" err 'has no context "c"; those it has: a, a, b'
mkdir -p "$T/.kube"
cp "$T/two" "$T/.kube/config"
: >"$S/asked"
run collect --no-nodes --plan "$T/small.yaml" -o "$T/home.tar"
ok "~/.kube/config: a context without its cluster" err 'names the cluster "none", which no file has'
rm -r "$T/.kube"
kubeconfig legacy "$url" "$ca_file" "auth-provider: {name: gcp, config: {access-token: tok-few}}"
run collect --no-nodes --via api --kubeconfig "$T/legacy" -o "$T/legacy.tar"
ok "a legacy auth-provider is refused, with what to do" ends 1 '.*legacy auth-provider "gcp".*use an exec plugin or a token, or --via kubectl'

# --- --dry-run
: >"$S/asked"
run collect --dry-run --no-nodes --kubeconfig "$T/proxied"
ok "--dry-run: the server, as whom, through what" sh -c "grep -q 'GET https://kube.test:$port/\.\.\.' $T/out && grep -q 'as the user \"u-proxied\" of the context \"ctx-proxied\" in .*, by a token' $T/out && grep -q 'through the proxy http://127.0.0.1:$proxy' $T/out"
run collect --dry-run --no-nodes --kubeconfig "$T/ex1"
ok "and which program it would run for credentials" out "runs the exec plugin ./plugin on this host"
ok "which was not run, and nobody was asked" is "$(cat "$S/asked")" ""

# --- nodes that cannot be visited
sed '/^api:/a\  - {path: "nodes/{node}/var-log/kubelet.log", get: "/api/v1/nodes/{node}/proxy/logs/kubelet.log", each: unreached, keep: tail, max: 1KiB}\n  - {path: "nodes/{node}/var-log/syslog", get: "/api/v1/nodes/{node}/proxy/logs/syslog", each: unreached, keep: tail}' "$T/small.yaml" >"$T/nodes.yaml"
: >"$S/asked"
run collect --kubeconfig "$T/few" --plan "$T/nodes.yaml" --ssh-port 1 --ssh-known-hosts /dev/null -o "$T/unreached.tar"
ok "their logs come through the API, newest end" has unreached nodes/n1/var-log/kubelet.log "line 999 of the kubelet"
ok "no more than was wanted" asked "proxy/logs/kubelet.log.*range=bytes=-1024"
ok "what is not there is absent" state unreached nodes/n1/var-log/syslog absent

# --- kubectl
cat >>"$T/small.yaml" <<'END'
kubectl:
  - {path: kubectl/get-nodes-wide.txt, run: get nodes -o wide}
END
env PATH=/nonexistent "$SICKBAY" collect --no-nodes --kubeconfig "$T/few" --plan "$T/small.yaml" -o "$T/nokubectl.tar" >"$T/out" 2>"$T/err"
ok "without kubectl its own outputs are absent" state nokubectl kubectl/get-nodes-wide.txt absent
ok "what that costs is said" grep -q "kubectl is not installed" "$T/out"
ok "the API is asked all the same" state nokubectl $R/services/default.json ok

# --- names of machines mapped while collecting
collect anon --kubeconfig "$T/few" --anonymize
ok "--anonymize: done in one go" eval 'is "$status" 3 && out "^  [0-9]* machines, [0-9]* domains, [0-9]* addresses mapped"'
ok "the node's name is not in the bundle" sh -c "tar -xOf $T/anon.tar anon/$R/nodes.json | grep -q '\"name\": \"' && ! tar -xOf $T/anon.tar anon/$R/nodes.json | grep -q '\"n1\"' && grep -q '\"n1\"' $T/anon-map.json"
ok "the map stays here, for its owner alone" is "$(stat -c %a "$T"/anon*map*)" 600
ok "the bundle with its names is gone" sh -c "! ls $T/anon-with-names* 2>/dev/null"
ok "and it is whole" sh -c "'$SICKBAY' inspect $T/anon.tar --verify"

# --- named nodes do not wait for a list that does not come
printf 'plan: 1\nnode:\n  - {path: host/when.txt, run: "date +%%s"}\n' >"$T/visit.yaml"
tail -n +2 "$T/small.yaml" >>"$T/visit.yaml"
kubeconfig mute "$url" "$ca_file" "token: tok-mute"
start=$(date +%s)
run collect --local --kubeconfig "$T/mute" --plan "$T/visit.yaml" -o "$T/mute.tar"
ok "--local is visited while the API's nodes are being listed" eval 'test $(($(tar --wildcards -xOf "$T/mute.tar" "mute/nodes/*/host/when.txt") - start)) -lt 7'

# --- the end comes in the middle of a list
# begin NAME OPTIONS...: in the background, until the server hangs in the second page of ConfigMaps
begin() {
	b=$1
	shift
	: >"$S/asked"
	"$SICKBAY" collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/hang" --jobs 1 -o "$T/$b.tar" "$@" >"$T/out" 2>"$T/err" </dev/null &
	pid=$!
	i=0
	while ! grep -q 'configmaps.*continue=100.*user=hang' "$S/asked" && [ $i -lt 300 ]; do i=$((i + 1)) && sleep 0.1; done
	sleep 1
	start=$(date +%s)
}
soon() { test $(($(date +%s) - start)) -le 8; }
kubeconfig hang "$url" "$ca_file" "token: tok-hang"
begin once
kill -TERM "$pid"
wait "$pid"
status=$?
ok "stopped once in a list: soon, partial" eval 'soon && is "$status" 3'
ok "what had come of it is kept, and skipped is its word" sh -c "tar -xOf $T/once.tar once/manifest.json | grep '$R/configmaps/default.json' | grep -q '\"state\":\"skipped\".*broke off after 1[0-9]* objects: stopped by the user'"
ok "as for the lists that were not begun" state once $R/services.json skipped
ok "nothing failed" sh -c "! tar -xOf $T/once.tar once/manifest.json | grep '\"state\":\"failed\"' | grep -v readyz"
ok "the file is whole JSON" sh -c "tar -xOf $T/once.tar once/$R/configmaps/default.json | '$python' -c 'import json, sys; sys.exit(len(json.load(sys.stdin)[\"items\"]) < 100)'"
ok "and the bundle is" sh -c "'$SICKBAY' inspect $T/once.tar --verify"
if command -v script >/dev/null; then
	NO_COLOR=1 TERM=xterm script -qec "stty cols 100 rows 12; '$SICKBAY' collect --no-nodes --plan $T/small.yaml --kubeconfig $T/hang --jobs 1 --timeout 4s -o $T/tty.tar" "$T/tty" >/dev/null 2>&1 </dev/null
	ok "on a terminal: what is being asked of the API, and how far it is" eval 'grep -q "^  API server  *collecting  *[0-9]*/[0-9]*  *[0-9] s  configmaps: 1[0-9]* objects" "$T/tty"'
else
	ok "on a terminal # SKIP no script(1)" true
fi
begin twice
kill -TERM "$pid"
sleep 0.1
kill -TERM "$pid"
wait "$pid"
status=$?
ok "stopped twice: at once, nothing is left" eval 'soon && { is "$status" 143 || is "$status" 3; } && { test "$status" = 3 || ! ls "$T"/twice.* 2>/dev/null; }'

# --- where nothing can be written is told before a slow API is asked
: >"$S/asked"
run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/full" -o "$T/no/such/folder/b.tar"
ok "a folder that is not there: told before anybody is asked" eval 'ends 1 "$T/no/such/folder: no bundle can be written there: No such file or directory" && is "$(cat "$S/asked")" ""'

# --- disks and pipes
if [ "$(id -u)" = 0 ] && mkdir "$T/disk" && mount -t tmpfs -o size=600k none "$T/disk" 2>/dev/null; then
	run collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/full" -o "$T/disk/b.tar"
	ok "a full disk: a clear error" ends 1 ".*b.tar.part: writing: No space left on device; what had been gathered is kept"
	ok "what is kept loads" sh -c "'$SICKBAY' query $T/disk/b.tar.part 'select count(*) > 0 from objects' --format csv 2>/dev/null | grep -qx 1"
	umount "$T/disk"
else
	for i in 1 2; do n=$((n + 1)); echo "ok $n - a full disk # SKIP needs root and tmpfs"; done
fi
("$SICKBAY" collect --no-nodes --plan "$T/small.yaml" --kubeconfig "$T/full" -o - 2>"$T/err"; echo $? >"$T/status") | true
ok "a closed pipe" eval 'is "$(cat "$T/status")" 1 && err "^sickbay: standard output: writing: Broken pipe$"'

# --- the server dies (the last test: it is gone then)
kubeconfig die "$url" "$ca_file" "token: tok-die"
collect die --kubeconfig "$T/die" --jobs 1
ok "the server dies in a list: a bundle all the same" is "$status" 3
ok "what had come is kept, and failed" sh -c "tar -xOf $T/die.tar die/manifest.json | grep '$R/configmaps/default.json' | grep -q '\"state\":\"failed\".*broke off after 1[0-9]* objects'"
ok "the summary says why" out "refused\|broke off"
ok "and it loads" sh -c "'$SICKBAY' inspect $T/die.tar --verify && '$SICKBAY' analyze $T/die.tar -o $T/die.json"

done_testing
