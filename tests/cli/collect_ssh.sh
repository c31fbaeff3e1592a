#!/bin/sh
# collect over SSH against real sshd on loopback: libssh2, the ssh program where libssh2 cannot, host keys, deadlines,
# gates, Ctrl-C. Prints TAP. SICKBAY=/path/to/sickbay sh tests/cli/collect_ssh.sh
set -u
TMPDIR=/tmp # the paths of sockets are short
. tests/cli/lib.sh
own_tmpdir
pids=
cleanup() {
	for p in $pids; do kill "$p" 2>/dev/null; done
	rm -rf "$T"
}
trap cleanup EXIT

skip_all() {
	n=$((n + 1))
	echo "ok $n - the rest # SKIP $1"
	echo "1..$n"
	exit 0
}
member() { tar -xOf "$T/$1.tar" "$1/$2"; }
has() { member "$1" "$2" | grep -q -- "$3"; }
lacks() { ! member "$1" "$2" | grep -q -- "$3"; }
# json FILE EXPRESSION: python is only for reading what was written.
record() { member "$1" manifest.json | tr -d '\n' | sed 's/},/},\n/g' | grep -- "\"$2\""; }

sshd=$(command -v sshd || echo /usr/sbin/sshd)
test -x "$sshd" || skip_all "no sshd"
command -v ssh-keygen >/dev/null || skip_all "no ssh-keygen"
mkdir -p /run/sshd 2>/dev/null

ssh-keygen -q -t ed25519 -N '' -f "$T/host_ed25519"
ssh-keygen -q -t ed25519 -N '' -f "$T/other_ed25519"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$T/host_rsa"
ssh-keygen -q -t ed25519 -N '' -f "$T/user_ed25519"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$T/user_rsa"
cat "$T/user_ed25519.pub" "$T/user_rsa.pub" >"$T/authorized"
chmod 700 "$T"
mkdir "$T/home"
chmod 600 "$T/authorized"

port=$((22000 + $$ % 20000))
# start_sshd NAME HOSTKEY [CONFIG LINE...]: sets $port to a new port.
start_sshd() {
	name=$1 key=$2
	shift 2
	port=$((port + 1))
	{
		echo "Port $port"
		echo "ListenAddress 127.0.0.1"
		echo "HostKey $key"
		echo "AuthorizedKeysFile $T/authorized"
		echo "StrictModes no"
		echo "UsePAM no"
		echo "PasswordAuthentication no"
		echo "PidFile none"
		echo "PermitRootLogin prohibit-password"
		echo "SetEnv HOME=$T/home" # bash reads ~/.bashrc here too, and the tester's own may take a second for each command
		for l in "$@"; do echo "$l"; done
	} >"$T/$name.conf"
	"$sshd" -D -e -f "$T/$name.conf" 2>"$T/$name.log" &
	pids="$pids $!"
	i=0
	while ! ssh-keyscan -p $port 127.0.0.1 2>/dev/null | grep -q .; do
		i=$((i + 1))
		test $i -lt 50 || skip_all "sshd does not start: $(tail -n 1 "$T/$name.log")"
		sleep 0.1
	done
}
known() { sed "s/^\(ssh-[a-z0-9]* [^ ]*\).*/[127.0.0.1]:$port \1/" "$1.pub"; }

cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 2
node:
  - {path: host/hello.txt, run: "echo hello; echo {since_s}"}
  - {path: host/status.txt, run: "echo to stderr >&2; exit 7"}
  - {path: host/absent.txt, needs: [no-such-program-anywhere], run: "true"}
  - {path: etc/absent.conf, file: /no/such/file}
  - {path: "etc/{name}", files: "@T@/files/*", keep: tail, max: 1000}
  - {path: host/endless.txt, run: "yes abcdefghi", max: 64KiB, timeout: 20s}
  - {path: host/times.txt, run: "echo $LC_ALL"}
  - {path: etc/pod.yaml, run: "printf -- '- name: DB_PASSWORD\\n  value: hunter2hunter2\\n'"}
  - {path: host/secret.txt, run: "echo 'login with password=hunter2hunter2 failed'"}
  - {path: host/slow.txt, gate: slow, run: "echo begun; sleep @SLEEP@", timeout: 2s}
  - {path: host/after.txt, gate: slow, run: "echo never"}
END
mkdir "$T/files"
echo small >"$T/files/a.conf"
seq 1 1000 >"$T/files/big.log"
echo key >"$T/files/private.key"
echo '{"kind":"Event"}' >"$T/files/kube-audit.log"
mkdir -p "$T/secrets"
echo token >"$T/secrets/token"
ln -s "$T/secrets/token" "$T/files/link.log"
# A length of its own, to find the process by.
long=6$$.5
sed -i "s,@T@,$T,; s,@SLEEP@,$long," "$T/plan.yaml"

