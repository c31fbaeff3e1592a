/*
id: kube-proxy-conntrack-sysctl-denied
title:
  en: "kube-proxy ends because it may not set nf_conntrack_max{place}"
  zh: "kube-proxy 因无法设置 nf_conntrack_max 而退出{place_zh}"
detail:
  en: "The kernel answers: {reason}."
  zh: "内核返回：{reason}（拒绝写入）。"
severity: critical
confidence: certain
needs: [log:kube-proxy]
causes:
  - {check: kube-proxy-down, when: [same, same-node]}
  - {check: pod-crashloop, when: [same, same-node]}
  - {check: kube-proxy-stale-rules, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
  - {check: workload-unavailable, when: same}
why:
  en: >-
    kube-proxy sizes the kernel's table of connections at start and ends when it cannot. Nodes that are containers themselves (kind, LXC, Docker) may not write this setting, with kernels
    since 5.12 not even privileged ones; and it does not exist while the module nf_conntrack is not loaded.
  zh: >-
    kube-proxy 启动时会设置内核连接跟踪表的大小，失败就退出。节点本身是容器时（kind、LXC、Docker）不能写该参数，内核 5.12 起连特权容器也不行；
    未加载 nf_conntrack 模块时该参数不存在。
fix:
  - en: "The machine's own setting is enough: tell kube-proxy to leave it alone"
    zh: "使用主机自身的设置：让 kube-proxy 不修改该参数"
    run: "kubectl -n kube-system get configmap kube-proxy -o yaml | sed -E 's/(maxPerCore|min): (null|[0-9]+)/\\1: 0/' | kubectl apply -f - && kubectl -n kube-system rollout restart daemonset kube-proxy"
  - en: "Set it on the machine that carries the nodes"
    zh: "在承载节点的宿主机上设置"
    run: "sysctl -w net.netfilter.nf_conntrack_max=524288"
  - en: "It does not exist: load the module"
    zh: "参数不存在：加载模块"
    run: "modprobe nf_conntrack && echo nf_conntrack > /etc/modules-load.d/nf_conntrack.conf"
    on: "{on_node}"
    if: absent
verify: "kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide"
refs: ["https://github.com/kubernetes-sigs/kind/issues/2240"]
*/
-- Once is enough: it ends with it. Not when it has come up since.
SELECT t.subject, t.file, t.line, t.text, t.ts, t.node, coalesce(t.node, 'node') AS on_node, t.captures ->> '$.why' AS reason,
  t.captures ->> '$.why' = 'no such file or directory' AS absent,
  CASE WHEN t.subject GLOB 'node/*' THEN ' on ' || t.node ELSE '' END AS place, CASE WHEN t.subject GLOB 'node/*' THEN '（节点 ' || t.node || '）' ELSE '' END AS place_zh
FROM last_words t
WHERE t.signature = 'kube-proxy-conntrack-sysctl-denied' AND t.newest <= 5 AND NOT t.works AND (t.ts IS NULL OR t.ts > :now - 900000000)
  AND NOT EXISTS (SELECT 1 FROM node_units u WHERE t.pod IS NULL AND u.node = t.node AND u.unit = 'kube-proxy.service' AND u.active = 'active' AND u.started > t.ts)
ORDER BY t.subject, t.newest, t.file, t.line;
