/*
id: kubelet-not-running
title:
  en: "kubelet on {node} is not running"
  zh: "节点 {node} 上的 kubelet 没有运行"
detail:
  en: "{what}{last_words}"
  zh: "{what_zh}{last_words}"
severity: critical
confidence: certain
needs: [node_units]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
  - {check: static-control-plane-not-starting, when: same}
  - {check: pod-stuck-containercreating, when: pod-on-node}
why:
  en: >-
    kubelet is the node's only voice: when it stops, the control plane waits 40 to 50 seconds and then calls the node
    NotReady with every condition Unknown. Containers keep running, but nobody restarts, probes or replaces them here, and after
    five minutes their pods are evicted. A kubelet that dies and is restarted every few seconds can leave its node Ready.
  zh: >-
    kubelet 是节点与控制面之间唯一的通道。它停止后，控制面等待 40 到 50 秒，就会把节点标记为 NotReady，所有状态变为 Unknown。
    容器仍在运行，但没有人再探测、重启或更新它们，五分钟后其 Pod 会被驱逐。如果 kubelet 每隔几秒崩溃并被重新拉起，节点可能仍显示 Ready。
fix:
  - en: "Start it"
    zh: "启动它"
    run: "systemctl unmask {service}; systemctl start {service}"
    on: "{node}"
    if: masked
  - en: "Start it"
    zh: "启动它"
    run: "systemctl start {service}"
    on: "{node}"
    if: startable
  - en: "When it does not stay up, its last E or F line is the reason (swap, cgroup driver, unknown flag, certificate, runtime socket)"
    zh: "如果启动后又退出，最后的 E 或 F 行日志就是原因（swap、cgroup 驱动、未知参数、证书、运行时 socket）"
    run: "journalctl -u {service} -n 200 --no-pager | grep -E ' [EF][0-9]{4} |failed to run|Error:' | tail -n 20"
    on: "{node}"
  - en: "Make it start at boot"
    zh: "设置开机自启"
    run: "systemctl enable {service}"
    on: "{node}"
verify: "systemctl is-active kubelet && kubectl get node {node}"
*/
WITH
units AS (
  SELECT u.*, replace(u.unit, '.service', '') AS service,
    (SELECT count(*) FROM hits h WHERE h.signature = 'kubelet-exited' AND h.node = u.node AND h.ts > :now - 600000000) AS exits,
    (SELECT max(h.ts) FROM hits h WHERE h.signature = 'kubelet-exited' AND h.node = u.node) AS last_exit
  FROM node_units u
),
kubelets AS (
  SELECT *, row_number() OVER (PARTITION BY node ORDER BY unit = 'kubelet.service' DESC, unit) AS n FROM units
  WHERE unit IN ('kubelet.service', 'kubelet-wrapper.service', 'snap.kubelet.daemon.service', 'origin-node.service',
    'atomic-openshift-node.service') AND load <> 'not-found'
),
-- A unit nobody ever used (the package of kubeadm on a machine that is no node) is no fault.
used AS (
  SELECT k.* FROM kubelets k
  WHERE k.n = 1 AND (EXISTS (SELECT 1 FROM nodes n WHERE n.name = k.node)
    OR k.enabled IN ('enabled', 'enabled-runtime') OR k.active <> 'inactive'
    OR EXISTS (SELECT 1 FROM files f WHERE f.node = k.node AND f.unit = 'kubelet' AND f.lines > 1))
    -- k3s, RKE2, MicroK8s carry their kubelet inside of another unit.
    AND NOT EXISTS (SELECT 1 FROM node_units o WHERE o.node = k.node AND o.active = 'active'
      AND o.unit IN ('k3s.service', 'k3s-agent.service', 'rke2-server.service', 'rke2-agent.service', 'snap.microk8s.daemon-kubelite.service'))
),
sick AS (
  SELECT *, CASE
      WHEN load = 'masked' AND active NOT IN ('active', 'reloading') THEN 'masked'
      WHEN active IN ('failed', 'deactivating') THEN active
      WHEN active = 'inactive' THEN 'inactive'
      WHEN active = 'activating' AND sub = 'auto-restart' THEN 'restarting'
      -- Unless what runs now was started later and stays.
      WHEN exits >= 3 AND last_exit > :now - 180000000
        AND NOT (active = 'active' AND started > last_exit AND started < :now - 20000000) THEN 'restarting'
    END AS how
  FROM used
),
told AS (
  SELECT s.*,
    CASE how
      WHEN 'inactive' THEN 'The unit is inactive (' || coalesce(sub, 'dead') || '): it was stopped, or never started; nothing will start it again by itself.'
      WHEN 'masked' THEN 'The unit is masked, so nothing can start it.'
      WHEN 'failed' THEN 'The unit has failed (' || coalesce(result, '?') || ') and systemd does not try again.'
      WHEN 'deactivating' THEN 'The unit is being stopped.'
      WHEN 'restarting' THEN 'It dies and systemd starts it again: ' || max(coalesce(restarts, 0), exits) || ' restarts.'
    END AS what,
    CASE how
      WHEN 'inactive' THEN '服务处于 inactive（' || coalesce(sub, 'dead') || '）：被停止或从未启动，不会自行恢复。'
      WHEN 'masked' THEN '服务被屏蔽（masked），无法启动。'
      WHEN 'failed' THEN '服务已失败（' || coalesce(result, '?') || '），systemd 不再重试。'
      WHEN 'deactivating' THEN '服务正在停止。'
      WHEN 'restarting' THEN '进程反复退出并被 systemd 拉起：已重启 ' || max(coalesce(restarts, 0), exits) || ' 次。'
    END AS what_zh,
    (SELECT h.log FROM hits h WHERE h.signature = 'kubelet-fatal' AND h.node = s.node ORDER BY h.log DESC LIMIT 1) AS fatal
  FROM sick s WHERE how IS NOT NULL
),
evidence AS (
  SELECT t.node, 0 AS seq, t.file, t.line, NULL AS text, NULL AS ts FROM told t
  UNION ALL
  SELECT t.node, 1, h.file, h.line, h.text, NULL
  FROM told t JOIN hits h ON h.log = t.fatal
  UNION ALL
  SELECT node, 2, file, line, text, ts FROM (
    SELECT h.node, h.file, h.line, h.text, CASE WHEN t.how IN ('inactive', 'failed') THEN h.ts END AS ts,
      row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest
    FROM told t JOIN hits h ON h.node = t.node AND h.signature IN ('kubelet-stopped', 'kubelet-exited'))
  WHERE newest = 1
)
SELECT 'node/' || t.node AS subject, e.file, e.line, e.text, e.ts, t.node, t.service, t.how = 'masked' AS masked, t.how <> 'masked' AS startable, t.what, t.what_zh,
  coalesce(' ' || (SELECT substr(h.text, instr(h.text, '] ') + 2, 300) FROM hits h WHERE h.log = t.fatal AND t.how <> 'inactive'), '') AS last_words
FROM told t JOIN evidence e ON e.node = t.node
ORDER BY t.node, e.seq, e.file, e.line;
