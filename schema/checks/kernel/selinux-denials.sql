/*
id: selinux-denials
title:
  en: "SELinux on {node} denies containers what they ask for ({access} on {name})"
  zh: "节点 {node} 上的 SELinux 拒绝了容器的访问（对 {name} 的 {access}）"
detail:
  en: "{hits} denials, the last at {last_at}; most by {comm}."
  zh: "共 {hits} 次拒绝，最后一次在 {last_at}；最多的是 {comm}。"
severity: warning
confidence: certain
needs: [[log:kernel, log:messages, log:systemd]]
why:
  en: >-
    A container may only touch files with the label container_file_t. Volumes from the host (hostPath, bind mounts of an add-on) have other labels, and the program
    gets "permission denied" whatever its user and mode bits are. Network add-ons that write to /etc/cni or /var/run are the usual victims.
  zh: >-
    容器只能访问带有 container_file_t 标签的文件。来自主机的卷（hostPath、插件的绑定挂载）标签不同，
    因此无论用户和权限位如何，程序都会得到 permission denied。常见的受害者是要写 /etc/cni 或 /var/run 的网络插件。
fix:
  - en: "What was denied, to whom?"
    zh: "拒绝了谁的什么操作？"
    run: "ausearch -m avc -ts today 2>/dev/null | audit2allow -w 2>/dev/null | head -n 40 || journalctl --no-pager | grep 'avc:  denied' | tail -n 10"
    on: "{node}"
  - en: "Label the folder that is meant for containers (or run a system add-on with seLinuxOptions type spc_t)"
    zh: "为供容器使用的目录设置标签（或让系统插件使用 seLinuxOptions 的 spc_t 类型）"
    run: "semanage fcontext -a -t container_file_t '/DIRECTORY(/.*)?' && restorecon -R /DIRECTORY"
    on: "{node}"
verify: "ausearch -m avc -ts recent"
*/
WITH
logged AS (SELECT * FROM node_hits WHERE signature = 'selinux-denied' AND hits >= 3),
kinds AS (
  SELECT node, captures ->> '$.access' AS access, coalesce(captures ->> '$.name', '?') AS name, captures ->> '$.comm' AS comm,
    row_number() OVER (PARTITION BY node ORDER BY count(*) DESC, 1, 2, 3) AS n
  FROM logged GROUP BY 1, 2, 3, 4
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at, trim(k.access) AS access, k.name, k.comm
FROM logged l JOIN kinds k ON k.node = l.node AND k.n = 1
WHERE l.newest <= 4 OR l.oldest = 1
ORDER BY l.node, l.newest, l.file, l.line;
