-- At most three addresses are shown.
WITH address AS (
  SELECT p.object, row_number() OVER (PARTITION BY p.object ORDER BY s.key, t.key, a.key) AS place,
    CASE WHEN a.value ->> '$.ip' GLOB '*:*' AND t.value IS NOT NULL THEN '[' || (a.value ->> '$.ip') || ']' ELSE a.value ->> '$.ip' END
      || coalesce(':' || (t.value ->> '$.port'), '') AS text
  FROM picked p, json_each(p.doc, '$.subsets') s, json_each(s.value, '$.addresses') a LEFT JOIN json_each(s.value, '$.ports') t
)
SELECT namespace AS "NAMESPACE", name AS "NAME",
  coalesce((SELECT group_concat(text, ',') FROM (SELECT text FROM address a WHERE a.object = p.object AND place <= 3 ORDER BY place)), '<none>')
    || CASE WHEN (SELECT count(*) FROM address a WHERE a.object = p.object) > 3
      THEN ' + ' || ((SELECT count(*) FROM address a WHERE a.object = p.object) - 3) || ' more...' ELSE '' END AS "ENDPOINTS",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked p ORDER BY namespace, name
