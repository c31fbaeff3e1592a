#include "analyze/analyze.h"
#include "analyze/checks.h"
#include "base/clock.h"

/* Steps of the virtual machine before the clock is looked at: few, as one step may make a string of many megabytes. */
enum { STEPS_PER_LOOK = 200 };

static const struct {
	int id, value;
} limits[] = {
	{SQLITE_LIMIT_LENGTH, 64 << 20},  {SQLITE_LIMIT_SQL_LENGTH, 1 << 20}, {SQLITE_LIMIT_COLUMN, 500},
	{SQLITE_LIMIT_EXPR_DEPTH, 500},   {SQLITE_LIMIT_COMPOUND_SELECT, 100}, {SQLITE_LIMIT_ATTACHED, 0},
	{SQLITE_LIMIT_TRIGGER_DEPTH, 1},  {SQLITE_LIMIT_FUNCTION_ARG, 100},
};

/* Functions whose answer depends on nothing but their arguments and the data. The clock (date, strftime, ...) and random()
 * are not among them: the same bundle gives the same report. */
static const char *const functions[] = {
	"->", "->>", "abs", "acos", "asin", "atan", "atan2", "avg", "bytes", "ceil", "ceiling", "char", "coalesce", "cos", "count",
	"cume_dist", "degrees", "dense_rank", "exp", "field", "first_value", "floor", "format", "glob", "group_concat", "hex",
	"ifnull", "iif", "instr", "iso", "json", "json_array", "json_array_length", "json_each", "json_extract",
	"json_group_array", "json_group_object", "json_insert", "json_key", "json_line", "json_object", "json_patch", "json_quote",
	"json_remove", "json_replace", "json_set", "json_tree", "json_type", "json_valid", "lag", "last_value", "lead",
	"length", "like", "likelihood", "likely", "line_of", "ln", "log", "log10", "log2", "log_message", "lower", "ltrim", "max", "min", "mod",
	"nth_value", "ntile", "nullif", "percent_rank", "pi", "pow", "power", "printf", "quote", "radians", "rank", "regexp",
	"replace", "rest", "round", "row_number", "rtrim", "rx", "sign", "sin", "sqrt", "substr", "substring", "sum", "tan",
	"total", "trim", "trunc", "typeof", "unicode", "unlikely", "upper", "us",
};

static int name_cmp(const void *key, const void *item)
{
	return sqlite3_stricmp(key, *(const char *const *)item);
}

static int refuse(struct sandbox *s, const char *what, const char *name)
{
	if (!s->why[0])
		snprintf(s->why, sizeof(s->why), "a check may not %s%s%.80s", what, name ? " " : "", name ? name : "");
	return SQLITE_DENY;
}

static int authorize(void *arg, int action, const char *a, const char *b, const char *database, const char *view)
{
	struct sandbox *s = arg;

	(void)view;
	if (!s->on)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		if (a && sqlite3_strnicmp(a, "sqlite_db", 9) == 0)
			return refuse(s, "read", a);
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		if (b && bsearch(b, functions, ARRAY_LEN(functions), sizeof(*functions), name_cmp))
			return SQLITE_OK;
		return refuse(s, "call the function", b);
	case SQLITE_PRAGMA:
		return refuse(s, "use the pragma", a);
	case SQLITE_ATTACH:
		return refuse(s, "attach", a);
	default:
		return refuse(s, "change anything:", a ? a : database);
	}
}

/* On a busy machine, or with a slow disk, what needs a second of processor time takes many: it may, up to this many times its budget. */
enum { MAX_STRETCH = 10 };

static int look_at_clock(void *arg)
{
	struct sandbox *s = arg;

	s->timed_out = clock_cpu() > s->cpu_deadline || clock_mono() > s->deadline;
	return s->timed_out;
}

void sandbox_open(struct sandbox *s, sqlite3 *db)
{
	*s = (struct sandbox){.db = db};
	sqlite3_set_authorizer(db, authorize, s);
}

