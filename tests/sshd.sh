# sshd.sh: real sshd on loopback for tests: `. tests/sshd.sh` with $T a private folder. start_sshd sets $port; $pids are to be
# killed in the end. Users, groups and sudo's rules are files of the test's own, bound over those of the machine in a mount
# namespace of the server's, so that nothing of the machine is changed.
sshd=$(command -v sshd || echo /usr/sbin/sshd)
pids=
port=$((22000 + $$ % 20000))

# sshd_possible: 0, or the reason in $why.
sshd_possible() {
	if [ ! -x "$sshd" ]; then why="no sshd"; return 1; fi
	command -v ssh-keygen >/dev/null || { why="no ssh-keygen"; return 1; }
	mkdir -p /run/sshd 2>/dev/null || [ -d /run/sshd ] || { why="not root"; return 1; }
}
# Users: root, ops (sudo without password), opspw (password "lab pass", sudo asks for it).
sshd_users() {
	mkdir -p "$T/etc" "$T/home"
	hash=$(openssl passwd -6 'lab pass') || return 1
	# A shell that reads no files of the machine's.
	{ echo "root:x:0:0::$T/home:/bin/sh"; grep '^sshd:' /etc/passwd; for u in ops:7001 opspw:7002; do echo "${u%:*}:x:${u#*:}:7001::$T/home:/bin/sh"; done; } >"$T/etc/passwd"
	{ echo "root:*:19000::::::"; echo "sshd:!:19000::::::"; echo "ops:*:19000::::::"; echo "opspw:$hash:19000::::::"; } >"$T/etc/shadow"
	{ grep -v '^ops:' /etc/group; echo "ops:x:7001:"; } >"$T/etc/group"
	{ echo 'Defaults !lecture'; echo 'root ALL=(ALL) ALL'; echo 'ops ALL=(ALL) NOPASSWD: ALL'; echo 'opspw ALL=(ALL) ALL'; } >"$T/etc/sudoers"
	chmod 600 "$T/etc/shadow"
	chmod 440 "$T/etc/sudoers"
	chmod 755 "$T" "$T/etc" "$T/home"
}
# Whether a server may have users of its own: needs root, mount namespaces, sudo.
sshd_users_possible() {
	command -v sudo >/dev/null || { why="no sudo"; return 1; }
	unshare -m true 2>/dev/null || { why="no mount namespaces, or not root"; return 1; }
}
# start_sshd NAME HOSTKEY [CONFIG LINE...]: sets $port to a new port; $sshd_listen is an address other than loopback. With $T/etc
# its users are the test's.
start_sshd() {
	name=$1 key=$2
	shift 2
	port=$((port + 1))
	{
		for l in "$@"; do echo "$l"; done
		printf '%s\n' "Port $port" "ListenAddress ${sshd_listen:-127.0.0.1}" "HostKey $key" "AuthorizedKeysFile $T/authorized" "StrictModes no" \
			"UsePAM no" "PasswordAuthentication no" "KbdInteractiveAuthentication no" "PidFile none" "PermitRootLogin prohibit-password" \
			"PrintMotd no" "PrintLastLog no"
	} >"$T/$name.conf"
	if [ -d "$T/etc" ]; then
		unshare -m --propagation private sh -c 'for f in passwd shadow group sudoers; do mount --bind "$1/etc/$f" /etc/$f || exit 1; done; exec "$2" -D -e -f "$3"' \
			sh "$T" "$sshd" "$T/$name.conf" 2>"$T/$name.log" &
	else
		"$sshd" -D -e -f "$T/$name.conf" 2>"$T/$name.log" &
	fi
	pids="$pids $!"
	i=0
	while ! grep -q "Server listening" "$T/$name.log"; do
		i=$((i + 1))
		[ $i -lt 300 ] || { echo "sshd $name does not start: $(tail -n 1 "$T/$name.log")" >&2; return 1; }
		sleep 0.1
	done
}
# known KEYFILE: its line of known_hosts at $port.
known() { sed "s/^\([a-z0-9-]* [^ ]*\).*/[127.0.0.1]:$port \1/" "$1.pub"; }
