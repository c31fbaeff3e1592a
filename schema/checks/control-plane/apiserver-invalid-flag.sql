/*
id: apiserver-invalid-flag
title:
  en: "{component} on {node} refuses its command line: {problem}"
  zh: "节点 {node} 上的 {component} 拒绝启动参数：{problem}"
detail:
  en: "Said {hits} time(s), the last at {last_at}. It ends at once each time it is started."
  zh: "共出现 {hits} 次，最后一次在 {last_at}。每次启动都会立即退出。"
severity: critical
confidence: certain
needs: [[log:kube-apiserver, log:kube-controller-manager, log:kube-scheduler, log:etcd]]
causes:
  - {check: apiserver-down, when: same-node}
  - {check: kcm-down, when: same-node}
  - {check: scheduler-down, when: same-node}
  - {check: etcd-down, when: same-node}
  - {check: apiserver-etcd-unreachable, when: same-node}
  - {check: pod-crashloop, when: pod-on-node}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
why:
  en: >-
    The component reads its flags before anything else and ends when it does not know one of them, when a feature gate is gone or locked, or when a
    flag that has become mandatory is missing. That comes from an edited manifest or unit, or from an upgrade that removed the flag.
    (--insecure-port and --port ended with 1.24, --pod-eviction-timeout with 1.27.) Restarting does not help. "Flag has been deprecated" is a warning only.
  zh: >-
    组件启动时首先解析参数：遇到未知参数、已移除或锁定的特性门控（feature gate），或缺少已变为必填的参数时会立即退出。
    原因通常是手工修改了清单或服务文件，或升级后该参数已被移除（如 1.24 移除 --insecure-port 和 --port，1.27 移除 --pod-eviction-timeout）。
    反复重启无效；“Flag ... has been deprecated” 只是警告。
fix:
  - en: "See the flag where it stands, and remove or correct it (kubelet restarts a changed manifest by itself)"
    zh: "找到该参数并删除或改正（修改静态 Pod 清单后 kubelet 会自动重启组件）"
    run: "grep -n -e '--' /etc/kubernetes/manifests/{component}.yaml 2>/dev/null || systemctl cat {component}"
    on: "{node}"
  - en: "Which flags does this version know?"
    zh: "查看该版本支持哪些参数"
    run: "{component} --help 2>&1 | grep -e '--' | head -n 300"
    on: "{node}"
  - en: "Runs as a systemd unit: start it after the correction"
    zh: "若以 systemd 服务方式运行：改正后重新启动"
    run: "systemctl daemon-reload && systemctl restart {component}"
    on: "{node}"
verify: "kubectl -n kube-system get pods -o wide"
refs: ["https://kubernetes.io/docs/reference/command-line-tools-reference/"]
*/
WITH
said AS (
  SELECT coalesce(h.node, p.node, h.pod) AS node, h.unit AS component, h.file, h.line, h.text, coalesce(h.ts, 0) AS ts, h.log,
    coalesce('unknown flag: ' || json_extract(h.captures, '$.flag'), 'unrecognized feature gate: ' || json_extract(h.captures, '$.gate'),
      'cannot set feature gate ' || json_extract(h.captures, '$.locked') || ', feature is locked', 'flag provided but not defined: ' || json_extract(h.captures, '$.undefined'),
      'invalid argument ' || json_extract(h.captures, '$.argument'),
    rx('(?i)((?:unknown (?:shorthand )?flag|unrecognized feature gate|cannot set feature gate|flag provided but not defined|invalid argument|error verifying flag)[^\\]{0,100}|[^ \[]+ (?:is a|are) required flags?)', h.text, 1), h.text) AS problem
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'component-invalid-flag'
),
summed AS (
  SELECT s.*, count(*) OVER w AS hits, max(ts) OVER w AS last_ts, min(ts) OVER w AS first_ts,
    row_number() OVER (PARTITION BY node, component ORDER BY log DESC) AS newest
  FROM said s WINDOW w AS (PARTITION BY node, component)
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, nullif(s.ts, 0) AS ts, s.node, s.component, s.hits,
  coalesce(iso(nullif(s.last_ts, 0)), '-') AS last_at, first_value(trim(s.problem)) OVER (PARTITION BY s.node ORDER BY s.component, s.newest) AS problem
FROM summed s LEFT JOIN node_components c ON c.node = s.node AND c.component = s.component
-- It lasts: the component is not there now, or it said so just before the collection.
WHERE s.newest <= 3 AND (c.state IN ('down', 'stopped') OR s.last_ts > :now - 600000000
  OR NOT EXISTS (SELECT 1 FROM files f WHERE f.unit = s.component AND (f.node = s.node OR f.pod LIKE '%' || s.node) AND f.last_log > s.log))
ORDER BY 1, s.component, s.newest, s.file, s.line;
