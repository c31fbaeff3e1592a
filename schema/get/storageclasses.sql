SELECT name || CASE WHEN 'true' IN (doc ->> '$.metadata.annotations."storageclass.kubernetes.io/is-default-class"',
    doc ->> '$.metadata.annotations."storageclass.beta.kubernetes.io/is-default-class"') THEN ' (default)' ELSE '' END AS "NAME",
  doc ->> '$.provisioner' AS "PROVISIONER", coalesce(doc ->> '$.reclaimPolicy', 'Delete') AS "RECLAIMPOLICY",
  coalesce(doc ->> '$.volumeBindingMode', '<unset>') AS "VOLUMEBINDINGMODE",
  CASE WHEN doc ->> '$.allowVolumeExpansion' THEN 'true' ELSE 'false' END AS "ALLOWVOLUMEEXPANSION",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
