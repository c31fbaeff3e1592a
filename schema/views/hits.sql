-- Log lines that matched a signature, with all that a check asks about them.
CREATE VIEW hits AS
SELECT h.signature, h.captures, l.id AS log, l.file, l.line, l.ts, l.level, l.text,
  f.path, f.node, f.unit, f.namespace, f.pod, f.container
FROM log_hits h JOIN log_lines l ON l.id = h.log JOIN files f ON f.id = l.file;
