/* checks: check files in memory, and the pieces that read, run and lint them.
 *
 *   checks_file.c     a file -> struct check; the compiled-in ones and a folder's -> struct checkset
 *   checks_fill.c     {placeholders} in titles, texts and commands
 *   checks_needs.c    is there enough in this bundle to answer at all?
 *   checks_coverage.c found nothing: because there is nothing, or because it was not to be seen?
 *   checks_sandbox.c  what SQL from a check may do
 *   checks.c          runs them all (analyze.h: checks_run)
 *   checks_finding.c  rows of one check -> findings, evidence, texts
 *   checks_lint.c     what is wrong with a check file
 */
#ifndef SICKBAY_ANALYZE_CHECKS_H
#define SICKBAY_ANALYZE_CHECKS_H
#include "analyze/findings.h"
#include "base/db.h"
#include "base/json.h"
#include "base/mem.h"

/* Languages of texts; every text of a shipped check has both. */
enum lang { LANG_EN, LANG_ZH, LANG_COUNT };
const char *lang_name(int lang);
int lang_parse(const char *s); /* -1 when it is none */

struct check {
	char *path;       /* "schema/checks/node/docker-hung.sql", or the path below the user's folder */
	char *id, *area;  /* from the path: file name and folder */
	char *text;       /* the whole file, NUL-terminated */
	cJSON *head;      /* the YAML block; NULL when bad */
	int severity, confidence;
	bool advice;
	size_t sql;       /* offset of the SQL in text */
	struct err bad;   /* code 0, or why the file cannot be used: "line 3, column 1: ..." */
};
/* Reads one file's text (copied). Never fails: an unusable file has bad.code set, and id and area all the same. */
struct check *check_parse(const char *path, const char *area, struct str text);
void check_free(struct check *c);
/* Line (1-based) on which a byte of the file stands; *column may be NULL. */
int check_line(const struct check *c, size_t offset, int *column);
/* Where `key:` stands in the YAML block; its beginning when it does not. */
size_t check_key(const struct check *c, const char *key);
/* A text of `o` (an object with en and zh, or a plain string) in a language, English where it lacks; NULL when there is none. */
const char *check_text(const cJSON *o, int lang);

struct checkset {
	struct check **v; /* by id */
	int n;
};
/* The compiled-in checks, and those of any .sql file below dir (NULL: none), which replace those of the same id. */
int checkset_load(const char *dir, struct checkset **out, struct err *e);
/* Only those below dir (lint). */
int checkset_load_dir(const char *dir, struct checkset **out, struct err *e);
const struct check *checkset_get(const struct checkset *s, const char *id);
/* checks.c, causes.c: the work of checks_run and of causes_link (analyze.h) with checks that are read already. */
int checkset_run(const struct checkset *set, sqlite3 *db, struct err *e);
int checkset_link(const struct checkset *set, sqlite3 *db, struct err *e);
void checkset_free(struct checkset *s);
void clean_checkset(struct checkset **s);

/* checks_fill.c. A placeholder is {name}, name [a-z][a-z0-9_]*; braces around anything else are literal. fields is an
 * object of strings, numbers and nulls; a field that is null or absent shows as its NAME. */
enum fill { FILL_TEXT, FILL_SHELL };
/* FILL_SHELL quotes every value for the place in which it stands (bare, '...', "...") so that it is one word, or a part
 * of one, and never an option, whatever it holds. */
int fill_template(const char *tmpl, const cJSON *fields, enum fill how, struct buf *out, struct err *e);
/* The same as a new string; NULL tmpl gives NULL. */
char *fill_new(const char *tmpl, const cJSON *fields, enum fill how);
/* Calls fn for each placeholder. */
void fill_each(const char *tmpl, void (*fn)(void *arg, struct str name, size_t offset), void *arg);

/* checks_texts.c: the program's own words in a language, schema/texts/<lang>.yaml. */
int texts_load(int lang, cJSON **out, struct err *e);
/* Word for a dotted key; the key itself when it is missing. */
const char *texts_get(const cJSON *texts, const char *key);

