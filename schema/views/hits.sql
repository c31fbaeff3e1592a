-- Log lines that matched a signature, with all that a check asks about them. `copy`: the same container's log was had from the API,
-- too, so this one from the node's disk must not be counted again.
CREATE VIEW hits AS
SELECT h.signature, h.captures, l.id AS log, l.file, l.line, l.ts, l.level, l.text,
  f.path, f.role, f.node, f.unit, f.namespace, f.pod, f.container,
  f.role = 'pod-log' AND EXISTS (SELECT 1 FROM files a WHERE a.role = 'container-log' AND a.namespace = f.namespace
    AND a.pod = f.pod AND a.container = f.container AND a.lines > 0) AS copy
FROM log_hits h JOIN log_lines l ON l.id = h.log JOIN files f ON f.id = l.file;
