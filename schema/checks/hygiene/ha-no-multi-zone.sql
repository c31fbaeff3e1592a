/*
id: ha-no-multi-zone
title:
  en: "All {nodes} nodes are in one zone, {zone}"
  zh: "全部 {nodes} 个节点都在同一可用区 {zone}"
severity: info
confidence: certain
advice: true
needs: [nodes, [node_zones]]
why:
  en: >-
    A zone is what a provider loses as a whole: power, cooling, network. Nodes in three zones keep services alive through that; for the loss
    of a region it takes a second cluster. Nodes without the label tell nothing, and nothing is said about them.
  zh: >-
    可用区是云厂商整体故障的单位（供电、制冷、网络）。节点分布在三个可用区可以承受单个可用区故障；要应对整个地域的故障则需要第二个集群。
    没有可用区标签的节点无法判断，不作结论。
fix:
  - en: "Spread new nodes over zones, and pods over nodes (topologySpreadConstraints by topology.kubernetes.io/zone)"
    zh: "将新节点分布到多个可用区，并用 topologySpreadConstraints（topology.kubernetes.io/zone）分散 Pod"
    run: "kubectl get nodes -L topology.kubernetes.io/zone,topology.kubernetes.io/region"
verify: "kubectl get nodes -L topology.kubernetes.io/zone"
*/
SELECT 'cluster' AS subject, z.file, z.line, z.zone, (SELECT count(*) FROM nodes) AS nodes
FROM node_zones z
WHERE (SELECT count(DISTINCT zone) FROM node_zones) = 1 AND (SELECT count(*) FROM nodes) >= 2
  AND (SELECT count(DISTINCT node) FROM node_zones) = (SELECT count(*) FROM nodes)
ORDER BY z.node, z.file, z.line;
