/*
id: upgrade-1-12-1-13-warning
title:
  en: "Kubelets of 1.12 and 1.13 have two known faults; nodes that run one: {count}"
  zh: "{count} 个节点运行 1.12 或 1.13 的 kubelet，存在两个已知缺陷"
detail:
  en: "{versions}"
  zh: "节点版本：{versions}"
severity: warning
advice: true
needs: [nodes]
causes:
  - {check: kubelet-configmap-watch-saturation, when: cluster}
  - {check: kubelet-memory-leak-reflector-metrics, when: cluster}
why:
  en: >-
    These kubelets watch every ConfigMap and Secret over one connection (about 236 of them stop a node), and out of hyperkube they
    leak memory in their metrics. Both are gone in 1.14, which is long out of support, too.
  zh: >-
    这些版本的 kubelet 通过一条连接监视每个 ConfigMap 和 Secret（约 236 个就会使节点失去响应），而且由 hyperkube 启动时指标会泄漏内存。
    两者在 1.14 中已解决；这些版本也早已停止支持。
fix:
  - en: "Upgrade, one minor version at a time"
    zh: "逐个次版本升级"
    run: "kubectl get nodes -o wide"
verify: "kubectl get nodes"
refs: ["https://github.com/kubernetes/kubernetes/issues/74412", "https://github.com/kubernetes/kubernetes/issues/73587"]
*/
WITH old AS (SELECT name, kubelet_version, object, file, line FROM nodes WHERE kubelet_version REGEXP '^v1\.1[23]\.')
SELECT 'cluster' AS subject, n.file, json_line(o.json, o.line, n.kubelet_version) AS line, n.name AS node,
  (SELECT count(*) FROM old) AS count,
  (SELECT group_concat(name || ' ' || kubelet_version, ', ') FROM (SELECT * FROM old ORDER BY name LIMIT 10)) AS versions
FROM old n JOIN objects o ON o.id = n.object
ORDER BY n.name, n.file, 3;
