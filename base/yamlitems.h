/* yamlitems: what jsonitems (jsonscan.h) is for JSON: the elements of a YAML stream of any size, one at a time, as JSON.
 *
 * A document is a list (a top-level "items" with a sequence), a sequence, or one value; a stream has one or more, parted by
 * "---". Memory holds one element, and the frame of a list up to 64 KiB. Elements are found by their indentation: text that
 * is indented less than YAML asks for (which some readers let pass inside of quotes) is reported as a bad element. */
#ifndef SICKBAY_BASE_YAMLITEMS_H
#define SICKBAY_BASE_YAMLITEMS_H
#include "base/jsonscan.h"

struct yamlitems {
	/* Set by the caller. item gets each element; what it returns besides 0 ends the stream. */
	int (*item)(void *arg, const struct jsonitem *it, struct err *e);
	/* An element that is not YAML, on that line; may be NULL. */
	int (*bad)(void *arg, int64_t line, const char *why, struct err *e);
	/* A document is over: shape, kind, api_version and count are its own; may be NULL. */
	int (*document)(void *arg, struct err *e);
	void *arg;
	size_t max_item;  /* bytes of YAML; a larger element is reported with too_big and no json */
	/* results, of the current document */
	enum jsonitems_shape shape;
	char kind[64], api_version[64]; /* of the list; "" while it is not known: kubectl writes it behind the items */
	int64_t count;    /* elements seen */
	bool broken;      /* the document ended within its items; the last of them is bad */
	int64_t line;     /* lines of the stream so far */
	int64_t documents;
	/* private */
	struct buf carry, frame, cur, json;
	int64_t cur_line, frame_line;
	long indent;      /* of the dashes of the items */
	int state;
	bool cut, frame_cut, begun;
};
void yamlitems_init(struct yamlitems *s, void *arg);
void yamlitems_release(struct yamlitems *s);
int yamlitems_feed(struct yamlitems *s, const void *p, size_t n, struct err *e);
/* At the end of the stream: gives out the last element and document. */
int yamlitems_finish(struct yamlitems *s, struct err *e);

#endif
