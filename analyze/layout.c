#include "analyze/layout.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

enum { MAX_CAPS = 8, MAX_UNIT = 100, MAX_STARTS = 4, MAX_PATH = 4400 };

struct rule {
	const char *layout, *path, *role, *unit, *reason; /* in the trees */
	enum load_kind load;
	bool by_host, whole, null_words, anywhere;
	const cJSON *resources; /* of its layout */
};
struct layouts {
	struct rule *rules;
	int n_rules;
	cJSON **trees;
	int n_trees;
	const cJSON *units;   /* of units.yaml: name -> {units, pods} */
};

static const char *const load_names[LOAD_KINDS] = {"objects", "log", "lines", "document", "metrics",
                                                   "captures", "bundle", "access", "time", "skip", "auto"};

static int load_of(const char *name)
{
	for (int i = 0; i < LOAD_KINDS; i++)
		if (name && strcmp(name, load_names[i]) == 0)
			return i;
	return -1;
}

static int read_asset(struct layouts *l, const struct asset *a, const cJSON **tree, struct err *e)
{
	cJSON *t = NULL;
	int rc = yaml_parse(a->text.p, a->text.n, &t, e);

	if (rc < 0)
		return err_wrap(e, "%s", a->path);
	l->trees = xreallocarray(l->trees, (size_t)l->n_trees + 1, sizeof(*l->trees));
	l->trees[l->n_trees++] = t;
	*tree = t;
	return 0;
}

static int read_layout(struct layouts *l, const struct asset *a, struct err *e)
{
	const cJSON *tree = NULL, *f;
	int rc = read_asset(l, a, &tree, e);

	if (rc < 0)
		return rc;
	const char *name = json_get_str(tree, "layout");
	const cJSON *files = json_get_arr(tree, "files");
	if (!name || !files)
		return err_set(e, ERR_FORMAT, "%s: no layout or no files", a->path);
	cJSON_ArrayForEach(f, files) {
		const char *path = json_get_str(f, "path"), *load = json_get_str(f, "load");
		int kind = load_of(load);
		if (!path || kind < 0)
			return err_set(e, ERR_FORMAT, "%s: %s: no path, or unknown load: %s", a->path, path ? path : "?", load ? load : "");
		l->rules = xreallocarray(l->rules, (size_t)l->n_rules + 1, sizeof(*l->rules));
		l->rules[l->n_rules++] = (struct rule){
			.layout = name, .path = path, .role = json_get_str(f, "as"), .unit = json_get_str(f, "unit"),
			.reason = json_get_str(f, "reason"), .load = (enum load_kind)kind, .by_host = json_get_bool(f, "by-host", false),
			.whole = json_get_bool(f, "whole", false), .null_words = json_get_bool(tree, "null-words", false),
			.anywhere = json_get_bool(tree, "anywhere", false), .resources = json_get_obj(tree, "resources")};
	}
	return 0;
}

int layouts_load(struct layouts **out, struct err *e)
{
	struct layouts *l = xcalloc(1, sizeof(*l));
	const struct asset *units = asset_get("schema/units.yaml");
	const cJSON *tree = NULL;
	int rc = units ? read_asset(l, units, &tree, e) : err_set(e, ERR_INTERNAL, "schema/units.yaml is missing");

	if (rc == 0)
		l->units = json_get_obj(tree, "units");
	for (const struct asset *a = asset_next("schema/layouts/", ".yaml", NULL); a && rc == 0;
	     a = asset_next("schema/layouts/", ".yaml", a))
		rc = read_layout(l, a, e);
	if (rc < 0)
		layouts_free(l);
	else
		*out = l;
	return rc;
}

void layouts_free(struct layouts *l)
{
	if (!l)
		return;
	for (int i = 0; i < l->n_trees; i++)
		cJSON_Delete(l->trees[i]);
	free(l->trees);
	free(l->rules);
	free(l);
}

void filekind_release(struct filekind *k)
{
	free(k->root);
	free(k->node);
	free(k->unit);
	free(k->namespace);
	free(k->pod);
	free(k->container);
	free(k->resource);
	*k = (struct filekind){.load = LOAD_SKIP};
}

/* -- units --------------------------------------------------------------------------------------------------------- */

const char *layout_unit(const struct layouts *l, struct str name)
{
	const cJSON *u, *alias;

	if (name.n > 8 && memcmp(name.p + name.n - 8, ".service", 8) == 0)
		name.n -= 8;
	cJSON_ArrayForEach(u, l->units) {
		if (str_eq(name, u->string))
			return u->string;
		cJSON_ArrayForEach(alias, json_get_arr(u, "units"))
			if (cJSON_IsString(alias) && str_eq(name, alias->valuestring))
				return u->string;
	}
	return NULL;
}

const char *layout_pod_unit(const struct layouts *l, const struct filekind *k)
{
	CLEAN(clean_free) char *name = xasprintf("%s/%s/%s", k->namespace ? k->namespace : "", k->pod, k->container ? k->container : "");
	const cJSON *u, *glob;

	cJSON_ArrayForEach(u, l->units)
		cJSON_ArrayForEach(glob, json_get_arr(u, "pods"))
			if (cJSON_IsString(glob) && text_glob(glob->valuestring, str_of(name)))
				return u->string;
	return NULL;
}

/* -- paths --------------------------------------------------------------------------------------------------------- */

