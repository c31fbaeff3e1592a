#!/bin/sh
# make bench: 50 nodes over SSH (sshd on 50 ports of loopback), the same commands on each: sickbay collect beside `ssh` in a
# shell loop under xargs -P 8, one ssh a command, and beside the least that a loop could do, one ssh a node. In one run, in turn.
# Fails when sickbay is slower than the loop, or needs more memory for 50 nodes than it may. SICKBAY is the program, OUT a folder.
set -u
: "${SICKBAY:?}" "${OUT:?}"
nodes=${NODES:-50} rounds=${ROUNDS:-2} max_rss=${MAX_SSH_RSS:-96}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$OUT" || exit 1
T=$(mktemp -d "$OUT/ssh.XXXXXX") || exit 1
. "$here/../sshd.sh"
trap 'kill $pids 2>/dev/null; rm -rf "$T"' EXIT
sshd_possible || { echo "bench of SSH skipped: $why"; exit 0; }
sshd_users_possible && sshd_users || { echo "bench of SSH skipped: $why"; exit 0; }
[ -x "$OUT/timed" ] || ${CC:-cc} -O2 -o "$OUT/timed" "$here/timed.c" || exit 1
ssh-keygen -q -t ed25519 -N '' -f "$T/host"
ssh-keygen -q -t ed25519 -N '' -f "$T/user"
cp "$T/user.pub" "$T/authorized"
first=$((port + 1))
# An sshd listens on 16 ports at most.
at=0
while [ $at -lt "$nodes" ]; do
	set -- "MaxStartups 500" "MaxSessions 100"
	for k in 1 2 3 4 5 6 7 8 9; do set -- "$@" "Port $((first + at + k))"; done
	port=$((first + at - 1))
	start_sshd "many$at" "$T/host" "$@" || exit 1
	at=$((at + 10))
done
: >"$T/known"
: >"$T/list"
i=0
while [ $i -lt "$nodes" ]; do
	port=$((first + i))
	known "$T/host" >>"$T/known"
	echo "n$i=root@127.0.0.1:$port" >>"$T/list"
	i=$((i + 1))
done
cat >"$T/commands" <<'E'
uname -a
cat /proc/meminfo
df -P
cat /proc/loadavg
ls -l /etc
cat /proc/mounts
ps -e
date
E
{ echo 'plan: 1'; echo 'lanes: 3'; echo 'node:'; n=0; while read -r c; do n=$((n + 1)); echo "  - {path: host/$n.txt, run: \"$c\"}"; done <"$T/commands"; } >"$T/plan.yaml"
ssh="ssh -n -i $T/user -o UserKnownHostsFile=$T/known -o BatchMode=yes -o LogLevel=ERROR"
cat >"$T/loop.sh" <<E
p=\${1##*:}; mkdir -p "$T/o/\$p"; n=0
while read -r c; do n=\$((n + 1)); $ssh -p \$p root@127.0.0.1 "\$c" >"$T/o/\$p/\$n.txt" 2>&1; done <"$T/commands"
E
cat >"$T/one.sh" <<E
p=\${1##*:}; $ssh -p \$p root@127.0.0.1 "\$(cat "$T/commands")" >"$T/o/\$p.txt" 2>&1
E
mkdir "$T/o"
ours=999999 loop=999999 one=999999 rss=0
for i in $(seq "$rounds"); do
	a=$("$OUT/timed" "$SICKBAY" collect --no-kube --nodes-from "$T/list" --ssh-key "$T/user" --ssh-known-hosts "$T/known" --plan "$T/plan.yaml" \
		-o "$T/b.tar.zst" --force 2>"$T/err" | tee "$T/say" | tail -n 1)
	got=$("$SICKBAY" inspect "$T/b.tar.zst" | grep -c 'host/[0-9]*\.txt')
	[ "$got" = $((nodes * 8)) ] || { echo "sickbay collected $got of $((nodes * 8)) outputs" >&2; tail -n 12 "$T/say" "$T/err" >&2; exit 1; }
	b=$("$OUT/timed" sh -c 'xargs -P 8 -n 1 sh "$1" <"$2"' sh "$T/loop.sh" "$T/list")
	c=$("$OUT/timed" sh -c 'xargs -P 8 -n 1 sh "$1" <"$2"' sh "$T/one.sh" "$T/list")
	r=${a#* } a=${a% *} b=${b% *} c=${c% *}
	[ "$a" -ge "$ours" ] || ours=$a
	[ "$b" -ge "$loop" ] || loop=$b
	[ "$c" -ge "$one" ] || one=$c
	[ "$r" -le "$rss" ] || rss=$r
done
awk -v n="$nodes" -v a="$ours" -v b="$loop" -v c="$one" -v rss="$rss" -v max="$max_rss" 'BEGIN {
	printf "%d nodes over SSH, 8 commands each\n", n
	printf "%-46s %8.2f s\n", "ssh in a loop, xargs -P 8, one ssh a command", b / 1000
	printf "%-46s %8.2f s\n", "the same, one ssh a node for all commands", c / 1000
	printf "%-46s %8.2f s  %.1f MiB of memory (at most %d)\n", "sickbay collect", a / 1000, rss / 1024, max
	exit !(a <= b && rss / 1024 <= max)
}'
