#!/bin/sh
# make bench: collecting an API server filled with PODS pods (default 20,000), beside what kubectl can do with the same
# server in the same run: `kubectl get pods -A -o json` (pods alone) and `kubectl cluster-info dump` (a few kinds, and
# logs). Fails when sickbay is slower than either, or needs more than MAX_RSS MiB (default 96).
# Needs etcd, kube-apiserver and kubectl: K8S_BIN=DIR[:DIR] says where they are. SICKBAY is the program, OUT a folder.
set -u
: "${SICKBAY:?}" "${OUT:?}"
pods=${PODS:-20000} max_rss=${MAX_RSS:-96}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lab/apiserver.sh"
why=$(apiserver_have) || { echo "skipped: collecting $pods pods: $why"; exit 0; }
mkdir -p "$OUT" || exit 1
W=$(mktemp -d "$OUT/api.XXXXXX") || exit 1
trap 'apiserver_stop; rm -rf "$W"' EXIT
trap 'exit 130' INT TERM
[ -x "$OUT/timed" ] || ${CC:-cc} -O2 -o "$OUT/timed" "$here/timed.c" || exit 1
apiserver_start "$W" || { echo "the API server did not start" >&2; exit 1; }
python3 "$here/fill_pods.py" "https://127.0.0.1:$api_port" tok-admin "http://127.0.0.1:$etcd_port" "$pods" || exit 1
TMPDIR=$W; export TMPDIR
# The plan asks for logs of pods that are not well: here all are. A short list first, so that the server has all in memory.
kc get pods -A -o name | wc -l | grep -qx "$pods" || { echo "the server does not list $pods pods" >&2; exit 1; }

# best NAME COMMAND...: the better of two; sets ms and kb
best() {
	ms=99999999 kb=0
	for i in 1 2; do
		r=$("$OUT/timed" "$@" 2>"$W/said") || { tail -n 5 "$W/said" >&2; return 1; }
		[ "${r% *}" -ge "$ms" ] || ms=${r% *}
		[ "${r#* }" -le "$kb" ] || kb=${r#* }
	done
	# shellcheck disable=SC2086
	awk -v ms="$ms" -v kb="$kb" -v what="$label" 'BEGIN {printf "%-64s %7.2f s  %7.1f MiB\n", what, ms / 1000, kb / 1024}'
}
label="kubectl get pods --all-namespaces -o json"
best sh -c 'exec kubectl --kubeconfig "$1/admin.conf" get pods --all-namespaces -o json >"$1/pods.json"' sh "$W" || exit 1
get=$ms
label="kubectl cluster-info dump --all-namespaces"
best sh -c 'exec timeout 600 kubectl --kubeconfig "$1/admin.conf" cluster-info dump --all-namespaces --output-directory="$1/dump" >/dev/null' sh "$W" || exit 1
dump=$ms
label="sickbay collect (every resource, redacted, zstd)"
best env PATH=/nonexistent /bin/sh -c '"$2" collect --kubeconfig "$1/admin.conf" --no-nodes --force -o "$1/b.tar.zst" >"$1/summary"; test $? -le 3' sh "$W" "$SICKBAY" || { cat "$W/summary"; exit 1; }
got=$("$SICKBAY" query "$W/b.tar.zst" "select count(*) from pods" --format csv | tail -n 1)
[ "$got" = "$pods" ] || { echo "the bundle has $got of $pods pods" >&2; exit 1; }
awk -v get="$get" -v dump="$dump" -v ms="$ms" -v kb="$kb" -v max="$max_rss" 'BEGIN {
	printf "%.1f times as fast as get, %.1f times as fast as the dump; memory %.1f MiB (at most %d)\n", get / ms, dump / ms, kb / 1024, max
	exit !(ms <= get && ms <= dump && kb / 1024 <= max)
}'
