-- ReplicaSets
SELECT r.name AS "Name", r.desired AS "Desired", r.current AS "Current", r.ready AS "Ready", age(:now - r.created) AS "Age", r.object
FROM temp.chosen c JOIN objects o ON o.id = c.object JOIN workloads r ON r.kind = 'ReplicaSet' AND r.owner_uid = o.uid
ORDER BY r.created DESC, r.name
