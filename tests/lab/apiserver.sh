# apiserver.sh: a private etcd and kube-apiserver on loopback, for scripts that source this. No kubelet, no scheduler: an API.
#
#   apiserver_have          whether etcd, kube-apiserver and kubectl can be found: in the folders of K8S_BIN (a:b), else PATH
#   apiserver_start DIR     starts both, makes $DIR/admin.conf; sets api_port, etcd_port; needs openssl, curl
#   apiserver_kill          kills the API server alone, as a crash would;  apiserver_again starts it again
#   apiserver_stop          ends both; call it from a trap
#   kc ARGS                 kubectl as admin
# Users: admin (system:masters) by the token in admin.conf; token tok-reader for the user reader; client certificate
# $DIR/cert.crt for the user certuser. Rights by RBAC.
PATH=${K8S_BIN:+$K8S_BIN:}$PATH

apiserver_have() {
	for p in etcd kube-apiserver kubectl openssl curl python3; do
		command -v $p >/dev/null || { echo "there is no $p (K8S_BIN=DIR[:DIR] names where it is)"; return 1; }
	done
}

# A port of loopback that nobody listens on.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

apiserver_certificates() {
	(
		cd "$D" || exit 1
		key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
		openssl req -x509 $key -keyout ca.key -out ca.crt -days 30 -subj /CN=ca
		for who in server:/CN=kube-apiserver cert:/O=ops/CN=certuser; do
			n=${who%%:*}
			openssl req $key -keyout $n.key -out $n.csr -subj "${who#*:}"
			printf 'subjectAltName=IP:127.0.0.1,DNS:kubernetes\nextendedKeyUsage=serverAuth,clientAuth\n' >ext
			openssl x509 -req -in $n.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out $n.crt
		done
		openssl genrsa -out sa.key 2048
		openssl rsa -in sa.key -pubout -out sa.pub
	) >/dev/null 2>&1
}

apiserver_again() {
	kube-apiserver --etcd-servers="http://127.0.0.1:$etcd_port" --bind-address=127.0.0.1 --secure-port="$api_port" \
		--insecure-port=0 --cert-dir="$D" --tls-cert-file="$D/server.crt" --tls-private-key-file="$D/server.key" \
		--client-ca-file="$D/ca.crt" --token-auth-file="$D/tokens.csv" --authorization-mode=RBAC \
		--service-account-issuer=https://kubernetes.default.svc --service-account-signing-key-file="$D/sa.key" \
		--service-account-key-file="$D/sa.pub" --service-cluster-ip-range=10.96.0.0/24 --allow-privileged \
		--disable-admission-plugins=ServiceAccount --enable-priority-and-fairness=false --profiling=false \
		>>"$D/apiserver.log" 2>&1 &
	api_pid=$!
	for i in $(seq 1 120); do
		curl -sk --max-time 2 -H 'Authorization: Bearer tok-admin' "https://127.0.0.1:$api_port/readyz" 2>/dev/null | grep -qx ok && return 0
		kill -0 "$api_pid" 2>/dev/null || break
		sleep 0.5
	done
	tail -n 5 "$D/apiserver.log" >&2
	return 1
}

# conf FILE USER-LINE: a kubeconfig of this server
conf() {
	cat >"$1" <<END
current-context: private
contexts: [{name: private, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:$api_port", certificate-authority: "$D/ca.crt"}}]
users: [{name: u, user: $2}]
END
}

apiserver_start() {
	D=$1 api_pid= etcd_pid=
	mkdir -p "$D" && apiserver_certificates
	printf 'tok-admin,admin,1,system:masters\ntok-reader,reader,2,readers\n' >"$D/tokens.csv"
	etcd_port=$(free_port) peer=$(free_port) api_port=$(free_port)
	etcd --data-dir "$D/etcd" --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
		--listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
		--initial-cluster "default=http://127.0.0.1:$peer" --unsafe-no-fsync --quota-backend-bytes=4000000000 >"$D/etcd.log" 2>&1 &
	etcd_pid=$!
	conf "$D/admin.conf" '{token: tok-admin}'
	apiserver_again
}

apiserver_kill() {
	kill -9 "$api_pid" 2>/dev/null
	wait "$api_pid" 2>/dev/null
	api_pid=
}

apiserver_stop() {
	for p in ${api_pid:-} ${etcd_pid:-}; do
		kill -9 "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	api_pid= etcd_pid=
}

kc() { kubectl --kubeconfig "$D/admin.conf" "$@"; }
