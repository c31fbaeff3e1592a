/*
id: etcd-member-mismatch
title:
  en: "etcd on {place} does not belong to the cluster that it talks to"
  zh: "{place} 上的 etcd 不属于它所连接的集群"
detail:
  en: "{times} line(s), the last at {last_at}. Its data directory is of another cluster, or the member was removed from this one."
  zh: "共 {times} 行，最后一行在 {last_at}。其数据目录属于另一个集群，或该成员已从集群中移除。"
severity: critical
needs: [log:etcd]
causes:
  - {check: etcd-no-leader, when: cluster}
  - {check: etcd-down, when: same}
  - {check: etcd-peer-unreachable, when: cluster}
why:
  en: >-
    Each etcd cluster has an identity that every member keeps in its data directory. A member that was joined again with the old
    directory, or bootstrapped on its own, has another one: its peers ignore it and it counts for no majority.
  zh: >-
    每个 etcd 集群都有唯一标识，保存在各成员的数据目录里。用旧目录重新加入、或自行初始化的成员，标识不同：其他成员会忽略它，它也不计入多数派。
fix:
  - en: "On a healthy member: who belongs to the cluster?"
    zh: "在健康的成员上查看集群成员"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key member list -w table"
  - en: "There: remove the wrong member by its ID (check that a majority stays)"
    zh: "在健康的成员上按 ID 移除错误的成员（先确认剩余成员仍占多数）"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key member remove MEMBER_ID"
  - en: "On the wrong member: stop it, put its old data aside, add it again with --initial-cluster-state=existing (kubeadm: kubeadm reset, then kubeadm join --control-plane)"
    zh: "在错误的成员上：停止它，移走旧数据，再以 --initial-cluster-state=existing 重新加入（kubeadm：先 kubeadm reset，再 kubeadm join --control-plane）"
    run: "mv /etc/kubernetes/manifests/etcd.yaml /root/ && sleep 20 && mv /var/lib/etcd/member /var/lib/etcd-member.old"
    on: "{node}"
verify: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint health --cluster"
refs: ["https://etcd.io/docs/v3.5/op-guide/runtime-configuration/"]
*/
WITH
-- A member that ends with one of these ends once; a mismatch goes on. A member that is restarted writes the fatal one into its last log.
hits_of AS (
  SELECT h.*, coalesce(h.node, p.node) AS on_node, coalesce(h.node, p.node, h.pod, h.path) AS place
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-member-mismatch' AND NOT h.copy AND (h.ts IS NULL OR h.ts > :now - 1800000000)
),
counted AS (
  SELECT *, count(*) OVER w AS times, max(captures ->> '$.fatal') OVER w AS fatal, max(ts) OVER w AS last_ts,
    row_number() OVER (PARTITION BY place ORDER BY ts DESC, log DESC) AS newest
  FROM hits_of WINDOW w AS (PARTITION BY place)
)
SELECT coalesce('node/' || on_node, 'pod/' || namespace || '/' || pod, 'cluster') AS subject, file, line, text, ts, on_node AS node, place, times,
  coalesce(iso(last_ts), '-') AS last_at
FROM counted WHERE (fatal IS NOT NULL OR times >= 3) AND newest <= 5
ORDER BY subject, newest, file, line;
