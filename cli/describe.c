/* describe: everything about an object of a bundle, in kubectl's manner: its fields, then what belongs to it (pods of a node,
 * events, findings), each a query in schema/get/describe. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/cli.h"
#include "cli/explore.h"
#include "cli/pager.h"
#include "cli/source.h"

static void put(const char *s)
{
	if (term_is_tty(stdout))
		term_print_safe(stdout, s, strlen(s), false);
	else
		fputs(s, stdout);
}

/* -- fields -------------------------------------------------------------------------------------------------------- */

/* "restartCount" is shown as "Restart Count", "podIP" as "Pod IP"; keys of maps (labels) stay. Caller frees. */
static char *label_of(const char *key)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);

	for (const char *p = key; *p; p++) {
		char c = p == key ? (char)toupper((unsigned char)*p) : *p;
		bool turn = p > key && isupper((unsigned char)*p) && (islower((unsigned char)p[-1]) || (islower((unsigned char)p[1]) && strcmp(p + 1, "s") != 0)); /* Pod IPs */
		if ((turn && buf_add(&b, " ", 1, NULL) < 0) || buf_add(&b, &c, 1, NULL) < 0)
			break;
	}
	return buf_take(&b);
}

static void put_value(const cJSON *v, int indent)
{
	if (!cJSON_IsString(v)) {
		CLEAN(clean_free) char *text = json_text(v);
		put(text);
		putchar('\n');
		return;
	}
	/* Further lines stand below the first. */
	const char *s = v->valuestring;
	for (;;) {
		size_t n = strcspn(s, "\n");
		CLEAN(clean_free) char *line = xstrndup(s, n);
		put(line);
		putchar('\n');
		if (!s[n] || !s[n + 1])
			return;
		s += n + 1;
		printf("%*s", indent, "");
	}
}

static void put_fields(const cJSON *o, int indent);

static bool is_empty(const cJSON *v)
{
	return (cJSON_IsObject(v) || cJSON_IsArray(v)) && !v->child;
}

static void put_list(const cJSON *v, int indent)
{
	const cJSON *c;

	cJSON_ArrayForEach(c, v) {
		if (cJSON_IsObject(c)) {
			put_fields(c, indent);
			if (c->next)
				printf("%*s--\n", indent, "");
		} else {
			printf("%*s", indent, "");
			put_value(c, indent);
		}
	}
}

static void put_field(const char *label, const cJSON *v, int indent, int width)
{
	printf("%*s", indent, "");
	put(label);
	putchar(':');
	if ((cJSON_IsObject(v) || cJSON_IsArray(v)) && v->child) {
		putchar('\n');
		if (cJSON_IsObject(v))
			put_fields(v, indent + 2);
		else
			put_list(v, indent + 2);
		return;
	}
	printf("%*s", width - (int)strlen(label) + 2, "");
	if (is_empty(v))
		fputs("<none>\n", stdout);
	else
		put_value(v, indent + width + 3);
}

static void put_fields(const cJSON *o, int indent)
{
	const cJSON *c;
	int width = 0;

	cJSON_ArrayForEach(c, o) {
		CLEAN(clean_free) char *label = label_of(c->string);
		int w = (int)strlen(label);
		if (!((cJSON_IsObject(c) || cJSON_IsArray(c)) && c->child) && w > width)
			width = w;
	}
	cJSON_ArrayForEach(c, o) {
		CLEAN(clean_free) char *label = label_of(c->string);
		put_field(label, c, indent, width);
	}
}

/* "Labels:  a=b" with each further one below. */
static void put_map(const char *label, const cJSON *map, const char *sign)
{
	const cJSON *c;
	bool first = true;

	printf("%s:%*s", label, 14 - (int)strlen(label) - 1, "");
	cJSON_ArrayForEach(c, map) {
		if (!first)
			printf("%14s", "");
		first = false;
		put(c->string);
		fputs(sign, stdout);
		put_value(c, 16);
	}
	if (first)
		fputs("<none>\n", stdout);
}

static void put_line(const char *label, const char *value)
{
	printf("%s:%*s", label, 14 - (int)strlen(label) - 1, "");
	put(value);
	putchar('\n');
}

static void put_object(cJSON *o)
{
	cJSON *meta = cJSON_GetObjectItemCaseSensitive(o, "metadata");
	static const char *const shown[] = {"name", "namespace", "labels", "annotations", "managedFields"};

	put_line("Name", json_path_str(o, "metadata.name") ? json_path_str(o, "metadata.name") : "");
	if (json_path_str(o, "metadata.namespace"))
		put_line("Namespace", json_path_str(o, "metadata.namespace"));
	put_map("Labels", json_get_obj(meta, "labels"), "=");
	put_map("Annotations", json_get_obj(meta, "annotations"), ": ");
	put_line("API Version", json_get_str(o, "apiVersion") ? json_get_str(o, "apiVersion") : "");
	put_line("Kind", json_get_str(o, "kind") ? json_get_str(o, "kind") : "");
	cJSON_DeleteItemFromObjectCaseSensitive(o, "apiVersion");
	cJSON_DeleteItemFromObjectCaseSensitive(o, "kind");
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(meta, shown[i]);
	put_fields(o, 0);
}

/* -- what belongs to it -------------------------------------------------------------------------------------------- */

/* The first line of the query is its title, as a comment. */
static void put_title(const struct asset *a)
{
	size_t n = a->text.n > 3 ? strcspn(a->text.p + 3, "\n") : 0;

	printf("%.*s:\n", (int)n, a->text.p + 3);
}

