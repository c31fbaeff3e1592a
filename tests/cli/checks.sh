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
run checks lint "$T/nowhere"
ok "a folder that is not there" ends 1 ".*nowhere"
done_testing
