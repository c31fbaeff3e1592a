/*
id: storageclass-none-default
title:
  en: "No storage class is the default"
  zh: "没有默认的 StorageClass"
detail:
  en: "{classes} storage class(es), none marked as default; {claims} claim(s) name no class, first {first}."
  zh: "共有 {classes} 个 StorageClass，均未标记为默认；{claims} 个 PVC 未指定类，首先是 {first}。"
severity: info
confidence: certain
needs: [storageclasses, persistentvolumeclaims]
why:
  en: >-
    Claims that name no storage class rely on the default one. Without it nothing provisions volumes for them: each waits until somebody
    makes a volume by hand. Charts and operators often leave the class out.
  zh: >-
    未指定 StorageClass 的 PVC 依赖默认类。没有默认类时，不会为它们动态创建存储卷，只能等待手工创建 PV。很多 Chart 和 Operator 都不写明类名。
fix:
  - en: "Mark the class that fits most claims as the default"
    zh: "把最通用的类标记为默认"
    run: "kubectl patch storageclass CLASS -p '{\"metadata\":{\"annotations\":{\"storageclass.kubernetes.io/is-default-class\":\"true\"}}}'"
verify: "kubectl get storageclass"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/change-default-storage-class/"]
*/
WITH
-- Claims that are bound got their volume by hand.
claims AS (
  SELECT c.namespace, c.name, c.file, json_line(o.json, o.line, 'Pending') AS line,
    row_number() OVER (ORDER BY c.namespace, c.name) AS n, count(*) OVER () AS claims
  FROM pvcs c JOIN objects o ON o.id = c.object
  WHERE c.storage_class IS NULL AND c.volume IS NULL AND c.phase = 'Pending' AND o.deleted IS NULL
),
classes AS (
  SELECT count(*) AS n, sum(coalesce(json ->> '$.metadata.annotations."storageclass.kubernetes.io/is-default-class"',
      json ->> '$.metadata.annotations."storageclass.beta.kubernetes.io/is-default-class"') = 'true') AS defaults
  FROM objects WHERE kind = 'StorageClass'
),
evidence AS (
  SELECT 1000 AS seq, min(file) AS file, 0 AS line, 'no storage class in this list is marked as default' AS text
  FROM lists WHERE resource = 'storageclasses'
  UNION ALL SELECT n, file, line, NULL FROM claims WHERE n <= 5
)
SELECT 'cluster' AS subject, e.file, e.line, e.text, c.n AS classes, f.claims, f.namespace || '/' || f.name AS first
FROM evidence e, classes c JOIN claims f ON f.n = 1
WHERE coalesce(c.defaults, 0) = 0
ORDER BY e.seq, e.file, e.line;
