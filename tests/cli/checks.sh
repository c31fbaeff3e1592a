# checks: list, show, lint.
. tests/cli/lib.sh
done_with() { is "$status" "$1"; }
first_words() { awk '{print $1}' "$T/out" | sort -c -u; }
places() { ! grep -v -E '^[^ :]+:[0-9]+:[0-9]+: ' "$T/out"; }

run checks
ok "without an argument, the list" done_with 0
ok "one check a line, its id first, sorted" first_words
ok "with severity, area and title" out '^node-disk-full  *critical  storage  *The disk of'
cp "$T/out" "$T/list"
run checks list --lang zh
ok "the list in Chinese" out '^node-disk-full .*节点'
run checks show docker-hung
ok "show" done_with 0
ok "says why, what fixes it, and the SQL" out '^SELECT'
ok "and what it causes" out 'node-pleg-unhealthy (same'
ok "and what may be behind it, with its title" eval 'out "^What may be behind it$" && out "^    node-disk-full (same)$" && out "^        The disk of {node}"'
ok "what it needs, in words" out '^    - the systemd units of the nodes$'
ok "what it may be confused with" eval 'out "^What looks like it$" && out "^    docker-down ([0-9]* in common)$"'
ok "within 80 columns, but for commands and SQL" eval 'sed "/^How it is found/,\$d; /^       /d; /^  *[a-z]*:\/\//d" "$T/out" | awk "length > 80 { print; bad = 1 } END { exit bad }"'
run checks show docker-hung --lang zh
ok "in Chinese" eval 'out "^含义$" && out "^容易混淆的检查$" && no_out "^What "'
every_page() { for id in $(cut -d " " -f 1 "$T/list" | awk "NR % 12 == 0"); do run checks show "$id" && is "$status" 0 && out "^What it means$" && out "^How to fix it$" && out "^SELECT\|^WITH" || return 1; done; }
ok "every twelfth check has its page" every_page
run checks show no-such-check
ok "show: an id that is none" ends 1 "no-such-check: no such check"
run checks show
ok "show without an id" ends 2 "show: which check"
run checks dance
ok "a word that is none" ends 2 "dance: there are"

run checks lint
ok "what is compiled in has no mistake" done_with 0
ok "and nothing is said" empty "$T/out"
run checks lint tests/unit/checks/bad
ok "mistakes: exit status 1" ends 1 "tests/unit/checks/bad: [0-9]* mistakes"
ok "each with its place" places
ok "SQL against the tables" out '^typo.sql:11:6: no such table: podd'
ok "YAML" out '^yaml.sql:4:'
run checks lint tests/unit/checks/good
ok "a folder without mistakes" done_with 0
# More kinds of wrong: what, and where it must be told.
mkdir -p "$T/bad/signatures"
wrong() { # NAME; the file on standard input
	cat >"$T/bad/$1.sql"
}
head='title: {en: "x", zh: "这里"}
severity: warning
needs: []
why: {en: "y", zh: "那里"}
fix: [{en: "z", zh: "修复"}]'
printf '/*\nid: severity\n%s\n*/\nSELECT 1 AS subject, 1 AS file, 1 AS line ORDER BY 1\n' "$(echo "$head" | sed 's/warning/dire/')" | wrong severity
printf '/*\nid: writes\n%s\n*/\nDELETE FROM pods\n' "$head" | wrong writes
printf '/*\nid: two\n%s\n*/\nSELECT 1 AS subject, 1 AS file, 1 AS line ORDER BY 1;\nSELECT 2\n' "$head" | wrong two
printf '/*\nid: column\n%s\n*/\nSELECT name AS subject, file, line,\n  nonesuch\nFROM pods ORDER BY 1\n' "$head" | wrong column
printf '/*\nid: syntax\n%s\n*/\nSELECT name AS subject, file, line\nFORM pods ORDER BY 1\n' "$head" | wrong syntax
printf '/*\nid: open\n%s\nSELECT 1\n' "$head" | wrong open
printf '/*\nid: fn\n%s\n*/\nSELECT name AS subject, file, line, random() AS r FROM pods ORDER BY 1\n' "$head" | wrong fn
: | wrong empty
printf '\377\376\000' | wrong binary
printf -- '# signatures\n- id: one\n  units: [kubelet]\n  pattern: "a("\n  samples: [a]\n\n- id: two\n  units: [kubelet]\n  pattern: b\n  samples: [c]\n' >"$T/bad/signatures/a.yaml"
printf -- '- id: x\n  units: [kubelet\n' >"$T/bad/signatures/b.yaml"
run checks lint "$T/bad"
ok "severity" out '^severity.sql:4:[0-9]*: .*dire'
ok "SQL that writes" out '^writes.sql:9:1: '
ok "two statements" out '^two.sql:10:1: '
ok "a column that is none" out '^column.sql:10:3: .*nonesuch'
ok "a mistake of syntax" out '^syntax.sql:10:6: .*near "pods"'
ok "a comment that does not end" out '^open.sql:[0-9]*:[0-9]*: '
ok "a function that gives another answer each time" out '^fn.sql:9:[0-9]*: .*random'
ok "an empty file, and one that is no text" eval 'out "^empty.sql:1:1: " && out "^binary.sql:1:1: "'
ok "a signature's pattern" out 'signatures/a.yaml:2:3: one: pattern "a(": '
ok "and its samples" out 'signatures/a.yaml:7:3: two: a sample does not match: c$'
ok "and YAML" out 'signatures/b.yaml:3:1: bad YAML: '
run checks lint "$T/nowhere"
ok "a folder that is not there" ends 1 ".*nowhere"
done_testing
