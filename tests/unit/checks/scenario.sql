-- A small cluster in trouble: the disk of n2 is full, its pods fail; a pod on n1 fails for a reason of its own.
INSERT INTO bundle VALUES ('path', '/tmp/some/where/sick.tar.zst'), ('started', '2026-03-01T12:00:00Z'), ('cluster.version', 'v1.20.2');
INSERT INTO files (id, path, role, node, unit, lines, bytes) VALUES
  (1, 'nodes/n2/host/df.txt', 'df', 'n2', NULL, 2, 100),
  (2, 'cluster-resources/pods/default.json', 'objects', NULL, NULL, 9, 500),
  (3, 'nodes/n2/journal/kubelet.log', 'journal', 'n2', 'kubelet', 3, 300),
  (4, 'manifest.json', 'manifest', NULL, NULL, 9, 300);
INSERT INTO captures (path, source, node, state, error, line, truncated, manifest, file) VALUES
  ('nodes/n2/host/df.txt', 'ssh', 'n2', 'ok', NULL, 2, 0, 4, 1),
  ('nodes/n1/host/df.txt', 'ssh', 'n1', 'failed', 'connection refused', 3, 0, 4, NULL),
  ('cluster-resources/leases.json', 'kubectl', NULL, 'failed', 'forbidden', 4, 0, 4, NULL);
UPDATE captures SET resource = 'leases' WHERE path = 'cluster-resources/leases.json';
INSERT INTO lists (file, resource, namespace, items) VALUES (2, 'pods', 'default', 3);
INSERT INTO lines VALUES (1, 1, 'Filesystem 1024-blocks Used Available Capacity Mounted on'), (1, 2, '/dev/loop1 1000 1000 0 100% /var');
INSERT INTO node_disks (node, device, mount, bytes, used, available, use_percent, file, line) VALUES
  ('n2', '/dev/loop1', '/var', 1024000, 1024000, 0, 100, 1, 2);
INSERT INTO objects (id, kind, namespace, name, json, file, item, line) VALUES
  (1, 'Pod', 'default', 'web-1', '{"metadata":' || char(10) || ' {"name": "web-1"}}', 2, 0, 2),
  (2, 'Pod', 'default', 'web-2', '{"metadata":' || char(10) || ' {"name": "web-2"}}', 2, 1, 4),
  (3, 'Pod', 'default', '$(reboot)', '{"metadata":' || char(10) || ' {"name": "$(reboot)"}}', 2, 2, 6);
INSERT INTO pods (namespace, name, node, phase, owner_kind, owner_name, labels, object, file, line) VALUES
  ('default', 'web-1', 'n1', 'Failed', 'ReplicaSet', 'web', '{"app":"web","v":"1"}', 1, 2, 2),
  ('default', 'web-2', 'n2', 'Failed', 'ReplicaSet', 'web', '{"app":"web","v":"1"}', 2, 2, 4),
  ('default', '$(reboot)', 'n2', 'Failed', NULL, NULL, '{"app":"<script>"}', 3, 2, 6);
INSERT INTO workloads (kind, namespace, name, owner_kind, owner_name, file, line) VALUES
  ('ReplicaSet', 'default', 'web', 'Deployment', 'web', 2, 8), ('Deployment', 'default', 'web', NULL, NULL, 2, 9);
INSERT INTO services (namespace, name, selector, file, line) VALUES ('default', 'web', '{"app":"web"}', 2, 7);
INSERT INTO log_lines (id, file, line, ts, text, at) VALUES
  (1, 3, 1, 1772366400000000, 'kubelet begins', 0),
  (2, 3, 2, 1772366460000000, 'no space left on device', 0),
  (3, 3, 3, 1772366520000000, 'no space left on device', 0);
UPDATE files SET first_log = 1, last_log = 3 WHERE id = 3;
UPDATE files SET first_log = 1, last_log = 3 WHERE id = 3;
