/* asset: what is compiled in, and a folder over it. */
#include "tests/unit/unit.h"

#include "base/asset.h"

static char *overlay;

/* The overlay is read once in a process, so it is made before the first look. */
static int make_overlay(void **state)
{
	CLEAN(clean_free) char *path = NULL, *file = NULL, *deep = NULL, *hidden = NULL;

	(void)state;
	overlay = unit_folder();
	path = xasprintf("%s/schema", overlay);
	assert_int_equal(mkdir(path, 0700), 0);
	file = xasprintf("%s/schema/zz-new.sql", overlay);
	unit_write(file, "SELECT 1;\n", 10);
	hidden = xasprintf("%s/schema/.zz.sql.swp", overlay);
	unit_write(hidden, "x", 1);
	free(path);
	path = xasprintf("%s/collect", overlay);
	assert_int_equal(mkdir(path, 0700), 0);
	deep = xasprintf("%s/collect/plan.yaml", overlay);
	unit_write(deep, "mine\n", 5);
	return setenv("SICKBAY_DATA", overlay, 1);
}

static void test_assets(void **state)
{
	struct err e = {0};
	const char *last = "";
	size_t n = 0;

	(void)state;
	OK(asset_init(&e));
	OK(asset_init(&e)); /* a second time changes nothing */
	for (const struct asset *a = NULL; (a = asset_next("", "", a));) {
		assert_true(strcmp(last, a->path) < 0);
		assert_ptr_equal(asset_get(a->path), a);
		assert_int_equal(a->text.p[a->text.n], '\0');
		last = a->path;
		n++;
	}
	assert_true(n >= 3);
	assert_null(asset_get("schema"));
	assert_null(asset_get("nothing"));
	/* A file of the tree, byte for byte: the tests run from its top. */
	CLEAN(clean_file) FILE *f = fopen("schema/tables/20-objects.sql", "re");
	const struct asset *a = asset_get("schema/tables/20-objects.sql");
	if (f) {
		char text[65536];
		size_t k = fread(text, 1, sizeof(text), f);
		assert_non_null(a);
		assert_int_equal(a->text.n, k);
		assert_memory_equal(a->text.p, text, k);
	}
	for (a = NULL; (a = asset_next("schema/tables/", ".sql", a));)
		assert_true(str_starts(str_of(a->path), "schema/tables/"));
}

static void test_overlay(void **state)
{
	(void)state;
	assert_true(str_eq(asset_get("schema/zz-new.sql")->text, "SELECT 1;\n"));
	assert_true(str_eq(asset_get("collect/plan.yaml")->text, "mine\n"));
	assert_null(asset_get("schema/.zz.sql.swp"));
	unsetenv("SICKBAY_DATA");
	free(overlay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assets),
		cmocka_unit_test(test_overlay),
	};
	return cmocka_run_group_tests_name("asset", tests, make_overlay, NULL);
}
