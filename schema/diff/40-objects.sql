-- Objects
-- What an object asks for. Not what lives from moment to moment: events, leases, endpoints, status, what the API server and
-- controllers keep of an object; nor what a controller makes (pods of a Deployment, its ReplicaSets): their owner tells. Static pods
-- have their node as owner and count.
WITH made AS (
  SELECT o.id FROM objects o JOIN json_each(o.json, '$.metadata.ownerReferences') r
  WHERE json_valid(o.json) AND o.kind IN ('Pod', 'ReplicaSet', 'ControllerRevision', 'Job')
    AND r.value ->> '$.controller' = 1 AND r.value ->> '$.kind' <> 'Node'
)
SELECT key, path, value FROM (
  SELECT o.kind || ' ' || coalesce(o.namespace || '/', '') || o.name AS key, substr(t.fullkey, 3) AS path,
    CASE WHEN o.kind = 'Secret' AND t.fullkey GLOB '$.data.*' THEN '(secret)' ELSE CAST(t.atom AS TEXT) END AS value
  FROM objects o, json_tree(o.json) t
  WHERE o.kind NOT IN ('Event', 'Lease', 'Endpoints', 'EndpointSlice', 'ComponentStatus', 'CSINode', 'PodMetrics', 'NodeMetrics') AND json_valid(o.json)
    AND o.id NOT IN (SELECT id FROM made)
    AND t.atom IS NOT NULL
    AND t.fullkey NOT GLOB '$.status*' AND t.fullkey NOT GLOB '$.metadata.managedFields*'
    AND NOT (o.kind = 'Node' AND t.fullkey GLOB '$.spec.taints*')
    AND t.fullkey NOT IN ('$.metadata.resourceVersion', '$.metadata.uid', '$.metadata.generation', '$.metadata.creationTimestamp', '$.metadata.selfLink',
      '$.apiVersion', '$.kind', '$.metadata.annotations."kubectl.kubernetes.io/last-applied-configuration"',
      '$.metadata.annotations."control-plane.alpha.kubernetes.io/leader"', '$.metadata.annotations."deployment.kubernetes.io/revision"',
      '$.metadata.annotations."deprecated.daemonset.template.generation"')
    AND t.fullkey NOT GLOB '$.metadata.ownerReferences*.uid'
  UNION ALL
  -- Taints that the control plane sets by conditions are told by these.
  SELECT 'Node ' || o.name, 'spec.taints ' || (t.value ->> '$.key') || ':' || (t.value ->> '$.effect'), coalesce(t.value ->> '$.value', '')
  FROM objects o, json_each(o.json, '$.spec.taints') t
  WHERE o.kind = 'Node' AND json_valid(o.json) AND t.value ->> '$.key' NOT GLOB 'node.kubernetes.io/*'
)
ORDER BY 1, 2
