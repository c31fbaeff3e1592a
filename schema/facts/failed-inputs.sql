-- What could not be captured of the input :x (an entry of `needs`) while other parts of it were: "path (error), ...". Nodes that were
-- not reached are told by unseen-nodes.sql, lists of objects by unread-lists.sql. NULL when there is nothing.
SELECT group_concat(path || ' (' || error || ')', ', ') FROM (
  SELECT c.path, c.error
  FROM captures c
  WHERE c.state IN ('failed', 'skipped') AND c.error IS NOT NULL AND c.path IS NOT NULL
    AND CASE
      WHEN :x GLOB 'log:*' THEN c.path LIKE '%/' || substr(:x, 5) || '.log'
      WHEN :x GLOB 'capture:*' THEN c.path GLOB substr(:x, 9) END
    AND NOT EXISTS (SELECT 1 FROM node_access a WHERE a.node = c.node AND NOT a.reached)
  ORDER BY c.path
  LIMIT 4
)
