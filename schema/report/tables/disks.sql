-- File systems of the nodes, those of nodes nearest to full first.
WITH
real AS (
  SELECT node, mount, device, bytes, available, use_percent / 100.0 AS used, inodes_percent / 100.0 AS inodes
  FROM node_disks
  WHERE bytes > 0 AND device NOT IN ('tmpfs', 'devtmpfs', 'shm', 'overlay', 'udev', 'squashfs') AND mount NOT LIKE '/var/lib/kubelet/pods/%'
    AND device NOT LIKE '/dev/loop%snap%'
),
ranked AS (
  SELECT *, max(max(coalesce(used, 0), coalesce(inodes, 0))) OVER (PARTITION BY node) AS worst, count(*) OVER (PARTITION BY node) AS total,
    row_number() OVER (PARTITION BY node ORDER BY max(coalesce(used, 0), coalesce(inodes, 0)) DESC, mount, device) AS n
  FROM real
)
SELECT node AS "group node", worst AS "head-percent fullest", mount AS "code mount", bytes AS "size size", available AS "size available",
  used AS "percent-bar blocks", inodes AS "percent-bar inodes", total AS "total"
FROM ranked WHERE n <= 10
ORDER BY worst DESC, node, n
