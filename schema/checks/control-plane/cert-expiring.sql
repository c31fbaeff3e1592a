/*
id: cert-expiring
title:
  en: "A certificate of {node} ends within 30 days"
  zh: "节点 {node} 上的证书将在 30 天内到期"
detail:
  en: "{path} ends at {ends}, {days} days after the bundle{others}."
  zh: "{path} 将于 {ends} 到期，距采集时间 {days} 天{others_zh}。"
severity: warning
confidence: certain
needs: ["capture:nodes/*/host/certificates.txt"]
causes:
  - {check: cert-expired, when: cluster}
why:
  en: >-
    When it ends whatever uses it stops at once, mostly on a day when nobody thinks of it. kubeadm renews its certificates with every upgrade,
    else once a year by hand. kubelets' own client certificates, which rotate by themselves, are not meant here.
  zh: >-
    到期后依赖它的组件会立即失效，而且往往发生在没人注意的时候。kubeadm 会在每次升级时续期，否则需要每年手工续期一次。
    kubelet 自动轮换的客户端证书不在此列。
fix:
  - en: "All of them, with their ends"
    zh: "列出所有证书的到期时间"
    run: "kubeadm certs check-expiration"
    on: "{node}"
  - en: "Keep a copy, then renew all"
    zh: "先备份，再全部续期"
    run: "cp -a /etc/kubernetes /root/kubernetes-before-renewal && kubeadm certs renew all"
    on: "{node}"
  - en: "Processes read them when they start: restart the control plane, one node after the other"
    zh: "进程启动时才读取证书：逐个节点重启控制平面组件"
    run: "for c in etcd kube-apiserver kube-controller-manager kube-scheduler; do docker ps -q --filter name=k8s_\"$c\"_ 2>/dev/null | xargs -r docker restart; crictl ps -q --name \"^$c\\$\" 2>/dev/null | xargs -r crictl stop; systemctl try-restart $c 2>/dev/null; done"
    on: "{node}"
verify: "kubeadm certs check-expiration"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/"]
*/
WITH soon AS (
  SELECT node, path, not_after, file, line, row_number() OVER (PARTITION BY node ORDER BY not_after, path) AS n, count(*) OVER (PARTITION BY node) AS files
  FROM certificates
  WHERE not_after > :now AND not_after < :now + 30 * 86400000000
    AND (path GLOB '/etc/kubernetes/pki/*' OR path IN ('/etc/kubernetes/controller-manager.conf', '/etc/kubernetes/scheduler.conf')
      OR path GLOB '/var/lib/rancher/*/server/tls/*' OR path GLOB '/var/snap/microk8s/*/certs/*' OR path GLOB '/etc/etcd/*')
)
SELECT 'node/' || node AS subject, file, line, node, path, iso(not_after) AS ends, (not_after - :now) / 86400000000 AS days,
  CASE WHEN files > 1 THEN ', and ' || (files - 1) || ' more end within 30 days' ELSE '' END AS others,
  CASE WHEN files > 1 THEN '，另有 ' || (files - 1) || ' 个也将在 30 天内到期' ELSE '' END AS others_zh
FROM soon WHERE n <= 10
ORDER BY node, n;
