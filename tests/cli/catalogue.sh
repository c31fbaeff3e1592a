# The catalogue of diagnoses (../shared/catalogue beside the repository; skipped without it): every sample line of a diagnosis that is
# implemented is hit by a signature that its check asks for, in the scope that the catalogue names, and no negative line is. All lines
# lie in the logs of all units; only hits in units of a rule's scope count. catalogue.tsv lists the exceptions, with the reason. A
# new check needs no change here: its signatures are those that its SQL, and the views that it reads, name.
. tests/cli/lib.sh
catalogue=../shared/catalogue
least=301 # so many diagnoses are implemented; the number only grows
if [ ! -f $catalogue/rules.tsv ]; then
	echo "ok 1 - catalogue # SKIP no $catalogue beside the repository"
	echo "1..1"
	exit
fi
tab=$(printf '\t')

run checks list
awk '{print $1}' "$T/out" | sort >"$T/shipped"
tail -n +2 $catalogue/rows.tsv | cut -f 1 | sort >"$T/rows"
comm -12 "$T/shipped" "$T/rows" >"$T/done"

# Lines: samples first, then negatives. ids: whose line it is.
{ tail -n +2 $catalogue/samples.tsv | cut -f 4; tail -n +2 $catalogue/negatives.tsv | cut -f 3; } >"$T/lines"
{ tail -n +2 $catalogue/samples.tsv | awk -F '\t' '{print $1 "\tsample"}'; tail -n +2 $catalogue/negatives.tsv | awk -F '\t' '{print $1 "\tnegative"}'; } >"$T/ids"

# Which signatures a check uses: those whose names stand in quotes in it, or in the views that it reads.
sed -n 's/^- id: *//p' schema/signatures/*.yaml >"$T/signatures"
awk -v dir="$T" '
BEGIN {
	while ((getline l < (dir "/signatures")) > 0) sig[l]
}
FNR == 1 { id = FILENAME; sub(/.*\//, "", id); sub(/\.sql$/, "", id); m = 0; split("", names) }
FILENAME ~ /schema\/views/ && $1 == "CREATE" && $2 == "VIEW" { names[++m] = $3 }
{
	line = $0
	while (match(line, /\047[a-z0-9-]+\047/)) {
		t = substr(line, RSTART + 1, RLENGTH - 2)
		if (t in sig) { if (m) for (i = 1; i <= m; i++) of_view[names[i], t]; else print id "\t" t }
		line = substr(line, RSTART + RLENGTH)
	}
	line = $0
	while (!m && match(line, /[a-z_][a-z0-9_]*/)) { words[id, substr(line, RSTART, RLENGTH)]; line = substr(line, RSTART + RLENGTH) }
}
END {
	for (k in of_view) { split(k, v, SUBSEP); of[v[1]] = of[v[1]] " " v[2] }
	for (k in words) {
		split(k, w, SUBSEP)
		n = w[2] in of ? split(of[w[2]], list, " ") : 0
		for (i = 1; i <= n; i++) print w[1] "\t" list[i]
	}
}' schema/views/*.sql schema/checks/*/*.sql | sort -u >"$T/uses"

# Which rule of a diagnosis knows which of its lines: line, id, scope.
tail -n +2 $catalogue/rules.tsv | while IFS=$tab read -r id scope ere; do
	case $scope in journal:* | podlog:* | file:*) ;; *) continue ;; esac
	printf '0\t%s\t%s\n' "$id" "$scope"
	grep -nE -e "$ere" "$T/lines" | cut -d : -f 1 | sed "s|\$|$tab$id$tab$scope|"
done >"$T/known"

