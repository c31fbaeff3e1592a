/*
id: volume-nfs-unreachable
title:
  en: "The NFS server {server} does not serve {subject}"
  zh: "NFS 服务器 {server} 无法为 {subject} 提供服务"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[events, log:kernel, log:messages]]
causes:
  - {check: volume-mount-failed, when: same}
  - {check: kubelet-hung, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: pod-terminating-stuck, when: [same, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same, pod-on-node]}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    The node gets no answer from the file server, or a refusal. Every process that touches such a mount hangs and cannot be killed, df and kubelet's own
    statistics among them, so that the node may become NotReady, and pods cannot end. It goes on by itself as soon as the server answers.
  zh: >-
    节点得不到文件服务器的响应，或被拒绝。访问该挂载的进程都会卡住且无法杀死，包括 df 和 kubelet 的统计，因此节点可能变为 NotReady，Pod 也无法结束。
    服务器恢复后会自动继续。
fix:
  - en: "Can the node reach the server and see its exports?"
    zh: "节点能否访问服务器并看到其导出目录？"
    run: "ping -c 3 {server}; timeout 10 showmount -e {server}; timeout 5 bash -c '</dev/tcp/{server}/2049' && echo port 2049 open"
    on: "{on_node}"
  - en: "Restore the server, or its permission for this node's address (exportfs -v there)"
    zh: "恢复服务器，或为该节点地址授权（在服务器上查看 exportfs -v）"
  - en: "It never comes back: detach the mounts (what was not written yet is lost)"
    zh: "服务器不再恢复：强制卸载（尚未写入的数据将丢失）"
    run: "grep -F {server}: /proc/mounts | cut -d' ' -f2 | xargs -r -n1 umount -f -l"
    on: "{on_node}"
verify: "kubectl get pods -A -o wide --field-selector spec.nodeName={on_node}"
*/
WITH
-- The kernel says it once and then waits; its OK is the end.
silent AS (
  SELECT h.node, h.captures ->> '$.server' AS server, h.file, h.line, h.text, h.ts,
    row_number() OVER (PARTITION BY h.node, h.captures ->> '$.server' ORDER BY h.log DESC) AS newest,
    min(h.ts) OVER (PARTITION BY h.node, h.captures ->> '$.server') AS first_ts
  FROM hits h WHERE h.signature = 'nfs-not-responding' AND h.node IS NOT NULL AND h.ts > :now - 86400000000
    AND NOT EXISTS (SELECT 1 FROM hits k WHERE k.signature = 'nfs-answers-again' AND k.node = h.node
      AND k.captures ->> '$.server' = h.captures ->> '$.server' AND (k.ts > h.ts OR k.ts = h.ts AND k.log > h.log))
),
refused AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.pod, f.line) AS n
  FROM volume_failures f
  WHERE f.lasting AND f.last_seen > :now - 600000000
    AND f.message REGEXP 'mount\.nfs4?: (Connection timed out|Connection refused|access denied by server|No route to host)|Stale file handle'
),
servers AS (
  SELECT r.subject, r.n, v.value ->> '$.nfs.server' AS server FROM refused r JOIN json_each(coalesce(r.volumes, '[]')) v
  WHERE v.value ->> '$.name' = r.volume AND v.value ->> '$.nfs.server' IS NOT NULL
  UNION ALL
  SELECT r.subject, r.n, coalesce(o.json ->> '$.spec.nfs.server', o.json ->> '$.spec.csi.volumeAttributes.server')
  FROM refused r JOIN objects o ON o.kind = 'PersistentVolume' AND o.name = r.volume
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, s.ts, s.node, s.node AS on_node, s.server, NULL AS namespace,
  'The kernel has waited for it since ' || iso(s.first_ts) || '.' AS what, '内核自 ' || iso(s.first_ts) || ' 起一直在等待它。' AS what_zh, s.newest AS seq
FROM silent s WHERE s.newest <= 3
UNION ALL
SELECT r.subject, r.file, r.line, NULL, r.first_seen, r.node, coalesce(r.node, 'NODE'),
  coalesce((SELECT max(x.server) FROM servers x WHERE x.subject = r.subject), rx('mount\.nfs4?: access denied by server while mounting ([^: ]+):', r.message, 1),
    rx('(?m)\s([A-Za-z0-9.-]+):/\S*', r.message, 1), 'SERVER'), r.namespace,
  'Pod ' || r.pod || ': ' || substr(r.message, 1, 500), 'Pod ' || r.pod || ' 的挂载错误：' || substr(r.message, 1, 500), 10 + r.n
FROM refused r WHERE r.n <= 3
ORDER BY 1, 12, 2, 3;
