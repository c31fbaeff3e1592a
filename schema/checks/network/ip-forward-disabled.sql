/*
id: ip-forward-disabled
title:
  en: "IP forwarding is off on {node}"
  zh: "节点 {node} 未开启 IP 转发"
detail:
  en: "{setting}: the kernel drops every packet between pods and anything outside of this node."
  zh: "{setting}：内核会丢弃 Pod 与节点外部之间的所有包。"
severity: critical
confidence: certain
needs: [node_sysctls]
causes:
  - {check: kube-dns-upstream-timeout, when: pod-on-node}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
  - {check: dns-external-resolution-broken, when: same-node}
  - {check: pod-network-cross-node-broken, when: same-node}
  - {check: coredns-upstream-timeout, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    Packets of pods are forwarded by the node's kernel. With net.ipv4.ip_forward=0 they end there: pods reach neither other nodes nor services nor
    names outside, while the node itself and its kubelet look healthy. Often a file in /etc/sysctl.d or cloud-init sets it back at boot.
  zh: >-
    Pod 的包由节点内核转发。net.ipv4.ip_forward=0 时会被直接丢弃：Pod 无法访问其他节点、Service 和外部域名，而节点本身和 kubelet 看起来正常。
    常见原因是 /etc/sysctl.d 下的文件或 cloud-init 在启动时把它改回了 0。
fix:
  - en: "Switch it on now"
    zh: "立即打开"
    run: "sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.forwarding=1"
    on: "{node}"
  - en: "Keep it on"
    zh: "持久化"
    run: "printf 'net.ipv4.ip_forward = 1\\n' > /etc/sysctl.d/99-kubernetes.conf && sysctl --system"
    on: "{node}"
  - en: "What sets it back? The file that is read last wins"
    zh: "是谁把它改回去的？最后读取的文件生效"
    run: "grep -rn ip_forward /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d /run/sysctl.d"
    on: "{node}"
  - en: "On a cloud, forwarding must be allowed on the machine's network interface, too (source/destination check)"
    zh: "云主机还需在网卡上允许转发（关闭源/目的地址检查）"
verify: "sysctl net.ipv4.ip_forward"
refs: ["https://kubernetes.io/docs/setup/production-environment/container-runtimes/#prerequisite-ipv4-forwarding-optional"]
*/
-- Only machines of a cluster, and none whose pods have only IPv6 addresses.
SELECT 'node/' || s.node AS subject, s.file, s.line, s.node, s.name || ' = ' || s.value AS setting
FROM node_sysctls s
WHERE s.name IN ('net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding') AND trim(s.value) = '0'
  AND (s.node IN (SELECT name FROM nodes) OR s.node IN (SELECT node FROM node_iptables WHERE chain GLOB 'KUBE-*')
    OR s.node IN (SELECT node FROM files WHERE unit = 'kubelet' AND lines > 1))
  AND (EXISTS (SELECT 1 FROM pods p WHERE p.pod_ip LIKE '%.%') OR NOT EXISTS (SELECT 1 FROM pods p WHERE p.pod_ip IS NOT NULL))
ORDER BY s.node, s.name DESC, s.file, s.line;
