-- What the checks found and how it hangs together.

CREATE TABLE checks (
  id       TEXT PRIMARY KEY,
  area     TEXT NOT NULL,
  severity TEXT NOT NULL,         -- critical, warning, info
  title    TEXT NOT NULL,         -- English, with {placeholders}
  state    TEXT NOT NULL,         -- found, clear, not-evaluated, error
  reason   TEXT,                  -- of not-evaluated and error
  applies  INTEGER NOT NULL DEFAULT 1, -- 0: made for other versions of Kubernetes, and therefore not evaluated
  advice   INTEGER NOT NULL DEFAULT 0, -- 1: hygiene, never a root cause
  steps    INTEGER NOT NULL DEFAULT 0  -- what it cost: steps of SQLite's virtual machine, the same on every computer
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (           -- one row a check and subject
  id         INTEGER PRIMARY KEY,
  check_id   TEXT NOT NULL,
  subject    TEXT NOT NULL,       -- node/node2, pod/kube-system/kube-dns-x, deployment/default/web, cluster
  kind       TEXT,                -- of the subject: pod, node, deployment, cluster, ...
  namespace  TEXT,                -- of the subject, NULL when it has none
  name       TEXT,                -- of the subject, NULL for cluster
  severity   TEXT NOT NULL,
  confidence TEXT NOT NULL,       -- certain, likely, possible
  title      TEXT NOT NULL,       -- English, filled in
  detail     TEXT,
  first_seen INTEGER,
  last_seen  INTEGER,
  began      INTEGER,             -- when the state it tells of began: the latest run of its log lines, else first_seen;
                                  -- NULL when nothing says (analyze/causes.h)
  evidence_rows INTEGER NOT NULL DEFAULT 0, -- pieces of evidence in all; the first 20 are in `evidence`
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

CREATE TABLE check_texts (        -- the same in each language
  check_id TEXT NOT NULL,
  lang     TEXT NOT NULL,         -- en, zh
  title    TEXT NOT NULL,
  reason   TEXT,
  PRIMARY KEY (check_id, lang)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_texts (      -- what a person reads of a finding, placeholders filled in
  finding INTEGER NOT NULL,
  lang    TEXT NOT NULL,
  title   TEXT NOT NULL,
  detail  TEXT,
  why     TEXT,
  fix     TEXT NOT NULL,          -- JSON: [{"text", "run", "on"}], values in commands shell-quoted
  verify  TEXT,
  PRIMARY KEY (finding, lang)
) STRICT, WITHOUT ROWID;
