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
