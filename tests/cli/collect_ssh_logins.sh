#!/bin/sh
# collect over SSH against real sshd: every way to log in, sudo with a password, users and ports of single nodes, inventories,
# jump hosts, an agent that hangs, a resolver that is dead, a node that is cut off. Prints TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../sshd.sh"
trap 'kill $pids 2>/dev/null; rm -rf "$T"' EXIT
unset SSH_AUTH_SOCK SSH_ASKPASS DISPLAY
own_tmpdir
skip_all() {
	echo "ok $((n + 1)) - the rest # SKIP $1"
	echo "1..$((n + 1))"
	exit 0
}
sshd_possible || skip_all "$why"
chmod 755 "$T"
for k in host user jump enc; do ssh-keygen -q -t ed25519 -N '' -f "$T/$k"; done
ssh-keygen -q -t rsa -b 2048 -N '' -f "$T/rsa"
ssh-keygen -q -p -P '' -N 'open sesame' -f "$T/enc"
ssh-keygen -q -p -P '' -N 'open sesame' -f "$T/rsa"
cat "$T/user.pub" "$T/enc.pub" "$T/rsa.pub" >"$T/authorized"
cat >"$T/plan.yaml" <<'E'
plan: 1
lanes: 2
node:
  - {path: host/who.txt, run: "id -un; cat"}
E
# collect NAME OPTIONS...: status, $T/out; the bundle is $T/NAME.tar.
collect() {
	out=$1
	shift
	rm -f "$T/$out.tar"
	"$SICKBAY" collect --no-kube --plan "$T/plan.yaml" -o "$T/$out.tar" --ssh-known-hosts "$T/known" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
}
# typed NAME ANSWER OPTIONS...: the same on a terminal, at which ANSWER is typed once something is asked for.
typed() {
	out=$1 answer=$2
	shift 2
	rm -f "$T/$out.tar" "$T/keys" "$T/tty"
	mkfifo "$T/keys"
	: >"$T/tty"
	cmd="'$SICKBAY' collect --no-kube --plan '$T/plan.yaml' -o '$T/$out.tar' --ssh-known-hosts '$T/known'"
	for a in "$@"; do cmd="$cmd '$a'"; done
	{ i=0; while [ $i -lt 600 ] && ! grep -q 'ass[a-z]* .*: ' "$T/tty"; do sleep 0.1; i=$((i + 1)); done; sleep 0.3; printf '%s\n' "$answer"; sleep 60; } >"$T/keys" &
	typist=$!
	SHELL=/bin/sh timeout 120 script -qefc "$cmd" "$T/tty" <"$T/keys" >"$T/out" 2>"$T/err"
	status=$?
	kill $typist 2>/dev/null
	wait $typist 2>/dev/null
	return 0
}
asked() { is "$(tr '\r' '\n' <"$T/tty" | grep -c 'ass[a-z]* .*: ')" "$1"; }
has() { tar -xOf "$T/$1.tar" "$1/$2" | grep -q -e "$3" || { tar -xOf "$T/$1.tar" "$1/$2"; return 1; }; }
nowhere() { ! grep -r -l -F "$1" "$T" --include='*.tar' --include=tty --include=out --include=err; }

users=0
sshd_users_possible && sshd_users && users=1
start_sshd plain "$T/host" || skip_all "sshd does not start"
plain=$port
known "$T/host" >"$T/known"

# --- who, where
me=$(id -un)
cat >"$T/hosts.ini" <<E
[workers]
alpha ansible_host=127.0.0.1 ansible_port=$plain ansible_user=$me
[workers:vars]
ansible_ssh_private_key_file=$T/user
[other]
elsewhere ansible_host=127.0.0.1 ansible_port=1
E
collect inv --nodes-from "$T/hosts.ini@workers"
ok "an Ansible inventory gives name, address, port, user and key" has inv nodes/alpha/node.json '"reached": true'
ok "one group of it is taken" sh -c "! tar -tf '$T/inv.tar' | grep -q elsewhere"
ok "standard input of a command is empty" is "$(tar -xOf "$T/inv.tar" inv/nodes/alpha/host/who.txt)" "$me"
collect again --nodes-from "$T/inv.tar" --ssh-key "$T/user"
ok "an earlier bundle names its nodes, with ports" has again nodes/alpha/node.json '"reached": true'
collect bad --nodes-from "$T/hosts.ini@nobody"
ok "a group that is not there is told" ends 2 '.*no group "nobody"'

