/* anonymize_internal: the parts of an anonymizer; for collect/anonymize*.c only. */
#ifndef SICKBAY_COLLECT_ANONYMIZE_INTERNAL_H
#define SICKBAY_COLLECT_ANONYMIZE_INTERNAL_H
#include "base/mem.h"
#include "base/regex.h"
#include "base/wordset.h"
#include "collect/addressmap.h"
#include "collect/anonymize.h"
#include "collect/namemap.h"

struct lesson {
	struct regex *re;
	int group;
	bool host;
};
struct anonymizer {
	cJSON *doc; /* collect/anonymize.yaml */
	struct redact *rules;
	struct lesson *lessons;
	int n_lessons;
	struct wordset *hints;
	unsigned char key[ADDRESS_KEY];
	struct addressmap *addresses;
	struct namemap *hosts;   /* names of machines, without a domain */
	struct namemap *firsts;  /* their first words: what must stand for a name to begin */
	struct namemap *zones;   /* domains that are mapped, with everything below them */
	struct namemap *labels;  /* names below them */
	struct namemap *keep_names, *keep_domains, *endings;
	struct namemap *seen;    /* words that stand in the bundle and look like names we give */
	struct namemap *dotted;  /* addresses of v4, with dashes for dots */
};

bool anonymize_host_char(char c);
/* Part of a name between '-', '.' and '_'. */
size_t anonymize_word(const char *p, const char *end);
/* A kept domain, or one below it. */
bool anonymize_kept(const struct anonymizer *a, struct str domain);
/* A machine's name, alone or with its domain. */
void anonymize_learn_host(struct anonymizer *a, struct str name);
void anonymize_learn_domain(struct anonymizer *a, struct str name);
/* Whether s begins with an address of v4; its length, else 0. */
size_t anonymize_v4(struct str s);

#endif
