/*
id: image-not-found
title:
  en: "The image of {subject} does not exist: {image}"
  zh: "{subject} 的镜像不存在：{image}"
detail:
  en: "{message}"
  zh: "运行时报告：{message}"
severity: warning
confidence: certain
needs: [pods, events]
causes:
  - {check: image-pull-failing, when: same}
why:
  en: >-
    The registry was reached and says that it has no such name or tag: a typing error, a tag that was never pushed or was cleaned up, the wrong registry or
    project. Docker Hub says the same of private images when nobody is logged in.
  zh: >-
    镜像仓库可达，但回答没有该名称或标签：可能是拼写错误、标签未推送或已被清理、仓库或项目写错。对于私有镜像，Docker Hub 在未登录时也会这样回答。
fix:
  - en: "Which tags are there? (a registry with authentication wants -u USER:PASSWORD)"
    zh: "查看有哪些标签（需要认证的仓库加上 -u 用户:密码）"
    run: "curl -sSm 10 https://{registry}/v2/{repository}/tags/list"
    on: "{on_node}"
  - en: "Nodes have other tags of it: {have}. Use the newest of them, if that is what was meant"
    zh: "节点上已有其他标签：{have}。如果正是所需，改用其中最新的"
    run: "kubectl -n {namespace} set image {owner_kind}/{owner_name} {container}={candidate}"
    if: candidate
  - en: "It came with the last roll-out: go back"
    zh: "如果是最近一次发布引起的：回滚"
    run: "kubectl -n {namespace} rollout undo {owner_kind}/{owner_name}"
    if: earlier
  - en: "Otherwise correct the name in the workload"
    zh: "否则在工作负载中改正镜像名"
    run: "kubectl -n {namespace} get {owner_kind} {owner_name} -o yaml | grep -n image:"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT c.*, e.message, e.file AS told_file, json_line(o.json, o.line, e.message) AS told_line, e.first_seen,
    row_number() OVER (PARTITION BY c.subject ORDER BY e.last_seen DESC, c.pod, c.container, e.line) AS n
  FROM container_states c
  JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = c.namespace AND e.object_name = c.pod AND e.reason = 'Failed'
  JOIN objects o ON o.id = e.object
  WHERE c.waiting_reason IN ('ErrImagePull', 'ImagePullBackOff') AND c.deleted IS NULL
    AND e.message LIKE '%Failed to pull image "' || c.image || '"%'
    AND e.message REGEXP 'manifest unknown|manifest for \S+ not found|: not found|repository \S+ not found|name unknown|repository does not exist'
    -- "repository does not exist or may require 'docker login'" with "unauthorized" is about credentials.
    AND e.message NOT REGEXP '(?i)unauthorized|no basic auth|no such host|lookup |pull access denied|insufficient_scope|toomanyrequests'
),
parts AS (
  SELECT s.*, coalesce(rx('^(\S+?)(?::[\w][\w.-]*)?(?:@\S+)?$', s.image, 1), s.image) AS bare FROM sick s WHERE s.n = 1
),
others AS (
  SELECT p.subject, i.repository || ':' || i.tag AS image, i.tag, row_number() OVER (PARTITION BY p.subject ORDER BY i.tag DESC) AS n
  FROM parts p JOIN (SELECT DISTINCT repository, tag FROM node_images WHERE tag IS NOT NULL AND tag <> '<none>') i
    ON i.repository IN (p.bare, 'docker.io/' || p.bare, 'docker.io/library/' || p.bare)
)
SELECT s.subject, s.told_file AS file, s.told_line AS line, s.first_seen AS ts, s.node, p.namespace, p.pod, p.container, p.image, p.message,
  coalesce(p.node, 'node') AS on_node,
  coalesce(nullif(rx('^([^/]*[.:][^/]*)/', p.bare, 1), 'docker.io'), 'registry-1.docker.io') AS registry,
  coalesce(rx('^[^/]*[.:][^/]*/(.*)$', p.bare, 1), CASE WHEN p.bare LIKE '%/%' THEN p.bare ELSE 'library/' || p.bare END) AS repository,
  (SELECT group_concat(tag, ', ') FROM (SELECT tag FROM others o WHERE o.subject = s.subject AND n <= 5 ORDER BY n)) AS have,
  CASE WHEN s.subject REGEXP '^(deployment|statefulset|daemonset)/' THEN (SELECT o.image FROM others o WHERE o.subject = s.subject AND o.n = 1) END AS candidate,
  EXISTS (SELECT 1 FROM earlier_revisions v WHERE v.subject = s.subject) AS earlier,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name
FROM sick s JOIN parts p ON p.subject = s.subject
WHERE s.n <= 3
ORDER BY s.subject, s.n, s.told_file, s.told_line;
