/*
id: cni-config-error
title:
  en: "The network configuration of node {node} cannot be used{of}"
  zh: "节点 {node} 的网络配置无法使用{of_zh}"
detail:
  en: "{message}"
  zh: "{message}（原始消息）"
severity: critical
confidence: certain
needs: [[events, log:kubelet, log:containerd, log:crio]]
causes:
  - {check: node-cni-not-ready, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    The runtime takes the first file of /etc/cni/net.d, in the order of names. That one is no proper JSON, wants a version of the interface (cniVersion) that the plug-ins do
    not speak, or is left over from a network that was here before.
  zh: >-
    运行时按名称顺序采用 /etc/cni/net.d 中的第一个文件。该文件不是合法的 JSON，或要求的接口版本（cniVersion）不被插件支持，或是之前的网络插件留下的。
fix:
  - en: "Look at the files; the first one counts"
    zh: "查看这些文件，排在第一个的生效"
    run: "ls -la /etc/cni/net.d; for f in /etc/cni/net.d/*.conf*; do echo \"== $f\"; python3 -m json.tool \"$f\" || cat \"$f\"; done"
    on: "{node}"
  - en: "Move the broken or left-over file away; the pod of the network add-on writes its own anew when it starts"
    zh: "移走损坏或遗留的文件；网络插件的 Pod 启动时会重新写入自己的配置"
    run: "mkdir -p /root/cni-old && mv {path} /root/cni-old/"
    on: "{node}"
    if: path
  - en: "The versions do not fit: lower cniVersion in the file, or install newer plug-ins"
    zh: "版本不匹配：降低文件中的 cniVersion，或安装更新的插件"
    run: "grep -H cniVersion /etc/cni/net.d/*; apt-get install -y kubernetes-cni || yum install -y kubernetes-cni"
    on: "{node}"
    if: version
  - en: "Read it again"
    zh: "让运行时重新读取"
    run: "systemctl try-restart containerd crio; systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get node {node}"
refs: ["https://www.cni.dev/docs/spec/#configuration-format"]
*/
WITH
-- Nodes that have no network by their own word, now.
without AS (
  SELECT node FROM node_conditions WHERE type = 'Ready' AND status = 'False' AND message REGEXP '(?i)cni|network plugin|NetworkReady=false'
  UNION SELECT node FROM hits WHERE signature = 'cni-not-ready' AND node IS NOT NULL AND ts > :now - 180000000
),
unread AS (
  SELECT h.*, row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS nth FROM hits h
  WHERE h.signature = 'cni-config-error' AND h.captures ->> '$.refused' IS NULL AND h.node IN (SELECT node FROM without)
),
rows AS (
  -- The newest word counts: "none found" after it says that the file was taken away.
  SELECT node, file, line, text, ts, text AS message, coalesce(captures ->> '$.path', captures ->> '$.file') AS path, NULL AS version, nth FROM unread u
  WHERE nth <= 3 AND captures ->> '$.none' IS NULL AND EXISTS (SELECT 1 FROM unread x WHERE x.node = u.node AND x.nth = 1 AND x.captures ->> '$.none' IS NULL)
  UNION ALL
  SELECT node, file, line, text, ts, message, NULL, CASE WHEN message REGEXP 'incompatible CNI versions|version' THEN 1 END, nth FROM network_refusals WHERE why = 'cni-config-error' AND nth <= 3
),
firsts AS (SELECT *, row_number() OVER (PARTITION BY node ORDER BY nth, file, line) AS n FROM rows)
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.node, f.path, f.version, coalesce(' (' || f.path || ')', '') AS of, coalesce('（' || f.path || '）', '') AS of_zh,
  substr(coalesce(rx('(?:incompatible CNI versions|[Ee]rror loading CNI|plugin type=|cni config load failed).*', f.message), f.message), 1, 400) AS message
FROM firsts r JOIN firsts f ON f.node = r.node AND f.n = 1
ORDER BY r.node, r.n;
