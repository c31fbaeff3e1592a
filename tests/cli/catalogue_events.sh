#!/bin/sh
# The catalogue's rules for events, run (catalogue.sh only looks for them in cases): every sample line that such a rule knows becomes the
# message of an event of its reason, about a pod that waits, a ReplicaSet and a node; each check must find it, but those that
# need more around them (the list below says what). No check may fail on events about things that its authors did not think of.
. tests/cli/lib.sh
catalogue=../shared/catalogue
if [ ! -f $catalogue/rules.tsv ]; then
	echo "ok 1 - events of the catalogue # SKIP no $catalogue beside the repository"
	echo "1..1"
	exit
fi
cat >"$T/more" <<'EOL'
cronjob-missed needs its CronJob
pvc-external-provisioner-down needs its claim
pvc-pending-no-class needs its claim
pvc-provisioning-failed needs its claim
pvc-storageclass-missing needs its claim
service-lb-pending needs its service
EOL
"$SICKBAY" checks list | awk '{print $1}' >"$T/shipped"
make_file() {
	jq -nr --arg want "$1" --rawfile rules $catalogue/rules.tsv --rawfile samples $catalogue/samples.tsv --rawfile shipped "$T/shipped" -f tests/cli/catalogue_events.jq
}
b=$T/b/cluster-resources
mkdir -p "$b/events" "$b/pods"
make_file ids >"$T/ids"
make_file pods >"$b/pods/shop.json"
make_file events >"$b/events/shop.json"
printf '{"kind":"NodeList","apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","uid":"n1"},"status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"2026-05-04T09:59:50Z","lastTransitionTime":"2026-05-01T09:59:50Z"}],"nodeInfo":{"kubeletVersion":"v1.27.6"}}}]}' >"$b/nodes.json"
printf '{"sickbay_bundle":1,"tool":{"name":"sickbay","version":"0"},"started":"2026-05-04T10:00:00Z","cluster":{"server":"https://10.0.0.1:6443","version":"v1.27.6","serves_lists":true}}' >"$T/b/bundle.json"
printf '{"sickbay_manifest":1,"finished":"2026-05-04T10:00:00Z","captures":[]}' >"$T/b/manifest.json"
run analyze "$T/b" -o "$T/report.json"
ok "the events of $(wc -l <"$T/ids") diagnoses are analysed" is "$status" 0
failed() { jq -r '.checks[] | select(.state == "error") | "\(.id): \(.reason)"' "$T/report.json" | tee "$T/failed"; test ! -s "$T/failed"; }
ok "no check fails on them" failed
jq -r '.findings[].check' "$T/report.json" | sort -u >"$T/found"
while read -r id; do
	why=$(sed -n "s/^$id //p" "$T/more")
	if [ -z "$why" ]; then ok "$id is found" grep -qx "$id" "$T/found"
	else ok "$id $why" sh -c "! grep -qx '$id' '$T/found'"; fi
done <"$T/ids"
done_testing
