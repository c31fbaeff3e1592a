/*
id: kubelet-unknown-flag
title:
  en: "kubelet on {node} refuses its command line: {problem}"
  zh: "节点 {node} 上的 kubelet 拒绝启动参数：{problem}"
detail:
  en: "Said {hits} time(s), the last at {last_at}. kubelet ends at once each time it is started."
  zh: "共出现 {hits} 次，最后一次在 {last_at}。kubelet 每次启动都会立即退出。"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
why:
  en: >-
    kubelet reads its flags and feature gates before anything else and ends when it does not know one of them. The usual reasons are an upgrade that
    removed the flag (1.24 took --network-plugin and the other flags of dockershim away, 1.27 --container-runtime), a feature gate that is locked by now,
    or a word misspelt by hand. "Flag has been deprecated" is a warning only.
  zh: >-
    kubelet 启动时首先解析参数和特性门控（feature gate），遇到不认识的会立即退出。常见原因是升级后该参数已被移除
    （1.24 移除了 --network-plugin 等 dockershim 参数，1.27 移除了 --container-runtime）、特性门控已被锁定，或手工修改时写错。
    “Flag ... has been deprecated” 只是警告。
fix:
  - en: "See where it is set"
    zh: "查找该参数在哪里设置"
    run: "grep -rnF -e {word} /var/lib/kubelet/kubeadm-flags.env /var/lib/kubelet/config.yaml /etc/default/kubelet /etc/sysconfig/kubelet /etc/systemd/system"
    on: "{node}"
  - en: "Remove or correct it there, then start kubelet again"
    zh: "在该处删除或改正后重新启动 kubelet"
    run: "systemctl daemon-reload && systemctl reset-failed kubelet && systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get node {node}"
refs: ["https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/"]
*/
WITH
said AS (
  SELECT h.node, h.file, h.line, h.text, h.log, coalesce(h.ts, 0) AS ts,
    coalesce(ltrim(json_extract(h.captures, '$.flag'), '-'), json_extract(h.captures, '$.gate'), json_extract(h.captures, '$.locked'),
      rx('in -*([A-Za-z0-9]+)', json_extract(h.captures, '$.short'), 1)) AS word,
    coalesce('unknown flag: ' || json_extract(h.captures, '$.flag'), 'unrecognized feature gate: ' || json_extract(h.captures, '$.gate'),
      'cannot set feature gate ' || json_extract(h.captures, '$.locked') || ', feature is locked',
      'unknown shorthand flag: ' || json_extract(h.captures, '$.short')) AS problem
  FROM hits h WHERE h.signature = 'kubelet-unknown-flag' AND h.node IS NOT NULL
),
summed AS (
  SELECT s.*, count(*) OVER w AS hits, max(ts) OVER w AS last_ts, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
  FROM said s WINDOW w AS (PARTITION BY node)
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, nullif(s.ts, 0) AS ts, s.node, s.word, s.problem, s.hits,
  coalesce(iso(nullif(s.last_ts, 0)), '-') AS last_at
FROM summed s LEFT JOIN node_units u ON u.node = s.node AND u.unit = 'kubelet.service'
-- It lasts: systemd is still at it, or gave up; what runs now was not started later to stay.
WHERE s.newest <= 3 AND (s.last_ts > :now - 600000000 OR u.active IN ('failed', 'activating'))
  AND NOT (u.active IS 'active' AND u.started > s.last_ts AND u.started < :now - 20000000)
ORDER BY 1, s.newest, s.file, s.line;