collect() {
	out=$1
	shift
	"$SICKBAY" collect --no-kube --nodes "n1=127.0.0.1" --ssh-port "$port" --plan "$T/plan.yaml" -o "$T/$out.tar" \
		--since 2h "$@" >"$T/out" 2>&1
	rc=$?
}

# --- libssh2
start_sshd plain "$T/host_ed25519"
plain_port=$port
known "$T/host_ed25519" >"$T/kh"
collect a --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh"
ok "a capture that met its deadline makes the run partial" is $rc 3
ok "libssh2 is used" has a nodes/n1/node.json '"transport": "libssh2"'
ok "reached" has a nodes/n1/node.json '"reached": true'
ok "the clock offset is measured" has a nodes/n1/node.json '"clock_offset_us": -\{0,1\}[0-9]'
ok "output" has a nodes/n1/host/hello.txt '^hello$'
ok "placeholders" has a nodes/n1/host/hello.txt '^72[0-9][0-9]$'
ok "an exit status is an answer" sh -c "$(command -v tar) -xOf $T/a.tar a/manifest.json | tr -d '\n' | grep -q '\"exit_status\": *7[^}]*\"state\": *\"ok\"'"
ok "stderr is the file when there is no stdout" has a nodes/n1/host/status.txt '^to stderr$'
ok "a missing program is absent" sh -c "$(command -v tar) -xOf $T/a.tar a/manifest.json | tr -d '\n' | grep -q 'host/absent.txt[^}]*\"absent\"'"
ok "a missing file is absent" sh -c "$(command -v tar) -xOf $T/a.tar a/manifest.json | tr -d '\n' | grep -q 'etc/absent.conf[^}]*\"absent\"'"
ok "a glob's files" has a nodes/n1/etc/a.conf small
ok "the newest bytes of a big file" has a nodes/n1/etc/big.log '^1000$'
ok "which is marked as cut" sh -c "$(command -v tar) -xOf $T/a.tar a/manifest.json | tr -d '\n' | grep -q 'etc/big.log[^}]*\"truncated\": *true'"
ok "private keys are not read" sh -c "! tar -tf $T/a.tar | grep -q private.key"
ok "nor audit logs, nor what a link leads to" sh -c "! tar -tf $T/a.tar | grep -q 'audit\|link.log'"
ok "output without end is cut at its cap" is "$(member a nodes/n1/host/endless.txt | wc -c)" 65536
ok "credentials are replaced" has a nodes/n1/host/secret.txt 'password=\*\*REDACTED:[a-z-]*:[0-9a-f]*\*\* failed'
ok "also where name and value stand on two lines" has a nodes/n1/etc/pod.yaml "  value: '\*\*REDACTED:[a-z-]*:[0-9a-f]*\*\*'"
ok "scripts speak one language" has a nodes/n1/host/times.txt '^C$'
ok "a command that hangs keeps what it printed" has a nodes/n1/host/slow.txt begun
ok "and its gate skips the rest" sh -c "$(command -v tar) -xOf $T/a.tar a/manifest.json | tr -d '\n' | grep -q 'host/after.txt[^}]*\"skipped\"'"
ok "nothing stays behind on the node" gone "^sleep $long"
ok "the summary tells what was cut" grep -A 1 "^cut at a cap on bytes: 2" "$T/out"
ok "the summary tells what to type next" grep -q "sickbay analyze" "$T/out"

# --- host keys
collect b --ssh-key "$T/user_ed25519" --ssh-known-hosts /dev/null
ok "an unknown host key is refused" is $rc 3
ok "and the reason is clear" grep -q "is not in known_hosts" "$T/out"
known "$T/other_ed25519" >"$T/kh-changed"
collect c --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh-changed" --ssh-insecure-host-keys
ok "a changed host key is refused even so" grep -q "is not the one in known_hosts" "$T/out"
ok "nothing of that node is in the bundle" sh -c "! tar -tf $T/c.tar | grep -q nodes/n1/host"
collect d --ssh-key "$T/user_ed25519" --ssh-known-hosts /dev/null --ssh-insecure-host-keys
ok "an unknown host key is accepted when asked for" has d nodes/n1/node.json '"reached": true'
ok "and node.json says so" has d nodes/n1/node.json 'unknown ones accepted'
printf '[127.0.0.1]:*,[127.0.0.*]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$T/host_ed25519.pub")" >"$T/kh-pattern"
collect e --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh-pattern"
ok "patterns in known_hosts are left to ssh" has e nodes/n1/node.json '"transport": "ssh"'
known "$T/host_ed25519" >"$T/kh-hashed"
ssh-keygen -q -H -f "$T/kh-hashed" >/dev/null 2>&1
collect f --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh-hashed"
ok "hashed known_hosts work with libssh2" has f nodes/n1/node.json '"transport": "libssh2"'

