/*
id: pod-pending-no-nodes
title:
  en: "The cluster has no node to run pods on"
  zh: "集群中没有可运行 Pod 的节点"
detail:
  en: "{all_pods} pod(s) Pending, first {first}: {message}"
  zh: "{all_pods} 个 Pod 处于 Pending，首先是 {first}：{message}"
severity: critical
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: cluster}
  - {check: service-no-endpoints, when: cluster}
  - {check: dns-service-missing, when: cluster}
  - {check: dns-resolution-broken, when: cluster}
why:
  en: >-
    The scheduler knows of no node at all. No kubelet has registered yet, or all Node objects were deleted: a kubelet registers itself only when it starts.
  zh: >-
    调度器没有看到任何节点。可能还没有 kubelet 注册，或 Node 对象被全部删除：kubelet 只在启动时注册自己。
fix:
  - en: "Nodes that were there before: start kubelet anew on each, so that it registers"
    zh: "原有节点：在每个节点上重启 kubelet，使其重新注册"
    run: "systemctl restart kubelet; journalctl -u kubelet -n 50 --no-pager | grep -i regist"
    on: "every node"
  - en: "New nodes: print the command that joins one"
    zh: "新节点：打印加入集群的命令"
    run: "kubeadm token create --print-join-command"
    on: "control plane"
  - en: "Waiting kubelets whose certificate requests nobody approved?"
    zh: "是否有 kubelet 的证书请求等待批准？"
    run: "kubectl get csr"
verify: "kubectl get nodes"
refs: ["https://kubernetes.io/docs/concepts/architecture/nodes/"]
*/
WITH
sick AS (
  SELECT u.*, row_number() OVER (ORDER BY u.namespace, u.pod) AS nth, count(*) OVER () AS all_pods
  FROM unschedulable u
  WHERE u.reasons REGEXP 'no nodes available to schedule pods|0/0 nodes are available'
    -- A node that has come since: the scheduler tries again within a minute.
    AND NOT EXISTS (SELECT 1 FROM nodes)
),
evidence AS (
  SELECT nth AS seq, file, line, last_transition AS ts, NULL AS text FROM sick WHERE nth <= 5
  UNION ALL
  SELECT 10, l.file, 0, NULL, 'the list of nodes is empty' FROM lists l, sick s WHERE l.resource = 'nodes' AND l.items = 0 AND s.nth = 1
)
SELECT 'cluster' AS subject, e.file, e.line, e.text, e.ts, s.namespace || '/' || s.pod AS first, s.reasons AS message, s.all_pods
FROM sick s JOIN evidence e
WHERE s.nth = 1
ORDER BY e.seq, e.file, e.line;
