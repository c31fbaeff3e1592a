-- Allocated resources
SELECT r.resource AS "Resource", r.requests || r.unit || coalesce(' (' || (r.requests * 100 / nullif(r.allocatable, 0)) || '%)', '') AS "Requests",
  r.limits || r.unit || coalesce(' (' || (r.limits * 100 / nullif(r.allocatable, 0)) || '%)', '') AS "Limits", 0 AS object
FROM (
  SELECT 1 AS place, 'cpu' AS resource, coalesce(sum(s.cpu_request), 0) AS requests, coalesce(sum(s.cpu_limit), 0) AS limits, n.cpu_allocatable AS allocatable, 'm' AS unit
  FROM temp.chosen c JOIN nodes n ON n.object = c.object
  JOIN pods p ON p.node = n.name AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed')
  JOIN container_specs s ON s.namespace = p.namespace AND s.pod = p.name AND s.list = 'containers'
  UNION ALL
  SELECT 2, 'memory', coalesce(sum(s.memory_request), 0) / 1048576, coalesce(sum(s.memory_limit), 0) / 1048576, n.memory_allocatable / 1048576, 'Mi'
  FROM temp.chosen c JOIN nodes n ON n.object = c.object
  JOIN pods p ON p.node = n.name AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed')
  JOIN container_specs s ON s.namespace = p.namespace AND s.pod = p.name AND s.list = 'containers'
) r
WHERE r.allocatable IS NOT NULL
ORDER BY r.place
