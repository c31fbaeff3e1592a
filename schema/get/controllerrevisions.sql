SELECT namespace AS "NAMESPACE", name AS "NAME",
  coalesce((SELECT lower(r.value ->> '$.kind') || coalesce('.' || nullif(substr(r.value ->> '$.apiVersion', 1, instr(r.value ->> '$.apiVersion', '/') - 1), ''), '')
      || '/' || (r.value ->> '$.name') FROM json_each(doc, '$.metadata.ownerReferences') r WHERE r.value ->> '$.controller'), '<none>') AS "CONTROLLER",
  doc ->> '$.revision' AS "REVISION", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
