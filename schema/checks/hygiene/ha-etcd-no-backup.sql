/*
id: ha-etcd-no-backup
title:
  en: "Unknown whether etcd is backed up: no sign of a backup was found"
  zh: "无法确认 etcd 是否有备份：未发现备份迹象"
detail:
  en: "Neither a CronJob, nor a systemd timer or cron file of the nodes that run etcd speaks of a snapshot. It may well be done from elsewhere."
  zh: "CronJob 以及运行 etcd 的节点上的 systemd 定时器和 cron 文件中都没有提到快照。备份也可能在其他地方进行。"
severity: info
confidence: possible
advice: true
needs: [cronjobs, [etcd_nodes], ["capture:nodes/*/host/systemctl-units.txt", "capture:nodes/*/host/crontabs.txt"]]
why:
  en: >-
    A snapshot of etcd is the only way back when its data are lost or damaged on all members, or when somebody deletes a namespace. A bundle cannot prove
    that there is none: it may be taken from another host or by the cloud.
  zh: >-
    当所有成员的数据丢失或损坏，或误删命名空间时，etcd 快照是唯一的恢复手段。采集包无法证明没有备份：备份可能由其他主机或云平台完成。
fix:
  - en: "Take one now, keep it off this machine, and do it by a timer"
    zh: "现在就做一次快照，保存到其他机器，并设置定时任务"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key snapshot save /root/etcd-$(date +%F).db"
    on: "{node}"
  - en: "Try to restore it, once, elsewhere"
    zh: "在其他环境实际验证一次恢复"
    run: "ETCDCTL_API=3 etcdctl snapshot status /root/etcd-$(date +%F).db -w table"
    on: "{node}"
verify: "ls -l /root/etcd-*.db"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/"]
*/
WITH
signs AS (
  SELECT 1 FROM workloads WHERE kind = 'CronJob' AND (name REGEXP '(?i)etcd.*(backup|snap)|(backup|snap).*etcd'
    OR (SELECT o.json FROM objects o WHERE o.id = workloads.object) REGEXP 'snapshot save|etcd-?(backup|snapshot)')
  UNION ALL
  SELECT 1 FROM workloads WHERE kind = 'Deployment' AND name REGEXP '(?i)velero|etcd-?backup|etcdbr|kasten'
  UNION ALL
  SELECT 1 FROM files f JOIN lines l ON l.file = f.id
  WHERE (f.path GLOB 'nodes/*/host/systemctl-units.txt' AND l.text REGEXP '(?i)^\S*(etcd\S*(backup|snap)|(backup|snap)\S*etcd|k8s-?backup|kube\S*backup)\S*\.(timer|service)')
    OR (f.path GLOB 'nodes/*/host/crontabs.txt' AND l.text REGEXP '(?i)etcd|k8s.?backup|kube.*backup|velero')
    OR (f.path GLOB 'nodes/*/host/ps.txt' AND l.text REGEXP 'etcd-snapshot-schedule-cron|etcdctl .*snapshot save')
  UNION ALL
  -- k3s and rke2 take snapshots by themselves.
  SELECT 1 FROM node_units WHERE unit IN ('rke2-server.service', 'k3s.service') AND active = 'active'
),
looked AS (
  SELECT f.id AS file, f.node, f.path FROM files f
  WHERE f.path GLOB 'nodes/*/host/systemctl-units.txt' OR f.path GLOB 'nodes/*/host/crontabs.txt'
)
SELECT 'cluster' AS subject, l.file, 0 AS line, 'no line of it speaks of a backup of etcd' AS text, l.node
FROM looked l JOIN etcd_nodes e ON e.node = l.node
WHERE NOT EXISTS (SELECT 1 FROM signs)
ORDER BY l.path;
