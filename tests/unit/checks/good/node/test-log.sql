/*
id: test-log
title: {en: "{rows} lines, {first_seen}", zh: "{rows} 行，{first_seen}"}
severity: info
needs: ["log:kubelet", ["capture:nodes/*/host/df.txt", leases]]
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, file, line, ts, :now - ts AS age FROM log_lines WHERE text LIKE 'no space%' ORDER BY id
