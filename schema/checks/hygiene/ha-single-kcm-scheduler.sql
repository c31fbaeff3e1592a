/*
id: ha-single-kcm-scheduler
title:
  en: "{component} runs on {running} of {planes} control-plane nodes"
  zh: "{component} 只运行在 {planes} 个控制平面节点中的 {running} 个上"
severity: info
confidence: likely
advice: true
needs: [nodes, pods]
why:
  en: >-
    Instances of the controller manager and the scheduler wait for the leader's lease and take over within seconds. With fewer of them than
    control-plane nodes, the wrong node's end leaves the cluster without one although other control-plane nodes live.
  zh: >-
    controller-manager 和 scheduler 的备用实例会等待主实例的租约，几秒内即可接管。如果实例数少于控制平面节点数，
    恰好失去运行它的节点时，即使其他控制平面节点正常，集群也没有可用的实例。
fix:
  - en: "Run it on every control-plane node, with leader election on (the default)"
    zh: "在每个控制平面节点上运行，并启用选主（默认启用）"
    run: "kubectl -n kube-system get pods -l component={component} -o wide"
verify: "kubectl -n kube-system get pods -l component={component} -o wide"
*/
WITH
planes AS (SELECT DISTINCT node FROM control_plane_nodes),
names(component) AS (VALUES ('kube-controller-manager'), ('kube-scheduler')),
running AS (
  SELECT n.component, p.node, p.file, json_line(o.json, p.line, p.name) AS line FROM names n JOIN pods p
    ON p.component = n.component OR p.k8s_app = n.component OR p.name GLOB n.component || '-*' OR p.name GLOB 'openshift-' || n.component || '-*'
  JOIN objects o ON o.id = p.object
  WHERE p.node IN (SELECT node FROM planes) AND p.phase = 'Running'
  UNION ALL
  SELECT component, node, file, line FROM node_components WHERE component IN (SELECT component FROM names) AND state = 'running' AND file IS NOT NULL
),
counted AS (SELECT component, count(DISTINCT node) AS n FROM running GROUP BY component)
-- None at all is an outage, or they are not seen.
SELECT 'deployment/kube-system/' || c.component AS subject, r.file, r.line, r.node, c.component, c.n AS running, (SELECT count(*) FROM planes) AS planes
FROM counted c JOIN running r USING (component)
WHERE (SELECT count(*) FROM planes) >= 2 AND c.n < (SELECT count(*) FROM planes)
ORDER BY c.component, r.node, r.file, r.line;
