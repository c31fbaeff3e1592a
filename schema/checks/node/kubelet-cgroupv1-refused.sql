/*
id: kubelet-cgroupv1-refused
title:
  en: "kubelet on {node} refuses to start on a host with cgroup version 1"
  zh: "节点 {node} 上的 kubelet 拒绝在 cgroup v1 主机上启动"
detail:
  en: "Said {hits} time(s), the last at {last_at}."
  zh: "共出现 {hits} 次，最后一次在 {last_at}。"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
why:
  en: >-
    failCgroupV1 is true unless set since 1.35, and could be set since 1.31. Hosts that boot the old hierarchy are CentOS and RHEL 7 and 8, Ubuntu
    20.04, or newer ones with systemd.unified_cgroup_hierarchy=0 on the kernel's command line.
  zh: >-
    failCgroupV1 自 1.35 起默认为 true，1.31 起可以设置。仍使用旧层级的主机有 CentOS/RHEL 7 和 8、Ubuntu 20.04，
    或内核命令行带有 systemd.unified_cgroup_hierarchy=0 的较新系统。
fix:
  - en: "Boot with version 2 (the runtime and the applications must know it: Java 8u372, 11.0.16 or newer)"
    zh: "改用 v2 启动（运行时和应用需要支持：Java 8u372、11.0.16 或更高）"
    run: "grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1 2>/dev/null || { sed -i 's/systemd.unified_cgroup_hierarchy=0//; s/^GRUB_CMDLINE_LINUX=\"/&systemd.unified_cgroup_hierarchy=1 /' /etc/default/grub && update-grub; }; systemctl reboot"
    on: "{node}"
  - en: "To gain time: failCgroupV1: false in kubelet's configuration"
    zh: "临时措施：在 kubelet 配置中设置 failCgroupV1: false"
    run: "grep -q ^failCgroupV1 /var/lib/kubelet/config.yaml && sed -i 's/^failCgroupV1:.*/failCgroupV1: false/' /var/lib/kubelet/config.yaml || echo 'failCgroupV1: false' >> /var/lib/kubelet/config.yaml; systemctl restart kubelet"
    on: "{node}"
verify: "stat -fc %T /sys/fs/cgroup; systemctl is-active kubelet"
refs: ["https://kubernetes.io/docs/concepts/architecture/cgroups/"]
*/
WITH
sick AS (
  SELECT * FROM kubelet_refusals
  WHERE signature = 'kubelet-cgroup-v1-refused' AND (last_ts > :now - 600000000 OR ended) AND NOT coalesce(recovered < :now - 20000000, 0)
),
evidence AS (
  SELECT node, newest AS seq, file, line, text, ts FROM sick WHERE newest <= 3
  UNION ALL SELECT f.node, 5, l.file, l.line, l.text, NULL FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/cgroups.txt' AND l.text LIKE 'cgroup filesystem: %'
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, s.hits, coalesce(iso(s.last_ts), '-') AS last_at
FROM sick s JOIN evidence e ON e.node = s.node
WHERE s.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
