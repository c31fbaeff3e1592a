/*
id: static-pod-manifest-broken
title:
  en: "A static pod manifest on {node} is {state}: {path}"
  zh: "节点 {node} 上的静态 Pod 清单{state_zh}：{path}"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[log:kubelet, capture:nodes/*/host/kubernetes-files.txt, "capture:nodes/*/etc/kubernetes/manifests/*"]]
causes:
  - {check: apiserver-down, when: same-node}
  - {check: kcm-down, when: same-node}
  - {check: scheduler-down, when: same-node}
  - {check: etcd-down, when: same-node}
  - {check: apiserver-port-in-use, when: same-node}
  - {check: apiserver-etcd-unreachable, when: same-node}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
why:
  en: >-
    kubelet reads every file of its manifest folder whose name does not begin with a dot, whatever its ending. What it cannot parse it
    leaves out, and the pod of that file is stopped or never starts. A copy that an editor left there (.bak, .orig, ~) is
    read, too, and becomes a second pod of the same name that fights the first one.
  zh: >-
    kubelet 会读取清单目录中所有不以点开头的文件，不论后缀。无法解析的清单会被跳过，对应的 Pod 停止或无法启动。
    编辑器留下的备份（.bak、.orig、~）同样会被读取，变成同名的第二个 Pod 与原来的冲突。
fix:
  - en: "Broken: see the place that kubelet names, and correct it"
    zh: "清单损坏：查看 kubelet 指出的位置并改正"
    run: "cat -A {path} | head -n 120; journalctl -u kubelet --no-pager | grep -i 'manifest file' | tail -n 3"
    on: "{node}"
  - en: "A left-over copy: move it out of the folder"
    zh: "多余的副本：移出该目录"
    run: "mkdir -p /root/old-manifests; for f in /etc/kubernetes/manifests/*.bak /etc/kubernetes/manifests/*.orig /etc/kubernetes/manifests/*.old /etc/kubernetes/manifests/*.save /etc/kubernetes/manifests/*~; do test -e \"$f\" && mv \"$f\" /root/old-manifests/; done; ls -la /etc/kubernetes/manifests"
    on: "{node}"
  - en: "The file is right and kubelet does not pick it up: restart it"
    zh: "文件已改正但 kubelet 没有读取：重启 kubelet"
    run: "systemctl restart kubelet"
    on: "{node}"
verify: "kubectl -n kube-system get pods -o wide --field-selector spec.nodeName={node}"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/"]
*/
WITH
-- kubelet reads the folder every 20 seconds and complains each time: an old complaint has been answered. What it says of a change
-- that it saw happen ("watch event") may be about a file half written, or an editor's temporary one.
said AS (
  SELECT h.node, h.file, h.line, h.text, h.ts, h.log,
    rx('(/[^ ":\\]+/manifests/[^ ":\\]+)', h.text, 1) AS path,
    rx('(?:parse as pod|manifest file)[^(]*\((.{1,200}?)\)', h.text, 1) AS reason
  FROM hits h WHERE h.signature = 'manifest-broken' AND h.ts > :now - 90000000 AND h.node IS NOT NULL AND h.text NOT LIKE '%watch event%'
),
broken AS (
  SELECT node, coalesce(path, 'the manifest') AS path, reason, file, line, text, ts, count(*) OVER w AS hits,
    row_number() OVER (PARTITION BY node, path ORDER BY log DESC) AS newest
  FROM said WINDOW w AS (PARTITION BY node, path)
),
listed AS (
  SELECT f.node, l.file, l.line, l.text, field(l.text, -1) AS name,
    (SELECT d.text FROM lines d WHERE d.file = l.file AND d.line < l.line AND d.text GLOB '/*:' ORDER BY d.line DESC LIMIT 1) AS folder
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/kubernetes-files.txt' AND l.text GLOB '-*'
    AND field(l.text, -1) REGEXP '\.ya?ml(~|[.-].+)$|\.(bak|orig|old|save|rpmsave|rpmnew|dpkg-old|dpkg-dist)$|~$'
    AND field(l.text, -1) NOT GLOB '.*'
),
copies AS (
  SELECT node, rtrim(folder, ':') || '/' || name AS path, file, line, text FROM listed WHERE folder GLOB '*/manifests:'
)
SELECT 'node/' || b.node AS subject, b.file, b.line, b.text, b.ts, b.node, b.path, 'critical' AS severity, 'certain' AS confidence,
  'broken' AS state, '无法解析' AS state_zh,
  'kubelet cannot use it' || coalesce(': ' || b.reason, '') || '.' AS what,
  'kubelet 无法使用它' || coalesce('：' || b.reason, '') || '。' AS what_zh
FROM broken b WHERE b.newest <= 2
UNION ALL
SELECT 'node/' || c.node, c.file, c.line, c.text, NULL, c.node, c.path, 'warning', 'possible', 'a left-over copy', '是多余的副本',
  'kubelet reads it as a manifest of its own, beside the real one.',
  'kubelet 会把它当作另一份清单读取，与正式清单并存。'
FROM copies c
ORDER BY 1, state, path, file, line;
