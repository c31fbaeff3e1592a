#!/bin/sh
# asset-index.sh FILE...: prints an assembler file that holds the bytes of every file and a table of them sorted by
# path, as base/asset.c reads it: {path, first byte, byte behind the last}. Run from the top of the source tree.
set -eu
LC_ALL=C
export LC_ALL

sorted=$(for f in "$@"; do printf '%s\n' "$f"; done | sort -u)

printf '\t.section .rodata,"a"\n'
n=0
for f in $sorted; do
	case $f in
	*[!A-Za-z0-9._/-]*) echo "asset-index.sh: $f: only letters, digits and . _ / - in names" >&2; exit 1 ;;
	esac
	# A NUL behind each text, so that SQLite and libraries that want C strings can take it in place.
	printf '\t.balign 16\n.Lname%d:\n\t.asciz "%s"\n\t.balign 16\n.Ltext%d:\n\t.incbin "%s"\n.Lend%d:\n\t.byte 0\n' \
		$n "$f" $n "$f" $n
	n=$((n + 1))
done

# Addresses are relocated in a position-independent program, so the table is read-only only after that.
printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl sickbay_assets\n\t.type sickbay_assets, %%object\nsickbay_assets:\n'
i=0
while [ $i -lt $n ]; do
	printf '\t.quad .Lname%d, .Ltext%d, .Lend%d\n' $i $i $i
	i=$((i + 1))
done
printf '\t.size sickbay_assets, . - sickbay_assets\n'
printf '\t.section .rodata,"a"\n\t.balign 8\n\t.globl sickbay_asset_count\n\t.type sickbay_asset_count, %%object\n'
printf 'sickbay_asset_count:\n\t.quad %d\n\t.size sickbay_asset_count, 8\n' $n
printf '\t.section .note.GNU-stack,"",%%progbits\n'
