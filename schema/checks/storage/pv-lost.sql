/*
id: pv-lost
title:
  en: "The volume of {subject} is lost"
  zh: "{subject} 的存储卷已丢失"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[persistentvolumeclaims, persistentvolumes]]
causes:
  - {check: workload-unavailable, when: uses}
why:
  en: >-
    A claim is Lost when the PersistentVolume that it was bound to has been deleted: the claim does not bind again by itself, and pods that want it do not
    start. A PersistentVolume is Failed when its reclaim (deletion or recycling after the claim went) did not succeed. The data
    behind either may still exist: the objects are only names for them.
  zh: >-
    PVC 处于 Lost，说明它绑定的 PersistentVolume 已被删除：PVC 不会自动重新绑定，使用它的 Pod 无法启动。
    PV 处于 Failed，说明 PVC 删除后的回收（删除或清理）没有成功。两种情况下底层数据可能仍在，丢失的只是对象。
fix:
  - en: "What does it say, and is the disk behind it still there?"
    zh: "查看状态，确认底层存储是否还在"
    run: "kubectl get persistentvolumes -o wide; kubectl get persistentvolumeclaims --all-namespaces"
  - en: "Keep the data from being deleted while you work"
    zh: "处理期间避免数据被删除"
    run: "kubectl patch persistentvolume {volume} -p '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'"
  - en: "Lost: create the PersistentVolume again with the same name, the same disk and a claimRef to this claim; then remove the claim's annotation pv.kubernetes.io/bind-completed"
    zh: "Lost：用相同名称和底层磁盘重新创建 PV，并在 claimRef 中指向该 PVC；然后删除 PVC 的注解 pv.kubernetes.io/bind-completed"
  - en: "Failed: read why the reclaim failed"
    zh: "Failed：查看回收失败的原因"
    run: "kubectl describe persistentvolume {volume}"
verify: "kubectl get persistentvolumes; kubectl get persistentvolumeclaims --all-namespaces"
*/
SELECT 'persistentvolumeclaim/' || p.namespace || '/' || p.name AS subject, p.file, json_line(o.json, p.line, 'Lost') AS line, p.volume,
  'It was bound to ' || coalesce(p.volume, 'a volume') || ', which no longer exists.' AS what,
  '它绑定的 ' || coalesce(p.volume, 'PV') || ' 已不存在。' AS what_zh
FROM pvcs p JOIN objects o ON o.id = p.object
WHERE p.phase = 'Lost'
UNION ALL
SELECT 'persistentvolume/' || o.name, o.file, json_line(o.json, o.line, 'Failed'), o.name,
  'Its reclaim failed' || coalesce(': ' || json_extract(o.json, '$.status.message'), '') || '.',
  '回收失败' || coalesce('：' || json_extract(o.json, '$.status.message'), '') || '。'
FROM objects o
WHERE o.kind = 'PersistentVolume' AND json_extract(o.json, '$.status.phase') = 'Failed'
ORDER BY 1, 2, 3;
