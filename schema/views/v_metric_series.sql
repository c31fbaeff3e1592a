-- How many series each metric of each component has, largest first by ORDER BY series DESC, name. `reflector` is 1 for reflector_*,
-- of which kubelets of 1.7 to 1.11 made new ones for every watch that was begun anew, and never let go of any. `share` is the part of
-- all series of the component on that node; `line` is where the first one stands.
CREATE VIEW v_metric_series AS
WITH sums AS (
  SELECT node, component, name, sum(series) AS series, CASE WHEN sum(series) = 1 THEN max(value) END AS value, file, min(line) AS line
  FROM metrics GROUP BY node, component, name, file
)
SELECT s.node, s.component, s.name, s.series, s.name GLOB 'reflector_*' AS reflector,
  round(s.series * 1.0 / sum(s.series) OVER (PARTITION BY s.node, s.component), 4) AS share, s.value, f.path, s.line
FROM sums s LEFT JOIN files f ON f.id = s.file;
