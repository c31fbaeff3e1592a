/* YAML documents; what is read can be written as JSON and is read back the same. */
#include "tests/fuzz/fuzz.h"

#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN(clean_cjson) cJSON *tree = NULL, *again = NULL;
	struct err e = {0};
	int rc = yaml_parse((const char *)data, size, &tree, &e);

	MUST(rc == 0 || (e.code == -rc && e.msg[0] && !tree));
	if (rc < 0)
		return 0;
	MUST(tree);
	CLEAN(clean_free) char *text = json_text(tree);
	if (!text) /* too large a document */
		return 0;
	if (json_parse(text, strlen(text), &again, &e) == 0)
		MUST(cJSON_Compare(tree, again, true));
	else
		fprintf(stderr, "%s\n", e.msg);
	return 0;
}
