-- Whether the Kubernetes API answered the collector, and the collector's own evidence when it did not. One row.
CREATE VIEW api_state AS
SELECT
  EXISTS (SELECT 1 FROM lists) AS answered,
  (SELECT count(*) FROM captures WHERE source IN ('kubectl', 'api') AND state = 'failed') AS failures;

-- Requests to the API that got no answer: refused, timed out, cut off. A refusal by the API itself (403, 404, 500) is an answer.
-- What the tool said stands in its file; without one only the manifest knows of it.
CREATE VIEW api_failures AS
SELECT c.path, c.command, c.error, c.started, coalesce(f.id, m.id) AS file,
  CASE WHEN f.id IS NULL THEN c.line ELSE coalesce(
    (SELECT min(l.line) FROM lines l WHERE l.file = f.id
     AND l.text REGEXP '(?i)refused|timeout|timed out|deadline|EOF|no route|reset|Failed to connect|TLS|error'), 1) END AS line,
  CASE WHEN f.id IS NULL THEN c.error END AS text
FROM captures c
LEFT JOIN files f ON f.path = c.path AND f.lines > 0
LEFT JOIN files m ON m.path = 'manifest.json'
WHERE c.source IN ('kubectl', 'api') AND c.state = 'failed'
  AND (c.timed_out OR c.error REGEXP
    '(?i)refused|timed? ?out|Timeout|deadline exceeded|unexpected EOF|: EOF|no route to host|connection reset|Failed to connect|Could not connect|TLS handshake');
