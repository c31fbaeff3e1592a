/* report: one model, read from the database once, and the writers that put it into words.
 *
 * Writers are pure: same model, same bytes; no clock, no locale, no order that is not total. Each escapes every text that
 * comes from the bundle for its own format: what a pod calls itself can be markup, Markdown or a terminal's escape. */
#ifndef SICKBAY_ANALYZE_REPORT_REPORT_H
#define SICKBAY_ANALYZE_REPORT_REPORT_H
#include "analyze/diff.h"
#include "base/db.h"
#include "base/json.h"
#include <stdbool.h>
#include <stdio.h>

struct report_line {
	int64_t number;
	char *text;
};
struct report_evidence {
	char *file, *text;
	int64_t line; /* 0: the whole file */
	int64_t ts;   /* TIME_NONE when unknown */
	struct report_line *around; /* the lines before and behind it, in order, cut to a readable length; after report_load_page */
	int around_count;
};
struct report_fix {
	int step;              /* its number in the check: steps that do not apply here are left out */
	char *text, *run, *on; /* run and on may be NULL; run is quoted for the shell */
};
struct report_finding {
	int64_t id;
	char *check, *area, *subject, *title;
	char *namespace;               /* of the subject, or NULL */
	char **nodes;                  /* where it takes place; after report_load_page */
	int node_count;
	char *detail, *why, *verify; /* may be NULL */
	int severity, confidence;
	bool advice;
	int64_t first_seen, last_seen; /* TIME_NONE when unknown */
	int64_t evidence_rows;         /* in all */
	char *fields;                  /* JSON object: what the placeholders of its texts stand for */
	struct report_evidence *evidence;
	int evidence_count;
	struct report_fix *fix;
	int fix_count;
	int *effects; /* indices of findings it causes directly */
	int effect_count;
	int *causes;  /* and of those that cause it directly */
	int cause_count;
	const struct diff_item **changed; /* what it is about and what differs from the earlier bundle; borrowed from report.changes */
	int changed_count;
	int rank;          /* as a root cause, from 1 on; 0: it is none */
	int group;         /* number of the entry in which people read of it, from 1 on; 0: it is no root */
	int root_severity; /* of a root: the worst of itself and of what it explains */
	int *explains;     /* of a root: indices of all it explains, directly or not, the worst first */
	int explains_count;
};
/* Root causes that one check found, as people read of them: one entry. Most have one member. */
struct report_command {
	char *run; /* NULL: something to do that is no command */
	char **on; /* the places, each once, in order; none: wherever kubectl works */
	int on_count;
};
struct report_step {
	char *text;
	struct report_command *commands; /* each once */
	int command_count;
	int more;  /* members whose commands are not among these */
};
struct report_group {
	int *members; /* indices of findings, by rank */
	int member_count;
	char *title;  /* the member's own; of several: what is not the same in all is left out */
	int severity; /* the worst of its members and of what they explain */
	int64_t first_seen, last_seen;
	bool same_detail, same_why; /* in all members */
	struct report_step *steps;
	int step_count;
	char **verify; /* each once */
	int verify_count, verify_more;
	int *explains; /* indices of findings, each once, the worst first */
	int explains_count;
};
struct report_check {
	char *id, *area, *title, *state, *reason; /* reason may be NULL */
	int severity;
	bool applies; /* false: made for other versions of Kubernetes */
};
struct report_capture {
	char *path, *node, *command, *error;
	bool timed_out;
};
struct report_node {
	char *name, *transport, *error;
	bool reached;
	int64_t clock_offset; /* µs */
};
struct report_pair {
	char *key, *value;
};
struct report_problem {
	char *file, *message;
	int64_t line;
};
/* Tables that a person would otherwise make by hand: schema/report/tables/<key>.sql. The name of a column there says what it is:
 *   group WORD        rows that have the same stand together under it
 *   head-KIND WORD    told beside the group's name, from its first row
 *   KIND WORD         code, text, list (of names, parted by commas), count, size (bytes), percent (0 to 1); with "-bar" a bar beside it
 *   word WORD        the value is a key of schema/texts, and behind a bar what to fill in for {name}
 *   fine, badge WORD  badge is green where fine is 1 and red where it is 0
 *   total             not shown: rows of the group (of all, where there are no groups) before the query cut them off
 * WORD is a key of `column` in schema/texts. */
