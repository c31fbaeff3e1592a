/*
id: etcd-disk-full
title:
  en: "The disk that holds etcd's data on {node} is full"
  zh: "节点 {node} 上存放 etcd 数据的磁盘已满"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[log:etcd, node_disks]]
causes:
  - {check: etcd-down, when: [same, same-node]}
  - {check: etcd-data-corrupt, when: [same, same-node]}
  - {check: etcd-no-leader, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: apiserver-down, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
why:
  en: >-
    etcd writes every change to its log first, and ends when that fails. The whole API goes with it, and a write cut in half may damage its data.
    This is about the file system; the alarm NOSPACE is another thing (etcd's own quota, while the disk has room).
  zh: >-
    etcd 的每次变更都要先写日志，写入失败就会退出，整个 API 随之不可用，写到一半的数据还可能损坏。
    这里指的是文件系统空间；NOSPACE 告警是另一回事（etcd 自身的配额用尽，磁盘仍有空间）。
fix:
  - en: "What takes the room? (Never delete anything under the folder 'member')"
    zh: "查看占用空间的内容（切勿删除 member 目录下的任何文件）"
    run: "df -h {data_dir}; df -i {data_dir}; du -xh --max-depth=2 {mount} | sort -rh | head -n 20; ls -lh {data_dir}"
    on: "{node}"
  - en: "Old journals and unused images go first (without a registry to pull from, leave the images)"
    zh: "先清理旧日志和未使用的镜像（没有镜像仓库可拉取时，不要删除镜像）"
    run: "journalctl --vacuum-size=200M; df -h {data_dir}; docker image prune -af || crictl rmi --prune"
    on: "{node}"
  - en: "Start etcd again (a static pod starts by itself)"
    zh: "重新启动 etcd（静态 Pod 会自动启动）"
    run: "systemctl start etcd 2>/dev/null || systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get --raw /readyz/etcd"
*/
WITH
said AS (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS node, h.file, h.line, h.text, h.ts,
    row_number() OVER (PARTITION BY coalesce(h.node, p.node, h.pod, h.path) ORDER BY h.log DESC) AS newest,
    max(h.ts) OVER (PARTITION BY coalesce(h.node, p.node, h.pod, h.path)) AS last_ts
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-no-space'
),
disks AS (
  SELECT node, data_dir, mount, use_percent, inodes_percent, available, file, line
  FROM etcd_nodes WHERE file IS NOT NULL AND (use_percent >= 95 OR (inodes > 0 AND inodes_percent >= 98))
),
-- The log alone counts while it is fresh: room that was made since then shows in df.
sick AS (
  SELECT node FROM disks
  UNION
  SELECT s.node FROM said s
  WHERE s.last_ts > :now - 3600000000 AND NOT EXISTS (SELECT 1 FROM etcd_nodes e WHERE e.node = s.node AND e.use_percent < 95 AND coalesce(e.inodes_percent, 0) < 98 AND e.state = 'running')
),
told AS (
  SELECT s.node, coalesce(e.data_dir, '/var/lib/etcd') AS data_dir, coalesce(e.mount, '/var/lib/etcd') AS mount,
    coalesce(e.mount || ' is ' || e.use_percent || '% full, ' || (e.available / 1048576) || ' MB are free'
      || CASE WHEN e.inodes_percent >= 98 THEN '; ' || e.inodes_percent || '% of its inodes are used' ELSE '' END, 'etcd says so') || '.' AS what,
    coalesce(e.mount || ' 已用 ' || e.use_percent || '%，剩余 ' || (e.available / 1048576) || ' MB'
      || CASE WHEN e.inodes_percent >= 98 THEN '；inode 已用 ' || e.inodes_percent || '%' ELSE '' END, '依据 etcd 日志') || '。' AS what_zh
  FROM sick s LEFT JOIN etcd_nodes e ON e.node = s.node
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM disks
  UNION ALL SELECT node, newest, file, line, text, ts FROM said WHERE newest <= 3
)
SELECT 'node/' || t.node AS subject, e.file, e.line, e.text, e.ts, t.node, t.data_dir, t.mount, t.what, t.what_zh
FROM told t JOIN evidence e USING (node)
ORDER BY 1, e.seq, e.file, e.line;
