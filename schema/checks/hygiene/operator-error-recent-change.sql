/*
id: operator-error-recent-change
title:
  en: "Changed shortly before the trouble: {what}"
  zh: "故障前不久有过变更：{what_zh}"
detail:
  en: "Changed at {changed}{by}; {symptom}. Near in time only: this is a hint, not a proof."
  zh: "变更时间 {changed}{by_zh}；{symptom_zh}。仅时间上接近，是线索而非证明。"
severity: info
confidence: possible
needs: [[deployments, statefulsets, daemonsets, "capture:nodes/*/host/kubernetes-files.txt"]]
why:
  en: >-
    Most outages follow a change. Something was edited within the half hour before it began to fail, so look at that edit first; going back to the
    version before is often the fastest repair.
  zh: >-
    多数故障发生在变更之后。这里在故障开始前半小时内有过修改，应首先检查这次修改；回退到上一版本往往是最快的恢复手段。
fix:
  - en: "A workload: see what its revisions were, and go back if the change was not meant"
    zh: "工作负载：查看历史版本，如属误操作则回退"
    run: "kubectl -n {namespace} rollout history {kind} {name}; kubectl -n {namespace} rollout undo {kind} {name}"
  - en: "A manifest: see what changed when, and whether a copy of the former one is left"
    zh: "静态 Pod 清单：查看变更时间，以及是否留有旧副本"
    run: "ls -la --time-style=full-iso /etc/kubernetes /etc/kubernetes/manifests; ls -la /root/*.yaml /tmp/*.yaml"
    on: "{node}"
