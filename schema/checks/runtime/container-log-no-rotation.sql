/*
id: container-log-no-rotation
title:
  en: "Container logs on {node} grow without a limit; the largest has {size} MiB"
  zh: "节点 {node} 上的容器日志没有上限，最大的已有 {size} MiB"
detail:
  en: "{files} log file(s) of 100 MiB or more; Docker's json-file driver has no max-size."
  zh: "有 {files} 个 100 MiB 以上的日志文件；Docker 的 json-file 驱动没有设置 max-size。"
severity: warning
needs: ["capture:nodes/*/host/big-files.txt", nodes]
causes:
  - {check: node-disk-full, when: same}
  - {check: node-disk-pressure, when: same}
why:
  en: >-
    Docker keeps everything that a container prints until the container is deleted, unless daemon.json sets max-size. With containerd and CRI-O
    kubelet rotates the logs (10 MiB, five files).
  zh: >-
    除非在 daemon.json 中设置 max-size，Docker 会一直保留容器的全部输出，直到容器被删除。使用 containerd 和 CRI-O 时由 kubelet 轮转日志（10 MiB，5 个文件）。
fix:
  - en: "Make room at once: empty the largest (the container goes on)"
    zh: "立即释放空间：清空最大的日志（容器继续运行）"
    run: "truncate -s 0 {path}"
    on: "{node}"
  - en: "Set a limit in /etc/docker/daemon.json; it holds for containers that are made from then on"
    zh: "在 /etc/docker/daemon.json 中设置上限；只对之后创建的容器生效"
    run: "cp -n /etc/docker/daemon.json /etc/docker/daemon.json.before 2>/dev/null; { cat /etc/docker/daemon.json 2>/dev/null || echo '{}'; } | jq '.\"log-opts\" += {\"max-size\": \"50m\", \"max-file\": \"3\"}' > /run/daemon.json && cat /run/daemon.json > /etc/docker/daemon.json && systemctl restart docker"
    on: "{node}"
verify: "docker info --format '{{.LoggingDriver}}'; ls -lS /var/lib/docker/containers/*/*-json.log | head -n 3"
*/
WITH
big AS (
  SELECT f.node, l.file, l.line, field(l.text, -1) AS path, CAST(field(l.text, 1) AS INTEGER) >> 20 AS mib,
    row_number() OVER (PARTITION BY f.node ORDER BY CAST(field(l.text, 1) AS INTEGER) DESC, l.line) AS n, count(*) OVER (PARTITION BY f.node) AS files
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/big-files.txt' AND l.text REGEXP '^[0-9]+ \S+ /var/lib/docker/containers/.*-json\.log$'
),
limited AS (
  SELECT f.node FROM files f JOIN documents d ON d.file = f.id
  WHERE f.path GLOB 'nodes/*/etc/docker/daemon.json' AND json_valid(d.json) AND (d.json ->> '$."log-opts"."max-size"' IS NOT NULL OR coalesce(d.json ->> '$."log-driver"', 'json-file') <> 'json-file')
  UNION SELECT node FROM node_processes WHERE args LIKE '%dockerd%' AND args REGEXP '--log-opt[= ]max-size|--log-driver[= ](?!json-file)'
)
SELECT 'node/' || b.node AS subject, b.file, b.line, b.node, b.mib AS size, b.files, b.path
FROM big b WHERE b.n <= 5 AND b.node NOT IN (SELECT node FROM limited)
ORDER BY b.node, b.n;
