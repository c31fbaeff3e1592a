/*
id: intree-cloud-provider-removed
title:
  en: "{component} on {place} asks for the built-in cloud provider {value}, which is gone"
  zh: "{place} 上的 {component} 仍在使用已移除的内置云提供商 {value}"
detail:
  en: "The cluster has version {version}; {value} was taken out in 1.{gone}."
  zh: "集群版本为 {version}，{value} 已在 1.{gone} 中移除。"
severity: critical
confidence: certain
needs: [[pods, node_processes]]
causes:
  - {check: apiserver-invalid-flag, when: same}
  - {check: kubelet-unknown-flag, when: same}
  - {check: kcm-down, when: cluster}
why:
  en: >-
    Cloud providers left the Kubernetes binaries: openstack with 1.26, aws with 1.27, azure, gce and vsphere with 1.31 (off by default since 1.29). A component that is
    told to use one exits, or runs without routes, load balancers and volumes.
  zh: >-
    各云提供商的内置实现已陆续移出 Kubernetes：openstack 在 1.26，aws 在 1.27，azure、gce 和 vsphere 在 1.31（1.29 起默认关闭）。
    仍指定内置实现的组件会退出，或没有路由、负载均衡和云盘功能。
fix:
  - en: "Deploy the cloud's own controller manager and CSI driver, then set --cloud-provider=external on kubelets and take the flag off the API server and the controller manager"
    zh: "部署对应云厂商的 cloud-controller-manager 和 CSI 驱动，然后把 kubelet 的参数改为 --cloud-provider=external，并去掉 API server 和 controller-manager 的该参数"
    run: "grep -rn -e cloud-provider /etc/kubernetes/manifests /var/lib/kubelet/kubeadm-flags.env /etc/systemd/system/kubelet.service.d"
    on: "{node}"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/"]
*/
WITH gone(value, minor) AS (VALUES ('openstack', 26), ('aws', 27), ('azure', 31), ('gce', 31), ('vsphere', 31))
SELECT coalesce('node/' || c.node, 'cluster') AS subject, c.file, c.line, c.text, c.node, coalesce(c.node, '-') AS place, c.component, c.value, a.version, g.minor AS gone
FROM component_flags c JOIN gone g ON g.value = c.value JOIN api_minor a ON a.minor >= g.minor
WHERE c.flag = 'cloud-provider' AND c.component IN ('kube-apiserver', 'kube-controller-manager', 'kubelet')
ORDER BY subject, c.component, c.file, c.line;
