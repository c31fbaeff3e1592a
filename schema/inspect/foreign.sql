-- What a bundle of another tool is, for `sickbay inspect`: name and value of each line.
SELECT 'kind', coalesce((SELECT title FROM bundles), 'folder of Kubernetes objects and logs')
UNION ALL
SELECT 'cluster', 'Kubernetes ' || coalesce((
    SELECT coalesce(d.json ->> '$.info.gitVersion', d.json ->> '$.serverVersion.gitVersion', d.json ->> '$.gitVersion', d.json ->> '$.string')
    FROM documents d JOIN files f ON f.id = d.file WHERE f.role = 'cluster-version' AND json_valid(d.json) LIMIT 1),
  (SELECT rx('Server Version: .*GitVersion:"([^"]+)"|Server Version: (v[0-9]\S+)', l.text, 1)
   FROM files f JOIN lines l ON l.file = f.id WHERE f.role = 'kubectl-version' AND l.text LIKE 'Server Version:%' LIMIT 1),
  (SELECT max(kubelet_version) FROM nodes), 'of unknown version')
  || ', ' || (SELECT count(*) FROM nodes) || ' nodes, ' || (SELECT count(*) FROM pods) || ' pods, ' || (SELECT count(*) FROM objects) || ' objects'
UNION ALL
SELECT 'taken', coalesce((SELECT value FROM bundle WHERE key = 'time'), 'at an unknown time')
UNION ALL
SELECT 'hosts', coalesce((SELECT group_concat(node, ', ') FROM (SELECT DISTINCT node FROM files WHERE node IS NOT NULL ORDER BY node)), 'none: nothing of the nodes themselves')
UNION ALL
SELECT 'lacks', coalesce((SELECT group_concat(what, ', ') FROM (
  SELECT column1 AS what FROM (VALUES ('nodes'), ('pods'), ('events'), ('services'), ('endpoints'), ('deployments'), ('daemonsets'),
    ('leases'), ('persistentvolumeclaims'), ('storageclasses'))
  WHERE column1 NOT IN (SELECT resource FROM lists WHERE resource IS NOT NULL)
  UNION ALL SELECT 'namespaces other than ' || group_concat(name, ' ') FROM (SELECT name FROM chosen_namespaces ORDER BY name LIMIT 8) HAVING count(*) > 0 AND count(*) < 8
  UNION ALL SELECT 'namespaces other than those ' || count(*) || ' that are in it' FROM chosen_namespaces HAVING count(*) >= 8
  UNION ALL SELECT 'logs of ' || column1 FROM (VALUES ('kubelet'), ('kube-apiserver'), ('etcd'), ('kube-controller-manager'))
  WHERE column1 NOT IN (SELECT unit FROM files WHERE unit IS NOT NULL AND last_log IS NOT NULL)
  UNION ALL SELECT 'df' WHERE NOT EXISTS (SELECT 1 FROM node_disks)
  UNION ALL SELECT 'ps' WHERE NOT EXISTS (SELECT 1 FROM node_processes)
  UNION ALL SELECT 'systemctl' WHERE NOT EXISTS (SELECT 1 FROM node_units))), 'nothing that checks need')
UNION ALL
SELECT 'read', count(*) || ' files, ' || sum(state = 'skipped') || ' of them skipped' || coalesce(' (' || (
    SELECT group_concat(n || ' ' || reason, '; ') FROM (
      SELECT reason, count(*) AS n FROM files WHERE state = 'skipped' AND reason IS NOT NULL GROUP BY reason ORDER BY n DESC LIMIT 5)) || ')', '')
  || ', ' || sum(state = 'partial') || ' in part; ' || (SELECT count(*) FROM problems) || ' problems'
FROM files;
