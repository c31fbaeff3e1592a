/*
id: coredns-loop
title:
  en: "CoreDNS forwards queries to itself and ends ({subject})"
  zh: "CoreDNS 把查询转发给了自己并因此退出（{subject}）"
detail:
  en: "It says so itself.{stub_en}"
  zh: "日志中已明确指出。{stub_zh}"
severity: critical
confidence: certain
needs: [log:kube-dns]
causes:
  - {check: kube-dns-crashloop, when: same}
  - {check: pod-crashloop, when: same}
  - {check: pod-liveness-failing, when: same}
  - {check: pod-readiness-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: dns-resolution-broken, when: selects}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    CoreDNS forwards names outside of the cluster to the servers of the node's resolv.conf. That file names an address of the machine itself (127.0.0.53 of systemd-resolved,
    127.0.0.1 of dnsmasq), which inside of the pod is CoreDNS. The plug-in loop sees its own probe come back and ends the program.
  zh: >-
    CoreDNS 会把集群外的域名转发给节点 resolv.conf 中的服务器。该文件写的是本机地址（systemd-resolved 的 127.0.0.53 或 dnsmasq 的 127.0.0.1），在 Pod 内这就是 CoreDNS 自己。
    loop 插件发现自己的探测请求又回来了，于是终止进程。
fix:
  - en: "Which servers does the node name, and which file does kubelet hand to pods?"
    zh: "查看节点的 DNS 服务器，以及 kubelet 交给 Pod 的文件"
    run: "cat /etc/resolv.conf; grep resolvConf /var/lib/kubelet/config.yaml; ls -l /run/systemd/resolve/resolv.conf"
    on: "{on_node}"
  - en: "systemd-resolved: let kubelet use the file with the real servers, on every node"
    zh: "使用 systemd-resolved 时：让每个节点的 kubelet 使用写有真实服务器的文件"
    run: "f=/var/lib/kubelet/config.yaml; sed -i '/^resolvConf:/d' $f && echo 'resolvConf: /run/systemd/resolve/resolv.conf' >> $f && systemctl restart kubelet"
    on: "{on_node}"
  - en: "Or name the upstream in the Corefile: forward . ADDRESS in place of forward . /etc/resolv.conf. Taking `loop` out only hides the loop"
    zh: "或在 Corefile 中写明上游：用 forward . 地址 代替 forward . /etc/resolv.conf。仅删除 loop 插件只会掩盖环路"
    run: "kubectl -n {namespace} edit configmap coredns"
  - en: "Make the pods anew, as they keep the resolv.conf of their start"
    zh: "重建 Pod，因为它们沿用启动时的 resolv.conf"
    run: "kubectl -n {namespace} rollout restart {owner_kind} {owner_name}"
    if: owner_name
verify: "kubectl -n {namespace} get pods -l k8s-app=kube-dns"
refs: ["https://coredns.io/plugins/loop/#troubleshooting"]
*/
WITH
-- Once is enough: it ends with it. Not when it has come up since.
told AS (SELECT * FROM last_words WHERE signature = 'coredns-loop' AND newest <= 3 AND NOT works AND (ts IS NULL OR ts > :now - 900000000)),
stubs AS (
  SELECT f.node, l.file, l.line, l.text, row_number() OVER (ORDER BY f.node, l.line) AS n FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/etc/resolv.conf' AND l.text REGEXP '^nameserver\s+(127\.|::1)' AND f.node IN (SELECT node FROM told)
),
rows AS (
  SELECT subject, file, line, text, ts, node, namespace, newest AS seq FROM told
  UNION ALL SELECT (SELECT min(subject) FROM told), file, line, text, NULL, node, NULL, 10 + n FROM stubs WHERE n <= 3
)
SELECT r.subject, r.file, r.line, r.text, r.ts, r.node, coalesce(r.namespace, 'kube-system') AS namespace, coalesce((SELECT min(node) FROM told), 'node') AS on_node,
  CASE WHEN r.subject GLOB 'deployment/*' OR r.subject GLOB 'daemonset/*' THEN rx('^([^/]+)/', r.subject, 1) END AS owner_kind,
  CASE WHEN r.subject GLOB 'deployment/*' OR r.subject GLOB 'daemonset/*' THEN rx('[^/]+$', r.subject) END AS owner_name,
  coalesce((SELECT ' On ' || node || ' /etc/resolv.conf says: ' || text || '.' FROM stubs WHERE n = 1), '') AS stub_en,
  coalesce((SELECT '节点 ' || node || ' 的 /etc/resolv.conf 写着 ' || text || '。' FROM stubs WHERE n = 1), '') AS stub_zh
FROM rows r
ORDER BY r.subject, r.seq, r.file, r.line;
