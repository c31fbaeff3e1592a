-- How many ConfigMaps and Secrets the running pods of each node refer to, each counted once, against the 250 streams that the API
-- server allows on one connection. `limited` is 1 where kubelet holds a stream for each of them on its only connection: 1.12 and 1.13
-- (but for their last patches), unless kubelet is told to cache or to get.
CREATE VIEW v_config_watches AS
SELECT w.node, w.kubelet_version, w.configmaps, w.secrets, w.watches, w.stream_limit,
  round(w.watches * 1.0 / w.stream_limit, 4) AS share,
  coalesce(CAST(rx('^v1\.([0-9]+)', w.kubelet_version, 1) AS INTEGER) BETWEEN 12 AND 13, 0)
    AND coalesce((SELECT d.json ->> '$.kubeletconfig.configMapAndSecretChangeDetectionStrategy' FROM files f JOIN documents d ON d.file = f.id
      WHERE f.node = w.node AND f.path GLOB 'nodes/*/kubelet/*configz.json' AND json_valid(d.json) LIMIT 1), 'Watch') = 'Watch' AS limited,
  f.path, n.line
FROM node_watches w
LEFT JOIN nodes n ON n.name = w.node
LEFT JOIN files f ON f.id = n.file;
