-- node_units from `systemctl show`: blocks of Key=Value, one a unit, parted by empty lines; keys in systemd's own order.
CREATE TEMP TABLE show_lines AS
SELECT f.node, l.file, l.line, substr(l.text, 1, instr(l.text, '=') - 1) AS k, substr(l.text, instr(l.text, '=') + 1) AS v,
  sum(l.text = '') OVER (PARTITION BY l.file ORDER BY l.line) AS block
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'systemctl-show';

INSERT INTO node_units (node, unit, load, active, sub, result, exit_status, restarts, started, enabled, file, line)
SELECT node,
  max(CASE k WHEN 'Id' THEN v END),
  max(CASE k WHEN 'LoadState' THEN v END),
  max(CASE k WHEN 'ActiveState' THEN v END),
  max(CASE k WHEN 'SubState' THEN v END),
  max(CASE k WHEN 'Result' THEN v END),
  max(CASE k WHEN 'ExecMainStatus' THEN CAST(v AS INTEGER) END),
  max(CASE k WHEN 'NRestarts' THEN CAST(v AS INTEGER) END),
  -- "Mon 2026-11-23 19:40:09 UTC": the zone is UTC where the collector asked for it; another zone's name is not resolved.
  -- By the node's clock, as its log lines are.
  max(CASE WHEN k = 'ExecMainStartTimestamp' AND v LIKE '% UTC' THEN us(replace(substr(v, 5, 19), ' ', 'T') || 'Z') END)
    - coalesce((SELECT c.shift FROM clock_shifts c WHERE c.node = show_lines.node), 0),
  max(CASE k WHEN 'UnitFileState' THEN v END),
  file,
  -- The line a reader wants to see: the state.
  coalesce(max(CASE k WHEN 'ActiveState' THEN line END), min(line))
FROM show_lines
WHERE k <> ''
GROUP BY node, file, block
HAVING max(CASE k WHEN 'Id' THEN v END) IS NOT NULL;

DROP TABLE show_lines;
DROP TABLE clock_shifts;

-- troubleshoot.sh's host collector of services: [{"Unit", "Load", "Active", "Sub"}].
INSERT INTO node_units (node, unit, load, active, sub, file, line)
SELECT f.node, u.value ->> '$.Unit', u.value ->> '$.Load', u.value ->> '$.Active', u.value ->> '$.Sub', d.file,
  json_line(d.json, 1, u.value ->> '$.Unit')
FROM files f JOIN documents d ON d.file = f.id JOIN json_each(d.json) u
WHERE f.role = 'services-json' AND f.node IS NOT NULL AND json_valid(d.json) AND u.type = 'object' AND u.value ->> '$.Unit' IS NOT NULL;
