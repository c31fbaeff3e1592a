/*
id: crd-not-established
title:
  en: "Custom resource {name} is not served as it was meant"
  zh: "自定义资源 {name} 未正常生效"
detail:
  en: "{type} is {status} ({reason}): {message}"
  zh: "{type} 为 {status}（{reason}）：{message}"
severity: warning
confidence: certain
needs: [customresourcedefinitions]
why:
  en: >-
    A definition is served once its names are free and accepted. When another one has the same plural, kind or short name it waits for ever; a schema that is not structural is
    served in the old way only and loses fields and defaults.
  zh: >-
    CRD 的名称没有冲突并被接受后才会生效。如果与其他 CRD 的复数名、Kind 或缩写冲突，会一直等待；schema 不符合结构化要求时，默认值和字段裁剪不可用。
fix:
  - en: "Conditions of the definition"
    zh: "查看 CRD 的状态"
    run: "kubectl describe crd {name}"
  - en: "Who has the name already?"
    zh: "谁占用了该名称？"
    run: "kubectl api-resources | sort | head -n 200"
verify: "kubectl get crd {name}"
refs: ["https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/"]
*/
SELECT 'customresourcedefinition/' || o.name AS subject, o.file, json_line(o.json, o.line, coalesce(c.value ->> '$.message', c.value ->> '$.reason')) AS line, o.name, c.value ->> '$.type' AS type, c.value ->> '$.status' AS status,
  coalesce(c.value ->> '$.reason', '-') AS reason, coalesce(c.value ->> '$.message', '-') AS message
FROM objects o, json_each(o.json, '$.status.conditions') c
WHERE o.kind = 'CustomResourceDefinition' AND (o.created IS NULL OR o.created < :now - 120000000) AND o.deleted IS NULL
  AND (c.value ->> '$.type' IN ('Established', 'NamesAccepted') AND c.value ->> '$.status' <> 'True' OR c.value ->> '$.type' = 'NonStructuralSchema' AND c.value ->> '$.status' = 'True')
ORDER BY subject, c.key;
