/*
id: containerd-cri-disabled
title:
  en: "containerd on {node} does not offer the CRI that kubelet asks for"
  zh: "节点 {node} 上的 containerd 没有提供 kubelet 需要的 CRI 接口"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-runtime-down, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
why:
  en: >-
    Somebody listens on the socket, but not for Kubernetes ("Unimplemented"). Docker's own package of containerd comes with
    disabled_plugins = ["cri"]; a mistake in the plugin's part of config.toml switches it off, too; and kubelet 1.26 or newer wants
    CRI v1, which containerd has from 1.6 on.
  zh: >-
    socket 有进程监听，但不提供 Kubernetes 接口（Unimplemented）。Docker 官方的 containerd.io 软件包默认带有 disabled_plugins = ["cri"]；
    config.toml 中插件部分写错也会使其禁用；另外 kubelet 1.26 起需要 CRI v1，containerd 1.6 才开始支持。
fix:
  - en: "Is it switched off, did it fail to load, and which version is it?"
    zh: "是被禁用、加载失败，还是版本过旧？"
    run: "grep -n disabled_plugins /etc/containerd/config.toml; ctr plugins ls | grep -E 'cri|STATUS'; containerd --version"
    on: "{node}"
  - en: "Switch it on (keep the old file) and restart both"
    zh: "启用它（保留旧文件）并重启二者"
    run: "cp /etc/containerd/config.toml /etc/containerd/config.toml.before && sed -i '/^disabled_plugins/s/\"cri\",\\? *//' /etc/containerd/config.toml && systemctl restart containerd kubelet"
    on: "{node}"
  - en: "containerd older than 1.6 under kubelet 1.26 or newer: upgrade it"
    zh: "kubelet 1.26 及以上搭配 1.6 以前的 containerd：升级 containerd"
verify: "crictl --runtime-endpoint unix:///run/containerd/containerd.sock version"
refs: ["https://kubernetes.io/docs/setup/production-environment/container-runtimes/#containerd"]
*/
WITH
sick AS (
  SELECT * FROM kubelet_refusals
  WHERE signature = 'cri-unimplemented' AND (last_ts > :now - 600000000 OR ended) AND NOT coalesce(recovered < :now - 20000000, 0)
),
config AS (
  SELECT f.node, l.file, l.line, l.text, row_number() OVER (PARTITION BY f.node ORDER BY f.path) AS n
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/containerd/config.toml' AND l.text REGEXP '^\s*disabled_plugins\s*=.*"(io\.containerd\.grpc\.v1\.)?cri"'
),
-- It is on, and its part of the configuration has a mistake.
broken AS (
  SELECT node, file, line, text, captures ->> '$.why' AS why, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS n
  FROM hits WHERE signature = 'cri-plugin-failed' AND node IS NOT NULL
),
evidence AS (
  SELECT node, newest AS seq, file, line, text, ts FROM sick WHERE newest <= 3
  UNION ALL SELECT c.node, 10, c.file, c.line, c.text, NULL FROM config c WHERE c.n = 1
  UNION ALL SELECT b.node, 11, b.file, b.line, b.text, NULL FROM broken b WHERE b.n = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN c.node IS NOT NULL THEN 'Its configuration says ' || trim(c.text) || '.'
    WHEN b.node IS NOT NULL THEN 'The plugin did not load: ' || b.why || '.'
    ELSE 'kubelet: ' || coalesce(rx('code = Unimplemented desc = [^"\\]+', s.text), rx('CRI v1 .*', s.text), 'the runtime serves no CRI v1') || ' (' || s.hits || ' times, the last at ' || coalesce(iso(s.last_ts), '?') || ').' END AS what,
  CASE WHEN c.node IS NOT NULL THEN '其配置中有 ' || trim(c.text) || '。'
    WHEN b.node IS NOT NULL THEN '插件加载失败：' || b.why || '。'
    ELSE 'kubelet：' || coalesce(rx('code = Unimplemented desc = [^"\\]+', s.text), rx('CRI v1 .*', s.text), '运行时不提供 CRI v1') || '（' || s.hits || ' 次，最后一次在 ' || coalesce(iso(s.last_ts), '?') || '）。' END AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node LEFT JOIN config c ON c.node = s.node AND c.n = 1 LEFT JOIN broken b ON b.node = s.node AND b.n = 1
WHERE s.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
