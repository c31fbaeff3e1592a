/* logs: a container's log from a bundle, as `kubectl logs` shows it from a cluster. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/cli.h"
#include "cli/explore.h"
#include "cli/pager.h"
#include "cli/source.h"

struct request {
	const char *namespace, *pod, *container;
	bool previous;
	int64_t tail; /* -1: all */
	int64_t since; /* µs; TIME_NONE: all */
};

static int read_request(const struct cli_args *a, sqlite3 *db, struct request *q, struct err *e)
{
	const char *tail = cli_value(a, "tail"), *since = cli_value(a, "since"), *pod = cli_arg(a, 0);
	char *end = NULL;

	*q = (struct request){.namespace = cli_value(a, "namespace"), .container = cli_value(a, "container"),
	                      .previous = cli_given(a, "previous"), .tail = -1, .since = TIME_NONE};
	if (!q->namespace)
		q->namespace = "default";
	q->pod = strncmp(pod, "pod/", 4) == 0 ? pod + 4 : strncmp(pod, "pods/", 5) == 0 ? pod + 5 : strncmp(pod, "po/", 3) == 0 ? pod + 3 : pod;
	if (cli_argc(a) == 2) {
		if (q->container)
			return err_set(e, ERR_USAGE, "%.80s: a container was given with -c already", cli_arg(a, 1));
		q->container = cli_arg(a, 1);
	}
	if (tail) {
		q->tail = strtoll(tail, &end, 10);
		if (end == tail || *end || q->tail < -1)
			return err_set(e, ERR_USAGE, "--tail %.40s: a number of lines", tail);
	}
	if (since) {
		int64_t us;
		if (clock_parse_duration(since, &us, e) < 0)
			return err_wrap(e, "--since");
		q->since = explore_now(db) - us;
	}
	return 0;
}

static int prepare(sqlite3 *db, const char *name, const struct request *q, sqlite3_stmt **st, struct err *e)
{
	int rc = explore_prepare(db, name, st, e);

	if (rc == 0) {
		db_bind_text(*st, ":ns", q->namespace);
		db_bind_text(*st, ":pod", q->pod);
	}
	return rc;
}

/* The only container, or that of -c; several without -c are an error that names them. */
static int choose_container(sqlite3 *db, struct request *q, struct buf *name, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN_BUF struct buf all = BUF_MAX(2048);
	int n = 0, rc = prepare(db, "schema/get/run/containers.sql", q, &st, e);
	bool known = false;

	while (rc >= 0 && (rc = db_step(st, e)) > 0) {
		const char *s = db_col_text(st, 0);
		bool init = sqlite3_column_int(st, 1) != 0;
		/* Init containers are not meant when none is named. */
		if (!init && n++ == 0 && !q->container)
			rc = buf_add_str(name, s, e);
		known |= q->container && strcmp(s, q->container) == 0;
		if (buf_printf(&all, NULL, "%s%s", all.n ? " " : "", s) < 0)
			break;
	}
	if (rc < 0)
		return rc;
	if (all.n == 0)
		return 0; /* nothing is known of the pod: the files decide */
	if (q->container && !known)
		return err_set(e, ERR_ABSENT, "container %.80s is not in pod %.100s: there are %.200s", q->container, q->pod, buf_cstr(&all));
	if (!q->container && n > 1)
		return err_set(e, ERR_USAGE, "which container of pod %.100s? -c one of: %.250s", q->pod, buf_cstr(&all));
	if (!q->container)
		q->container = buf_cstr(name);
	return 0;
}

/* The file that holds the log; ERR_ABSENT with the reason when there is none. */
static int find_log(sqlite3 *db, const struct request *q, int64_t *first, int64_t *last, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL, *why = NULL;
	int rc = prepare(db, "schema/get/run/log.sql", q, &st, e);

	if (rc < 0)
		return rc;
	db_bind_text(st, ":container", q->container);
	db_bind_int(st, ":previous", q->previous);
	if ((rc = db_step(st, e)) < 0)
		return rc;
	if (rc > 0) {
		*first = sqlite3_column_int64(st, 0);
		*last = sqlite3_column_int64(st, 1);
		return 0;
	}
	if ((rc = prepare(db, "schema/get/run/log-missing.sql", q, &why, e)) < 0)
		return rc;
	db_bind_text(why, ":container", q->container);
	db_bind_int(why, ":previous", q->previous);
	if ((rc = db_step(why, e)) < 0)
		return rc;
	const char *reason = rc > 0 ? db_col_text(why, 0) : NULL;
	return err_set(e, ERR_ABSENT, "%slog of %.100s/%.100s%s%.80s: not collected: %.200s", q->previous ? "previous " : "", q->namespace, q->pod,
	               q->container ? " " : "", q->container ? q->container : "", reason ? reason : "the bundle has none, and nothing says why");
}

static int print(sqlite3 *db, const struct request *q, int64_t first, int64_t last, bool times, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	bool safe = term_is_tty(stdout);
	char time[32];
	int rc = explore_prepare(db, "schema/get/run/log-lines.sql", &st, e);

	if (rc < 0)
		return rc;
	db_bind_int(st, ":first", first);
	db_bind_int(st, ":last", last);
	db_bind_int(st, ":tail", q->tail);
	if (q->since != TIME_NONE)
		db_bind_int(st, ":since", q->since);
	while ((rc = db_step(st, e)) > 0 && !ferror(stdout)) {
		struct str s = db_col_str(st, 0);
		if (times)
			printf("%s ", sqlite3_column_type(st, 1) == SQLITE_NULL ? "-" : clock_format(sqlite3_column_int64(st, 1), time));
		if (safe)
			term_print_safe(stdout, s.p, s.n, false);
		else if (s.n)
			fwrite(s.p, 1, s.n, stdout);
		putchar('\n');
	}
	return rc < 0 ? rc : 0;
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;
	CLEAN_BUF struct buf name = BUF_MAX(4096);
	struct request q;
	int64_t first = 0, last = -1;

	if (source_open_named(cli_value(a, "bundle"), SOURCE_TABLES, &db, e) < 0 || explore_setup(db, e) < 0 || read_request(a, db, &q, e) < 0 ||
	    choose_container(db, &q, &name, e) < 0 || find_log(db, &q, &first, &last, e) < 0)
		return EXIT_FAILED;
	pager_begin();
	int rc = print(db, &q, first, last, cli_given(a, "timestamps"), e);
	return pager_end() || rc == 0 ? EXIT_DONE : EXIT_FAILED;
}

static const struct cli_option options[] = {
	{.name = "namespace", .letter = 'n', .value = "NS", .help = "namespace (default)"},
	{.name = "container", .letter = 'c', .value = "NAME", .help = "which container; needed when there are several"},
	{.name = "previous", .letter = 'p', .help = "of the container's run before the last"},
	{.name = "tail", .value = "N", .help = "only the last N lines"},
	{.name = "since", .value = "TIME", .help = "only lines of the last TIME before the bundle's: 5m"},
	{.name = "timestamps", .help = "each line's time in front of it"},
	{.name = "bundle", .value = "BUNDLE|DB", .help = "where to look ($SICKBAY_BUNDLE)"},
	{0},
};

const struct cli_command cmd_logs = {
	.name = "logs",
	.summary = "show a container's log as kubectl logs does",
	.synopsis = "POD [CONTAINER] [options]",
	.about = "Prints the log of a pod's container from a bundle: what the API server gave,\n"
	         "else what lies on the pod's node. When it was not collected, says why.\n\n"
	         "  sickbay logs web-5bb895c54f-6b2qt -n shop --previous --bundle b.tar.zst",
	.options = options,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
