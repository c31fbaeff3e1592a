/*
id: version-eol
title:
  en: "Kubernetes 1.{minor} gets no more fixes"
  zh: "Kubernetes 1.{minor} 已停止维护"
detail:
  en: "The cluster runs {version}; support of its minor version ended on {ended}."
  zh: "集群版本为 {version}，该次版本已于 {ended} 停止支持。"
severity: warning
confidence: certain
advice: true
needs: [[nodes, pods, "capture:cluster-info/cluster_version.json", "capture:kubectl/version.json", "capture:bundle.json"]]
why:
  en: >-
    The project fixes bugs and security holes in its last three minor versions only, about 14 months each. Distributions may support theirs for longer; ask
    yours. Every further minor version makes the way to a supported one longer, as the control plane goes one at a time.
  zh: >-
    社区只为最近三个次版本修复缺陷和安全漏洞，每个版本约 14 个月。发行版厂商的支持期可能更长，请向厂商确认。控制平面只能逐个次版本升级，拖得越久，路越长。
fix:
  - en: "See what the next version needs, and what uses APIs that it drops"
    zh: "查看升级到下一版本的计划"
    run: "kubeadm upgrade plan"
    on: "{machine}"
refs: ["https://kubernetes.io/releases/"]
*/
WITH
-- Last day of support as the project published it (patch-releases, releases/eol).
ends(minor, ended) AS (VALUES (16, '2020-09-02'), (17, '2021-01-13'), (18, '2021-06-18'), (19, '2021-10-28'), (20, '2022-02-28'), (21, '2022-06-28'), (22, '2022-10-28'),
  (23, '2023-02-28'), (24, '2023-07-28'), (25, '2023-10-27'), (26, '2024-02-28'), (27, '2024-07-16'), (28, '2024-10-22'), (29, '2025-02-28'), (30, '2025-06-28'),
  (31, '2025-10-28'), (32, '2026-02-28'), (33, '2026-06-28'), (34, '2026-10-27'), (35, '2027-02-28')),
told AS (
  SELECT a.*, CASE WHEN a.minor < 16 THEN '2020-09-02' ELSE (SELECT ended FROM ends e WHERE e.minor = a.minor) END AS ended FROM api_minor a
)
SELECT 'cluster' AS subject, file, line, minor, version, ended, (SELECT min(node) FROM control_plane_nodes) AS machine
FROM told WHERE us(ended || 'T23:59:59Z') < :now
ORDER BY file, line;
