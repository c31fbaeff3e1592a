-- Lines of nodes' logs that matched a signature, with what a check asks of all of them together: `newest` and `oldest` count from 1
-- at the end and at the beginning of the node's lines of that signature, `hits` is their number.
CREATE VIEW node_hits AS
SELECT h.signature, h.node, h.unit, h.captures, h.log, h.file, h.line, h.ts, h.text,
  row_number() OVER (PARTITION BY h.signature, h.node ORDER BY h.log DESC) AS newest,
  row_number() OVER (PARTITION BY h.signature, h.node ORDER BY h.log) AS oldest,
  count(*) OVER (PARTITION BY h.signature, h.node) AS hits,
  min(h.ts) OVER (PARTITION BY h.signature, h.node) AS first_ts,
  max(h.ts) OVER (PARTITION BY h.signature, h.node) AS last_ts
FROM hits h WHERE h.node IS NOT NULL;
