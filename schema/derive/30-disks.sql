-- node_disks from df -P (with -T where df knows it: seven columns, the second is the type) and df -Pi. Sizes are in 1 KiB blocks.
-- What has more than 15 digits is no size: it would overflow.
INSERT INTO node_disks (node, device, mount, fstype, bytes, used, available, use_percent, file, line)
SELECT f.node,
  rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 1),
  rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 7),
  rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 2),
  1024 * CAST(rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 3) AS INTEGER),
  1024 * CAST(rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 4) AS INTEGER),
  1024 * CAST(rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 5) AS INTEGER),
  CAST(rx('^(.+?)\s+(?:([a-z][\w.]*)\s+)?(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+(/.*)$', l.text, 6) AS INTEGER),
  l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'df' AND l.text REGEXP '^.+?\s+(?:[a-z][\w.]*\s+)?\d{1,15}\s+\d{1,15}\s+-?\d{1,15}\s+\d{1,9}%\s+/';

UPDATE node_disks SET (inodes, inodes_free, inodes_percent) = (
  SELECT CAST(rx('\s(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+/', l.text, 1) AS INTEGER),
    CAST(rx('\s(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+/', l.text, 3) AS INTEGER),
    CAST(rx('\s(\d{1,15})\s+(\d{1,15})\s+(-?\d{1,15})\s+(\d{1,9})%\s+/', l.text, 4) AS INTEGER)
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.role = 'df-inodes' AND f.node = node_disks.node
    AND l.text REGEXP '\s\d{1,15}\s+\d{1,15}\s+-?\d{1,15}\s+\d{1,9}%\s+/' AND rx('%\s+(/.*)$', l.text, 1) = node_disks.mount
  LIMIT 1);

-- troubleshoot.sh's host collector diskUsage: {"total_bytes", "used_bytes"}. The mount is not told, only what the collector is called.
INSERT INTO node_disks (node, device, mount, bytes, used, available, use_percent, file, line)
SELECT node, NULL, name, total, used, total - used, (used * 100 + total - 1) / total, file, line
FROM (
  SELECT f.node, rx('([^/]+)\.json$', f.path, 1) AS name, d.json ->> '$.total_bytes' AS total, d.json ->> '$.used_bytes' AS used, d.file,
    json_key(d.json, 1, 'used_bytes') AS line
  FROM files f JOIN documents d ON d.file = f.id
  WHERE f.role = 'disk-json' AND f.node IS NOT NULL AND json_valid(d.json)
    AND json_type(d.json, '$.total_bytes') = 'integer' AND json_type(d.json, '$.used_bytes') = 'integer'
)
WHERE total BETWEEN 1 AND 1 << 50 AND used BETWEEN 0 AND total;
