/*
id: kube-proxy-conntrack-missing
title:
  en: "kube-proxy does not find the program conntrack{place}"
  zh: "kube-proxy 找不到 conntrack 程序{place_zh}"
detail:
  en: "{hits} times, the last at {last_at}: entries of UDP services stay in the kernel after their pods are gone."
  zh: "共 {hits} 次，最后一次在 {last_at}：Pod 消失后，UDP Service 的连接记录仍留在内核中。"
severity: warning
confidence: certain
needs: [log:kube-proxy]
causes:
  - {check: dns-resolution-broken, when: cluster}
why:
  en: >-
    When a UDP endpoint goes away kube-proxy (before 1.32) runs conntrack to delete the kernel's entries for it. Without
    the program they stay, and clients that keep their source port, DNS above all, go on talking to pods that no longer exist.
    TCP is not affected.
  zh: >-
    UDP 端点消失时，kube-proxy（1.32 之前）要调用 conntrack 删除内核中的连接记录。找不到该程序时记录会残留，
    源端口不变的客户端（尤其是 DNS）会继续把请求发给已不存在的 Pod。TCP 不受影响。
fix:
  - en: "kube-proxy runs on the host: install the program and restart it"
    zh: "kube-proxy 运行在主机上：安装该程序并重启"
    run: "apt-get install -y conntrack || yum install -y conntrack-tools; systemctl restart kube-proxy"
    on: "{node}"
    if: unit
  - en: "kube-proxy runs as a pod, its image {image} lacks the program: use one that has it (the official ones do), and watch the roll-out"
    zh: "kube-proxy 以 Pod 方式运行，其镜像 {image} 缺少该程序：换用包含它的镜像（官方镜像自带），并等待滚动更新完成"
    run: "kubectl -n {namespace} set image daemonset/{name} kube-proxy={better} && kubectl -n {namespace} rollout status daemonset/{name} --timeout=120s"
    if: better
  - en: "Drop the stale entries of the DNS service once"
    zh: "清除一次 DNS 服务的残留记录"
    run: "conntrack -D -p udp --orig-port-dst 53"
    on: "{on_node}"
    if: unit
  - en: "Drop the stale entries of the DNS service once, from a pod that has the program now"
    zh: "清除一次 DNS 服务的残留记录（从已包含该程序的 Pod 中执行）"
    run: "kubectl -n {namespace} get pods -l k8s-app=kube-proxy -o name | while read -r p; do kubectl -n {namespace} exec $p -- conntrack -D -p udp --orig-port-dst 53; done"
    if: better
verify: "kubectl -n kube-system logs -l k8s-app=kube-proxy --tail 100 | grep conntrack"
k8s: "<1.32"
*/
WITH
-- One finding for the pods of a DaemonSet, and one for each node where kube-proxy is a unit.
logged AS (
  SELECT h.file, h.line, h.ts, h.text, h.log, coalesce(s.node, h.node) AS node,
    coalesce(s.subject, CASE WHEN h.pod IS NOT NULL THEN 'daemonset/kube-system/kube-proxy' ELSE 'node/' || h.node END) AS subject,
    CASE WHEN h.pod IS NULL THEN (SELECT u.started FROM node_units u WHERE u.node = h.node AND u.unit = 'kube-proxy.service')
      ELSE (SELECT c.running_since FROM container_statuses c WHERE c.namespace = h.namespace AND c.pod = h.pod AND c.name = h.container) END AS started,
    h.role
  FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature = 'kube-proxy-conntrack-missing' AND h.role IS NOT 'container-log-previous' AND NOT h.copy
    -- Logs of pods that are gone do not count when the API says which ones there are.
    AND (h.pod IS NULL OR s.subject IS NOT NULL OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'pods'))
),
-- The program was missing in the process that runs now.
counted AS (
  SELECT *, row_number() OVER (PARTITION BY subject, node ORDER BY ts DESC, log DESC) AS newest,
    row_number() OVER (PARTITION BY subject ORDER BY ts, log) AS oldest,
    count(*) OVER (PARTITION BY subject) AS hits, max(ts) OVER (PARTITION BY subject) AS last_ts
  FROM logged
  WHERE CASE WHEN started IS NOT NULL THEN ts IS NULL OR ts >= started - 5000000
    -- The API gives the log of the container that runs; of others nothing tells when it began.
    ELSE role IS 'container-log' AND EXISTS (SELECT 1 FROM lists WHERE resource = 'pods') OR ts IS NULL OR ts > :now - 3600000000 END
),
-- The image in use, and another one of kube-proxy: one that nodes have already, else the official one of this version.
used AS (
  SELECT min(s.image) AS image FROM container_specs s WHERE s.namespace = 'kube-system' AND s.name = 'kube-proxy'
),
images AS (
  SELECT u.image, coalesce(
    (SELECT n.image FROM (SELECT repository || ':' || tag AS image, count(DISTINCT node) AS nodes FROM node_images
        WHERE repository LIKE '%/kube-proxy' AND tag NOT LIKE '%none%' GROUP BY 1) n
      WHERE n.image <> u.image ORDER BY n.nodes DESC, n.image DESC LIMIT 1),
    'registry.k8s.io/kube-proxy:' || (SELECT kubelet_version FROM nodes ORDER BY name LIMIT 1)) AS better
  FROM used u WHERE u.image IS NOT NULL
)
SELECT subject, file, line, text, ts, node, coalesce(node, 'node') AS on_node, hits, coalesce(iso(last_ts), '-') AS last_at,
  CASE WHEN subject GLOB 'node/*' THEN ' on ' || node ELSE '' END AS place,
  CASE WHEN subject GLOB 'node/*' THEN '（节点 ' || node || '）' ELSE '' END AS place_zh,
  subject GLOB 'node/*' AS unit, i.image, i.better
FROM counted LEFT JOIN images i ON subject GLOB 'daemonset/*'
WHERE newest <= 2 OR oldest = 1
ORDER BY subject, node, newest, file, line;