# --- what libssh2 cannot
collect g --ssh-key "$T/user_rsa" --ssh-known-hosts "$T/kh"
ok "an RSA key goes through ssh" has g nodes/n1/node.json '"transport": "ssh"'
ok "and node.json says why" has g nodes/n1/node.json 'RSA'
ok "with the same output" has g nodes/n1/host/hello.txt '^hello$'
ok "and the same exit status" sh -c "$(command -v tar) -xOf $T/g.tar g/manifest.json | tr -d '\n' | grep -q '\"exit_status\": *7[^}]*\"state\": *\"ok\"'"
ok "no control socket stays behind" sh -c "! ls $TMPDIR | grep -q sickbay-ssh"
start_sshd hardened "$T/host_ed25519" "Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com" \
	"MACs hmac-sha2-512-etm@openssh.com" "KexAlgorithms sntrup761x25519-sha512@openssh.com"
known "$T/host_ed25519" >"$T/kh-hardened"
collect h --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh-hardened"
ok "a hardened server goes through ssh" has h nodes/n1/node.json '"transport": "ssh"'
ok "and node.json says why" has h nodes/n1/node.json 'fallback_reason": "SSH handshake'
start_sshd rsahost "$T/host_rsa"
known "$T/host_rsa" >"$T/kh-rsa"
collect i --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh-rsa"
ok "a server with an RSA host key goes through ssh" has i nodes/n1/node.json '"transport": "ssh"'

# --- nobody there
port=1
collect j --ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh"
ok "a closed port costs its node only" is $rc 3
ok "and is told" grep -q "Connection refused" "$T/out"

# --- Ctrl-C
port=$plain_port
cat >"$T/plan.yaml" <<'END'
plan: 1
lanes: 1
node:
  - {path: host/first.txt, run: "echo first"}
  - {path: host/long.txt, run: "touch @T@/begun; echo long; sleep 30", timeout: 40s}
  - {path: host/last.txt, run: "echo last"}
END
sed -i "s,@T@,$T," "$T/plan.yaml"
# Until the long command runs.
wait_begun() {
	i=0
	while [ ! -e "$T/begun" ] && [ $i -lt 600 ]; do
		i=$((i + 1))
		sleep 0.1
	done
	rm -f "$T/begun"
}
# A background command of a script ignores SIGINT; TERM is treated alike.
"$SICKBAY" collect --no-kube --nodes n1=127.0.0.1 --ssh-port "$port" --plan "$T/plan.yaml" -o "$T/k.tar" \
	--ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh" >"$T/out" 2>&1 &
pid=$!
wait_begun
kill -TERM $pid
wait $pid
rc=$?
ok "interrupted once: a partial bundle" is $rc 3
ok "with what was there" has k nodes/n1/host/first.txt first
ok "what was not asked is skipped" sh -c "$(command -v tar) -xOf $T/k.tar k/manifest.json | tr -d '\n' | grep -q 'host/last.txt[^}]*\"skipped\"'"
"$SICKBAY" collect --no-kube --nodes n1=127.0.0.1 --ssh-port "$port" --plan "$T/plan.yaml" -o "$T/m.tar" \
	--ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh" >"$T/out" 2>&1 &
pid=$!
wait_begun
kill -STOP $pid
kill -TERM $pid
kill -HUP $pid
kill -CONT $pid
wait $pid
rc=$?
ok "interrupted twice: it leaves at once" test $rc -gt 128
ok "with nothing half-named left" sh -c "! ls $T | grep -q '^m'"
"$SICKBAY" collect --no-kube --nodes n1=127.0.0.1 --ssh-port "$port" --plan "$T/plan.yaml" -o "$T/m.tar" \
	--ssh-key "$T/user_rsa" --ssh-known-hosts "$T/kh" >"$T/out" 2>&1 &
pid=$!
wait_begun
kill -STOP $pid
kill -TERM $pid
kill -HUP $pid
kill -CONT $pid
wait $pid
rc=$?
ok "twice, with the ssh program: it leaves" test $rc -gt 128
ok "no connection of it stays open" gone "^ssh .*ControlPath=$TMPDIR"
ok "no folder of sockets, no half-named bundle" sh -c "! ls $TMPDIR | grep sickbay-ssh && ! ls $T | grep '^m'"
"$SICKBAY" collect --no-kube --nodes n1=127.0.0.1 --ssh-port "$port" --plan "$T/plan.yaml" -o "$T/l.tar" \
	--ssh-key "$T/user_ed25519" --ssh-known-hosts "$T/kh" --timeout 10s >"$T/out" 2>&1
ok "--timeout ends the run with a bundle" has l nodes/n1/host/first.txt first

echo "1..$n"
