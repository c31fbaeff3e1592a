-- node_iptables from iptables-save: "*table", ":CHAIN POLICY [packets:bytes]", "[packets:bytes] -A CHAIN rule".
CREATE TEMP TABLE ipt AS
SELECT f.node, CASE f.role WHEN 'ip6tables-save' THEN 'ip6' WHEN 'iptables-legacy-save' THEN 'legacy' ELSE 'ip4' END AS family,
  l.file, l.line, l.text, sum(l.text GLOB '[*]*') OVER (PARTITION BY l.file ORDER BY l.line) AS section
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role IN ('iptables-save', 'ip6tables-save', 'iptables-legacy-save');
CREATE TEMP TABLE ipt_tables AS
SELECT file, section, substr(text, 2) AS tab FROM ipt WHERE text GLOB '[*]*';

INSERT INTO node_iptables (node, family, tab, chain, policy, packets, rule, file, line)
SELECT i.node, i.family, t.tab,
  CASE WHEN i.text GLOB ':*' THEN substr(field(i.text, 1), 2) ELSE rx('-A (\S+)', i.text, 1) END,
  CASE WHEN i.text GLOB ':*' THEN nullif(field(i.text, 2), '-') END,
  CAST(rx('\[(\d+):\d+\]', i.text, 1) AS INTEGER),
  CASE WHEN i.text GLOB ':*' THEN NULL ELSE rx('(-A \S+.*)$', i.text, 1) END,
  i.file, i.line
FROM ipt i JOIN ipt_tables t ON t.file = i.file AND t.section = i.section
WHERE i.text GLOB ':*' OR i.text GLOB '-A *' OR i.text GLOB '[[]*[]] -A *';

DROP TABLE ipt;
DROP TABLE ipt_tables;

INSERT INTO node_sysctls (node, name, value, file, line)
SELECT f.node, trim(substr(l.text, 1, instr(l.text, '=') - 1)), trim(substr(l.text, instr(l.text, '=') + 1)), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'sysctl' AND instr(l.text, ' = ') > 0;

-- troubleshoot.sh's host collector: one JSON object, or one with the output of sysctl -a as a text.
INSERT INTO node_sysctls (node, name, value, file, line)
SELECT f.node, s.key, s.value, d.file, json_line(d.json, 1, s.key)
FROM files f JOIN documents d ON d.file = f.id JOIN json_each(d.json) s
WHERE f.role = 'sysctl-json' AND f.node IS NOT NULL AND json_valid(d.json) AND s.type IN ('text', 'integer');
