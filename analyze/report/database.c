/* The .db: a compact copy of the working database, written whole under a temporary name and then renamed. */
#include "analyze/report/report.h"
#include "base/file.h"
#include "base/mem.h"
#include <errno.h>
#include <unistd.h>

int report_write_db(sqlite3 *db, const char *path, struct err *e)
{
	CLEAN(clean_outfile) struct outfile *out = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	char real[4096];
	int rc = outfile_open(path, &out, e);

	if (rc < 0)
		return rc;
	CLEAN(clean_free) char *link = xasprintf("/proc/self/fd/%d", outfile_fd(out));
	ssize_t n = readlink(link, real, sizeof(real) - 1);
	if (n < 0)
		return err_errno(e, "%s", link);
	real[n] = 0;
	/* The copy takes its cache from ours, counted in pages before it knows how large those are: eight times as much memory. */
	rc = db_exec(db, path, STR("PRAGMA cache_size = -2000"), e);
	if (rc == 0)
		rc = db_prepare(db, path, STR("VACUUM INTO :path"), &st, e);
	if (rc < 0)
		return rc;
	db_bind_text(st, ":path", real);
	if (db_step(st, e) < 0)
		return err_set(e, ERR_IO, "%s: %s", path, sqlite3_errmsg(db));
	clean_stmt(&st);
	rc = db_exec(db, path, STR("PRAGMA cache_size = -24000"), e);
	return rc < 0 ? rc : outfile_commit(out, e);
}
