/* jsonscan: JSON of any size, one pass, nothing held but the piece asked for.
 *
 * `struct jsonitems` cuts the elements of the top-level "items" array (or of a top-level array, or one whole object) out
 * of a byte stream that arrives in pieces, whatever their size, and knows the line each begins on. `struct jsonpaths`
 * finds many paths in one value in a single pass. Neither parses numbers or copies strings it is not asked for. */
#ifndef SICKBAY_BASE_JSONSCAN_H
#define SICKBAY_BASE_JSONSCAN_H
#include "base/buf.h"
#include <stdint.h>

enum jsonitems_shape { JSONITEMS_UNKNOWN, JSONITEMS_LIST, JSONITEMS_ARRAY, JSONITEMS_SINGLE };
struct jsonitem {
	struct str json; /* the element's bytes, valid during the callback */
	int64_t index;   /* 0-based position in the list */
	int64_t line;    /* 1-based line of the file on which it begins */
	bool too_big;    /* over the cap: json holds only its first bytes */
};
struct jsonitems {
	/* set by the caller */
	int (*item)(void *arg, const struct jsonitem *it, struct err *e);
	void *arg;
	size_t max_item;  /* bytes; a larger element is reported with too_big */
	int max_depth;
	const char *list_key; /* whose array holds the elements: "items" */
	/* results */
	enum jsonitems_shape shape;
	char kind[64];        /* of the list itself ("PodList"), "" when it had none by the time it was asked */
	char api_version[64];
	char cont[2048];      /* metadata.continue of a paged list, "" when none */
	bool cont_lost;       /* there may be a next page, but its token is longer than cont, or stands where it is not read */
	char resource_version[64];
	int64_t count;        /* elements seen */
	/* private */
	struct buf cur;  /* the element (or single object) as far as it has come */
	struct buf head; /* everything of a list but its elements, up to 64 KiB */
	struct jsonpaths *head_paths;
	int64_t line, start_line;
	char key[24];
	int key_n;
	int depth, state;
	bool in_string, escape, after_colon, cut, head_cut;
};
void jsonitems_init(struct jsonitems *s, int (*item)(void *, const struct jsonitem *, struct err *), void *arg);
void jsonitems_release(struct jsonitems *s);
/* Feeds the next piece. ERR_FORMAT when this cannot be JSON (says the line); callback failures as they are. */
int jsonitems_feed(struct jsonitems *s, const void *p, size_t n, struct err *e);
/* The top-level object without the elements of its list, once the list has ended: {"kind": ..., "items": [], ...}. Empty when it
 * is no list, or longer than 64 KiB. */
struct str jsonitems_head(const struct jsonitems *s);
/* The top-level value is over; only blanks may follow. */
bool jsonitems_ended(const struct jsonitems *s);
/* Call at the end of the stream: ERR_FORMAT "cut off at line N" when a value is still open; the elements already given
 * out stay good. */
int jsonitems_finish(struct jsonitems *s, struct err *e);

/* Path syntax: .a.b ; ."key.with/dots" ; [0] ; alternatives "p1 | p2", the first that is present and not null wins. */
struct jsonpaths;
int jsonpaths_compile(const char *const *paths, int n, struct jsonpaths **out, struct err *e);
/* Path i is for jsonpaths_each: the scan passes over its value without looking into it, so that nothing is checked twice. */
void jsonpaths_defer(struct jsonpaths *p, int i);
void jsonpaths_free(struct jsonpaths *p);
/* values[i] gets the raw JSON bytes of path i (p NULL when absent): a view into json. 0, or ERR_FORMAT. Shared by
 * threads without locks. */
int jsonpaths_scan(const struct jsonpaths *p, struct str json, struct str *values, struct err *e);
/* The same for every element of an array in one pass: fn gets the element, and values as of jsonpaths_scan. Elements that are
 * no objects have no values. */
int jsonpaths_each(const struct jsonpaths *p, struct str array, struct str *values,
                   int (*fn)(void *arg, struct str element, struct err *e), void *arg, struct err *e);
/* Calls fn for each element of a JSON array; the first failure of fn ends it and is returned. */
int json_each_element(struct str array, int (*fn)(void *arg, struct str element, struct err *e), void *arg, struct err *e);
/* Calls fn for each member of a JSON object; key is the token with its quotes. */
int json_each_member(struct str object, int (*fn)(void *arg, struct str key, struct str value, struct err *e), void *arg,
                     struct err *e);
/* Moves over the object or array at p by its brackets alone, at several times the speed of a check; NULL when it does not end. */
const char *json_skip_nested(const char *p, const char *end);
/* Decodes a JSON string token (with its quotes) and appends it as UTF-8; \u0000 and lone surrogates become U+FFFD.
 * Other tokens are appended as they are; null appends nothing. */
int json_decode(struct str token, struct buf *out, struct err *e);

#endif
