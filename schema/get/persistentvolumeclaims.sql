SELECT namespace AS "NAMESPACE", name AS "NAME",
  CASE WHEN doc ->> '$.metadata.deletionTimestamp' IS NULL THEN doc ->> '$.status.phase' ELSE 'Terminating' END AS "STATUS",
  doc ->> '$.spec.volumeName' AS "VOLUME",
  CASE WHEN coalesce(doc ->> '$.spec.volumeName', '') <> '' THEN doc ->> '$.status.capacity.storage' END AS "CAPACITY",
  CASE WHEN coalesce(doc ->> '$.spec.volumeName', '') <> '' THEN m.modes END AS "ACCESS MODES",
  coalesce(doc ->> '$.metadata.annotations."volume.beta.kubernetes.io/storage-class"', doc ->> '$.spec.storageClassName') AS "STORAGECLASS",
  coalesce(age(:now - created), '<unknown>') AS "AGE", coalesce(doc ->> '$.spec.volumeMode', '<unset>') AS "VOLUMEMODE (wide)", object
FROM picked JOIN picked_modes m USING (object)
ORDER BY namespace, name
