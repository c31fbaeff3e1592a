#include "analyze/layout.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

enum { MAX_CAPS = 8, MAX_UNIT = 100 };

struct rule {
	const char *layout, *path, *role, *unit; /* in the trees */
	enum load_kind load;
};
struct layouts {
	struct rule *rules;
	int n_rules;
	cJSON **trees;
	int n_trees;
	const cJSON *units;   /* of units.yaml: name -> {units, pods} */
	const cJSON *plurals; /* further names of resources, of all layouts */
};

static const char *const load_names[LOAD_KINDS] = {"objects", "log", "lines", "document", "metrics",
                                                   "captures", "bundle", "access", "skip"};

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
	if (json_get_obj(tree, "resources"))
		l->plurals = json_get_obj(tree, "resources");
	cJSON_ArrayForEach(f, files) {
		const char *path = json_get_str(f, "path"), *load = json_get_str(f, "load");
		int kind = load_of(load);
		if (!path || kind < 0)
			return err_set(e, ERR_FORMAT, "%s: %s: no path, or unknown load: %s", a->path, path ? path : "?", load ? load : "");
		l->rules = xreallocarray(l->rules, (size_t)l->n_rules + 1, sizeof(*l->rules));
		l->rules[l->n_rules++] = (struct rule){name, path, json_get_str(f, "as"), json_get_str(f, "unit"), (enum load_kind)kind};
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

static const char *unit_of_pod(const struct layouts *l, const struct filekind *k)
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
		canon = unit_of_pod(l, out);
	if (!canon)
		return;
	free(out->unit);
	out->unit = xstrdup(canon);
}

void layout_of(const struct layouts *l, const char *path, struct filekind *out)
{
	struct str caps[MAX_CAPS];

	*out = (struct filekind){.load = LOAD_LINES};
	for (int i = 0; i < l->n_rules; i++) {
		const struct rule *r = &l->rules[i];
		int n = text_path_match(r->path, str_of(path), caps, MAX_CAPS);
		if (n < 0)
			continue;
		out->load = r->load;
		out->layout = r->layout;
		out->role = r->role;
		take_captures(r->path, caps, n, out);
		resolve_unit(l, r, out);
		const char *plural = out->resource ? json_get_str(l->plurals, out->resource) : NULL;
		if (plural) {
			free(out->resource);
			out->resource = xstrdup(plural);
		}
		return;
	}
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
