/* redact_internal: the rules as loaded, and what works with them; for collect/redact*.c only. */
#ifndef SICKBAY_COLLECT_REDACT_INTERNAL_H
#define SICKBAY_COLLECT_REDACT_INTERNAL_H
#include "base/mem.h"
#include "base/regex.h"
#include "base/wordset.h"
#include "collect/placeholder.h"
#include "collect/redact.h"

/* Longest line that is looked at in one piece. */
#define REDACT_LINE_MAX ((size_t)1 << 20)

enum { REDACT_GROUPS = 16 };
/* Owners of hints beyond the rules': lines on which the line reader itself has to look. */
enum {
	REDACT_HINT_NAME = WORDSET_OWNERS - 4,
	REDACT_HINT_DATA,
	REDACT_HINT_KIND,
	REDACT_HINT_ASSIGN,
	REDACT_RULES_MAX = REDACT_HINT_NAME
};

/* Words of the rules, whose texts lie in the document. */
struct redact_list {
	struct str *v;
	int n;
	/* Sorted by their last characters: those that end with c are v[first[c]] to v[first[c + 1] - 1]. */
	short first[257];
};
bool redact_in_list(const struct redact_list *l, struct str s);

struct redact_rule {
	const char *id;
	struct regex *re;     /* pattern, or a block's begin */
	struct regex *end;    /* a block's end, else NULL */
	struct regex *inside; /* a line of a block */
	int lines;            /* of a block at most */
	int secret;           /* index of the group that is replaced, -1: the whole match */
};
struct redact {
	struct redact_rule *rules; /* blocks first */
	int n_rules, n_blocks;
	struct wordset *hints;     /* rule i is tried where one of its hints stands */
	uint64_t always[WORDSET_OWNERS / 64]; /* rules without hints */
	struct placeholders *placeholders;
	/* of names and values */
	struct redact_list ends, contains, not_ends, weak, exact, whole, keys, fields, fields_only, not_within, not_variables, keys_below, values_beside, values_below, errors, methods, announce, files, sources, packed_fields, saying, variables, in_variables, documents, roots, prose, shallow, about;
	struct redact_list annotations_json, secret_types, configmap_keys;
	cJSON *doc; /* owns the texts */
};

/* The words of one command, of which each stands in a place of its own: an item of a list, a line of `kubectl describe`. */
struct redact_args {
	const struct redact *r;
	struct buf before; /* the words so far */
};
void redact_args_init(struct redact_args *a, const struct redact *r);
void redact_args_release(struct redact_args *a);
/* Takes the next word; when the words before it make it a credential, or it is one itself, appends what is left of it to
 * out, adds to *count and returns true. */
bool redact_args_take(struct redact_args *a, struct str word, int64_t *count, struct buf *out);

/* What a name tells of its value. */
enum redact_level {
	REDACT_NOTHING,
	REDACT_MAYBE, /* a variable named so often holds a credential: X_KEY */
	REDACT_WEAK,  /* a credential, or the name of what holds one */
	REDACT_STRONG
};
/* What follows a line that named a credential. */
enum redact_next {
	REDACT_NEXT_NONE,
	REDACT_NEXT_VALUE,   /* `value: Y` behind `name: X` */
	REDACT_NEXT_BELOW,   /* a text, deeper; or the line of dashes of `kubectl describe` */
	REDACT_NEXT_BLOCK,   /* lines, deeper */
	REDACT_NEXT_RULED,   /* lines behind the dashes, up to an empty one */
	REDACT_NEXT_SENTENCE, /* one word */
	REDACT_NEXT_ELEMENT   /* <value>Y</value> behind <name>X</name> */
};

/* A line that a container runtime has cut into several: they wait, and with them what the other stream wrote in between, until the
 * last one is there. */
struct redact_parts {
	struct buf raw, joined;  /* the lines as they came; the first with the text of all */
	size_t n, tail;          /* how many wait; length of what follows the text in the first */
	char source[8];          /* stdout or stderr */
};

