-- The labels of one object, as --show-labels has them.
SELECT coalesce(group_concat(key || '=' || value, ','), '<none>')
FROM (SELECT l.key, l.value FROM objects o, json_each(o.json, '$.metadata.labels') l WHERE o.id = :object ORDER BY l.key)
