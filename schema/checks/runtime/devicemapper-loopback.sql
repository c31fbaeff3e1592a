/*
id: devicemapper-loopback
title:
  en: "Docker on {node} keeps its images in a loopback file of devicemapper"
  zh: "节点 {node} 上的 Docker 使用 devicemapper 的 loopback 文件存储镜像"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
confidence: certain
needs: [["log:docker", "capture:nodes/*/runtime/docker/info.txt"]]
causes:
  - {check: docker-hung, when: same}
  - {check: image-pull-failing, when: pod-on-node}
  - {check: docker-down, when: same}
why:
  en: >-
    This mode is meant for trying Docker out. It is slow, locks up under load, and its pool has a size of its own (100 GB unless set): when that is
    full, pulls fail and containers' file systems turn read-only although df shows space. Docker 25 no longer has this driver.
  zh: >-
    该模式仅用于试用。它性能差，高负载下会卡死，而且存储池有自己的大小（默认 100 GB）：用满后即使 df 显示有空间，
    镜像也无法拉取，容器文件系统会变为只读。Docker 25 已移除该驱动。
fix:
  - en: "How full is the pool?"
    zh: "存储池用了多少？"
    run: "docker info 2>/dev/null | grep -E 'Storage Driver|Data (loop|Space)|Metadata Space'; lvs 2>/dev/null"
    on: "{node}"
  - en: "Change to overlay2 (images are pulled again): drain the node, set \"storage-driver\": \"overlay2\" in daemon.json"
    zh: "改用 overlay2（镜像会重新拉取）：先排空节点，在 daemon.json 中设置 \"storage-driver\": \"overlay2\""
    run: "systemctl stop kubelet docker && mv /var/lib/docker /var/lib/docker.devicemapper && vi /etc/docker/daemon.json && systemctl start docker kubelet"
    on: "{node}"
verify: "docker info 2>/dev/null | grep 'Storage Driver'"
*/
WITH
info AS (
  SELECT f.node, l.file, l.line, l.text, row_number() OVER (PARTITION BY f.node ORDER BY l.line) AS n
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.role = 'docker-info' AND l.text REGEXP '^\s*(Storage Driver: devicemapper|Data loop file: |Data Space (Used|Available): )'
    AND EXISTS (SELECT 1 FROM lines d WHERE d.file = f.id AND d.text REGEXP '^\s*Data loop file: ')
),
logged AS (SELECT * FROM node_hits WHERE signature = 'devmapper-loopback'),
sick AS (SELECT node FROM info UNION SELECT node FROM logged),
evidence AS (
  SELECT node, n AS seq, file, line, NULL AS text, NULL AS ts FROM info
  UNION ALL SELECT node, 10 + newest, file, line, text, ts FROM logged WHERE newest <= 2
),
full AS (SELECT node, captures ->> '$.blocks' AS blocks FROM (SELECT *, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS k FROM logged WHERE captures ->> '$.blocks' IS NOT NULL) WHERE k = 1)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN x.blocks IS NULL THEN 'warning' ELSE 'critical' END AS severity,
  CASE WHEN x.blocks IS NULL THEN 'It works until load or space runs out.' ELSE 'Its pool is nearly full: ' || x.blocks || ' free blocks.' END AS what,
  CASE WHEN x.blocks IS NULL THEN '在负载升高或空间用尽之前可以工作。' ELSE '存储池即将用满：剩余 ' || x.blocks || ' 个数据块。' END AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node LEFT JOIN full x ON x.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
