#include <archive.h>
#include <cjson/cJSON.h>
#include <libssh2.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <yaml.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "cli/cli.h"

static int run(const struct cli_args *a, struct err *e)
{
	char pcre[64] = "";

	(void)a;
	(void)e;
	pcre2_config(PCRE2_CONFIG_VERSION, pcre);
	printf("sickbay " SICKBAY_VERSION "\n\n");
	printf("%s\n", archive_version_details());
	printf("cJSON %s\n", cJSON_Version());
	printf("libssh2 %s\n", libssh2_version(0));
	printf("libyaml %s\n", yaml_get_version_string());
	printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
	printf("PCRE2 %s\n", pcre);
	printf("SQLite %s\n", sqlite3_libversion());
	return EXIT_DONE;
}

static const struct cli_option options[] = {{0}};

const struct cli_command cmd_version = {
	.name = "version",
	.summary = "show the version, and those of the libraries",
	.synopsis = "",
	.about = "Shows the version of sickbay and of every library that it runs with.",
	.options = options,
	.run = run,
};
