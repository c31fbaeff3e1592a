-- Every log line of every source, and the lines that matched a known pattern (schema/signatures).

CREATE TABLE log_lines (          -- the view `log` adds path, node, unit, pod, container
  id      INTEGER PRIMARY KEY,
  file    INTEGER NOT NULL,
  line    INTEGER NOT NULL,
  ts      INTEGER,                -- the node's measured clock offset is taken out; NULL when the line has no time
  level   TEXT,                   -- I W E F D as klog has them; NULL when unknown
  text    TEXT NOT NULL,          -- the line as it stands in the file
  at      INTEGER NOT NULL,       -- 0-based byte offset in text where the message begins
  message TEXT                    -- only where it is put together from several lines (CRI's and docker's parts of long lines);
                                  -- log_message(text, at, message) gives it for every line
) STRICT;

CREATE TABLE log_hits (
  signature TEXT NOT NULL,
  log       INTEGER NOT NULL,     -- log_lines.id
  captures  TEXT                  -- JSON object of the pattern's named groups, NULL when it has none
) STRICT;
