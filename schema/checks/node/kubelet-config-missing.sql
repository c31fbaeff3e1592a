/*
id: kubelet-config-missing
title:
  en: "kubelet on {node} cannot read its configuration file"
  zh: "节点 {node} 上的 kubelet 无法读取配置文件"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
why:
  en: >-
    kubeadm writes /var/lib/kubelet/config.yaml when a node is initialised or joins; until then kubelet ends every ten seconds, and that is as it
    should be. On a node of a cluster the file was deleted (kubeadm reset, a cleaned disk) or holds a mistake: since 1.23 an unknown or
    doubled field is one.
  zh: >-
    kubeadm 在初始化或加入节点时写入 /var/lib/kubelet/config.yaml；在此之前 kubelet 每十秒退出一次属于正常现象。
    对已在集群中的节点，说明该文件被删除（kubeadm reset、磁盘清理）或写错：1.23 起未知或重复的字段也会报错。
fix:
  - en: "Is it there, and what is wrong in it?"
    zh: "文件是否存在，哪里有错？"
    run: "ls -l /var/lib/kubelet/config.yaml; journalctl -u {service} -n 20 --no-pager | grep -i 'config file'"
    on: "{node}"
  - en: "Fetch the cluster's own again, then start kubelet"
    zh: "重新获取集群的配置，然后启动 kubelet"
    run: "kubeadm upgrade node phase kubelet-config && systemctl restart {service}"
    on: "{node}"
  - en: "A machine that is no node yet: let it join"
    zh: "还不是节点的机器：加入集群"
    run: "kubeadm token create --print-join-command"
verify: "systemctl is-active kubelet && kubectl get node {node}"
*/
WITH
sick AS (
  SELECT r.*, EXISTS (SELECT 1 FROM nodes n WHERE n.name = r.node)
    OR EXISTS (SELECT 1 FROM files f JOIN lines l ON l.file = f.id WHERE f.node = r.node AND f.path GLOB 'nodes/*/host/kubernetes-files.txt' AND l.text LIKE '% kubelet.conf') AS member
  FROM kubelet_refusals r
  WHERE r.signature = 'kubelet-config-unreadable' AND r.newest <= 3 AND (r.last_ts > :now - 180000000 OR r.ended) AND NOT coalesce(r.recovered < :now - 20000000, 0)
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, s.ts, s.node, s.service,
  CASE WHEN s.member THEN 'critical' ELSE 'info' END AS severity,
  CASE WHEN s.captures ->> '$.missing' IS NOT NULL THEN 'The file does not exist.' ELSE 'It holds a mistake: ' || coalesce(rx('(?:strict decoding error|failed to decode)[^"]{0,250}', s.text), substr(s.text, instr(s.text, '] ') + 2, 300)) END
    || CASE WHEN s.member THEN '' ELSE ' This machine has not joined a cluster yet, where that is normal.' END AS what,
  CASE WHEN s.captures ->> '$.missing' IS NOT NULL THEN '文件不存在。' ELSE '文件有误：' || coalesce(rx('(?:strict decoding error|failed to decode)[^"]{0,250}', s.text), substr(s.text, instr(s.text, '] ') + 2, 300)) END
    || CASE WHEN s.member THEN '' ELSE '这台机器尚未加入集群，属于正常现象。' END AS what_zh
FROM sick s
ORDER BY s.node, s.newest, s.file, s.line;
