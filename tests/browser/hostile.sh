#!/bin/sh
# Writes the tree of a bundle whose names, labels and log lines are full of what a page, a terminal or a Markdown reader would run.
# usage: hostile.sh FOLDER
set -eu
top=$1/evil
mkdir -p "$top/cluster-resources/pods/logs/default/evil" "$top/cluster-resources/events" "$top/nodes/n1/journal" "$top/nodes/n1/host"
evil='<script>alert(1)</script><img src=x onerror=alert(2)>\u001b[31m`|*_\n# h1\n```\n~~~\u202e\u2066\u0007{name}</title></svg><a href="javascript:alert(3)">x</a>'
json=$(printf '%s' "$evil" | sed 's/"/\\"/g')
cat >"$top/bundle.json" <<E
{"sickbay_bundle": 1, "started": "2026-11-23T12:00:00Z", "cluster": {"version": "v1.20.2", "context": "$json"}}
E
cat >"$top/cluster-resources/nodes.json" <<E
{"kind": "NodeList", "apiVersion": "v1", "items": [{"kind": "Node", "metadata": {"name": "n1<b>", "labels": {"$json": "$json"}},
 "status": {"conditions": [{"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "PLEG is not healthy: $json",
 "lastTransitionTime": "2026-11-23T11:50:00Z"}, {"type": "$json", "status": "$json", "reason": "$json", "lastTransitionTime": "2026-11-23T11:51:00Z"}],
 "nodeInfo": {"kubeletVersion": "$json"}}}]}
E
cat >"$top/cluster-resources/pods/default.json" <<E
{"kind": "PodList", "apiVersion": "v1", "items": [{"kind": "Pod", "metadata": {"name": "$json", "namespace": "default"},
 "spec": {"nodeName": "n1<b>", "containers": [{"name": "$json", "image": "$json"}]},
 "status": {"phase": "Running", "containerStatuses": [{"name": "$json", "image": "$json", "restartCount": 7, "ready": false,
 "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "$json"}},
 "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "message": "$json", "finishedAt": "2026-11-23T11:58:00Z"}}}]}},
 {"kind": "Pod", "metadata": {"name": "evil", "namespace": "default", "annotations": {"$json": "$json"}}, "spec": {"containers": [{"name": "c", "image": "$json", "args": ["$json"]}]},
 "status": {"phase": "$json"}}]}
E
{
	printf 'one \033[31mred\033]0;title\007 \342\200\256 \302\233 \377 <script>alert(6)</script>\r\n'
	head -c 1000000 /dev/zero | tr '\0' 'x'
	printf '\nlast\n'
} >"$top/cluster-resources/pods/logs/default/evil/c.log"
cat >"$top/cluster-resources/events/default.json" <<E
{"kind": "EventList", "apiVersion": "v1", "items": [{"kind": "Event", "metadata": {"name": "e", "namespace": "default"}, "type": "Warning",
 "reason": "Back<i>Off", "message": "$json", "involvedObject": {"kind": "Pod", "namespace": "default", "name": "$json"}, "count": 9,
 "firstTimestamp": "2026-11-23T11:55:00Z", "lastTimestamp": "2026-11-23T11:59:00Z"}]}
E
{
	printf '2026-11-23T11:59:00.000000+0000 n1 kubelet[1]: E1123 11:59:00.000000       1 kubelet.go:1] PLEG is not healthy: <script>alert(4)</script> \033[2J\033]0;title\007 \342\200\256 \377\n'
	printf '2026-11-23T11:59:01.000000+0000 n1 kubelet[1]: E1123 11:59:01.000000       1 kubelet.go:1] PLEG is not healthy: '
	head -c 1000000 /dev/zero | tr '\0' '<'
	printf '\n'
} >"$top/nodes/n1/journal/kubelet.log"
printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 1000000 999999 1 100%% /<script>alert(5)</script>\n' >"$top/nodes/n1/host/df.txt"
