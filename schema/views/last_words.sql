-- Lines of pods that end: hits in their logs, those of the run before too, with the workload that they belong to (subject). works: the
-- container has been ready since that line. newest numbers the lines of a signature and subject, 1 is the newest. Pods that are gone,
-- by the API's list, are left out.
CREATE VIEW last_words AS
SELECT h.signature, h.captures, h.log, h.file, h.line, h.ts, h.text, h.unit, h.namespace, h.pod, h.container, coalesce(s.node, h.node) AS node,
  coalesce(s.subject, CASE WHEN h.pod IS NULL THEN 'node/' || h.node ELSE 'pod/' || h.namespace || '/' || h.pod END, 'cluster') AS subject,
  EXISTS (SELECT 1 FROM container_statuses c WHERE c.namespace = h.namespace AND c.pod = h.pod AND c.name = h.container AND c.ready
    AND (h.ts IS NULL OR c.running_since IS NULL OR c.running_since > h.ts OR (SELECT ts FROM bundle_time) - h.ts > 60000000)) AS works,
  row_number() OVER (PARTITION BY h.signature, s.subject, CASE WHEN s.subject IS NULL THEN h.file END ORDER BY h.ts DESC, h.log DESC) AS newest
FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
WHERE NOT h.copy AND (h.pod IS NULL OR s.subject IS NOT NULL OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'pods'));
