/*
id: volume-attach-failed
title:
  en: "The volume {volume} of {subject} cannot be attached to {on_node}"
  zh: "{subject} 的存储卷 {volume} 无法挂接到节点 {on_node}"
detail:
  en: "Pod {pod}: {message}"
  zh: "Pod {pod} 的报错：{message}"
severity: critical
confidence: certain
needs: [pods, events]
causes:
  - {check: volume-mount-failed, when: same}
  - {check: pod-stuck-containercreating, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    Before kubelet can mount a disk of a cloud or a storage array, a controller attaches it to the node. That fails or gets no answer: the driver's attacher does not
    run, the cloud refuses (credentials, the limit of disks of this machine, a disk that is still being detached), or the volume is gone.
  zh: >-
    挂载云盘或存储阵列的磁盘之前，控制器要先把它挂接到节点。该操作失败或没有回应：驱动的 attacher 没有运行、云平台拒绝
    （凭据、单机磁盘数上限、磁盘仍在卸载中），或存储卷已不存在。
fix:
  - en: "What does the attachment say?"
    zh: "查看挂接对象给出的错误"
    run: "kubectl get volumeattachments -o custom-columns=VOLUME:.spec.source.persistentVolumeName,NODE:.spec.nodeName,ERROR:.status.attachError.message | grep -F -e {volume} -e NODE"
  - en: "Does the driver's controller run, and what does it say?"
    zh: "驱动的控制器是否运行？查看其日志"
    run: "kubectl get pods -A -o wide | grep -E 'csi.*(controller|attacher|provisioner)'; kubectl get csidrivers"
  - en: "How many volumes may this node have, and how many has it?"
    zh: "该节点允许挂接多少卷，已挂接多少？"
    run: "kubectl get csinode {on_node} -o custom-columns='DRIVERS:.spec.drivers[*].name,LIMITS:.spec.drivers[*].allocatable.count'; kubectl get node {on_node} -o jsonpath='{.status.volumesAttached[*].name}{\"\n\"}'"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes-csi.github.io/docs/external-attacher.html"]
*/
WITH
said AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.pod, f.line) AS n
  FROM volume_failures f
  WHERE f.reason = 'FailedAttachVolume' AND f.lasting AND f.last_seen > :now - 600000000
    AND f.message REGEXP 'AttachVolume\.Attach failed for volume "[^"]+"|timed out waiting for external-attacher|attachment timeout for volume'
    AND f.message NOT LIKE '%Multi-Attach error%'
),
evidence AS (
  SELECT subject, n AS seq, file, line, first_seen AS ts, node FROM said WHERE n <= 3
  -- The attachment says it, too, where attachments were collected.
  UNION ALL
  SELECT s.subject, 10, o.file, json_line(o.json, o.line, o.json ->> '$.status.attachError.message'), us(o.json ->> '$.status.attachError.time'), s.node
  FROM said s JOIN objects o ON o.kind = 'VolumeAttachment' AND o.json ->> '$.spec.source.persistentVolumeName' = s.volume
    AND o.json ->> '$.spec.nodeName' = s.node AND o.json ->> '$.status.attachError.message' IS NOT NULL
  WHERE s.n = 1
)
SELECT s.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, coalesce(s.node, 'NODE') AS on_node, coalesce(s.volume, 'VOLUME') AS volume, s.message
FROM said s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
