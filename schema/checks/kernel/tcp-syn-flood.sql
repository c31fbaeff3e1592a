/*
id: tcp-syn-flood
title:
  en: "Port {port} on {node} gets more connections than its program accepts"
  zh: "节点 {node} 的端口 {port} 收到的连接超过程序的接受能力"
detail:
  en: "The kernel spoke of possible SYN flooding {hits} time(s), the last at {last_at}; it does so once a listening socket."
  zh: "内核 {hits} 次提示可能存在 SYN flooding，最后一次在 {last_at}；每个监听 socket 只提示一次。"
severity: warning
needs: [[log:kernel, log:messages]]
why:
  en: >-
    The queue of half-open connections of that port was full. It is an attack only now and then: mostly the program accepts too slowly or asked for a short backlog, which
    net.core.somaxconn (128 before kernel 5.4) cuts as well. Clients see time-outs and probes fail.
  zh: >-
    该端口的半连接队列已满。很少是真正的攻击：多数是程序 accept 太慢，或 backlog 设置过小，
    同时受 net.core.somaxconn（5.4 之前内核默认 128）限制。客户端会看到超时，探针会失败。
fix:
  - en: "Who listens there, and how full is its queue (Recv-Q against Send-Q)?"
    zh: "谁在监听，队列有多满（Recv-Q 与 Send-Q）？"
    run: "ss -lntp; nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDoCookies"
    on: "{node}"
  - en: "Longer queues; the program must ask for a longer backlog, too, and be started anew (inside of a pod: securityContext.sysctls)"
    zh: "加长队列；程序也要使用更大的 backlog 并重启（Pod 内通过 securityContext.sysctls 设置）"
    run: "sysctl -w net.core.somaxconn=4096 net.ipv4.tcp_max_syn_backlog=8192"
    on: "{node}"
verify: "nstat -az TcpExtListenOverflows"
*/
WITH logged AS (SELECT *, row_number() OVER (PARTITION BY node, captures ->> '$.port' ORDER BY log DESC) AS k FROM node_hits WHERE signature = 'syn-flood')
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at,
  (SELECT group_concat(port, ', ') FROM (SELECT DISTINCT rx('[0-9]+$', n.captures ->> '$.port') AS port FROM logged n WHERE n.node = l.node ORDER BY 1 LIMIT 5)) AS port
FROM logged l WHERE l.k = 1 AND l.newest <= 20
  -- The kernel says it once a listening socket, so that one line is enough; but not one of last week.
  AND (l.last_ts IS NULL OR l.last_ts > :now - 86400000000)
ORDER BY l.node, l.newest, l.file, l.line;
