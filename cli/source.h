/* source: the tables a command asks: a bundle that is loaded now, or a database that `analyze -o x.db` wrote. */
#ifndef SICKBAY_CLI_SOURCE_H
#define SICKBAY_CLI_SOURCE_H
#include "base/db.h"

enum source_depth {
	SOURCE_TABLES,  /* what was collected */
	SOURCE_FINDINGS /* the checks have run, too; a database has them in any case */
};
/* paths: bundles that make one case ("-" for one on standard input), or a single database. checks_dir: further checks and signatures, or NULL. The
 * caller closes *out. */
int source_open(const char *const *paths, int n, const char *checks_dir, enum source_depth depth, sqlite3 **out, struct err *e);
/* The bundle of a command with --bundle: its value, else $SICKBAY_BUNDLE; ERR_USAGE without either. */
int source_open_named(const char *given, enum source_depth depth, sqlite3 **out, struct err *e);

#endif
