-- Why controllers could not create pods: FailedCreate events, and the condition ReplicaFailure, which stays when the event is gone.
-- `subject` is the workload that a person made. An event is over when its workload has all the pods that it wants.
CREATE VIEW creation_failures AS
WITH
told AS (
  SELECT e.object_kind AS kind, e.object_namespace AS namespace, e.object_name AS name, e.message, e.first_seen, e.last_seen,
    e.count, e.file, json_line(o.json, o.line, e.message) AS line, 1 AS event
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.reason = 'FailedCreate'
    AND NOT EXISTS (SELECT 1 FROM workloads w WHERE w.kind = e.object_kind AND w.namespace = e.object_namespace AND w.name = e.object_name
      AND w.kind <> 'Job' AND w.current >= w.desired)
  UNION ALL
  SELECT w.kind, w.namespace, w.name, c.value ->> '$.message', us(c.value ->> '$.lastTransitionTime'), NULL, NULL, w.file,
    json_line(o.json, o.line, c.value ->> '$.message'), 0
  FROM workloads w JOIN objects o ON o.id = w.object, json_each(CASE WHEN json_valid(w.conditions) THEN w.conditions ELSE '[]' END) c
  WHERE c.value ->> '$.type' = 'ReplicaFailure' AND c.value ->> '$.status' = 'True'
)
SELECT t.*,
  CASE
    WHEN w.owner_kind IS NOT NULL THEN lower(w.owner_kind) || '/' || t.namespace || '/' || w.owner_name
    ELSE lower(t.kind) || '/' || t.namespace || '/' || t.name END AS subject
FROM told t LEFT JOIN workloads w ON w.kind = t.kind AND w.namespace = t.namespace AND w.name = t.name
-- An event may be about anything, a node too: workloads have a namespace.
WHERE t.message IS NOT NULL AND t.kind IS NOT NULL AND t.namespace IS NOT NULL AND t.name IS NOT NULL;
