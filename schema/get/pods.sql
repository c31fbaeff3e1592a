-- STATUS: the phase, unless a container says more. The first init container that has not ended well decides; else the first
-- container that waits or has ended.
WITH
init AS (
  SELECT p.object, s.key AS number, s.value AS status,
    row_number() OVER (PARTITION BY p.object ORDER BY s.key) AS place
  FROM picked p, json_each(p.doc, '$.status.initContainerStatuses') s
  WHERE coalesce(s.value ->> '$.state.terminated.exitCode', -1) <> 0
),
initializing AS (
  SELECT i.object, 'Init:' || CASE
    WHEN i.status -> '$.state.terminated' IS NOT NULL THEN coalesce(nullif(i.status ->> '$.state.terminated.reason', ''),
      CASE WHEN coalesce(i.status ->> '$.state.terminated.signal', 0) <> 0 THEN 'Signal:' || (i.status ->> '$.state.terminated.signal')
        ELSE 'ExitCode:' || (i.status ->> '$.state.terminated.exitCode') END)
    WHEN coalesce(i.status ->> '$.state.waiting.reason', '') NOT IN ('', 'PodInitializing') THEN i.status ->> '$.state.waiting.reason'
    ELSE i.number || '/' || json_array_length(p.doc, '$.spec.initContainers') END AS reason,
    (SELECT sum(s.value ->> '$.restartCount') FROM json_each(p.doc, '$.status.initContainerStatuses') s WHERE s.key <= i.number) AS restarts
  FROM init i JOIN picked p USING (object)
  WHERE i.place = 1
),
run AS (
  SELECT p.object, s.key AS number, s.value ->> '$.restartCount' AS restarts,
    coalesce(s.value ->> '$.ready', 0) AND s.value -> '$.state.running' IS NOT NULL
      AND coalesce(s.value ->> '$.state.waiting.reason', '') = '' AND s.value -> '$.state.terminated' IS NULL AS running,
    coalesce(nullif(s.value ->> '$.state.waiting.reason', ''), nullif(s.value ->> '$.state.terminated.reason', ''),
      CASE WHEN s.value -> '$.state.terminated' IS NULL THEN NULL
        WHEN coalesce(s.value ->> '$.state.terminated.signal', 0) <> 0 THEN 'Signal:' || (s.value ->> '$.state.terminated.signal')
        ELSE 'ExitCode:' || (s.value ->> '$.state.terminated.exitCode') END) AS reason
  FROM picked p, json_each(p.doc, '$.status.containerStatuses') s
),
-- SQLite takes the other columns of a row with min() from the row that has the least.
told AS (SELECT object, reason, min(number) FROM run WHERE reason IS NOT NULL GROUP BY object),
counted AS (SELECT object, sum(restarts) AS restarts, sum(running) AS running FROM run GROUP BY object),
stated AS (
  SELECT p.*, i.object IS NOT NULL AS initializing, coalesce(i.reason, t.reason, nullif(p.doc ->> '$.status.reason', ''), p.doc ->> '$.status.phase') AS reason,
    CASE WHEN i.object IS NULL THEN coalesce(c.running, 0) ELSE 0 END AS running,
    coalesce(CASE WHEN i.object IS NULL THEN c.restarts ELSE i.restarts END, 0) AS restarts
  FROM picked p LEFT JOIN initializing i USING (object) LEFT JOIN told t USING (object) LEFT JOIN counted c USING (object)
)
SELECT namespace AS "NAMESPACE", name AS "NAME", running || '/' || coalesce(json_array_length(doc, '$.spec.containers'), 0) AS "READY",
  CASE
    WHEN doc ->> '$.metadata.deletionTimestamp' IS NOT NULL THEN CASE WHEN doc ->> '$.status.reason' = 'NodeLost' THEN 'Unknown' ELSE 'Terminating' END
    WHEN reason = 'Completed' AND NOT initializing AND running > 0 THEN
      CASE WHEN EXISTS (SELECT 1 FROM json_each(doc, '$.status.conditions') c WHERE c.value ->> '$.type' = 'Ready' AND c.value ->> '$.status' = 'True')
        THEN 'Running' ELSE 'NotReady' END
    ELSE reason END AS "STATUS",
  restarts AS "RESTARTS", coalesce(age(:now - created), '<unknown>') AS "AGE",
  coalesce(nullif(doc ->> '$.status.podIPs[0].ip', ''), nullif(doc ->> '$.status.podIP', ''), '<none>') AS "IP (wide)",
  coalesce(nullif(doc ->> '$.spec.nodeName', ''), '<none>') AS "NODE (wide)",
  coalesce(nullif(doc ->> '$.status.nominatedNodeName', ''), '<none>') AS "NOMINATED NODE (wide)",
  CASE WHEN coalesce(json_array_length(doc, '$.spec.readinessGates'), 0) = 0 THEN '<none>'
    ELSE (SELECT count(*) FROM json_each(doc, '$.spec.readinessGates') g WHERE EXISTS (
      SELECT 1 FROM json_each(doc, '$.status.conditions') c WHERE c.value ->> '$.type' = g.value ->> '$.conditionType' AND c.value ->> '$.status' = 'True'))
      || '/' || json_array_length(doc, '$.spec.readinessGates') END AS "READINESS GATES (wide)",
  object
FROM stated
ORDER BY namespace, name
