-- What the checks found and how it hangs together.

CREATE TABLE checks (
  id       TEXT PRIMARY KEY,
  area     TEXT NOT NULL,
  severity TEXT NOT NULL,         -- critical, warning, info
  title    TEXT NOT NULL,         -- English, with {placeholders}
  state    TEXT NOT NULL,         -- found, clear, not-evaluated, error
  reason   TEXT,                  -- of not-evaluated and error
  ms       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (           -- one row a check and subject
  id         INTEGER PRIMARY KEY,
  check_id   TEXT NOT NULL,
  subject    TEXT NOT NULL,       -- node/node2, pod/kube-system/kube-dns-x, deployment/default/web, cluster
  severity   TEXT NOT NULL,
  confidence TEXT NOT NULL,       -- certain, likely, possible
  title      TEXT NOT NULL,       -- English, filled in
  detail     TEXT,
  first_seen INTEGER,
  last_seen  INTEGER,
  fields     TEXT NOT NULL,       -- JSON object: columns of the first row, for the placeholders
  UNIQUE (check_id, subject)
) STRICT;

CREATE TABLE finding_nodes (      -- on which nodes a finding takes place, for same-node and pod-on-node
  finding INTEGER NOT NULL,
  node    TEXT NOT NULL,
  PRIMARY KEY (finding, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
  finding INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  file    TEXT NOT NULL,          -- path in the bundle
  line    INTEGER NOT NULL,       -- 1-based; 0: the whole file
  text    TEXT NOT NULL,          -- the line
  ts      INTEGER
) STRICT;

CREATE TABLE causes (             -- edges between findings that hold in this bundle
  cause    INTEGER NOT NULL,      -- findings.id
  effect   INTEGER NOT NULL,
  relation TEXT NOT NULL,
  PRIMARY KEY (cause, effect)
) STRICT, WITHOUT ROWID;

CREATE TABLE root_causes (
  rank     INTEGER PRIMARY KEY,
  finding  INTEGER NOT NULL,
  severity TEXT NOT NULL,         -- the worst of itself and of what it explains
  explains INTEGER NOT NULL       -- number of findings it explains, directly or not
) STRICT;
