/*
id: oci-runtime-create-failed
title:
  en: "The runtime cannot start a container of {subject}"
  zh: "运行时无法启动 {subject} 的容器"
detail:
  en: "Container {container}: {meaning} {message}"
  zh: "容器 {container}：{meaning_zh}{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: pod-crashloop, when: same}
  - {check: kube-dns-crashloop, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    runc made the container and failed before its first instruction, so there is no log of the program: the message of the
    runtime is all there is. Mostly the command does not exist in the image; else it is the architecture, a permission, a mount
    or the kernel's cgroups.
  zh: >-
    runc 创建容器后，在程序执行第一条指令之前就失败了，因此没有程序日志，只有运行时的这条消息。
    多数情况是镜像中没有该命令；其次是架构不符、权限、挂载或内核 cgroup 的问题。
fix:
  - en: "Compare command and args with what the image holds"
    zh: "对比启动命令、参数与镜像中的内容"
    run: "kubectl -n {namespace} get pod {pod} -o 'jsonpath={.spec.containers[*].command}{.spec.containers[*].args}'"
  - en: "What the image itself runs"
    zh: "镜像自带的启动命令"
    run: "docker image inspect {image} --format '{{.Architecture}} {{.Config.Entrypoint}} {{.Config.Cmd}}'"
    on: "{on_node}"
  - en: "The command {command} is not in the image: correct it, or let the image's own command run, as here"
    zh: "镜像中没有命令 {command}：修正它；或如下使用镜像自带的启动命令"
    run: "kubectl -n {namespace} patch {owner_kind} {owner_name} -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"{container}\",\"command\":null}]}}}}'"
    if: command
  - en: "Correct command, args or image in the workload (without a command the image's own is used)"
    zh: "在工作负载中修正 command、args 或镜像（不写 command 则使用镜像自带的）"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
    if: other
verify: "kubectl -n {namespace} get pod {pod}"
*/
WITH
failed AS (
  SELECT c.*, coalesce(
      CASE WHEN c.exit_reason IN ('ContainerCannotRun', 'StartError') OR c.exit_message REGEXP '(?i)OCI runtime' THEN c.exit_message END,
      CASE WHEN c.waiting_reason IN ('RunContainerError', 'StartError') THEN c.waiting_message END,
      CASE WHEN c.last_exit_reason IN ('ContainerCannotRun', 'StartError') THEN c.last_exit_message END) AS said
  FROM container_states c
  WHERE c.deleted IS NULL AND c.phase NOT IN ('Succeeded') AND NOT coalesce(c.ready, 0)
),
sick AS (
  SELECT f.*, json_line(o.json, o.line, f.said) AS at,
    row_number() OVER (PARTITION BY f.subject ORDER BY f.pod, f.container) AS n
  FROM failed f JOIN objects o ON o.id = f.object
  WHERE f.said REGEXP '(?i)OCI runtime create failed|oci runtime error|runc create failed|unable to start container process|starting container process caused|exec: "'
),
told AS (
  SELECT s.subject, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY s.subject ORDER BY e.last_seen DESC, e.line) AS newest
  FROM sick s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod
    AND e.reason = 'Failed' AND e.message REGEXP '(?i)OCI runtime|runc create failed|unable to start container process'
  JOIN objects o ON o.id = e.object
),
-- A command of the pod's own, instead of the image's, which is not there.
commands AS (
  SELECT s.subject, c.value ->> '$.command[0]' AS command
  FROM sick s JOIN objects o ON o.id = s.object JOIN json_each(o.json, '$.spec.containers') c ON c.value ->> '$.name' = s.container
  WHERE s.n = 1 AND s.subject REGEXP '^(deployment|daemonset|statefulset|replicaset)/' AND c.value ->> '$.command[0]' IS NOT NULL
    AND s.said REGEXP 'executable file not found|exec: .*no such file or directory|stat .*no such file or directory'
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, node, NULL AS ts FROM sick
  UNION ALL SELECT subject, 10000, file, line, NULL, first_seen FROM told WHERE newest = 1
)
SELECT t.subject, e.file, e.line, e.ts, coalesce(e.node, t.node) AS node, t.namespace, t.pod, t.container, t.image,
  coalesce(t.node, 'node') AS on_node,
  CASE
    WHEN t.said REGEXP 'exec format error' THEN 'the program is built for another architecture, or a script lacks its #! line.'
    WHEN t.said REGEXP '(?i)OOM-killed|container init was OOM' THEN 'its memory limit is too low even to start it.'
    WHEN t.said REGEXP 'cgroup.*(no space left on device|cannot allocate memory)' THEN 'the kernel has no cgroups left on the node (leak); reboot it.'
    WHEN t.said REGEXP 'executable file not found|exec: .*no such file or directory|stat .*no such file or directory' THEN 'its command does not exist in the image.'
    WHEN t.said REGEXP 'permission denied' THEN 'its command may not be executed.'
    WHEN t.said REGEXP '(?i)mount|not a directory' THEN 'one of its mounts does not fit.'
    ELSE 'the runtime refused it.' END AS meaning,
  CASE
    WHEN t.said REGEXP 'exec format error' THEN '程序是为其他架构编译的，或脚本缺少 #! 行。'
    WHEN t.said REGEXP '(?i)OOM-killed|container init was OOM' THEN '内存限制过低，无法启动。'
    WHEN t.said REGEXP 'cgroup.*(no space left on device|cannot allocate memory)' THEN '节点内核的 cgroup 已耗尽（泄漏），需要重启节点。'
    WHEN t.said REGEXP 'executable file not found|exec: .*no such file or directory|stat .*no such file or directory' THEN '镜像中不存在该启动命令。'
    WHEN t.said REGEXP 'permission denied' THEN '没有执行启动命令的权限。'
    WHEN t.said REGEXP '(?i)mount|not a directory' THEN '某个挂载不正确。'
    ELSE '被运行时拒绝。' END AS meaning_zh,
  substr(replace(t.said, char(10), ' '), 1, 500) AS message, c.command, c.command IS NULL AS other,
  rx('^([^/]+)/', t.subject, 1) AS owner_kind, rx('[^/]+$', t.subject) AS owner_name
FROM sick t JOIN evidence e ON e.subject = t.subject LEFT JOIN commands c ON c.subject = t.subject
WHERE t.n = 1
ORDER BY t.subject, e.seq, e.file, e.line;
