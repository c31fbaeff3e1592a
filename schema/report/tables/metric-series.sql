-- The 20 kubelet metrics with most series of each node; nodes with most series first.
WITH
ranked AS (
  SELECT node, name, series, share, reflector,
    row_number() OVER (PARTITION BY node ORDER BY series DESC, name) AS n, count(*) OVER (PARTITION BY node) AS names,
    sum(series) OVER (PARTITION BY node) AS total, sum(series * reflector) OVER (PARTITION BY node) AS reflectors
  FROM v_metric_series WHERE component = 'kubelet' AND node IS NOT NULL
)
SELECT node AS "group node", total AS "head-count series", reflectors AS "head-count reflector_series",
  name AS "code metric", series AS "count-bar series", share AS "percent share", names AS "total"
FROM ranked WHERE n <= 20
ORDER BY total DESC, node, n
