/* load: what the loaders of the different kinds of files share. Everything here runs on the reader's thread.
 *
 *   load.c          the two threads, the bundle's entries one after the other, facts about the bundle
 *   load_lines.c    a stream cut into lines; text files; metrics
 *   load_log.c      log lines and the signatures they match
 *   load_hosts.c    logs of several nodes in one file
 *   load_objects.c  Kubernetes lists
 *   load_yaml.c     the same in YAML
 *   load_stream.c   JSON objects one behind the other, with logs between: what `kubectl cluster-info dump` prints
 *   load_whole.c    small JSON: documents, bundle.json, manifest.json, node.json
 *   load_sniff.c    what a file is whose path does not tell
 *   load_settle.c   what can only be said once all is read: objects that came twice, paths with a lost top folder
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
#include "base/yamlitems.h"

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

/* What a bundle has files of, and how many. */
struct layout_count {
	const char *layout;
	int64_t files;
};
/* A resource whose objects lie in a file each. */
struct single_list {
	char *resource;
	int64_t file, items;
};
/* A top folder that turned out to be none: files and problems with these numbers have lost it. */
struct lost_top {
	char *top, *prefix;    /* prefix: of the paths of problems, "" with one bundle */
	int64_t first_file, last_file, first_problem, last_problem;
};
struct load {
	struct store *store;
	const struct load_opts *opts;
	struct layouts *layouts;
	struct extract *extract;
	struct signatures *signatures;
	int64_t bytes, last_file, last_log, problem_rows;
	/* the bundle that is being read */
	int n_bundles, bundle_no; /* of how many, from 1 on */
	const char *bundle_path;
	char *bundle_name;     /* how it is told from the others */
	struct bundle *bundle;
	int64_t first_file, first_problem; /* of it, minus one */
	int64_t reference;     /* the bundle's time, for log lines without a year */
	int64_t newest;        /* mtime */
	int64_t taken, taken_from; /* what files of the bundle say of when it was taken, and when that began */
	int64_t objects;       /* files of Kubernetes objects whose path told nothing */
	struct layout_count counts[24];
	struct single_list *singles;
	int n_singles;
	bool saw_bundle, saw_manifest;
	char started[40], finished[40];
	struct lost_top *lost;
	int n_lost;
	/* the file that is being read */
	struct {
		int64_t id, bytes;
		const char *path;
		struct filekind kind;
		const struct loader *loader;
		const char *state, *reason; /* NULL: loaded */
		char why[200];              /* room for a reason */
		int problems;
		int64_t objects;            /* of the current list that could be read */
		int64_t first_log;
		bool local_time;
		bool sections;              /* it has become several rows of `files` */
	} file;
	struct liner liner;
	struct buf repaired;   /* a line whose UTF-8 was bad */
	struct buf whole;
	struct logparser parser;
	struct sigset *set;
	struct jsonitems items;
	struct yamlitems yaml;
	struct load_host *hosts; /* of a journal of several nodes */
	struct spool *host_lines;
	int n_hosts;
	bool in_json, at_start; /* of a stream: within an object; at the beginning of a line */
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
extern const struct loader load_lines, load_log, load_objects, load_yaml, load_stream, load_document, load_metrics, load_captures,
	load_bundle_json, load_access, load_time, load_hosts;

/* What the first bytes of the current file say that its path, or its layout, leaves open. */
const struct loader *load_sniff(struct load *l, const char *p, size_t n);

/* A fact of the table bundle; those of further bundles have their number in front: "bundle2.kind". */
int load_fact(struct load *l, const char *key, const char *value, struct err *e);
/* One object: of a list of that kind and version ("" when it does not say). */
int load_object(struct load *l, const struct jsonitem *it, const char *kind, const char *api, struct err *e);
/* A list has ended, or a sequence: its row. It is not whole when it broke off, or when the file is marked as read in part. */
int load_list(struct load *l, const char *kind, const char *api, int64_t items, struct err *e);
/* An object that lies in a file of its own. */
void load_single(struct load *l);
/* The current file's row; begins another row for what follows of the same file. */
int load_section(struct load *l, struct err *e);
/* Feeds one line to the log loader's function, for streams that have logs among other things. */
int load_log_line(struct load *l, struct str line, struct err *e);

/* load_settle.c: on the database, once the rows are in it. */
int load_settle(sqlite3 *db, const struct load *l, struct err *e);

/* The name of a bundle among several: its file's name without folder and endings; caller frees. */
char *load_bundle_name(const char *path);
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
