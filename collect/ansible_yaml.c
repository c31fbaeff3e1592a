/* Ansible's YAML inventories: group -> hosts, children, vars. */
#include "base/mem.h"
#include "base/yaml.h"
#include "collect/ansible.h"

struct reader {
	struct ansible *a;
	int group;
	const cJSON *vars;
};

static void value_text(const cJSON *v, char *out, size_t size)
{
	out[0] = '\0';
	if (cJSON_IsString(v))
		snprintf(out, size, "%s", v->valuestring);
	else if (cJSON_IsNumber(v))
		snprintf(out, size, "%.0f", v->valuedouble);
}

static int one_host(void *arg, const char *name, struct err *e)
{
	struct reader *r = arg;
	int host = ansible_host(r->a, name);
	const cJSON *v;
	char text[1000];

	(void)e;
	ansible_member(r->a, r->group, host);
	cJSON_ArrayForEach(v, r->vars)
	{
		value_text(v, text, sizeof(text));
		ansible_host_var(r->a, host, v->string, text);
	}
	return 0;
}

static int read_group(struct ansible *a, int group, const cJSON *o, int depth, struct err *e)
{
	const cJSON *v;
	char text[1000];
	int rc;

	if (depth > 20)
		return err_set(e, ERR_LIMIT, "groups within groups, more than 20 deep");
	cJSON_ArrayForEach(v, json_get_obj(o, "vars"))
	{
		value_text(v, text, sizeof(text));
		ansible_group_var(a, group, v->string, text);
	}
	cJSON_ArrayForEach(v, json_get_obj(o, "hosts"))
	{
		struct reader r = {a, group, v};

		if ((rc = ansible_expand(v->string, one_host, &r, e)) < 0)
			return rc;
	}
	cJSON_ArrayForEach(v, json_get_obj(o, "children"))
	{
		int child = ansible_group(a, v->string);

		ansible_child(a, group, child);
		if ((rc = read_group(a, child, v, depth + 1, e)) < 0)
			return rc;
	}
	return 0;
}

int ansible_read_yaml(struct ansible *a, const char *text, size_t n, struct err *e)
{
	CLEAN(clean_cjson) cJSON *doc = NULL;
	const cJSON *g;
	int rc = yaml_parse(text, n, &doc, e);

	if (rc < 0)
		return rc;
	if (!cJSON_IsObject(doc))
		return err_set(e, ERR_FORMAT, "no Ansible inventory: it has no groups");
	cJSON_ArrayForEach(g, doc)
		if ((rc = read_group(a, ansible_group(a, g->string), g, 0, e)) < 0)
			return rc;
	return 0;
}
