SELECT namespace AS "NAMESPACE", name AS "NAME",
  (doc ->> '$.spec.scaleTargetRef.kind') || '/' || (doc ->> '$.spec.scaleTargetRef.name') AS "REFERENCE",
  coalesce(
    coalesce((doc ->> '$.status.currentCPUUtilizationPercentage') || '%', '<unknown>') || '/' || (doc ->> '$.spec.targetCPUUtilizationPercentage') || '%',
    (SELECT group_concat(coalesce((SELECT coalesce((s.value ->> '$.resource.current.averageUtilization') || '%', s.value ->> '$.resource.current.averageValue')
          FROM json_each(doc, '$.status.currentMetrics') s
          WHERE s.key = m.key AND s.value ->> '$.type' = m.value ->> '$.type'), '<unknown>')
        || '/' || coalesce((m.value ->> '$.resource.target.averageUtilization') || '%', (m.value ->> '$.resource.targetAverageUtilization') || '%',
          m.value ->> '$.resource.target.averageValue', m.value ->> '$.pods.target.averageValue', m.value ->> '$.object.target.value',
          m.value ->> '$.external.target.value', '?'), ', ')
      FROM json_each(doc, '$.spec.metrics') m), '<none>') AS "TARGETS",
  coalesce(doc ->> '$.spec.minReplicas', '<unset>') AS "MINPODS", doc ->> '$.spec.maxReplicas' AS "MAXPODS",
  coalesce(doc ->> '$.status.currentReplicas', 0) AS "REPLICAS", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
