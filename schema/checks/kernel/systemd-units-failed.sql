/*
id: systemd-units-failed
title:
  en: "Units that this node needs have failed on {node}: {units}"
  zh: "节点 {node} 上所需的服务已失败：{units}"
severity: warning
confidence: certain
needs: [["capture:nodes/*/host/systemctl-failed.txt", "capture:nodes/*/host/systemctl-units.txt"]]
causes:
  - {check: time-sync-off, when: same}
why:
  en: >-
    systemd tried and gave up. Listed is only what a node lives on: network, names, time, storage clients, firewall, kernel modules, snaps of Kubernetes. kubelet, the
    runtimes and the control plane have diagnoses of their own; what a node can do without (cloud-init, wait-online, package updates) is left out.
  zh: >-
    systemd 已放弃重试。这里只列出节点依赖的服务：网络、域名、时间、存储客户端、防火墙、内核模块、Kubernetes 的 snap。
    kubelet、容器运行时和控制面另有诊断；节点不依赖的服务（cloud-init、wait-online、软件更新）不计在内。
fix:
  - en: "Their last words"
    zh: "查看它们的最后日志"
    run: "systemctl status --no-pager -n 20 {first}; journalctl -u {first} -n 50 --no-pager"
    on: "{node}"
  - en: "Mend it, then start it again"
    zh: "修复后重新启动"
    run: "systemctl reset-failed {first}; systemctl restart {first}"
    on: "{node}"
verify: "systemctl list-units --failed --no-pager"
*/
WITH
listed AS (
  SELECT f.node, ltrim(field(l.text, 1), '●* ') AS unit, l.file, l.line, row_number() OVER (PARTITION BY f.node, field(l.text, 1) ORDER BY f.path) AS k
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/systemctl-*' AND f.path REGEXP '/systemctl-(failed|units)\.txt$'
    AND ' ' || replace(l.text, '● ', '') || ' ' REGEXP '^\s+\S+\.(service|mount|swap|socket)\s+\S+\s+failed\s'
),
vital AS (
  SELECT *, row_number() OVER (PARTITION BY node ORDER BY unit) AS n FROM listed
  WHERE k = 1
    AND unit REGEXP '^(NetworkManager|systemd-(networkd|resolved|timesyncd|modules-load|sysctl|udevd|logind|journald)|networking|network|chronyd?|ntpd?|ntpsec|dbus|dbus-broker|sshd?|firewalld|ufw|nftables|iptables|iscsid|open-iscsi|multipathd|rpcbind|rpc-statd|nfs-client|nfs-blkmap|ceph.*|glusterd|flanneld|keepalived|haproxy|nginx|node-problem-detector|nvidia-persistenced|open-vm-tools|vmtoolsd|snap\..*|var-lib-(kubelet|containerd|docker|etcd).*)\.'
    AND unit NOT REGEXP 'wait-online|^snap\.(snapd|lxd|canonical-livepatch)'
    AND NOT (unit REGEXP '^snap\.(kube|microk8s|etcd|docker)' AND unit REGEXP '(kubelet|kubelite|containerd|apiserver|scheduler|controller-manager|etcd|dockerd|dqlite)\.')
)
SELECT 'node/' || v.node AS subject, v.file, v.line, v.node, (SELECT unit FROM vital f WHERE f.node = v.node AND f.n = 1) AS first,
  (SELECT group_concat(unit, ', ') FROM (SELECT unit FROM vital f WHERE f.node = v.node ORDER BY n LIMIT 8)) AS units
FROM vital v WHERE v.n <= 10
ORDER BY v.node, v.n;
