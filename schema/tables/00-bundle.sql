-- What was gathered, what was read of it, and what could not be read.
-- `file` is files.id everywhere in tables; the views of schema/views show paths. Times are integer microseconds UTC.

CREATE TABLE bundle (             -- facts about the bundle: bundle.json flattened ("cluster.server"), "path", "damage", "kind";
                                  -- those of a second one begin with "bundle2."
  key   TEXT PRIMARY KEY,
  value TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE bundles (            -- the bundles of the case, mostly one
  id     INTEGER PRIMARY KEY,
  name   TEXT NOT NULL,           -- how paths of it begin when there are several
  kind   TEXT,                    -- sickbay, troubleshoot, must-gather, sos, ...: the layout that its files follow
  title  TEXT,                    -- the same in words
  time   TEXT,                    -- when it was taken
  damage TEXT,
  selected INTEGER NOT NULL DEFAULT 0, -- 1: it has the namespaces that someone chose, there may be others (see chosen_namespaces)
  cluster TEXT,                   -- uid of its namespace kube-system
  version TEXT                    -- of its API server
) STRICT;

CREATE TABLE files (              -- every file of the bundle; a log of several nodes has a row for each
  id        INTEGER PRIMARY KEY,
  path      TEXT NOT NULL,
  role      TEXT,                 -- what it is, from schema/layouts: "df", "journal", "objects", ... NULL when unknown
  node      TEXT,                 -- of which node
  unit      TEXT,                 -- component that wrote it, in its canonical name (schema/units.yaml)
  namespace TEXT,
  pod       TEXT,
  container TEXT,
  bytes     INTEGER NOT NULL DEFAULT 0,
  lines     INTEGER NOT NULL DEFAULT 0,
  state     TEXT NOT NULL DEFAULT 'loaded',  -- loaded, partial (damage, caps), skipped
  reason    TEXT,
  first_log INTEGER,              -- log_lines.id of its first and last line, all others lie between; NULL when it is no log
  last_log  INTEGER,
  local_time INTEGER,             -- 1: its lines have times without a zone
  bundle    INTEGER NOT NULL DEFAULT 1,      -- bundles.id
  layout    TEXT,                 -- which of schema/layouts knows its path; NULL: its content told what it is
  root      TEXT NOT NULL DEFAULT '',        -- what stands in its path before what the layout knows
  resource  TEXT                  -- of which resource its path says that it has a list, or why there is none
) STRICT;

CREATE TABLE captures (           -- manifest.json, one row a record; `line` is the record's line in it
  path        TEXT,
  source      TEXT,
  command     TEXT,
  node        TEXT,
  started     INTEGER,
  ms          INTEGER,
  exit_status INTEGER,
  state       TEXT,               -- ok, failed, absent, skipped
  timed_out   INTEGER,
  bytes       INTEGER,
  truncated   INTEGER,
  redactions  INTEGER,
  sha256      TEXT,
  error       TEXT,
  line        INTEGER,
  manifest    INTEGER,            -- files.id of manifest.json
  file        INTEGER,            -- files.id of what was captured, NULL when it is not in the bundle
  resource    TEXT,               -- of which Kubernetes resource it is the list, as in lists; NULL when it is none
  namespace   TEXT
) STRICT;

CREATE TABLE problems (           -- what could not be read, and where
  file    TEXT,                   -- path (the file may not be in files)
  line    INTEGER,
  message TEXT NOT NULL
) STRICT;

CREATE TABLE lists (              -- lists of Kubernetes objects that were read, also the empty ones
  file      INTEGER NOT NULL,
  resource  TEXT,                 -- plural in lower case: pods, horizontalpodautoscalers, apiservices
  namespace TEXT,                 -- NULL: of the whole cluster
  items     INTEGER NOT NULL,     -- how many it has, as far as it was read
  whole     INTEGER NOT NULL DEFAULT 1  -- 0: it breaks off, or has objects that could not be read
) STRICT;

CREATE TABLE objects (            -- every Kubernetes object, raw JSON kept
  id          INTEGER PRIMARY KEY,
  kind        TEXT,
  api_version TEXT,
  namespace   TEXT,
  name        TEXT,
  uid         TEXT,
  created     INTEGER,
  deleted     INTEGER,
  file        INTEGER NOT NULL,
  item        INTEGER,            -- 0-based position in its list
  line        INTEGER,            -- line of the file on which it begins
  json        TEXT NOT NULL       -- last, so that the other columns are read without it
) STRICT;
-- Made while loading, as making them later would read every object again.
CREATE INDEX objects_by_name ON objects (kind, namespace, name);
CREATE INDEX objects_by_place ON objects (file, line);

CREATE TABLE duplicates (         -- objects that came more than once: the older copies, which are not in objects
  kind TEXT, namespace TEXT, name TEXT,
  file INTEGER NOT NULL,
  line INTEGER,
  kept INTEGER NOT NULL           -- objects.id of the copy that counts
) STRICT;

CREATE TABLE documents (          -- JSON or YAML files that are not Kubernetes objects
  file INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;

CREATE TABLE lines (              -- every line of every text capture that is not a log (df, ps, iptables-save, ...)
  file INTEGER NOT NULL,
  line INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
