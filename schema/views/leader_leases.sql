-- Who leads the controller manager and the scheduler, and since when nobody renewed it. Lease objects; before 1.20 an annotation
-- of an Endpoints or ConfigMap object. The newest record counts: the others are left over from before an upgrade.
-- `age` is in µs at the moment the record was read, the holder's clock error taken out; NULL when that moment is not known.
CREATE VIEW leader_leases AS
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
  SELECT r.component, r.holder, r.duration_s, r.renewed, r.file, r.object,
    json_line(o.json, o.line, coalesce(json_extract(o.json, '$.spec.renewTime'),
      json_extract(o.json, '$.metadata.annotations."control-plane.alpha.kubernetes.io/leader"'))) AS line,
    (SELECT a.node FROM node_access a
     WHERE a.node = substr(r.holder, 1, instr(r.holder || '_', '_') - 1)
        OR a.hostname = substr(r.holder, 1, instr(r.holder || '_', '_') - 1) LIMIT 1) AS access_node,
    (SELECT n.name FROM nodes n WHERE n.name = substr(r.holder, 1, instr(r.holder || '_', '_') - 1)) AS object_node,
    -- Bundles of others do not say when they read what: some when they began; else it was not before the newest renewal of any lease.
    coalesce((SELECT max(c.started) FROM captures c WHERE c.file = r.file),
      (SELECT us(value) FROM bundle WHERE key = 'taken_from'),
      (SELECT max(l.renewed) FROM leases l WHERE (SELECT value FROM bundle WHERE key = 'kind') <> 'sickbay')) AS seen
  FROM newest r JOIN objects o ON o.id = r.object
  WHERE r.n = 1 AND coalesce(r.holder, '') <> ''
)
SELECT component, holder, coalesce(access_node, object_node) AS node, duration_s, renewed, seen,
  seen - renewed + coalesce((SELECT a.clock_offset_us FROM node_access a WHERE a.node = access_node), 0) AS age,
  file, line
FROM held;
