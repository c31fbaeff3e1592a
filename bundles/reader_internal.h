/* reader_internal: what the parts of the reader share.
 *
 *   reader.c          the interface: one file after the other, limits, problems, archives inside of archives
 *   reader_archive.c  from bytes to the entries of one archive
 *   reader_folder.c   the files of a folder
 *   reader_names.c    names that can be trusted, each once */
#ifndef SICKBAY_BUNDLES_READER_INTERNAL_H
#define SICKBAY_BUNDLES_READER_INTERNAL_H
#include "bundles/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

enum {
	READER_PIECE = 65536,
	READER_MAX_PATH = 4096,
	READER_MAX_NESTED = 3, /* archives in archives */
	READER_MAX_EARLY = 200 /* problems kept until somebody listens */
};

struct problem {
	char *path, *reason;
};
struct folder;

/* Two archives in a row: `packed` undoes the compression, `tar` reads what comes out (tar or zip). Standing between them we see
 * every unpacked byte: for the limits, to tell an archive that ends from one that breaks off, and to say what a file is that
 * is no archive. Bytes come from a file, or from the current entry of the archive around it. */
struct bundle {
	int fd;
	struct bundle *parent, *child, *root; /* root: itself for the outermost */
	int depth;
	bool nested;                  /* of the root: archives inside are opened, too */
	struct folder *folder;        /* instead of an archive */
	bool single, zip;             /* no archive, but one file that was packed; a zip archive */
	char *prefix;                 /* of the paths of an archive inside another: the path of that */
	char *name;                   /* path of a file that is no archive */
	locale_t utf8;                /* libarchive converts names by the thread's locale */
	struct bundle_limits limits;
	struct archive *packed, *tar;
	char piece[READER_PIECE];
	int64_t packed_bytes, total;  /* read from the file; unpacked; both of the root alone */
	bool file_ended, stream_ended; /* the file's last byte was read; tar asked for more than there is */
	int io_errno;
	struct err limit;             /* code set once a limit was passed; of the root */
	char unpack_error[200];       /* why the compression could not be undone */
	const void *ahead, *peek;     /* bytes that were looked at and not given out yet: unpacked ones; of the current entry */
	size_t ahead_n, peek_n;
	char head[512];               /* the first unpacked bytes */
	size_t head_n;
	char first[16];               /* the first bytes of the file */
	size_t first_n;
	/* entries */
	char *top, *lost_top;
	bool top_known, top_sure, primed, ended, in_entry;
	int64_t entries;              /* of the root */
	char path[READER_MAX_PATH + 1]; /* of the current entry, with the top folder; "" before the first */
	char *shown;                  /* what the caller sees of it */
	int64_t size, got, mtime;     /* size -1: not known before its end */
	/* a hole of a sparse file is given out as zeros before the block behind it */
	const char *block;
	size_t block_n;
	int64_t hole;
	uint64_t *seen;               /* open-addressed set of path hashes; 0 is free */
	size_t nseen, size_seen;
	char *damage;
	void (*on_problem)(void *arg, const char *path, const char *reason);
	void *on_problem_arg;
	struct problem *early;
	size_t nearly;
};

/* reader.c */
void reader_report(struct bundle *b, const char *path, const char *reason);
/* The same for a path that has not its prefix yet. */
void reader_refuse(struct bundle *b, const char *path, const char *reason);
/* More of the current entry. */
int64_t reader_entry_read(struct bundle *b, const void **p, struct err *e);
bool reader_over_limit(struct bundle *b, int64_t more);
/* The first damage is the one to tell of. */
void reader_set_damage(struct bundle *b, const char *why);
/* The archive cannot be read on: 0 when that is damage, else the error. */
int reader_broken(struct bundle *b, struct err *e);
/* Takes path (cleaned) as the current entry's. */
void reader_take_path(struct bundle *b, const char *path);

/* reader_archive.c */
int reader_archive_open(struct bundle *b, struct err *e);
/* Moves to the next file: 1, 0 at the end, negative error. */
int reader_archive_next(struct bundle *b, struct err *e);
int64_t reader_archive_read(struct bundle *b, const void **p, struct err *e);
int reader_say_not_a_bundle(struct bundle *b, struct err *e);
/* Does this begin like compressed data, a tar or a zip? */
bool reader_is_packed(const char *p, size_t n);

/* reader_folder.c: fd is taken over. */
struct folder *folder_new(int fd);
void folder_free(struct folder *f);
int reader_folder_next(struct bundle *b, struct err *e);
int64_t reader_folder_read(struct bundle *b, const void **p, struct err *e);
/* The only folder at the top of a folder that has nothing else, or NULL. */
const char *folder_only(const struct folder *f);

/* reader_names.c */
/* A name from the archive in a form that can be shown and stored. Caller frees. */
char *reader_shown_name(const char *path);
/* Takes a slot for the path; false when it had one. */
bool reader_first_time(struct bundle *b, const char *path);
/* Writes the path without "." and empty segments; NULL, or why it is refused. */
const char *reader_clean_path(const char *raw, char out[READER_MAX_PATH + 1]);

#endif
