-- Whether the Kubernetes API answered the collector, and the collector's own evidence when it did not. One row.
CREATE VIEW api_state AS
SELECT
  EXISTS (SELECT 1 FROM lists) AS answered,
  (SELECT count(*) FROM captures WHERE source IN ('kubectl', 'api') AND state = 'failed') AS failures;

-- Requests to the API that got no answer: refused, timed out, cut off. A refusal by the API itself (403, 404, 500) is an answer.
-- What the tool said stands in its file; where it does not, only the manifest knows of it.
CREATE VIEW api_failures AS
WITH failed AS (
  SELECT c.path, c.command, c.error, c.started, c.line, c.manifest, f.id AS file,
    (SELECT min(l.line) FROM lines l WHERE l.file = f.id
     AND l.text REGEXP '(?i)refused|timeout|timed out|deadline|EOF|no route|reset|Failed to connect|TLS|error') AS said
  FROM captures c LEFT JOIN files f ON f.id = c.file
  WHERE c.source IN ('kubectl', 'api') AND c.state = 'failed'
    AND (c.timed_out OR c.error REGEXP
      '(?i)refused|timed? ?out|Timeout|deadline exceeded|unexpected EOF|: EOF|no route to host|connection reset|Failed to connect|Could not connect|TLS handshake')
)
SELECT path, command, error, started,
  CASE WHEN said IS NULL THEN manifest ELSE file END AS file,
  coalesce(said, line) AS line, CASE WHEN said IS NULL THEN error END AS text
FROM failed;
