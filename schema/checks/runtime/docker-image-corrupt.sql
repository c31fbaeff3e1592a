/*
id: docker-image-corrupt
title:
  en: "Docker on {node} cannot store an image: a layer of an earlier try is in its way"
  zh: "节点 {node} 上的 Docker 无法保存镜像：上次残留的层目录冲突"
detail:
  en: "Seen {hits} time(s), the last at {last_at}: {layer}"
  zh: "出现 {hits} 次，最后一次在 {last_at}：{layer}"
severity: warning
confidence: certain
needs: ["log:docker"]
causes:
  - {check: image-pull-failing, when: pod-on-node}
why:
  en: >-
    A pull that was cut off (a crash, a full disk) left the folder of a layer half written. Docker does not write over it, so every image that
    has this layer fails to pull on this node, and on this node only.
  zh: >-
    之前中断的拉取（崩溃、磁盘写满）留下了未写完的层目录。Docker 不会覆盖它，因此该节点上包含此层的镜像都无法拉取，其他节点不受影响。
fix:
  - en: "Put the folder of that layer aside and restart Docker"
    zh: "移走该层目录并重启 Docker"
    run: "mv {layer} /var/tmp/ && systemctl restart docker"
    on: "{node}"
verify: "journalctl -u docker --since -10min --no-pager | grep -c 'failed to register layer'"
*/
SELECT 'node/' || h.node AS subject, h.file, h.line, h.text, h.ts, h.node, h.hits, coalesce(iso(h.last_ts), '?') AS last_at, h.captures ->> '$.layer' AS layer
FROM node_hits h WHERE h.signature = 'docker-layer-corrupt' AND (h.newest <= 4 OR h.oldest = 1)
ORDER BY h.node, h.newest, h.file, h.line;
