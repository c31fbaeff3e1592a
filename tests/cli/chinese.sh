# Reports in Chinese: every text of ours is there in Chinese, and no sentence of its English stands in any kind of report. What the
# cluster said (log lines, messages, commands) stays as it was said.
. tests/cli/lib.sh
run checks list --lang zh
cp "$T/out" "$T/list"
han=$(printf '[\344-\351][\200-\277][\200-\277]')
every() { ! LC_ALL=C grep -v -e "$han" "$1" || { echo "the above are not Chinese"; return 1; }; } # line of the file has a Chinese character

# The texts of checks: FILE, number, language, text. A text goes on until the next key.
cat >"$T/texts.awk" <<'E2'
function flush() { if (lang != "") print FILENAME "\t" place "\t" lang "\t" text; lang = "" }
FNR == 1 { flush(); head = 1; place = 0 }
/^\*\// { flush(); head = 0 }
!head { next }
/^ *(- )?(en|zh): / { flush(); l = $0; sub(/^ *(- )?/, "", l); lang = substr(l, 1, 2); text = substr(l, 5); if (lang == "en") place++; next }
/^ *(- )?[a-z0-9_]+:( |$)/ { flush(); next }
lang != "" { text = text " " $0 }
END { flush() }
E2
awk -f "$T/texts.awk" schema/checks/*/*.sql >"$T/texts"
for l in en zh; do awk -F '\t' -v l=$l '$3 == l {print $1 " " $2}' "$T/texts" >"$T/places.$l"; done
in_both() { test -s "$T/places.en" && diff "$T/places.en" "$T/places.zh"; }
: >"$T/out"
ok "every text of a check is there in both languages" in_both
# "{what_zh}" alone is filled from SQL; its words are seen in the reports below.
awk -F '\t' '$3 == "zh" && $4 !~ /_zh}/ {print $1 ": " $4}' "$T/texts" >"$T/zh"
ok "every Chinese text of a check is Chinese" every "$T/zh"
ok "checks list" every "$T/list"

# The program's own words: KEY.KEY<tab>value.
words() {
	awk '/^ *[a-z_0-9-]+:/ {
		d = match($0, /[^ ]/) - 1; k = $1; sub(/:$/, "", k); at[d] = k
		v = $0; sub(/^ *[a-z_0-9-]+: */, "", v)
		if (v != "") print at[0] (d >= 2 ? "." at[2] : "") (d >= 4 ? "." at[4] : "") "\t" v
	}' "$1"
}
words schema/texts/en.yaml >"$T/en.words"
words schema/texts/zh.yaml >"$T/zh.words"
same_keys() { cut -f 1 "$T/en.words" | sort >"$T/k1"; cut -f 1 "$T/zh.words" | sort >"$T/k2"; test -s "$T/k1" && diff "$T/k1" "$T/k2"; }
ok "the words of the program have the same keys" same_keys
# Names (kubelet, Secret, inotify watch) have no Chinese.
foreign() { ! LC_ALL=C grep -v -e "$han" "$T/zh.words" | grep -E '[A-Za-z]+ [A-Za-z]+ [A-Za-z]+'; }
ok "and are Chinese" foreign

