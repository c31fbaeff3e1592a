-- The log of a container: what the API server gave before what lies on the node; there, the run before the last has the number before.
WITH runs AS (
  SELECT first_log, last_log, lines, role, coalesce(container, '') AS container, path,
    role = 'container-log-previous' OR path GLOB '*-previous.log' OR path GLOB '*/previous.log' AS previous,
    CAST(rx('/([0-9]+)\.log[^/]*$', path, 1) AS INTEGER) AS number
  FROM files
  WHERE namespace = :ns AND pod = :pod AND (:container IS NULL OR container = :container) AND role LIKE '%log%' AND role NOT LIKE '%errors'
    AND state <> 'skipped'
)
SELECT coalesce(first_log, 0), coalesce(last_log, -1), path
FROM runs
WHERE CASE WHEN :previous THEN previous OR number < (SELECT max(number) FROM runs)
  ELSE NOT previous END
ORDER BY role NOT LIKE 'container-log%', number DESC, lines DESC, path
LIMIT 1