static char **field_of(struct filekind *k, const char *name, size_t n)
{
	const struct {
		const char *name;
		char **field;
	} fields[] = {{"node", &k->node}, {"unit", &k->unit}, {"namespace", &k->namespace}, {"pod", &k->pod},
	              {"container", &k->container}, {"resource", &k->resource}};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strlen(fields[i].name) == n && memcmp(fields[i].name, name, n) == 0)
			return fields[i].field;
	return NULL;
}

/* Captures stand in the order of the {names} of the pattern. */
static void take_captures(const char *pattern, const struct str *caps, int n, struct filekind *out)
{
	const char *p = pattern;

	for (int i = 0; i < n && (p = strchr(p, '{')); i++) {
		size_t len = strcspn(++p, "}*");
		char **field = field_of(out, p, len);
		if (field && !*field)
			*field = xstrndup(caps[i].p, caps[i].n);
	}
}

static void resolve_unit(const struct layouts *l, const struct rule *r, struct filekind *out)
{
	const char *canon = r->unit;

	if (!canon && out->unit)
		canon = layout_unit(l, str_of(out->unit));
	if (!canon && !out->unit && out->pod)
		canon = layout_pod_unit(l, out);
	if (!canon)
		return;
	free(out->unit);
	out->unit = xstrdup(canon);
}

static void take_rule(const struct layouts *l, const struct rule *r, const struct str *caps, int n, struct filekind *out)
{
	out->load = r->load;
	out->layout = r->layout;
	out->role = r->role;
	out->reason = r->reason;
	out->by_host = r->by_host;
	out->whole = r->whole;
	out->null_words = r->null_words;
	take_captures(r->path, caps, n, out);
	resolve_unit(l, r, out);
	const char *plural = out->resource ? json_get_str(r->resources, out->resource) : NULL;
	if (plural) {
		free(out->resource);
		out->resource = xstrdup(plural);
	}
}

/* The first rule that knows the path from some folder on; the outermost folder first, none behind `last`. Returns where it begins
 * there, -1 when none does. */
static long match(const struct layouts *l, const char *path, size_t last, struct filekind *out)
{
	struct str caps[MAX_CAPS];
	const char *p = path;

	for (int start = 0; start < MAX_STARTS && p && (size_t)(p - path) <= last; start++) {
		for (int i = 0; i < l->n_rules; i++) {
			const struct rule *r = &l->rules[i];
			int n = start == 0 || r->anywhere ? text_path_match(r->path, str_of(p), caps, MAX_CAPS) : -1;
			if (n < 0)
				continue;
			take_rule(l, r, caps, n, out);
			return p - path;
		}
		p = strchr(p, '/');
		p = p ? p + 1 : NULL;
	}
	return -1;
}

static bool has_ending(const char *p, size_t n, size_t *cut)
{
	static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2", ".tgz", ".txz", ".tar", ".zip"};

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t k = strlen(endings[i]);
		if (n > k && memcmp(p + n - k, endings[i], k) == 0) {
			*cut = n - k;
			return true;
		}
	}
	return false;
}

/* "a/b.tar.xz/c" -> "a/c": an archive inside stands for what lies in it. Returns where the first one was, 0 for none. */
static size_t without_archives(const char *path, char out[MAX_PATH])
{
	size_t n = 0, first = 0, cut;

	for (const char *p = path; *p;) {
		size_t k = strcspn(p, "/");
		bool inside = p[k] == '/' && p > path && has_ending(p, k, &cut);
		if (inside && !first)
			first = n;
		if (!inside && n + k + 2 < MAX_PATH) {
			memcpy(out + n, p, k + (p[k] == '/'));
			n += k + (p[k] == '/');
		}
		p += k + (p[k] == '/');
	}
	out[n] = '\0';
	return first;
}

void layout_of(const struct layouts *l, const char *path, bool packed, struct filekind *out)
{
	char whole[MAX_PATH], inner[MAX_PATH];
	size_t cut, n = strlen(path);

	*out = (struct filekind){.load = LOAD_AUTO};
	if (packed && has_ending(path, n, &cut))
		n = cut;
	snprintf(whole, sizeof(whole), "%.*s", (int)n, path);
	size_t archive = without_archives(whole, inner);
	long at = archive ? match(l, inner, archive - 1, out) : -1;
	if (at < 0)
		at = match(l, whole, SIZE_MAX, out);
	out->root = xstrndup(whole, at > 0 ? (size_t)at : 0);
}

static const cJSON *tree_of(const struct layouts *l, const char *name)
{
	for (int i = 0; i < l->n_trees; i++) {
		const char *layout = json_get_str(l->trees[i], "layout");
		if (layout && name && strcmp(layout, name) == 0)
			return l->trees[i];
	}
	return NULL;
}

const char *layout_title(const struct layouts *l, const char *name)
{
	return json_get_str(tree_of(l, name), "title");
}

bool layout_selects(const struct layouts *l, const char *name)
{
	return json_get_bool(tree_of(l, name), "selected-namespaces", false);
}

void layout_plural(struct str kind, char out[128])
{
	size_t n = kind.n < MAX_UNIT ? kind.n : MAX_UNIT;
	const char *end = "s";

	for (size_t i = 0; i < n; i++)
		out[i] = (char)tolower((unsigned char)kind.p[i]);
	out[n] = '\0';
	char last = n ? out[n - 1] : '\0', before = n > 1 ? out[n - 2] : '\0';
	if (strcmp(out, "endpoints") == 0) {
		end = "";
	} else if (last == 'y' && !strchr("aeiou", before)) {
		n--;
		end = "ies";
	} else if (last == 's' || last == 'x' || (last == 'h' && (before == 'c' || before == 's'))) {
		end = "es";
	}
	snprintf(out + n, 128 - n, "%s", end);
}
