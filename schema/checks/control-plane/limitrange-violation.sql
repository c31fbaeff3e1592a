/*
id: limitrange-violation
title:
  en: "A LimitRange of namespace {namespace} refuses the pods of {kind} {name}"
  zh: "命名空间 {namespace} 的 LimitRange 拒绝了 {kind} {name} 的 Pod"
detail:
  en: "{message}"
  zh: "拒绝原因：{message}"
severity: warning
confidence: certain
needs: [[events, deployments, replicasets, statefulsets, daemonsets]]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    A LimitRange sets the least and the most that a container, pod or claim may ask for. What this workload asks for lies outside, so each of its
    pods is refused before it exists; no list of pods shows them.
  zh: >-
    LimitRange 规定了容器、Pod 或 PVC 可申请资源的上下限。该工作负载的申请超出范围，每个 Pod 在创建前就被拒绝，在 Pod 列表中看不到。
fix:
  - en: "What is allowed?"
    zh: "查看允许的范围"
    run: "kubectl -n {namespace} describe limitrange"
  - en: "Change the requests and limits of the workload to fit"
    zh: "修改工作负载的 requests/limits 使其符合"
    run: "kubectl -n {namespace} edit {kind} {name}"
  - en: "Or change the LimitRange"
    zh: "或者修改 LimitRange"
    run: "kubectl -n {namespace} edit limitrange"
verify: "kubectl -n {namespace} get {kind} {name}"
refs: ["https://kubernetes.io/docs/concepts/policy/limit-range/"]
*/
WITH refused AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.event, f.last_seen DESC, f.file, f.line) AS n
  FROM creation_failures f
  WHERE f.message REGEXP '(maximum|minimum) (cpu|memory|ephemeral-storage|storage) usage per (Container|Pod|PersistentVolumeClaim) is|max limit to request ratio'
    AND (f.event = 0 OR f.last_seen > :now - 1800000000)
)
SELECT subject, file, line, coalesce(last_seen, first_seen) AS ts, substr(replace(message, char(10), ' '), 1, 400) AS message
FROM refused WHERE n <= 3
ORDER BY subject, n, file, line;