# squeeze: how a text is broken, escaped and marked up makes no difference.
squeeze() { sed -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g; s/&amp;/\&/g; s/\\"/"/g; s/[\\`| ]//g' "$@"; }
# Sentences of ours in English: whatever a check says of itself, and the program's words where three or more stand in a row.
our_english() {
	jq -r '(.findings[], .root_causes[]) | .title, .why, .fix[]?.text | gsub("\n"; " ")' "$T/en.json"
	cut -f 2- "$T/en.words" | sed 's/^"//; s/"$//' | sed 's/{[a-z_]*}/\n/g' | grep -E '[a-z]+,? [a-z]+,? [a-z]+'
}
no_english() { # REPORT; $T/english is of the same bundle
	squeeze "$1" | tr -d '\n' >"$T/squeezed"
	test -s "$T/squeezed" && test -s "$T/english" && ! grep -oF -f "$T/english" "$T/squeezed"
}
told() { jq -r '(.findings[], .root_causes[]) | .check as $c | (.title, .detail, .why, .fix[]?.text) | values | "\($c): \(gsub("\n"; " "))"' "$T/zh.json"; }
chinese() { told >"$T/told"; test -s "$T/told" && every "$T/told"; }
reasons() { test -s "$T/zh.json" && jq -r '.checks[].reason | values | gsub("\n"; " ")' "$T/zh.json" >"$T/reasons"; every "$T/reasons"; }
verdict() { head -n 6 "$T/zh.txt" >"$T/head" && grep -q -e '根因' "$T/head"; }
headings() {
	sed -n 's/^##* //p' "$T/zh.md" | LC_ALL=C grep -v -e "$han" && { echo "headings of .md"; return 1; }
	# The titles in a drawing quote what the cluster said.
	sed 's/<title>[^<]*<\/title><\(circle\|rect\|path\)/<\1/g' "$T/zh.html" | tr '\n' ' ' | grep -oE '<(title|h[1-6]|th|summary)( [^>]*)?>.*' | sed 's/<\/\(title\|h[1-6]\|th\|summary\)>/\n/g' |
		sed -n 's/.*<\(title\|h[1-6]\|th\)\( [^>]*\)\{0,1\}>//p' | sed 's/<[^>]*>//g' | grep -E '[A-Za-z]+ [a-z]+ [a-z]+' | LC_ALL=C grep -v -e "$han" &&
		{ echo "headings of .html"; return 1; }
	grep -q '<html lang="zh' "$T/zh.html"
}
severities() { test -s "$T/zh.txt" && ! grep -wE '^[0-9 ]*(critical|warning)|severity: (critical|warning)' "$T/zh.txt"; }

try() { # NAME BUNDLE
	rm -f "$T"/zh.html "$T"/zh.md "$T"/zh.txt "$T"/zh.json "$T/en.json" "$T/english"
	run analyze "$2" --lang zh -o "$T/zh.html" -o "$T/zh.md" -o "$T/zh.txt" -o "$T/zh.json"
	ok "$1: analyze" is "$status" 0
	run analyze "$2" -o "$T/en.json"
	our_english | squeeze | awk 'length >= 12' | sort -u >"$T/english"
	: >"$T/out"; rm -f "$T/told"
	ok "$1: titles, details, reasons why, fixes" chinese
	ok "$1: why something could not be checked" reasons
	ok "$1: the verdict" verdict
	ok "$1: headings" headings
	ok "$1: severities" severities
	for f in html md txt json; do ok "$1: no English sentence of ours in .$f" no_english "$T/zh.$f"; done
}
for sample in healthy kubelet-stopped etcd-down hpa-no-metrics pending-insufficient-cpu; do
	[ ! -f "bundles/samples/$sample.tar.zst" ] || try "$sample" "bundles/samples/$sample.tar.zst"
done
# A few more, of each area, from the trees of the checks: the first case in which the check is found.
for check in apiserver-invalid-flag cert-expired docker-hung fs-readonly ha-etcd-ephemeral-storage hpa-metrics-unavailable image-bloat \
	image-registry-unreachable kube-dns-upstream-timeout kubelet-hung network-partition node-cni-not-ready node-disk-full npd-event \
	operator-error-recent-change pod-crashloop pod-pending-taint upgrade-1-12-1-13-warning webhook-unreachable; do
	expect=$(grep -lE "^(found|root|effect) $check " tests/checks/$check/*/expect | head -n 1)
	tar -C "$(dirname "$expect")/.." --exclude=expect -cf "$T/case.tar" "$(basename "$(dirname "$expect")")"
	try "$check" "$T/case.tar"
done
done_testing
