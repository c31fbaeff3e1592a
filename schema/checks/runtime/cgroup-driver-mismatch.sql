/*
id: cgroup-driver-mismatch
title:
  en: "kubelet ({kubelet_driver}) and Docker ({docker_driver}) on {node} use different cgroup drivers"
  zh: "节点 {node} 上 kubelet（{kubelet_driver}）与 Docker（{docker_driver}）的 cgroup 驱动不一致"
detail:
  en: "kubelet uses {kubelet_driver}, Docker {docker_driver}: kubelet ends itself at every start."
  zh: "kubelet 使用 {kubelet_driver}，Docker 使用 {docker_driver}：kubelet 每次启动都会退出。"
severity: critical
confidence: certain
needs: [log:kubelet]
k8s: "<1.24"
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
why:
  en: >-
    Both must make cgroups in the same way, through systemd or by themselves; kubelet compares them at its start and gives up
    when they differ. Mostly one of the two files was changed by an upgrade or by hand.
  zh: >-
    两者必须用同一种方式创建 cgroup（由 systemd 或自行管理）。kubelet 启动时会比较，不一致就退出。通常是升级或手工修改了其中一个配置文件。
fix:
  - en: "Which file changed last?"
    zh: "哪个文件最近被修改过？"
    run: "ls -lt /etc/docker/daemon.json /var/lib/kubelet/config.yaml; docker info 2>/dev/null | grep -i 'cgroup driver'; grep -i cgroupDriver /var/lib/kubelet/config.yaml"
    on: "{node}"
  - en: "Make Docker use kubelet's driver{docker_side} (its containers restart), then restart kubelet"
    zh: "让 Docker 使用 kubelet 的驱动{docker_side_zh}（容器会重启），然后重启 kubelet"
    run: "f=/etc/docker/daemon.json; if grep -q native.cgroupdriver= $f; then sed -i 's/native.cgroupdriver=[a-z]*/native.cgroupdriver={kubelet_driver}/' $f; elif [ -s $f ]; then sed -i '0,/{/s//{ \"exec-opts\": [\"native.cgroupdriver={kubelet_driver}\"],/' $f; else echo '{\"exec-opts\": [\"native.cgroupdriver={kubelet_driver}\"]}' > $f; fi; systemctl restart docker && systemctl restart kubelet"
    on: "{node}"
    if: change_docker
  - en: "Make kubelet use Docker's driver{kubelet_side}"
    zh: "让 kubelet 使用 Docker 的驱动{kubelet_side_zh}"
    run: "f=/var/lib/kubelet/config.yaml; if grep -q ^cgroupDriver: $f; then sed -i 's/^cgroupDriver:.*/cgroupDriver: {docker_driver}/' $f; else echo 'cgroupDriver: {docker_driver}' >> $f; fi; sed -i 's/--cgroup-driver=[a-z]*/--cgroup-driver={docker_driver}/' /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet 2>/dev/null; systemctl restart kubelet"
    on: "{node}"
    if: change_kubelet
verify: "systemctl is-active kubelet && kubectl get node {node}"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/configure-cgroup-driver/"]
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log, h.captures,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'cgroup-driver-mismatch' AND h.node IS NOT NULL
),
-- A kubelet that was started later and stays up is healed, one that was stopped is another matter.
sick AS (
  SELECT DISTINCT node FROM logged l WHERE l.newest = 1 AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = l.node
      AND (u.active = 'inactive' OR (u.active = 'active' AND u.started > l.last_ts AND u.started < :now - 20000000)))
    -- It ends for another reason now.
    AND NOT EXISTS (SELECT 1 FROM hits o WHERE o.signature = 'kubelet-fatal' AND o.file = l.file AND o.log > l.log
      AND o.ts > l.last_ts + 2000000)
    -- Docker was changed since: it says the driver that kubelet asked for.
    AND NOT EXISTS (SELECT 1 FROM files f JOIN lines c ON c.file = f.id AND c.text REGEXP '^\s*Cgroup Driver:'
      WHERE f.role = 'docker-info' AND f.node = l.node AND rx('Cgroup Driver:\s*(\S+)', c.text, 1) = l.captures ->> '$.kubelet')
),
evidence AS (
  SELECT l.node, 0 AS seq, l.file, l.line, l.text, l.ts FROM logged l WHERE newest <= 2 OR oldest = 1
  UNION ALL
  SELECT f.node, 1, c.file, c.line, c.text, NULL FROM files f JOIN lines c ON c.file = f.id
  WHERE (f.role = 'docker-info' AND c.text REGEXP '^\s*Cgroup Driver:')
    OR (f.path GLOB 'nodes/*/kubelet/config.yaml' AND c.text LIKE 'cgroupDriver:%')
    OR (f.path GLOB 'nodes/*/etc/docker/daemon.json' AND c.text LIKE '%cgroupdriver%')
),
drivers AS (
  SELECT s.node, l.captures ->> '$.kubelet' AS kubelet, l.captures ->> '$.docker' AS docker
  FROM sick s JOIN logged l ON l.node = s.node AND l.newest = 1
),
-- What Docker uses on the nodes that are well says which side is wrong here; without them systemd is what both should use.
elsewhere AS (
  SELECT f.node, rx('Cgroup Driver:\s*(\S+)', c.text, 1) AS driver
  FROM files f JOIN lines c ON c.file = f.id AND c.text REGEXP '^\s*Cgroup Driver:'
  WHERE f.role = 'docker-info' AND f.node NOT IN (SELECT node FROM sick)
),
choice AS (
  SELECT d.*, sum(e.driver = d.kubelet) AS as_kubelet, sum(e.driver = d.docker) AS as_docker,
    CASE WHEN coalesce(sum(e.driver = d.kubelet), 0) <> coalesce(sum(e.driver = d.docker), 0) THEN sum(e.driver = d.kubelet) > sum(e.driver = d.docker)
      ELSE d.kubelet = 'systemd' END AS docker_is_wrong
  FROM drivers d LEFT JOIN elsewhere e ON 1 GROUP BY d.node
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, d.kubelet AS kubelet_driver, d.docker AS docker_driver,
  d.docker_is_wrong AS change_docker, NOT d.docker_is_wrong AS change_kubelet,
  CASE WHEN d.as_kubelet > 0 THEN ', as Docker on ' || d.as_kubelet || ' other node(s)' ELSE '' END AS docker_side,
  CASE WHEN d.as_kubelet > 0 THEN '，与另外 ' || d.as_kubelet || ' 个节点的 Docker 一致' ELSE '' END AS docker_side_zh,
  CASE WHEN d.as_docker > 0 THEN ', as Docker on ' || d.as_docker || ' other node(s)' ELSE '' END AS kubelet_side,
  CASE WHEN d.as_docker > 0 THEN '，与另外 ' || d.as_docker || ' 个节点的 Docker 一致' ELSE '' END AS kubelet_side_zh
FROM sick s JOIN choice d ON d.node = s.node JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.ts DESC, e.file, e.line;
