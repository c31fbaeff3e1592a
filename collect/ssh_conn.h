/* ssh_conn: one libssh2 connection; for ssh_libssh2.c and ssh_login.c. */
#ifndef SICKBAY_COLLECT_SSH_CONN_H
#define SICKBAY_COLLECT_SSH_CONN_H
#include "collect/transport.h"
#include <libssh2.h>

struct conn {
	struct transport base;
	const struct ssh_target *t;
	int fd;
	LIBSSH2_SESSION *s; /* NULL: not connected */
	bool up;            /* logged in: before that a keepalive would break the key exchange */
	int64_t io_deadline; /* clock_mono(): after it, or when the user stops, nothing more is received; 0: none */
	int64_t received;    /* bytes of this connection */
	const char *typed;  /* password for a keyboard-interactive login that is going on, or NULL */
};
/* Waits until the socket is ready for what libssh2 wants. 0: try again. */
int conn_wait(struct conn *c, int64_t deadline, struct err *e);
/* libssh2's last complaint as an error of ours. */
int conn_fail(struct conn *c, struct err *e, int code, const char *what);
/* Logs in by agent, keys and passwords. *final: no other program would get further. ERR_DENIED says what was tried. */
int conn_login(struct conn *c, int64_t deadline, bool *final, struct err *e);

#endif
