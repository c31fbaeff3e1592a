/*
id: ssh-pod-left
title:
  en: "A door to a node's SSH was left open: {subject}"
  zh: "遗留了通向节点 SSH 的入口：{subject}"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
confidence: likely
advice: true
needs: [services, pods]
why:
  en: >-
    The recipe "SSH pod" puts a Service of port 22 before a pod on the host's network. Its image has no SSH server: the connection goes straight to the
    sshd of the node, for everybody who reaches the load balancer. It must go after use. Git and SFTP servers of their own network are not meant.
  zh: >-
    “SSH Pod” 的做法是在使用宿主机网络的 Pod 前放一个 22 端口的 Service。其镜像并没有 SSH 服务，连接实际直达节点自身的 sshd，
    任何能访问该负载均衡的人都可以连接，用完必须删除。使用自身网络的 Git、SFTP 服务不在此列。
fix:
  - en: "Delete the Service and what stands behind it"
    zh: "删除该 Service 及其后端"
    run: "kubectl -n {namespace} delete {door_kind} {door}"
  - en: "The pod behind it"
    zh: "其后端 Pod（或所属 Deployment）"
    run: "kubectl -n {namespace} get pods,deployments -o wide | grep -i ssh"
  - en: "Next time: a shell on a node without a door"
    zh: "下次改用无需开放端口的方式"
    run: "kubectl debug node/{node} -it --image=busybox"
verify: "kubectl get services --all-namespaces -o wide | grep -E ':22|22:'"
*/
WITH
doors AS (
  SELECT s.namespace, s.name, s.type, s.selector, s.file, json_line(o.json, s.line, s.type) AS line
  FROM services s JOIN objects o ON o.id = s.object, json_each(s.ports) q
  WHERE s.type IN ('LoadBalancer', 'NodePort') AND json_type(s.selector) = 'object' AND s.selector <> '{}'
    AND (json_extract(q.value, '$.port') = 22 OR json_extract(q.value, '$.targetPort') IN (22, '22', 'ssh'))
),
behind AS (
  SELECT d.namespace, d.name, p.name AS pod, p.node, p.host_network, p.file, json_line(o.json, p.line, p.name) AS line
  FROM doors d JOIN pods p ON p.namespace = d.namespace AND p.host_network = 1 JOIN objects o ON o.id = p.object
  WHERE p.phase IN ('Running', 'Pending')
    AND NOT EXISTS (SELECT 1 FROM json_each(d.selector) k WHERE (SELECT l.value FROM json_each(p.labels) l WHERE l.key = k.key) IS NOT k.value)
),
-- The pod alone, its Service gone: on the host's network, made for a terminal, for port 22.
alone AS (
  SELECT p.namespace, p.name, p.node, p.file, p.line
  FROM pods p JOIN objects o ON o.id = p.object
  WHERE p.host_network = 1 AND p.phase = 'Running' AND p.mirror IS NULL
    AND EXISTS (SELECT 1 FROM json_each(o.json, '$.spec.containers') c
      WHERE json_extract(c.value, '$.stdin') = 1 AND json_extract(c.value, '$.tty') = 1
        AND (c.value LIKE '%"containerPort":22,%' OR c.value LIKE '%"containerPort":22}%' OR c.value REGEXP '"containerPort":\s*22\b' OR p.name GLOB 'ssh*'))
    AND NOT EXISTS (SELECT 1 FROM behind b WHERE b.namespace = p.namespace AND b.pod = p.name)
)
SELECT 'service/' || d.namespace || '/' || d.name AS subject, d.file, d.line, b.node, d.namespace, 'service' AS door_kind, d.name AS door,
  'A Service of type ' || d.type || ' leads to port 22 of ' || coalesce(b.node, 'a node') || ' through pod ' || b.pod || ', which is on the host''s network.' AS what,
  d.type || ' 类型的 Service 经由使用宿主机网络的 Pod ' || b.pod || ' 通向节点 ' || coalesce(b.node, '-') || ' 的 22 端口。' AS what_zh, 1 AS seq
FROM doors d JOIN behind b USING (namespace, name)
UNION ALL
SELECT 'service/' || d.namespace || '/' || d.name, b.file, b.line, b.node, d.namespace, 'service', d.name, NULL, NULL, 2
FROM doors d JOIN behind b USING (namespace, name)
UNION ALL
SELECT 'pod/' || namespace || '/' || name, file, line, node, namespace, 'pod', name,
  'A pod with a terminal for port 22 is on the host''s network of ' || coalesce(node, 'a node') || '.',
  '使用宿主机网络的 Pod 为 22 端口开了终端，位于节点 ' || coalesce(node, '-') || '。', 1
FROM alone
ORDER BY 1, 10, 2, 3;
