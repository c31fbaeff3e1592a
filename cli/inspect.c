/* inspect: lists a bundle, checks it against its manifest, prints one file of it. */
#include "cli/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/term.h"
#include "base/text.h"
#include "cli/cli.h"

/* -- one file ------------------------------------------------------------------------------------------------------ */

/* Lines from..to of a file, from 0 for all of it, on their way to standard output. */
struct printer {
	int64_t from, to, line; /* line: the one that the next byte belongs to */
	bool terminal, any;     /* any: something has been printed */
	struct buf carry;       /* terminal only: the beginning of a character whose rest has not come yet */
};

static void print_bytes(struct printer *pr, const char *p, size_t n)
{
	if (!pr->terminal) {
		fwrite(p, 1, n, stdout);
		return;
	}
	(void)buf_add(&pr->carry, p, n, NULL);
	size_t cut = pr->carry.n, back = 0;
	unsigned cp;
	/* Up to three bytes may be the beginning of a character. */
	while (back < 3 && back < cut && (pr->carry.p[cut - back - 1] & 0xC0) == 0x80)
		back++;
	if (back < cut && (pr->carry.p[cut - back - 1] & 0x80) && !text_utf8_decode(pr->carry.p + cut - back - 1, back + 1, &cp))
		cut -= back + 1;
	term_print_safe(stdout, pr->carry.p, cut, true);
	size_t rest = pr->carry.n - cut;
	memmove(pr->carry.p, pr->carry.p + cut, rest);
	pr->carry.n = rest;
	if (rest > 3) { /* not the beginning of anything */
		term_print_safe(stdout, pr->carry.p, rest, true);
		pr->carry.n = 0;
	}
}

/* Prints what lies within the lines; false once the last of them is through. */
static bool print_piece(struct printer *pr, const char *p, size_t n)
{
	if (pr->from == 0) {
		print_bytes(pr, p, n);
		return true;
	}
	while (n > 0 && pr->line <= pr->to) {
		const char *nl = memchr(p, '\n', n);
		size_t k = nl ? (size_t)(nl - p) + 1 : n;
		if (pr->line >= pr->from) {
			print_bytes(pr, p, k);
			pr->any = true;
		}
		pr->line += nl != NULL;
		p += k;
		n -= k;
	}
	return pr->line <= pr->to;
}

/* Reads "7" or "7-12" behind the last colon; the path's length is returned, or 0 when there is no such ending. */
static size_t take_lines(const char *arg, int64_t *from, int64_t *to)
{
	const char *colon = strrchr(arg, ':');
	char *end;

	if (!colon || colon == arg || colon[1] < '1' || colon[1] > '9')
		return 0;
	errno = 0;
	*from = *to = strtoll(colon + 1, &end, 10);
	if (*end == '-' && end[1] >= '1' && end[1] <= '9')
		*to = strtoll(end + 1, &end, 10);
	return *end || errno || *to < *from ? 0 : (size_t)(colon - arg);
}

/* Does arg, or its first n bytes, name this entry? The top folder may be written or not. */
static bool names(const char *arg, size_t n, const char *path, const char *top)
{
	size_t k = strlen(top);

	while (n > 2 && arg[0] == '.' && arg[1] == '/') {
		arg += 2;
		n -= 2;
	}
	if (k && n > k && strncmp(arg, top, k) == 0 && arg[k] == '/' && strncmp(path, arg + k + 1, n - k - 1) == 0 &&
	    strlen(path) == n - k - 1)
		return true;
	return strlen(path) == n && strncmp(path, arg, n) == 0;
}

