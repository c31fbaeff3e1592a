/*
id: volume-mount-failed
title:
  en: "A volume of {subject} cannot be mounted"
  zh: "{subject} 的存储卷无法挂载"
detail:
  en: "Pod {pod} on {on_node}: {message}"
  zh: "节点 {on_node} 上的 Pod {pod}：{message}"
severity: critical
needs: [pods, events]
causes:
  - {check: pod-stuck-containercreating, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    The pod has a node, and kubelet there cannot put its volume in place, so no container starts. "timed out waiting for the condition" is only the
    summary: another event, or kubelet's log, holds the reason. kubelet tries again at growing intervals, at most every 2 minutes.
  zh: >-
    Pod 已分配节点，但该节点的 kubelet 无法挂载存储卷，因此容器都无法启动。timed out waiting for the condition 只是汇总，真正的原因在另一条事件或 kubelet 日志中。
    kubelet 会以逐渐增大的间隔重试，最长 2 分钟一次。
fix:
  - en: "Read every reason"
    zh: "查看全部原因"
    run: "kubectl -n {namespace} get events --field-selector involvedObject.name={pod} --sort-by=.lastTimestamp | grep -E 'FailedMount|FailedAttach'"
  - en: "kubelet's own words about it"
    zh: "kubelet 自己的日志"
    run: "journalctl -u kubelet -n 5000 --no-pager | grep -E 'MountVolume|mount failed|nestedpendingoperations' | tail -n 20"
    on: "{on_node}"
  - en: "The claim, its volume and where it comes from"
    zh: "查看 PVC、PV 及其来源"
    run: "kubectl -n {namespace} get pvc; kubectl describe pv {volume}"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/storage/persistent-volumes/"]
*/
WITH
-- A ConfigMap or Secret that is missing has a diagnosis of its own; a cache that is late, or an object that is not registered, comes right by itself.
about AS (
  SELECT f.*,
    f.message REGEXP '(?i)(configmap|secret)s? "[^"]+" not found|references non-existent (secret|config) key' AS object,
    f.message REGEXP '^(\(combined from similar events\): )?Unable to (attach or )?mount volumes' AS summary
  FROM volume_failures f
  WHERE f.reason IN ('FailedMount', 'FailedMapVolume') AND f.last_seen > :now - 600000000
    AND f.message REGEXP 'Unable to (attach or )?mount volumes|M(ount|ap)Volume\.\S+( initialization)? failed for volume'
    AND f.message NOT REGEXP 'failed to sync (configmap|secret) cache|not registered$'
),
-- The summary comes after two minutes; the others must last.
sick AS (
  SELECT a.*, row_number() OVER (PARTITION BY a.subject ORDER BY a.summary, a.last_seen DESC, a.pod, a.line) AS n
  FROM about a
  WHERE NOT a.object AND (a.summary OR a.lasting)
    AND NOT (a.summary AND EXISTS (SELECT 1 FROM about x WHERE x.namespace = a.namespace AND x.pod = a.pod AND x.object))
)
SELECT s.subject, s.file, s.line, s.first_seen AS ts, s.node, s.namespace, s.pod, coalesce(s.node, 'node') AS on_node, s.message,
  coalesce(s.volume, 'VOLUME') AS volume,
  CASE WHEN s.summary THEN 'likely' ELSE 'certain' END AS confidence
FROM sick s
WHERE s.n <= 5
ORDER BY s.subject, s.n, s.file, s.line;
