#!/usr/bin/env python3
"""Writes the tree of a large and very sick cluster's bundle, the same bytes every time: usage: large.py FOLDER [NODES [PODS]].

A tenth of the nodes has no kubelet, a tenth a full disk; of the pods every 5th crashes, every 7th cannot pull its image, every 11th
is Pending; each workload has a name of its own, so that little of it can be told in one."""
import json
import os
import sys

top = sys.argv[1]
nodes = int(sys.argv[2]) if len(sys.argv) > 2 else 200
pods = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
START = "2026-11-23T12:00:00Z"


def write(path, text):
    path = os.path.join(top, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def write_list(path, kind, api, items):
    write(path, json.dumps({"kind": kind + "List", "apiVersion": api, "items": items}, indent=1))


def node(i):
    ready = i % 10 != 3
    full = i % 10 == 7
    when = "2026-11-23T11:%02d:%02dZ" % (i % 60, i * 7 % 60)
    conditions = [
        {"type": "Ready", "status": "True" if ready else "Unknown", "reason": "KubeletReady" if ready else "NodeStatusUnknown",
         "message": "kubelet is posting ready status" if ready else "Kubelet stopped posting node status.", "lastTransitionTime": when,
         "lastHeartbeatTime": START if ready else when},
        {"type": "DiskPressure", "status": "True" if full else "False", "reason": "KubeletHasDiskPressure" if full else "KubeletHasNoDiskPressure",
         "message": "kubelet has disk pressure", "lastTransitionTime": when},
        {"type": "MemoryPressure", "status": "False", "reason": "KubeletHasSufficientMemory", "lastTransitionTime": when},
    ]
    return {"kind": "Node", "metadata": {"name": "worker-%04d.eu-central-1.example.internal" % i, "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {}, "status": {"conditions": conditions, "capacity": {"cpu": "8", "memory": "32Gi", "pods": "110"},
                                   "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"},
                                   "nodeInfo": {"kubeletVersion": "v1.27.%d" % (i % 4), "containerRuntimeVersion": "containerd://1.7.%d" % (i % 5)},
                                   "images": [{"names": ["registry.example.com/team/app-%d@sha256:%064x" % (k, k), "registry.example.com/team/app-%d:1.%d" % (k, i % 9)],
                                               "sizeBytes": 100000000 + k * 1000 + i} for k in range(30)]}}


def status_of(i, image):
    when = "2026-11-23T11:%02d:%02dZ" % (i % 60, i * 3 % 60)
    if i % 5 == 0:
        return "Running", {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=app pod=app-%d" % i}}, i % 40, \
            {"terminated": {"exitCode": i % 3 + 1, "reason": "Error", "startedAt": when, "finishedAt": when}}
    if i % 7 == 0:
        return "Pending", {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "%s"' % image}}, 0, {}
    return "Running", {"running": {"startedAt": when}}, 0, {}


def pod(i):
    image = "registry.example.com/team/app-%d:1.%d" % (i, i % 9)
    phase, state, restarts, last = status_of(i, image)
    ok = "running" in state
    p = {"kind": "Pod", "metadata": {"name": "app-%d-%08x-abcde" % (i, i * 2654435761 % 2**32), "namespace": "team-%02d" % (i % 40),
                                     "uid": "00000000-0000-0000-0000-%012d" % i, "creationTimestamp": "2026-11-23T10:00:00Z", "labels": {"app": "app-%d" % i, "team": "%02d" % (i % 40)},
                                     "ownerReferences": [{"kind": "ReplicaSet", "name": "app-%d-%08x" % (i, i * 2654435761 % 2**32), "controller": True}]},
         "spec": {"nodeName": "worker-%04d.eu-central-1.example.internal" % (i % nodes), "containers": [{"name": "app", "image": image}]},
         "status": {"phase": phase, "startTime": "2026-11-23T10:00:00Z",
                    "conditions": [{"type": "Ready", "status": "True" if ok else "False", "lastTransitionTime": "2026-11-23T10:05:00Z"}],
                    "containerStatuses": [{"name": "app", "image": image, "ready": ok, "restartCount": restarts, "state": state, "lastState": last}]}}
    if i % 11 == 0 and i % 5 and i % 7:
        del p["spec"]["nodeName"]
        p["status"] = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                       "lastTransitionTime": "2026-11-23T10:01:00Z", "message": "0/%d nodes are available: %d Insufficient cpu." % (nodes, nodes)}]}
    return p


