#include "base/mem.h"
#include "collect/plan.h"

/* Text of placeholder `name`, or NULL when it is none or has no value. num is scratch space. */
static const char *value_of(const struct plan_vars *v, struct str name, char num[24])
{
	if (str_eq(name, "node"))
		return v->node;
	if (str_eq(name, "unit"))
		return v->unit;
	if (str_eq(name, "journal"))
		return v->journal;
	if (str_eq(name, "name"))
		return v->name;
	if (str_eq(name, "until"))
		return v->until_s ? (snprintf(num, 24, " --until=-%llds", (long long)v->until_s), num) : "";
	if (str_eq(name, "until_s")) {
		snprintf(num, 24, "%lld", (long long)v->until_s);
		return num;
	}
	for (int i = 0; v->parts && i < v->parts->n; i++)
		if (str_eq(name, v->parts->name[i]))
			return v->parts->value[i];
	if (str_eq(name, "since_s") || str_eq(name, "lines")) {
		snprintf(num, 24, "%lld", (long long)(str_eq(name, "lines") ? v->lines : v->since_s));
		return num;
	}
	return NULL;
}

char *plan_resolve(const char *text, const struct plan_vars *v)
{
	struct buf b = BUF_MAX(1 << 20);
	char num[24];

	for (const char *p = text; *p;) {
		const char *open = strchr(p, '{'), *close;
		const char *val = NULL;

		if (!open) {
			buf_add_str(&b, p, NULL);
			break;
		}
		close = strpbrk(open + 1, "{} \t\n");
		if (close && *close == '}')
			val = value_of(v, (struct str){open + 1, (size_t)(close - open - 1)}, num);
		buf_add(&b, p, (size_t)(open - p), NULL);
		if (val) {
			buf_add_str(&b, val, NULL);
			p = close + 1;
		} else {
			buf_add(&b, "{", 1, NULL);
			p = open + 1;
		}
	}
	return buf_take(&b);
}

char *plan_path(const struct plan_item *it, const struct plan_vars *v)
{
	struct plan_vars with = *v;
	struct plan_parts parts = {.n = 0};
	struct str groups[PLAN_PARTS_MAX];
	/* The glob itself stands for files that there are not. */
	bool glob = it->names && v->name && strpbrk(v->name, "*?[");
	char *path;

	if (!it->names || !v->name)
		return plan_resolve(it->path, v);
	if (!glob && !regex_match(it->names, str_of(v->name), groups, PLAN_PARTS_MAX))
		return NULL;
	for (int i = 0; i < regex_group_count(it->names) && i < PLAN_PARTS_MAX; i++) {
		if (!regex_group_name(it->names, i))
			continue;
		parts.name[parts.n] = regex_group_name(it->names, i);
		parts.value[parts.n++] = glob           ? xstrdup("*")
		                         : groups[i].p ? xstrndup(groups[i].p, groups[i].n)
		                                       : xstrdup("");
	}
	with.parts = &parts;
	path = plan_resolve(it->path, &with);
	for (int i = 0; i < parts.n; i++)
		free(parts.value[i]);
	return path;
}

char *plan_script(const struct plan *p, const struct plan_item *it, const struct plan_vars *v)
{
	CLEAN(clean_free) char *body = NULL;
	const char *fn = it->use ? json_get_str(p->functions, it->use) : NULL;

	if (it->how != PLAN_RUN)
		return NULL;
	body = plan_resolve(it->what, v);
	return fn ? xasprintf("%s\n%s", fn, body) : STEAL(body);
}

size_t plan_glob_prefix(const char *glob)
{
	size_t n = strcspn(glob, "*?[");

	while (n > 0 && glob[n - 1] != '/')
		n--;
	return n;
}
