/*
id: coredns-pending
title:
  en: "The cluster's DNS waits for a pod network ({subject})"
  zh: "集群 DNS 在等待 Pod 网络（{subject}）"
detail:
  en: "{pods} DNS pod(s) wait, none runs; {nodes} node(s) have no network."
  zh: "有 {pods} 个 DNS Pod 在等待，没有一个在运行；{nodes} 个节点没有网络。"
severity: warning
confidence: certain
needs: [pods, nodes]
causes:
  - {check: dns-resolution-broken, when: selects}
  - {check: workload-unavailable, when: same}
why:
  en: >-
    Right after kubeadm init this is how it should be: DNS pods need a network of pods, and none is installed yet. On a cluster that worked before, the network add-on is gone or broken; DNS is
    only its first victim.
  zh: >-
    刚执行完 kubeadm init 时这是正常现象：DNS 的 Pod 需要 Pod 网络，而网络插件尚未安装。如果集群之前是正常的，则是网络插件丢失或损坏，DNS 只是最先受影响的。
fix:
  - en: "Install the network add-on, or see why its pods do not run"
    zh: "安装网络插件，或检查它的 Pod 为什么没有运行"
    run: "kubectl get pods --all-namespaces -o wide | grep -E 'flannel|calico|cilium|weave|canal|antrea|kindnet'; kubectl get nodes"
verify: "kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide"
refs: ["https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/troubleshooting-kubeadm/#coredns-is-stuck-in-the-pending-state"]
*/
WITH
dns AS (
  SELECT p.*, s.subject FROM pods p JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  WHERE p.k8s_app = 'kube-dns' AND p.deleted IS NULL AND p.name NOT LIKE '%autoscaler%'
),
without AS (
  SELECT node, file, object, message FROM node_conditions WHERE type = 'Ready' AND status = 'False' AND message REGEXP '(?i)cni|network plugin|NetworkReady=false'
),
waiting AS (
  SELECT d.*, row_number() OVER (PARTITION BY d.subject ORDER BY d.name) AS n, count(*) OVER (PARTITION BY d.subject) AS pods FROM dns d
  WHERE d.phase = 'Pending' AND (d.node IS NULL OR d.node IN (SELECT node FROM without))
),
rows AS (
  SELECT w.subject, w.n AS seq, w.file, json_key(o.json, o.line, 'phase') AS line, NULL AS ts, w.node, w.pods FROM waiting w JOIN objects o ON o.id = w.object WHERE w.n <= 3
  UNION ALL
  SELECT w.subject, 10, c.file, json_line(o.json, o.line, c.message), NULL, c.node, w.pods FROM (SELECT DISTINCT subject, pods FROM waiting) w, (SELECT * FROM without ORDER BY node LIMIT 3) c JOIN objects o ON o.id = c.object
)
SELECT r.subject, r.file, r.line, r.ts, r.node, r.pods, (SELECT count(*) FROM without) AS nodes
FROM rows r
-- No node with a network is left where they could run.
WHERE NOT EXISTS (SELECT 1 FROM dns d WHERE d.phase = 'Running') AND EXISTS (SELECT 1 FROM without)
  AND NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.type = 'Ready' AND c.status = 'True')
ORDER BY r.subject, r.seq, r.file, r.line;
