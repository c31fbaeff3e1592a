# The lines of an `expect` file ($expect, its text) that do not hold for a report (the input), and the checks that failed, one a line.
def holds($r): . as $e | {
	found: ($r | any(.findings[]; .check == $e.check and .subject == $e.rest)),
	root: ($r | any(.root_causes[]; .check == $e.check and .subject == $e.rest)),
	effect: ($r | any(.root_causes[].explains[]; .check == $e.check and .subject == $e.rest)
		and all(.root_causes[]; .check != $e.check or .subject != $e.rest)),
	lacks: ($r | all(.findings[]; .check != $e.check or ($e.rest != "" and .subject != $e.rest))),
	clear: ($r | any(.checks[]; .id == $e.check and .state == "clear")),
	"not-evaluated": ($r | any(.checks[]; .id == $e.check and .state == "not-evaluated")),
	only: ($r | [.root_causes[] | select(.worst_severity == "critical") | .check] | all(. == $e.check)),
	quiet: ($r | all(.root_causes[]; .worst_severity == "info")),
	partly: ($r | any(.checks[]; .id == $e.check and .state == "clear" and (.reason // "" | contains($e.rest)))),
	because: ($r | any(.checks[]; .id == $e.check and .state == "not-evaluated" and (.reason // "" | contains($e.rest)))),
	head: ([$r.bundle.damage, $r.bundle.warnings[]?] | any(. // "" | contains(($e.check + " " + $e.rest) | sub(" +$"; "")))),
	cites: ($r | any(.findings[] | select(.check == $e.check) | .evidence[]; .text | contains($e.rest))),
	titled: ($r | any(.findings[] | select(.check == $e.check); .title | contains($e.rest))),
	fixes: ($r | any(.findings[] | select(.check == $e.check) | .fix[]; .run // "" | contains($e.rest))),
	spares: ($r | any(.findings[]; .check == $e.check)
		and all(.findings[] | select(.check == $e.check) | .fix[]; .run // "" | contains($e.rest) | not))
}[$e.word] // false;
. as $r | (.checks[] | select(.state == "error") | "\(.id): \(.reason)"),
($expect | split("\n")[] | select(test("^[ \t]*(#|$)") | not)
| (capture("^(?<word>[^ ]+) *(?<check>[^ ]*) *(?<rest>.*?) *$") // {word: "", check: "", rest: ""}) as $e
| select($e | holds($r) | not))
