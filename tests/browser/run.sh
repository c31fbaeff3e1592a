#!/bin/sh
# The HTML report in Debian's Chromium. usage: run.sh SICKBAY WORK   (WORK: where npm's modules and the pages go)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
sickbay=$1 work=$2
mkdir -p "$work/pages"
sh "$here/modules.sh" "$work"
page() { "$sickbay" analyze "$1" --lang "$3" -o "$work/pages/$2.html" >/dev/null; }
page "$top/bundles/samples/kubelet-stopped.tar.zst" sick en
page "$top/bundles/samples/kubelet-stopped.tar.zst" sick.zh zh
page "$top/bundles/samples/healthy.tar.zst" healthy en
"$sickbay" analyze "$top/bundles/samples/crashloop-command.tar.zst" --before "$top/bundles/samples/healthy.tar.zst" -o "$work/pages/before.html"
rm -rf "$work/hostile"
sh "$here/hostile.sh" "$work/hostile"
tar -C "$work/hostile" -cf "$work/hostile.tar" evil
page "$work/hostile.tar" hostile en
"$sickbay" analyze "$work/hostile.tar" -o "$work/pages/hostile.md"
"$sickbay" diff "$top/bundles/samples/healthy.tar.zst" "$work/hostile.tar" -o "$work/pages/diff.html" -o "$work/pages/diff.md"
NODE_PATH="$work/node_modules" node "$here/page.js" "$work/pages"
