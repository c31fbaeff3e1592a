/*
id: persistent-data-lost
title:
  en: "The cluster's data look new, its containers are older: etcd may have lost its data"
  zh: "集群数据是新建的，而容器更早：etcd 数据可能已丢失"
detail:
  en: "Namespace kube-system was made at {born}. {node} still has {old} container(s) of pods from before, the oldest from {oldest}."
  zh: "命名空间 kube-system 创建于 {born}，而节点 {node} 上有 {old} 个更早的 Pod 容器，最早创建于 {oldest}。"
severity: critical
confidence: possible
needs: [namespaces, ["capture:nodes/*/runtime/docker/ps.jsonl", "capture:nodes/*/runtime/crictl/ps.json"]]
causes:
  - {check: node-not-registered, when: cluster}
  - {check: workload-unavailable, when: cluster}
  - {check: endpoints-stale, when: cluster}
why:
  en: >-
    The namespace kube-system is the first thing that a new cluster writes. Pods cannot be older than it, unless the data were replaced: etcd started
    with an empty folder (a disk not mounted, a new member with initial-cluster-state "new"), or an old snapshot was restored. A node
    that was reset and joined to another cluster without removing its containers looks the same.
  zh: >-
    kube-system 是新集群写入的第一个对象，Pod 不可能比它更早，除非数据被替换：etcd 以空目录启动（磁盘未挂载、以 initial-cluster-state=new 启动），
    或恢复了旧快照。节点重置后未清理容器就加入另一个集群，看起来也是如此。
fix:
  - en: "Change nothing yet. Is the folder that etcd uses the right one, and is its disk mounted?"
    zh: "先不要改动。确认 etcd 使用的目录是否正确，磁盘是否已挂载"
    run: "ps -eo args | grep -o -e '--data-dir=[^ ]*'; mount | grep etcd; ls -la --time-style=full-iso /var/lib/etcd/member; find / -xdev -type d -name member -path '*etcd*' 2>/dev/null"
  - en: "The old folder or disk is found: stop etcd, put it back, start"
    zh: "找到旧目录或磁盘：停止 etcd，恢复后再启动"
    run: "journalctl -u etcd --no-pager | head -n 50"
  - en: "It is gone: restore the last snapshot (all changes since then are lost)"
    zh: "无法找回：从最近的快照恢复（之后的变更会丢失）"
    run: "ETCDCTL_API=3 etcdctl snapshot restore SNAPSHOT.db --data-dir /var/lib/etcd-restored"
verify: "kubectl get namespaces,nodes"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/"]
*/
WITH
born AS (SELECT created, file, line FROM namespaces WHERE name = 'kube-system' AND created IS NOT NULL LIMIT 1),
-- Ten minutes: the containers of the control plane are there before its first object.
containers AS (
  SELECT f.node, l.file, l.line, us(replace(substr(l.text ->> '$.CreatedAt', 1, 19), ' ', 'T') || substr(l.text ->> '$.CreatedAt', 21, 3) || ':' || substr(l.text ->> '$.CreatedAt', 24, 2)) AS created,
    l.text ->> '$.Names' AS name
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.role = 'docker-ps-json' AND json_valid(l.text) AND l.text ->> '$.Names' GLOB 'k8s_*'
  UNION ALL
  SELECT f.node, d.file, json_line(d.json, 1, c.value ->> '$.id'), CAST(c.value ->> '$.createdAt' AS INTEGER) / 1000, c.value ->> '$.metadata.name'
  FROM files f JOIN documents d ON d.file = f.id JOIN json_each(d.json, '$.containers') c
  WHERE f.role = 'crictl-ps-json' AND json_valid(d.json)
),
old AS (
  SELECT c.*, count(*) OVER (PARTITION BY c.node) AS n, min(c.created) OVER (PARTITION BY c.node) AS oldest,
    row_number() OVER (ORDER BY c.created, c.node, c.line) AS rank
  FROM containers c, born b WHERE c.created > 0 AND c.created < b.created - 600000000
)
SELECT 'cluster' AS subject, o.file, o.line, o.node, iso(b.created) AS born, o.n AS old, iso(o.oldest) AS oldest, b.created AS first_seen, o.rank AS seq
FROM old o, born b WHERE o.rank <= 10
UNION ALL
SELECT 'cluster', b.file, b.line, NULL, NULL, NULL, NULL, b.created, 100 FROM born b WHERE EXISTS (SELECT 1 FROM old)
ORDER BY 1, 9, 2, 3;
