#include "collect/plan.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "collect/plan_lines.h"

/* State of one load; errors name the place. */
struct loader {
	struct plan *plan;
	struct plan_lines *lines;
	const char *name;    /* of the plan's file */
	const char *section; /* "node" */
	int index;
	int64_t timeout, max;
	struct err *e;
};

static int fail(struct loader *l, const char *key, const char *why)
{
	int line = plan_lines_find(l->lines, l->section, l->index, key);

	return err_set(l->e, ERR_FORMAT, "%s: line %d: %s%s%s", l->name, line, key ? key : "", key ? ": " : "", why);
}

static const char **list_of(const cJSON *arr)
{
	const cJSON *v;
	const char **out = xcalloc((size_t)cJSON_GetArraySize(arr) + 1, sizeof(*out));
	int n = 0;

	cJSON_ArrayForEach(v, arr) if (cJSON_IsString(v)) out[n++] = v->valuestring;
	return out;
}

static int get_list(struct loader *l, const cJSON *v, const char ***out)
{
	const cJSON *x;

	if (!cJSON_IsArray(v))
		return fail(l, v->string, "must be a list, such as [a, b]");
	cJSON_ArrayForEach(x, v) if (!cJSON_IsString(x)) return fail(l, v->string, "must be a list of words");
	free(*out);
	*out = list_of(v);
	return 0;
}

static int get_duration(struct loader *l, const cJSON *v, int64_t *out)
{
	char num[24];
	struct err e;
	int64_t us;
	const char *s = v->valuestring;

	if (cJSON_IsNumber(v)) {
		snprintf(num, sizeof(num), "%.0f", v->valuedouble);
		s = num;
	}
	if (!s || clock_parse_duration(s, &us, &e) < 0 || us <= 0 || us > 24 * 3600 * US_PER_S)
		return fail(l, v->string, "must be a duration such as 15s or 2m, at most 24h");
	*out = us;
	return 0;
}

static int get_size(struct loader *l, const cJSON *v, int64_t *out)
{
	char num[24];
	struct err e;
	int64_t n;
	const char *s = v->valuestring;

	if (cJSON_IsNumber(v)) {
		snprintf(num, sizeof(num), "%.0f", v->valuedouble);
		s = num;
	}
	if (!s || file_parse_size(s, &n, &e) < 0 || n <= 0)
		return fail(l, v->string, "must be a size such as 512KiB or 4MiB");
	*out = n;
	return 0;
}

static int get_int(struct loader *l, const cJSON *v, int64_t min, int64_t max, int64_t *out)
{
	if (!cJSON_IsNumber(v) || v->valuedouble < (double)min || v->valuedouble > (double)max)
		return fail(l, v->string, "must be a number in its range");
	*out = (int64_t)v->valuedouble;
	return 0;
}

static int get_bool(struct loader *l, const cJSON *v, bool *out)
{
	if (!cJSON_IsBool(v))
		return fail(l, v->string, "must be true or false");
	*out = cJSON_IsTrue(v);
	return 0;
}

/* The keys that hold a word. NULL: not one of them. */
static const char **word_field(struct plan_item *it, const char *key)
{
	if (!strcmp(key, "path"))
		return &it->path;
	if (!strcmp(key, "use"))
		return &it->use;
	if (!strcmp(key, "gate"))
		return &it->gate;
	if (!strcmp(key, "unless_link"))
		return &it->unless_link;
	return NULL;
}

static bool *bool_field(struct plan_item *it, const char *key)
{
	if (!strcmp(key, "lists"))
		return &it->lists;
	if (!strcmp(key, "always"))
		return &it->always;
	if (!strcmp(key, "may_fail"))
		return &it->may_fail;
	if (!strcmp(key, "no_journal"))
		return &it->no_journal;
	return NULL;
}

static int item_how(struct loader *l, struct plan_item *it, const cJSON *v)
{
	static const struct {
		const char *key;
		enum plan_how how;
	} hows[] = {{"run", PLAN_RUN}, {"file", PLAN_FILE}, {"files", PLAN_FILES}, {"get", PLAN_GET}};

	for (size_t i = 0; i < ARRAY_LEN(hows); i++) {
		if (strcmp(v->string, hows[i].key) != 0)
			continue;
		if (!cJSON_IsString(v) || !v->valuestring[0])
			return fail(l, v->string, "must be text (in quotes when it is a number, true or false)");
		if (it->what)
			return fail(l, v->string, "only one of run, file, files and get is possible");
		it->how = hows[i].how;
		it->what = v->valuestring;
		return 1;
	}
	return 0;
}