enum report_kind {
	REPORT_GROUP, REPORT_CODE, REPORT_TEXT, REPORT_LIST, REPORT_COUNT, REPORT_SIZE, REPORT_PERCENT, REPORT_WORD, REPORT_BADGE, REPORT_FINE,
	REPORT_TOTAL
};
struct report_column {
	enum report_kind kind;
	bool head, bar;
	char *word;   /* "column.size" */
	double most;  /* of a column with bars: what fills one */
};
struct report_cell {
	char *text;   /* NULL: there is none */
	double number;
};
struct report_table {
	char *key;    /* its words are tables.KEY.title and tables.KEY.note; "-" of the file's name is "_" here */
	char *trouble; /* why there are no rows, NULL when all went well */
	struct report_column *columns;
	int column_count, group, fine, total; /* indices of these columns, -1: there is none */
	struct report_cell *cells; /* row by row */
	int row_count;
};
/* What happened when: a lane is a line of the drawing, a mark something that happened in it. */
enum report_level { LEVEL_FINE, LEVEL_INFO, LEVEL_WARNING, LEVEL_CRITICAL };
struct report_mark {
	int64_t from, to; /* µs; the same for what has no length */
	int level;        /* enum report_level */
	char *text;
	int finding;      /* index, or -1 */
};
struct report_lane {
	char *kind; /* finding, node, restart, event: its heading is timeline.KIND */
	char *name;
	struct report_mark *marks;
	int mark_count;
};
struct report_timeline {
	int64_t from, to;
	struct report_lane *lanes;
	int lane_count;
};
/* Nodes by their conditions. */
struct report_state {
	char *status, *reason; /* NULL: the node has no such condition */
	int64_t since;
	bool fine;
};
struct report_matrix {
	char **conditions, **nodes; /* columns, rows */
	int condition_count, node_count;
	int more;                    /* nodes that are not shown; all of these are well */
	struct report_state *states; /* row by row */
};
/* What must be known before the verdict, in the report's language. */
struct report_warning {
	char *key; /* of its text: "report.mixed" */
	char *text;
};
struct report {
	int lang; /* enum lang */
	cJSON *texts;
	char *name;    /* file name of the bundle */
	char *damage;  /* NULL for a whole bundle */
	char *version; /* of Kubernetes, NULL when unknown */
	char *chosen;  /* its namespaces, when there may be others that it has not; else NULL */
	struct report_warning *warnings;
	int warning_count;
	int64_t collected;
	struct report_finding *findings; /* the worst first */
	int finding_count;
	int *roots; /* indices of findings, by rank */
	int root_count;
	struct report_group *groups; /* the same roots, as entries; a group's number is its index + 1 */
	int group_count;
	int fault_count; /* of the groups, those that are more than remarks: the first ones */
	struct report_check *checks;
	int check_count;
	int found, clear, skipped, failed; /* checks by state; skipped without those that do not apply */
	int not_applicable;
	struct report_capture *failures; /* captures that failed */
	int failure_count;
	int64_t ok, failed_captures, absent, skipped_captures, truncated;
	struct report_node *nodes;
	int node_count;
	struct report_pair *facts; /* table bundle */
	int fact_count;
	struct report_problem *problems;
	int problem_count;
	struct report_table *tables; /* those with rows; none before report_load_tables */
	int table_count;
	struct report_timeline timeline; /* empty before report_load_page */
	struct report_matrix matrix;
	char *page_trouble; /* why the page lacks some of this, or NULL */
	struct diff *changes; /* from an earlier bundle to this one, or NULL */
};

/* lang: enum lang of checks.h. */
int report_load(sqlite3 *db, int lang, struct report **out, struct err *e);
/* The tables, which only some formats show. A query that fails leaves a table that says so. */
int report_load_tables(sqlite3 *db, struct report *r, struct err *e);
/* page.c: what only the HTML page shows: neighbours of the evidence, the nodes of findings, timeline, matrix of conditions. What fails
 * leaves its part empty and page_trouble. */