# --- encrypted keys
collect enc --nodes "n1=$me@127.0.0.1:$plain" --ssh-key "$T/enc"
ok "without a terminal nobody is asked" is $status 3
ok "and the reason is clear" out 'an encrypted key: there is no terminal to ask on'
typed enc 'open sesame' --nodes "n1=$me@127.0.0.1:$plain" --ssh-key "$T/enc"
ok "the passphrase of a key is asked for" has enc nodes/n1/node.json '"transport": "libssh2"'
typed rsa 'open sesame' --nodes "n1=$me@127.0.0.1:$plain" --ssh-key "$T/rsa"
ok "an encrypted RSA key goes through ssh, which gets the passphrase" has rsa nodes/n1/node.json '"transport": "ssh"'
ok "asked for once" asked 1
ok "no passphrase is written down" nowhere 'open sesame'

# --- jump hosts
start_sshd jump "$T/host"
known "$T/host" >>"$T/known"
collect jump --nodes "n1=$me@127.0.0.1:$plain" --ssh-key "$T/user" --ssh-jump "$me@127.0.0.1:$port"
ok "a jump host of the options" has jump nodes/n1/node.json "\"through\": \"$me@127.0.0.1:$port\""
ok "is gone through" grep -q 'Accepted publickey' "$T/jump.log"
cat >"$T/ssh_config" <<E
Host far
  HostName 127.0.0.1
  Port $plain
  User $me
  ProxyJump hop
Host hop
  HostName 127.0.0.1
  Port $port
  User $me
Host *
  IdentityFile $T/user
  UserKnownHostsFile $T/known
E
"$SICKBAY" collect --no-kube --plan "$T/plan.yaml" -o "$T/conf.tar" --nodes far --ssh-config "$T/ssh_config" >"$T/out" 2>&1
ok "ssh's configuration: names, ports, users, keys, jump hosts" sh -c "tar -xOf '$T/conf.tar' | grep -q '\"through\": \"hop\"' && tar -xOf '$T/conf.tar' | grep -q '\"reached\": true'"

# --- what hangs
mkfifo "$T/never"
python3 - "$T/agent" <<'E' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(1); time.sleep(300)
E
pids="$pids $!"
i=0; while [ ! -S "$T/agent" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
if [ -S "$T/agent" ]; then
	begin=$(date +%s)
	SSH_AUTH_SOCK=$T/agent; export SSH_AUTH_SOCK
	printf 'Host n\n  HostName 127.0.0.1\n  Port %s\n  User %s\n  IdentityFile %s\n' "$plain" "$me" "$T/user" >"$T/agent_config"
	collect agent --nodes n --ssh-config "$T/agent_config"
	unset SSH_AUTH_SOCK
	ok "a hung ssh-agent is given up" sh -c "tar -xOf '$T/agent.tar' | grep -q '\"reached\": true'"
else
	ok "a hung ssh-agent is given up # SKIP no python3" true
fi
if unshare -n -m true 2>/dev/null; then
	# A resolver that swallows everything: an address behind a link at whose other end nobody is.
	printf "nameserver 192.0.2.1\noptions timeout:30 attempts:5\n" >"$T/resolv.conf"
	echo "hosts: dns" >"$T/nsswitch.conf"
	begin=$(date +%s)
	timeout 100 unshare -n -m sh -c 'ip link set lo up; ip link add d0 type veth peer name d1 && ip link set d1 up && ip addr add 192.0.2.9/24 dev d0 && ip link set d0 up && ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev d0
		mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf && exec "$2" collect --no-kube --nodes n1=nowhere.example,n2=127.0.0.1:1 --plan "$1/plan.yaml" -o "$1/dns.tar"' \
		sh "$T" "$SICKBAY" >"$T/out" 2>"$T/err" </dev/null
	ok "a dead resolver is told" out 'n1: nowhere.example: the name server does not answer'
	ok "and costs one deadline" test $(($(date +%s) - begin)) -lt 60
	# A node that is cut off while a command runs: its link goes down.
	cat >"$T/cut.yaml" <<'E'
plan: 1
lanes: 1
node:
  - {path: host/before.txt, run: "echo before"}
  - {path: host/cut.txt, run: "echo begun; touch @T@/begun; sleep 30; echo end", timeout: 4s}
  - {path: host/after.txt, run: "echo after", timeout: 4s}
E
	sed -i "s,@T@,$T," "$T/cut.yaml"
	cat >"$T/cut.sh" <<'E'
ip link set lo up
[ ! -d "$1/etc" ] || for f in passwd shadow group; do mount --bind "$1/etc/$f" /etc/$f; done
ip link add c0 type veth peer name c1
unshare -n sleep 200 & ns=$!
sleep 0.5
ip link set c1 netns $ns; ip addr add 192.0.2.1/24 dev c0; ip link set c0 up
nsenter -t $ns -n sh -c "ip link set lo up; ip addr add 192.0.2.2/24 dev c1; ip link set c1 up"
sed 's/^ListenAddress.*/ListenAddress 192.0.2.2/; s/^Port.*/Port 2222/' "$1/plain.conf" >"$1/cut.conf"
nsenter -t $ns -n "$3" -D -e -f "$1/cut.conf" 2>"$1/cut.log" & d=$!
i=0; while ! grep -q "Server listening" "$1/cut.log" && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
{ i=0; while [ ! -e "$1/begun" ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i + 1)); done; ip link set c0 down; } &
"$2" collect --no-kube --nodes n1=192.0.2.2:2222 --plan "$1/cut.yaml" -o "$1/cut.tar" --ssh-key "$1/user" --ssh-known-hosts "$1/known" --ssh-insecure-host-keys
kill $d $ns
E
	timeout 150 unshare -n -m sh "$T/cut.sh" "$T" "$SICKBAY" "$sshd" >"$T/out" 2>"$T/err" </dev/null
	ok "a node cut off while a command runs: what was there is kept" has cut nodes/n1/host/before.txt before
	ok "what the command had printed, too" has cut nodes/n1/host/cut.txt begun
	ok "and it is told" out 'not collected'
