-- What kubelet and the attach controller say of the volumes of pods that still wait for them: the events of each pod. `volume` is the
-- name in the message. `lasting`: said again and again, or over a minute at least; a few right after scheduling are normal. What is
-- said once an attempt (an attach that is refused) a check judges by its age instead.
CREATE VIEW volume_failures AS
SELECT s.subject, p.namespace, p.name AS pod, p.node, p.volumes, e.reason, e.message, e.first_seen, e.last_seen,
  rx('for volume "([^"]+)"', e.message, 1) AS volume,
  coalesce(e.count >= 3 OR e.last_seen - e.first_seen >= 60000000, 0) AS lasting,
  e.file, json_line(o.json, o.line, e.message) AS line,
  row_number() OVER (PARTITION BY s.subject, e.reason ORDER BY e.last_seen DESC, e.file, e.line) AS newest
FROM events e
CROSS JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
CROSS JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
CROSS JOIN objects o ON o.id = e.object
WHERE e.object_kind = 'Pod' AND e.reason IN ('FailedMount', 'FailedAttachVolume', 'FailedMapVolume')
  AND p.phase = 'Pending' AND p.deleted IS NULL;
