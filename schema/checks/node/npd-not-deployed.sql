/*
id: npd-not-deployed
title:
  en: "No Node Problem Detector watches the nodes"
  zh: "没有部署 Node Problem Detector 来监测节点"
detail:
  en: "No pod or DaemonSet of that name, and no node has one of its conditions."
  zh: "没有同名的 Pod 或 DaemonSet，节点上也没有它的任何状况。"
severity: info
advice: true
needs: [nodes, pods, [daemonsets, pods], every_namespace]
why:
  en: >-
    Faults of kernel, disk and runtime are not seen by Kubernetes itself: a node with a hung kernel task or a read-only disk stays
    Ready for long. Node Problem Detector turns them into conditions and events.
  zh: >-
    Kubernetes 本身看不到内核、磁盘和容器运行时的故障：内核任务卡死或磁盘只读的节点可能很久都显示 Ready。
    Node Problem Detector 会把这些问题变成节点状况和事件。
fix:
  - en: "Deploy it as a DaemonSet (its repository has the manifests), or switch it on at the cloud provider"
    zh: "以 DaemonSet 方式部署（其仓库中有清单），或在云平台上启用"
    run: "kubectl get daemonsets --all-namespaces | grep -i problem-detector"
verify: "kubectl get nodes -o 'jsonpath={.items[*].status.conditions[*].type}' | tr ' ' '\\n' | sort | uniq -c"
refs: ["https://github.com/kubernetes/node-problem-detector"]
*/
SELECT 'cluster' AS subject, f.file AS file, 0 AS line, f.items || ' pods, none of them of node-problem-detector' AS text
FROM (SELECT file, sum(items) AS items FROM lists WHERE resource = 'pods' GROUP BY file ORDER BY items DESC, file LIMIT 1) f
WHERE EXISTS (SELECT 1 FROM nodes)
  AND NOT EXISTS (SELECT 1 FROM pods WHERE name LIKE '%node-problem-detector%' OR k8s_app LIKE '%node-problem-detector%' OR name GLOB 'npd-*')
  AND NOT EXISTS (SELECT 1 FROM workloads WHERE kind = 'DaemonSet' AND name LIKE '%node-problem-detector%')
  -- As a unit of the host it is told by its conditions.
  AND NOT EXISTS (SELECT 1 FROM node_conditions WHERE type IN ('KernelDeadlock', 'ReadonlyFilesystem', 'FrequentKubeletRestart',
    'FrequentDockerRestart', 'FrequentContainerdRestart', 'CorruptDockerOverlay2', 'FrequentUnregisterNetDevice', 'KubeletUnhealthy',
    'ContainerRuntimeUnhealthy', 'KubeletProblem', 'ContainerRuntimeProblem', 'FilesystemCorruptionProblem'))
  AND NOT EXISTS (SELECT 1 FROM files WHERE path GLOB 'nodes/*/journal/node-problem-detector.log' AND lines > 1)
ORDER BY subject, file;
