/* load: what the loaders of the different kinds of files share. Everything here runs on the reader's thread.
 *
 *   load.c          the two threads, the bundle's entries one after the other, facts about the bundle
 *   load_lines.c    a stream cut into lines; text files; metrics
 *   load_log.c      log lines and the signatures they match
 *   load_objects.c  Kubernetes lists
 *   load_whole.c    small JSON: documents, bundle.json, manifest.json, node.json
 */
#ifndef SICKBAY_ANALYZE_LOAD_H
#define SICKBAY_ANALYZE_LOAD_H
#include "analyze/analyze.h"
#include "analyze/extract.h"
#include "analyze/layout.h"
#include "analyze/logline.h"
#include "analyze/signatures.h"
#include "analyze/store.h"
#include "base/jsonscan.h"

enum {
	LINE_MAX_BYTES = 64 << 10,  /* longer lines are cut */
	WHOLE_MAX = 8 << 20,        /* documents */
	PROBLEMS_PER_FILE = 50,
	PATTERN_BYTES = 16 << 10    /* of a message that patterns are tried on */
};

/* A stream cut into lines. */
struct liner {
	struct buf carry; /* the beginning of a line whose end has not come yet */
	bool dropping;    /* behind LINE_MAX_BYTES of a line: the rest is passed over */
	int64_t line;     /* lines so far */
	int64_t cut;      /* number of the first line that was cut, 0 for none */
};

struct load {
	struct store *store;
	const struct load_opts *opts;
	struct bundle *bundle;
	struct layouts *layouts;
	struct extract *extract;
	struct signatures *signatures;
	int64_t bytes, last_file, last_log;
	int64_t reference;     /* the bundle's time, for log lines without a year */
	int64_t newest;        /* mtime */
	int64_t known;         /* files that a layout knows */
	const char *layout;    /* of the first of them */
	bool saw_bundle, saw_manifest;
	char started[40], finished[40];
	/* the file that is being read */
	struct {
		int64_t id, bytes;
		const char *path;
		struct filekind kind;
		const char *state, *reason; /* NULL: loaded */
		char why[200];              /* room for a reason */
		int problems;
		int64_t first_log;
		bool local_time;
	} file;
	struct liner liner;
	struct buf repaired;   /* a line whose UTF-8 was bad */
	struct buf whole;
	struct logparser parser;
	struct sigset *set;
	struct jsonitems items;
	bool broken;           /* the rest of the file is not read any more */
	struct {
		char name[256];
		int64_t series, line;
		double value;
	} metric;
};

/* A loader: feed is called for each piece, end once; they return negative only when the load as a whole must stop. */
struct loader {
	void (*begin)(struct load *l);
	int (*feed)(struct load *l, const char *p, size_t n, struct err *e);
	int (*end)(struct load *l, struct err *e);
};
extern const struct loader load_lines, load_log, load_objects, load_document, load_metrics, load_captures, load_bundle_json,
	load_access;

/* A problem of the current file; line 0 for none. Beyond PROBLEMS_PER_FILE they are only counted. */
__attribute__((format(printf, 4, 5))) int load_problem(struct load *l, int64_t line, struct err *e, const char *fmt, ...);
/* For what l->items returned: bad JSON is a problem of the file, whose rest is not read; 0 then. Other failures are the
 * load's. */
int load_broken(struct load *l, int rc, const struct err *why, struct err *e);
/* Marks the current file as read in part. */
void load_partial(struct load *l, const char *reason);
/* Calls fn for each line of the piece (without newline and CR, valid UTF-8 without NUL). */
int liner_feed(struct load *l, const char *p, size_t n, int (*fn)(struct load *, struct str line, struct err *), struct err *e);
/* The last line, when it has no newline. */
int liner_end(struct load *l, int (*fn)(struct load *, struct str line, struct err *), struct err *e);

#endif
