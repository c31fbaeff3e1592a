-- Lists of the resource :x that could not be gathered or read: "pods/kube-system (forbidden), ...". NULL when all were.
SELECT group_concat(what, ', ') FROM (
  SELECT CASE WHEN n > 4 THEN '… (' || of || ')' ELSE resource || coalesce('/' || namespace, '') || coalesce(' (' || short || ')', '') END AS what
  FROM (
    SELECT resource, namespace, substr(replace(trim(why), char(10), ' '), 1, 200) AS short, row_number() OVER (ORDER BY namespace) AS n,
      count(*) OVER () AS of
    FROM unread_lists WHERE resource = :x)
  WHERE n <= 5
  ORDER BY n
)
