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
ok "what an object asks for" eval 'is "$status" 0 && out "^  ~ Deployment shop/web$" && out "spec.template.spec.containers\[0\].image: web:1 → web:2$"'
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
ok "text" grep -q 'web:1 → web:2$' "$T/d.txt"
run diff "$T/a.db" "$T/b.db" -o "$T/d.pdf"
ok "another ending" ends 2 "-o .*/d.pdf: the ending picks the format"
run diff "$T/a.db"
ok "two bundles" ends 2 "something is missing"

valid() { /usr/bin/python3 -m jsonschema -i "$1" --base-uri "file://$PWD/schema/report/" "schema/report/$2.schema.json"; }
run diff "$T/a.db" "$T/b.db" -o "$T/d.html" -o "$T/zh.json" -o "$T/zh.md" -o "$T/zh.txt" --lang zh
ok "page" eval 'grep -q "<code>web:1</code></del> → <ins><code>web:2</code>" "$T/d.html" && grep -q "default-src .none." "$T/d.html"'
ok "in Chinese" eval 'grep -q "^对象$" "$T/zh.txt" && grep -q "^- 变更 .Deployment shop/web.$" "$T/zh.md" && grep -q "<html lang=\"zh\">" "$T/d.html" && grep -q ">新增<" "$T/d.html"'
ok "the JSON has its published form" eval 'valid "$T/d.json" diff && valid "$T/zh.json" diff'
run diff "$T/a.db" "$T/b.db" --lang fr
ok "another language" ends 2 "--lang fr: there are en and zh"

# What is long, redacted, or made by a controller.
object() { # NAME CONFIGMAP_VALUE HASH PODS TAINT
	mkdir -p "$T/$1/cluster-resources/pods" "$T/$1/cluster-resources/configmaps" "$T/$1/cluster-resources/secrets"
	echo '{"sickbay_bundle": 1, "started": "2026-11-23T19:33:31Z"}' >"$T/$1/bundle.json"
	cat >"$T/$1/cluster-resources/configmaps/shop.json" <<J
{"kind":"ConfigMapList","apiVersion":"v1","items":[{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"web","namespace":"shop"},"data":{"f":"$2","p":"pw=**REDACTED:password:$3** x"}}]}
J
	echo '{"kind":"SecretList","apiVersion":"v1","items":[{"kind":"Secret","apiVersion":"v1","metadata":{"name":"s","namespace":"shop"},"data":{"k":"'"$(printf '**REDACTED:secret:%s**' "$3" | base64)"'"}}]}' >"$T/$1/cluster-resources/secrets/shop.json"
	pods='{"kind":"Pod","apiVersion":"v1","metadata":{"name":"sick","namespace":"shop","labels":{"app":"sick"}},"spec":{"nodeName":"n1","containers":[{"name":"c","image":"i:1","envFrom":[{"configMapRef":{"name":"web"}}]}]},"status":{"phase":"Running","containerStatuses":[{"name":"c","image":"i:1","restartCount":9,"ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container"}},"lastState":{"terminated":{"exitCode":1,"reason":"Error","finishedAt":"2026-11-23T19:30:00Z"}}}]}}'
	for p in $4; do
		pods="$pods${pods:+,}{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web-$p\",\"namespace\":\"shop\",\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"web\",\"controller\":true}]},\"spec\":{\"nodeName\":\"n1\"}}"
	done
	echo "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[$pods]}" >"$T/$1/cluster-resources/pods/shop.json"
	cat >"$T/$1/cluster-resources/nodes.json" <<J
{"kind":"NodeList","apiVersion":"v1","items":[{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"},"spec":{"taints":[$5]},"status":{"nodeInfo":{"kubeletVersion":"v1.20.2"}}}]}
J
	echo '{"captures":[]}' >"$T/$1/manifest.json"
	tar -C "$T" -cf "$T/$1.tar" "$1/bundle.json" "$1/cluster-resources" "$1/manifest.json"
	"$SICKBAY" analyze "$T/$1.tar" -o "$T/$1.db" 2>"$T/err"
}
long=$(head -c 3000 /dev/zero | tr '\0' a)
object e "$long here x" 01234567 "a b" '{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}'
object f "$long there y" 89abcdef "c d" '{"key":"dedicated","value":"gpu","effect":"NoSchedule"}'
run diff "$T/e.db" "$T/f.db"
ok "a long value is shown where it differs" out '      data.f: …a* here x → …a* there y$'
ok "and not in full" eval 'test "$(wc -c <"$T/out")" -lt 800'
ok "hashes of secrets, pods of a controller and taints of conditions are noise" eval 'no_out REDACTED && no_out "Secret" && no_out "Pod shop" && no_out not-ready'
cp "$T/out" "$T/diff"
run analyze "$T/f.tar" --before "$T/e.db" -o "$T/f.json"
ok "a root cause is about the ConfigMap that its pod uses" is "$(jq -r '.root_causes[] | select(.subject == "pod/shop/sick") | .changed[].key' "$T/f.json")" "ConfigMap shop/web"
cp "$T/diff" "$T/out"
ok "a taint of a person is not" out 'spec.taints dedicated:NoSchedule: (none) → gpu$'

for s in healthy crashloop-command; do "$SICKBAY" analyze "bundles/samples/$s.tar.zst" -o "$T/$s.db" 2>"$T/err"; done
run diff "$T/healthy.db" "$T/crashloop-command.db"
ok "a fault that came" eval 'out "^Root causes$" && out "^  + oci-runtime-create-failed deployment/lab-fault-command/app: "'
run diff "$T/healthy.db" "$T/crashloop-command.db" --lang zh
ok "its title in Chinese" out '^  + oci-runtime-create-failed deployment/lab-fault-command/app: 运行时'

# analyze --before: the same, and the cause that coincides.
new=bundles/samples/crashloop-command.tar.zst
run analyze "$new" --before "$T/healthy.db"
ok "on a screen: the root cause is about something new" out '^     Deployment lab-fault-command/app (added)$'
ok "and what changed, counted" out '^What changed since healthy.tar.zst (2026-11-23T21:41:56Z)$'
ok "the screen holds" eval 'test "$(wc -l <"$T/out")" -le 40'
run analyze "$new" --before "$T/healthy.db" -o "$T/r.html" -o "$T/r.md" -o "$T/r.json" -o "$T/r.txt"
ok "in every format" eval 'is "$status" 0 && for f in html md txt; do grep -q "What changed since healthy.tar.zst" "$T/r.$f" && grep -q "Deployment lab-fault-command/app (added)" "$T/r.$f" || exit 1; done'
ok "JSON" is "$(jq -r '.root_causes[0].changed[0] | "\(.state) \(.key)"' "$T/r.json") $(jq '.changes.sections | length' "$T/r.json")" "added Deployment lab-fault-command/app 6"
ok "of its published form" valid "$T/r.json" report
run analyze "$new" --before "$new" -o "$T/same.json" -o "$T/same.md"
ok "nothing changed" eval 'grep -q "^Nothing changed" "$T/same.md" && is "$(jq "[.changes.sections[].items[]] | length" "$T/same.json")" 0'
run analyze "$new" --before "$T/nowhere.tar"
ok "no such earlier bundle" ends 1 ".*nowhere.tar"
done_testing
