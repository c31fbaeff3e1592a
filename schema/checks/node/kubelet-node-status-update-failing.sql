/*
id: kubelet-node-status-update-failing
title:
  en: "kubelet on {node} cannot report its status to the API server"
  zh: "节点 {node} 上的 kubelet 无法向 API server 上报状态"
detail:
  en: "{hits} failed attempts, the last at {last_at}: {last_error}"
  zh: "失败 {hits} 次，最后一次在 {last_at}：{last_error}"
severity: critical
needs: [log:kubelet]
causes:
  - {check: node-flapping, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: kubelet-lease-failing, when: same}
why:
  en: >-
    kubelet tries five times every ten seconds. Missing all of them for 40 to 50 seconds makes the node NotReady (Unknown). The
    end of the message tells on whom it depends: "etcdserver:" is etcd, "connection refused" a stopped API server, a time-out
    the network or an overloaded server, x509 a certificate.
  zh: >-
    kubelet 每十秒尝试五次；持续 40 到 50 秒全部失败后，节点变为 NotReady（Unknown）。
    消息末尾说明原因在哪里：etcdserver: 是 etcd，connection refused 是 API server 停止，超时是网络或过载，x509 是证书。
fix:
  - en: "Treat what the message names; does the API server answer from this node?"
    zh: "根据消息内容处理；从该节点能否访问 API server？"
    run: "curl -skm 5 $(grep -o 'https://[^ ]*' /etc/kubernetes/kubelet.conf | head -n 1)/readyz"
    on: "{node}"
  - en: "How long has it lasted?"
    zh: "持续多久了？"
    run: "journalctl -u kubelet --no-pager | grep -E 'rror updating node status|nable to update node status' | tail -n 5"
    on: "{node}"
verify: "kubectl get lease -n kube-node-lease {node} -o 'jsonpath={.spec.renewTime}'"
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts,
    min(h.ts) OVER (PARTITION BY h.node) AS first_ts
  FROM hits h
  WHERE h.signature = 'status-update-failed' AND h.node IS NOT NULL AND h.ts > :now - 600000000
),
-- One round of five attempts is noise. It lasts when it spans two rounds and has not ended.
lasting AS (
  SELECT * FROM logged l
  WHERE hits >= 3 AND last_ts > :now - 120000000 AND last_ts - first_ts > 10000000
    -- The lease was renewed after the last failure: it is over.
    AND NOT EXISTS (SELECT 1 FROM leases e WHERE e.namespace = 'kube-node-lease' AND e.name = l.node
      AND e.renewed > l.last_ts)
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '-') AS last_at,
  (SELECT substr(rx('(?:will retry: |[Uu]nable to update node status:? ?|err=)(.*)$', n.text, 1), 1, 300) FROM lasting n
   WHERE n.node = l.node ORDER BY n.text LIKE '%exceeds retry count%', n.log DESC LIMIT 1) AS last_error
FROM lasting l
WHERE l.newest <= 3 OR l.oldest = 1
ORDER BY l.node, l.newest, l.file, l.line;
