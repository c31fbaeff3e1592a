#!/bin/sh
# The output that README.md shows is what the program prints: every `$ sickbay ...` of its console blocks that works on bundles/samples is
# run and compared, and its check of an own folder is taken from the page itself. Prints TAP. `readme.sh update` writes what is
# printed now into the page instead.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
sickbay=${SICKBAY:-$top/build/release/sickbay}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
mkdir "$work/bin" "$work/my-checks"
ln -s "$sickbay" "$work/bin/sickbay"
ln -s "$top/bundles" "$work/bundles"
awk '/^```sql/ {on = 1; next} /^```/ {on = 0} on' "$top/README.md" >"$work/my-checks/node-map-count-low.sql"
# One file a command: its line, then what the page says it prints.
awk -v dir="$work" '/^```console/ {on = 1; next} /^```/ {on = 0; keep = 0}
	on && /^\$ / {keep = /bundles\/samples|my-checks/; if (keep) {k++; print substr($0, 3) > (dir "/cmd." k); printf "" > (dir "/want." k)} next}
	on && keep {print > (dir "/want." k)}' "$top/README.md"
cd "$work" || exit 1
if [ "${1:-}" = update ]; then
	PATH="$work/bin:$PATH" awk '/^```console/ {on = 1} /^```$/ {on = keep = 0}
		on && /^\$ / {keep = /bundles\/samples|my-checks/; print; if (keep) {fflush(); system(substr($0, 3))} next}
		!keep' "$top/README.md" >"$work/README.md" && cat "$work/README.md" >"$top/README.md"
	exit
fi
for c in "$work"/cmd.*; do
	k=${c##*.}
	n=$((n + 1))
	PATH="$work/bin:$PATH" sh "$c" >"$work/got" 2>"$work/errors"
	# Trailing blank lines do not show on a page.
	printf '%s\n' "$(cat "$work/got")" >"$work/got.t"
	printf '%s\n' "$(cat "$work/want.$k")" >"$work/want.t"
	if cmp -s "$work/got.t" "$work/want.t"; then
		echo "ok $n - $(cat "$c")"
	else
		echo "not ok $n - $(cat "$c")"
		diff "$work/want.t" "$work/got.t" | sed 's/^/# /' | head -n 20
		sed 's/^/# /' "$work/errors"
	fi
done
echo "1..$n"
[ "$n" -ge 5 ] || exit 1