/* What the lines before mean for the next one. */
struct redact_lines {
	const struct redact *r;
	int64_t count; /* values replaced */
	const struct redact_rule *block; /* a block that is open: its lines are swallowed; NULL: none */
	int block_lines;
	bool block_newline;
	struct buf value;  /* what a block, or the text of a Secret's key, has held so far */
	struct buf value_tail; /* what a log put behind the line on which that text begins */
	int value_indent;  /* lines deeper than this belong to a Secret's key; -1: none is open */
	enum redact_next next;         /* what a line before said of this one */
	int next_indent;               /* how far its name was indented */
	int next_blanks;               /* empty lines since */
	enum redact_level next_level;  /* what its name told */
	struct buf value_line;         /* `value: Y` in front of its name */
	bool value_out;                /* it is given out */
	bool described;                /* `Data` and `====` of `kubectl describe configmap` were seen */
	int secret_indent; /* where `kind: Secret` stood; -1: nowhere */
	bool data_base64;
	int data_indent;   /* in the data of a Secret: where `data:` stood; -1: not in one */
	int held_indent;   /* where the `data:` stood that waits for its `kind:`; -1: nothing waits */
	struct buf held;
	struct buf a, b;   /* the line between two rules */
	struct buf run;    /* lines that may be those of a key without its first */
	int run_lines, torn; /* how many; lines after a key whose end was not seen in which its rest may follow */
	bool structured;   /* the text is YAML that has been looked at by its structure: only comments hold assignments */
	size_t run_at;     /* in which column the key's text stands */
	bool run_first, run_ended, run_torn, run_out; /* run: from the first line on; its short line was seen; after a torn key; is given out */
	bool first, stream;                           /* no line was taken yet; the text is a file's */
	struct redact_args args;
	int args_indent;   /* where `Command:` or `Args:` stood, whose words follow on lines of their own; -1: not in one */
	int embedded;      /* in how many documents the text lies as a string */
	bool settings;     /* the text is a configuration file */
	struct redact_parts parts;
};
void redact_lines_init(struct redact_lines *l, const struct redact *r);
void redact_lines_release(struct redact_lines *l);
/* One line without its newline (newline false: a piece of a longer one, or the last): appends what is left of it. */
void redact_lines_take(struct redact_lines *l, struct str line, bool newline, struct buf *out);
/* Gives out what waits. */
void redact_lines_end(struct redact_lines *l, struct buf *out);
/* Lines of words below `Command:` of `kubectl describe` and `args:` of YAML; true when the line was a word that was redacted. */
bool redact_args_line(struct redact_lines *l, struct str line, bool newline, struct buf *out);
/* A line that may belong to a key whose beginning was not seen; true when it was dealt with. */
bool redact_key_line(struct redact_lines *l, struct str line, bool newline, struct buf *out);
void redact_key_end(struct redact_lines *l, struct buf *out);
/* Gives out what waits, which was no key. */
void redact_key_give(struct redact_lines *l, struct buf *out);
/* A key ended without its last line: the rest of it may follow. */
void redact_key_torn(struct redact_lines *l);
/* Where to cut a line that is too long to be held: not within an assignment, as far as can be told. */
size_t redact_cut_at(struct str line);
/* Of what follows the cut: how many bytes belong to a value that ended with the piece before it. */
size_t redact_rest_of_value(struct str rest);
/* A part of a line that was cut; true when it waits for the others. False: what waited was given out, and the line is whole. */
bool redact_parts_line(struct redact_lines *l, struct str line, bool newline, struct buf *out);
void redact_parts_end(struct redact_lines *l, struct buf *out);
void redact_parts_init(struct redact_parts *p);
void redact_parts_release(struct redact_parts *p);
/* A line without what a log put around it: CRI's "2026-11-25T10:00:00.1Z stdout F ", Docker's JSON, journald's host and unit, klog's head. A
 * view into the line. */
struct str redact_log_text(struct str line);
/* `key: value`, alone on its line; views into it. */
struct redact_pair {
	int indent;            /* blanks in front of the key, what a log put there apart; the dash of an item is counted */
	bool item;             /* the key is the first of an item */
	struct str key, value; /* key empty: the line is no pair; value without its quotes and the comma that JSON puts behind it */
	bool quoted;
};
struct redact_pair redact_pair_of(struct str line);
/* Sets the value from [p, end); where the text of a line ends, without the comma and blanks. For keys that are none of the usual. */
void redact_pair_value(struct redact_pair *k, const char *p, const char *end);
const char *redact_pair_end(struct str text);
/* The length of a time in front, with its blank; 0 when there is none. */
size_t redact_log_time(struct str line);
/* A line with the JSON in it redacted by its structure. False: nothing was, and nothing was appended. */
bool redact_inline_json(struct redact_lines *l, struct str line, struct buf *out);
/* A line `value: Y` that waits for its name on the next; true when it does. Gives out the one that waited. */
bool redact_next_hold(struct redact_lines *l, struct str line, bool newline, struct buf *out);
void redact_next_end(struct redact_lines *l, struct buf *out);
/* A line that holds a credential because of what a line before said; true when it was dealt with. */
bool redact_next_line(struct redact_lines *l, const uint64_t *found, struct str line, bool newline, struct buf *out);
bool redact_has(const uint64_t *found, int owner);
/* One line, whole. */
void redact_lines_whole(struct redact_lines *l, struct str line, bool newline, struct buf *out);
/* The patterns alone, on one line. found: the hints that stand in it. */
void redact_patterns(struct redact_lines *l, const uint64_t *found, struct str line, struct buf *out);
/* The lines of a Secret written out in YAML or JSON; true when the line was dealt with. */
bool redact_secret_line(struct redact_lines *l, const uint64_t *found, struct str line, bool newline, struct buf *out);
void redact_secret_end(struct redact_lines *l, struct buf *out);

