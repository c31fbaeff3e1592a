/* get: objects of a bundle as `kubectl get` shows those of a cluster. Columns are data: schema/get/<plural>.sql. */
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/term.h"
#include "cli/cli.h"
#include "cli/explore.h"
#include "cli/pager.h"
#include "cli/source.h"

enum output { OUT_TABLE, OUT_WIDE, OUT_NAME, OUT_JSON, OUT_YAML, OUTPUTS };
static const char *const outputs[OUTPUTS] = {"", "wide", "name", "json", "yaml"};

/* What is asked for: one or several kinds, each with the names of its objects, or all of them. */
struct ask {
	struct explore_kind kind;
	const char **names;
	int n_names;
};
struct get {
	sqlite3 *db;
	struct ask *asks;
	int n;
	enum output output;
	bool by_name, incomplete, all_kinds;
	struct explore_filter filter;
	struct explore_table table;
	cJSON *items;  /* of -o json and yaml */
	int shown;     /* objects so far */
};

static void release_get(struct get *g)
{
	for (int i = 0; i < g->n; i++) {
		explore_kind_release(&g->asks[i].kind);
		free(g->asks[i].names);
	}
	free(g->asks);
	cJSON_Delete(g->items);
	clean_db(&g->db);
}

/* -- the command line ---------------------------------------------------------------------------------------------- */

/* The kinds that one word names, in its order. */
static int ask_kinds(struct get *g, const char *word, const struct cli_args *a, int names_from, struct err *e)
{
	CLEAN(clean_free) char *words = NULL;
	int rc = 0;

	if (strcmp(word, "all") == 0 && (g->all_kinds = true, rc = explore_all(&words, e)) < 0)
		return rc;
	if (!words)
		words = xstrdup(word);
	char *rest = words;
	for (char *one; rc == 0 && (one = strsep(&rest, ","));) {
		if (!*one)
			continue;
		g->asks = xreallocarray(g->asks, (size_t)g->n + 1, sizeof(*g->asks));
		struct ask *k = &g->asks[g->n];
		*k = (struct ask){.names = xcalloc((size_t)cli_argc(a) + 1, sizeof(char *))};
		if ((rc = explore_kind(g->db, one, &k->kind, e)) < 0)
			free(k->names);
		else
			g->n++;
		for (int i = names_from; rc == 0 && i < cli_argc(a); i++)
			k->names[k->n_names++] = cli_arg(a, i);
	}
	return rc;
}

/* "pod/web svc/web". */
static int ask_pairs(struct get *g, const struct cli_args *a, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < cli_argc(a) && rc == 0; i++) {
		const char *slash = strchr(cli_arg(a, i), '/');
		if (!slash || !slash[1])
			return err_set(e, ERR_USAGE, "%.100s: all words are KIND/NAME, or none is", cli_arg(a, i));
		CLEAN(clean_free) char *kind = xstrndup(cli_arg(a, i), (size_t)(slash - cli_arg(a, i)));
		if (strchr(kind, ',') || strcmp(kind, "all") == 0)
			return err_set(e, ERR_USAGE, "%.100s: one kind before the slash", cli_arg(a, i));
		if ((rc = ask_kinds(g, kind, a, cli_argc(a), e)) == 0)
			g->asks[g->n - 1].names[g->asks[g->n - 1].n_names++] = slash + 1;
	}
	return rc;
}

static int read_output(const struct cli_args *a, enum output *out, struct err *e)
{
	const char *s = cli_value(a, "output");

	*out = OUT_TABLE;
	for (int i = 0; s && i < OUTPUTS; i++)
		if (strcmp(s, outputs[i]) == 0)
			return *out = (enum output)i, 0;
	return s ? err_set(e, ERR_USAGE, "-o %.40s: there are wide, name, json and yaml; `sickbay query` picks any columns", s) : 0;
}

static int read_request(struct get *g, const struct cli_args *a, struct err *e)
{
	const char *first = cli_arg(a, 0);
	int rc;

	g->filter = (struct explore_filter){.namespace = cli_value(a, "namespace"), .labels = cli_value(a, "selector"),
	                                    .fields = cli_value(a, "field-selector")};
	if (cli_given(a, "all-namespaces"))
		g->filter.namespace = NULL;
	else if (!g->filter.namespace)
		g->filter.namespace = "default";
	if (strchr(first, '/'))
		rc = ask_pairs(g, a, e);
	else
		rc = ask_kinds(g, first, a, 1, e);
	if (rc == 0 && g->n == 0)
		rc = err_set(e, ERR_USAGE, "%.80s: no kind of object", first);
	for (int i = 0; i < g->n; i++)
		g->by_name |= g->asks[i].n_names > 0;
	if (rc == 0 && g->by_name && cli_given(a, "all-namespaces"))
		rc = err_set(e, ERR_USAGE, "an object is named in one namespace: -n instead of -A");
	if (rc == 0 && g->by_name && (g->filter.labels || g->filter.fields))
		rc = err_set(e, ERR_USAGE, "names or a selector, not both");
	return rc;
}

