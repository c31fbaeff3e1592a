-- What ages are relative to: when the last list of objects had been read, else the bundle's time. A collection takes a while, and
-- what happened meanwhile is in it.
SELECT max(t) FROM (
  SELECT ts AS t FROM bundle_time
  UNION ALL
  SELECT max(c.started + coalesce(c.ms, 0) * 1000) FROM captures c JOIN files f ON f.id = c.file JOIN lists l ON l.file = f.id
)
