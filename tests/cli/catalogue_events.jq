# The catalogue's rules for events ($rules, $samples: its tables; $shipped: ids of our checks, a line each) -> the files of one bundle in
# which each sample line of such a rule is the message of an event about a pod, a ReplicaSet and a node.
def table: split("\n") | map(select(. != "") | split("\t")) | .[1:][];
def waiting: if startswith("image-never") then "ErrImageNeverPull" elif startswith("image-invalid") then "InvalidImageName"
	elif startswith("image-") then "ImagePullBackOff" elif . == "pod-crashloop" then "CrashLoopBackOff"
	elif . == "pod-run-as-nonroot" then "CreateContainerConfigError" elif . == "oci-runtime-create-failed" then "RunContainerError"
	else "ContainerCreating" end;
def image: (capture("image \"(?<i>[^\"]+)\"").i) // "registry.example/x:1";
# A probe fails on a container that runs.
def state: if .id | startswith("pod-readiness") then {running: {startedAt: "2026-05-04T09:00:00Z"}} else {waiting: {reason: (.id | waiting), message: .message}} end;
($shipped | split("\n")) as $ids
| [$samples | table] as $lines
| [$rules | table | select(.[1] | startswith("event:")) | . as [$id, $scope, $ere] | select($ids | index($id))
	| $lines[] | select(.[0] == $id and (.[3] | test($ere)))
	| {id: $id, message: .[3], reason: ($scope[6:] | split(",")[0] | if . == "*" then "Failed" else . end)}]
| to_entries | map(.value + {n: .key}) as $all
| ($all | map({apiVersion: "v1", kind: "Pod", metadata: {name: "p\(.n)", namespace: "shop", uid: "u\(.n)", creationTimestamp: "2026-05-04T09:00:00Z"},
	spec: {nodeName: "n1", containers: [{name: "app", image: (.message | image), readinessProbe: {httpGet: {port: 80, path: "/"}}}]},
	status: {phase: (if .id | startswith("pod-readiness") then "Running" else "Pending" end), containerStatuses: [{name: "app", image: (.message | image), ready: false, restartCount: 9, state: state}],
		conditions: [{type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: "2026-05-04T09:05:00Z"}]}})) as $pods
| [$all[] | . as $s | ("Pod", "ReplicaSet", "Node") as $kind
	| {apiVersion: "v1", kind: "Event", metadata: {name: "e\($s.n)\($kind)", namespace: (if $kind == "Node" then "default" else "shop" end), uid: "e\($s.n)\($kind)"},
		involvedObject: ({kind: $kind, name: (if $kind == "Node" then "n1" elif $kind == "Pod" then "p\($s.n)" else "r\($s.n)" end), fieldPath: "spec.containers{app}"}
			+ if $kind == "Node" then {} else {namespace: "shop"} end),
		reason: $s.reason, message: $s.message, type: "Warning", count: 20, firstTimestamp: "2026-05-04T09:30:00Z", lastTimestamp: "2026-05-04T09:59:30Z",
		source: {component: "kubelet", host: "n1"}}] as $events
| if $want == "ids" then $all | map(.id) | unique[]
	elif $want == "pods" then {kind: "PodList", apiVersion: "v1", items: $pods}
	else {kind: "EventList", apiVersion: "v1", items: $events} end
