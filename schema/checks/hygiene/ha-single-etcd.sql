/*
id: ha-single-etcd
title:
  en: "etcd has {members} member(s)"
  zh: "etcd 只有 {members} 个成员"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: info
confidence: certain
advice: true
needs: [[etcd_members]]
why:
  en: >-
    All the data of the cluster are in etcd. One member is one disk and one machine that everything hangs on. Of an even number, half may not fail:
    two members survive no loss at all and four survive one, just as three do, so that the extra member only adds risk.
  zh: >-
    集群的全部数据都在 etcd 中。只有一个成员时，整个集群依赖于一块磁盘和一台机器。成员数为偶数没有意义：
    两个成员不能容忍任何故障，四个成员与三个一样只能容忍一个，多出的成员只会增加风险。
fix:
  - en: "Three members (five for large clusters), each on a machine and disk of its own; take a snapshot before members are added"
    zh: "使用三个成员（大集群五个），分布在不同的机器和磁盘上；添加成员前先做快照"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key member list -w table"
verify: "kubectl -n kube-system get pods -l component=etcd -o wide"
refs: ["https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/"]
*/
WITH counted AS (SELECT count(DISTINCT member) AS n FROM etcd_members)
SELECT 'cluster' AS subject, m.file, m.line, c.n AS members,
  CASE c.n WHEN 1 THEN 'A single member survives no loss.' ELSE 'An even number: it survives the loss of ' || ((c.n - 1) / 2) || ', as ' || (c.n - 1) || ' would.' END AS what,
  CASE c.n WHEN 1 THEN '单个成员不能容忍任何故障。' ELSE '成员数为偶数：最多容忍 ' || ((c.n - 1) / 2) || ' 个故障，与 ' || (c.n - 1) || ' 个成员相同。' END AS what_zh
FROM counted c, etcd_members m
WHERE c.n = 1 OR c.n % 2 = 0
ORDER BY m.file, m.line, m.member;