# A bundle that holds every line in the log of every unit.
mkdir -p "$T/b/nodes/n1/journal"
printf '{"sickbay_bundle":1,"tool":{"name":"sickbay","version":"0"},"started":"2026-05-04T10:00:00Z","cluster":{"server":"https://10.0.0.1:6443","version":"v1.27.6","serves_lists":true}}' >"$T/b/bundle.json"
units=$(sed -n 's/^  \([a-z0-9-]*\):$/\1/p' schema/units.yaml)
for u in $units; do cp "$T/lines" "$T/b/nodes/n1/journal/$u.log"; done
{
	printf '{"sickbay_manifest":1,"finished":"2026-05-04T10:00:00Z","captures":['
	for u in $units; do printf '\n{"path":"nodes/n1/journal/%s.log","source":"ssh","state":"ok","started":"2026-05-04T10:00:00Z","node":"n1"},' "$u"; done | sed '$s/,$//'
	printf '\n]}\n'
} >"$T/b/manifest.json"
tar -C "$T" -cf "$T/b.tar" b
run query "$T/b.tar" "SELECT unit, line, signature FROM hits ORDER BY 1, 2, 3" -f tsv
ok "all lines in all units are read" is "$status" 0
cp "$T/out" "$T/hits"
run query "$T/b.tar" "SELECT count(*) FROM files WHERE unit IS NOT NULL AND lines = $(wc -l <"$T/lines")" -f tsv
ok "each in the log of its unit" is "$(cat "$T/out")" "$(echo "$units" | wc -l)"

# One verdict a diagnosis that is implemented and has rules for logs.
awk -F '\t' -v dir="$T" -v exceptions=tests/cli/catalogue.tsv '
function in_scope(unit, scope, n, list, i) {
	sub(/^(journal|podlog):/, "", scope)
	if (scope ~ /^file:/) scope = "messages"
	if (scope == "*") return 1
	n = split(scope, list, ",")
	for (i = 1; i <= n; i++) if (list[i] == unit || list[i] == "coredns" && unit == "kube-dns" || list[i] == "systemd" && unit != "kernel") return 1
	return 0
}
function excepted(id, text, i) {
	for (i = 1; i <= ne; i++) if (eid[i] == id && (etext[i] == "*" || index(text, etext[i]))) { used[i] = 1; return ereason[i] }
	return ""
}
BEGIN {
	while ((getline l < (dir "/done")) > 0) done[l] = 1
	while ((getline < (dir "/ids")) > 0) { n++; id[n] = $1; kind[n] = $2 }
	n = 0; while ((getline l < (dir "/lines")) > 0) text[++n] = l
	while ((getline < (dir "/uses")) > 0) uses[$1, $2] = 1
	while ((getline < exceptions) > 0) if ($0 !~ /^#/ && NF >= 3) { ne++; eid[ne] = $1; etext[ne] = $2; ereason[ne] = $3 }
	while ((getline < (dir "/hits")) > 0) { h++; hunit[h] = $1; hline[h] = $2; hsig[h] = $3 }
	while ((getline < (dir "/known")) > 0) { if ($1 == 0) { scoped[$2] = scoped[$2] " " $3 } else if (id[$1] == $2 && kind[$1] == "sample") scope[$1] = scope[$1] " " $3 }
	for (x = 1; x <= h; x++) {
		i = hline[x]
		if (!((id[i], hsig[x]) in uses)) continue
		m = split(kind[i] == "sample" ? scope[i] : scoped[id[i]], list, " ")
		for (s = 1; s <= m; s++) if (in_scope(hunit[x], list[s])) hit[i] = hsig[x]
	}
	for (i = 1; i <= n; i++) {
		if (!(id[i] in done) || scoped[id[i]] == "") continue
		why = ""
		if (kind[i] == "sample" && scope[i] != "" && !(i in hit)) why = "no signature of it hits, in" scope[i] ": " text[i]
		if (kind[i] == "negative" && (i in hit)) why = "signature " hit[i] " hits what it must not: " text[i]
		if (why != "" && (r = excepted(id[i], text[i])) != "") { skip[id[i]] = skip[id[i]] "; " r; why = "" }
		if (why != "") bad[id[i]] = bad[id[i]] "\n" why
		seen[id[i]]++
	}
	for (d in seen) print d "\t" seen[d] "\t" (d in bad ? "bad" : d in skip ? "skip" substr(skip[d], 2) : "fine") > (dir "/verdicts")
	for (d in bad) printf "%s", bad[d] > (dir "/bad." d)
	for (i = 1; i <= ne; i++) if (!used[i]) print eid[i] ": " etext[i] > (dir "/unused")
}' </dev/null
LC_ALL=C sort -o "$T/verdicts" "$T/verdicts"
while IFS=$tab read -r id lines verdict; do
	case $verdict in
	bad) ok "$id: $lines lines" sh -c "cat '$T/bad.$id'; exit 1" ;;
	skip*) n=$((n + 1)) && echo "ok $n - $id: $lines lines" && echo "# but ${verdict#skip }" ;;
	*) n=$((n + 1)) && echo "ok $n - $id: $lines lines" ;;
	esac
