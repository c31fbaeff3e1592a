SELECT name AS "NAME", doc ->> '$.spec.capacity.storage' AS "CAPACITY", m.modes AS "ACCESS MODES",
  doc ->> '$.spec.persistentVolumeReclaimPolicy' AS "RECLAIM POLICY",
  CASE WHEN doc ->> '$.metadata.deletionTimestamp' IS NULL THEN doc ->> '$.status.phase' ELSE 'Terminating' END AS "STATUS",
  (doc ->> '$.spec.claimRef.namespace') || '/' || (doc ->> '$.spec.claimRef.name') AS "CLAIM",
  coalesce(doc ->> '$.metadata.annotations."volume.beta.kubernetes.io/storage-class"', doc ->> '$.spec.storageClassName') AS "STORAGECLASS",
  doc ->> '$.status.reason' AS "REASON", coalesce(age(:now - created), '<unknown>') AS "AGE",
  coalesce(doc ->> '$.spec.volumeMode', '<unset>') AS "VOLUMEMODE (wide)", object
FROM picked JOIN picked_modes m USING (object)
ORDER BY name
