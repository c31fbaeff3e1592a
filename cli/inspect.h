/* inspect: what is in a bundle, for `sickbay inspect`. */
#ifndef SICKBAY_CLI_INSPECT_H
#define SICKBAY_CLI_INSPECT_H
#include "bundles/capture.h"
#include "bundles/reader.h"

/* A file of the archive, a record of the manifest, or both. */
struct inspect_item {
	char *path;
	bool file, record;
	bool cut;              /* the archive breaks off inside it */
	int64_t size;
	char sha256[65];       /* of the bytes that are there; "" unless asked for */
	enum capture_state state;
	bool truncated;
	char recorded_sha256[65];
	int64_t recorded_size;
	char *error;
};

struct inspect_list {
	struct inspect_item *items; /* sorted by path once read */
	size_t n, size;
	cJSON *head;           /* bundle.json, NULL when there is none */
	bool manifest;         /* there is one, read to its end */
	char finished[32];
	int64_t files, bytes;
	int64_t by_state[4], truncated, redactions; /* from the manifest */
	struct buf problems;   /* lines about entries that were refused and records that make no sense */
	char *damage;          /* NULL for a whole archive */
	char top[256];
};

/* Reads the whole bundle once. hash: compute every file's sha256. */
int inspect_read(struct bundle *b, bool hash, struct inspect_list *l, struct err *e);
void inspect_release(struct inspect_list *l);
/* The item of this path, or NULL. */
const struct inspect_item *inspect_find(const struct inspect_list *l, const char *path);
/* Reads manifest.json as it comes, in pieces of any size; every record becomes an item. */
struct inspect_manifest {
	struct inspect_list *list;
	struct buf line;
	bool skipping; /* a line that is too long */
	bool end;      /* the closing line was seen */
};
int inspect_manifest_feed(struct inspect_manifest *m, const char *p, size_t n, struct err *e);
/* inspect_foreign.c: prints what a bundle is that is not ours: kind, version, time, and what it lacks. Loads it for that. */
void inspect_foreign(const char *path);
/* Appends up to `max` names that resemble path: ", " between them; "" when none does. */
void inspect_suggest(const struct inspect_list *l, const char *path, int max, struct buf *out);

#endif
