/*
id: image-registry-unreachable
title:
  en: "The image registry {registry} cannot be reached from {on_node}"
  zh: "节点 {on_node} 无法访问镜像仓库 {registry}"
detail:
  en: "{message}"
  zh: "拉取时的错误：{message}"
severity: warning
confidence: certain
needs: [pods, events]
causes:
  - {check: image-pull-failing, when: same}
why:
  en: >-
    The node asked the registry and got no connection: the name does not resolve, nothing listens there, or a firewall or a
    missing proxy is in between. Name and credentials of the image have not even been looked at. kubelet and the runtime use
    the node's resolver and proxy, not the cluster's DNS.
  zh: >-
    节点尝试连接镜像仓库但没有成功：域名无法解析、对端没有监听，或被防火墙拦截、缺少代理。此时还没有轮到检查镜像名称和凭据。
    kubelet 和容器运行时使用节点自身的 DNS 和代理，而不是集群 DNS。
fix:
  - en: "Ask from the node; any HTTP answer, also 401, means that it can be reached"
    zh: "在节点上测试；只要有 HTTP 响应（包括 401），就说明可达"
    run: "curl -sSm 10 -o /dev/null https://{registry}/v2/ && echo reachable"
    on: "{on_node}"
  - en: "Which proxy and mirrors does the runtime use?"
    zh: "查看运行时使用的代理和镜像加速配置"
    run: "systemctl show docker containerd -p Environment; cat /etc/docker/daemon.json; ls /etc/containerd/certs.d"
    on: "{on_node}"
  - en: "A wrong registry in the image's name: correct it in the workload"
    zh: "如果镜像名中的仓库写错了：修改工作负载"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
  - en: "No way to it at all: carry the image to the node"
    zh: "确实无法访问：手动把镜像导入节点"
    run: "docker load -i image.tar || ctr -n k8s.io images import image.tar"
    on: "{on_node}"
verify: "kubectl -n {namespace} get pod {pod}"
*/
WITH
sick AS (
  SELECT DISTINCT c.subject, c.namespace, c.pod, c.node, c.image, c.waiting_message
  FROM container_states c
  WHERE c.waiting_reason IN ('ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable') AND c.deleted IS NULL
),
told AS (
  SELECT s.*, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.last_seen, e.message
  FROM sick s
  JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason = 'Failed'
  JOIN objects o ON o.id = e.object
  WHERE e.message LIKE '%Failed to pull image%' AND instr(e.message, s.image) > 0
    AND e.message REGEXP 'dial tcp:? (lookup \S+.*(no such host|server misbehaving|i/o timeout|connection refused)|[][0-9a-f.:]+: (i/o timeout|connect: connection refused|connect: no route to host|connect: network is unreachable))|net/http: (TLS handshake timeout|request canceled)|Client\.Timeout exceeded|context deadline exceeded|proxyconnect'
),
newest AS (
  SELECT *, row_number() OVER (PARTITION BY subject, node ORDER BY last_seen DESC, file, line) AS n FROM told
)
SELECT subject, file, line, first_seen AS ts, node, coalesce(node, 'node') AS on_node, namespace, pod, image, message,
  coalesce(rx('https?://([^/"]+)', message, 1), rx('lookup (\S+)', message, 1), rx('^([^/]*[.:][^/]*)/', image, 1), 'docker.io') AS registry,
  rx('^([^/]+)/', subject, 1) AS owner_kind, rx('[^/]+$', subject) AS owner_name
FROM newest WHERE n <= 2
ORDER BY subject, node, n, file, line;
