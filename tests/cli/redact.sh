#!/bin/sh
# redact: whole bundles without credentials (the corpus of tests/redact) and without names. Prints TAP.
. "$(dirname "$0")/lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)

# --- a bundle of another tool: one file for each item of the corpus
mkdir -p "$T/b/planted" "$T/b/innocent"
items() { # FILE COLUMNS FOLDER: text is a log, or what the first column says
	awk -F'\t' -v cols="$2" -v to="$3" '{
		text = $cols; gsub(/~~/, "", text)
		if ($1 != "json") { gsub(/\\\\n/, "\001", text); gsub(/\\n/, "\n", text); gsub(/\001/, "\\\\n", text) }
		name = sprintf("%s/%03d.%s", to, NR, $1 == "text" ? "log" : $1)
		printf "%s\n", text >name; close(name) }' "$1"
}
items "$top/tests/redact/planted.tsv" 3 "$T/b/planted"
items "$top/tests/redact/innocent.tsv" 2 "$T/b/innocent"
printf 'packed' | gzip -c >"$T/b/planted/packed.log.gz"
printf 'password=Zqbin01\n' >"$T/inner.log"
tar -C "$T" -cf "$T/b/inner.tar" inner.log
{ printf '\376\355\376\355\000\000\000\002\000\000\000\001'; head -c 2000 /dev/urandom; } >"$T/b/store.bin"
printf 'db:5432:app:app:Zqbin02\n' >"$T/b/.pgpass"
{ printf 'a line\n\000\000another line\n'; seq 200; } >"$T/b/zeros.log"
{ echo 'password=the-same-one'; echo '{"token": "the-same-one"}'; echo 'password=another-one'; } >"$T/b/same.log"
printf '{"kind":"Secret","apiVersion":"v1","data":{"x":"dGhlLXNhbWUtb25l"}}\n' >"$T/b/same.json"
tar -C "$T" -cf "$T/b.tar" b
mkdir "$T/new" "$T/again"
run redact "$T/b.tar" -o "$T/new/b.tar"
ok "a bundle of another tool is taken" is "$status" 0
ok "it tells how much was replaced" out 'values redacted'
tar -C "$T/new" -xf "$T/new/b.tar"
leaks() {
	cut -f 2 "$top/tests/redact/planted.tsv" >"$T/secrets"
	cat "$T"/new/b/planted/* "$T/new/b/manifest.json" >"$T/all"
	while IFS= read -r s; do ! grep -qF -e "$s" "$T/all" || echo "leaked: $s"; done <"$T/secrets" >"$T/leaked"
	cat "$T/leaked"
	test ! -s "$T/leaked"
}
ok "nothing planted is left in it" leaks
stays() {
	all=0 changed=0
	for f in "$T"/b/innocent/*; do
		all=$((all + 1))
		cmp -s "$f" "$T/new/b/innocent/${f##*/}" || { changed=$((changed + 1)); echo "changed: $(cat "$f")"; }
	done
	test "$all" -ge 150 && test $((changed * 50)) -le "$all"
}
ok "what only looks like it stays, but for 2 in 100" stays
ok "packed files are taken out" grep -q '^\*\*REDACTED:packed' "$T/new/b/planted/packed.log.gz"
ok "archives in it, too" grep -q '^\*\*REDACTED:packed' "$T/new/b/inner.tar"
ok "keystores" grep -q '^\*\*REDACTED:packed' "$T/new/b/store.bin"
ok "files that are credentials by their name" grep -q '^\*\*REDACTED:file:[0-9a-f]*\*\*$' "$T/new/b/.pgpass"
ok "a log with zeros in it stays" cmp "$T/b/zeros.log" "$T/new/b/zeros.log"
tag() { sed -n "$2" "$T/new/b/$1" | grep -o '\*\*REDACTED:[a-z0-9-]*:[0-9a-f]*\*\*'; }
ok "one value has one placeholder" is "$(tag same.log 1p)" "$(tag same.log 2p)"
ok "also where it stands in base64" is "$(tag same.log 1p)" "$(jq -r .data.x "$T/new/b/same.json" | base64 -d)"
differ() { test -n "$1" && test "$1" != "$2"; }
ok "another value has another" differ "$(tag same.log 1p)" "$(tag same.log 3p)"
counts() { jq -e '.redactions > 150 and .redactions == ([.redacted[]] | add) and .redactions == ([.captures[].redactions // 0] | add)' "$T/new/b/manifest.json"; }
ok "the manifest counts them, by kind and by file" counts
ok "and has the sum of every file" "$SICKBAY" inspect "$T/new/b.tar" --verify
run redact "$T/new/b.tar" -o "$T/again/b.tar"
ok "a second time changes nothing" cmp "$T/new/b.tar" "$T/again/b.tar"
run redact "$T/b.tar" -o "$T/again/other.tar"
tar -C "$T/again" -xf "$T/again/other.tar"
ok "placeholders of two bundles cannot be compared" differ "$(tag same.log 1p)" "$(grep -o '\*\*REDACTED:[a-z0-9-]*:[0-9a-f]*\*\*' "$T/again/other/same.log" | head -n 1)"
"$SICKBAY" redact - -o "$T/stdin.tar" <"$T/b.tar" >/dev/null 2>&1
ok "standard input" test -s "$T/stdin.tar"
head -c 100000 "$T/b.tar" >"$T/cut.tar"
run redact "$T/cut.tar" -o "$T/cut-out.tar"
ok "a bundle that was cut off: status 3" is "$status" 3
ok "and the manifest says so" sh -c "tar -xOf '$T/cut-out.tar' cut-out/manifest.json | grep -q 'was not whole'"
run redact "$T/b.tar"
ok "without -o" ends 2 "-o"
run redact "$T/nothing.tar" -o "$T/x.tar"
ok "no such bundle" ends 1 ".*nothing.tar"

