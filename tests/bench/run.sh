#!/bin/sh
# make bench: a bundle of 1 GiB uncompressed, and how long analyze takes beside the least that anybody could do with it.
# Fails when analyze needs more than 5 times as long as `zstd -dc | wc -l`, or more than 96 MiB of memory.
# SICKBAY is the program, OUT a folder to work in, MIB the size.
set -u
: "${SICKBAY:?}" "${OUT:?}"
mib=${MIB:-1024} max_ratio=${MAX_RATIO:-5.0} max_rss=${MAX_RSS:-96}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$OUT" || exit 1
bundle=$OUT/bench-$mib.tar.zst
TMPDIR=$OUT; export TMPDIR

if [ ! -s "$bundle" ] || [ "$here/generate.c" -nt "$bundle" ]; then
	echo "making $bundle ($mib MiB uncompressed)"
	${CC:-cc} -O2 -o "$OUT/generate" "$here/generate.c" && ${CC:-cc} -O2 -o "$OUT/timed" "$here/timed.c" || exit 1
	"$OUT/generate" "$mib" | zstd -q -3 -T2 -f -o "$bundle.part" && mv "$bundle.part" "$bundle" || exit 1
fi
[ -x "$OUT/timed" ] || ${CC:-cc} -O2 -o "$OUT/timed" "$here/timed.c" || exit 1
zstd -dc "$bundle" >/dev/null # both find the file in memory

# The better of three each, in turn, so that a busy machine burdens both alike.
base=999999 ours=999999 rss=0
for i in 1 2 3; do
	b=$("$OUT/timed" sh -c 'zstd -dc "$1" | wc -l >/dev/null' sh "$bundle") || exit 1
	a=$("$OUT/timed" "$SICKBAY" analyze "$bundle" -o "$OUT/report-$i.json") || { echo "sickbay analyze failed" >&2; exit 1; }
	b=${b% *} r=${a#* } a=${a% *}
	[ "$b" -ge "$base" ] || base=$b
	[ "$a" -ge "$ours" ] || ours=$a
	[ "$r" -le "$rss" ] || rss=$r
done
cmp -s "$OUT/report-1.json" "$OUT/report-2.json" || { echo "the same bundle gave two different reports" >&2; exit 1; }

awk -v b="$base" -v a="$ours" -v rss="$rss" -v mib="$mib" -v max_ratio="$max_ratio" -v max_rss="$max_rss" 'BEGIN {
	printf "%-34s %8.2f s  %6.0f MiB/s\n", "zstd -dc BUNDLE | wc -l", b / 1000, mib * 1000 / b
	printf "%-34s %8.2f s  %6.0f MiB/s  %.1f MiB of memory\n", "sickbay analyze BUNDLE -o x.json", a / 1000, mib * 1000 / a, rss / 1024
	printf "ratio %.2f (at most %.1f), memory %.1f MiB (at most %d)\n", a / b, max_ratio, rss / 1024, max_rss
	exit !(a / b <= max_ratio && rss / 1024 <= max_rss)
}' || exit 1

# A must-gather, all in YAML: at most 4 times as long as `xz -dc | wc -l`. It is public test data and not part of the project:
# $SICKBAY_BUNDLES, default ../shared/bundles beside it.
yaml=${SICKBAY_BUNDLES:-$here/../../../shared/bundles}/must-gather-ocp-4.8-aws.tar.xz
if [ ! -r "$yaml" ]; then
	echo "skipped: no must-gather to measure YAML with ($yaml)"
	exit 0
fi
base=999999 ours=999999 rss=0
for i in 1 2 3 4 5; do
	b=$("$OUT/timed" sh -c 'xz -dc "$1" | wc -l >/dev/null' sh "$yaml") || exit 1
	a=$("$OUT/timed" "$SICKBAY" analyze "$yaml" -o "$OUT/yaml-$i.json") || { echo "sickbay analyze failed" >&2; exit 1; }
	b=${b% *} r=${a#* } a=${a% *}
	[ "$b" -ge "$base" ] || base=$b
	[ "$a" -ge "$ours" ] || ours=$a
	[ "$r" -le "$rss" ] || rss=$r
done
awk -v b="$base" -v a="$ours" -v rss="$rss" -v max_ratio="${MAX_YAML_RATIO:-4.0}" -v max_rss="$max_rss" 'BEGIN {
	printf "%-34s %8.2f s\n", "xz -dc MUST-GATHER | wc -l", b / 1000
	printf "%-34s %8.2f s  %.1f MiB of memory\n", "sickbay analyze MUST-GATHER", a / 1000, rss / 1024
	printf "ratio %.2f (at most %.1f), memory %.1f MiB (at most %d)\n", a / b, max_ratio, rss / 1024, max_rss
	exit !(a / b <= max_ratio && rss / 1024 <= max_rss)
}'
