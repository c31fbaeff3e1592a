-- The subject under which a sick pod is reported: the workload that made it, so that thirty replicas are one finding.
-- Checks ask for few pods of many: CROSS JOIN keeps SQLite from beginning with the workloads.
CREATE VIEW pod_subjects AS
SELECT p.namespace, p.name AS pod, p.node, p.owner_kind,
  CASE
    WHEN p.owner_kind IS NULL OR p.owner_kind = 'Node' THEN 'pod/' || p.namespace || '/' || p.name
    WHEN w.owner_kind IS NOT NULL THEN lower(w.owner_kind) || '/' || p.namespace || '/' || w.owner_name
    -- A ReplicaSet that is not in the bundle: a Deployment's carries the hash that its pods are labelled with.
    WHEN p.owner_kind = 'ReplicaSet' AND json_extract(p.labels, '$."pod-template-hash"') IS NOT NULL
      AND p.owner_name LIKE '%-' || json_extract(p.labels, '$."pod-template-hash"')
      THEN 'deployment/' || p.namespace || '/' || substr(p.owner_name, 1,
        length(p.owner_name) - length(json_extract(p.labels, '$."pod-template-hash"')) - 1)
    ELSE lower(p.owner_kind) || '/' || p.namespace || '/' || p.owner_name
  END AS subject
FROM pods p
LEFT JOIN workloads w ON w.namespace = p.namespace AND w.kind = p.owner_kind AND w.name = p.owner_name
  AND w.owner_kind IS NOT NULL;
