#!/bin/sh
# collect from many nodes of which three in ten swallow every packet: they cost their own records and one deadline for all of
# them. MANY nodes (20; `make test-lab` takes 100). One sshd in a network namespace is those that answer, the collector runs in
# another one. Needs root. Prints TAP.
set -u
. tests/cli/lib.sh
many=${MANY:-20} deadline=30
dead=$((many * 3 / 10)) alive=$((many - many * 3 / 10))
own_tmpdir
skip_all() {
	echo "ok 1 - $many nodes # SKIP $1"
	echo "1..1"
	exit 0
}
. tests/sshd.sh
sshd_possible || skip_all "$why"
sshd_users_possible || skip_all "$why"
command -v ip >/dev/null || skip_all "no ip"
here=sickbay-$$-a there=sickbay-$$-b
cleanup() {
	kill $pids 2>/dev/null
	ip netns del "$here" 2>/dev/null
	ip netns del "$there" 2>/dev/null
	rm -rf "$T"
}
trap cleanup EXIT
ip netns add "$here" 2>/dev/null && ip netns add "$there" 2>/dev/null || skip_all "no network namespaces"
net=198.18.0 # set aside for tests of networks
ip link add eth0 netns "$here" type veth peer name eth0 netns "$there" 2>/dev/null || skip_all "no veth devices"
ip -n "$here" addr add "$net.254/24" dev eth0
for x in "$here" "$there"; do ip -n "$x" link set lo up && ip -n "$x" link set eth0 up; done
mac=$(ip -n "$there" -br link show eth0 | awk '{print $3}')
# Packets to a dead node arrive at a host that is not theirs, which says nothing. They come first in the list: nobody may
# wait for them.
for i in $(seq "$many"); do
	if [ "$i" -le "$dead" ]; then
		ip -n "$here" neigh add "$net.$i" lladdr "$mac" dev eth0 nud permanent
		echo "n$i=$net.$i:$((port + 1))" >>"$T/dead"
	else
		ip -n "$there" addr add "$net.$i/24" dev eth0
		echo "n$i=$net.$i:$((port + 1))" >>"$T/alive"
	fi
done
cat "$T/dead" "$T/alive" >"$T/all"
ssh-keygen -q -t ed25519 -N '' -f "$T/host"
ssh-keygen -q -t ed25519 -N '' -f "$T/user"
cp "$T/user.pub" "$T/authorized"
# Users of the test's own: what root's shell does here on every login could take all the time that is measured.
sshd_users || skip_all "no users of the test's own"
printf '#!/bin/sh\nexec ip netns exec %s %s "$@"\n' "$there" "$sshd" >"$T/sshd"
chmod 755 "$T/sshd"
sshd=$T/sshd
sshd_listen=0.0.0.0
start_sshd many "$T/host" "MaxStartups 500" "UseDNS no" || skip_all "sshd does not start"

cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 1
node:
  - {path: host/hello.txt, run: "echo hello"}
  - {path: host/uname.txt, run: "uname -a"}
END
collect() { # LIST BUNDLE
	set -- "$SICKBAY" collect --no-kube --nodes-from "$T/$1" --ssh-key "$T/user" --ssh-known-hosts /dev/null --ssh-insecure-host-keys \
		--plan "$T/plan.yaml" -o "$T/$2.tar" --node-timeout "${deadline}s"
	exec ip netns exec "$here" "$@" >"$T/out" 2>"$T/err" </dev/null
}
# timed LIST BUNDLE: sets status and took
timed() {
	start=$(date +%s)
	(collect "$@")
	status=$?
	took=$(($(date +%s) - start))
}
timed alive a
alone=$took
ok "the $alive that answer, alone" eval 'is "$status" 0 && out "nodes reached: $alive of $alive"'
timed all m
ok "$dead of $many nodes are dead: partial" is "$status" 3
ok "the others were reached" out "nodes reached: $alive of $many"
ok "within one node's deadline of the others alone ($took s, $alone s)" test $((took - alone)) -le "$deadline"
ok "each that answers has its captures" is "$(tar -tf "$T/m.tar" | grep -c 'host/hello.txt$')" "$alive"
ok "each of the dead has a node.json that says why" is "$(tar -xOf "$T/m.tar" m/manifest.json | grep '/node.json"' | grep -c 'timed out')" "$dead"
ok "the summary stays short" test "$(wc -l <"$T/out")" -le 20
ok "a line a node on the way" is "$(grep -c '^sickbay: n[0-9]*: ' "$T/err")" "$many"

(collect dead c) &
pid=$!
i=0
while [ $i -lt 300 ] && ! [ -e "$T/c.tar.part" ]; do i=$((i + 1)) && sleep 0.1; done
sleep 0.5
start=$(date +%s)
kill -TERM $pid
wait $pid
status=$?
ok "stopped while connections hang: soon, with a bundle" eval 'test $(($(date +%s) - start)) -le 8 && is "$status" 3 && tar -tf "$T/c.tar" | grep -q manifest.json'
done_testing
