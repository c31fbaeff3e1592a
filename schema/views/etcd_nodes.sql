-- Nodes on which etcd belongs, and where its data lie: its --data-dir, else /var/lib/etcd; with the file system that holds it.
CREATE VIEW etcd_nodes AS
WITH
dirs AS (
  SELECT c.node, c.state, coalesce(
    (SELECT rx('--data-dir[= ](/[^ "]+)', p.args, 1) FROM node_processes p
     WHERE p.node = c.node AND p.args REGEXP '(^|/)etcd ' AND p.args LIKE '%--data-dir%' ORDER BY p.pid LIMIT 1), '/var/lib/etcd') AS data_dir
  FROM node_components c WHERE c.component = 'etcd'
)
SELECT node, state, data_dir, device, mount, fstype, bytes, available, use_percent, inodes, inodes_percent, file, line
FROM (
  SELECT d.node, d.state, d.data_dir, k.device, k.mount, k.fstype, k.bytes, k.available, k.use_percent, k.inodes, k.inodes_percent, k.file, k.line,
    row_number() OVER (PARTITION BY d.node ORDER BY length(k.mount) DESC, k.line DESC) AS n
  FROM dirs d LEFT JOIN node_disks k ON k.node = d.node
    AND (k.mount = '/' OR k.mount = d.data_dir OR substr(d.data_dir, 1, length(k.mount) + 1) = k.mount || '/')
)
WHERE n = 1;
