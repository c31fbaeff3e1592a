#!/bin/sh
# diff: recorded clusters with and without a fault, and what is noise. Prints TAP.
set -u
. tests/cli/lib.sh

bundle() { # NAME IMAGE REPLICAS RESOURCE_VERSION MORE
	mkdir -p "$T/$1/cluster-resources/deployments"
	echo '{"sickbay_bundle": 1, "started": "2026-11-23T19:33:31Z"}' >"$T/$1/bundle.json"
	cat >"$T/$1/cluster-resources/deployments/shop.json" <<J
{"kind":"DeploymentList","apiVersion":"apps/v1","items":[{"kind":"Deployment","apiVersion":"apps/v1",
"metadata":{"name":"web","namespace":"shop","resourceVersion":"$4","managedFields":[{"time":"$4"}]},
"spec":{"replicas":$3,"template":{"spec":{"containers":[{"name":"w","image":"$2"}]}}},"status":{"replicas":$4}}$5]}
J
	echo '{"captures":[]}' >"$T/$1/manifest.json"
	tar -C "$T" -cf "$T/$1.tar" "$1/bundle.json" "$1/cluster-resources" "$1/manifest.json"
	"$SICKBAY" analyze "$T/$1.tar" -o "$T/$1.db" 2>"$T/err"
}
new=',{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"`x`\u001b[31m","namespace":"shop"},"spec":{"replicas":1}}'
bundle a web:1 2 10 ''
bundle b web:2 2 11 "$new"
bundle c web:1 2 12 ''

run diff "$T/a.db" "$T/b.db"
ok "what an object asks for" eval 'is "$status" 0 && out "^  ~ Deployment shop/web$" && out "spec.template.spec.containers\[0\].image: web:1 -> web:2$"'
ok "no noise" eval 'no_out resourceVersion && no_out managedFields && no_out status'
ok "an object that came, its name harmless" eval 'out "^  + Deployment shop/.x.\\\\x1b\[31m"'
run diff "$T/b.db" "$T/a.db"
ok "an object that went" out "^  - Deployment shop/"
run diff "$T/a.db" "$T/c.db"
ok "only noise: nothing changed" is "$(cat "$T/out")" "Nothing changed."
run diff "$T/a.db" "$T/b.db" -o "$T/d.json" -o "$T/d.md" -o "$T/d.txt"
ok "json" is "$(jq -r '.sections[] | select(.id == "objects") | .items[] | select(.state == "changed") | .key, .changes[0].path, .changes[0].before' "$T/d.json" | tr '\n' ' ')" \
	"Deployment shop/web spec.template.spec.containers[0].image web:1 "
ok "markdown" grep -q '^- changed `Deployment shop/web`$' "$T/d.md"
ok "text" grep -q 'web:1 -> web:2$' "$T/d.txt"
run diff "$T/a.db" "$T/b.db" -o "$T/d.pdf"
ok "another ending" ends 2 "-o .*/d.pdf: the ending picks the format"
run diff "$T/a.db"
ok "two bundles" ends 2 "something is missing"

for s in healthy crashloop-command; do "$SICKBAY" analyze "bundles/samples/$s.tar.zst" -o "$T/$s.db" 2>"$T/err"; done
run diff "$T/healthy.db" "$T/crashloop-command.db"
ok "a fault that came" eval 'out "^Root causes$" && out "^  + oci-runtime-create-failed on deployment/lab-fault-command/app: "'
done_testing
