/*
id: cgroup-v1-deprecated
title:
  en: "Node {place} still uses cgroup v1"
  zh: "节点 {place} 仍在使用 cgroup v1"
severity: info
confidence: certain
advice: true
needs: [log:kubelet]
k8s: ">=1.31"
why:
  en: >-
    Version 1 of cgroups gets no more work in kubelet since 1.31, and later kubelets refuse to start on it (failCgroupV1). Systems of today use version 2 by default.
  zh: >-
    从 1.31 起，kubelet 对 cgroup v1 的支持进入维护状态，之后的版本会默认拒绝启动（failCgroupV1）。当前的操作系统默认使用 cgroup v2。
fix:
  - en: "Which one is it? (cgroup2fs is version 2, tmpfs version 1)"
    zh: "查看当前版本（cgroup2fs 为 v2，tmpfs 为 v1）"
    run: "stat -fc %T /sys/fs/cgroup"
    on: "{node}"
  - en: "Empty the node, boot it with version 2 (or a newer system)"
    zh: "排空节点，以 cgroup v2 启动（或换用更新的系统）"
    run: "grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1 || sed -i 's/^GRUB_CMDLINE_LINUX=\"/&systemd.unified_cgroup_hierarchy=1 /' /etc/default/grub && update-grub"
    on: "{node}"
refs: ["https://kubernetes.io/docs/concepts/architecture/cgroups/"]
*/
SELECT subject, file, line, text, node, place FROM said WHERE signature = 'cgroup-v1-deprecated' AND newest = 1
ORDER BY subject, file, line;