void sandbox_close(struct sandbox *s)
{
	if (s->db)
		sqlite3_set_authorizer(s->db, NULL, NULL);
	s->db = NULL;
}

void sandbox_enter(struct sandbox *s, int64_t budget_us)
{
	_Static_assert(ARRAY_LEN(limits) <= ARRAY_LEN(s->limits), "room to remember every limit");
	s->cpu_deadline = clock_cpu() + budget_us;
	s->deadline = clock_mono() + MAX_STRETCH * budget_us;
	s->timed_out = false;
	s->why[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		s->limits[i] = sqlite3_limit(s->db, limits[i].id, limits[i].value);
	s->on = true;
	sqlite3_progress_handler(s->db, STEPS_PER_LOOK, look_at_clock, s);
}

void sandbox_leave(struct sandbox *s)
{
	s->on = false;
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		sqlite3_limit(s->db, limits[i].id, s->limits[i]);
}

/* Where SQLite stumbled. It does not say so of a name it does not know, which its message ends with. */
static size_t stumbled_at(sqlite3 *db, const char *sql)
{
	int at = sqlite3_error_offset(db);
	const char *name = strrchr(sqlite3_errmsg(db), ' ');
	const char *found = name ? strstr(sql, name + 1) : NULL;

	if (at >= 0)
		return (size_t)at;
	return found ? (size_t)(found - sql) : 0;
}

/* "line N, column M: message" of the statement that did not compile. */
static int prepare_failed(const struct sandbox *s, const struct check *c, const char *sql, struct err *e)
{
	int column, line = check_line(c, (size_t)(sql - c->text) + stumbled_at(s->db, sql), &column);

	return err_set(e, ERR_FORMAT, "line %d, column %d: %s", line, column, s->why[0] ? s->why : sqlite3_errmsg(s->db));
}

static int bind_parameters(sqlite3_stmt *st, int64_t now, struct err *e)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
		const char *name = sqlite3_bind_parameter_name(st, i);
		if (!name || strcmp(name, ":now") != 0)
			return err_set(e, ERR_FORMAT, "parameter %s is not known (there is :now)", name ? name : "?");
		if (now != TIME_NONE)
			sqlite3_bind_int64(st, i, now);
	}
	return 0;
}

int sandbox_prepare(struct sandbox *s, const struct check *c, int64_t now, sqlite3_stmt **out, struct err *e)
{
	const char *sql = c->text + c->sql + strspn(c->text + c->sql, " \t\r\n");
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_stmt) sqlite3_stmt *more = NULL;
	const char *tail = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, &tail) != SQLITE_OK)
		return prepare_failed(s, c, sql, e);
	if (!st)
		return err_set(e, ERR_FORMAT, "line %d, column 1: there is no SELECT", check_line(c, (size_t)(sql - c->text), NULL));
	if (sqlite3_prepare_v2(s->db, tail, -1, &more, NULL) != SQLITE_OK || more) /* blanks and comments compile to nothing */
		return err_set(e, ERR_FORMAT, "line %d, column 1: a check is one SELECT; another statement follows",
		               check_line(c, (size_t)(tail + strspn(tail, " \t\r\n;") - c->text), NULL));
	if (!sqlite3_stmt_readonly(st) || sqlite3_column_count(st) == 0)
		return err_set(e, ERR_FORMAT, "line %d, column 1: a check is a SELECT", check_line(c, (size_t)(sql - c->text), NULL));
	int rc = bind_parameters(st, now, e);
	if (rc == 0)
		*out = STEAL(st);
	return rc;
}

int64_t bundle_now(sqlite3 *db)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;

	if (db_prepare_asset(db, "schema/facts/now.sql", &st, NULL) < 0 || db_step(st, NULL) != 1 ||
	    sqlite3_column_type(st, 0) == SQLITE_NULL)
		return TIME_NONE;
	return sqlite3_column_int64(st, 0);
}
