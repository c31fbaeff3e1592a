-- The chosen objects as they were collected; lists of the API leave kind and apiVersion out of their items.
SELECT p.object, json_insert(p.doc, '$.kind', o.kind, '$.apiVersion', o.api_version) AS json, o.name
FROM picked p JOIN objects o ON o.id = p.object
ORDER BY o.namespace, o.name
