-- inotify on each node: what its kernel allows, what is in use, and by whom (`process` NULL: the node as a whole). max_user_instances
-- is a limit for each user; nearly all that is in use here is root's. The kernel does not tell how many watches are in use.
CREATE VIEW v_inotify AS
SELECT l.node, l.what, NULL AS process, l.used, l.max AS allowed, round(l.used * 1.0 / l.max, 4) AS share, f.path, l.line
FROM node_limits l LEFT JOIN files f ON f.id = l.file
WHERE l.what LIKE 'inotify %'
UNION ALL
SELECT f.node, 'inotify instances', field(l.text, 2) || ' ' || field(l.text, 3), CAST(field(l.text, 1) AS INTEGER), NULL, NULL, f.path, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.path GLOB '*nodes/*/host/inotify.txt' AND l.text REGEXP '^\s*[0-9]+\s+\S+\s+[0-9]+$';