def event(i):
    p = pod(i)
    when = "2026-11-23T11:%02d:%02dZ" % (i % 60, i * 3 % 60)
    what = ("BackOff", "Back-off restarting failed container") if i % 5 == 0 else \
        ("Failed", 'Failed to pull image "registry.example.com/team/app-%d:1.%d": rpc error: code = NotFound desc = failed to resolve reference: not found' % (i, i % 9))
    return {"kind": "Event", "metadata": {"name": "e%d" % i, "namespace": p["metadata"]["namespace"]}, "type": "Warning", "reason": what[0], "message": what[1],
            "involvedObject": {"kind": "Pod", "namespace": p["metadata"]["namespace"], "name": p["metadata"]["name"]}, "count": 50,
            "firstTimestamp": "2026-11-23T10:10:00Z", "lastTimestamp": when, "source": {"component": "kubelet"}}


def service(name, ns, selector):
    return {"kind": "Service", "metadata": {"name": name, "namespace": ns, "creationTimestamp": "2026-11-01T00:00:00Z"},
            "spec": {"clusterIP": "10.96.0.9", "selector": selector, "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}]}}


def endpoints(name, ns, members):
    ready = [{"ip": "10.%d.%d.%d" % (i // 62500, i // 250 % 250, i % 250 + 1),
              "targetRef": {"kind": "Pod", "namespace": ns, "name": pod(i)["metadata"]["name"], "uid": pod(i)["metadata"]["uid"]}} for i in members if serves(i)]
    return {"kind": "Endpoints", "metadata": {"name": name, "namespace": ns}, "subsets": [{"addresses": ready, "ports": [{"port": 8080}]}] if ready else []}


def serves(i):
    return bool(i % 5 and i % 7 and i % 11)


write("bundle.json", json.dumps({"sickbay_bundle": 1, "started": START, "cluster": {"version": "v1.27.3"}}))
write_list("cluster-resources/nodes.json", "Node", "v1", [node(i) for i in range(nodes)])
by_namespace = {}
for i in range(pods):
    by_namespace.setdefault("team-%02d" % (i % 40), []).append(i)
for ns, members in by_namespace.items():
    write_list("cluster-resources/pods/%s.json" % ns, "Pod", "v1", [pod(i) for i in members])
    write_list("cluster-resources/events/%s.json" % ns, "Event", "v1", [event(i) for i in members if i % 5 == 0 or i % 7 == 0])
    # One for the whole team, and one for every tenth workload.
    services = [("team", {"team": ns[5:]}, members)] + [("app-%d" % i, {"app": "app-%d" % i}, [i]) for i in members if i % 10 == 1 and serves(i)]
    write_list("cluster-resources/services/%s.json" % ns, "Service", "v1", [service(name, ns, selector) for name, selector, _ in services])
    write_list("cluster-resources/endpoints/%s.json" % ns, "Endpoints", "v1", [endpoints(name, ns, of) for name, _, of in services])
    write_list("cluster-resources/deployments/%s.json" % ns, "Deployment", "apps/v1", [
        {"kind": "Deployment", "metadata": {"name": "app-%d" % i, "namespace": ns, "creationTimestamp": "2026-11-01T00:00:00Z"},
         "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "app-%d" % i}}},
         "status": {"replicas": 1, "readyReplicas": 0 if i % 5 == 0 or i % 7 == 0 else 1, "unavailableReplicas": 1 if i % 5 == 0 or i % 7 == 0 else 0}} for i in members])
    write_list("cluster-resources/replicasets/%s.json" % ns, "ReplicaSet", "apps/v1", [
        {"kind": "ReplicaSet", "metadata": {"name": "app-%d-%08x" % (i, i * 2654435761 % 2**32), "namespace": ns,
                                            "ownerReferences": [{"kind": "Deployment", "name": "app-%d" % i, "controller": True}]},
         "spec": {"replicas": 1}, "status": {"replicas": 1}} for i in members])
for i in range(nodes):
    name = "worker-%04d.eu-central-1.example.internal" % i
    used = 99 if i % 10 == 7 else 40
    write("nodes/%s/host/df.txt" % name, "Filesystem     Type 1024-blocks      Used Available Capacity Mounted on\n"
          "/dev/nvme0n1p1 ext4   100000000 %9d %9d      %d%% /\n/dev/nvme1n1   ext4   500000000 %9d %9d      %d%% /var/lib\n"
          % (used * 1000000, (100 - used) * 1000000, used, used * 5000000, (100 - used) * 5000000, used))
    write("nodes/%s/journal/kubelet.log" % name, "".join(
        "2026-11-23T11:%02d:%02d.000000+0000 %s kubelet[800]: E1123 11:%02d:%02d.000000     800 pod_workers.go:1294] \"Error syncing pod, skipping\" err=\"failed to \\\"StartContainer\\\" for "
        "\\\"app\\\" with CrashLoopBackOff: \\\"back-off 5m0s restarting failed container\\\"\"\n" % (k // 60, k % 60, name, k // 60, k % 60) for k in range(200)))
write("manifest.json", json.dumps({"captures": []}))
