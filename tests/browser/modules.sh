#!/bin/sh
# The modules of npm that drive the browser, as package-lock.json has them; fetched once. usage: modules.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cmp -s "$here/package-lock.json" "$1/package-lock.json" && [ -d "$1/node_modules" ] && exit 0
cp "$here/package.json" "$here/package-lock.json" "$1/"
cd "$1"
npm ci --ignore-scripts --no-audit --no-fund --silent || { rm -f package-lock.json; exit 1; }
