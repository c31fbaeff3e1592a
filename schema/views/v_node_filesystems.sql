-- The file systems that kubelet, the runtime, etcd and the logs live on; the others are nobody's business here.
CREATE VIEW v_node_filesystems AS
SELECT d.node, d.mount, d.device, d.bytes, d.available, d.file, d.line,
  d.use_percent, d.inodes_percent, d.inodes
FROM node_disks d
WHERE coalesce(d.fstype, '') NOT IN ('overlay', 'overlay2', 'aufs', 'tmpfs', 'devtmpfs', 'squashfs', 'iso9660', 'shm', 'proc',
    'sysfs', 'nsfs', 'fuse.lxcfs', 'nfs', 'nfs4', 'cifs', 'udf', 'efivarfs', 'ramfs')
  AND d.device NOT IN ('overlay', 'tmpfs', 'devtmpfs', 'shm', 'udev', 'none') AND d.device NOT GLOB '/dev/loop*snap*'
  AND d.bytes > 64 * 1048576
  AND (d.mount IN ('/', '/var', '/var/lib', '/var/log', '/var/lib/kubelet', '/var/lib/docker', '/var/lib/docker/overlay2', '/var/lib/containerd',
      '/var/lib/containers', '/var/lib/containers/storage', '/var/lib/etcd', '/var/lib/rancher', '/var/lib/rancher/k3s', '/var/log/pods',
      '/var/log/containers', '/data/docker', '/var/snap', '/sysroot')
    -- Where docker's own data was moved to.
    OR EXISTS (SELECT 1 FROM files f JOIN lines l ON l.file = f.id
      WHERE f.node = d.node AND f.path GLOB 'nodes/*/runtime/docker/info.txt' AND l.text LIKE '%Docker Root Dir: %'
        AND (trim(rest(l.text, 4)) = d.mount OR trim(rest(l.text, 4)) LIKE d.mount || '/%') AND d.mount <> '/'));
