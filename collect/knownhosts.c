#include "collect/knownhosts.h"
#include "base/mem.h"
#include <ctype.h>

struct knownhosts {
	LIBSSH2_KNOWNHOSTS *kh;
	bool more;
};

/* False for a hashed name whose hash is not 20 bytes in base64: libssh2 1.10 leaks whenever it compares with such a one. */
static bool hash_is_whole(const char *line, size_t n)
{
	const char *end = line + n, *hash = n > 3 ? memchr(line + 3, '|', n - 3) : NULL;
	int k = 0;

	if (n < 3 || memcmp(line, "|1|", 3) != 0)
		return true;
	while (hash && hash + 1 + k < end && (isalnum((unsigned char)hash[1 + k]) || hash[1 + k] == '+' || hash[1 + k] == '/'))
		k++;
	return hash && k == 27 && end - hash > 29 && hash[28] == '=' && isspace((unsigned char)hash[29]);
}

static void read_line(struct knownhosts *k, const char *line, size_t n)
{
	while (n && isspace((unsigned char)*line)) {
		line++;
		n--;
	}
	if (!n || *line == '#' || !hash_is_whole(line, n))
		return;
	if (*line == '@') {
		k->more = true;
		return;
	}
	for (size_t i = 0; i < n && !isspace((unsigned char)line[i]); i++)
		if (line[i] == '*' || line[i] == '?' || line[i] == '!')
			k->more = true;
	libssh2_knownhost_readline(k->kh, line, n, LIBSSH2_KNOWNHOST_FILE_OPENSSH);
}

struct knownhosts *knownhosts_new(LIBSSH2_SESSION *s, const char *const *files)
{
	struct knownhosts *k = xcalloc(1, sizeof(*k));

	k->kh = libssh2_knownhost_init(s);
	for (int i = 0; k->kh && files[i]; i++) {
		FILE *f = fopen(files[i], "re");
		char *line = NULL;
		size_t size = 0;
		ssize_t n;

		if (!f)
			continue;
		while ((n = getline(&line, &size, f)) > 0)
			read_line(k, line, (size_t)n);
		free(line);
		fclose(f);
	}
	return k;
}

void knownhosts_free(struct knownhosts *k)
{
	if (!k)
		return;
	if (k->kh)
		libssh2_knownhost_free(k->kh);
	free(k);
}

bool knownhosts_has_more(const struct knownhosts *k)
{
	return k->more;
}

static const struct {
	int type, bit;
	const char *name;
} key_types[] = {
        {LIBSSH2_HOSTKEY_TYPE_ED25519, LIBSSH2_KNOWNHOST_KEY_ED25519, "ssh-ed25519"},
        {LIBSSH2_HOSTKEY_TYPE_ECDSA_256, LIBSSH2_KNOWNHOST_KEY_ECDSA_256, "ecdsa-sha2-nistp256"},
        {LIBSSH2_HOSTKEY_TYPE_ECDSA_384, LIBSSH2_KNOWNHOST_KEY_ECDSA_384, "ecdsa-sha2-nistp384"},
        {LIBSSH2_HOSTKEY_TYPE_ECDSA_521, LIBSSH2_KNOWNHOST_KEY_ECDSA_521, "ecdsa-sha2-nistp521"},
        {LIBSSH2_HOSTKEY_TYPE_RSA, LIBSSH2_KNOWNHOST_KEY_SSHRSA, "ssh-rsa"},
};

/* libssh2 cannot list the entries of a (hashed) host, but a wrong key of a type that it has is a mismatch, and of
 * another type not found. */
bool knownhosts_types(struct knownhosts *k, const char *host, int port, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; k->kh && i < ARRAY_LEN(key_types); i++) {
		int mask = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW | key_types[i].bit;

		/* An RSA host key would be checked with SHA-1: the ssh program does better. */
		if (key_types[i].type == LIBSSH2_HOSTKEY_TYPE_RSA ||
		    libssh2_knownhost_checkp(k->kh, host, port, "x", 1, mask, NULL) != LIBSSH2_KNOWNHOST_CHECK_MISMATCH)
			continue;
		n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "," : "", key_types[i].name);
		if (n >= size)
			return true;
	}
	return n > 0;
}

enum knownhosts_verdict knownhosts_check(struct knownhosts *k, LIBSSH2_SESSION *s, const char *host, int port)
{
	size_t len = 0;
	int type = 0, mask = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW;
	const char *key = libssh2_session_hostkey(s, &len, &type);

	if (!key || !k->kh)
		return KNOWNHOSTS_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(key_types); i++)
		if (key_types[i].type == type)
			mask |= key_types[i].bit;
	switch (libssh2_knownhost_checkp(k->kh, host, port, key, len, mask, NULL)) {
	case LIBSSH2_KNOWNHOST_CHECK_MATCH:
		return KNOWNHOSTS_MATCH;
	case LIBSSH2_KNOWNHOST_CHECK_MISMATCH:
		return KNOWNHOSTS_CHANGED;
	default:
		return KNOWNHOSTS_UNKNOWN;
	}
}
