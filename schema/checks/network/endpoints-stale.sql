/*
id: endpoints-stale
title:
  en: "The endpoints of {subject} are out of date"
  zh: "{subject} 的 Endpoints 已过时"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
confidence: likely
needs: [endpoints, services, pods]
causes:
  - {check: service-unreachable, when: same}
why:
  en: >-
    The endpoint controller (a part of kube-controller-manager) writes the addresses of ready pods into the Endpoints of their Service within a second or two.
    These differ from the pods for longer than that, so traffic goes to addresses that are gone, or never to pods that are ready.
    If many Services are affected, look at kube-controller-manager, not at the Services.
  zh: >-
    Endpoints 控制器（属于 kube-controller-manager）会在一两秒内把就绪 Pod 的地址写入 Service 的 Endpoints。
    这里的差异持续时间更长，流量会被转发到已不存在的地址，或者到不了已就绪的 Pod。多个 Service 同时如此时，应检查 kube-controller-manager 而不是 Service。
fix:
  - en: "See whether the controller manager runs and leads"
    zh: "查看 controller-manager 是否在运行并持有租约"
    run: "kubectl -n kube-system get pods -l component=kube-controller-manager -o wide; kubectl -n kube-system get lease kube-controller-manager -o yaml"
  - en: "Compare pods and endpoints"
    zh: "对比 Pod 与 Endpoints"
    run: "kubectl -n {namespace} get endpoints {name} -o wide; kubectl -n {namespace} get endpointslices -l kubernetes.io/service-name={name}"
  - en: "The controller works and only these are wrong: delete them, it writes them anew at once (traffic of this Service stops for that moment)"
    zh: "控制器正常而仅此对象有误：删除后会立即重建（重建期间该 Service 短暂中断）"
    run: "kubectl -n {namespace} delete endpoints {name}"
verify: "kubectl -n {namespace} get endpoints {name}"
*/
WITH
-- The lists are read one after the other while the cluster goes on: nothing of the last minute counts.
told AS MATERIALIZED (
  SELECT e.namespace, e.name, e.object, e.file, e.line, e.subsets, s.ports,
    max(coalesce(us(json_extract(o.json, '$.metadata.annotations."endpoints.kubernetes.io/last-change-trigger-time"')), 0),
      coalesce((SELECT max(us(json_extract(m.value, '$.time'))) FROM json_each(o.json, '$.metadata.managedFields') m), 0), coalesce(o.created, 0)) AS written
  FROM endpoints e
  JOIN services s ON s.namespace = e.namespace AND s.name = e.name
  JOIN objects o ON o.id = e.object
  WHERE json_type(s.selector) = 'object' AND s.selector <> '{}'
    -- More than a thousand addresses are cut off on purpose.
    AND json_extract(o.json, '$.metadata.annotations."endpoints.kubernetes.io/over-capacity"') IS NULL
),
addresses AS MATERIALIZED (
  SELECT t.namespace, t.name, t.object, t.file, t.line, t.written, json_extract(a.value, '$.ip') AS ip, json_extract(a.value, '$.targetRef.kind') AS kind,
    json_extract(a.value, '$.targetRef.name') AS pod, json_extract(a.value, '$.targetRef.uid') AS uid
  FROM told t, json_each(CASE WHEN json_valid(t.subsets) THEN t.subsets ELSE '[]' END) x,
    (SELECT 'addresses' AS list UNION ALL SELECT 'notReadyAddresses') k,
    json_each(coalesce(json_extract(x.value, '$.' || k.list), '[]')) a
),
began AS (SELECT coalesce((SELECT us(value) FROM bundle WHERE key = 'started'), :now) AS us),
gone AS (
  SELECT a.namespace, a.name, a.file, json_line(o.json, a.line, a.ip) AS line, 'address ' || a.ip || ' of pod ' || a.pod || ', which no longer exists' AS what,
    'Pod ' || a.pod || '（地址 ' || a.ip || '）已不存在' AS what_zh, a.written AS ts
  FROM addresses a JOIN objects o ON o.id = a.object
  WHERE a.kind = 'Pod' AND a.written < (SELECT us FROM began) - 60000000
    AND NOT EXISTS (SELECT 1 FROM pods p WHERE p.namespace = a.namespace AND p.name = a.pod AND (a.uid IS NULL OR p.uid = a.uid))
    AND EXISTS (SELECT 1 FROM lists l WHERE l.resource = 'pods' AND (l.namespace = a.namespace OR l.namespace IS NULL
      OR NOT EXISTS (SELECT 1 FROM lists m WHERE m.resource = 'pods' AND m.namespace = a.namespace)))
),
ready AS (
  SELECT s.namespace, s.name, s.pod, s.file, s.line, s.object, p.pod_ip, c.last_transition
  FROM service_pods s JOIN pods p ON p.namespace = s.namespace AND p.name = s.pod
  JOIN pod_conditions c ON c.namespace = s.namespace AND c.pod = s.pod AND c.type = 'Ready' AND c.status = 'True'
  WHERE s.ready = 'True' AND s.phase = 'Running' AND p.pod_ip IS NOT NULL AND c.last_transition < (SELECT us FROM began) - 60000000
    AND (s.namespace, s.name) IN (SELECT namespace, name FROM told)
    AND (s.namespace, s.name, p.pod_ip) NOT IN (SELECT namespace, name, ip FROM addresses WHERE ip IS NOT NULL)
),
missing AS (
  SELECT r.namespace, r.name, r.file, json_line(o.json, r.line, r.pod_ip) AS line,
    'pod ' || r.pod || ' (' || r.pod_ip || ') has been ready since ' || iso(r.last_transition) || ' and is not in them' AS what,
    'Pod ' || r.pod || '（' || r.pod_ip || '）自 ' || iso(r.last_transition) || ' 起就绪，但不在其中' AS what_zh, r.last_transition AS ts
  FROM ready r JOIN objects o ON o.id = r.object
  -- A Service of a named port leaves out pods that have no port of that name: that is the Service's own matter.
  WHERE EXISTS (SELECT 1 FROM told t, json_each(t.ports) q WHERE t.namespace = r.namespace AND t.name = r.name
    AND (json_type(q.value, '$.targetPort') IS NOT 'text' OR instr(o.json, '"' || json_extract(q.value, '$.targetPort') || '"') > 0))
),
both AS (SELECT *, 1 AS seq FROM gone UNION ALL SELECT *, 2 FROM missing)
SELECT 'service/' || namespace || '/' || name AS subject, file, line, ts, namespace, name,
  upper(substr(what, 1, 1)) || substr(what, 2) || CASE WHEN count(*) OVER (PARTITION BY namespace, name) > 1
    THEN '; ' || (count(*) OVER (PARTITION BY namespace, name) - 1) || ' more differ' ELSE '' END || '.' AS what,
  what_zh || CASE WHEN count(*) OVER (PARTITION BY namespace, name) > 1
    THEN '；另有 ' || (count(*) OVER (PARTITION BY namespace, name) - 1) || ' 处不一致' ELSE '' END || '。' AS what_zh
FROM both
ORDER BY namespace, name, seq, what, file, line;
