-- Command-line flags of the control plane, kubelets and kube-proxies, one row a flag (value '' where it has none): from the processes of
-- a node, else the specs of its pods, else its static pod manifests (source 1, 2, 3). text is what to show, NULL: the line itself.
CREATE VIEW component_flags AS
WITH
names(component) AS (VALUES ('kube-apiserver'), ('kube-controller-manager'), ('kube-scheduler'), ('etcd'), ('kubelet'), ('kube-proxy')),
processes AS (
  SELECT node, rx('^(?:\S*/)?(?:hyperkube )?(kube-apiserver|kube-controller-manager|kube-scheduler|etcd|kubelet|kube-proxy) -', args, 1) AS component,
    '["' || replace(replace(replace(args, '\', '\\'), '"', '\"'), ' ', '","') || '"]' AS words, file, line
  FROM node_processes WHERE args REGEXP '^(?:\S*/)?(?:hyperkube )?(?:kube-[a-z-]+|etcd|kubelet) -'
),
specs AS (
  SELECT p.node, c.name AS component, w.key + CASE w.list WHEN 'args' THEN 10000 ELSE 0 END AS at, w.value AS word, c.object
  FROM container_specs c JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
  JOIN (SELECT object, name, list, key, value FROM (
      SELECT x.object, x.name, 'command' AS list, k.key, k.value FROM container_specs x, json_each(CASE WHEN json_valid(x.command) THEN x.command ELSE '[]' END) k
      WHERE x.name IN (SELECT component FROM names)
      UNION ALL
      SELECT x.object, x.name, 'args', k.key, k.value FROM container_specs x, json_each(CASE WHEN json_valid(x.args) THEN x.args ELSE '[]' END) k
      WHERE x.name IN (SELECT component FROM names))) w ON w.object = c.object AND w.name = c.name
  WHERE c.namespace = 'kube-system' AND c.name IN (SELECT component FROM names)
    AND NOT EXISTS (SELECT 1 FROM processes r WHERE r.node = p.node AND r.component = c.name)
),
words AS (
  SELECT 1 AS source, r.node, r.component, w.key AS at, w.value AS word, r.file, r.line, NULL AS object
  FROM processes r, json_each(CASE WHEN json_valid(r.words) THEN r.words ELSE '[]' END) w WHERE r.component IS NOT NULL
  UNION ALL
  SELECT 2, node, component, at, word, NULL, NULL, object FROM specs
  UNION ALL
  SELECT 3, f.node, n.component, l.line, rx('^\s*- "?(--\S+?)"?$', l.text, 1), l.file, l.line, NULL
  FROM files f JOIN names n ON f.path GLOB 'nodes/*/etc/kubernetes/manifests/' || n.component || '*.y*ml'
  JOIN lines l ON l.file = f.id AND l.text REGEXP '^\s*- "?--'
  WHERE NOT EXISTS (SELECT 1 FROM processes r WHERE r.node = f.node AND r.component = n.component)
    AND NOT EXISTS (SELECT 1 FROM specs s WHERE s.node = f.node AND s.component = n.component)
),
followed AS (
  SELECT *, lead(word) OVER (PARTITION BY source, node, component, file, object, CASE source WHEN 1 THEN line END ORDER BY at) AS next FROM words
)
SELECT f.node, f.component, f.source, rx('^--?([A-Za-z0-9-]+)', f.word, 1) AS flag,
  CASE WHEN instr(f.word, '=') > 0 THEN substr(f.word, instr(f.word, '=') + 1) WHEN f.next NOT LIKE '-%' THEN f.next ELSE '' END AS value,
  coalesce(f.file, o.file) AS file, coalesce(f.line, json_line(o.json, o.line, f.word)) AS line,
  CASE f.source WHEN 1 THEN f.word || CASE WHEN instr(f.word, '=') = 0 AND f.next NOT LIKE '-%' THEN ' ' || f.next ELSE '' END END AS text
FROM followed f LEFT JOIN objects o ON o.id = f.object
WHERE f.word LIKE '-%';
