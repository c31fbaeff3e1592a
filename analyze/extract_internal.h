/* extract_internal: what the comments of the tables become (extract_tables.c) and what fills the rows (extract.c) shares. */
#ifndef SICKBAY_ANALYZE_EXTRACT_INTERNAL_H
#define SICKBAY_ANALYZE_EXTRACT_INTERNAL_H
#include "analyze/extract.h"
#include "base/jsonscan.h"

enum { MAX_TABLES = 64, MAX_COLUMNS = 64, MAX_EACH = 4, MAX_PATHS = 160, TEXT_MAX = 16 << 20, MAX_ELEMENTS = 20000 };

enum conversion { CONV_NONE, CONV_TIME, CONV_COUNT, CONV_JSON, CONV_CPU, CONV_BYTES, CONV_OBJECTS };

struct column {
	char *path;            /* without ^ and conversion */
	enum conversion conv;
	bool integer;          /* the column's type */
	bool outer;            /* of the object, although the row is one of an element */
	bool list;             /* @list */
	int index;             /* in the element's values; for outer columns in the table's part of the object's */
};
struct table {
	char *name;
	char *kinds;           /* " Pod Node " */
	char *each[MAX_EACH], *list_name[MAX_EACH];
	int n_each;
	struct column columns[MAX_COLUMNS];
	int n_columns;
	struct jsonpaths *inner; /* of an element; NULL without each */
};

/* What every object tells, in front of the paths of its kind's tables. */
enum { C_KIND, C_VERSION, C_NAMESPACE, C_NAME, C_UID, C_CREATED, C_DELETED, C_COUNT };

/* All paths of a kind, scanned in one pass. */
struct kind {
	char *name;
	int tables[MAX_TABLES], first_value[MAX_TABLES], n_tables; /* a table's values begin there: columns, then each */
	struct jsonpaths *paths;
	int n_paths;
};
struct extract {
	struct table *tables;
	const char *names[MAX_TABLES];
	int n_tables;
	struct kind *kinds; /* [0]: of every kind without tables */
	int n_kinds;
	int64_t objects;    /* ids given out */
	struct buf text, repaired;
	char last_kind[128], last_api[128];
	/* time of day repeats a lot in one list */
	char time_text[24];
	int64_t time_us;
};

#endif
