/*
id: etcd-version-skew
title:
  en: "etcd {version} is older than Kubernetes 1.{minor} expects"
  zh: "etcd {version} 低于 Kubernetes 1.{minor} 的要求"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
confidence: certain
needs: [[pods, node_containers, "capture:etcd/*/endpoint-status.json"]]
causes:
  - {check: etcd-version-incompatible, when: cluster}
why:
  en: >-
    Each release of Kubernetes is tested with one version of etcd (kubeadm pins it). 3.5.0 to 3.5.2 can lose consistency between members without a word when a member is killed under load.
  zh: >-
    每个 Kubernetes 版本都只与特定版本的 etcd 一起测试（kubeadm 会固定该版本）。3.5.0 到 3.5.2 在负载下进程被杀时，成员数据可能悄悄不一致。
fix:
  - en: "A snapshot first"
    zh: "先做快照"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key snapshot save /var/lib/etcd-before-upgrade.db"
    on: "{node}"
  - en: "Then the next version, one member after the other and one minor version at a time (kubeadm upgrade does it)"
    zh: "然后逐个成员、逐个次版本升级（kubeadm upgrade 会自动处理）"
    run: "kubeadm upgrade plan"
    on: "{node}"
verify: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint status --cluster -w table"
refs: ["https://etcd.io/docs/v3.5/upgrades/upgrading-etcd/"]
*/
WITH
members AS (
  SELECT node, version, minor, file, line FROM component_versions WHERE component = 'etcd'
  UNION ALL
  SELECT f.node, x.value ->> '$.Status.version', CAST(rx('^\d+\.(\d+)', x.value ->> '$.Status.version', 1) AS INTEGER), d.file, json_line(d.json, 1, x.value ->> '$.Status.version')
  FROM files f JOIN documents d ON d.file = f.id, json_each(CASE WHEN json_valid(d.json) THEN d.json ELSE '[]' END) x
  WHERE f.path GLOB 'etcd/*/endpoint-status.json' AND json_type(x.value) = 'object' AND x.value ->> '$.Status.version' IS NOT NULL
),
-- Minor versions that kubeadm pins: 3.4 up to 1.21, 3.5 from 1.22, 3.6 from 1.34.
judged AS (
  SELECT m.*, a.minor AS api, CASE WHEN a.minor >= 34 THEN 6 WHEN a.minor >= 22 THEN 5 WHEN a.minor >= 18 THEN 4 ELSE 0 END AS wanted, m.version IN ('3.5.0', '3.5.1', '3.5.2') AS unsafe
  FROM members m, api_minor a
)
SELECT 'cluster' AS subject, file, line, node, version, api AS minor,
  CASE WHEN unsafe THEN 'Versions 3.5.0 to 3.5.2 can corrupt data; 3.5.3 and later do not.' ELSE 'Kubernetes 1.' || api || ' is made with etcd 3.' || wanted || '.' END AS what,
  CASE WHEN unsafe THEN '3.5.0 到 3.5.2 可能损坏数据，3.5.3 起已修复。' ELSE 'Kubernetes 1.' || api || ' 对应 etcd 3.' || wanted || '。' END AS what_zh
FROM judged WHERE unsafe OR minor < wanted
ORDER BY unsafe DESC, node, file, line;
