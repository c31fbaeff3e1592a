/* tally: how many values of which kind were replaced: {"password": 3, "secret": 9}. */
#ifndef SICKBAY_BUNDLES_TALLY_H
#define SICKBAY_BUNDLES_TALLY_H
#include "base/json.h"

enum { TALLY_KINDS = 48, TALLY_NAME = 24 };
/* Kinds beyond TALLY_KINDS are counted as "other". All zero is an empty tally. */
struct tally {
	int n;
	struct {
		char kind[TALLY_NAME];
		int64_t count;
	} of[TALLY_KINDS]; /* sorted by kind */
};
void tally_add(struct tally *t, struct str kind, int64_t count);
void tally_merge(struct tally *t, const struct tally *more);
int64_t tally_total(const struct tally *t);
/* Writes it as one JSON object. */
void tally_write_json(const struct tally *t, struct jsonw *w);

#endif
