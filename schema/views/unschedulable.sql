-- Pods for which the scheduler found no node, one row a pod, with its words. `reasons` is the message without what stands behind
-- "preemption:", which repeats the reasons; n counts the pods of one subject.
CREATE VIEW unschedulable AS
SELECT s.subject, p.namespace, p.name AS pod, p.object, c.file, json_line(o.json, o.line, c.message) AS line, c.last_transition,
  c.message,
  CASE WHEN instr(c.message, 'preemption:') > 0 THEN rtrim(substr(c.message, 1, instr(c.message, 'preemption:') - 1)) ELSE c.message END AS reasons,
  p.node_selector, p.tolerations, p.volumes,
  row_number() OVER (PARTITION BY s.subject ORDER BY p.name) AS n, count(*) OVER (PARTITION BY s.subject) AS pods
FROM pod_conditions c
JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
JOIN pod_subjects s ON s.namespace = c.namespace AND s.pod = c.pod
JOIN objects o ON o.id = c.object
WHERE c.type = 'PodScheduled' AND c.status = 'False' AND c.reason = 'Unschedulable'
  AND p.node IS NULL AND p.deleted IS NULL AND p.phase = 'Pending';

-- The newest FailedScheduling event of each such subject.
CREATE VIEW unschedulable_events AS
SELECT subject, pod, file, line, first_seen FROM (
  SELECT u.subject, u.pod, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY u.subject ORDER BY e.last_seen DESC, e.file, e.line) AS newest
  FROM unschedulable u
  JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = u.namespace AND e.object_name = u.pod AND e.reason = 'FailedScheduling'
  JOIN objects o ON o.id = e.object)
WHERE newest = 1;

-- The first such pod of each subject against every node, as the scheduler compares them: does the pod want the node (nodeSelector
-- and required node affinity against the labels), is it cordoned, and which of its taints does the pod not tolerate.
CREATE VIEW unschedulable_nodes AS
WITH
first AS (
  SELECT u.*, o.json -> '$.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms' AS terms
  FROM unschedulable u JOIN objects o ON o.id = u.object WHERE u.n = 1
)
SELECT u.subject, u.namespace, u.pod, n.name AS node, coalesce(n.unschedulable, 0) AS cordoned,
  NOT EXISTS (
    SELECT 1 FROM json_each(coalesce(u.node_selector, '{}')) w
    WHERE NOT EXISTS (SELECT 1 FROM json_each(coalesce(n.labels, '{}')) h WHERE h.key = w.key AND h.value = w.value))
  AND (u.terms IS NULL OR EXISTS (
    SELECT 1 FROM json_each(u.terms) t
    WHERE NOT EXISTS (
      SELECT 1 FROM (
        SELECT x.value ->> '$.operator' AS op, x.value -> '$.values' AS vals,
          (SELECT h.value FROM json_each(coalesce(n.labels, '{}')) h WHERE h.key = x.value ->> '$.key') AS have
        FROM json_each(coalesce(t.value -> '$.matchExpressions', '[]')) x
        UNION ALL
        SELECT x.value ->> '$.operator', x.value -> '$.values', n.name FROM json_each(coalesce(t.value -> '$.matchFields', '[]')) x)
      WHERE NOT CASE op
        WHEN 'In' THEN EXISTS (SELECT 1 FROM json_each(vals) v WHERE v.value = have)
        WHEN 'NotIn' THEN NOT EXISTS (SELECT 1 FROM json_each(vals) v WHERE v.value = have)
        WHEN 'Exists' THEN have IS NOT NULL
        WHEN 'DoesNotExist' THEN have IS NULL
        WHEN 'Gt' THEN coalesce(CAST(have AS INTEGER) > CAST(vals ->> '$[0]' AS INTEGER), 0)
        WHEN 'Lt' THEN coalesce(CAST(have AS INTEGER) < CAST(vals ->> '$[0]' AS INTEGER), 0)
        ELSE 1 END))) AS wanted,
  (SELECT json_group_array(t.value ->> '$.key') FROM json_each(coalesce(n.taints, '[]')) t
    WHERE t.value ->> '$.effect' IN ('NoSchedule', 'NoExecute') AND t.value ->> '$.key' <> 'node.kubernetes.io/unschedulable'
      AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(u.tolerations, '[]')) l
        WHERE coalesce(l.value ->> '$.effect', t.value ->> '$.effect') = t.value ->> '$.effect'
          AND (coalesce(l.value ->> '$.key', '') = '' AND l.value ->> '$.operator' = 'Exists'
            OR l.value ->> '$.key' = t.value ->> '$.key'
              AND (l.value ->> '$.operator' = 'Exists' OR coalesce(l.value ->> '$.value', '') = coalesce(t.value ->> '$.value', ''))))
  ) AS taints,
  n.object, n.file, n.line
FROM first u JOIN nodes n;
