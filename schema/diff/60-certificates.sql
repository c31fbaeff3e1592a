-- Certificates
SELECT key, path, value FROM (
  SELECT node || ': ' || path AS key, 'valid_until' AS path, iso(not_after) AS value FROM certificates WHERE not_after IS NOT NULL
  UNION ALL SELECT node || ': ' || path, 'subject', subject FROM certificates WHERE subject IS NOT NULL
  UNION ALL SELECT node || ': ' || path, 'serial', serial FROM certificates WHERE serial IS NOT NULL
)
ORDER BY 1, 2
