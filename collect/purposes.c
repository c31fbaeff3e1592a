#include "collect/purposes.h"
#include "base/asset.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

struct purposes {
	cJSON *doc;
	const cJSON *list;
};

int purposes_load(struct purposes **out, struct err *e)
{
	static const char name[] = "collect/purposes.yaml";
	const struct asset *a = asset_get(name);
	CLEAN(clean_purposes) struct purposes *p = xcalloc(1, sizeof(*p));
	const cJSON *it;
	int line = 0;

	if (!a)
		return err_set(e, ERR_INTERNAL, "%s: not there", name);
	if (yaml_parse(a->text.p, a->text.n, &p->doc, e) < 0)
		return err_wrap(e, "%s", name);
	p->list = json_get_arr(p->doc, "purposes");
	if (!p->list)
		return err_set(e, ERR_FORMAT, "%s: no list `purposes`", name);
	cJSON_ArrayForEach(it, p->list)
	{
		line++;
		if (!json_get_str(it, "path") || !json_get_str(it, "for"))
			return err_set(e, ERR_FORMAT, "%s: entry %d: needs `path` and `for`", name, line);
	}
	*out = STEAL(p);
	return 0;
}

void purposes_free(struct purposes *p)
{
	if (!p)
		return;
	cJSON_Delete(p->doc);
	free(p);
}

void clean_purposes(struct purposes **p)
{
	purposes_free(*p);
}

const char *purposes_of(const struct purposes *p, const char *path)
{
	const cJSON *it;

	cJSON_ArrayForEach(it, p->list)
	{
		if (text_glob(json_get_str(it, "path"), str_of(path)))
			return json_get_str(it, "for");
	}
	return NULL;
}
