#!/bin/sh
# collect from 100 nodes of which 30 swallow every packet: they cost their own records and one deadline for all of them.
# One sshd in a network namespace is the 70 that answer. Needs root. Prints TAP.
set -u
. tests/cli/lib.sh
TMPDIR=$T/tmp
mkdir "$TMPDIR" "$T/bin"
export TMPDIR
skip_all() {
	echo "ok 1 - 100 nodes # SKIP $1"
	echo "1..1"
	exit 0
}
sshd=$(command -v sshd || echo /usr/sbin/sshd)
test -x "$sshd" || skip_all "no sshd"
test "$(id -u)" = 0 || skip_all "needs root"
ns=sickbay-$$
ip netns add "$ns" 2>/dev/null || skip_all "no network namespaces"
cleanup() {
	test ! -s "$T/sshd.pid" || kill "$(cat "$T/sshd.pid")" 2>/dev/null
	ip netns del "$ns" 2>/dev/null
	ip link del "sb$$" 2>/dev/null
	rm -rf "$T"
}
trap cleanup EXIT
net=198.18.$(($$ % 250)) # set aside for tests of networks
ip link add "sb$$" type veth peer name eth0 netns "$ns" 2>/dev/null || skip_all "no veth devices"
ip addr add "$net.254/24" dev "sb$$" && ip link set "sb$$" up
ip -n "$ns" link set lo up && ip -n "$ns" link set eth0 up
mac=$(ip -n "$ns" -br link show eth0 | awk '{print $3}')
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	# Of every ten three arrive at a host that is not theirs, which says nothing.
	if [ $((i % 10)) -lt 3 ]; then ip neigh add "$net.$i" lladdr "$mac" dev "sb$$" nud permanent
	else ip -n "$ns" addr add "$net.$i/24" dev eth0; fi
done
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$T/host"
ssh-keygen -q -t ed25519 -N '' -f "$T/user"
for p in systemctl journalctl; do printf '#!/bin/sh\nexit 1\n' >"$T/bin/$p"; done
chmod +x "$T/bin/"*
chmod 755 "$T"
cat >"$T/sshd.conf" <<END
Port 22
HostKey $T/host
AuthorizedKeysFile $T/user.pub
PidFile $T/sshd.pid
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 500
SetEnv PATH=$T/bin:/usr/bin:/bin
END
ip netns exec "$ns" "$sshd" -f "$T/sshd.conf" || skip_all "sshd does not start"
i=0
while [ $i -lt 50 ] && ! ssh-keyscan "$net.9" 2>/dev/null | grep -q .; do i=$((i + 1)) && sleep 0.1; done

cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 1
node:
  - {path: host/hello.txt, run: "echo hello"}
  - {path: host/uname.txt, run: "uname -a"}
END
# Those that swallow packets come first: nobody may wait for them.
{ for i in $(seq 100); do [ $((i % 10)) -ge 3 ] || echo "n$i=$net.$i"; done
  for i in $(seq 100); do [ $((i % 10)) -lt 3 ] || echo "n$i=$net.$i"; done; } >"$T/nodes"
start=$(date +%s)
run collect --no-kube --nodes-from "$T/nodes" --ssh-key "$T/user" --ssh-known-hosts /dev/null --ssh-insecure-host-keys \
	--plan "$T/plan.yaml" -o "$T/m.tar" --node-timeout 60s
took=$(($(date +%s) - start))
ok "30 of 100 nodes are dead: partial" is "$status" 3
ok "the other 70 were reached" out "nodes reached: 70 of 100"
ok "within one node's deadline" test "$took" -le 60
ok "each of the 70 has its captures" is "$(tar -tf "$T/m.tar" | grep -c 'host/hello.txt$')" 70
ok "each of the 30 has a node.json that says why" is "$(tar -xOf "$T/m.tar" m/manifest.json | grep '/node.json"' | grep -c 'timed out')" 30
ok "the summary stays short" test "$(wc -l <"$T/out")" -le 20
ok "a line a node on the way" is "$(grep -c '^sickbay: n[0-9]*: ' "$T/err")" 100
ok "what it took: $took s" true

start=$(date +%s)
"$SICKBAY" collect --no-kube --nodes-from "$T/nodes" --ssh-key "$T/user" --ssh-known-hosts /dev/null --ssh-insecure-host-keys \
	--plan "$T/plan.yaml" -o "$T/c.tar" --quiet >"$T/out" 2>"$T/err" </dev/null &
pid=$!
sleep 2
kill -TERM $pid
wait $pid
status=$?
ok "stopped while 30 connections hang: soon, with a bundle" eval 'test $(($(date +%s) - start)) -le 20 && is "$status" 3 && tar -tf "$T/c.tar" | grep -q manifest.json'
done_testing
