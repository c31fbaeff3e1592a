/*
id: etcd-cert-problem
title:
  en: "etcd on {place} refuses connections for their certificates"
  zh: "{place} 上的 etcd 因证书问题拒绝连接"
detail:
  en: "{times} refused, the last at {last_at}: {error}"
  zh: "共拒绝 {times} 次，最后一次在 {last_at}：{error}"
severity: critical
needs: [log:etcd]
causes:
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: apiserver-down, when: cluster}
  - {check: etcd-peer-unreachable, when: cluster}
  - {check: etcd-no-leader, when: cluster}
why:
  en: >-
    A client (the API server) or another member shows a certificate that etcd does not accept, or does not accept etcd's ("remote error"). One
    side has an expired certificate, one of another CA, or one without the address that is dialled. Certificates that were renewed on disk
    count only after a restart.
  zh: >-
    客户端（API server）或其他成员出示的证书不被 etcd 接受，或者对方不接受 etcd 的证书（remote error）。某一方的证书已过期、由其他 CA 签发，
    或不包含所连接的地址。磁盘上续期的证书要重启进程后才生效。
fix:
  - en: "Dates, issuer and names of etcd's certificates"
    zh: "查看 etcd 各证书的有效期、签发者和地址"
    run: "for f in /etc/kubernetes/pki/etcd/*.crt /etc/kubernetes/pki/apiserver-etcd-client.crt; do echo == $f; openssl x509 -in $f -noout -enddate -issuer -ext subjectAltName; done"
    on: "{node}"
  - en: "Expired or without the right names: renew them (kubeadm), on each node that has them"
    zh: "已过期或地址不符：重新签发（kubeadm），在每个相关节点上执行"
    run: "kubeadm certs renew etcd-server && kubeadm certs renew etcd-peer && kubeadm certs renew etcd-healthcheck-client && kubeadm certs renew apiserver-etcd-client"
    on: "{node}"
  - en: "Restart etcd and the API server, so that they read them"
    zh: "重启 etcd 和 API server，使新证书生效"
    run: "for c in etcd kube-apiserver; do docker ps -q --filter name=k8s_\"$c\"_ 2>/dev/null | xargs -r docker restart; crictl ps -q --name \"^$c\\$\" 2>/dev/null | xargs -r crictl stop; systemctl try-restart $c 2>/dev/null; done"
    on: "{node}"
verify: "kubectl get --raw /readyz/etcd"
refs: ["https://etcd.io/docs/v3.5/op-guide/security/"]
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  coalesce(captures ->> '$.error', rx('(?:tls|x509): ([a-z ]+)', text, 1), '-') AS error
FROM said
WHERE signature = 'etcd-cert-problem' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 600000000) AND newest <= 5
ORDER BY subject, newest, file, line;
