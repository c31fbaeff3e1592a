/*
id: image-rate-limited
title:
  en: "The registry {registry} limits how often {image} may be pulled ({subject})"
  zh: "镜像仓库 {registry} 限制了 {image} 的拉取次数（{subject}）"
detail:
  en: "Container {container} of {pods} pod(s): {message}"
  zh: "{pods} 个 Pod 的容器 {container}：{message}"
severity: warning
confidence: certain
needs: [pods, events]
causes:
  - {check: image-pull-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    Public registries count pulls for each address or account in a span of hours, and all nodes behind one address count together. It goes on when the span is over. It is the registry's limit,
    not kubelet's own ("pull QPS exceeded").
  zh: >-
    公共镜像仓库按来源地址或账号统计数小时内的拉取次数，同一出口地址后的所有节点合并计算。时间窗口过后会恢复。
    这是镜像仓库的限制，而不是 kubelet 自身的限流（pull QPS exceeded）。
fix:
  - en: "Log in: accounts have higher limits"
    zh: "登录：有账号的限额更高"
    run: "kubectl -n {namespace} create secret docker-registry pull-secret --docker-username=USER --docker-password=PASSWORD; kubectl -n {namespace} patch serviceaccount {account} -p '{\"imagePullSecrets\":[{\"name\":\"pull-secret\"}]}'"
  - en: "Carry the image from a node that has it"
    zh: "从已有该镜像的节点导入"
    run: "docker save {image} >image.tar || ctr -n k8s.io images export image.tar {image}"
  - en: "For good: a mirror of one's own for the nodes"
    zh: "长期方案：为节点配置自己的镜像加速"
    run: "ls /etc/containerd/certs.d; cat /etc/docker/daemon.json"
    on: "{on_node}"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.pod, f.container, f.line) AS n
  FROM v_pull_failures f
  WHERE f.message REGEXP 'toomanyrequests: |You have reached your pull rate limit|429 Too Many Requests'
)
SELECT s.subject, s.file, s.line, s.first_seen AS ts, s.node, x.namespace, x.pod, x.container, x.image, x.registry, substr(x.message, 1, 500) AS message, x.owner_kind, x.owner_name,
  coalesce(x.node, 'node') AS on_node, (SELECT count(DISTINCT y.pod) FROM sick y WHERE y.subject = s.subject) AS pods,
  (SELECT coalesce(p.service_account, 'default') FROM pods p WHERE p.namespace = x.namespace AND p.name = x.pod) AS account
FROM sick s JOIN sick x ON x.subject = s.subject AND x.n = 1
WHERE s.n <= 3
ORDER BY s.subject, s.n, s.file, s.line;
