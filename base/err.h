/* err: one error, in words, owned by the caller.
 *
 * Functions that can fail take `struct err *e` last and return 0 (or a count) on success, a negative code on failure.
 * The deepest function sets the message, each caller that knows more adds its context in front, main prints it once:
 * "b.tar.zst: pods.json: item 41: bad JSON". Never allocates; messages longer than the buffer are cut. */
#ifndef SICKBAY_BASE_ERR_H
#define SICKBAY_BASE_ERR_H

enum err_code {
	ERR_NONE = 0,
	ERR_USAGE,    /* the command line or an option's value is wrong */
	ERR_IO,       /* the operating system said no: disk, pipe, file */
	ERR_FORMAT,   /* input is not what it should be */
	ERR_LIMIT,    /* input is larger than a cap allows */
	ERR_ABSENT,   /* the thing asked for does not exist */
	ERR_TIMEOUT,  /* a deadline passed */
	ERR_DENIED,   /* authentication or permission */
	ERR_NETWORK,  /* the other side cannot be reached or hung up */
	ERR_CANCELED, /* the user asked to stop */
	ERR_INTERNAL  /* our own mistake */
};

struct err {
	int code; /* enum err_code */
	char msg[480];
};

/* Sets code and message; returns -code. e may be NULL (the message is dropped). */
__attribute__((format(printf, 3, 4))) int err_set(struct err *e, int code, const char *fmt, ...);
/* Like err_set with ERR_IO, and ": " strerror(errno) behind. Preserves errno. */
__attribute__((format(printf, 2, 3))) int err_errno(struct err *e, const char *fmt, ...);
/* Puts "fmt: " in front of the message that is there; returns -e->code. */
__attribute__((format(printf, 2, 3))) int err_wrap(struct err *e, const char *fmt, ...);

#endif
