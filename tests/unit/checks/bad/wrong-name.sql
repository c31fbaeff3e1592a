/*
id: another-name
title: {en: "Only English, {colour}"}
severity: warning
needs: [Pods]
causes:
  - {check: no-such-check, when: same}
  - {check: wrong-name, when: [same, sideways]}
why: {en: "w", zh: "w"}
k8s: "about 1.20"
extra: 1
*/
SELECT 'x' AS thing, 1 AS a, 2 AS a
FROM pods