/* -- printing ------------------------------------------------------------------------------------------------------ */

static char *prefix_of(const struct explore_kind *k)
{
	return k->group ? xasprintf("%s.%s/", k->singular, k->group) : xasprintf("%s/", k->singular);
}

static int print_table(struct get *g, const struct ask *k, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_free) char *path = xasprintf("schema/get/%s.sql", k->kind.plural), *prefix = prefix_of(&k->kind);
	int rc = explore_prepare(g->db, asset_get(path) && !k->kind.custom ? path : "schema/get/default.sql", &st, e);

	if (rc < 0)
		return rc;
	struct explore_table t = g->table;
	t.prefix = g->n > 1 || g->all_kinds ? prefix : NULL;
	t.namespaces = t.namespaces && k->kind.namespaced;
	t.wide = g->output == OUT_WIDE;
	if (g->shown)
		fputc('\n', t.f);
	return explore_print_table(&t, st, e);
}

static int take_objects(struct get *g, const struct ask *k, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_free) char *prefix = prefix_of(&k->kind);
	int rc = explore_prepare(g->db, "schema/get/run/objects.sql", &st, e);

	while (rc >= 0 && (rc = db_step(st, e)) > 0) {
		struct str json = db_col_str(st, 1), name = db_col_str(st, 2);
		cJSON *v = NULL;
		if (g->output == OUT_NAME) {
			fputs(prefix, stdout);
			if (g->table.safe)
				term_print_safe(stdout, name.p, name.n, false);
			else
				fwrite(name.p, 1, name.n, stdout);
			fputc('\n', stdout);
			continue;
		}
		if ((rc = json_parse(json.p, json.n, &v, e)) < 0)
			return err_wrap(e, "%.*s", (int)(name.n < 100 ? name.n : 100), name.p);
		cJSON_AddItemToArray(g->items, v);
	}
	return rc;
}

static int print_documents(const struct get *g, struct err *e)
{
	CLEAN(clean_cjson) cJSON *list = NULL;
	cJSON *v;

	if (g->by_name && cJSON_GetArraySize(g->items) == 1) {
		v = g->items->child;
	} else {
		v = list = cJSON_CreateObject();
		cJSON_AddStringToObject(list, "apiVersion", "v1");
		cJSON_AddItemToObject(list, "items", cJSON_Duplicate(g->items, true));
		cJSON_AddStringToObject(list, "kind", "List");
		cJSON *meta = cJSON_AddObjectToObject(list, "metadata");
		cJSON_AddStringToObject(meta, "resourceVersion", "");
		cJSON_AddStringToObject(meta, "selfLink", "");
	}
	return g->output == OUT_JSON ? explore_print_json(stdout, v, g->table.safe, e) : explore_print_yaml(stdout, v, g->table.safe, e);
}

/* -- the work ------------------------------------------------------------------------------------------------------ */

static void warn_missing(void *arg, const char *namespace, const char *reason)
{
	const char *plural = arg;
	CLEAN(clean_free) char *msg = xasprintf("sickbay: %s%s%s: not collected: %s", plural, namespace ? " of namespace " : "", namespace ? namespace : "",
	                                        reason ? reason : "no list of them is in the bundle");

	fflush(stdout);
	term_print_safe(stderr, msg, strlen(msg), false);
	fputc('\n', stderr);
}

/* Every object that was named must be there. */
static int check_names(sqlite3 *db, const struct ask *k, const char *namespace, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	int rc = db_prepare(db, "names", STR("SELECT 1 FROM picked WHERE name = :name"), &st, e);

	for (int i = 0; i < k->n_names && rc >= 0; i++) {
		sqlite3_reset(st);
		db_bind_text(st, ":name", k->names[i]);
		if ((rc = db_step(st, e)) > 0)
			continue;
		if (rc == 0 && (rc = explore_must_have(db, &k->kind, namespace, e)) == 0)
			return k->kind.namespaced
				? err_set(e, ERR_ABSENT, "%s \"%.200s\" is not in namespace %.100s of the bundle", k->kind.plural, k->names[i], namespace)
				: err_set(e, ERR_ABSENT, "%s \"%.200s\" is not in the bundle", k->kind.plural, k->names[i]);
	}
	return rc < 0 ? rc : 0;
}

