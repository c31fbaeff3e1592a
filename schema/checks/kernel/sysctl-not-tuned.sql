/*
id: sysctl-not-tuned
title:
  en: "Kernel settings of {node} are below what a Kubernetes node needs: {names}"
  zh: "节点 {node} 的内核参数低于 Kubernetes 节点的建议值：{names}"
severity: info
advice: true
confidence: certain
needs: [node_sysctls]
why:
  en: >-
    The defaults of a distribution are made for one computer with a few programs. 128 inotify instances are used up by some thirty pods that watch files; a short accept queue drops
    connections under load; and kubelet expects vm.overcommit_memory 1 and a kernel that reboots after a panic (it sets these itself unless protectKernelDefaults is on,
    and ends then).
  zh: >-
    发行版的默认值适用于只运行少量程序的主机。128 个 inotify 实例大约三十个监视文件的 Pod 就会用尽；过短的 accept 队列在高负载下会丢连接；
    kubelet 要求 vm.overcommit_memory 为 1，且内核 panic 后自动重启（未启用 protectKernelDefaults 时由 kubelet 自行设置，启用时则会拒绝启动）。
fix:
  - en: "Set them for good"
    zh: "永久设置"
    run: "printf 'fs.inotify.max_user_instances = 8192\\nfs.inotify.max_user_watches = 524288\\nnet.core.somaxconn = 4096\\nvm.overcommit_memory = 1\\nkernel.panic = 10\\n' > /etc/sysctl.d/90-kubernetes.conf && sysctl --system"
    on: "{node}"
verify: "sysctl fs.inotify.max_user_instances fs.inotify.max_user_watches net.core.somaxconn vm.overcommit_memory kernel.panic"
*/
WITH low AS (
  SELECT s.node, s.name, s.value, s.file, s.line, row_number() OVER (PARTITION BY s.node ORDER BY s.name) AS n
  FROM node_sysctls s
  WHERE (s.name = 'fs.inotify.max_user_instances' AND CAST(s.value AS INTEGER) <= 128) OR (s.name = 'fs.inotify.max_user_watches' AND CAST(s.value AS INTEGER) <= 8192)
    OR (s.name = 'net.core.somaxconn' AND CAST(s.value AS INTEGER) <= 128) OR (s.name = 'vm.overcommit_memory' AND s.value = '2') OR (s.name = 'vm.panic_on_oom' AND s.value <> '0')
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.node,
  (SELECT group_concat(name || ' = ' || value, ', ') FROM (SELECT name, value FROM low o WHERE o.node = l.node ORDER BY name)) AS names
FROM low l ORDER BY l.node, l.n;
