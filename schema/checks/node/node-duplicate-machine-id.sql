/*
id: node-duplicate-machine-id
title:
  en: "Nodes {others} have the same {what}"
  zh: "节点 {others} 的 {what} 相同"
detail:
  en: "{what} {id}"
  zh: "{what} 均为 {id}"
severity: warning
confidence: certain
needs: [nodes]
causes:
  - {check: pod-network-cross-node-broken, when: cluster}
why:
  en: >-
    They are copies of one disk image. What names a machine by its id then takes two for one: DHCP gives both one address, overlay networks such as Weave
    take them for one peer, and journals and monitoring mix them up.
  zh: >-
    这些机器由同一磁盘镜像克隆而来。依赖机器标识的程序会把两台当成一台：DHCP 分配同一地址，Weave 等网络插件认为是同一个节点，
    日志和监控数据也会混在一起。
fix:
  - en: "Give all but one of them a new machine-id, then reboot"
    zh: "除一台外，为其余机器生成新的 machine-id，然后重启"
    run: "rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup && reboot"
    on: "{node}"
  - en: "Same UUID or MAC address: change it in the hypervisor; and empty /etc/machine-id in the image"
    zh: "UUID 或 MAC 相同：在虚拟化平台修改；并在镜像中清空 /etc/machine-id"
verify: "kubectl get nodes -o 'custom-columns=NAME:.metadata.name,MACHINE:.status.nodeInfo.machineID,UUID:.status.nodeInfo.systemUUID'"
*/
WITH
ids AS (
  SELECT n.name AS node, 'machine-id' AS what, n.machine_id AS id, n.file, json_line(o.json, o.line, n.machine_id) AS line FROM nodes n JOIN objects o ON o.id = n.object
  UNION ALL
  -- Some hypervisors give one UUID to all machines; where machine-ids differ that is a hint only.
  SELECT n.name, 'system UUID', n.system_uuid, n.file, json_line(o.json, o.line, n.system_uuid) FROM nodes n JOIN objects o ON o.id = n.object
  WHERE n.system_uuid IS NOT n.machine_id
),
shared AS (
  SELECT i.*, count(*) OVER (PARTITION BY what, id) AS nodes, row_number() OVER (PARTITION BY what, id ORDER BY node) AS n
  FROM ids i WHERE coalesce(id, '') <> '' AND id NOT REGEXP '^[0F-]+$'
)
SELECT 'node/' || (SELECT min(m.node) FROM shared m WHERE m.what = s.what AND m.id = s.id) AS subject, s.file, s.line, s.node, s.what, s.id,
  (SELECT group_concat(node, ', ') FROM (SELECT node FROM shared m WHERE m.what = s.what AND m.id = s.id ORDER BY node LIMIT 8)) AS others,
  CASE s.what WHEN 'machine-id' THEN 'warning' ELSE 'info' END AS severity
FROM shared s
WHERE s.nodes > 1 AND NOT (s.what = 'system UUID' AND EXISTS (SELECT 1 FROM shared m WHERE m.node = s.node AND m.what = 'machine-id' AND m.nodes > 1))
ORDER BY 1, s.n DESC, s.what, s.file, s.line;
