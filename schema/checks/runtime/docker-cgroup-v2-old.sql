/*
id: docker-cgroup-v2-old
title:
  en: "Docker on {node} is too old for the host's cgroup version 2"
  zh: "节点 {node} 上的 Docker 版本过旧，不支持主机的 cgroup v2"
detail:
  en: "It ends with \"Devices cgroup isn't mounted\", the last time at {last_at}."
  zh: "它以 “Devices cgroup isn't mounted” 退出，最后一次在 {last_at}。"
severity: critical
confidence: certain
needs: ["log:docker"]
causes:
  - {check: docker-down, when: same}
  - {check: node-runtime-down, when: same}
  - {check: kubelet-not-running, when: same}
why:
  en: >-
    The distribution boots with the unified cgroup hierarchy, as Fedora since 31, Debian since 11 and Ubuntu since 21.10 do, and Docker before 20.10
    only knows the old one. An upgrade of the operating system without one of Docker leads here.
  zh: >-
    该发行版默认使用统一的 cgroup 层级（Fedora 31、Debian 11、Ubuntu 21.10 起），而 20.10 之前的 Docker 只支持旧层级。
    通常是升级了操作系统但没有升级 Docker。
fix:
  - en: "Upgrade Docker to 20.10 or newer"
    zh: "将 Docker 升级到 20.10 或更高版本"
    run: "dockerd --version; stat -fc %T /sys/fs/cgroup"
    on: "{node}"
  - en: "Or boot with the old hierarchy"
    zh: "或以旧层级启动"
    run: "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&systemd.unified_cgroup_hierarchy=0 /' /etc/default/grub && (update-grub || grub2-mkconfig -o /boot/grub2/grub.cfg) && systemctl reboot"
    on: "{node}"
verify: "systemctl is-active docker"
*/
SELECT 'node/' || h.node AS subject, h.file, h.line, h.text, h.ts, h.node, coalesce(iso(h.last_ts), '?') AS last_at
FROM node_hits h LEFT JOIN node_units u ON u.node = h.node AND u.unit = 'docker.service'
WHERE h.signature = 'docker-no-devices-cgroup' AND h.newest <= 3
  -- It does not start with it: the unit is down, or no process of it exists; where nothing tells, it must have said so just now.
  AND CASE
    WHEN u.active IS NOT NULL THEN u.active NOT IN ('active', 'reloading')
    WHEN EXISTS (SELECT 1 FROM node_processes p WHERE p.node = h.node)
      THEN NOT EXISTS (SELECT 1 FROM node_processes p WHERE p.node = h.node AND p.args REGEXP '(^|/)(dockerd|docker daemon)( |$)')
    ELSE h.last_ts > :now - 600000000 END
ORDER BY h.node, h.newest, h.file, h.line;
