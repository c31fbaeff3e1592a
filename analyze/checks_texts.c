#include "analyze/checks.h"
#include "base/asset.h"
#include "base/yaml.h"

int texts_load(int lang, cJSON **out, struct err *e)
{
	CLEAN(clean_free) char *path = xasprintf("schema/texts/%s.yaml", lang_name(lang));
	const struct asset *a = asset_get(path);

	if (!a)
		return err_set(e, ERR_INTERNAL, "%s is missing", path);
	int rc = yaml_parse(a->text.p, a->text.n, out, e);
	if (rc < 0)
		return err_wrap(e, "%s", path);
	return 0;
}

const char *texts_get(const cJSON *texts, const char *key)
{
	const char *s = json_path_str(texts, key);
	return s ? s : key;
}
