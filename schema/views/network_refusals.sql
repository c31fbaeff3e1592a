-- Why the network gave new pods no address, where a diagnosis of its own knows the reason (`why` is its id): events of pods that still wait,
-- and lines of the node's kubelet and runtime from the last three minutes. Only what was refused three times and lately. nth numbers a
-- node's rows of one reason, events first, the newest first; pods: how many wait; last_seen: the last refusal.
CREATE VIEW network_refusals AS
WITH
told AS (
  SELECT p.node, p.namespace, p.name AS pod, replace(e.message, char(10), ' ') AS message, coalesce(e.count, 1) AS count, e.file,
    json_line(o.json, o.line, e.message) AS line, NULL AS text, coalesce(e.first_seen, e.last_seen) AS ts, coalesce(e.last_seen, e.first_seen) AS last_ts, 0 AS seq,
    CASE
      WHEN e.message REGEXP 'no IP addresses available in |No available addresses|failed to assign an IP address to container|no free addresses' THEN 'cni-ip-exhausted'
      WHEN e.message REGEXP 'failed to set bridge addr: .*already has an IP address different from' THEN 'cni-bridge-addr-conflict'
      WHEN e.message REGEXP 'open /run/flannel/subnet\.env: no such file' THEN 'flannel-subnet-env-missing'
      WHEN e.message REGEXP 'error getting ClusterInformation: (connection is unauthorized|Get .*x509)|type="calico(-ipam)?" failed.*Unauthorized' THEN 'calico-cni-unauthorized'
      WHEN e.message REGEXP 'unable to connect to Cilium (agent|daemon)|cilium.*Is the agent running\?|/run/cilium/cilium\.sock: connect: ' THEN 'cilium-agent-down'
      WHEN e.message REGEXP 'incompatible CNI versions|type="[^"]+" failed \(add\): .*(unmarshal|cniVersion)|config version is not supported' THEN 'cni-config-error'
    END AS why
  FROM events e JOIN objects o ON o.id = e.object JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.object_kind = 'Pod' AND e.reason IN ('FailedCreatePodSandBox', 'FailedCreatePodSandbox')
    AND p.node IS NOT NULL AND p.deleted IS NULL AND p.phase = 'Pending'
    AND NOT EXISTS (SELECT 1 FROM container_statuses c WHERE c.namespace = p.namespace AND c.pod = p.name AND (c.running_since IS NOT NULL OR c.exit_code IS NOT NULL))
),
logged AS (
  SELECT h.node, NULL, NULL, h.text, 1, h.file, h.line, h.text AS text, h.ts, h.ts, 1, h.signature
  FROM hits h
  WHERE h.signature IN ('cni-ip-exhausted', 'cni-bridge-addr-conflict', 'flannel-subnet-env-missing', 'calico-cni-unauthorized', 'cilium-agent-down', 'cni-config-error')
    AND h.node IS NOT NULL AND h.ts > (SELECT ts FROM bundle_time) - 180000000
    AND (h.signature <> 'cni-config-error' OR h.captures ->> '$.refused' IS NOT NULL)
),
counted AS (
  SELECT *, sum(count) OVER w AS tries, max(last_ts) OVER w AS last_seen,
    row_number() OVER (PARTITION BY node, why ORDER BY seq, last_ts DESC, file, line) AS nth
  FROM (SELECT * FROM told WHERE why IS NOT NULL UNION ALL SELECT * FROM logged)
  WINDOW w AS (PARTITION BY node, why)
)
SELECT c.*, (SELECT count(DISTINCT t.namespace || '/' || t.pod) FROM told t WHERE t.node = c.node AND t.why = c.why) AS pods
FROM counted c
WHERE c.tries >= 3 AND c.last_seen > (SELECT ts FROM bundle_time) - 900000000;