static int put_sections(sqlite3 *db, const char *word, int *n, struct err *e)
{
	CLEAN(clean_free) char *prefix = xasprintf("schema/get/describe/%s-", word);
	struct explore_table t = {.f = stdout, .headers = true, .safe = term_is_tty(stdout), .db = db};
	int rc = 0;

	for (const struct asset *a = asset_next(prefix, ".sql", NULL); a && rc >= 0; a = asset_next(prefix, ".sql", a)) {
		CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
		if ((rc = explore_prepare(db, a->path, &st, e)) < 0 || (rc = db_step(st, e)) < 0)
			return rc;
		if (rc == 0)
			continue;
		sqlite3_reset(st);
		putchar('\n');
		put_title(a);
		rc = explore_print_table(&t, st, e);
		++*n;
	}
	return rc < 0 ? rc : 0;
}

static int describe_one(sqlite3 *db, const struct explore_kind *k, const char *namespace, const char *name, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct explore_filter f = {.namespace = namespace, .names = &name, .n_names = 1};
	int n = 0, rc = explore_choose(db, k, &f, e);

	if (rc < 0 || (rc = explore_prepare(db, "schema/get/run/objects.sql", &st, e)) < 0 || (rc = db_step(st, e)) <= 0)
		return rc;
	struct str json = db_col_str(st, 1);
	if ((rc = json_parse(json.p, json.n, &o, e)) < 0)
		return err_wrap(e, "%.100s", name);
	put_object(o);
	if ((rc = put_sections(db, k->plural, &n, e)) < 0)
		return rc;
	return put_sections(db, "any", &n, e);
}

/* -- the command --------------------------------------------------------------------------------------------------- */

/* The names of the objects that match, in a list that the caller frees, name by name. */
static int chosen_names(sqlite3 *db, char ***out, int *n, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, "names", STR("SELECT name FROM picked ORDER BY namespace, name"), &st, e);

	while (rc >= 0 && (rc = db_step(st, e)) > 0) {
		*out = xreallocarray(*out, (size_t)*n + 1, sizeof(**out));
		(*out)[(*n)++] = xstrdup(db_col_text(st, 0) ? db_col_text(st, 0) : "");
	}
	return rc;
}

static int describe(sqlite3 *db, const struct cli_args *a, struct err *e)
{
	struct explore_kind k = {0};
	const char *first = cli_arg(a, 0), *slash = strchr(first, '/'), *ns = cli_value(a, "namespace"), *given = slash ? slash + 1 : NULL;
	CLEAN(clean_free) char *word = xstrndup(first, slash ? (size_t)(slash - first) : strlen(first));
	char **names = NULL;
	int n = 0, rc;

	if (slash && cli_argc(a) > 1)
		return err_set(e, ERR_USAGE, "%.80s: KIND/NAME stands alone", first);
	const char **list = xcalloc((size_t)cli_argc(a) + 1, sizeof(char *));
	struct explore_filter f = {.namespace = ns ? ns : "default", .names = list, .labels = cli_value(a, "selector")};
	if (given)
		list[f.n_names++] = given;
	for (int i = 1; i < cli_argc(a); i++)
		list[f.n_names++] = cli_arg(a, i);
	rc = explore_kind(db, word, &k, e);
	if (rc == 0)
		rc = explore_choose(db, &k, &f, e);
	if (rc >= 0 && rc < (f.n_names ? f.n_names : 1)) {
		int have = rc;
		rc = explore_must_have(db, &k, f.namespace, e);
		if (rc == 0 && (have == 0 || f.n_names))
			rc = err_set(e, ERR_ABSENT, "%s %.150s: not in %s%.100s of the bundle", k.singular, f.n_names ? list[0] : "",
			             k.namespaced ? "namespace " : "the objects", k.namespaced ? f.namespace : "");
	}
	if (rc >= 0)
		rc = chosen_names(db, &names, &n, e);
	for (int i = 0; i < n; i++) {
		if (rc >= 0 && i)
			fputs("\n\n", stdout);
		if (rc >= 0)
			rc = describe_one(db, &k, f.namespace, names[i], e);
		free(names[i]);
	}
	free(names);
	free(list);
	explore_kind_release(&k);
	return rc;
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(clean_db) sqlite3 *db = NULL;

	if (source_open_named(cli_value(a, "bundle"), SOURCE_FINDINGS, &db, e) < 0 || explore_setup(db, e) < 0)
		return EXIT_FAILED;
	pager_begin();
	int rc = describe(db, a, e);
	return pager_end() || rc >= 0 ? EXIT_DONE : EXIT_FAILED;
}

static const struct cli_option options[] = {
	{.name = "namespace", .letter = 'n', .value = "NS", .help = "namespace (default)"},
	{.name = "selector", .letter = 'l', .value = "LABELS", .help = "all that match, as in `sickbay get`"},
	{.name = "bundle", .value = "BUNDLE|DB", .help = "where to look ($SICKBAY_BUNDLE)"},
	{0},
};

const struct cli_command cmd_describe = {
	.name = "describe",
	.summary = "show all about an object as kubectl describe does",
	.synopsis = "KIND [NAME...] [options]",
	.about = "Prints every field of an object, then what belongs to it: pods and resources\n"
	         "of a node, endpoints of a service, what the checks found, and its events.\n\n"
	         "  sickbay describe pod web-5bb895c54f-6b2qt -n shop --bundle b.tar.zst",
	.options = options,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
