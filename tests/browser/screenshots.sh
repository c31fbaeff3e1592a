#!/bin/sh
# Pictures of a bundle's report. usage: screenshots.sh SICKBAY WORK BUNDLE FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sickbay=$1 work=$2 bundle=$3 folder=$4
sh "$here/modules.sh" "$work"
mkdir -p "$folder"
"$sickbay" analyze "$bundle" -o "$work/screenshots.html"
NODE_PATH="$work/node_modules" node "$here/screenshots.js" "$work/screenshots.html" "$folder"
