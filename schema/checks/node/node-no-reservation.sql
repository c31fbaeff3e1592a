/*
id: node-no-reservation
title:
  en: "{who} nothing for kubelet and the system"
  zh: "{who_zh}没有为 kubelet 和系统预留资源"
detail:
  en: "{names}. For example {node}: CPU {cpu}m of {cpu_capacity}m allocatable, memory {memory_mb} of {memory_capacity_mb} MiB.{configured}"
  zh: "{names}。例如 {node}：CPU 可分配 {cpu}m，总量 {cpu_capacity}m；内存可分配 {memory_mb} MiB，总量 {memory_capacity_mb} MiB。{configured_zh}"
severity: info
advice: true
needs: [nodes]
causes:
  - {check: system-oom, when: same-node}
  - {check: node-memory-pressure, when: same-node}
why:
  en: >-
    Pods may take all of the node: when they do, kubelet, the runtime and sshd starve with them, and the kernel kills whom it
    likes. The 100 MiB by which memory usually differs are the eviction threshold, no reservation.
  zh: >-
    Pod 可以占满整个节点：此时 kubelet、容器运行时和 sshd 会一起陷入资源不足，由内核决定杀死谁。
    内存通常相差的 100 MiB 是驱逐阈值，并不是预留。
fix:
  - en: "Reserve for both in kubelet's configuration (a start: cpu 100m and memory 512Mi each), then restart kubelet. Pods that no longer fit are evicted"
    zh: "在 kubelet 配置中为两者预留（可从 cpu 100m、内存 512Mi 起），然后重启 kubelet。放不下的 Pod 会被驱逐"
    run: "grep -qE '^(kube|system)Reserved:' /var/lib/kubelet/config.yaml || printf 'kubeReserved: {cpu: 100m, memory: 512Mi}\\nsystemReserved: {cpu: 100m, memory: 512Mi}\\n' >> /var/lib/kubelet/config.yaml; systemctl restart kubelet"
    on: "{names}"
verify: "kubectl get nodes -o custom-columns=NAME:.metadata.name,CAPACITY:.status.capacity,ALLOCATABLE:.status.allocatable"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/"]
*/
WITH
configs AS (
  SELECT f.node, d.file, d.json FROM files f JOIN documents d ON d.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/*configz.json'
),
bare AS (
  SELECT n.*, row_number() OVER (ORDER BY n.name) AS nth FROM nodes n
  WHERE n.cpu > 0 AND n.cpu = n.cpu_allocatable AND n.memory - n.memory_allocatable <= 104857600
    AND NOT EXISTS (SELECT 1 FROM configs c WHERE c.node = n.name
      AND (json_type(c.json, '$.kubeletconfig.kubeReserved') = 'object' OR json_type(c.json, '$.kubeletconfig.systemReserved') = 'object'))
),
-- One piece of advice, however many nodes it is about.
counted AS (
  SELECT count(*) AS n, (SELECT count(*) FROM nodes) AS total,
    (SELECT group_concat(name, ', ') FROM (SELECT name FROM bare WHERE nth <= 5 ORDER BY nth))
      || CASE WHEN count(*) > 5 THEN ', +' || (count(*) - 5) ELSE '' END AS names
  FROM bare
)
SELECT CASE WHEN c.n = 1 THEN 'node/' || b.name ELSE 'cluster' END AS subject, b.file,
  json_line(o.json, o.line, o.json ->> '$.status.allocatable.cpu') AS line, b.name AS node, c.names,
  CASE WHEN c.n = 1 THEN 'Node ' || b.name || ' reserves' ELSE c.n || ' of ' || c.total || ' nodes reserve' END AS who,
  CASE WHEN c.n = 1 THEN '节点 ' || b.name || ' ' ELSE c.total || ' 个节点中有 ' || c.n || ' 个' END AS who_zh,
  b.cpu_allocatable AS cpu, b.cpu AS cpu_capacity, b.memory_allocatable / 1048576 AS memory_mb, b.memory / 1048576 AS memory_capacity_mb,
  CASE WHEN EXISTS (SELECT 1 FROM configs x WHERE x.node = b.name AND x.json ->> '$.kubeletconfig.cgroupsPerQOS' = 0)
      THEN ' cgroupsPerQOS is off, so nothing can be enforced.'
    WHEN EXISTS (SELECT 1 FROM configs x WHERE x.node = b.name) THEN ' Its configuration has neither kubeReserved nor systemReserved.' ELSE '' END AS configured,
  CASE WHEN EXISTS (SELECT 1 FROM configs x WHERE x.node = b.name AND x.json ->> '$.kubeletconfig.cgroupsPerQOS' = 0)
      THEN 'cgroupsPerQOS 已关闭，无法强制执行预留。'
    WHEN EXISTS (SELECT 1 FROM configs x WHERE x.node = b.name) THEN '其配置中既没有 kubeReserved 也没有 systemReserved。' ELSE '' END AS configured_zh
FROM bare b JOIN objects o ON o.id = b.object, counted c
ORDER BY b.nth, b.file, 3;
