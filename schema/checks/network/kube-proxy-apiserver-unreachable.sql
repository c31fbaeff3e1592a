/*
id: kube-proxy-apiserver-unreachable
title:
  en: "kube-proxy cannot read Services and endpoints from the API server{place}"
  zh: "kube-proxy 无法从 API server 读取 Service 和后端{place_zh}"
detail:
  en: "{times} failures at {target}, the last at {last_at}: {reason}."
  zh: "访问 {target} 失败 {times} 次，最后一次在 {last_at}：{reason}。"
severity: critical
needs: [log:kube-proxy]
causes:
  - {check: kube-proxy-stale-rules, when: [same, same-node]}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
why:
  en: >-
    The rules that kube-proxy wrote stay as they were: new Services answer nowhere on this node, and traffic goes on to pods that are gone. A wrong server in its kubeconfig (the address of a
    control plane that moved) and a token or CA that is no longer valid are its own faults; otherwise look at the API server and the way to it.
  zh: >-
    kube-proxy 已写入的规则停留在旧状态：该节点上新的 Service 不通，流量仍会发往已不存在的 Pod。kubeconfig 中的地址错误（控制平面已迁移）、令牌或 CA 失效是它自身的问题；
    否则应检查 API server 以及到它的网络。
fix:
  - en: "Which server does its kubeconfig name, and which one is right?"
    zh: "对比 kubeconfig 中的地址与正确的地址"
    run: "kubectl -n kube-system get configmap kube-proxy -o yaml | grep server:; kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}{\"\\n\"}'"
  - en: "Does it answer from the node?"
    zh: "从节点测试连接"
    run: "curl -k -m 5 https://{target}/version"
    on: "{on_node}"
    if: named
  - en: "The address is wrong: correct it and start kube-proxy anew"
    zh: "地址错误：修正后重启 kube-proxy"
    run: "kubectl -n kube-system edit configmap kube-proxy && kubectl -n kube-system rollout restart daemonset kube-proxy"
verify: "kubectl -n kube-system logs -l k8s-app=kube-proxy --tail 20"
*/
SELECT t.subject, t.file, t.line, t.text, t.ts, t.first_ts AS first_seen, t.node, coalesce(t.node, 'node') AS on_node, t.times, coalesce(iso(t.last_ts), '-') AS last_at,
  coalesce(t.captures ->> '$.target', 'the API server') AS target, t.captures ->> '$.target' AS named, substr(t.captures ->> '$.why', 1, 200) AS reason,
  coalesce(' on ' || t.node, '') AS place, coalesce('（节点 ' || t.node || '）', '') AS place_zh
FROM said_running t
-- Reflectors try again within a minute: silence says that the API server is back. A certificate that expired is cert-expired.
WHERE t.signature = 'kube-proxy-apiserver-unreachable' AND t.times >= 3 AND t.newest <= 3 AND t.text NOT LIKE '%certificate has expired%' AND (t.last_ts IS NULL OR t.last_ts > :now - 120000000)
ORDER BY t.subject, t.place, t.newest, t.file, t.line;
