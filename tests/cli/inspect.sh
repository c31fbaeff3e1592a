#!/bin/sh
# inspect: the list, --verify, one file, lines of it, and everything that is not a bundle. The bundles are made with plain
# tar: the format is what FORMAT.md says, whoever writes it. Prints TAP.
set -u
. tests/cli/lib.sh

# A bundle by hand, b/...
mkdir -p "$T/b/nodes/n1/journal" "$T/b/cluster-resources"
cat >"$T/b/bundle.json" <<'E'
{"sickbay_bundle": 1, "tool": {"name": "sickbay", "version": "9.9"}, "started": "2026-11-23T19:33:31Z",
 "collected_on": "jump1", "options": {}, "cluster": {"server": "https://10.0.0.1:6443", "context": "prod",
 "version": "v1.20.2", "serves_lists": true}}
E
i=0; while [ $i -lt 1000 ]; do i=$((i + 1)); echo "2026-11-23T19:33:31 n1 kubelet: line $i"; done >"$T/b/nodes/n1/journal/kubelet.log"
printf 'first\nlast without an end' >"$T/b/nodes/n1/journal/odd.log"
printf 'a\033[31mred\r\n\302\233x \342\202\254 \377\n' >"$T/b/nodes/n1/hostile.txt"
: >"$T/b/nodes/n1/empty.txt"
record() { # PATH [TEXT]: a manifest line for a file that is there
	printf '{"path":"%s","source":"ssh","state":"ok","bytes":%d,"sha256":"%s"%s},\n' "$1" "$(wc -c <"$T/b/$1")" \
		"$(sha256sum "$T/b/$1" | cut -d' ' -f1)" "${2:-}"
}
manifest() {
	printf '{"sickbay_manifest":1,"finished":"2026-11-23T19:34:00Z","captures":[\n'
	for f in bundle.json nodes/n1/empty.txt nodes/n1/hostile.txt nodes/n1/journal/odd.log; do record $f; done
	record nodes/n1/journal/kubelet.log ',"truncated":true,"redactions":3'
	printf '{"path":"nodes/n1/host/df.txt","source":"ssh","state":"failed","error":"deadline of 10 s"},\n'
	printf '{"path":"nodes/n1/runtime/crictl/ps.txt","source":"ssh","state":"absent","error":"no crictl"}\n]}\n'
}
manifest >"$T/b/manifest.json"
files="b/bundle.json b/nodes/n1 b/manifest.json"
tar -C "$T" -cf "$T/b.tar" $files
zstd -q "$T/b.tar" -o "$T/b.tar.zst"
gzip -nc "$T/b.tar" >"$T/b.tar.gz"
xz -c "$T/b.tar" >"$T/b.tar.xz"

for x in tar tar.zst tar.gz tar.xz; do
	cp "$T/b.$x" "$T/any name" # the content counts, not the name
	run inspect "$T/any name"
	ok "$x: listed, exit 0" is "$status" 0
	ok "$x: who made it and of what" eval 'out "made by .*sickbay 9.9 on jump1, 2026-11-23T19:33:31Z to 2026-11-23T19:34:00Z" && out "cluster .*https://10.0.0.1:6443, context prod, version v1.20.2$"'
	ok "$x: counts" out "captures *5 ok, 1 failed, 1 absent, 0 skipped; 1 cut by a cap; 3 values redacted"
	ok "$x: a file with its size and state" eval 'out " 25 B *ok *nodes/n1/journal/odd.log$" && out "capped *nodes/n1/journal/kubelet.log$"'
	ok "$x: a failed capture with its reason" out "- *failed *nodes/n1/host/df.txt: deadline of 10 s$"
	ok "$x: what is absent is not listed" no_out crictl
	run inspect "$T/any name" --verify
	ok "$x: verified" eval 'is "$status" 0 && out "^5 files are as they were written, 0 are not, 0 have no record"'
