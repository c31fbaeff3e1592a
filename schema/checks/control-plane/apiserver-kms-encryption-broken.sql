/*
id: apiserver-kms-encryption-broken
title:
  en: "The API server of {place} cannot decrypt what is stored"
  zh: "{place} 的 API server 无法解密已存储的数据"
detail:
  en: "{times} failures, the last at {last_at}, for instance of {key}."
  zh: "共失败 {times} 次，最后一次在 {last_at}，例如 {key}。"
severity: critical
needs: [log:kube-apiserver]
causes:
  - {check: kubelet-static-pod-mirror-failed, when: cluster}
  - {check: controllers-stalled, when: cluster}
k8s: ">=1.7"
why:
  en: >-
    Secrets (and what else the encryption configuration names) are encrypted in etcd. The key that wrote them is not in the configuration any more, or
    the KMS plugin that holds it does not answer. Reading them fails with error 500; a single object that cannot be read fails the list of all. Everything else works.
  zh: >-
    Secret（以及加密配置中列出的其他资源）在 etcd 中是加密的。写入时使用的密钥已不在配置中，或保存密钥的 KMS 插件没有响应。读取会返回 500；
    只要有一个对象无法解密，整个列表都会失败。其他资源不受影响。
fix:
  - en: "Which configuration does it use, and is it the same on every control-plane node? (shows names of keys, no key)"
    zh: "查看所用配置，并确认各控制平面节点一致（只显示密钥名称）"
    run: "f=$(grep -o 'encryption-provider-config=[^ ]*' /etc/kubernetes/manifests/kube-apiserver.yaml | cut -d = -f 2); grep -n -E 'resources:|- aes|- kms|- secretbox|- identity|name:|endpoint:' $f"
    on: "{node}"
  - en: "KMS: does the plugin run, and is its socket there?"
    zh: "KMS：插件是否运行，套接字是否存在？"
    run: "crictl ps -a | grep -i kms; ls -l /var/run/kmsplugin /opt/*.sock 2>/dev/null"
    on: "{node}"
  - en: "Put the old key back as a further key behind the new one, restart the API servers one by one, and remove it only after everything was written anew"
    zh: "把旧密钥加回配置（放在新密钥之后），逐个重启 API server；在全部数据重新写入之前不要删除旧密钥"
    run: "kubectl get secrets --all-namespaces -o json | kubectl replace -f -"
verify: "kubectl get secrets --all-namespaces | tail -n 1"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"]
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  coalesce(first_value(captures ->> '$.key') OVER (PARTITION BY place ORDER BY captures ->> '$.key' IS NULL, newest), '-') AS key
FROM said
WHERE signature = 'kms-encryption-broken' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 900000000) AND newest <= 5
ORDER BY subject, newest, file, line;
