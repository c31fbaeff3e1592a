/*
id: docker-overlay2-corrupt
title:
  en: "Docker's overlay2 store on {node} is damaged"
  zh: "节点 {node} 上 Docker 的 overlay2 存储已损坏"
detail:
  en: "Seen {hits} time(s), the last at {last_at}."
  zh: "出现 {hits} 次，最后一次在 {last_at}。"
severity: critical
confidence: certain
needs: ["log:docker"]
causes:
  - {check: image-pull-failing, when: pod-on-node}
  - {check: oci-runtime-create-failed, when: pod-on-node}
why:
  en: >-
    A symbolic link below /var/lib/docker/overlay2/l is empty, which a power cut or a full disk leaves behind. Every container from a layer that
    uses it fails, and Docker cannot repair its store.
  zh: >-
    /var/lib/docker/overlay2/l 下的某个符号链接为空，通常由断电或磁盘写满造成。使用该层的所有容器都无法创建，Docker 无法自行修复。
fix:
  - en: "Move the node's pods away"
    zh: "先迁走该节点的 Pod"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "Put the store aside and begin with an empty one; images are pulled again"
    zh: "移走存储目录，从空目录开始；镜像会重新拉取"
    run: "systemctl stop kubelet docker && mv /var/lib/docker /var/lib/docker.damaged && systemctl start docker kubelet"
    on: "{node}"
  - en: "When it runs again, let it take pods"
    zh: "恢复后允许调度"
    run: "kubectl uncordon {node}"
verify: "journalctl -u docker --since -10min --no-pager | grep -c 'overlay2.*invalid argument'"
*/
SELECT 'node/' || h.node AS subject, h.file, h.line, h.text, h.ts, h.node, h.hits, coalesce(iso(h.last_ts), '?') AS last_at
FROM node_hits h WHERE h.signature = 'docker-overlay2-corrupt' AND (h.newest <= 4 OR h.oldest = 1)
ORDER BY h.node, h.newest, h.file, h.line;
