/* redact_internal: the rules as loaded; for redact.c, redact_rules.c and redact_json.c only. */
#ifndef SICKBAY_COLLECT_REDACT_INTERNAL_H
#define SICKBAY_COLLECT_REDACT_INTERNAL_H
#include "base/regex.h"
#include "collect/redact.h"

enum { REDACT_GROUPS = 16 };
struct redact_hint {
	char *text; /* lower case */
	size_t n;
};
struct redact_rule {
	const char *id;
	struct redact_hint *hints; /* one of them must occur; none: always tried */
	int n_hints;
	struct regex *re;     /* pattern, or a block's begin */
	struct regex *end;    /* a block's end, else NULL */
	struct regex *inside; /* a line of a block */
	int lines;            /* of a block at most */
	int secret;           /* index of the group that is replaced, -1: the whole match */
};
struct redact {
	struct redact_rule *rules; /* blocks first */
	int n_rules, n_blocks;
	const cJSON *ends, *contains, *not_ends, *fields, *annotations_json;
	cJSON *doc;      /* owns the texts */
	bool first[256]; /* bytes with which some hint begins, either case: a line without any is clean */
};

/* What the lines before mean for the next one. */
struct redact_block {
	const struct redact_rule *rule; /* a block that is open: its lines are swallowed; NULL: none */
	int lines;
	bool value_next; /* the line before named an environment variable that holds a credential */
};
/* Values that tell nothing: an empty one, a switch, a reference to another variable, what was replaced before. */
bool redact_is_innocent(struct str v);
/* One line without newline: appends it redacted. Returns false when the whole line is swallowed by a block. */
bool redact_line(const struct redact *r, struct redact_block *block, struct str line, struct buf *out, int64_t *count);

#endif
