/*
id: node-cni-not-ready
title:
  en: "Node {node} has no working pod network (CNI)"
  zh: "节点 {node} 没有可用的 Pod 网络（CNI）"
detail:
  en: "{what}{conf}"
  zh: "{what_zh}{conf_zh}"
severity: critical
confidence: certain
needs: [[nodes, log:kubelet]]
causes:
  - {check: node-not-ready-kubelet, when: same}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: coredns-pending, when: cluster}
why:
  en: >-
    The runtime finds no usable network configuration in /etc/cni/net.d, so kubelet refuses to start pods here and calls the
    node NotReady. Either the network add-on was never installed, its pod does not run on this node, or somebody removed its
    file. DNS pods that are Pending at the same time are an effect.
  zh: >-
    容器运行时在 /etc/cni/net.d 里找不到可用的网络配置，因此 kubelet 拒绝在此启动 Pod，并把节点标记为 NotReady。
    原因可能是没有安装网络插件、插件的 Pod 没有在该节点运行，或配置文件被删除。此时 DNS Pod 处于 Pending 只是结果。
fix:
  - en: "What is in the folder? A file with a version error or a missing plugin counts as none"
    zh: "查看目录内容；配置有错误或缺少插件程序的文件等于没有"
    run: "ls -la /etc/cni/net.d /opt/cni/bin; cat /etc/cni/net.d/*"
    on: "{node}"
  - en: "Does the network add-on run on this node? Its pod writes the file; when it has none, delete the pod so that it starts anew"
    zh: "网络插件的 Pod 是否在该节点运行？配置文件由它写入；如果没有写入，删除该 Pod 让它重建"
    run: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node} | grep -E 'flannel|calico|cilium|weave|canal|antrea|kube-router|ovn'"
    if: addon
  - en: "Put the file back: this is the one of {other}, with the pod network {pod_cidr} of {node} in it"
    zh: "把配置文件放回去：以下是 {other} 上的文件，其中的 Pod 网段已改为 {node} 的 {pod_cidr}"
    run: "mkdir -p /etc/cni/net.d; printf '%s\\n' {content} > /etc/cni/net.d/{conf_name}"
    on: "{node}"
    if: content
  - en: "Put the file back: copy that of {other} (mind what is the node's own in it, as its pod network)"
    zh: "把配置文件放回去：从 {other} 复制（注意其中属于节点自身的内容，例如 Pod 网段）"
    run: "scp {other}:/etc/cni/net.d/* /etc/cni/net.d/"
    on: "{node}"
    if: copy
  - en: "containerd reads the folder again by itself; when it does not, restart it"
    zh: "containerd 会自动重新读取目录；如果没有，重启它"
    run: "systemctl restart containerd"
    on: "{node}"
    if: containerd
verify: "kubectl get node {node}"
refs: ["https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/"]
*/
WITH
now_broken AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.message) AS line, c.last_transition, c.message
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'Ready' AND c.status = 'False'
    AND c.message REGEXP 'NetworkPluginNotReady|cni config uninitialized|cni plugin not initialized|No CNI configuration file in '
),
-- Without the API's word, the log's: kubelet repeats the complaint every few seconds while it lasts.
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'cni-not-ready' AND h.node IS NOT NULL
),
lasting AS (
  SELECT * FROM logged l
  WHERE l.node IN (SELECT node FROM now_broken)
    OR (NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = l.node AND c.type = 'Ready')
      AND hits >= 3 AND last_ts > :now - 30000000)
),
folders AS (
  SELECT f.node, f.id AS file, l.line, l.text, l.text REGEXP '^total 0$|No such file' AS empty
  FROM files f JOIN lines l ON l.file = f.id AND l.line = 1
  WHERE f.path GLOB 'nodes/*/host/cni-conf.txt'
),
sick AS (SELECT node FROM now_broken UNION SELECT node FROM lasting),
-- The file of a node that works. Where its pod network is all that is a node's own in it, the file of this node follows: its network
-- is that of the bridge, which outlives the file, else the one it has in the API, where the other node uses its own of there.
files_elsewhere AS (
  SELECT f.node, rx('[^/]+$', f.path) AS name,
    (SELECT group_concat(t, ' ') FROM (SELECT trim(l.text) AS t FROM lines l WHERE l.file = f.id ORDER BY l.line)) AS content
  FROM files f
  WHERE f.path GLOB 'nodes/*/etc/cni/net.d/*.conf*' AND f.node NOT IN (SELECT node FROM sick) AND f.bytes < 16384
),
templates AS (
  SELECT e.*, rx('"subnet": ?"([0-9.]+/[0-9]+)"', e.content, 1) AS subnet, rx('"bridge": ?"([\w.-]+)"', e.content, 1) AS bridge,
    row_number() OVER (ORDER BY e.node DESC, e.name) AS n
  FROM files_elsewhere e
  WHERE json_valid(e.content) AND e.content LIKE '%"host-local"%' AND instr(e.content, '"' || e.node || '"') = 0
),
bridges AS (
  SELECT f.node, rx('\bscope global ([\w.-]+)', l.text, 1) AS bridge, rx('inet ([0-9]+[.][0-9]+[.][0-9]+[.])[0-9]+/24 ', l.text, 1) || '0/24' AS subnet
  FROM files f JOIN lines l ON l.file = f.id AND l.text LIKE '%inet %/24 %scope global%'
  WHERE f.path GLOB 'nodes/*/host/ip-addr.txt'
),
restored AS (
  SELECT s.node, t.node AS other, t.name, coalesce(b.subnet, h.pod_cidr) AS pod_cidr,
    replace(t.content, '"' || t.subnet || '"', '"' || coalesce(b.subnet, h.pod_cidr) || '"') AS content
  FROM sick s JOIN folders d ON d.node = s.node AND d.empty
  JOIN templates t ON t.n = 1 AND t.subnet IS NOT NULL
  LEFT JOIN bridges b ON b.node = s.node AND b.bridge = t.bridge
  LEFT JOIN nodes o ON o.name = t.node
  LEFT JOIN nodes h ON h.name = s.node AND o.pod_cidr = t.subnet
  WHERE coalesce(b.subnet, h.pod_cidr) IS NOT NULL
),
addons AS (
  SELECT name FROM pods WHERE name REGEXP 'flannel|calico|cilium|weave|canal|antrea|kube-router|ovn'
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, last_transition AS ts FROM now_broken
  UNION ALL SELECT node, 1, file, line, text, ts FROM lasting WHERE newest = 1
  UNION ALL SELECT s.node, 2, d.file, d.line, d.text, NULL FROM sick s JOIN folders d USING (node) WHERE d.empty
)
SELECT 'node/' || e.node AS subject, e.file, e.line, e.text, e.ts, e.node,
  coalesce((SELECT message FROM now_broken b WHERE b.node = e.node),
    'kubelet repeats it to the end of its log: ' || (SELECT substr(text, instr(text, '] ') + 2, 300) FROM lasting l WHERE l.node = e.node AND newest = 1)) AS what,
  coalesce((SELECT '节点报告：' || message FROM now_broken b WHERE b.node = e.node),
    'kubelet 直到日志末尾都在重复：' || (SELECT substr(text, instr(text, '] ') + 2, 300) FROM lasting l WHERE l.node = e.node AND newest = 1)) AS what_zh,
  CASE (SELECT d.empty FROM folders d WHERE d.node = e.node)
    WHEN 1 THEN '; /etc/cni/net.d is empty.'
    WHEN 0 THEN '; /etc/cni/net.d is not empty: look for a version error in the file, a missing plugin in /opt/cni/bin, or a runtime that has not read it.'
    ELSE '' END AS conf,
  CASE (SELECT d.empty FROM folders d WHERE d.node = e.node)
    WHEN 1 THEN '；/etc/cni/net.d 是空的。'
    WHEN 0 THEN '；/etc/cni/net.d 不为空：请检查文件中的版本错误、/opt/cni/bin 是否缺少插件，或运行时是否还没有重新读取。'
    ELSE '' END AS conf_zh,
  r.content, r.name AS conf_name, r.pod_cidr, coalesce(r.other, o.node) AS other,
  EXISTS (SELECT 1 FROM addons) AS addon, r.content IS NULL AND o.node IS NOT NULL AND NOT EXISTS (SELECT 1 FROM addons) AS copy,
  EXISTS (SELECT 1 FROM nodes n WHERE n.name = e.node AND n.runtime_version LIKE 'containerd%') AS containerd
FROM evidence e LEFT JOIN restored r ON r.node = e.node
LEFT JOIN (SELECT node, row_number() OVER (ORDER BY node DESC) AS n FROM folders WHERE NOT empty AND node NOT IN (SELECT node FROM sick)) o ON o.n = 1
ORDER BY e.node, e.seq, e.file, e.line;
