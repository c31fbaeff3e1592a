-- What the nodes say of themselves, made from `lines` and `documents` by schema/derive/*.sql after loading.
-- Every row cites file and line.

CREATE TABLE node_access (        -- node.json: how each node was reached
  node TEXT, address TEXT, user TEXT, transport TEXT, reached INTEGER, error TEXT, fallback_reason TEXT,
  clock_offset_us INTEGER,        -- node's clock minus the collector's
  hostname TEXT, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_units (         -- systemctl show
  node TEXT, unit TEXT,           -- "kubelet.service"
  load TEXT, active TEXT, sub TEXT, result TEXT, exit_status INTEGER, restarts INTEGER,
  started INTEGER, enabled TEXT, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_containers (    -- docker ps -a and crictl ps -a
  node TEXT, runtime TEXT, id TEXT, name TEXT,
  namespace TEXT, pod TEXT, container TEXT, -- from the k8s_... name or the CRI labels
  image TEXT, state TEXT,         -- running, exited, created, paused
  status TEXT, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_images (        -- docker images and crictl images
  node TEXT, runtime TEXT, id TEXT, repository TEXT, tag TEXT, digest TEXT, bytes INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_disks (         -- df -P and df -Pi joined by mount
  node TEXT, device TEXT, mount TEXT, fstype TEXT,
  bytes INTEGER, used INTEGER, available INTEGER, use_percent INTEGER,
  inodes INTEGER, inodes_free INTEGER, inodes_percent INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_sysctls (
  node TEXT, name TEXT, value TEXT, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_iptables (      -- iptables-save: chain policies and rules
  node TEXT, family TEXT,         -- ip4, ip6, legacy
  tab TEXT,                       -- filter, nat, ...
  chain TEXT, policy TEXT,        -- policy only on the chain's own row, rule only on a rule's row
  packets INTEGER, rule TEXT, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_processes (
  node TEXT, pid INTEGER, ppid INTEGER, stat TEXT, wchan TEXT, rss_bytes INTEGER, threads INTEGER, args TEXT,
  file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_cgroups (       -- /proc/cgroups: number of cgroups a controller
  node TEXT, controller TEXT, cgroups INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE metrics (            -- Prometheus text: how many series a metric has, and its value when it has one only
  node TEXT, component TEXT, name TEXT, series INTEGER, value REAL, file INTEGER, line INTEGER
) STRICT;
