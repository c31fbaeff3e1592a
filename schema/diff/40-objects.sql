-- Objects
-- Not what lives from moment to moment: events, leases, endpoints, status, and what the API server keeps of an object.
SELECT o.kind || ' ' || coalesce(o.namespace || '/', '') || o.name AS key, substr(t.fullkey, 3) AS path, CAST(t.atom AS TEXT) AS value
FROM objects o, json_tree(o.json) t
WHERE o.kind NOT IN ('Event', 'Lease', 'Endpoints', 'EndpointSlice', 'ComponentStatus', 'CSINode') AND json_valid(o.json)
  AND t.atom IS NOT NULL
  AND t.fullkey NOT GLOB '$.status*' AND t.fullkey NOT GLOB '$.metadata.managedFields*'
  AND t.fullkey NOT IN ('$.metadata.resourceVersion', '$.metadata.uid', '$.metadata.generation', '$.metadata.creationTimestamp', '$.metadata.selfLink',
    '$.apiVersion', '$.kind', '$.metadata.annotations."kubectl.kubernetes.io/last-applied-configuration"',
    '$.metadata.annotations."control-plane.alpha.kubernetes.io/leader"', '$.metadata.annotations."deployment.kubernetes.io/revision"')
  AND t.fullkey NOT GLOB '$.metadata.ownerReferences*.uid'
ORDER BY 1, 2
