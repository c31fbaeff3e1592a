-- leader_leases: who leads the controller manager and the scheduler, and since when nobody renewed it. Lease objects; before 1.20 an
-- annotation of an Endpoints or ConfigMap object. The newest record counts: the others are left over from before an upgrade.
INSERT INTO leader_leases (component, holder, node, duration_s, renewed, seen, age, file, line)
WITH records AS (
  SELECT name AS component, holder, coalesce(duration_s, 15) AS duration_s, renewed, file, line, object
  FROM leases WHERE namespace IN ('kube-system', 'openshift-kube-scheduler') AND name IN ('kube-controller-manager', 'kube-scheduler')
  UNION ALL
  SELECT name, json_extract(leader, '$.holderIdentity'), coalesce(json_extract(leader, '$.leaseDurationSeconds'), 15),
    us(json_extract(leader, '$.renewTime')), file, line, id
  FROM (SELECT name, json_extract(json, '$.metadata.annotations."control-plane.alpha.kubernetes.io/leader"') AS leader,
      file, line, id
    FROM objects WHERE kind IN ('Endpoints', 'ConfigMap') AND namespace IN ('kube-system', 'openshift-kube-scheduler')
      AND name IN ('kube-controller-manager', 'kube-scheduler'))
  WHERE json_valid(leader)
),
newest AS (
  SELECT *, row_number() OVER (PARTITION BY component ORDER BY renewed DESC, object) AS n FROM records WHERE renewed IS NOT NULL
),
held AS (
  SELECT r.component, r.holder, r.duration_s, r.renewed, r.file, r.object, substr(r.holder, 1, instr(r.holder || '_', '_') - 1) AS host,
    f.bundle, b.kind, b.time AS bundle_time,
    json_line(o.json, o.line, coalesce(json_extract(o.json, '$.spec.renewTime'),
      json_extract(o.json, '$.metadata.annotations."control-plane.alpha.kubernetes.io/leader"'))) AS line
  FROM newest r JOIN objects o ON o.id = r.object JOIN files f ON f.id = r.file LEFT JOIN bundles b ON b.id = f.bundle
  WHERE r.n = 1 AND coalesce(r.holder, '') <> ''
),
-- Bundles of others seldom say when they read what. What others renewed in the same list was renewed before it was read.
others AS (
  SELECT h.component, l.holder, substr(l.holder, 1, instr(l.holder || '_', '_') - 1) AS host, l.renewed FROM held h JOIN leases l ON l.file = h.file AND l.holder <> h.holder
  UNION ALL
  SELECT component, json_extract(leader, '$.holderIdentity'),
    substr(json_extract(leader, '$.holderIdentity'), 1, instr(json_extract(leader, '$.holderIdentity') || '_', '_') - 1),
    us(json_extract(leader, '$.renewTime'))
  FROM (SELECT h.component, h.holder, json_extract(o.json, '$.metadata.annotations."control-plane.alpha.kubernetes.io/leader"') AS leader
    FROM held h JOIN objects o ON o.file = h.file AND o.kind IN ('Endpoints', 'ConfigMap')
      AND instr(o.json, 'control-plane.alpha.kubernetes.io/leader') > 0)
  WHERE json_valid(leader) AND json_extract(leader, '$.holderIdentity') <> holder
),
-- The newest that two of them confirm, as one alone may have a wrong clock; of one alone, that.
witness AS (
  SELECT component, renewed FROM (
    SELECT component, renewed, row_number() OVER (PARTITION BY component ORDER BY renewed DESC, holder) AS n,
      count(*) OVER (PARTITION BY component) AS of
    FROM (SELECT component, holder, max(renewed) AS renewed FROM others WHERE renewed IS NOT NULL AND holder <> '' GROUP BY component, holder))
  WHERE n = min(of, 2)
),
placed AS (
  SELECT h.*,
    (SELECT a.node FROM node_access a WHERE a.node = h.host OR a.hostname = h.host LIMIT 1) AS access_node,
    (SELECT n.name FROM nodes n WHERE n.name = h.host) AS object_node,
    -- When it was read: our own captures tell; other tools may say when they began.
    coalesce((SELECT max(c.started) FROM captures c WHERE c.file = h.file),
      CASE WHEN h.kind = 'sickbay' THEN us(h.bundle_time) END,
      (SELECT us(value) FROM bundle WHERE key = CASE h.bundle WHEN 1 THEN 'taken_from' ELSE 'bundle' || h.bundle || '.taken_from' END)) AS read_at,
    w.renewed AS witnessed,
    -- A whole host may have gone silent at once; somebody elsewhere who renewed as late shows that the list was read then.
    EXISTS (SELECT 1 FROM others o WHERE o.component = h.component AND o.host <> h.host AND o.renewed >= h.renewed - 4 * h.duration_s * 1000000)
      OR (SELECT ts FROM bundle_time) - h.renewed <= 4 * h.duration_s * 1000000 AS elsewhere
  FROM held h LEFT JOIN witness w USING (component)
)
SELECT component, holder, coalesce(access_node, object_node) AS node, duration_s, renewed, coalesce(read_at, witnessed) AS seen,
  CASE
    WHEN read_at IS NULL AND NOT elsewhere AND witnessed - renewed <= 4 * duration_s * 1000000 THEN NULL
    ELSE coalesce(read_at, witnessed) - renewed + coalesce((SELECT a.clock_offset_us FROM node_access a WHERE a.node = access_node), 0)
  END AS age,
  file, line
FROM placed;
