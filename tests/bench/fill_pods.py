"""Fills an API server with pods: fill_pods.py API-URL TOKEN ETCD-URL PODS

One pod is made through the API, with a status as a kubelet writes it; what etcd then holds of it is copied there under
other names of the same length. So every copy is what the API server itself would have stored."""
import base64
import json
import ssl
import sys
import urllib.request

api, token, etcd, pods = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
PER_NS = 500
insecure = ssl._create_unverified_context()


def ask(method, path, body, kind="application/json"):
    r = urllib.request.Request(api + path, json.dumps(body).encode(), method=method,
                               headers={"Authorization": "Bearer " + token, "Content-Type": kind})
    return json.load(urllib.request.urlopen(r, context=insecure))


def kv(what, body):
    r = urllib.request.Request(etcd + "/v3/kv/" + what, json.dumps(body).encode())
    return json.load(urllib.request.urlopen(r))


def b64(b):
    return base64.b64encode(b).decode()


container = {
    "name": "app", "image": "registry.example.com/team/service:1.42.0", "imagePullPolicy": "IfNotPresent",
    "args": ["--listen=:8080", "--log-level=info", "--database=db.example.com:5432/orders"],
    "env": [{"name": "SETTING_%d" % i, "value": "a value of usual length, number %d" % i} for i in range(12)] +
           [{"name": "DB_PASSWORD", "value": "hunter2"}],
    "ports": [{"containerPort": 8080, "name": "http"}],
    "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10},
    "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}, {"name": "token", "mountPath": "/var/run/secrets/token"}],
}
pod = {
    "metadata": {"name": "pod-00000", "labels": {"app": "service", "team": "orders", "pod-template-hash": "5f7d6c9b8"},
                 "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}},
    "spec": {"containers": [container], "nodeName": "node-17", "serviceAccountName": "default",
             "volumes": [{"name": "config", "configMap": {"name": "service-config"}},
                         {"name": "token", "secret": {"secretName": "service-token"}}]},
}
status = {"status": {
    "phase": "Running", "hostIP": "10.0.0.17", "podIP": "10.244.17.9", "startTime": "2026-01-01T00:00:00Z",
    "conditions": [{"type": t, "status": "True", "lastTransitionTime": "2026-01-01T00:00:0%dZ" % i}
                   for i, t in enumerate(["Initialized", "Ready", "ContainersReady", "PodScheduled"])],
    "containerStatuses": [{"name": "app", "ready": True, "started": True, "restartCount": 0, "image": container["image"],
                           "imageID": "docker-pullable://registry.example.com/team/service@sha256:" + "ab" * 32,
                           "containerID": "docker://" + "cd" * 32, "state": {"running": {"startedAt": "2026-01-01T00:00:03Z"}}}],
}}
spaces = (pods + PER_NS - 1) // PER_NS
for i in range(spaces):
    ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench-%03d" % i}})
made = ask("POST", "/api/v1/namespaces/bench-000/pods", pod)
ask("PATCH", "/api/v1/namespaces/bench-000/pods/pod-00000/status", status, "application/strategic-merge-patch+json")
uid = made["metadata"]["uid"].encode()
key = b"/registry/pods/bench-000/pod-00000"
value = base64.b64decode(kv("range", {"key": b64(key)})["kvs"][0]["value"])
batch = []
for i in range(1, pods + 1):
    if i < pods:
        ns, name = b"bench-%03d" % (i // PER_NS), b"pod-%05d" % i
        v = value.replace(b"bench-000", ns).replace(b"pod-00000", name).replace(uid, uid[:-5] + b"%05d" % i)
        batch.append({"requestPut": {"key": b64(b"/registry/pods/%s/%s" % (ns, name)), "value": b64(v)}})
    if batch and (len(batch) == 64 or i == pods):
        kv("txn", {"success": batch})
        batch = []
print("%d pods of %d bytes in %d namespaces" % (pods, len(value), spaces))
