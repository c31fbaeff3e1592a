/*
id: docker-runtime-eol
title:
  en: "{nodes} node(s) run Docker, which the next kubelets do not speak to"
  zh: "{nodes} 个节点使用 Docker，更新的 kubelet 将不再支持"
severity: info
confidence: certain
advice: true
needs: [nodes]
why:
  en: >-
    kubelet talks to Docker through dockershim, which 1.24 removed. Before that upgrade every node needs containerd, CRI-O or cri-dockerd. Images are the same; tools change (crictl for docker ps).
  zh: >-
    kubelet 通过 dockershim 使用 Docker，而 dockershim 在 1.24 中已移除。升级到 1.24 之前，每个节点都要换成 containerd、CRI-O 或安装 cri-dockerd。镜像通用，命令行工具改用 crictl。
fix:
  - en: "One node after the other: empty it"
    zh: "逐个节点操作：先排空"
    run: "kubectl drain {first} --ignore-daemonsets"
  - en: "There: containerd with its CRI plugin and systemd cgroups, then kubelet on its socket (--container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock)"
    zh: "在该节点上：启用 containerd 的 CRI 插件和 systemd cgroup，再让 kubelet 使用它的套接字（--container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock）"
    run: "mkdir -p /etc/containerd && containerd config default | sed 's/SystemdCgroup = false/SystemdCgroup = true/' > /etc/containerd/config.toml && systemctl restart containerd"
    on: "{first}"
verify: "kubectl get nodes -o wide"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/"]
*/
WITH old AS (
  SELECT n.name, o.file, json_line(o.json, o.line, n.runtime_version) AS line FROM nodes n JOIN objects o ON o.id = n.object
  JOIN component_versions k ON k.component = 'kubelet' AND k.node = n.name
  WHERE n.runtime_version LIKE 'docker://%' AND k.minor BETWEEN 20 AND 23
)
SELECT 'cluster' AS subject, file, line, (SELECT count(DISTINCT name) FROM old) AS nodes, (SELECT min(name) FROM old) AS first
FROM old ORDER BY name, file, line;
