/*
id: node-mixed-versions
title:
  en: "Nodes differ in their {what}"
  zh: "各节点的{what_zh}不一致"
detail:
  en: "{list}"
  zh: "各版本的节点：{list}"
severity: info
confidence: certain
advice: true
needs: [nodes]
why:
  en: >-
    Half-finished upgrades and nodes that were added later leave a mixture, and faults then seem to depend on the node. During a rolling upgrade
    it is normal. Kernels are compared within one operating system image only, everything else within one operating system.
  zh: >-
    未完成的升级或后来加入的节点会造成版本混杂，故障看起来就与节点有关。滚动升级期间属正常现象。
    内核只在相同系统镜像内比较，其他项目在同类操作系统内比较。
fix:
  - en: "See who is behind, and finish the upgrade: drain, upgrade, uncordon, one node after the other"
    zh: "查看落后的节点并完成升级：逐个节点 drain、升级、uncordon"
    run: "kubectl get nodes -o wide"
verify: "kubectl get nodes -o wide"
*/
WITH
facts AS (
  SELECT n.name, n.object, n.file, n.line, 1 AS seq, 'kubelet version' AS what, 'kubelet 版本' AS what_zh, n.kubelet_version AS v,
    coalesce(json_extract(n.labels, '$."kubernetes.io/os"'), 'linux') AS grp FROM nodes n
  UNION ALL
  SELECT n.name, n.object, n.file, n.line, 2, 'container runtime', '容器运行时', n.runtime_version, coalesce(json_extract(n.labels, '$."kubernetes.io/os"'), 'linux') FROM nodes n
  UNION ALL
  SELECT n.name, n.object, n.file, n.line, 3, 'kernel', '内核', n.kernel_version,
    coalesce(n.os_image, '') || coalesce(json_extract(n.labels, '$."kubernetes.io/arch"'), '') FROM nodes n
),
mixed AS (
  SELECT seq, grp, what, what_zh, count(DISTINCT v) AS n FROM facts WHERE v IS NOT NULL AND v <> '' AND v NOT LIKE '%://Unknown' GROUP BY seq, grp, what, what_zh HAVING count(DISTINCT v) > 1
),
first AS (SELECT * FROM mixed ORDER BY seq, grp LIMIT 1),
kinds AS (
  SELECT f.v, count(*) AS nodes, min(f.name) AS example FROM facts f JOIN first m USING (seq, grp) WHERE f.v IS NOT NULL AND f.v NOT LIKE '%://Unknown' GROUP BY f.v
)
SELECT 'cluster' AS subject, f.file, json_line(o.json, f.line, f.v) AS line, f.name AS node, m.what, m.what_zh,
  (SELECT group_concat(v || ': ' || nodes || ' (' || example || ')', ', ') FROM (SELECT * FROM kinds ORDER BY nodes DESC, v)) AS list
FROM facts f JOIN first m USING (seq, grp) JOIN objects o ON o.id = f.object
ORDER BY (SELECT k.nodes FROM kinds k WHERE k.v = f.v), f.name, f.file, f.line;