/* checks_needs.c: what this bundle holds, looked up once. */
struct needs {
	struct facts *facts; /* the database and what was asked of it */
	cJSON *texts[LANG_COUNT];
	const char *version; /* of the cluster, NULL when unknown */
	const char *damage;  /* NULL for a whole bundle */
	const char *unseen;  /* nodes on which nothing was captured: "node2 (connection refused)", NULL when there are none */
	const char *chosen;  /* the namespaces that the bundle has, when it need not have all; else NULL */
};
int needs_init(struct needs *n, sqlite3 *db, struct err *e);
void needs_release(struct needs *n);
/* 1 when the check can answer; 0 with reason[] (new strings, one a language) when it cannot; negative error. */
int needs_met(const struct needs *n, const struct check *c, char *reason[LANG_COUNT], struct err *e);
/* Is one entry of `needs` in the bundle, in part at least? */
bool need_is_there(const struct needs *n, const char *entry);
/* checks_coverage.c: of a check that found nothing: did it see everything? note[] gets what it did not see (new strings). */
enum coverage {
	COVERAGE_WHOLE,
	COVERAGE_PART,  /* some nodes or namespaces were not to be seen; for the others the answer holds */
	COVERAGE_BROKEN /* the bundle broke off before some of what the check needs, or a list could not be read: no answer */
};
enum coverage needs_coverage(const struct needs *n, const struct check *c, char *note[LANG_COUNT]);
/* False when the check is made for other versions than the cluster's. */
bool version_applies(const struct needs *n, const struct check *c);
/* "1.20.2" in ">=1.6 <1.24"? True also when version is NULL. bad_range says that the range cannot be read. */
bool version_in_range(const char *version, const char *range, bool *bad_range);

/* checks_sandbox.c: between enter and leave, statements on db can only read, call known functions, and run until
 * the budget is spent: processor time of this thread, or ten times as much of any time. Same thread for all calls. */
struct sandbox {
	sqlite3 *db;
	int64_t cpu_deadline, deadline;
	bool on, timed_out;
	char why[160]; /* the first thing that was refused, "" when nothing was */
	int limits[16];
};
/* Between open and close the sandbox may be entered many times. Statements that were prepared meanwhile stay so: to install an
 * authorizer makes SQLite compile every statement of the connection again. *s must not move. */
void sandbox_open(struct sandbox *s, sqlite3 *db);
void sandbox_close(struct sandbox *s);
void sandbox_enter(struct sandbox *s, int64_t budget_us);
void sandbox_leave(struct sandbox *s);
/* Prepares a check's SELECT inside the sandbox and binds its parameters. now may be TIME_NONE (NULL). */
int sandbox_prepare(struct sandbox *s, const struct check *c, int64_t now, sqlite3_stmt **out, struct err *e);
/* The bundle's own time: when it was collected, else the newest time in it. */
int64_t bundle_now(sqlite3 *db);

/* checks_finding.c: collects the rows of one check, then stores them. */
struct gather;
struct gather *gather_new(sqlite3 *db, const struct check *c);
void gather_free(struct gather *g);
void clean_gather(struct gather **g);
int gather_row(struct gather *g, sqlite3_stmt *st, struct err *e);
/* Rows that were left out because they have no subject. */
int gather_nameless(const struct gather *g);
/* Writes findings, finding_nodes, evidence and finding_texts. Returns the number of findings; *unproved counts those
 * that were dropped because no row of theirs cited a file. */
int gather_store(struct gather *g, int *unproved, struct err *e);

/* checks_lint.c: tells everything that is wrong, as "path:line:column: message", and returns how many messages there were
 * (negative: could not lint). dir NULL: what is compiled in. */
int checks_lint(const char *dir, void (*tell)(void *arg, const char *message), void *arg, struct err *e);
/* Names of the relations, from schema/causes. */
bool relation_known(const char *name);

#endif
