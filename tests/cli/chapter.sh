# The troubleshooting chapter, item by item (tests/checks/chapter.tsv): each check that answers one is shipped and has both a case in
# which it fires and one in which it stays clear; what is gathered for one is in a recorded bundle. That the cases hold is proved by
# tests/checks/run.sh.
. tests/cli/lib.sh
table=tests/checks/chapter.tsv
sample=bundles/samples/healthy.tar.zst
run checks list
awk '{print $1}' "$T/out" | sort >"$T/shipped"
# A case may stand in another check's folder: what one explains, or must be told from, is in its tree, too.
cat tests/checks/*/*/expect >"$T/said"
awk '$1 ~ /^(found|root|effect)$/ {print $2}' "$T/said" | sort -u >"$T/found"
awk '$1 == "clear" {print $2}' "$T/said" | sort -u >"$T/clear"
# Paths of files, and of records in the manifest: also what a node does not have was looked for.
: >"$T/paths"
if [ -f "$sample" ]; then
	tar --zstd -xOf "$sample" --wildcards '*/manifest.json' | jq -r '.captures[].path' >"$T/paths"
	tar --zstd -tf "$sample" | cut -d / -f 2- >>"$T/paths"
fi

answered() { # CHECKS
	for id in $1; do
		[ "$id" = - ] && continue
		grep -qx -e "$id" "$T/shipped" || { echo "$id is not a shipped check"; return 1; }
		grep -qx -e "$id" "$T/found" || { echo "$id has no case in which it fires"; return 1; }
		grep -qx -e "$id" "$T/clear" || { echo "$id has no case in which it stays clear"; return 1; }
	done
}
gathered() { # GLOBS
	[ -f "$sample" ] || return 0
	printf '%s\n' "$1" | tr ' ' '\n' | while read -r glob; do
		[ "$glob" = - ] && continue
		pattern=$(printf %s "$glob" | sed 's/[.]/\\./g; s/[*]/[^\/]*/g')
		grep -qx -e "$pattern" "$T/paths" || { echo "$sample holds no $glob"; exit 1; }
	done
}
# Something answers it, but for the chapter's list of links.
proved() { # ITEM CHECKS CAPTURES
	[ "$2$3" != -- ] || [ "$1" = S64 ] || { echo "nothing answers it"; return 1; }
	answered "$2" && gathered "$3"
}
complete() {
	i=1
	while [ $i -le 64 ]; do printf 'S%02d\n' $i; i=$((i + 1)); done >"$T/items"
	grep -v '^#' "$table" | cut -f 1 | diff "$T/items" -
}
four_fields() { awk -F '\t' '!/^#/ && (NF != 4 || $2 == "") {print FILENAME ": " FNR ": not four fields"; bad = 1} END {exit bad}' "$table"; }

[ -f "$sample" ] || echo "# $sample is not there: captures are not looked at"
ok "every item, once and in order" complete
ok "every row has its fields" four_fields
: >"$T/out"
while IFS='	' read -r item what checks captures; do
	case $item in '#'* | '') continue ;; esac
	ok "$item: $what" proved "$item" "$checks" "$captures"
done <"$table"
done_testing
