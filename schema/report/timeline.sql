-- Lanes of the drawing of what happened, and the marks in them. The window begins a little before the first fault that is found, an hour
-- before the bundle was collected where there is none or it is older than a week, is no shorter than five minutes, and ends with the bundle.
WITH
faults AS (
  SELECT f.id, f.first_seen, f.severity, f.check_id, coalesce(t.title, f.title) AS title, r.rank, f.last_seen
  FROM findings f JOIN checks c ON c.id = f.check_id AND NOT c.advice
  LEFT JOIN root_causes r ON r.finding = f.id
  LEFT JOIN finding_texts t ON t.finding = f.id AND t.lang = :lang
  WHERE f.severity <> 'info' AND f.first_seen IS NOT NULL
),
first AS (
  SELECT coalesce((SELECT min(first_seen) FROM faults WHERE first_seen BETWEEN :now - 7 * 86400000000 AND :now),
                  :now - 3600000000) AS ts
),
window AS (SELECT min(ts - (:now - ts) / 12, :now - 300000000) AS lo, max(:now, coalesce((SELECT max(last_seen) FROM faults), :now)) AS hi FROM first),
things AS (
  SELECT 1 AS place, 'finding' AS kind, title AS lane, rank IS NULL AS later, rank, first_seen AS ts, coalesce(last_seen, first_seen) AS until_ts,
    severity AS level, title AS text, id AS finding
  FROM faults
  UNION ALL
  SELECT 2, 'node', node, 0, NULL, ts, ts, CASE level WHEN 'info' THEN 'fine' ELSE level END, what, NULL FROM v_timeline WHERE source = 'condition'
  UNION ALL
  SELECT 3, 'restart', substr(subject, 5), 0, NULL, ts, ts, level, what, NULL FROM v_timeline WHERE source = 'restart'
  UNION ALL
  SELECT 4, 'event', substr(what, 1, instr(what || ':', ':') - 1), level = 'info', NULL, ts, coalesce(until_ts, ts), level, subject || ' ' || what, NULL
  FROM v_timeline WHERE source = 'event'
),
seen AS (
  SELECT t.*, (SELECT lo FROM window) AS lo, (SELECT hi FROM window) AS hi FROM things t
  WHERE (t.ts BETWEEN (SELECT lo FROM window) AND (SELECT hi FROM window))
     OR (t.ts < (SELECT lo FROM window) AND t.until_ts BETWEEN (SELECT lo FROM window) AND (SELECT hi FROM window))
     OR (t.place = 1 AND t.ts < (SELECT lo FROM window))
),
lanes AS (
  SELECT place, lane, min(rank) AS rank, min(later) AS later, min(ts) AS first, count(*) AS marks,
    row_number() OVER (PARTITION BY place ORDER BY min(later), min(rank), count(*) DESC, min(ts), lane) AS n
  FROM seen GROUP BY place, lane
)
SELECT kind, lane, ts, until_ts, level, text, finding, lo, hi FROM (
  SELECT s.kind, s.lane, s.ts, s.until_ts, s.level, s.text, s.finding, s.lo, s.hi, s.place, l.n,
    row_number() OVER (PARTITION BY s.place, s.lane ORDER BY s.ts, s.until_ts, s.text, s.finding) AS m
  FROM seen s JOIN lanes l ON l.place = s.place AND l.lane = s.lane
  WHERE l.n <= CASE s.place WHEN 1 THEN 20 ELSE 12 END
)
WHERE m <= 60
ORDER BY place, n, m
