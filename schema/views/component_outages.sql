-- kube-controller-manager and kube-scheduler where neither does its work: no instance runs, or nobody renews the lease. One row a piece
-- of evidence, the most telling first (seq); what, what_zh tell how it stands.
CREATE VIEW component_outages AS
WITH
sick AS (
  SELECT component, node, how, state, manifest FROM node_components
  WHERE component IN ('kube-controller-manager', 'kube-scheduler') AND state IN ('down', 'stopped')
),
-- Without leader election the record is old and means nothing.
lease AS (
  SELECT l.component, l.holder, l.node, l.renewed, l.duration_s, l.file, l.line, l.age
  FROM leader_leases l
  WHERE NOT EXISTS (SELECT 1 FROM node_processes p
      WHERE p.args LIKE '%' || l.component || '%' AND p.args LIKE '%--leader-elect=false%')
),
stale AS (
  SELECT * FROM lease WHERE age > 4 * duration_s * 1000000
),
-- Or it may be: nobody knows when it was read.
fresh AS (
  SELECT * FROM lease WHERE age <= duration_s * 1000000 OR age IS NULL
),
-- Where: on each node where it should run and does not; else where its last leader ran.
places AS (
  SELECT s.component, s.node, s.how, s.state, s.manifest FROM sick s
  WHERE EXISTS (SELECT 1 FROM stale l WHERE l.component = s.component)
    OR (NOT EXISTS (SELECT 1 FROM node_components r WHERE r.component = s.component AND r.state = 'running')
      AND NOT EXISTS (SELECT 1 FROM fresh l WHERE l.component = s.component
        AND (l.node IS NULL OR l.node NOT IN (SELECT node FROM sick x WHERE x.component = s.component))))
  UNION ALL
  SELECT l.component, l.node, NULL, 'stale', NULL FROM stale l WHERE NOT EXISTS (SELECT 1 FROM sick s WHERE s.component = l.component)
),
told AS (
  SELECT p.component, coalesce('node/' || p.node, 'cluster') AS subject, p.node,
    CASE p.state
      WHEN 'stopped' THEN 'On ' || p.node || ' its process is frozen (stopped by a signal, or its container is paused).'
      WHEN 'stale' THEN 'Its last leader ' || l.holder || ' last renewed its lease at ' || iso(l.renewed) || ', and nobody took it over.'
      ELSE CASE
        WHEN p.how = 'unit' THEN 'On ' || p.node || ' its systemd unit is not active and no process of it exists.'
        WHEN p.manifest = 0 THEN 'On ' || p.node || ' no process or running container of it exists, and its manifest is not in /etc/kubernetes/manifests.'
        ELSE 'On ' || p.node || ' no process or running container of it exists.' END
    END AS what,
    CASE p.state
      WHEN 'stopped' THEN '节点 ' || p.node || ' 上的进程被冻结（收到停止信号，或容器被暂停）。'
      WHEN 'stale' THEN '最后的主实例 ' || l.holder || ' 在 ' || iso(l.renewed) || ' 之后没有再续租，也没有实例接替。'
      ELSE CASE
        WHEN p.how = 'unit' THEN '节点 ' || p.node || ' 上的 systemd 服务不是 active 状态，也没有对应的进程。'
        WHEN p.manifest = 0 THEN '节点 ' || p.node || ' 上没有对应的进程或运行中的容器，/etc/kubernetes/manifests 里也没有它的清单。'
        ELSE '节点 ' || p.node || ' 上没有对应的进程或运行中的容器。' END
    END AS what_zh
  FROM places p LEFT JOIN stale l ON l.component = p.component
),
evidence AS (
  SELECT component, node, seq, file, line, text FROM component_evidence
  UNION ALL
  SELECT component, node, 4, file, line, text FROM moved_manifests
  UNION ALL
  SELECT h.unit, h.node, 6, h.file, h.line, h.text FROM (
    SELECT unit, node, file, line, text, row_number() OVER (PARTITION BY unit, node ORDER BY log DESC) AS newest
    FROM hits WHERE signature = 'leader-lost' AND node IS NOT NULL) h
  WHERE h.newest = 1
)
SELECT t.component, t.subject, e.seq, e.file, e.line, e.text, t.node, t.what, t.what_zh
FROM told t JOIN evidence e ON e.component = t.component AND e.node = t.node
UNION ALL
SELECT t.component, t.subject, 0, l.file, l.line, NULL, t.node, t.what, t.what_zh
FROM told t JOIN lease l ON l.component = t.component AND l.age > l.duration_s * 1000000;
