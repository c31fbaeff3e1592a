/* sqlfn: SQL functions that our schema, checks and users' queries may call. All deterministic.
 *
 *   X REGEXP PATTERN           PCRE2 search (patterns are compiled once a statement)
 *   rx(PATTERN, X [, GROUP])   the whole match, or group by number or name; NULL without a match
 *   field(X, N)                N-th blank-separated field, 1-based, negative from the end; NULL when there are fewer
 *   rest(X, N)                 everything from the N-th field on
 *   bytes(X)                   "1.2GB" "512MiB" "10Ki" "187kB" "4096" to bytes: kB MB GB decimal (docker), KiB Ki K binary
 *   iso(US)                    microseconds to ISO 8601; NULL stays NULL
 *   us(TEXT)                   ISO 8601 to microseconds; NULL when it is not a time
 *   age(US)                    a duration as kubectl prints it: "45s" "12m" "5h12m" "3d4h", "<invalid>" when it is negative
 *   json_line(JSON, LINE, X)   the line of a file on which the value X stands inside an object that begins on LINE:
 *                              LINE plus the newlines before the first place where X stands as a JSON value ("key": X counts, X
 *                              may be a string, which is searched in its JSON-escaped form, or a number); LINE when it is not found
 *   json_key(JSON, LINE, KEY)  the same for the first place where KEY stands as a key
 *   line_of(JSON, LINE, N)     text of line N of such an object (for evidence)
 *   log_message(TEXT, AT, MESSAGE)   the message of a row of log_lines: JSON lines decoded (the view `log` calls it)
 */
#ifndef SICKBAY_ANALYZE_SQLFN_H
#define SICKBAY_ANALYZE_SQLFN_H
#include "base/db.h"
int sqlfn_register(sqlite3 *db, struct err *e);
#endif
