/*
id: removed-api-in-use
title:
  en: "API versions are in use that {when} no longer has"
  zh: "正在使用 {when_zh}不再提供的 API 版本"
detail:
  en: "{count} object(s) or log(s), for instance {what}."
  zh: "共 {count} 处，例如 {what}。"
severity: warning
confidence: likely
advice: true
needs: [[deployments, daemonsets, ingresses, horizontalpodautoscalers, cronjobs, poddisruptionbudgets, log]]
why:
  en: >-
    The objects themselves are converted by the API server and live on. But who applies them (a pipeline, a chart, a person with an old manifest) writes them in a version that
    is gone or goes with the next release, and then gets "no matches for kind". What kubectl get shows is no proof; what was applied, and by whom, is.
  zh: >-
    已有对象会由 API server 转换，不受影响。但写入它们的流水线、Helm Chart 或旧清单仍在使用已移除（或下个版本移除）的 API 版本，届时会报 no matches for kind。
    kubectl get 显示的版本不能作为依据，要看当初是以什么版本写入的。
fix:
  - en: "Who still asks for such versions? (since 1.19)"
    zh: "哪些请求仍在使用这些版本？（1.19 起）"
    run: "kubectl get --raw /metrics | grep apiserver_requested_deprecated_apis"
  - en: "Change apiVersion in the manifests and charts, and apply them again; kubectl convert (a plugin) does it for a file"
    zh: "修改清单和 Chart 中的 apiVersion 并重新应用；kubectl convert 插件可以转换单个文件"
refs: ["https://kubernetes.io/docs/reference/using-api/deprecation-guide/"]
*/
WITH
removed(api, minor) AS (VALUES ('extensions/v1beta1', 16), ('apps/v1beta1', 16), ('apps/v1beta2', 16), ('networking.k8s.io/v1beta1', 22), ('rbac.authorization.k8s.io/v1beta1', 22),
  ('rbac.authorization.k8s.io/v1alpha1', 22), ('apiextensions.k8s.io/v1beta1', 22), ('admissionregistration.k8s.io/v1beta1', 22), ('certificates.k8s.io/v1beta1', 22),
  ('coordination.k8s.io/v1beta1', 22), ('scheduling.k8s.io/v1beta1', 22), ('policy/v1beta1', 25), ('batch/v1beta1', 25), ('discovery.k8s.io/v1beta1', 25), ('events.k8s.io/v1beta1', 25),
  ('node.k8s.io/v1beta1', 25), ('autoscaling/v2beta1', 25), ('autoscaling/v2beta2', 26), ('flowcontrol.apiserver.k8s.io/v1beta1', 26), ('flowcontrol.apiserver.k8s.io/v1beta2', 29),
  ('flowcontrol.apiserver.k8s.io/v1beta3', 32)),
-- Gone with this release or the next. Ingress stayed in extensions/v1beta1 until 1.22.
near AS (
  SELECT r.api, r.minor, a.minor AS now_minor FROM removed r, api_minor a WHERE r.minor <= a.minor + 1
),
candidates AS (
  SELECT o.id, o.kind, o.namespace, o.name, o.json, o.file, o.line FROM objects o
  WHERE o.kind IN ('Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'Ingress', 'NetworkPolicy', 'CronJob', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'CustomResourceDefinition',
    'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'PriorityClass', 'RuntimeClass', 'FlowSchema', 'PriorityLevelConfiguration')
    AND o.json REGEXP '(beta|alpha)[0-9]'
),
applied AS (
  SELECT c.*, c.json ->> '$.metadata.annotations."kubectl.kubernetes.io/last-applied-configuration"' AS last FROM candidates c
),
used AS (
  SELECT a.kind, a.namespace, a.name, a.file, json_key(a.json, a.line, 'kubectl.kubernetes.io/last-applied-configuration') AS line, a.last ->> '$.apiVersion' AS api
  FROM applied a WHERE json_valid(a.last)
  UNION ALL
  SELECT c.kind, c.namespace, c.name, c.file, json_line(c.json, c.line, m.value ->> '$.apiVersion'), m.value ->> '$.apiVersion'
  FROM candidates c, json_each(c.json, '$.metadata.managedFields') m
  -- What Kubernetes writes itself goes with its own version.
  WHERE m.value ->> '$.manager' NOT LIKE 'kube-%' AND m.value ->> '$.manager' NOT IN ('kubelet', 'api-priority-and-fairness-config-producer-v1')
    AND us(m.value ->> '$.time') > :now - 90 * 86400000000
  UNION ALL
  SELECT c.kind, c.namespace, c.name, c.file, json_line(c.json, c.line, c.json ->> '$.spec.scaleTargetRef.apiVersion'), c.json ->> '$.spec.scaleTargetRef.apiVersion'
  FROM candidates c WHERE c.kind = 'HorizontalPodAutoscaler'
),
found AS (
  SELECT DISTINCT u.kind || ' ' || coalesce(u.namespace || '/', '') || u.name || ' (' || u.api || ')' AS what, u.file, u.line, NULL AS text, n.minor, n.now_minor
  FROM used u JOIN near n ON n.api = u.api
  WHERE NOT (u.kind = 'Ingress' AND u.api = 'extensions/v1beta1' AND n.now_minor < 21)
  UNION ALL
  SELECT s.captures ->> '$.kind' || ' (' || (s.captures ->> '$.api') || ')', s.file, s.line, s.text, 0, 0 FROM said s
  WHERE s.signature = 'removed-api-missing' AND s.times >= 3 AND s.newest = 1
),
numbered AS (SELECT *, row_number() OVER (ORDER BY minor > now_minor, what, file, line) AS n, count(*) OVER () AS count, max(minor > now_minor) OVER () AS later, min(minor > now_minor) OVER () AS all_later FROM found)
SELECT 'cluster' AS subject, n.file, n.line, n.text, n.count, f.what, CASE WHEN n.all_later THEN 'the next release' ELSE 'this release' END AS "when",
  CASE WHEN n.all_later THEN '下个版本' ELSE '当前版本' END AS when_zh
FROM numbered n JOIN numbered f ON f.n = 1 WHERE n.n <= 20
ORDER BY n.n;
