/*
id: pod-missing-configmap-secret
title:
  en: "{subject} needs {sort} {missing}, which is not there"
  zh: "{subject} 需要的 {sort} {missing} 不存在"
detail:
  en: "{message}"
  zh: "kubelet 报告：{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: pod-stuck-containercreating, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: pod-crashloop, when: same}
  - {check: kube-dns-crashloop, when: same}
why:
  en: >-
    A container cannot start before everything that its environment or its volumes are made of is there. kubelet tries again and
    again, so it starts by itself as soon as the object, or the key in it, exists in the same namespace; unless the reference says optional.
  zh: >-
    环境变量或存储卷引用的对象齐备之前，容器无法启动。kubelet 会不断重试，因此只要同一命名空间中出现该对象（或其中的键），容器就会自动启动；
    引用标记为 optional 的除外。
fix:
  - en: "What is there? The name may be misspelt, or the object is in another namespace"
    zh: "查看现有对象：可能是名称拼写错误，或对象在其他命名空间"
    run: "kubectl get {resource} --all-namespaces | grep -F -e {missing} -e NAMESPACE; kubectl -n {namespace} get {resource}"
  - en: "It lacks the key {key}: add it (VALUE is what the program expects)"
    zh: "缺少键 {key}：补上（VALUE 为程序期望的值）"
    run: "kubectl -n {namespace} edit {resource} {missing}"
    if: key
  - en: "It has that name in namespace {elsewhere}: copy it"
    zh: "命名空间 {elsewhere} 中有同名对象：复制过来"
    run: "kubectl -n {elsewhere} get {resource} {missing} -o yaml | sed -E '/^  (namespace|uid|resourceVersion|creationTimestamp): /d' | kubectl -n {namespace} create -f -"
    if: elsewhere
  - en: "Make it, from the file that the program expects"
    zh: "用程序期望的文件创建它"
    run: "kubectl -n {namespace} create configmap {missing} --from-file=FILE"
    if: absent_configmap
  - en: "Make it, from the file that the program expects"
    zh: "用程序期望的文件创建它"
    run: "kubectl -n {namespace} create secret generic {missing} --from-file=FILE"
    if: absent_secret
  - en: "It came with the last roll-out: go back"
    zh: "如果是最近一次发布引起的：回滚"
    run: "kubectl -n {namespace} rollout undo {owner_kind}/{owner_name}"
    if: earlier
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/"]
*/
WITH
-- What the container's own state says.
waiting AS (
  SELECT c.subject, c.namespace, c.pod, c.node, c.waiting_message AS message, c.file, json_line(o.json, o.line, c.waiting_message) AS line, NULL AS ts, 1 AS seq
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.waiting_reason = 'CreateContainerConfigError' AND c.deleted IS NULL
),
-- What kubelet says of the volumes, of pods that still wait. The cache that timed out is another matter: the object may be there.
told AS (
  SELECT s.subject, p.namespace, p.name AS pod, p.node, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts, 0 AS seq
  FROM pods p JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = p.namespace AND e.object_name = p.name AND e.reason IN ('Failed', 'FailedMount')
  JOIN objects o ON o.id = e.object
  WHERE p.phase = 'Pending' AND p.deleted IS NULL AND (e.last_seen IS NULL OR e.last_seen > :now - 600000000)
),
named AS (
  SELECT *, lower(coalesce(rx('(?i)\b(configmap|secret)s? "[^"]+" not found', message, 1),
      rx('(?i)couldn''t find key \S+ in (ConfigMap|Secret) ', message, 1), rx('(?i)references non-existent (config|secret) key', message, 1))) AS what,
    coalesce(rx('(?i)\b(?:configmap|secret)s? "([^"]+)" not found', message, 1), rx('(?i)couldn''t find key \S+ in (?:ConfigMap|Secret) [^/ ]+/(\S+)', message, 1)) AS missing,
    coalesce(rx('(?i)couldn''t find key (\S+) in (?:ConfigMap|Secret) ', message, 1), rx('(?i)references non-existent (?:config|secret) key: (\S+)', message, 1)) AS key
  FROM (SELECT * FROM waiting UNION ALL SELECT * FROM told)
),
-- A volume's key that is not there does not come with the object's name: the volume has it.
sick AS (
  SELECT n.subject, n.namespace, n.pod, n.node, n.message, n.file, n.line, n.ts, n.seq, n.key,
    CASE WHEN n.what LIKE 'config%' THEN 'ConfigMap' ELSE 'Secret' END AS sort,
    coalesce(n.missing, (SELECT coalesce(v.value ->> '$.configMap.name', v.value ->> '$.secret.secretName') FROM pods p, json_each(p.volumes) v
      WHERE p.namespace = n.namespace AND p.name = n.pod AND v.value ->> '$.name' = rx('volume "([^"]+)"', n.message, 1))) AS missing
  FROM named n WHERE n.what IS NOT NULL
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY subject ORDER BY missing IS NULL, seq, ts DESC, pod, line) AS n,
    row_number() OVER (PARTITION BY subject, seq ORDER BY ts DESC, pod, line) AS nth
  FROM sick
)
SELECT r.subject, e.file, e.line, e.ts, e.node, r.namespace, r.pod, r.sort, coalesce(r.missing, 'NAME') AS missing, r.key, r.message,
  lower(r.sort) || 's' AS resource,
  (SELECT min(o.namespace) FROM objects o WHERE o.kind = r.sort AND o.name = r.missing AND o.namespace <> r.namespace) AS elsewhere,
  r.key IS NULL AND r.sort = 'ConfigMap' AS absent_configmap, r.key IS NULL AND r.sort = 'Secret' AS absent_secret,
  EXISTS (SELECT 1 FROM earlier_revisions v WHERE v.subject = r.subject) AS earlier,
  rx('^([^/]+)/', r.subject, 1) AS owner_kind, rx('[^/]+$', r.subject) AS owner_name
FROM ranked r JOIN ranked e ON e.subject = r.subject AND e.nth <= 5
WHERE r.n = 1
ORDER BY r.subject, e.seq, e.nth, e.file, e.line;