/* Whether a name is one that only tells about a credential: passwordPolicy, secretName. */
bool redact_only_tells(const struct redact *r, struct str name);
struct redact_says;
/* token = get_token("admin"), id = ids[user], args.password: a place of a program where a value comes from. A password may be written so,
 * too: behind a name that is one beyond doubt more is asked of it. settings: the text is a configuration file. */
bool redact_is_code(const struct redact *r, const struct redact_says *says, bool settings, struct str v);
/* Values that tell nothing: an empty one, a switch, a reference to another variable, a mask, what was replaced before. */
bool redact_is_innocent(struct str v);
/* The path of a file: it begins with a folder that the rules list under `roots`. Any other value that begins with '/' may be
 * a credential in base64. */
bool redact_is_path(const struct redact *r, struct str v);
/* Whether a value is written as names of objects are: small letters, digits, '-'. letters_do: one word without digits is
 * enough, else it needs a '-' or '/'. */
bool redact_is_reference(struct str v, bool letters_do);
/* `passwd: files systemd` of nsswitch.conf names where users are looked up. */
bool redact_is_lookup(struct str v);
/* Whether the value of a name that only may announce a credential looks like one: no number, address or object's name. */
bool redact_may_be(struct str v);
/* PWD=/root: the working directory. */
bool redact_is_directory(struct str name, struct str value);
/* How somebody authenticates, instead of with what. */
bool redact_is_method(const struct redact *r, struct str v);
/* A word that follows a name in sentences ("--token is required"). */
bool redact_is_prose(const struct redact *r, struct str v);

struct redact_says {
	enum redact_level level;
	const char *kind;    /* of the placeholder; NULL for REDACT_NOTHING */
	bool variable, bare; /* written as an environment variable; without any other word */
	bool keyed;          /* one of `keys` */
};
/* Whether a value is the name of what holds a credential, going by both; letters_do as of redact_is_reference. */
bool redact_names_object(const struct redact_says *says, struct str v, bool letters_do);
struct redact_says redact_says(const struct redact *r, struct str name);
/* Whether a field of this name holds a credential, going by its value, too: a bare `secret` or `token` may only name the
 * object that has one. config: in a file of an application, where such names are rarer. */
bool redact_field(const struct redact *r, const char *name, struct str value, bool config);
/* Appends a line to out with the values of its assignments redacted, whatever the syntax: NAME=value, name: value,
 * "name": "value", --name value, {name: X, value: Y}.
 * False: there are none, and nothing was appended. from: where to
 * begin to look; settings: the text is a configuration file. */
bool redact_assignments(const struct redact *r, struct str line, size_t from, bool settings, int64_t *count, struct buf *out);

/* redact_text; embedded: in how many strings of documents the text lies; settings: it is a configuration file. */
int redact_text_at(const struct redact *r, struct str in, int embedded, bool settings, struct buf *out, int64_t *count, struct err *e);
/* A line of a configuration file with its value redacted. False: nothing was, and nothing was appended. */
bool redact_setting(const struct redact *r, struct str line, int64_t *count, struct buf *out);
/* process.env.X || "y", os.environ.get("X", "y"): where a value comes from; what it is otherwise stands in it. */
bool redact_is_source(const struct redact *r, struct str v);
/* Redacts the tree of a document in place. kind as in redact_object; embedded: in how many strings the document lies. */
void redact_tree_at(const struct redact *r, cJSON *v, const char *kind, int64_t *count, int embedded);
/* Writes the JSON text of a document again, with the strings that a tree made from it now has; everything else stays
 * byte for byte. */
int redact_json_rewrite(struct str text, const cJSON *v, struct buf *out, struct err *e);
/* Appends a YAML text, redacted by its structure; comments are not looked at. -ERR_FORMAT when it is none, or nothing
 * but one scalar, with out as it was. */
int redact_yaml_at(const struct redact *r, struct str text, struct buf *out, int64_t *count, int embedded);
/* Appends the plain bytes; false when v is none. */
bool redact_decode_base64(struct str v, struct buf *out);
bool redact_decode_percent(struct str v, struct buf *out);
/* Whether a value by its look alone is a credential: long, without words, letters of both cases and digits mixed. */
bool redact_shape(struct str v);

#endif
