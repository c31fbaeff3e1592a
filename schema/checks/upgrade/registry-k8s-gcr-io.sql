/*
id: registry-k8s-gcr-io
title:
  en: "Images come from {registry}, which is frozen"
  zh: "镜像来自已冻结的仓库 {registry}"
detail:
  en: "{images} image(s) in {pods} pod(s), for instance {image}."
  zh: "{pods} 个 Pod 使用了 {images} 个这样的镜像，例如 {image}。"
severity: info
confidence: certain
advice: true
needs: [pods]
why:
  en: >-
    Since April 2023 nothing new is published there, and the project may switch it off. Images that a node already has go on working; a new node must be able to pull them.
  zh: >-
    从 2023 年 4 月起该仓库不再发布新镜像，社区随时可能关闭它。节点上已有的镜像不受影响，但新节点需要能拉取到它们。
fix:
  - en: "Use registry.k8s.io, with the same path and tag; air-gapped: a mirror of your own"
    zh: "改用 registry.k8s.io，路径和标签不变；离线环境使用自己的镜像仓库"
    run: "kubectl get pods --all-namespaces -o jsonpath='{.items[*].spec.containers[*].image}' | tr ' ' '\\n' | sort -u | grep -E '^(k8s.gcr.io|gcr.io/google_containers)/'"
refs: ["https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/"]
*/
WITH old AS (
  SELECT c.image, c.namespace || '/' || c.pod AS pod, o.file, json_line(o.json, o.line, c.image) AS line, rx('^(k8s\.gcr\.io|gcr\.io/google_containers)/', c.image, 1) AS registry,
    row_number() OVER (PARTITION BY c.image ORDER BY c.namespace, c.pod) AS n
  FROM container_specs c JOIN objects o ON o.id = c.object
  WHERE c.image LIKE 'k8s.gcr.io/%' OR c.image LIKE 'gcr.io/google_containers/%'
)
SELECT 'cluster' AS subject, file, line, registry, image, (SELECT count(DISTINCT image) FROM old) AS images, (SELECT count(DISTINCT pod) FROM old) AS pods
FROM old WHERE n = 1
ORDER BY image, file, line;
