-- Why there is no log of a container.
SELECT reason FROM (
  SELECT error AS reason, 0 AS rank FROM captures
  WHERE state IN ('failed', 'skipped', 'absent') AND error IS NOT NULL
    AND path GLOB '*/' || :ns || '/' || :pod || '/' || coalesce(:container, '*') || CASE WHEN :previous THEN '-previous*' ELSE '[.-]*' END
    AND (path GLOB '*-previous*') = :previous
  UNION ALL
  SELECT 'the pod is not in the bundle', 1 WHERE EXISTS (SELECT 1 FROM lists WHERE resource = 'pods' AND coalesce(namespace, :ns) = :ns)
    AND NOT EXISTS (SELECT 1 FROM pods WHERE namespace = :ns AND name = :pod)
  UNION ALL
  SELECT 'the container has not been started again', 2 FROM container_statuses
  WHERE :previous AND namespace = :ns AND pod = :pod AND (:container IS NULL OR name = :container) AND restarts = 0
  UNION ALL
  SELECT 'the container waits: ' || waiting_reason, 3 FROM container_statuses
  WHERE NOT :previous AND namespace = :ns AND pod = :pod AND (:container IS NULL OR name = :container) AND waiting_reason IS NOT NULL
  UNION ALL
  SELECT error, 4 FROM captures
  WHERE state = 'failed' AND error IS NOT NULL AND path IN ('cluster-resources/namespaces.json', 'cluster-info/cluster_version.json')
    AND NOT EXISTS (SELECT 1 FROM lists)
)
ORDER BY rank
LIMIT 1
