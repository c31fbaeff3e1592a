-- Non-terminated Pods
SELECT p.namespace AS "Namespace", p.name AS "Name",
  coalesce(sum(s.cpu_request), 0) || 'm' AS "CPU Requests", coalesce(sum(s.cpu_limit), 0) || 'm' AS "CPU Limits",
  coalesce(sum(s.memory_request), 0) / 1048576 || 'Mi' AS "Memory Requests", coalesce(sum(s.memory_limit), 0) / 1048576 || 'Mi' AS "Memory Limits",
  coalesce(age(:now - p.created), '<unknown>') AS "AGE", p.object
FROM temp.chosen c JOIN objects o ON o.id = c.object
JOIN pods p ON p.node = o.name AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed')
LEFT JOIN container_specs s ON s.namespace = p.namespace AND s.pod = p.name AND s.list = 'containers'
GROUP BY p.namespace, p.name
ORDER BY p.namespace, p.name
