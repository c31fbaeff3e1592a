-- What a node has used up of its kernel's limits: inotify, cgroups, processes, open files. `used` NULL: the kernel does not tell.
CREATE VIEW node_limits AS
SELECT f.node, 'inotify instances' AS what,
  (SELECT sum(CAST(field(u.text, 1) AS INTEGER)) FROM files g JOIN lines u ON u.file = g.id
   WHERE g.node = f.node AND g.path GLOB '*nodes/*/host/inotify.txt') AS used,
  CAST(field(l.text, 2) AS INTEGER) AS max, l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.path GLOB '*nodes/*/host/file-nr.txt' AND l.text LIKE 'inotify/max_user_instances %'
UNION ALL
SELECT f.node, 'inotify watches', NULL, CAST(field(l.text, 2) AS INTEGER), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.path GLOB '*nodes/*/host/file-nr.txt' AND l.text LIKE 'inotify/max_user_watches %'
UNION ALL
SELECT f.node, 'open files', CAST(field(l.text, 2) AS INTEGER), CAST(field(l.text, 4) AS INTEGER), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.path GLOB '*nodes/*/host/file-nr.txt' AND l.text LIKE 'file-nr %'
UNION ALL
-- Version 1 of cgroups numbers memory cgroups with 16 bits.
SELECT node, 'memory cgroups', cgroups, 65535, file, line FROM node_cgroups WHERE controller = 'memory'
UNION ALL
SELECT f.node, 'transient scopes run-*', (SELECT count(*) FROM lines r WHERE r.file = f.id AND r.text GLOB 'run-r*.scope*'),
  NULL, f.id, coalesce((SELECT min(r.line) FROM lines r WHERE r.file = f.id AND r.text GLOB 'run-r*.scope*'), 0)
FROM files f WHERE f.role = 'systemctl-units'
UNION ALL
-- pid-limits.txt: pid_max, threads-max, number of processes. Threads count against both.
SELECT f.node, CASE l.line WHEN 1 THEN 'threads (pid_max)' ELSE 'threads (threads-max)' END,
  coalesce((SELECT sum(max(p.threads, 1)) FROM node_processes p WHERE p.node = f.node),
    (SELECT CAST(t.text AS INTEGER) FROM lines t WHERE t.file = f.id AND t.line = 3)),
  CAST(l.text AS INTEGER), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.path GLOB '*nodes/*/host/pid-limits.txt' AND l.line <= 2 AND l.text REGEXP '^[0-9]+$';