static int get_kind(struct get *g, const struct ask *k, struct err *e)
{
	struct explore_filter f = g->filter;
	const char *ns = k->kind.namespaced ? f.namespace : NULL;
	int rc, n;

	f.names = k->names;
	f.n_names = k->n_names;
	if ((n = explore_choose(g->db, &k->kind, &f, e)) < 0)
		return n;
	/* Of one kind the lack is the answer; beside others it is a remark. */
	if (n == 0 && g->n == 1 && !k->n_names && (rc = explore_must_have(g->db, &k->kind, ns, e)) < 0)
		return rc;
	if (!k->n_names) {
		if ((rc = explore_missing(g->db, &k->kind, ns, warn_missing, k->kind.plural, e)) < 0)
			return rc;
		g->incomplete |= rc > 0;
	}
	rc = g->output == OUT_TABLE || g->output == OUT_WIDE ? (n ? print_table(g, k, e) : 0) : take_objects(g, k, e);
	g->shown += n;
	return rc < 0 || !k->n_names ? rc : check_names(g->db, k, g->filter.namespace, e);
}

static void say_none(const struct get *g)
{
	bool namespaced = false;

	for (int i = 0; i < g->n; i++)
		namespaced |= g->asks[i].kind.namespaced;
	if (namespaced && g->filter.namespace) {
		fputs("No resources found in ", stderr);
		term_print_safe(stderr, g->filter.namespace, strlen(g->filter.namespace), false);
		fputs(" namespace.\n", stderr);
	} else {
		fputs("No resources found\n", stderr);
	}
}

static int run(const struct cli_args *a, struct err *e)
{
	CLEAN(release_get) struct get g = {.items = cJSON_CreateArray()};
	int rc;

	if (read_output(a, &g.output, e) < 0 || source_open_named(cli_value(a, "bundle"), SOURCE_TABLES, &g.db, e) < 0 ||
	    explore_setup(g.db, e) < 0 || read_request(&g, a, e) < 0)
		return EXIT_FAILED;
	g.table = (struct explore_table){.f = stdout, .namespaces = !g.filter.namespace, .headers = !cli_given(a, "no-headers"),
	                                 .labels = cli_given(a, "show-labels"), .safe = term_is_tty(stdout), .db = g.db};
	rc = 0;
	pager_begin();
	for (int i = 0; i < g.n && rc >= 0; i++)
		rc = get_kind(&g, &g.asks[i], e);
	if (g.output >= OUT_JSON && (rc >= 0 || g.shown) && !(g.by_name && g.shown == 0)) {
		int printed = print_documents(&g, rc < 0 ? NULL : e);
		rc = rc < 0 ? rc : printed;
	}
	if (pager_end())
		return EXIT_DONE;
	if (rc < 0)
		return EXIT_FAILED;
	if (g.shown == 0 && g.output < OUT_JSON && !g.incomplete)
		say_none(&g);
	return g.incomplete ? EXIT_PARTIAL : EXIT_DONE;
}

static const struct cli_option options[] = {
	{.name = "namespace", .letter = 'n', .value = "NS", .help = "namespace (default)"},
	{.name = "all-namespaces", .letter = 'A', .help = "of all namespaces"},
	{.name = "output", .letter = 'o', .value = "FORMAT", .help = "wide name json yaml"},
	{.name = "selector", .letter = 'l', .value = "LABELS", .help = "a=b,c!=d,e,!f,g in (h,i)"},
	{.name = "field-selector", .value = "FIELDS", .help = "as spec.nodeName=n1,status.phase!=Running; any path"},
	{.name = "show-labels", .help = "one more column"},
	{.name = "no-headers", .help = "rows only"},
	{.name = "bundle", .value = "BUNDLE|DB", .help = "where to look ($SICKBAY_BUNDLE)"},
	{0},
};

const struct cli_command cmd_get = {
	.name = "get",
	.summary = "show objects as kubectl get does",
	.synopsis = "KIND[,KIND] [NAME...] [options]",
	.about = "Prints objects of a bundle as `kubectl get` prints those of a cluster: kinds by\n"
	         "their plural, singular or short names, or KIND/NAME; ages are those of the\n"
	         "bundle's time. What was not collected is an error with the reason, never an\n"
	         "empty list; exit 3 when it is missing in part. A database written by\n"
	         "`sickbay analyze BUNDLE -o x.db` answers at once.\n\n"
	         "  export SICKBAY_BUNDLE=b.tar.zst\n"
	         "  sickbay get pods -A -o wide\n"
	         "  sickbay get deploy,rs,po -n web -l app=shop",
	.options = options,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
