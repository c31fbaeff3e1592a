/*
id: crd-stored-version-removed
title:
  en: "Custom resource {name} holds objects of version {version}, which its definition no longer has"
  zh: "自定义资源 {name} 存有版本 {version} 的对象，但定义中已没有该版本"
severity: critical
confidence: certain
needs: [customresourcedefinitions]
why:
  en: >-
    status.storedVersions names every version in which objects may lie in etcd. {version} is not among spec.versions any more, so such objects cannot be read
    ("request to convert CR to an invalid group/version"), lists of the kind fail, and the definition itself cannot be updated.
  zh: >-
    status.storedVersions 记录了 etcd 中可能存在的对象版本。{version} 已不在 spec.versions 中，因此这些对象无法读取（request to convert CR to an invalid group/version），
    该类资源的列表会失败，CRD 本身也无法更新。
fix:
  - en: "Put the version back into the definition (served: false, storage: false), from the release of the operator that still had it"
    zh: "把该版本加回 CRD（served: false、storage: false），可取自仍包含它的旧版组件"
    run: "kubectl edit crd {name}"
  - en: "Write all its objects anew, in the version of today"
    zh: "用当前版本重写所有对象"
    run: "kubectl get {name} --all-namespaces -o json | kubectl replace -f -"
  - en: "Then take it out of storedVersions, and the version out of the definition"
    zh: "然后从 storedVersions 中移除，再从定义中删除该版本"
    run: "kubectl patch crd {name} --subresource=status --type=json -p '[{\"op\":\"remove\",\"path\":\"/status/storedVersions/{index}\"}]'"
verify: "kubectl get {name} --all-namespaces"
refs: ["https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/"]
*/
SELECT 'customresourcedefinition/' || o.name AS subject, o.file, json_key(o.json, o.line, 'storedVersions') AS line, o.name, s.value AS version, s.key AS "index"
FROM objects o, json_each(o.json, '$.status.storedVersions') s
WHERE o.kind = 'CustomResourceDefinition' AND s.value IS NOT (o.json ->> '$.spec.version')
  AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(o.json -> '$.spec.versions', '[]')) v WHERE v.value ->> '$.name' = s.value)
ORDER BY subject, s.key;
