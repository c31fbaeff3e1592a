-- Whether the Kubernetes API answered the collector, and the collector's own evidence when it did not. One row.
CREATE VIEW api_state AS
SELECT
  EXISTS (SELECT 1 FROM lists) AS answered,
  (SELECT count(*) FROM captures WHERE source IN ('kubectl', 'api') AND state = 'failed') AS failures;

-- Requests to the API that got no answer: refused, timed out, cut off. A refusal by the API itself (403, 404, 500) is an answer.
CREATE VIEW api_failures AS
SELECT c.path, c.command, c.error, c.started, c.line, f.id AS file
FROM captures c JOIN files f ON f.path = 'manifest.json'
WHERE c.source IN ('kubectl', 'api') AND c.state = 'failed'
  AND (c.timed_out OR c.error REGEXP
    '(?i)refused|timed? ?out|Timeout|deadline exceeded|unexpected EOF|: EOF|no route to host|connection reset|Failed to connect|Could not connect|TLS handshake');
