#!/bin/sh
# collect over SSH from hosts that do not behave: servers that say nothing or never stop, login shells that talk or run nothing,
# servers that allow one session. Real sshd on loopback with users of the test's own; needs root. Prints TAP.
set -u
. tests/cli/lib.sh
own_tmpdir
. tests/sshd.sh
cleanup() {
	for p in $pids; do kill "$p" 2>/dev/null; done
	rm -rf "$T"
}
trap cleanup EXIT
python=$(command -v /usr/bin/python3 || command -v python3) || { echo "ok 1 - hostile hosts # SKIP no python3"; echo 1..1; exit 0; }
sshd_possible && sshd_users_possible && sshd_users || { echo "ok 1 - hostile hosts # SKIP $why"; echo 1..1; exit 0; }
ssh-keygen -q -t ed25519 -N '' -f "$T/host"
ssh-keygen -q -t ed25519 -N '' -f "$T/user"
cp "$T/user.pub" "$T/authorized"
cat >"$T/plan.yaml" <<'END2'
plan: 1
lanes: 2
node:
  - {path: host/hello.txt, run: "echo hello"}
  - {path: host/json.json, run: "echo '{}'; echo complaint >&2"}
  - {path: host/file.txt, file: /etc/hostname, max: 1KiB, keep: tail}
  - {path: host/status.txt, run: "exit 7"}
  - {path: host/5.txt, run: "echo 5"}
  - {path: host/6.txt, run: "echo 6"}
  - {path: host/7.txt, run: "echo 7"}
  - {path: host/8.txt, run: "echo 8"}
  - {path: host/9.txt, run: "echo 9"}
  - {path: host/10.txt, run: "echo 10"}
  - {path: host/11.txt, run: "echo 11"}
  - {path: host/12.txt, run: "echo 12"}
  - {path: host/13.txt, run: "echo 13"}
END2
member() { tar -xOf "$T/$1.tar" "$1/nodes/n1/$2"; }
record() { tar -xOf "$T/$1.tar" "$1/manifest.json" | grep "\"path\":\"nodes/n1/$2\""; }
try() { # NAME USER OPTIONS...
	b=$1 user=$2
	shift 2
	start=$(date +%s)
	run collect --no-kube --nodes "n1=$user@127.0.0.1:$port" --ssh-key "$T/user" --ssh-known-hosts /dev/null --ssh-insecure-host-keys \
		--plan "$T/plan.yaml" -o "$T/$b.tar" "$@"
	took=$(($(date +%s) - start))
}
within() { test "$took" -le "$1" || { echo "$took s"; return 1; }; }

# --- servers that are none
listen() { # MODE: sets $port
	rm -f "$T/port"
	"$python" - "$1" >"$T/port" <<'END2' &
import socket, sys, threading, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(50)
print(s.getsockname()[1], flush=True)
def serve(c):
    try:
        while sys.argv[1] == "endless":
            c.sendall(b"x" * 1000 + b"\r\n")
        time.sleep(120)
    except OSError:
        pass
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
END2
	pids="$pids $!"
	i=0
	while [ ! -s "$T/port" ] && [ $i -lt 100 ]; do i=$((i + 1)) && sleep 0.1; done
	port=$(cat "$T/port")
}
listen silent
try silent root --node-timeout 5s
ok "a server that takes connections and says nothing costs the node's deadline" eval 'within 8 && is "$status" 3'
ok "... and that is said" out "n1: connected to 127.0.0.1 port [0-9]*, but no SSH server answers there"
listen endless
try endless root --node-timeout 5s
ok "one that greets without end, too" eval 'within 8 && is "$status" 3 && out "n1: "'
"$SICKBAY" collect --no-kube --nodes "n1=root@127.0.0.1:$port" --ssh-key "$T/user" --ssh-known-hosts /dev/null --ssh-insecure-host-keys \
	--plan "$T/plan.yaml" -o "$T/stop.tar" >"$T/out" 2>"$T/err" </dev/null &
pid=$!
# It has begun when its archive is there; then a second to connect.
i=0
until ls "$T"/stop.tar*.part >/dev/null 2>&1 || [ $((i += 1)) -gt 100 ]; do sleep 0.1; done
sleep 1
start=$(date +%s)
kill -TERM "$pid"
wait "$pid"
status=$? took=$(($(date +%s) - start))
ok "... and may be stopped in it" eval 'within 5 && is "$status" 3 && test -s "$T/stop.tar"'

# --- login shells that talk, and accounts that run nothing
uid=7100
account() { # NAME SHELL-TEXT
	printf '#!/bin/sh\n%s\n' "$2" >"$T/sh-$1"
	chmod 755 "$T/sh-$1"
	uid=$((uid + 1))
	echo "$1:x:$uid:7001::$T/home:$T/sh-$1" >>"$T/etc/passwd"
	echo "$1:*:19000::::::" >>"$T/etc/shadow"
}
account greets 'echo "Welcome to this host"; printf "no end of line"; echo "warning: old" >&2; exec /bin/sh "$@"'
account nologin 'echo This account is currently not available.; exit 1'
account talks 'exec yes welcome'
account hangs 'exec sleep 100'
start_sshd shells "$T/host" || exit 1
try greets greets
ok "a login shell's greeting is in no file" eval 'is "$(member greets host/hello.txt)" hello && is "$(member greets host/json.json)" "{}" && is "$(member greets host/file.txt)" "$(cat /etc/hostname)"'
ok "... nor in what commands complain of" eval 'record greets host/json.json | grep -q "\"error\":\"complaint\"" && ! tar -xOf "$T/greets.tar" | grep -q "Welcome\|warning: old\|sickbay: begin"'
ok "... and the clock is known all the same" eval 'member greets node.json | grep -q "\"clock_offset_us\": *-\{0,1\}[0-9]"'
try nologin nologin
ok "an account that runs nothing is not reached" eval 'is "$status" 3 && out "nodes reached: 0 of 1" && out "n1: a login, but no command runs: This account is currently not available"'
try talks talks
ok "one that prints without end, neither" eval 'within 20 && out "n1: a login, but no command runs: its shell prints something else without end"'
try hangs hangs --node-timeout 5s
ok "one that hangs costs the node's deadline" eval 'within 12 && out "n1: a login, but the first command did not answer within [0-9] s"'
start_sshd forced "$T/host" "ForceCommand /bin/echo restricted" || exit 1
try forced root
ok "ForceCommand: told" out "n1: a login, but no command runs: restricted"

# --- few sessions
start_sshd one "$T/host" "MaxSessions 1" || exit 1
try one root
ok "MaxSessions 1: every capture, though a session ends a moment after its command" eval 'is "$(record one "host/.*" | grep -c "\"state\":\"ok\"")" 13'
start_sshd none "$T/host" "MaxSessions 0" || exit 1
try none root
ok "MaxSessions 0: told" eval 'is "$status" 3 && out "n1: .*MaxSessions"'
done_testing
