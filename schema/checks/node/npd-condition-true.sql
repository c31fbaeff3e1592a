/*
id: npd-condition-true
title:
  en: "Node Problem Detector reports {types} on {node}"
  zh: "Node Problem Detector 报告节点 {node} 存在 {types}"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [nodes]
causes:
  - {check: node-not-ready-kubelet, when: same}
why:
  en: >-
    These conditions are bad when True, unlike Ready. Node Problem Detector found their pattern in the kernel's or the runtime's
    log; most of them are not taken back until it restarts, so mind the time of the last change.
  zh: >-
    这些状况为 True 时表示有问题，与 Ready 相反。Node Problem Detector 在内核或容器运行时的日志中发现了对应的模式；
    其中大多数在它重启之前不会自动恢复，请留意最后一次变化的时间。
fix:
  - en: "The reason names the fault; the lines it was made of stand in the node's log"
    zh: "reason 指明了故障，对应的原始日志在节点上"
    run: "journalctl -k --no-pager | grep -E 'blocked for more than|Remounting|I/O error|unregister_netdevice|Hardware Error' | tail -n 20"
    on: "{node}"
  - en: "Once it is mended, restart the detector on this node so that the condition goes"
    zh: "修复后，重启该节点上的检测器，使状况恢复"
    run: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node} | grep node-problem-detector"
verify: "kubectl describe node {node} | sed -n '/^Conditions/,/^Addresses/p'"
refs: ["https://github.com/kubernetes/node-problem-detector"]
*/
WITH
bad AS (
  SELECT c.node, c.type, c.reason, c.message, c.last_transition, c.file,
    max(json_line(o.json, o.line, c.type), json_line(o.json, o.line, c.message)) AS line
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.status = 'True' AND c.type IN ('KernelDeadlock', 'ReadonlyFilesystem', 'CorruptDockerOverlay2', 'CorruptDockerImage',
    'FrequentUnregisterNetDevice', 'FrequentKubeletRestart', 'FrequentDockerRestart', 'FrequentContainerdRestart', 'XfsShutdown',
    'CperHardwareErrorFatal', 'ContainerRuntimeUnhealthy', 'KubeletUnhealthy', 'DiskBadBlock', 'NTPProblem', 'DockerHung', 'BadDisk')
)
SELECT 'node/' || b.node AS subject, b.file, b.line, b.last_transition AS ts, b.node,
  (SELECT group_concat(type, ', ') FROM (SELECT type FROM bad x WHERE x.node = b.node ORDER BY type)) AS types,
  (SELECT group_concat(type || ' since ' || coalesce(iso(last_transition), '?') || ', ' || coalesce(reason, '?') || ': ' || coalesce(message, ''), '; ')
   FROM (SELECT * FROM bad x WHERE x.node = b.node ORDER BY type)) AS what,
  (SELECT group_concat(type || ' 自 ' || coalesce(iso(last_transition), '?') || ' 起，' || coalesce(reason, '?') || '：' || coalesce(message, ''), '；')
   FROM (SELECT * FROM bad x WHERE x.node = b.node ORDER BY type)) AS what_zh
FROM bad b
ORDER BY b.node, b.type, b.file, 3;
