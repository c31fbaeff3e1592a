/* signatures: known patterns of log lines, from schema/signatures/ *.yaml and DIR/signatures/ *.yaml.
 *
 *   - id: docker-hung-context
 *     units: [kubelet, docker]          # canonical names (schema/units.yaml), or ["*"]
 *     pattern: 'context deadline exceeded .*(?<container>[0-9a-f]{64})'
 *     any: ["context deadline exceeded"]  # one of these must stand in a message that matches; case matters
 *     samples: ["..."]                  # lines, as they stand in a log, that match
 *     not: ["..."]                      # lines that do not
 *
 * A pattern is tried on a line's subject (logline.h): its message, behind "program[pid]: " where journald names one.
 * `any` is what makes it fast: only messages that hold one of these texts are tried at all.
 */
#ifndef SICKBAY_ANALYZE_SIGNATURES_H
#define SICKBAY_ANALYZE_SIGNATURES_H
#include "base/buf.h"

struct signatures;
struct sigset; /* those of one unit, with their prefilter */

/* checks_dir may be NULL; an entry there replaces one of the same id. */
int signatures_load(const char *checks_dir, struct signatures **out, struct err *e);
void signatures_free(struct signatures *s);
void clean_signatures(struct signatures **s);
int signatures_count(const struct signatures *s);

/* The set of a unit (NULL: only those for every unit), made at the first call and kept. Never NULL. */
struct sigset *signatures_for(struct signatures *s, const char *unit);
struct sighit {
	const char *id;
	struct str captures; /* JSON object of the named groups that took part; p NULL without any. Until the next match */
};
/* Calls hit for each signature that matches, in the order of the files. Returns how many, or what hit returned when
 * negative. prefilter false tries every pattern: slow, for tests. */
int sigset_match(struct sigset *set, struct str message, bool prefilter,
                 int (*hit)(void *arg, const struct sighit *h, struct err *e), void *arg, struct err *e);

/* Checks everything that can be wrong with the files below dir (NULL: the compiled-in ones): patterns, units, ids, samples
 * with and without the prefilter. report is called for each mistake ("file:line:column", "id: what"). Returns the number of mistakes. */
int signatures_lint(const char *dir, void (*report)(void *arg, const char *file, const char *message), void *arg);

#endif
