/* Plans from outside: read, and every script of them resolved. */
#include "tests/fuzz/fuzz.h"

#include "collect/plan.h"

static void resolve(const struct plan *p, const struct plan_item *items, int n)
{
	const struct plan_vars v = {.node = "node'1", .unit = "kubelet", .journal = "kubelet.service", .name = "{node}", .since_s = 60, .lines = 9};

	for (int i = 0; i < n; i++) {
		MUST(items[i].path && items[i].timeout > 0 && items[i].max > 0 && items[i].line >= 1);
		free(plan_resolve(items[i].path, &v));
		if (items[i].what)
			MUST(plan_glob_prefix(items[i].what) <= strlen(items[i].what));
		free(plan_script(p, &items[i], &v));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEAN(clean_plan) struct plan *p = NULL;
	struct err e = {0};
	int rc = plan_parse("plan.yaml", (struct str){(const char *)data, size}, &p, &e);

	MUST(rc == 0 || (e.code == -rc && e.msg[0] && !p));
	if (rc < 0)
		return 0;
	resolve(p, p->api, p->n_api);
	resolve(p, p->kubectl, p->n_kubectl);
	resolve(p, p->node, p->n_node);
	return 0;
}