verify: "kubectl get pods --all-namespaces | grep -vE 'Running|Completed'"
*/
WITH
-- Somebody's change, not the first creation: the controllers' own writing does not count.
edits AS (
  SELECT w.kind, w.namespace, w.name, w.file, w.line, o.json, max(us(json_extract(m.value, '$.time'))) AS ts, json_extract(m.value, '$.manager') AS manager
  FROM workloads w JOIN objects o ON o.id = w.object, json_each(o.json, '$.metadata.managedFields') m
  WHERE w.kind IN ('Deployment', 'StatefulSet', 'DaemonSet') AND w.generation > 1
    AND json_extract(m.value, '$.manager') NOT IN ('kube-controller-manager', 'kubelet', 'kube-scheduler', 'kube-apiserver', 'cluster-autoscaler', 'vpa-updater')
  GROUP BY w.kind, w.namespace, w.name, w.file, w.line, o.json
),
failing AS (
  SELECT s.subject, min(p.created) AS created, min(p.name) AS pod, min(coalesce(c.waiting_reason, c.exit_reason, 'not ready')) AS reason
  FROM pods p JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  JOIN container_statuses c ON c.namespace = p.namespace AND c.pod = p.name
  WHERE p.deleted IS NULL AND (c.waiting_reason IN ('CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'CreateContainerConfigError',
    'CreateContainerError', 'RunContainerError') OR c.exit_code <> 0)
  GROUP BY s.subject
),
workload_edits AS (
  SELECT lower(e.kind) || '/' || e.namespace || '/' || e.name AS subject, e.file, coalesce(json_line(e.json, e.line, e.manager), e.line) AS line, NULL AS text, e.ts, NULL AS node,
    lower(e.kind) || ' ' || e.namespace || '/' || e.name AS what, lower(e.kind) || ' ' || e.namespace || '/' || e.name AS what_zh,
    e.manager, 'pod ' || f.pod || ' of it is in ' || f.reason AS symptom, '其 Pod ' || f.pod || ' 处于 ' || f.reason AS symptom_zh
  FROM edits e JOIN failing f ON f.subject = lower(e.kind) || '/' || e.namespace || '/' || e.name
  WHERE f.created BETWEEN e.ts - 10000000 AND e.ts + 1800000000 AND e.ts < :now
),
-- Manifests: ls shows minutes in the node's own zone, without a year.
zones AS (
  SELECT f.node, CAST(rx('([+-]\d\d)\d\d$', l.text, 1) AS INTEGER) * 3600 + CAST(rx('([+-]\d\d)\d\d$', l.text, 1) || rx('[+-]\d\d(\d\d)$', l.text, 1) AS INTEGER) % 100 * 60 AS offset_s
  FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/date.txt' AND l.line = 2 AND l.text REGEXP '[+-]\d{4}$'
),
listed AS (
  SELECT f.node, l.file, l.line, l.text, field(l.text, -1) AS name,
    (SELECT d.text FROM lines d WHERE d.file = l.file AND d.line < l.line AND d.text GLOB '/*:' ORDER BY d.line DESC LIMIT 1) AS folder,
    us(substr(iso(:now), 1, 4) || '-' || printf('%02d', (instr('JanFebMarAprMayJunJulAugSepOctNovDec', rx(' ([A-Z][a-z]{2}) +\d+ \d\d:\d\d ', l.text, 1)) + 2) / 3)
      || '-' || printf('%02d', rx(' [A-Z][a-z]{2} +(\d+) \d\d:\d\d ', l.text, 1)) || 'T' || rx(' [A-Z][a-z]{2} +\d+ (\d\d:\d\d) ', l.text, 1) || ':00Z')
      - coalesce((SELECT z.offset_s FROM zones z WHERE z.node = f.node), 0) * 1000000 AS ts
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/kubernetes-files.txt' AND l.text REGEXP '^[-d].* [A-Z][a-z]{2} +\d+ \d\d:\d\d '
),
troubles AS (
  SELECT c.node, c.component, c.manifest, NULL AS began, 'it is down' AS symptom, '该组件已停止' AS symptom_zh FROM node_components c WHERE c.state = 'down' AND c.how IS NOT 'unit'
  UNION ALL
  SELECT h.node, coalesce(CASE WHEN h.signature = 'component-invalid-flag' THEN h.unit END, rx('/manifests/(kube-apiserver|kube-controller-manager|kube-scheduler|etcd)\.', h.text, 1)), 1, min(h.ts),
    'it complains since ' || iso(min(h.ts)), '自 ' || iso(min(h.ts)) || ' 起报错'
  FROM hits h WHERE h.signature IN ('component-invalid-flag', 'manifest-broken') AND h.node IS NOT NULL GROUP BY h.node, 2
),
-- The file itself, or, where it was taken away, its folder.
manifest_edits AS (
  SELECT 'node/' || t.node AS subject, l.file, l.line, l.text, l.ts, t.node,
    coalesce(rtrim(l.folder, ':'), '') || '/' || l.name AS what, coalesce(rtrim(l.folder, ':'), '') || '/' || l.name AS what_zh,
    NULL AS manager, t.component || ': ' || t.symptom AS symptom, t.component || '：' || t.symptom_zh AS symptom_zh,
    row_number() OVER (PARTITION BY t.node, t.component ORDER BY t.began IS NULL, l.ts DESC, l.line) AS n
  FROM troubles t JOIN listed l ON l.node = t.node
    AND ((l.folder GLOB '*/manifests:' AND l.name GLOB t.component || '.y*ml') OR (t.manifest = 0 AND l.name = 'manifests' AND l.text GLOB 'd*'))
  WHERE t.component IS NOT NULL
    AND CASE WHEN t.began IS NULL THEN l.ts BETWEEN :now - 1800000000 AND :now + 60000000 ELSE l.ts BETWEEN t.began - 1800000000 AND t.began + 60000000 END
)
SELECT subject, file, line, text, ts, node, what, what_zh, iso(ts) AS changed, coalesce(' by ' || manager, '') AS "by", coalesce('（' || manager || '）', '') AS by_zh, symptom, symptom_zh
FROM workload_edits
UNION ALL
SELECT subject, file, line, text, ts, node, what, what_zh, iso(ts), '', '', symptom, symptom_zh
FROM manifest_edits WHERE n = 1
ORDER BY 1, 5, 2, 3;
