#include "bundles/tally.h"

#include <string.h>

void tally_add(struct tally *t, struct str kind, int64_t count)
{
	char name[TALLY_NAME];
	int i = 0, order = 1;

	snprintf(name, sizeof(name), "%.*s", (int)(kind.n < sizeof(name) ? kind.n : sizeof(name) - 1), kind.p ? kind.p : "");
	while (i < t->n && (order = strcmp(t->of[i].kind, name)) < 0)
		i++;
	if (i < t->n && order == 0) {
		t->of[i].count += count;
		return;
	}
	/* The last place is kept for what found none. */
	if (t->n >= TALLY_KINDS - 1 && strcmp(name, "other") != 0) {
		tally_add(t, STR("other"), count);
		return;
	}
	memmove(&t->of[i + 1], &t->of[i], (size_t)(t->n - i) * sizeof(t->of[0]));
	memcpy(t->of[i].kind, name, sizeof(name));
	t->of[i].count = count;
	t->n++;
}

void tally_merge(struct tally *t, const struct tally *more)
{
	for (int i = 0; i < more->n; i++)
		tally_add(t, str_of(more->of[i].kind), more->of[i].count);
}

int64_t tally_total(const struct tally *t)
{
	int64_t n = 0;

	for (int i = 0; i < t->n; i++)
		n += t->of[i].count;
	return n;
}

void tally_write_json(const struct tally *t, struct jsonw *w)
{
	jsonw_object(w);
	for (int i = 0; i < t->n; i++) {
		jsonw_key(w, t->of[i].kind);
		jsonw_int(w, t->of[i].count);
	}
	jsonw_end(w);
}
