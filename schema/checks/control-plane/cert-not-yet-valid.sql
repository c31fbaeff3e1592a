/*
id: cert-not-yet-valid
title:
  en: "A certificate is refused as not yet valid ({place})"
  zh: "证书因尚未生效被拒绝（{place}）"
detail:
  en: "{times} refusals, the last at {last_at}: the clock of the speaker says {now}, the certificate begins at {begins}."
  zh: "共拒绝 {times} 次，最后一次在 {last_at}：记录日志的一方时钟为 {now}，而证书从 {begins} 起生效。"
severity: critical
needs: [log]
causes:
  - {check: kubelet-node-status-update-failing, when: same-node}
  - {check: node-not-registered, when: same-node}
  - {check: apiserver-etcd-unreachable, when: same-node}
why:
  en: >-
    Who checks the certificate lives before the time at which it begins. A certificate is seldom made for the future: the clock of this
    machine is behind, or the clock of the one that signed it was ahead.
  zh: >-
    校验证书的一方，其时钟早于证书的生效时间。证书很少会为将来签发：要么本机时钟偏慢，要么签发机器的时钟偏快。
fix:
  - en: "Compare the clocks"
    zh: "比较各节点时钟"
    run: "date -u +%FT%TZ; timedatectl; chronyc tracking"
    on: "{node}"
  - en: "Start time synchronisation where it is wrong"
    zh: "在时钟错误的节点上启用时间同步"
    run: "systemctl enable --now chronyd || systemctl enable --now chrony || timedatectl set-ntp true"
    on: "{node}"
  - en: "The clocks are right: the certificate was made by a wrong one. Make it anew"
    zh: "时钟都正确：证书是在错误的时间签发的，重新签发"
    run: "kubeadm certs renew all"
    on: "{node}"
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  captures ->> '$.now' AS now, captures ->> '$.begins' AS begins
FROM said
WHERE signature = 'cert-not-yet-valid' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 900000000) AND newest <= 5
ORDER BY subject, newest, file, line;
