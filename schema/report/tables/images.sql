-- The 20 largest images of each node; nodes where most could be reclaimed first. (analyze/report/tables.c reads the names of columns.)
WITH
ranked AS (
  SELECT node, source, image, bytes, reclaimable, containers, pods, path, line,
    row_number() OVER (PARTITION BY node ORDER BY bytes DESC, image, line) AS n,
    count(*) OVER (PARTITION BY node) AS images, sum(bytes) OVER (PARTITION BY node) AS total,
    sum(reclaimable) OVER (PARTITION BY node) AS waste
  FROM v_images
)
SELECT node AS "group node", images AS "head-count images", total AS "head-size together", waste AS "head-size reclaimable",
  image AS "code image", bytes AS "size-bar size", reclaimable AS "size reclaimable", pods AS "list used_by", images AS "total"
FROM ranked WHERE n <= 20
ORDER BY waste DESC, total DESC, node, n
