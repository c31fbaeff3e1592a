/* known_hosts files: read, and asked for hosts. */
#include "tests/fuzz/fuzz.h"

#include "collect/knownhosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static LIBSSH2_SESSION *session;
	char path[32], types[64], small[12];

	if (!session) {
		MUST(libssh2_init(0) == 0);
		session = libssh2_session_init();
		MUST(session);
	}
	CLEAN(clean_fd) int fd = fuzz_file(data, size, path);

	(void)fd;
	const char *const files[] = {path, "/nonexistent/known_hosts", NULL};
	struct knownhosts *k = knownhosts_new(session, files);
	static const char *const hosts[] = {"10.77.0.11", "node1", "fe80::1", "[node1]"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		for (int port = 22; port <= 2222; port += 2200) {
			bool any = knownhosts_types(k, hosts[i], port, types, sizeof(types));
			MUST(any == (types[0] != '\0') && strlen(types) < sizeof(types));
			knownhosts_types(k, hosts[i], port, small, sizeof(small));
			MUST(strlen(small) < sizeof(small));
		}
	MUST(knownhosts_check(k, session, "node1", 22) == KNOWNHOSTS_UNKNOWN);
	(void)knownhosts_has_more(k);
	knownhosts_free(k);
	return 0;
}