static int item_key(struct loader *l, struct plan_item *it, const cJSON *v)
{
	const char *k = v->string;
	const char **word = word_field(it, k);
	bool *flag = bool_field(it, k);
	int64_t n = 0;
	int rc;

	if (word) {
		if (!cJSON_IsString(v) || !v->valuestring[0])
			return fail(l, k, "must be text");
		*word = v->valuestring;
		return 0;
	}
	if (flag)
		return get_bool(l, v, flag);
	if ((rc = item_how(l, it, v)) != 0)
		return rc < 0 ? rc : 0;
	if (!strcmp(k, "timeout"))
		return get_duration(l, v, &it->timeout);
	if (!strcmp(k, "max"))
		return get_size(l, v, &it->max);
	if (!strcmp(k, "needs"))
		return get_list(l, v, &it->needs);
	if (!strcmp(k, "units"))
		return get_list(l, v, &it->units);
	if (!strcmp(k, "limit")) {
		rc = get_int(l, v, 1, 10000, &n);
		it->limit = (int)n;
		return rc;
	}
	if (!strcmp(k, "keep")) {
		if (!cJSON_IsString(v) || (strcmp(v->valuestring, "head") != 0 && strcmp(v->valuestring, "tail") != 0))
			return fail(l, k, "must be head or tail");
		it->keep_tail = !strcmp(v->valuestring, "tail");
		return 0;
	}
	if (!strcmp(k, "each")) {
		if (!cJSON_IsString(v) || (strcmp(v->valuestring, "node") != 0 && strcmp(v->valuestring, "unreached") != 0))
			return fail(l, k, "must be node or unreached");
		it->each_node = !strcmp(v->valuestring, "node");
		it->each_unreached = !it->each_node;
		return 0;
	}
	if (!strcmp(k, "drop") || !strcmp(k, "names")) {
		struct err e;

		if (!cJSON_IsString(v) || regex_compile(v->valuestring, 0, k[0] == 'd' ? &it->drop : &it->names, &e) < 0)
			return fail(l, k, "is not a regular expression");
		return 0;
	}
	return fail(l, k, "unknown key");
}

static bool path_is_safe(const char *p)
{
	if (p[0] == '/')
		p++;
	if (!p[0] || p[strlen(p) - 1] == '/' || strstr(p, "//"))
		return false;
	for (const char *s = p; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == '\\')
			return false;
	return strncmp(p, "../", 3) != 0 && !strstr(p, "/../") && strcmp(p, "..") != 0;
}

/* What only makes sense together. */
static int item_check(struct loader *l, const struct plan_item *it)
{
	if (!it->path)
		return fail(l, NULL, "a capture without a path");
	if (!path_is_safe(it->path))
		return fail(l, "path", "must be a relative path without ..");
	if (!it->what)
		return fail(l, NULL, "a capture needs one of run, file, files, get");
	if (!strcmp(l->section, "api") != (it->how == PLAN_GET))
		return fail(l, NULL, "`get` belongs to the section api, and to no other");
	if (!strcmp(l->section, "kubectl") && it->how != PLAN_KUBECTL && it->how != PLAN_RUN)
		return fail(l, NULL, "the section kubectl needs `run`");
	if ((it->each_node || it->each_unreached) && !strstr(it->path, "{node}"))
		return fail(l, "path", "must hold {node} when a request is repeated for each node");
	if (it->units && !strstr(it->path, "{unit}"))
		return fail(l, "path", "must hold {unit} when there are several units");
	if ((it->names || it->unless_link) && it->how != PLAN_FILES)
		return fail(l, it->names ? "names" : "unless_link", "belongs to `files`");
	if (it->unless_link && strpbrk(it->unless_link, " \t\n'\"`$;&|<>()\\"))
		return fail(l, "unless_link", "must be a plain shell pattern");
	if (it->names && regex_group_count(it->names) > PLAN_PARTS_MAX)
		return fail(l, "names", "has more than 8 groups");
	if (it->how == PLAN_FILES && !it->names && !strstr(it->path, "{name}"))
		return fail(l, "path", "must hold {name} when a glob finds the files");
	if ((it->how == PLAN_FILE || it->how == PLAN_FILES) && it->what[0] != '/')
		return fail(l, it->how == PLAN_FILE ? "file" : "files", "must be an absolute path");
	if ((it->how == PLAN_FILE || it->how == PLAN_FILES) && strstr(it->what, ".key"))
		return fail(l, NULL, "private keys are never read");
	if (it->use && !json_get_str(l->plan->functions, it->use))
		return fail(l, "use", "no such name under functions");
	return 0;
}

