/* asset: the project's data files (SQL, YAML, CSS, JS), compiled into the binary under their path in the source tree.
 *
 * A folder named by $SICKBAY_DATA overlays them: a file there replaces the compiled one of the same path, further files
 * are added. Thread-safe after asset_init. */
#ifndef SICKBAY_BASE_ASSET_H
#define SICKBAY_BASE_ASSET_H
#include "base/buf.h"

struct asset {
	const char *path; /* "schema/tables/pods.sql" */
	struct str text;
};
/* Reads the overlay once, if there is one. */
int asset_init(struct err *e);
/* NULL when there is none. */
const struct asset *asset_get(const char *path);
/* The next asset after prev whose path starts with prefix and ends with suffix, in path order; prev NULL for the first. */
const struct asset *asset_next(const char *prefix, const char *suffix, const struct asset *prev);

#endif