else
	ok "dead resolvers and nodes that are cut off # SKIP no network namespaces" true
fi

# --- users of the test's own
[ $users = 1 ] || skip_all "$why"
start_sshd users "$T/host" "UsePAM no"
users_port=$port
known "$T/host" >>"$T/known"
collect ops --nodes "n1=ops@127.0.0.1:$port,n2=$me@127.0.0.1:$plain" --ssh-key "$T/user" --ssh-user nobody
ok "each node with its own user" has ops nodes/n1/node.json '"user": "ops"'
ok "sudo without a password" has ops nodes/n1/host/who.txt '^root$'
collect opspw --nodes "n1=opspw@127.0.0.1:$port" --ssh-key "$T/user"
ok "sudo that wants a password: not root, and told so" out 'n1: without root.*password is required'
typed opspw 'lab pass' --nodes "n1=opspw@127.0.0.1:$port,n2=opspw@127.0.0.1:$port" --ssh-key "$T/user" --ask-sudo-pass
ok "--ask-sudo-pass: root" has opspw nodes/n1/host/who.txt '^root$'
ok "and the command reads nothing of the password" is "$(tar -xOf "$T/opspw.tar" opspw/nodes/n1/host/who.txt)" root
typed wrong 'lab past' --nodes "n1=opspw@127.0.0.1:$port" --ssh-key "$T/user" --ask-sudo-pass
ok "a wrong sudo password: not root, and told so" grep -q 'n1: without root.*with the password, too' "$T/out"
ok "and the rest is collected" has wrong nodes/n1/host/who.txt opspw
collect nopass --nodes "n1=opspw@127.0.0.1:$port" --ask-pass
ok "--ask-pass without a terminal is an error" ends 1 '.*--ask-pass: there is no terminal'

start_sshd password "$T/host" "PasswordAuthentication yes" "PubkeyAuthentication no"
known "$T/host" >>"$T/known"
typed pass 'lab pass' --nodes "n1=opspw@127.0.0.1:$port,n2=127.0.0.1:$port" --ask-pass --ssh-user opspw
ok "a password, through libssh2" has pass nodes/n1/node.json '"transport": "libssh2"'
ok "asked for once" asked 1
ok "no password is written down" nowhere 'lab pass'
typed past 'lab past' --nodes "n1=opspw@127.0.0.1:$port" --ask-pass
ok "a wrong password is told" grep -q 'the password was refused' "$T/out"
ok "and tried once" is "$(grep -c 'Failed password' "$T/password.log")" 1

start_sshd kbd "$T/host" "UsePAM yes" "KbdInteractiveAuthentication yes" "PubkeyAuthentication no"
known "$T/host" >>"$T/known"
typed kbd 'lab pass' --nodes "n1=opspw@127.0.0.1:$port" --ask-pass
ok "keyboard-interactive" has kbd nodes/n1/node.json '"reached": true'

start_sshd hardpass "$T/host" "PasswordAuthentication yes" "PubkeyAuthentication no" "MACs hmac-sha2-512-etm@openssh.com" \
	"Ciphers chacha20-poly1305@openssh.com" "KexAlgorithms sntrup761x25519-sha512@openssh.com"
known "$T/host" >>"$T/known"
typed hard 'lab pass' --nodes "n1=opspw@127.0.0.1:$port" --ask-pass
ok "a password through the ssh program, where libssh2 cannot" has hard nodes/n1/node.json '"transport": "ssh"'
typed hardpw 'lab pass' --nodes "n1=opspw@127.0.0.1:$port" --ask-pass --ssh-jump "ops@127.0.0.1:$users_port" --ssh-key "$T/user"
ok "and through a jump host" has hardpw nodes/n1/node.json '"reached": true'
ok "no socket stays behind" sh -c "! ls -d '$T'/tmp/sickbay-ssh-* 2>/dev/null | grep -q ."
done_testing
