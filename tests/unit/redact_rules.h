/* The rules of redaction for a program of tests: setup and teardown of its group. */
#ifndef SICKBAY_TESTS_UNIT_REDACT_RULES_H
#define SICKBAY_TESTS_UNIT_REDACT_RULES_H
#include "tests/unit/unit.h"

#include "base/asset.h"
#include "collect/redact.h"

__attribute__((unused)) static struct redact *rules;

static inline int setup(void **state)
{
	struct err e = {0};

	(void)state;
	if (asset_init(&e) < 0 || redact_load(&rules, &e) < 0)
		fail_msg("%s", e.msg);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	redact_free(rules);
	return 0;
}

#endif
