-- Workloads that have an earlier revision, to which `kubectl rollout undo` can go back.
CREATE VIEW earlier_revisions AS
SELECT 'deployment/' || namespace || '/' || owner_name AS subject FROM workloads
WHERE kind = 'ReplicaSet' AND owner_kind = 'Deployment' GROUP BY namespace, owner_name HAVING count(*) >= 2
UNION ALL
SELECT lower(json ->> '$.metadata.ownerReferences[0].kind') || '/' || namespace || '/' || (json ->> '$.metadata.ownerReferences[0].name')
FROM objects
WHERE kind = 'ControllerRevision' AND json ->> '$.metadata.ownerReferences[0].kind' IN ('DaemonSet', 'StatefulSet')
GROUP BY 1 HAVING count(*) >= 2;
