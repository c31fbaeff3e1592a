/* redact: a bundle without credentials, and without names. */
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/anonymize.h"
#include "cli/cli.h"
#include "collect/rewrite.h"
#include <string.h>
#include <unistd.h>

char *cli_map_path(const struct cli_args *a, const char *bundle)
{
	static const char *const endings[] = {".tar.zst", ".tar.gz", ".tgz", ".tar"};
	const char *given = cli_value(a, "anonymize-map");
	size_t n = strlen(bundle);

	if (given)
		return xstrdup(given);
	if (!strcmp(bundle, "-"))
		return xstrdup("sickbay-map.json");
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t k = strlen(endings[i]);

		if (n > k && !strcmp(bundle + n - k, endings[i])) {
			n -= k;
			break;
		}
	}
	return xasprintf("%.*s-map.json", (int)n, bundle);
}

int cli_map_check(const struct cli_args *a, const char *bundle, struct err *e)
{
	CLEAN(clean_anonymizer) struct anonymizer *old = NULL;
	CLEAN(clean_free) char *map = cli_map_path(a, bundle), *folder = xstrdup(map);
	char *slash = strrchr(folder, '/');
	int rc;

	if (access(map, F_OK) == 0 && (rc = anonymizer_new(map, &old, e)) < 0)
		return rc;
	if (slash)
		slash[slash == folder] = '\0';
	/* It is written beside itself and then renamed. */
	if (access(slash ? folder : ".", W_OK | X_OK) != 0)
		return err_errno(e, "%s: the map cannot be written there", map);
	return 0;
}

int cli_rewrite(const struct cli_args *a, const char *in, const char *out, FILE *say, struct err *e)
{
	CLEAN(clean_anonymizer) struct anonymizer *anonymizer = NULL;
	CLEAN(clean_free) char *map = cli_map_path(a, out), *names = NULL;
	struct rewrite_opts o = {.in = in, .out = out, .force = cli_given(a, "force")};
	struct rewrite_result r;
	char size[16], packed[16];
	int rc;

	if (cli_given(a, "anonymize") && (rc = cli_map_check(a, out, e)) < 0)
		return rc;
	if (cli_given(a, "anonymize") && (rc = anonymizer_new(access(map, F_OK) == 0 ? map : NULL, &anonymizer, e)) < 0)
		return rc;
	o.anonymizer = anonymizer;
	if ((rc = bundle_rewrite(&o, &r, e)) < 0)
		return rc;
	/* Without its map an anonymized bundle cannot be read by those who sent it. */
	if (anonymizer && !r.was_anonymous && (rc = anonymizer_save(anonymizer, map, e)) < 0)
		return rc;
	fprintf(say, "%s\n", out);
	fprintf(say, "  %s, %s unpacked, %lld files; %lld values redacted\n", file_format_size(r.size, packed),
	        file_format_size(r.counts.bytes, size), (long long)r.files, (long long)r.counts.redactions);
	if (r.counts.redacted.n)
		fputs("  ", say);
	for (int i = 0; i < r.counts.redacted.n; i++)
		fprintf(say, "%s%lld %s", i ? ", " : "", (long long)r.counts.redacted.of[i].count, r.counts.redacted.of[i].kind);
	if (r.counts.redacted.n)
		fputc('\n', say);
	if (r.was_anonymous)
		fputs("  its names had been mapped before; they are left as they are\n", say);
	else if (anonymizer)
		fprintf(say, "  %s mapped; the map is %s: keep it, and do not send it along\n", names = anonymizer_summary(anonymizer), map);
	if (r.damage[0]) {
		fputs("  not whole: ", say);
		term_print_safe(say, r.damage, strlen(r.damage), false);
		fputc('\n', say);
		return 1;
	}
	return 0;
}

static int run_redact(const struct cli_args *a, struct err *e)
{
	const char *out = cli_value(a, "output");

	if (!out) {
		err_set(e, ERR_USAGE, "-o: where to? sickbay redact BUNDLE -o OUT");
		return EXIT_USAGE;
	}
	if (cli_given(a, "anonymize-map") && !cli_given(a, "anonymize")) {
		err_set(e, ERR_USAGE, "--anonymize-map: only with --anonymize");
		return EXIT_USAGE;
	}
	int rc = cli_rewrite(a, cli_arg(a, 0), out, strcmp(out, "-") == 0 ? stderr : stdout, e);
	if (rc < 0)
		return rc == -ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
	return rc ? EXIT_PARTIAL : EXIT_DONE;
}

static const struct cli_option options[] = {
	{.name = "output", .letter = 'o', .value = "OUT", .help = "the new bundle: .tar.zst, .tar.gz, .tar, or -"},
	{.name = "force", .help = "overwrite OUT"},
	{.name = "anonymize", .help = "map names of machines, addresses and domains"},
	{.name = "anonymize-map", .value = "FILE", .help = "where the map is, or goes; default: OUT-map.json"},
	{.name = NULL},
};

const struct cli_command cmd_redact = {
	.name = "redact",
	.summary = "take credentials and names out of a bundle",
	.synopsis = "BUNDLE -o OUT [--anonymize]",
	.about = "Writes a bundle again, without credentials: what collect does while it collects,\n"
	         "for bundles of older versions or other tools. Redacting twice changes nothing.\n"
	         "--anonymize maps names, addresses (subnets stay together) and domains to others,\n"
	         "the same ones everywhere. The map is yours: it is never part of a bundle. Given\n"
	         "again, it maps later bundles alike.\n"
	         "Exit status: 0 done, 3 done but BUNDLE was not whole, 1 not done.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run_redact,
};
