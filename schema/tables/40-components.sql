-- The control plane as the nodes themselves show it: what must run where, and whether it does. It is the only source when the
-- API server is silent. Made by schema/derive/90-components.sql from processes, containers, units, manifests and logs.

CREATE TABLE node_components (
  node      TEXT NOT NULL,
  component TEXT NOT NULL,        -- kube-apiserver, kube-controller-manager, kube-scheduler, etcd
  how       TEXT,                 -- container or unit: what runs it here; NULL when only its neighbours tell that it belongs here
  state     TEXT,                 -- running; stopped (the process is frozen by a signal); down; NULL: the captures do not say
  manifest  INTEGER,              -- 1: its static pod manifest is in place, 0: it is not, NULL: not known
  restarts  INTEGER,              -- containers of it that ended, as far as the runtime still lists them, or restarts of the unit
  file INTEGER, line INTEGER      -- its container, unit or process; NULL when there is none of them
) STRICT;

CREATE TABLE leader_leases (      -- one row for each of the two that elect a leader; made by schema/derive/95-leader-leases.sql
  component  TEXT NOT NULL,       -- kube-controller-manager, kube-scheduler
  holder     TEXT,                -- as the record has it: host_uuid
  node       TEXT,                -- the node of that host, NULL when it is none that is known
  duration_s INTEGER,             -- how long a lease is good
  renewed    INTEGER,             -- when it was renewed last
  seen       INTEGER,             -- when the record was read, or what is known of it; NULL: nothing
  age        INTEGER,             -- µs from renewed to seen, the holder's clock error taken out; NULL when that moment is not known
  file INTEGER, line INTEGER      -- the renewal in the record
) STRICT;
