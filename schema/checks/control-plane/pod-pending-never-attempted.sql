/*
id: pod-pending-never-attempted
title:
  en: "Pods of {subject} are Pending and no scheduler has looked at them"
  zh: "{subject} 的 Pod 处于 Pending，从未被调度器处理"
detail:
  en: "{rows} pod(s) without a node and without a PodScheduled condition, first {pod}"
  zh: "{rows} 个 Pod 没有节点，也没有 PodScheduled 状态，首先是 {pod}"
severity: critical
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
why:
  en: >-
    A scheduler that works leaves a trace on every pod it looks at: a node, or PodScheduled=False with the reason. These pods
    have neither, so nobody tried. Resources, taints and affinities are not the reason.
  zh: >-
    正常工作的调度器一定会在处理过的 Pod 上留下痕迹：要么有节点，要么有 PodScheduled=False 及原因。这些 Pod 两者都没有，
    说明根本没有被尝试调度，与资源、污点、亲和性无关。
fix:
  - en: "See whether the scheduler runs and leads, then bring it back"
    zh: "查看调度器是否在运行并持有租约，然后恢复它"
    run: "kubectl -n kube-system get pods -l component=kube-scheduler -o wide; kubectl -n kube-system get lease kube-scheduler -o yaml"
verify: "kubectl get pods --all-namespaces --field-selector=status.phase=Pending"
*/
WITH
waiting AS (
  SELECT p.namespace, p.name, p.file, p.line, p.created, s.subject
  FROM pods p JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  WHERE p.phase = 'Pending' AND p.node IS NULL AND p.deleted IS NULL AND p.mirror IS NULL
    AND coalesce(p.scheduler, 'default-scheduler') = 'default-scheduler'
    AND NOT EXISTS (SELECT 1 FROM pod_conditions c WHERE c.namespace = p.namespace AND c.pod = p.name AND c.type = 'PodScheduled')
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.object_kind = 'Pod' AND e.object_namespace = p.namespace
      AND e.object_name = p.name AND e.reason IN ('FailedScheduling', 'Scheduled'))
    -- A scheduler looks at a new pod at once. Where none is known to run ten seconds are enough.
    AND :now - p.created > CASE WHEN EXISTS (SELECT 1 FROM node_components WHERE component = 'kube-scheduler' AND state <> 'running')
        AND NOT EXISTS (SELECT 1 FROM node_components WHERE component = 'kube-scheduler' AND state = 'running')
      THEN 10000000 ELSE 120000000 END
)
SELECT subject, file, line, created AS ts, name AS pod
FROM waiting
ORDER BY subject, name, file, line;