# --- names
sample=$top/bundles/samples/kubelet-stopped.tar.zst
run redact "$sample" --anonymize -o "$T/anon.tar"
ok "a bundle without names" is "$status" 0
ok "the map is the operator's alone" is "$(stat -c %a "$T/anon-map.json")" 600
ok "and not in the bundle" sh -c "! tar -tf '$T/anon.tar' | grep -q map.json && ! tar -xOf '$T/anon.tar' | grep -q \"$(jq -r .key "$T/anon-map.json")\""
names() { # of nodes and their addresses, in paths and in files
	! tar -tf "$T/anon.tar" | grep -E 'master1|node[12]' && ! tar -xOf "$T/anon.tar" | grep -a -E '(^|[^a-z0-9])(master1|node1|node2)([^a-z0-9]|$)|10\.77\.0\.(11|21|22)([^0-9]|$)' | head -n 5 | grep .
}
ok "no name and no address is left" names
subnet() { jq -r --arg a "$1" '.addresses[$a]' "$T/anon-map.json" | cut -d. -f 1-3; }
ok "a subnet stays one" is "$(subnet 10.77.0.11)" "$(subnet 10.77.0.22)"
ok "and private" sh -c "jq -r '.addresses[\"10.77.0.11\"]' '$T/anon-map.json' | grep -q '^10\.'"
ok "loopback stays" sh -c "tar -xOf '$T/anon.tar' | grep -aq '127\.0\.0\.1'"
findings() { jq -r '.root_causes[] | "\(.check) \(.severity) \(.subjects // .subject)", (.explains[]? | "  \(.check) \(.subjects // .subject)")' "$1"; }
"$SICKBAY" analyze "$sample" -o "$T/true.json" >/dev/null 2>&1
"$SICKBAY" analyze "$T/anon.tar" -o "$T/anon.json" >/dev/null 2>&1
jq -r '.hosts | to_entries[] | "s/\\b\(.key)\\b/\(.value)/g"' "$T/anon-map.json" >"$T/map.sed"
findings "$T/true.json" | sed -E -f "$T/map.sed" | sort >"$T/want"
findings "$T/anon.json" | sort >"$T/got"
ok "the analysis finds the same" cmp "$T/want" "$T/got"
ok "(which is something)" grep -q kubelet-not-running "$T/got"
run redact "$sample" --anonymize --anonymize-map "$T/anon-map.json" -o "$T/more.tar"
member() { tar -xOf "$T/$1.tar" "$1/kubectl/get-nodes-wide.txt"; }
ok "the map given again gives the same names" is "$(member anon)" "$(member more)"
run redact "$T/anon.tar" --anonymize -o "$T/twice.tar"
ok "mapped names are not mapped again" out 'mapped before'
run redact "$sample" --anonymize-map "$T/anon-map.json" -o "$T/no.tar"
ok "a map without --anonymize" ends 2 '--anonymize-map'

# --- the plan reads no private key: as a file, by a pattern, or through a command that prints one
plan=$top/collect/plan.yaml
keys='\.key|id_(rsa|ed25519|ecdsa|dsa)|/shadow|/pki/\*"|/pki/\*$|\.kube/|admin\.conf|kubelet\.conf|sa\.pub|audit'
ok "no file of the plan is a private key" sh -c "! grep -E '(^|[ {])files?: ' '$plan' | grep -E '$keys'"
ok "and no command prints one" sh -c "! grep -v '^ *#' '$plan' | grep -E '(cat|head|tail|sed|awk|base64|grep|cp)[^|;]*(\.key|id_rsa|id_ed25519|/etc/shadow)'"
done_testing
