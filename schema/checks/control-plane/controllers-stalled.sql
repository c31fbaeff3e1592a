/*
id: controllers-stalled
title:
  en: "Controllers do not act on new or changed workloads"
  zh: "控制器没有处理新建或变更的工作负载"
detail:
  en: "{rows} workload(s) wait, first {first}: {what}"
  zh: "{rows} 个工作负载在等待，首先是 {first}：{what_zh}"
severity: critical
needs: [[deployments, statefulsets, daemonsets]]
causes:
  - {check: service-no-endpoints, when: cluster}
why:
  en: >-
    Each workload records the newest generation of its specification that its controller has seen. It lags behind, or a
    Deployment has no ReplicaSet at all, so whoever should act on it does not. Many at once point to the controller manager
    (down, without its lease, or blocked by a quota of etcd); a single one points to that object.
  zh: >-
    每个工作负载都会记录控制器已处理到的版本（observedGeneration）。它落后于当前版本，或者 Deployment 根本没有 ReplicaSet，
    说明对应的控制器没有动作。大量对象同时如此，问题在 controller-manager（停止、丢失租约或 etcd 配额已满）；只有一个对象如此，问题在该对象本身。
fix:
  - en: "See whether the controller manager runs and leads"
    zh: "查看 controller-manager 是否在运行并持有租约"
    run: "kubectl -n kube-system get pods -l component=kube-controller-manager -o wide; kubectl -n kube-system get lease kube-controller-manager -o yaml"
  - en: "Read what it says"
    zh: "查看它的日志"
    run: "kubectl -n kube-system logs -l component=kube-controller-manager --tail 100"
verify: "kubectl get deployments,statefulsets,daemonsets --all-namespaces"
*/
WITH
-- When an object was last touched by anybody who declares it (its status is written by the controllers themselves).
aged AS (
  SELECT w.kind, w.namespace, w.name, w.uid, w.generation, w.observed_generation, w.file, w.line, w.object,
    max(w.created, coalesce((SELECT max(us(json_extract(m.value, '$.time'))) FROM objects o, json_each(o.json, '$.metadata.managedFields') m
      WHERE o.id = w.object), w.created)) AS touched
  FROM workloads w
  WHERE w.kind IN ('Deployment', 'StatefulSet', 'DaemonSet') AND w.generation IS NOT NULL
    AND (coalesce(w.observed_generation, 0) < w.generation
      OR (w.kind = 'Deployment' AND w.desired > 0
        AND NOT EXISTS (SELECT 1 FROM workloads r WHERE r.kind = 'ReplicaSet' AND r.namespace = w.namespace
          AND (r.owner_uid = w.uid OR r.owner_name = w.name))
        AND EXISTS (SELECT 1 FROM lists WHERE resource = 'replicasets')))
),
waiting AS (
  SELECT a.*, coalesce(json_extract(o.json, '$.spec.paused'), 0) AS paused
  FROM aged a JOIN objects o ON o.id = a.object
  WHERE a.touched IS NOT NULL
    -- A controller acts within a second. Where it is known to be down ten seconds are enough.
    AND :now - a.touched > CASE WHEN EXISTS (SELECT 1 FROM node_components WHERE component = 'kube-controller-manager' AND state <> 'running')
        AND NOT EXISTS (SELECT 1 FROM node_components WHERE component = 'kube-controller-manager' AND state = 'running')
      THEN 10000000 ELSE 60000000 END
)
SELECT 'cluster' AS subject, file, line, touched AS ts, NULL AS text,
  lower(kind) || ' ' || namespace || '/' || name AS first,
  CASE WHEN coalesce(observed_generation, 0) < generation
    THEN 'generation ' || generation || ' was written, ' || coalesce(observed_generation, 'none') || ' was seen by its controller'
    ELSE 'it has no ReplicaSet' END AS what,
  CASE WHEN coalesce(observed_generation, 0) < generation
    THEN '已写入版本 ' || generation || '，控制器处理到 ' || coalesce(observed_generation, '无')
    ELSE '没有 ReplicaSet' END AS what_zh
FROM waiting WHERE NOT paused
ORDER BY touched, file, line;
