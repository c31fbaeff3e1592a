/*
id: dockershim-removed
title:
  en: "kubelet on {node} is started with {flag}, which went away with dockershim"
  zh: "节点 {node} 上的 kubelet 使用了随 dockershim 一起移除的参数 {flag}"
detail:
  en: "Said {hits} time(s), the last at {last_at}. kubelet ends at once."
  zh: "共出现 {hits} 次，最后一次在 {last_at}。kubelet 会立即退出。"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: kubelet-unknown-flag, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    kubelet 1.24 dropped dockershim, the part that spoke to Docker, and its flags (--network-plugin, --cni-bin-dir, --image-pull-progress-deadline
    and more); 1.27 dropped --container-runtime. They are left over from before the upgrade, mostly in kubeadm-flags.env.
  zh: >-
    kubelet 1.24 移除了与 Docker 通信的 dockershim 及其参数（--network-plugin、--cni-bin-dir、--image-pull-progress-deadline 等），
    1.27 移除了 --container-runtime。这些参数是升级前遗留的，多数在 kubeadm-flags.env 中。
fix:
  - en: "Where do they stand?"
    zh: "查找参数所在位置"
    run: "grep -rnE -e '--(network-plugin|container-runtime=|cni-(bin|conf)-dir|docker|image-pull-progress-deadline)' /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet /etc/systemd/system"
    on: "{node}"
  - en: "Install containerd (or cri-dockerd for Docker), take the flags out and name its socket instead"
    zh: "安装 containerd（或为 Docker 安装 cri-dockerd），删除这些参数，改为指定其 socket"
    run: "sed -i -E 's/--(network-plugin|cni-bin-dir|cni-conf-dir|image-pull-progress-deadline|container-runtime)=[^ \"]*//g; s|^(KUBELET_KUBEADM_ARGS=\")|\\1--container-runtime-endpoint=unix:///run/containerd/containerd.sock |' /var/lib/kubelet/kubeadm-flags.env && systemctl restart kubelet"
    on: "{node}"
  - en: "kubeadm reads the socket from the node's annotation"
    zh: "kubeadm 从节点注解中读取 socket"
    run: "kubectl annotate node {node} --overwrite kubeadm.alpha.kubernetes.io/cri-socket=unix:///run/containerd/containerd.sock"
verify: "kubectl get node {node} -o wide"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/"]
*/
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, s.ts, s.node, s.captures ->> '$.flag' AS flag, s.hits, coalesce(iso(s.last_ts), '-') AS last_at
FROM kubelet_refusals s
WHERE s.signature = 'kubelet-unknown-flag' AND s.newest <= 3 AND (s.last_ts > :now - 600000000 OR s.ended) AND NOT coalesce(s.recovered < :now - 20000000, 0)
  AND s.captures ->> '$.flag' REGEXP '^--(network-plugin|network-plugin-mtu|container-runtime|cni-bin-dir|cni-conf-dir|cni-cache-dir|docker-endpoint|image-pull-progress-deadline|docker.*|experimental-dockershim.*)$'
ORDER BY s.node, s.newest, s.file, s.line;