static int print_entry(struct bundle *b, const struct bundle_entry *en, struct printer *pr, struct err *e)
{
	CLEAN(clean_free) char *path = xstrdup(en->path);
	const void *p;
	int64_t n, got = 0, size = en->size;
	bool more = true;

	pr->terminal = term_is_tty(stdout);
	pr->line = 1;
	while (more && !ferror(stdout) && (n = bundle_read(b, &p, e)) != 0) {
		if (n < 0)
			return EXIT_FAILED;
		got += n;
		more = print_piece(pr, p, (size_t)n);
	}
	if (pr->carry.n)
		term_print_safe(stdout, buf_cstr(&pr->carry), pr->carry.n, true);
	if (more && got < size && !ferror(stdout)) {
		const char *damage = bundle_damage(b) ? bundle_damage(b) : "it cannot be read to its end";
		fflush(stdout);
		fprintf(stderr, "sickbay: ");
		term_print_safe(stderr, damage, strlen(damage), false);
		fputc('\n', stderr);
		return EXIT_PARTIAL;
	}
	if (pr->from && !pr->any && !ferror(stdout)) {
		/* pr->line is the line behind the last newline; whether it holds anything makes no difference here. */
		err_set(e, ERR_ABSENT, "%s: there is no line %lld; it has %lld", path, (long long)pr->from, (long long)pr->line - 1);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static int say_unknown(const char *bundle, const char *arg, struct err *e);

static int print_one(const char *path, const char *arg, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	struct printer pr = {.carry = BUF_MAX(1 << 20)};
	struct bundle_entry en;
	int rc;

	if (bundle_open(path, NULL, &b, e) < 0)
		return EXIT_FAILED;
	int64_t from = 0, to = 0;
	size_t n = take_lines(arg, &from, &to);
	bundle_open_nested(b);
	while ((rc = bundle_next(b, &en, e)) > 0) {
		bool whole = names(arg, strlen(arg), en.path, bundle_top(b));
		if (!whole && !(n && names(arg, n, en.path, bundle_top(b))))
			continue;
		pr.from = whole ? 0 : from;
		pr.to = to;
		int status = print_entry(b, &en, &pr, e);
		buf_release(&pr.carry);
		return status;
	}
	if (rc < 0) {
		err_wrap(e, "%s", path);
		return EXIT_FAILED;
	}
	if (strcmp(path, "-") == 0) { /* it cannot be read a second time */
		err_set(e, ERR_ABSENT, "%.200s: no such file in the bundle", arg);
		return EXIT_FAILED;
	}
	return say_unknown(path, arg, e);
}

/* -- the list ------------------------------------------------------------------------------------------------------ */

static void print_text(const char *s)
{
	term_print_safe(stdout, s, strlen(s), false);
}

static void print_field(const char *name, const char *value)
{
	printf("%-10s", name);
	print_text(value);
	putchar('\n');
}

static const char *or_unknown(const char *s)
{
	return s && *s ? s : "unknown";
}

static void print_identity(const char *path, const struct inspect_list *l)
{
	const cJSON *cluster = json_get_obj(l->head, "cluster");

	if (!l->head) {
		inspect_foreign(path);
		return;
	}
	CLEAN(clean_free) char *made = xasprintf("sickbay %s on %s, %s to %s", or_unknown(json_path_str(l->head, "tool.version")),
		or_unknown(json_get_str(l->head, "collected_on")), or_unknown(json_get_str(l->head, "started")),
		*l->finished ? l->finished : "an unknown time");
	print_field("made by", made);
	if (!cluster)
		return;
	bool reachable = json_get_bool(cluster, "serves_lists", false);
	const char *error = json_get_str(cluster, "error");
	CLEAN(clean_free) char *which = xasprintf("%s, context %s, version %s%s%s%s", or_unknown(json_get_str(cluster, "server")),
		or_unknown(json_get_str(cluster, "context")), or_unknown(json_get_str(cluster, "version")),
		reachable ? "" : ", gave no lists", !reachable && error ? ": " : "", !reachable && error ? error : "");
	print_field("cluster", which);
}

static void print_summary(const char *path, const struct inspect_list *l)
{
	struct stat st;
	char a[16] = "", b[16];
	bool sized = strcmp(path, "-") != 0 && stat(path, &st) == 0;

	CLEAN(clean_free) char *name = sized ? xasprintf("%s, %s", path, file_format_size(st.st_size, a)) : xstrdup("standard input");
	print_field("bundle", name);
	print_identity(path, l);
	CLEAN(clean_free) char *files = xasprintf("%lld, %s unpacked", (long long)l->files, file_format_size(l->bytes, b));
	print_field("files", files);
	if (l->manifest || l->by_state[CAPTURE_OK]) {
		CLEAN(clean_free) char *counts = xasprintf("%lld ok, %lld failed, %lld absent, %lld skipped; %lld cut by a cap; "
			"%lld values redacted", (long long)l->by_state[CAPTURE_OK], (long long)l->by_state[CAPTURE_FAILED],
			(long long)l->by_state[CAPTURE_ABSENT], (long long)l->by_state[CAPTURE_SKIPPED],
			(long long)l->truncated, (long long)l->redactions);
		print_field("captures", counts);
	}
	if (l->damage)
		print_field("damage", l->damage);
	if (!l->manifest)
		print_field("manifest", l->head ? "missing: the collection did not come to its end"
		                                : "none: what was tried and failed is not known");
}

static void print_item(const struct inspect_item *it)
{
	char size[16] = "-";

	if (it->file)
		file_format_size(it->size, size);
	const char *state = it->record ? capture_state_name(it->state) : "-";
	if (it->cut)
		state = "cut off";
	else if (it->record && it->truncated && it->state == CAPTURE_OK)
		state = "capped";
	printf("%11s  %-8s ", size, state);
	print_text(it->path);
	if (it->error && it->state != CAPTURE_OK) {
		fputs(": ", stdout);
		print_text(it->error);
	}
	putchar('\n');
}

static void print_items(const struct inspect_list *l, const char *folder, bool all)
{
	size_t k = strlen(folder);

	for (size_t i = 0; i < l->n; i++) {
		const struct inspect_item *it = &l->items[i];
		bool below = k == 0 || (strncmp(it->path, folder, k) == 0 && it->path[k] == '/');
		if (below && (it->file || all || it->state != CAPTURE_ABSENT))
			print_item(it);
	}
}

static void print_problems(const struct inspect_list *l)
{
	if (!l->problems.n)
		return;
	printf("\nRefused or not understood:\n");
	term_print_safe(stdout, l->problems.p, l->problems.n, true);
}

/* arg names no file: a folder is listed; a capture that failed says why; anything else gets what it may have meant. */
static int say_unknown(const char *bundle, const char *arg, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	CLEAN_BUF struct buf near = BUF_MAX(1 << 16);
	struct inspect_list l;

	if (bundle_open(bundle, NULL, &b, e) < 0)
		return EXIT_FAILED;
	int rc = inspect_read(b, false, &l, e);
	CLEAN(clean_free) char *name = xstrdup(arg);
	for (size_t n = strlen(name); n > 1 && name[n - 1] == '/'; n--)
		name[n - 1] = '\0';
	const struct inspect_item *it = inspect_find(&l, name);
	bool folder = false;
	for (size_t i = 0; i < l.n && !folder; i++)
		folder = strncmp(l.items[i].path, name, strlen(name)) == 0 && l.items[i].path[strlen(name)] == '/';
	if (rc == 0 && folder) {
		print_items(&l, name, true);
		inspect_release(&l);
		return EXIT_DONE;
	}
	int64_t from, to;
	size_t cut = take_lines(name, &from, &to);
	if (cut)
		name[cut] = '\0';
	inspect_suggest(&l, name, 5, &near);
	if (rc == 0 && it)
		err_set(e, ERR_ABSENT, "%.200s: not in the bundle: %s: %.200s", name, capture_state_name(it->state),
		        it->error ? it->error : "no reason is recorded");
	else if (rc == 0 && near.n)
		err_set(e, ERR_ABSENT, "%.100s: no such file in the bundle; there is: %.300s", name, buf_cstr(&near));
	else if (rc == 0)
		err_set(e, ERR_ABSENT, "%.200s: no such file in the bundle; `%s inspect BUNDLE` lists them", name, cli_program());
	inspect_release(&l);
	return EXIT_FAILED;
}

/* -- verifying ----------------------------------------------------------------------------------------------------- */

static void print_finding(const char *what, const char *path)
{
	printf("%-12s ", what);
	print_text(path);
	putchar('\n');
}

static int verify(const struct inspect_list *l, struct err *e)
{
	int64_t good = 0, bad = 0, extra = 0;

	if (!l->manifest && l->by_state[CAPTURE_OK] == 0) {
		err_set(e, ERR_ABSENT, "nothing to verify with: the bundle has no manifest.json%s%s", l->damage ? "; it is " : "",
		        l->damage ? l->damage : "");
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct inspect_item *it = &l->items[i];
		if (!it->recorded_sha256[0]) {
			if (it->file && strcmp(it->path, "manifest.json") != 0) {
				print_finding("no record", it->path);
				extra++;
			}
		} else if (!it->file) {
			print_finding("missing", it->path);
			bad++;
		} else if (strcmp(it->sha256, it->recorded_sha256) != 0) {
			print_finding(it->cut ? "cut off" : "changed", it->path);
			bad++;
		} else if (it->size != it->recorded_size) {
			/* The bytes are those that were written; what the manifest says of them is not. */
			print_finding("other size", it->path);
			bad++;
		} else {
			good++;
		}
	}
	printf("%lld files are as they were written, %lld are not, %lld have no record\n", (long long)good, (long long)bad,
	       (long long)extra);
	if (bad || extra || l->damage || !l->manifest) {
		err_set(e, ERR_FORMAT, "not as it was written: %lld files changed, cut off or missing, %lld added%s%s",
		        (long long)bad, (long long)extra, l->damage ? "; " : "", l->damage ? l->damage : "");
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_bundle) struct bundle *b = NULL;
	const char *path = cli_arg(a, 0);
	bool check = cli_given(a, "verify");
	struct inspect_list l;

	if (cli_argc(a) == 2 && check) {
		err_set(e, ERR_USAGE, "--verify: checks the whole bundle; leave out PATH");
		return EXIT_USAGE;
	}
	if (cli_argc(a) == 2)
		return print_one(path, cli_arg(a, 1), e);
	if (bundle_open(path, NULL, &b, e) < 0)
		return EXIT_FAILED;
	int status, rc = inspect_read(b, check, &l, e);
	if (check && rc == 0) {
		status = verify(&l, e);
		if (status != EXIT_DONE)
			err_wrap(e, "%s", path);
	} else {
		print_summary(path, &l);
		putchar('\n');
		print_items(&l, "", cli_given(a, "all"));
		print_problems(&l);
		status = rc < 0 ? EXIT_FAILED : l.damage || (l.head && !l.manifest) ? EXIT_PARTIAL : EXIT_DONE;
		if (rc < 0)
			err_wrap(e, "%s", path);
	}
	inspect_release(&l);
	return status;
}

static const struct cli_option options[] = {
	{.name = "all", .letter = 'a', .help = "list also what the cluster or a node does not have (\"absent\")"},
	{.name = "verify", .help = "compare every file with manifest.json: sha256, size"},
	{0},
};

const struct cli_command cmd_inspect = {
	.name = "inspect",
	.summary = "list and verify a bundle, print one file of it",
	.synopsis = "BUNDLE [PATH[:LINE[-LINE]]] [options]",
	.about = "Without PATH, shows what the bundle is, whether it is whole, and its files with\n"
	         "the state of their capture. With PATH, prints that file, or only the lines\n"
	         "named, as reports cite them; PATH may be a folder, which is listed.\n"
	         "BUNDLE may be - for standard input.\n\n"
	         "  sickbay inspect b.tar.zst\n"
	         "  sickbay inspect b.tar.zst nodes/node1/journal/kubelet.log:1200-1210\n"
	         "  sickbay inspect b.tar.zst cluster-resources/nodes.json | jq .",
	.options = options,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
