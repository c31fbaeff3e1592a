#!/bin/sh
# Installs the Debian packages named as arguments that are missing. "kubectl" means any kubectl in PATH, else
# kubernetes-client; "node" any node and npm, else nodejs and npm. Where there is no apt-get it says what is needed and leaves the rest to the build.
set -u
need=""
for p in "$@"; do
	if [ "$p" = kubectl ]; then
		command -v kubectl >/dev/null 2>&1 || need="$need kubernetes-client"
	elif [ "$p" = node ]; then
		command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || need="$need nodejs npm"
	elif ! command -v dpkg-query >/dev/null 2>&1 ||
		! dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed'; then
		need="$need $p"
	fi
done
[ -n "$need" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "This machine has no apt-get; the build needs what these Debian packages hold:$need" >&2
	exit 0
fi
root=""
if [ "$(id -u)" != 0 ]; then
	root=sudo
	command -v sudo >/dev/null 2>&1 || {
		echo "Missing packages:$need" >&2
		echo "Install them as root (apt-get install$need), then run make again." >&2
		exit 1
	}
fi
echo "installing$need"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $root apt-get -q update && $root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $need; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "apt-get could not install:$need" >&2
	exit 1
fi
