SELECT name AS "NAME",
  coalesce((SELECT CASE c.value ->> '$.status' WHEN 'True' THEN 'Ready' ELSE 'NotReady' END
      FROM json_each(doc, '$.status.conditions') c WHERE c.value ->> '$.type' = 'Ready'), 'Unknown')
    || CASE WHEN doc ->> '$.spec.unschedulable' THEN ',SchedulingDisabled' ELSE '' END AS "STATUS",
  (SELECT coalesce(group_concat(role, ','), '<none>') FROM (
    SELECT substr(key, 25) AS role FROM json_each(doc, '$.metadata.labels') WHERE key GLOB 'node-role.kubernetes.io/?*'
    UNION
    SELECT value FROM json_each(doc, '$.metadata.labels') WHERE key = 'kubernetes.io/role' AND value <> ''
    ORDER BY 1)) AS "ROLES",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  doc ->> '$.status.nodeInfo.kubeletVersion' AS "VERSION",
  coalesce((SELECT a.value ->> '$.address' FROM json_each(doc, '$.status.addresses') a WHERE a.value ->> '$.type' = 'InternalIP'), '<none>') AS "INTERNAL-IP (wide)",
  coalesce((SELECT a.value ->> '$.address' FROM json_each(doc, '$.status.addresses') a WHERE a.value ->> '$.type' = 'ExternalIP'), '<none>') AS "EXTERNAL-IP (wide)",
  coalesce(nullif(doc ->> '$.status.nodeInfo.osImage', ''), '<unknown>') AS "OS-IMAGE (wide)",
  coalesce(nullif(doc ->> '$.status.nodeInfo.kernelVersion', ''), '<unknown>') AS "KERNEL-VERSION (wide)",
  coalesce(nullif(doc ->> '$.status.nodeInfo.containerRuntimeVersion', ''), '<unknown>') AS "CONTAINER-RUNTIME (wide)",
  object
FROM picked
ORDER BY name