void report_load_page(sqlite3 *db, struct report *r);
void report_free_page(struct report *r);
/* changes.c: what changed since the bundle in `before` (a database with findings), and which root causes are about something that
 * did: the thing itself, what owns it or what it owns, a ConfigMap or Secret that its pods use. */
int report_load_changes(sqlite3 *before, sqlite3 *db, struct report *r, struct err *e);
/* A report of nothing but changes, which it takes. */
int report_of_changes(struct diff *changes, int lang, struct report **out, struct err *e);
/* The heading of a section; the word for a path, where it has one ("valid_until"), else the path. */
const char *report_section_word(const struct report *r, const struct diff_section *s);
const char *report_path_word(const struct report *r, const char *path);
/* "3 added, 1 removed". Caller frees. */
char *report_section_counts(const struct report *r, const struct diff_section *s);
/* "Deployment shop/web: image: web:1 -> web:2 and 2 more". Caller frees. */
char *report_change_line(const struct report *r, const struct diff_item *it);
/* "What changed since monday.tar.zst (2026-11-23T19:33:31Z)". Caller frees. */
char *report_changes_title(const struct report *r);
void report_free(struct report *r);
void clean_report(struct report **r);
/* The word for a dotted key, in the report's language. */
const char *report_word(const struct report *r, const char *key);
/* The same with {n} and one further field filled in (name NULL: none). Caller frees. */
char *report_fill(const struct report *r, const char *key, int64_t n, const char *name, const char *value);
/* Heading and first sentence: "2 root causes found", "12 other checks are clear, ...". Caller frees. */
char *report_verdict(const struct report *r);
char *report_summary(const struct report *r);
/* Could most checks be evaluated? Otherwise that they found nothing means little. */
bool report_trusted(const struct report *r);
/* "2026-11-23T19:33:31Z to ...", "since ...", or NULL. Caller frees. */
char *report_times(const struct report *r, int64_t first_seen, int64_t last_seen);
/* "node/node1, node/node2 and 8 more": the subjects of a group's first members. Caller frees. */
char *report_places(const struct report *r, const struct report_group *g, int max);
/* "Node node2 is not ready; ... and 4 more": what the first symptoms of a group say; NULL when it has none. Caller frees. */
char *report_symptoms(const struct report *r, const struct report_group *g, int max);
/* The same for the places of a command; NULL when it names none. Caller frees. */
char *report_on(const struct report *r, const struct report_command *c, int max);
/* Title of a check that found nothing: its placeholders stand for what would be there, as "…". Caller frees. */
char *report_bare_title(const char *title);

/* tables.c. How a person reads a cell: "104 MB", "1.4 %", "a, b and 3 more". Caller frees. */
char *report_cell_text(const struct report *r, const struct report_table *t, int row, int column);
/* The row behind the last one of the group in which a row stands, and how many rows of it are not in the table. */
int report_group_end(const struct report_table *t, int row, int *more);
/* "title", "note" of a table, "" when it has none. */
const char *report_table_word(const struct report *r, const struct report_table *t, const char *which, char key[64]);
void report_free_tables(struct report *r);

/* groups.c: the entries of the roots, once all findings are there. */
void report_group_roots(struct report *r);
void report_free_groups(struct report *r);

int report_write_json(const struct report *r, FILE *f, struct err *e);
int report_write_markdown(const struct report *r, FILE *f, struct err *e);
int report_write_html(const struct report *r, FILE *f, struct err *e);
/* Only r->changes. */
int report_write_changes_json(const struct report *r, FILE *f, struct err *e);
int report_write_changes_markdown(const struct report *r, FILE *f, struct err *e);
int report_write_changes_html(const struct report *r, FILE *f, struct err *e);
/* For a terminal or a file; most: changes told of one item. */
void report_put_changes(const struct report *r, FILE *f, int most);
/* screen_of NULL: everything of weight. Else what fits on a screen (40 lines of 80 columns), and how to get the rest of the bundle
 * at that path. Colour only where f is a terminal. */
int report_write_text(const struct report *r, FILE *f, const char *screen_of, struct err *e);
/* Copy of the database at path, which appears only when it is complete. */
int report_write_db(sqlite3 *db, const char *path, struct err *e);

#endif
