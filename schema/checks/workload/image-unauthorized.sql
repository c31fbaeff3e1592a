/*
id: image-unauthorized
title:
  en: "The registry {registry} refuses to give {image} to {subject}"
  zh: "镜像仓库 {registry} 拒绝向 {subject} 提供镜像 {image}"
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
    The registry was reached and asks who is there. The pod names no pull secret, the secret is in another namespace, of another type than kubernetes.io/dockerconfigjson, for another
    registry, or its password has expired. Docker Hub says the same of images that do not exist at all.
  zh: >-
    镜像仓库可达，但要求认证。可能是 Pod 没有引用拉取密钥，密钥在其他命名空间、类型不是 kubernetes.io/dockerconfigjson、属于其他仓库，或密码已过期。
    对于根本不存在的镜像，Docker Hub 也会这样回答。
fix:
  - en: "Which pull secrets does the pod have: {secrets}. Do they exist, and for which registry?"
    zh: "Pod 使用的拉取密钥：{secrets}。它们是否存在，属于哪个仓库？"
    run: "kubectl -n {namespace} get secrets --field-selector type=kubernetes.io/dockerconfigjson; kubectl -n {namespace} get pod {pod} -o jsonpath='{.spec.imagePullSecrets}{\"\\n\"}'"
  - en: "Does the account have access at all? (on any machine with docker)"
    zh: "该账号是否有权限？（在任意装有 docker 的机器上）"
    run: "docker login {registry} && docker pull {image}"
  - en: "Make the secret, and give it to the service account {account}, which hands it to new pods"
    zh: "创建密钥并关联到服务账号 {account}，新 Pod 会自动使用"
    run: "kubectl -n {namespace} create secret docker-registry pull-secret --docker-server={server} --docker-username=USER --docker-password=PASSWORD; kubectl -n {namespace} patch serviceaccount {account} -p '{\"imagePullSecrets\":[{\"name\":\"pull-secret\"}]}'"
  - en: "Start its pods anew"
    zh: "重建其 Pod"
    run: "kubectl -n {namespace} rollout restart {owner_kind}/{owner_name}"
    if: restartable
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.pod, f.container, f.line) AS n
  FROM v_pull_failures f
  WHERE f.message REGEXP 'pull access denied|unauthorized: |401 Unauthorized|403 Forbidden|no basic auth credentials|authentication required|denied: (requested|[Pp]ermission|[Aa]ccess|Your)|insufficient_scope'
    AND f.message NOT REGEXP 'toomanyrequests|429 Too Many Requests'
)
SELECT s.subject, s.file, s.line, s.first_seen AS ts, s.node, x.namespace, x.pod, x.container, x.image, x.registry, substr(x.message, 1, 500) AS message, x.owner_kind, x.owner_name,
  coalesce(x.node, 'node') AS on_node, (SELECT count(DISTINCT y.pod) FROM sick y WHERE y.subject = s.subject) AS pods,
  CASE WHEN x.registry = 'docker.io' THEN 'https://index.docker.io/v1/' ELSE x.registry END AS server,
  (SELECT coalesce(p.service_account, 'default') FROM pods p WHERE p.namespace = x.namespace AND p.name = x.pod) AS account,
  coalesce((SELECT group_concat(i.value ->> '$.name', ', ') FROM pods p JOIN objects o ON o.id = p.object, json_each(o.json, '$.spec.imagePullSecrets') i
    WHERE p.namespace = x.namespace AND p.name = x.pod), '-') AS secrets,
  x.owner_kind IN ('deployment', 'statefulset', 'daemonset') AS restartable
FROM sick s JOIN sick x ON x.subject = s.subject AND x.n = 1
WHERE s.n <= 3
ORDER BY s.subject, s.n, s.file, s.line;
