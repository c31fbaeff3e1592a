#!/bin/sh
# Logs of the control plane from the host's own files, by the plan that is compiled in: /var/log/pods, /var/log/containers and the
# runtime, each log once. This host plays the node, $T/var plays its /var. Prints TAP.
set -u
. tests/cli/lib.sh
own_tmpdir
mkdir "$T/bin"
unset KUBECONFIG
member() { tar --wildcards -xOf "$T/$1.tar" "$1/nodes/*/var-log/$2"; }
names() { tar -tf "$T/$1.tar" | sed -n 's,.*/var-log/,,p' | sort; }
is_lines() { test "$1" = "$2" || { printf 'got:\n%s\nwanted:\n%s\n' "$1" "$2"; return 1; }; }
record() { tar -xOf "$T/$1.tar" "$1/manifest.json" | grep "\"path\":\"[^\"]*$2\""; }
# The plan's own captures of these logs, in another place.
{
	printf 'plan: 1\nlanes: 2\nnode:\n'
	awk '/^functions:/ { exit } /^  - / { take(); item = "" } { item = item $0 "\n" } END { take() }
		function take() { if (item ~ /^  - / && item ~ /\/var\/log\/(pods|containers)\/|use: component_log/) printf "%s", item }' collect/plan.yaml | grep -v '^  #'
	sed -n '/^functions:/,$p' collect/plan.yaml
} | sed "s,/var/log/,$T/var/log/,g" >"$T/plan.yaml"
collect() { # NAME: with the programs of $T/bin, and no runtime else
	PATH=$T/bin:/usr/bin:/bin "$SICKBAY" collect --no-kube --local --plan "$T/plan.yaml" -o "$T/$1.tar" >"$T/out" 2>"$T/err" </dev/null
	status=$?
}
hex() { printf "$1%.0s" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32; }
id1=$(hex a1) id2=$(hex b2) id3=$(hex c3) id4=$(hex d4)
pods=$T/var/log/pods containers=$T/var/log/containers docker=$T/var/lib/docker/containers
fresh() { rm -rf "$T/var"; mkdir -p "$pods" "$containers" "$docker"; }
docker_log() { mkdir -p "$docker/$1" && printf '{"log":"E1125 10:00:00.000000       1 x.go:1] %s\\n","stream":"stderr","time":"2026-11-25T10:00:00.5Z"}\n' "$2" >"$docker/$1/$1-json.log"; }

# --- today: what is under /var/log/containers leads to /var/log/pods
fresh
p=$pods/kube-system_kube-proxy-x_1111/kube-proxy
mkdir -p "$p"
echo '2026-11-25T10:00:00.000000000Z stderr F first run' >"$p/0.log"
echo '2026-11-25T10:01:00.000000000Z stderr F second run' >"$p/1.log"
ln -s "$p/1.log" "$containers/kube-proxy-x_kube-system_kube-proxy-$id1.log"
collect new
ok "/var/log/pods: each run once" is_lines "$(names new)" "pods/kube-system_kube-proxy-x_1111/kube-proxy/0.log
pods/kube-system_kube-proxy-x_1111/kube-proxy/1.log"

# --- before 1.14: /var/log/pods names no pods, /var/log/containers does
fresh
docker_log "$id1" "the API server of old"
docker_log "$id2" "etcd of old"
docker_log "$id3" "not of kube-system"
mkdir -p "$pods/2222"
ln -s "$docker/$id1/$id1-json.log" "$pods/2222/kube-apiserver_0.log"
ln -s "$pods/2222/kube-apiserver_0.log" "$containers/kube-apiserver-n1_kube-system_kube-apiserver-$id1.log"
ln -s "$docker/$id2/$id2-json.log" "$containers/etcd-n1_kube-system_etcd-$id2.log"
ln -s "$docker/$id3/$id3-json.log" "$containers/web_default_web-$id3.log"
ln -s "$docker/$id4/$id4-json.log" "$containers/gone_kube-system_gone-$id4.log"
mkdir -p "$T/secrets" && echo token >"$T/secrets/token"
ln -s "$T/secrets/token" "$containers/evil_kube-system_evil-$id4.log"
echo text >"$containers/other_kube-system.log"
printf '#!/bin/sh\necho asked >>"%s"\n' "$T/asked" | tee "$T/bin/docker" >"$T/bin/crictl"
chmod +x "$T/bin/docker" "$T/bin/crictl"
collect old
ok "/var/log/containers: by pod and container" is_lines "$(names old)" "pods/kube-system_etcd-n1_containers/etcd/$id2.log
pods/kube-system_kube-apiserver-n1_containers/kube-apiserver/$id1.log"
ok "what is not there, leads to a secret or has another name is not taken" eval 'member old "pods/*" >"$T/out"; no_out token && no_out "of kube-system" && no_out text'
ok "the runtime is not asked for what files had" eval 'record old "etcd/runtime.log" | grep -q "\"state\":\"absent\"" && is "$(wc -l <"$T/asked")" 4'
run query "$T/old.tar" "select namespace, pod, container, message from log where pod is not null order by pod" --format csv
ok "the pod and the words are known" eval 'out "^kube-system,etcd-n1,etcd,\"\{0,1\}.*etcd of old" && out "^kube-system,kube-apiserver-n1,kube-apiserver,\"\{0,1\}.*the API server of old"'

# --- no files at all
fresh
printf '#!/bin/sh\ncase "$*" in *container.name=etcd*) echo %s ;; ps*) ;; logs*) echo "2026-11-25T10:00:00.000000000Z words of etcd" ;; esac\n' "$id2" >"$T/bin/docker"
collect none
ok "no files: the runtime is asked" eval 'is "$(names none | wc -l)" 1 && member none "pods/*/etcd/runtime.log" | grep -q "words of etcd"'
done_testing
