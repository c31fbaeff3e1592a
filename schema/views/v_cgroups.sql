-- cgroups of each controller on each node. Memory cgroups are numbered with 16 bits, so there can be 65535 of them, those that wait
-- for their last page to be freed included; the other controllers have no limit of their own (NULL).
CREATE VIEW v_cgroups AS
SELECT c.node, c.controller, c.cgroups, CASE c.controller WHEN 'memory' THEN 65535 END AS allowed,
  CASE c.controller WHEN 'memory' THEN round(c.cgroups / 65535.0, 4) END AS share, f.path, c.line
FROM node_cgroups c LEFT JOIN files f ON f.id = c.file;
