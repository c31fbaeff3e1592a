/*
id: cni-binary-missing
title:
  en: "Node {node} lacks the CNI plug-in {plugin}: pods get no network there"
  zh: "节点 {node} 缺少 CNI 插件 {plugin}：Pod 无法获得网络"
detail:
  en: "{pods} pod(s) wait for it. {message}"
  zh: "有 {pods} 个 Pod 在等待。{message}"
severity: critical
confidence: certain
needs: [[events, log:kubelet]]
causes:
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    The network's configuration names programs, which must lie in /opt/cni/bin. One is not there, so no pod that is new on this node gets an
    address; those that run keep theirs, and the node stays Ready. The programs come with the packages kubernetes-cni or containernetworking-plugins,
    or are put there by the pod of the network add-on.
  zh: >-
    网络配置中引用的插件程序必须位于 /opt/cni/bin。其中一个不存在，因此该节点上新建的 Pod 都得不到地址；已运行的 Pod 不受影响，节点仍显示 Ready。
    这些程序来自软件包 kubernetes-cni 或 containernetworking-plugins，或由网络插件的 Pod 安装。
fix:
  - en: "What is there, and what does the configuration name?"
    zh: "查看已有的插件，以及配置引用了哪些"
    run: "ls -l /opt/cni/bin/; grep -h '\"type\"' /etc/cni/net.d/*"
    on: "{node}"
  - en: "Install the plug-ins again"
    zh: "重新安装插件"
    run: "apt-get install --reinstall -y kubernetes-cni || apt-get install --reinstall -y containernetworking-plugins || yum reinstall -y kubernetes-cni containernetworking-plugins"
    on: "{node}"
  - en: "Without a package server: copy it from a node that has it"
    zh: "没有软件源时：从有该插件的节点复制"
    run: "scp {other}:/opt/cni/bin/{plugin} /opt/cni/bin/"
    on: "{node}"
    if: other
verify: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node}"
refs: ["https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/"]
*/
WITH
told AS (
  SELECT p.node, p.namespace, p.name AS pod, rx('failed to find plugin "([^"]+)" in path', e.message, 1) AS plugin, e.message, e.file,
    json_line(o.json, o.line, e.message) AS line, NULL AS text, coalesce(e.first_seen, e.last_seen) AS ts, 0 AS seq
  FROM events e JOIN objects o ON o.id = e.object
  JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name AND p.node IS NOT NULL
  WHERE e.object_kind = 'Pod' AND e.reason IN ('FailedCreatePodSandBox', 'FailedCreatePodSandbox') AND e.message LIKE '%failed to find plugin "%'
    AND p.phase = 'Pending' AND p.deleted IS NULL
),
-- The same from kubelet, while it lasts: it tries again within seconds.
logged AS (
  SELECT h.node, NULL, NULL, h.captures ->> '$.plugin', h.text, h.file, h.line, h.text AS text, h.ts, 1
  FROM hits h WHERE h.signature = 'cni-plugin-missing' AND h.node IS NOT NULL AND h.ts > :now - 60000000
),
sick AS (
  SELECT *, row_number() OVER (PARTITION BY node ORDER BY seq, ts DESC, line) AS n, row_number() OVER (PARTITION BY node, seq ORDER BY ts DESC, line) AS nth
  FROM (SELECT * FROM told UNION ALL SELECT * FROM logged)
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, s.plugin,
  (SELECT count(DISTINCT t.namespace || '/' || t.pod) FROM told t WHERE t.node = s.node) AS pods,
  substr('The runtime says: ' || rx('failed to find plugin .*', s.message), 1, 300) AS message,
  (SELECT max(n.name) FROM nodes n JOIN node_conditions c ON c.node = n.name AND c.type = 'Ready' AND c.status = 'True'
    WHERE n.name NOT IN (SELECT node FROM sick)) AS other
FROM sick s JOIN sick e ON e.node = s.node AND e.nth <= 3
WHERE s.n = 1
ORDER BY s.node, e.seq, e.nth, e.file, e.line;
