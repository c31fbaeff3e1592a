# What run.sh asks of the cluster, and what it does to it. Sourced; uses $lab, $work, $known; sets $hosts, $mode and what `lab env` says.

# Brings the lab up in a mode (static, systemd, any: as it is) when it is not up in it already, and learns the nodes' keys.
up() {
	eval "$("$lab" env 2>/dev/null)"
	if ! reached || { [ "$1" != any ] && [ "$(control_plane)" != "$1" ]; }; then
		how=$1
		[ "$how" != any ] || how=static
		"$lab" up "--control-plane=$how" >"$work/up.txt" 2>&1 || { tail -n 3 "$work/up.txt"; return 1; }
		eval "$("$lab" env 2>/dev/null)"
		reached || return 1
		[ "$how" = systemd ] || soon 180 mirrored # a mirror pod shows when kubelet comes round to it
	fi
	mode=$(control_plane)
	hosts=$("$lab" env | sed -n 's/^# \([^ ]*\) \(.*\)/\1=\2/p' | paste -sd, -)
	: >"$known"
	for a in $(echo "$hosts" | tr ',' '\n' | sed 's/.*=//'); do ssh-keyscan -T 5 "$a" 2>/dev/null >>"$known"; done
}
reached() { kubectl --request-timeout=10s get nodes -o name 2>/dev/null | grep -q .; }
control_plane() { if "$lab" ssh master1 'test -e /etc/systemd/system/kube-apiserver.service'; then echo systemd; else echo static; fi; }
mirrored() { [ "$(kubectl -n kube-system get pods -l tier=control-plane -o name 2>/dev/null | wc -l)" -ge 4 ]; }

# One step of a fix, {"run", "on"}: on its node as root, else here with kubectl. An editor that changes nothing stands for the person.
run_step() {
	command=$(printf '%s' "$1" | jq -r .run)
	on=$(printf '%s' "$1" | jq -r '.on // ""')
	printf '\n# %s\n%s\n' "${on:-kubectl}" "$command"
	if [ -n "$on" ]; then
		timeout 150 "$lab" ssh "$on" "$command" </dev/null
	else
		KUBE_EDITOR=true timeout 150 sh -c "$command" </dev/null
	fi
	echo "# exit $?"
}

# The words of expect.tsv's last column.
soon() { # SECONDS COMMAND: until it succeeds
	end=$(($(date +%s) + $1))
	until eval "$2" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 2
	done
}
ready() { # NODE ...: Ready, and kubelet stays up
	for host in "$@"; do
		kubectl --request-timeout=10s get node "$host" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -qx True || return 1
		process=$(on "$host" 'systemctl is-active -q kubelet && systemctl show -p MainPID kubelet') || return 1
		sleep 12
		[ "$(on "$host" 'systemctl is-active -q kubelet && systemctl show -p MainPID kubelet')" = "$process" ] || return 1
	done
}
available() { # NAMESPACE DEPLOYMENT: all replicas, of the newest revision
	kubectl --request-timeout=10s -n "$1" rollout status "deployment/$2" --timeout=10s
}
running() { kubectl --request-timeout=10s -n "$1" get pod "$2" -o 'jsonpath={.status.phase}' | grep -qx Running; }
lookup() { # NAME: from a pod on every node that has one of `web`
	for p in $(kubectl --request-timeout=10s get pods -l app=web -o name); do
		kubectl exec "${p#pod/}" -- timeout 10 nslookup "$1" || return 1
	done
}
tidy() { # what fixes leave outside of the namespaces that a heal removes, and what would keep the fault from coming again
	kubectl --request-timeout=20s label nodes --all disk- >/dev/null 2>&1
	kubectl --request-timeout=20s delete persistentvolume lab-fault-pvc-data --ignore-not-found --wait=false >/dev/null 2>&1
}
on() { "$lab" ssh "$@"; } # NODE COMMAND
sound() {
	[ "$(kubectl --request-timeout=10s get nodes --no-headers | awk '$2 == "Ready"' | wc -l)" = "$(echo "$hosts" | tr ',' '\n' | wc -l)" ] &&
		available kube-system kube-dns && available default web && lookup web.default.svc.cluster.local
}
