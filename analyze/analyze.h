/* analyze: the steps from a bundle to a database of findings. cli/analyze.c and cli/query.c call them in this order:
 *
 *   schema_create -> load_bundle -> schema_finish -> checks_run -> causes_link (findings_make) -> report_*
 *
 * Everything between them passes through the database (schema/tables), so each step can be run and tested alone. */
#ifndef SICKBAY_ANALYZE_ANALYZE_H
#define SICKBAY_ANALYZE_ANALYZE_H
#include "base/db.h"
#include "bundles/reader.h"
#include <stdbool.h>

/* schema.c: creates all tables (schema/tables/ *.sql in order of names) in an empty database and registers the SQL functions of
 * sqlfn.h. */
int schema_create(sqlite3 *db, struct err *e);
/* After loading: schema/derive/ *.sql (typed node tables from lines and documents), indexes, views (schema/views/ *.sql). */
int schema_finish(sqlite3 *db, struct err *e);

struct load_opts {
	struct bundle_limits limits;
	const char *checks_dir; /* further signatures under DIR, or NULL */
	void (*progress)(void *arg, int64_t bytes, const char *path); /* may be NULL */
	void *arg;
};
/* load.c: streams one bundle into the database: files, captures, objects and typed tables, log lines and hits, lines,
 * documents, problems. A damaged bundle is loaded as far as it goes (bundle.damage says how far). ERR_FORMAT when it is not a
 * bundle at all. */
int load_bundle(sqlite3 *db, const char *path, const struct load_opts *o, struct err *e);
/* The same for several bundles of one cluster: one case. Of an object that came more than once the newest counts. */
int load_bundles(sqlite3 *db, const char *const *paths, int n, const struct load_opts *o, struct err *e);

/* checks.c: runs every check (compiled in, overridden or extended by DIR/ *.sql below checks_dir) and fills checks, findings,
 * finding_nodes, evidence. A check that fails becomes state "error" with the reason; only a broken database is an error. */
int checks_run(sqlite3 *db, const char *checks_dir, struct err *e);
/* causes.c: draws the edges whose relation holds, in time order, fills causes and root_causes. */
int causes_link(sqlite3 *db, const char *checks_dir, struct err *e);
/* checks.c: the two of them in a row. The checks are read once, which is a tenth of the time that a small bundle takes. */
int findings_make(sqlite3 *db, const char *checks_dir, struct err *e);

#endif
