/*
id: test-disk-full
title: {en: "The disk {mount} of {node} is full", zh: "节点 {node} 的磁盘 {mount} 已满"}
detail: {en: "{percent} % of it are used.", zh: "已使用 {percent} %。"}
severity: critical
confidence: certain
needs: [node_disks]
causes:
  - {check: test-pod-failing, when: pod-on-node}
why: {en: "Nothing can be written to it.", zh: "无法写入任何数据。"}
fix:
  - {en: "Look for what is large", zh: "找出占用空间的文件", run: "du -xh {mount} | sort -h | tail", on: "{node}", if: percent}
  - {en: "Only where there is a spare disk", zh: "仅当有备用磁盘时", run: "mount {spare} /mnt", if: spare}
  - {en: "Only where there is room", zh: "仅当有空间时", if: free}
  - {en: "Buy a disk", zh: "购买磁盘"}
verify: df {mount}
k8s: ">=1.6"
*/
SELECT 'node/' || node AS subject, node, mount, use_percent AS percent, 100 - use_percent AS free, NULL AS spare, file, line
FROM node_disks
WHERE use_percent >= 95
ORDER BY node, mount
