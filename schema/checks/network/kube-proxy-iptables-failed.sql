/*
id: kube-proxy-iptables-failed
title:
  en: "kube-proxy cannot write its iptables rules{place}"
  zh: "kube-proxy 无法写入 iptables 规则{place_zh}"
detail:
  en: "{times} failures, the last at {last_at}: {message}"
  zh: "共失败 {times} 次，最后一次在 {last_at}：{message}"
severity: critical
needs: [log:kube-proxy]
causes:
  - {check: kube-proxy-stale-rules, when: [same, same-node]}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
why:
  en: >-
    kube-proxy hands all of its rules over at once, and the kernel or iptables refuses them: a module is missing, another program's rules stand in the way, or iptables of the
    image and that of the machine work on different tables. Services keep the rules of before; new endpoints are never reached. One failure because of the lock is tried again and harmless.
  zh: >-
    kube-proxy 一次性提交全部规则，但被内核或 iptables 拒绝：缺少内核模块、与其他程序的规则冲突，或镜像中的 iptables 与主机使用了不同的后端。
    Service 停留在旧规则，新的后端无法访问。偶尔一次因锁被占用而失败会自动重试，没有影响。
fix:
  - en: "Which iptables does the machine use, and does it hold kube-proxy's rules?"
    zh: "主机使用哪种 iptables，是否包含 kube-proxy 的规则？"
    run: "iptables --version; iptables-save | grep -c KUBE-; iptables-legacy-save 2>/dev/null | grep -c KUBE-"
    on: "{on_node}"
  - en: "Modules that the rules use"
    zh: "加载规则所需的模块"
    run: "modprobe -a xt_comment xt_mark xt_conntrack xt_statistic xt_nat iptable_nat iptable_filter"
    on: "{on_node}"
  - en: "The lock is held all the time: by whom? kube-proxy as a pod must mount /run/xtables.lock"
    zh: "锁一直被占用：查看占用者；以 Pod 运行的 kube-proxy 必须挂载 /run/xtables.lock"
    run: "fuser -v /run/xtables.lock; ps ax | grep [i]ptables"
    on: "{on_node}"
    if: locked
  - en: "Start it anew"
    zh: "重启 kube-proxy"
    run: "kubectl -n {proxy_ns} delete pod {pod}"
    if: pod
verify: "kubectl -n kube-system logs -l k8s-app=kube-proxy --tail 20"
*/
WITH told AS (
  SELECT *, count(*) FILTER (WHERE captures ->> '$.lock' IS NULL) OVER w AS hard FROM said_running WHERE signature = 'kube-proxy-iptables-failed' AND (ts IS NULL OR ts > :now - 1800000000)
  WINDOW w AS (PARTITION BY place)
)
SELECT t.subject, t.file, t.line, t.text, t.ts, t.first_ts AS first_seen, t.node, coalesce(t.node, 'node') AS on_node, t.times, coalesce(iso(t.last_ts), '-') AS last_at, t.pod, coalesce(t.namespace, 'kube-system') AS proxy_ns,
  t.hard = 0 AS locked, coalesce(' on ' || t.node, '') AS place, coalesce('（节点 ' || t.node || '）', '') AS place_zh,
  substr(rx('(?:Failed to|iptables-restore|CHAIN_ADD|Another app).*', (SELECT x.text FROM told x WHERE x.place = t.place ORDER BY x.newest LIMIT 1)), 1, 300) AS message
FROM told t
-- It tries again every half minute: silence says that it is over. The lock alone must be lost often.
WHERE (t.hard >= 3 OR t.times >= 10) AND t.newest <= 3 AND (t.last_ts IS NULL OR t.last_ts > :now - 180000000)
ORDER BY t.subject, t.place, t.newest, t.file, t.line;
