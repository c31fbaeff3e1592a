#!/bin/sh
# Bundles of other tools that lack something: cut off, or with lists that were denied. What was not to be seen must never read as
# clear. Made from the real ones in $SICKBAY_BUNDLES (see foreign.sh); each expectation is in the words of tests/checks/run.sh.
. tests/cli/lib.sh
bundles=${SICKBAY_BUNDLES:-../shared/bundles}
says() { # NAME BUNDLE, and what must hold on stdin
	cat >"$T/expect"
	run analyze "$2" -o "$T/report.json"
	ok "$1" eval 'is "$status" 0 && expected "$T/report.json" "$T/expect"'
}
have() { # BUNDLE NAME
	[ -r "$bundles/$1" ] && return
	n=$((n + 1))
	echo "ok $n - $2 # SKIP $1 is not in $bundles"
	return 1
}

mg=must-gather-ocp-4.8-aws.tar.xz
if have $mg "a must-gather that breaks off"; then
	head -c 2000000 "$bundles/$mg" >"$T/cut.tar.xz"
	says "a must-gather that breaks off: its leases were read at an unknown time" "$T/cut.tar.xz" <<-'END'
		not-evaluated kcm-down
		not-evaluated scheduler-down
		only none
	END
fi
done_testing
