/*
id: ha-vm-autorestart-unknown
title:
  en: "Unknown whether the machines restart by themselves: check it at the provider ({provider})"
  zh: "无法确认虚拟机是否会自动重启：请在云平台（{provider}）检查"
detail:
  en: "{down} has been silent since {since}. Whether such a machine is restarted or replaced by itself is set at the provider and cannot be read from a bundle."
  zh: "节点 {down} 自 {since} 起失联。这类机器能否自动重启或替换由云平台设置决定，采集包中无法看到。"
severity: info
confidence: possible
advice: true
needs: [nodes]
why:
  en: >-
    In a cloud a machine that dies can come back without anybody: auto scaling groups and auto repair replace it, a host maintenance policy restarts it.
    This cluster has a node that is gone, so it is a good time to look whether that is switched on.
  zh: >-
    在云上，故障的虚拟机可以无人值守地恢复：伸缩组和自动修复会替换它，宿主机维护策略会重启它。集群中已有节点失联，正好确认这些功能是否已启用。
fix:
  - en: "AWS: health checks of the auto scaling group and EC2 auto recovery. Azure: automatic repairs of the scale set. GCP: automaticRestart and node auto-repair"
    zh: "AWS：伸缩组健康检查和 EC2 自动恢复；Azure：规模集自动修复；GCP：automaticRestart 和节点自动修复"
    run: "kubectl get node {down} -o jsonpath='{.spec.providerID}'"
verify: "kubectl get nodes"
*/
SELECT 'cluster' AS subject, n.file, json_line(o.json, n.line, n.provider_id) AS line, n.name AS down, n.name AS node, iso(c.last_transition) AS since,
  rx('^([a-z]+):', n.provider_id, 1) AS provider
FROM nodes n JOIN node_conditions c ON c.node = n.name AND c.type = 'Ready' AND c.status = 'Unknown'
JOIN objects o ON o.id = n.object
WHERE n.provider_id REGEXP '^(aws|azure|gce|openstack|vsphere|alicloud|tencentcloud|qcloud|huaweicloud|digitalocean|ibm|oci|hcloud|linode)://'
   OR n.provider_id REGEXP '^cn-[a-z]+\.i-'
ORDER BY n.name, n.file, n.line;
