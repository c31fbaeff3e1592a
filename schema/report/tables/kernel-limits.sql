-- inotify and cgroups of each node against the kernel's limits; nodes nearest to one first.
WITH
holders AS (
  SELECT node, group_concat(process || ' (' || used || ')', ',') AS processes FROM (
    SELECT node, process, used FROM v_inotify WHERE process IS NOT NULL ORDER BY node, used DESC, process)
  GROUP BY node
),
every AS (
  SELECT i.node, i.what, i.used, i.allowed, i.share, CASE i.what WHEN 'inotify instances' THEN h.processes END AS holders, 1 AS place,
    CASE i.what WHEN 'inotify instances' THEN 'limit.instances' ELSE 'limit.watches' END AS word
  FROM v_inotify i LEFT JOIN holders h ON h.node = i.node WHERE i.process IS NULL
  UNION ALL
  SELECT node, controller, cgroups, allowed, share, NULL, 2, 'limit.cgroups|' || controller FROM v_cgroups
),
ranked AS (
  SELECT *, max(share) OVER (PARTITION BY node) AS worst, count(*) OVER (PARTITION BY node) AS total,
    row_number() OVER (PARTITION BY node ORDER BY place, share IS NULL, share DESC, used DESC, what) AS n
  FROM every
)
SELECT node AS "group node", worst AS "head-percent highest", word AS "word limit_of", used AS "count used", allowed AS "count allowed",
  share AS "percent-bar of_limit", holders AS "list used_by", total AS "total"
FROM ranked WHERE n <= 20
ORDER BY worst DESC, node, n
