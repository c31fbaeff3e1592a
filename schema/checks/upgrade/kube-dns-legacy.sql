/*
id: kube-dns-legacy
title:
  en: "The cluster still uses kube-dns"
  zh: "集群仍在使用 kube-dns"
severity: info
confidence: certain
advice: true
needs: [pods]
why:
  en: >-
    CoreDNS is the cluster's DNS since 1.13, and kubeadm dropped kube-dns with 1.21. kube-dns gets no features and hardly any fixes, and has known faults in dnsmasq under load.
  zh: >-
    CoreDNS 自 1.13 起成为默认 DNS，kubeadm 在 1.21 移除了 kube-dns。kube-dns 已基本不再维护，其中的 dnsmasq 在高负载下存在已知问题。
fix:
  - en: "Deploy CoreDNS; its Service keeps the name and address of kube-dns, so clients notice nothing (kubeadm: kubeadm upgrade does it)"
    zh: "部署 CoreDNS；Service 的名称和地址与 kube-dns 相同，对客户端透明（kubeadm 升级时会自动完成）"
    run: "kubectl -n kube-system get deployment,service,configmap -l k8s-app=kube-dns"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/coredns/"]
*/
SELECT 'deployment/kube-system/kube-dns' AS subject, o.file, json_line(o.json, o.line, c.image) AS line
FROM container_specs c JOIN objects o ON o.id = c.object
WHERE c.image LIKE '%k8s-dns-kube-dns%' ORDER BY o.file, line, c.pod;