done <"$T/verdicts"
touch "$T/unused"
ok "every exception of catalogue.tsv is still needed" empty "$T/unused"

# Causes: every edge between diagnoses that are implemented is drawn, directly or over others, or catalogue_edges.tsv says why not.
awk 'FNR == 1 {id = FILENAME; sub(/.*\//, "", id); sub(/\.sql$/, "", id); head = 1} /^\*\//{head = 0}
	head && match($0, /\{check: [a-z0-9-]+, when:/) {print id "\t" substr($0, RSTART + 8, RLENGTH - 15)}' schema/checks/*/*.sql >"$T/drawn"
awk -F '\t' -v dir="$T" -v exceptions=tests/cli/catalogue_edges.tsv '
function reaches(from, to, queue, head, tail, seen, i, m, list) {
	queue[tail++] = from
	while (head < tail) {
		m = split(effects[queue[head++]], list, " ")
		for (i = 1; i <= m; i++) { if (list[i] == to) return 1; if (!(list[i] in seen)) { seen[list[i]]; queue[tail++] = list[i] } }
	}
	return 0
}
BEGIN {
	while ((getline l < (dir "/done")) > 0) done[l] = 1
	while ((getline < (dir "/drawn")) > 0) effects[$1] = effects[$1] " " $2
	while ((getline < exceptions) > 0) if ($0 !~ /^#/) except[$1, $2] = 1
}
NR > 1 && ($1 in done) && ($2 in done) {
	split("", q); split("", s)
	drawn = reaches($1, $2, q, 0, 0, s)
	if (!drawn && !(($1, $2) in except)) print $1 " -> " $2 " is not drawn"
	if (drawn && (($1, $2) in except)) print $1 " -> " $2 " is drawn: not an exception"
	n++
}
END { if (n < 300) print "only " n " edges" }' $catalogue/edges.tsv >"$T/edges"
nothing() { cat "$1"; test ! -s "$1"; }
ok "every edge between implemented diagnoses is drawn, or is a known exception" nothing "$T/edges"

# Rules for events, objects and outputs of commands, and for errors of the collection: a check's SQL applies them in its own way, with
# the state around them. Some case of tests/checks in which the diagnosis is made must hold a line of each rule.
mkdir "$T/cases"
for expect in tests/checks/*/*/expect; do
	dir=${expect%/expect} name=$(echo "${expect%/expect}" | tr / _)
	find "$dir" -type f ! -name expect -exec cat {} + | sed 's/\\"/"/g' >"$T/cases/$name"
	awk -v name="$name" '$1 ~ /^(found|root|effect)$/ {print $2 "\t" name}' "$expect"
done | sort -u >"$T/made"
tail -n +2 $catalogue/rules.tsv | while IFS=$tab read -r id scope ere; do
	case $scope in event:* | object:* | cmd:* | collect-errors) ;; *) continue ;; esac
	grep -qx -e "$id" "$T/done" || continue
	echo "$id" >>"$T/applied"
	proof=$(awk -F '\t' -v id="$id" -v dir="$T/cases/" '$1 == id {print dir $2}' "$T/made")
	# shellcheck disable=SC2086 # names of cases have no blanks
	[ -n "$proof" ] && grep -qE -e "$ere" $proof || echo "$id: no case in which it is found holds a line of $scope $ere"
done >"$T/unproved"
ok "a case of tests/checks proves each of the $(wc -l <"$T/applied") rules for events, objects and commands" nothing "$T/unproved"

implemented() { echo "$(wc -l <"$T/done") implemented, at least $least wanted"; test "$(wc -l <"$T/done")" -ge "$least"; }
ok "$(wc -l <"$T/done") of the $(wc -l <"$T/rows") diagnoses are implemented" implemented
tail -n +2 $catalogue/rows.tsv | awk -F '\t' '$3 == "critical" {print $1}' | sort | comm -23 - "$T/done" >"$T/missing"
echo "# critical ones that are not: $(wc -l <"$T/missing") $(tr '\n' ' ' <"$T/missing")"
done_testing
