/*
id: cert-san-mismatch
title:
  en: "A certificate does not name the address {wanted} ({place})"
  zh: "证书不包含地址 {wanted}（{place}）"
detail:
  en: "{times} refusals, the last at {last_at}. It names: {has}"
  zh: "共拒绝 {times} 次，最后一次在 {last_at}。证书包含：{has}"
severity: critical
needs: [log]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: kubelet-node-status-update-failing, when: same-node}
why:
  en: >-
    Who connects finds a certificate for other names than the one it dialled. A new load balancer or address was put before the API server
    without being in its certificate, or kubelets serve with certificates that they signed themselves, without their IP.
  zh: >-
    连接方得到的证书不包含它所访问的名称或地址。常见原因：在 API server 前新增了负载均衡或地址却没有写进证书；或 kubelet 使用自签名证书，不包含其 IP。
fix:
  - en: "Port 6443: write the name into certSANs of the ClusterConfiguration, then make the certificate anew"
    zh: "6443 端口：在 ClusterConfiguration 的 certSANs 中加入该名称，再重新签发证书"
    run: "kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > /root/kubeadm.yaml && mkdir -p /root/pki-old && mv /etc/kubernetes/pki/apiserver.crt /etc/kubernetes/pki/apiserver.key /root/pki-old/ && kubeadm init phase certs apiserver --config /root/kubeadm.yaml --apiserver-cert-extra-sans {wanted}"
    on: "{machine}"
    if: api
  - en: "Port 10250: let kubelets ask the cluster for their serving certificates (serverTLSBootstrap: true in /var/lib/kubelet/config.yaml), restart them and approve the requests"
    zh: "10250 端口：让 kubelet 向集群申请服务端证书（/var/lib/kubelet/config.yaml 中设置 serverTLSBootstrap: true），重启后批准申请"
    run: "kubectl get certificatesigningrequests"
  - en: "What does the certificate name?"
    zh: "查看证书包含的名称"
    run: "openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -ext subjectAltName"
    on: "{machine}"
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  coalesce(captures ->> '$.wanted', captures ->> '$.address') AS wanted, coalesce(captures ->> '$.has', '-') AS has,
  CASE WHEN text LIKE '%:6443%' THEN 1 END AS api, (SELECT min(node) FROM control_plane_nodes) AS machine
FROM said
WHERE signature = 'cert-san-mismatch' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 3600000000) AND newest <= 5
ORDER BY subject, newest, file, line;