static int load_items(struct loader *l, const char *section, struct plan_item **items, int *n)
{
	const cJSON *arr = cJSON_GetObjectItemCaseSensitive(l->plan->doc, section), *o, *v;
	int rc;

	if (!arr)
		return 0;
	l->section = section;
	l->index = -1;
	if (!cJSON_IsArray(arr))
		return fail(l, NULL, "must be a list of captures");
	*items = xcalloc((size_t)cJSON_GetArraySize(arr) + 1, sizeof(**items));
	cJSON_ArrayForEach(o, arr)
	{
		struct plan_item *it = &(*items)[(*n)++];

		l->index++;
		if (!cJSON_IsObject(o))
			return fail(l, NULL, "must be a capture: {path: ..., run: ...}");
		it->timeout = l->timeout;
		it->max = l->max;
		it->limit = 100;
		it->line = plan_lines_find(l->lines, section, l->index, NULL);
		cJSON_ArrayForEach(v, o) if ((rc = item_key(l, it, v)) < 0) return rc;
		if ((rc = item_check(l, it)) < 0)
			return rc;
		if (!strcmp(section, "kubectl"))
			it->how = PLAN_KUBECTL;
	}
	return 0;
}

static int load_defaults(struct loader *l)
{
	const cJSON *o = cJSON_GetObjectItemCaseSensitive(l->plan->doc, "defaults"), *v;
	int rc = 0;

	l->section = "defaults";
	l->index = -1;
	cJSON_ArrayForEach(v, o)
	{
		if (!strcmp(v->string, "timeout"))
			rc = get_duration(l, v, &l->timeout);
		else if (!strcmp(v->string, "max"))
			rc = get_size(l, v, &l->max);
		else if (!strcmp(v->string, "lines"))
			rc = get_int(l, v, 1, 10000000, &l->plan->lines);
		else
			rc = fail(l, v->string, "unknown key");
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int resources_key(struct loader *l, const cJSON *v)
{
	struct plan *p = l->plan;
	const char *k = v->string;

	if (!strcmp(k, "timeout"))
		return get_duration(l, v, &p->res_timeout);
	if (!strcmp(k, "max"))
		return get_size(l, v, &p->res_max);
	if (!strcmp(k, "max_item"))
		return get_size(l, v, &p->res_max_item);
	if (!strcmp(k, "page"))
		return get_int(l, v, 1, 100000, &p->res_page);
	if (!strcmp(k, "first"))
		return get_list(l, v, &p->res_first);
	if (!strcmp(k, "skip"))
		return get_list(l, v, &p->res_skip);
	if (!strcmp(k, "builtin"))
		return get_list(l, v, &p->res_builtin);
	if (!strcmp(k, "names") && cJSON_IsObject(v))
		p->res_names = v;
	else if (!strcmp(k, "prefer") && cJSON_IsObject(v))
		p->res_prefer = v;
	else if (!strcmp(k, "same") && cJSON_IsArray(v))
		p->res_same = v;
	else
		return fail(l, k, "unknown key, or a value of the wrong kind");
	return 0;
}

static int logs_key(struct loader *l, const cJSON *v)
{
	struct plan *p = l->plan;
	const char *k = v->string;
	int64_t n = 0;
	int rc;

	if (!strcmp(k, "lines"))
		return get_int(l, v, 1, 10000000, &p->log_lines);
	if (!strcmp(k, "max"))
		return get_size(l, v, &p->log_max);
	if (!strcmp(k, "timeout"))
		return get_duration(l, v, &p->log_timeout);
	if (!strcmp(k, "always"))
		return get_list(l, v, &p->log_always);
	if (!strcmp(k, "max_pods")) {
		rc = get_int(l, v, 0, 100000, &n);
		p->log_max_pods = (int)n;
		return rc;
	}
	return fail(l, k, "unknown key");
}

static int load_map(struct loader *l, const char *section, int (*fn)(struct loader *, const cJSON *))
{
	const cJSON *o = cJSON_GetObjectItemCaseSensitive(l->plan->doc, section), *v;
	int rc;

	l->section = section;
	l->index = -1;
	if (o && !cJSON_IsObject(o))
		return fail(l, NULL, "must be a map");
	cJSON_ArrayForEach(v, o) if ((rc = fn(l, v)) < 0) return rc;
	return 0;
}

static int check_top(struct loader *l)
{
	static const char *const known[] = {"plan", "defaults", "api",  "kubectl",  "resources",
	                                    "logs", "lanes",    "node", "functions"};
	const cJSON *v;

	l->index = -1;
	if (!cJSON_IsObject(l->plan->doc) || json_get_int(l->plan->doc, "plan", 0) != 1)
		return err_set(l->e, ERR_FORMAT, "%s: not a plan of version 1: `plan: 1` is missing", l->name);
	cJSON_ArrayForEach(v, l->plan->doc)
	{
		bool ok = false;

		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			ok |= !strcmp(v->string, known[i]);
		l->section = v->string;
		if (!ok)
			return fail(l, NULL, "unknown section");
	}
	l->plan->functions = json_get_obj(l->plan->doc, "functions");
	l->plan->lanes = (int)json_get_int(l->plan->doc, "lanes", 3);
	if (l->plan->lanes < 1 || l->plan->lanes > 8) {
		l->section = "lanes";
		return fail(l, NULL, "lanes must be 1 to 8");
	}
	return 0;
}

static int load_all(struct loader *l)
{
	struct plan *p = l->plan;
	int rc;

	if ((rc = check_top(l)) < 0 || (rc = load_defaults(l)) < 0 ||
	    (rc = load_map(l, "resources", resources_key)) < 0 || (rc = load_map(l, "logs", logs_key)) < 0 ||
	    (rc = load_items(l, "api", &p->api, &p->n_api)) < 0 ||
	    (rc = load_items(l, "kubectl", &p->kubectl, &p->n_kubectl)) < 0)
		return rc;
	return load_items(l, "node", &p->node, &p->n_node);
}

int plan_parse(const char *name, struct str text, struct plan **out, struct err *e)
{
	CLEAN(clean_plan) struct plan *p = xcalloc(1, sizeof(*p));
	struct loader l = {.plan = p, .name = name, .timeout = 15 * US_PER_S, .max = 2 << 20, .e = e};
	int rc;

	p->lines = 20000;
	p->res_timeout = 120 * US_PER_S;
	p->res_max = INT64_C(256) << 20;
	p->res_max_item = 16 << 20;
	p->res_page = 500;
	p->log_lines = 2000;
	p->log_max = 1 << 20;
	p->log_timeout = 20 * US_PER_S;
	p->log_max_pods = 300;
	p->res_first = list_of(NULL);
	p->res_skip = list_of(NULL);
	p->res_builtin = list_of(NULL);
	p->log_always = list_of(NULL);
	if (yaml_parse(text.p, text.n, &p->doc, e) < 0)
		return err_wrap(e, "%s", name);
	l.lines = plan_lines_new(text);
	rc = load_all(&l);
	plan_lines_free(l.lines);
	if (rc < 0)
		return rc;
	*out = STEAL(p);
	return 0;
}

int plan_load(const char *path, struct plan **out, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX(4 << 20);
	const struct asset *a;
	int rc;

	if (!path) {
		a = asset_get("collect/plan.yaml");
		if (!a)
			return err_set(e, ERR_INTERNAL, "collect/plan.yaml is not compiled in");
		return plan_parse("collect/plan.yaml", a->text, out, e);
	}
	if ((rc = file_read(path, &b, e)) < 0)
		return rc;
	return plan_parse(path, (struct str){b.p ? b.p : "", b.n}, out, e);
}

static void free_items(struct plan_item *items, int n)
{
	for (int i = 0; i < n; i++) {
		free(items[i].needs);
		free(items[i].units);
		regex_free(items[i].drop);
		regex_free(items[i].names);
	}
	free(items);
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	free_items(p->api, p->n_api);
	free_items(p->kubectl, p->n_kubectl);
	free_items(p->node, p->n_node);
	free(p->res_first);
	free(p->res_skip);
	free(p->res_builtin);
	free(p->log_always);
	cJSON_Delete(p->doc);
	free(p);
}

void clean_plan(struct plan **p)
{
	plan_free(*p);
}