done
run inspect "$T/b.tar.zst" --all
ok "--all: what is absent, too" out "- *absent *nodes/n1/runtime/crictl/ps.txt: no crictl$"

run inspect "$T/b.tar.zst" nodes/n1/journal/kubelet.log
ok "one file, byte for byte" cmp "$T/out" "$T/b/nodes/n1/journal/kubelet.log"
run inspect "$T/b.tar.zst" b/nodes/n1/hostile.txt
ok "with the top folder; raw when it is no terminal" cmp "$T/out" "$T/b/nodes/n1/hostile.txt"
run inspect "$T/b.tar.zst" nodes/n1/empty.txt
ok "an empty file" eval 'is "$status" 0 && empty "$T/out" && empty "$T/err"'
run inspect "$T/b.tar.zst" nodes/n1/journal/kubelet.log:777
ok "one line, as reports cite it" is "$(cat "$T/out")" "2026-11-23T19:33:31 n1 kubelet: line 777"
run inspect "$T/b.tar.zst" nodes/n1/journal/kubelet.log:998-2000
ok "lines up to the end" is "$(cut -d' ' -f5 "$T/out" | tr '\n' ' ')" "998 999 1000 "
run inspect "$T/b.tar.zst" nodes/n1/journal/odd.log:2
ok "a last line without an end" is "$(cat "$T/out")" "last without an end"
run inspect "$T/b.tar.zst" nodes/n1/journal/kubelet.log:1001
ok "a line behind the end" ends 1 "nodes/n1/journal/kubelet.log: there is no line 1001; it has 1000"
run inspect "$T/b.tar.zst" manifest.json:2
ok "a record of the manifest is a line" out '^{"path":"bundle.json"'
run inspect "$T/b.tar.zst" nodes/n1/journal/
ok "a folder is listed" eval 'is "$status" 0 && is "$(grep -c . "$T/out")" 2'
run inspect "$T/b.tar.zst" kublet.log
ok "an unknown path: what may be meant" ends 1 "kublet.log: no such file in the bundle; there is: nodes/n1/journal/kubelet.log"
run inspect "$T/b.tar.zst" zzz/yyy
ok "nothing like it" ends 1 "zzz/yyy: no such file in the bundle; .sickbay inspect"
run inspect "$T/b.tar.zst" nodes/n1/host/df.txt
ok "a capture that failed says why" ends 1 "nodes/n1/host/df.txt: not in the bundle: failed: deadline of 10 s"
"$SICKBAY" inspect - version.yaml <"$T/b.tar.zst" >"$T/out" 2>"$T/err"
status=$?
ok "from standard input: unknown" ends 1 "version.yaml: no such file"
"$SICKBAY" inspect - bundle.json <"$T/b.tar.zst" >"$T/out" 2>"$T/err"
ok "from standard input: one file" cmp "$T/out" "$T/b/bundle.json"
("$SICKBAY" inspect "$T/b.tar.zst" nodes/n1/journal/kubelet.log; echo $? >"$T/status") 2>"$T/err" | head -n 1 >"$T/out"
ok "a reader that has enough" eval 'is "$(cat "$T/status")" 0 && empty "$T/err"'
if command -v script >/dev/null; then
	script -qec "'$SICKBAY' inspect '$T/b.tar.zst' nodes/n1/hostile.txt" "$T/tty" >/dev/null 2>&1 </dev/null
	ok "on a terminal nothing drives it" eval 'grep -qF "a\x1b[31mred\x0d" "$T/tty" && grep -qF "\u009bx € \xff" "$T/tty"'
fi

# Changed, lost, added, cut.
mkdir "$T/w" && cp -r "$T/b" "$T/w/"
echo more >>"$T/w/b/nodes/n1/journal/odd.log"
rm "$T/w/b/nodes/n1/empty.txt"
echo new >"$T/w/b/nodes/n1/new.txt"
tar -C "$T/w" -cf "$T/w.tar" $files
run inspect "$T/w.tar" --verify
ok "--verify: what changed" eval 'is "$status" 1 && out "^changed *nodes/n1/journal/odd.log" && out "^missing *nodes/n1/empty.txt" && out "^no record *nodes/n1/new.txt"'
ok "--verify: in one sentence" err "^sickbay: .*w.tar: not as it was written: 2 files changed, cut off or missing, 1 added$"
cp "$T/b/manifest.json" "$T/w/manifest.json"
rm -rf "$T/w/b" && cp -r "$T/b" "$T/w/"
sed '/odd.log/s/"bytes":[0-9]*/"bytes":1/' "$T/w/manifest.json" >"$T/w/b/manifest.json"
tar -C "$T/w" -cf "$T/w.tar" $files
run inspect "$T/w.tar" --verify
ok "--verify: a size that the manifest has wrong" eval 'is "$status" 1 && out "^other size *nodes/n1/journal/odd.log"'
tar -C "$T" -cf "$T/m.tar" b/bundle.json b/nodes/n1
run inspect "$T/m.tar"
ok "without a manifest: exit 3, and why" eval 'is "$status" 3 && out "manifest *missing: the collection did not come to its end"'
run inspect "$T/m.tar" --verify
ok "--verify without a manifest" ends 1 ".*m.tar: nothing to verify with"
head -c 9000 "$T/b.tar" >"$T/cut.tar"
run inspect "$T/cut.tar"
ok "cut off: exit 3, and where" eval 'is "$status" 3 && out "damage *cut off inside nodes/n1/journal/kubelet.log after [0-9,]* bytes\|damage *cut off " && out " cut off *nodes/n1"'
path=$(sed -n 's/^ .* cut off  *//p' "$T/out" | head -n 1)
run inspect "$T/cut.tar" "$path"
ok "the part of a cut file that is there" eval 'is "$status" 3 && test -s "$T/out" && err "^sickbay: cut off inside $path after"'
ok "... is its beginning" eval 'head -c "$(wc -c <"$T/out")" "$T/b/$path" | cmp - "$T/out"'

# Not a bundle.
: >"$T/zero"
run inspect "$T/zero"
ok "an empty file" ends 1 ".*zero: not a bundle: the file is empty$"
run inspect "$T/b/nodes/n1/journal/kubelet.log"
ok "a log" ends 1 ".*kubelet.log: not a bundle: no tar archive; it looks like text$"
gzip -c "$T/b/bundle.json" >"$T/j.gz"
run inspect "$T/j.gz"
ok "one packed file of JSON that is nothing of Kubernetes" eval 'is "$status" 0 && out "^kind      unknown: nothing in it is known to any layout"' 
run inspect "$T/b"
ok "a folder is read like an archive" eval 'is "$status" 0 && out "^made by   sickbay 9.9 on jump1"' 
run inspect "$T/nowhere"
ok "no file" ends 1 ".*nowhere: no such file$"
mkdir "$T/l" && ln -s /etc/passwd "$T/l/link" && tar -C "$T" -cf "$T/l.tar" l
run inspect "$T/l.tar"
ok "nothing but a link" ends 1 ".*l.tar: not a bundle: a tar archive without any file we take; the first: l/link: a link$"
mkdir -p "$T/p/top/sub" && echo x >"$T/p/top/good" && ln -s good "$T/p/top/link" && echo y >"$T/p/top/$(printf 'e\033x')"
tar -C "$T/p" -cf "$T/p.tar" top
run inspect "$T/p.tar"
ok "what was refused is said" eval 'out "^top/link: a link$" && out "^top/e.x1bx: control characters in its name$" && out " good$"'
head -c 300000000 /dev/zero >"$T/big"
run inspect "$T/big"
ok "zeros" eval 'is "$status" 1 && err "not a bundle: a tar archive without any file in it"'
done_testing
