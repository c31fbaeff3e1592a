#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"

struct given {
	const struct cli_option *option;
	const char *value; /* "" for a switch */
};

struct cli_args {
	const struct cli_command *command;
	struct given *given;
	int ngiven;
	const char **words;
	int nwords;
};

static const struct cli_option *declared(const struct cli_command *c, const char *name)
{
	for (const struct cli_option *o = c->options; o && (o->name || o->help); o++)
		if (o->name && strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

/* -- what commands ask --------------------------------------------------------------------------------------------- */

int cli_count(const struct cli_args *a, const char *name)
{
	int n = 0;

	assert(declared(a->command, name));
	for (int i = 0; i < a->ngiven; i++)
		n += strcmp(a->given[i].option->name, name) == 0;
	return n;
}

const char *cli_nth(const struct cli_args *a, const char *name, int i)
{
	assert(declared(a->command, name));
	for (int k = 0; k < a->ngiven; k++)
		if (strcmp(a->given[k].option->name, name) == 0 && i-- == 0)
			return a->given[k].value;
	return NULL;
}

const char *cli_value(const struct cli_args *a, const char *name)
{
	return cli_nth(a, name, cli_count(a, name) - 1);
}

bool cli_given(const struct cli_args *a, const char *name)
{
	return cli_count(a, name) > 0;
}

int cli_argc(const struct cli_args *a)
{
	return a->nwords;
}

const char *cli_arg(const struct cli_args *a, int i)
{
	return i >= 0 && i < a->nwords ? a->words[i] : NULL;
}

/* -- parsing ------------------------------------------------------------------------------------------------------- */

struct parser {
	const struct cli_command *c;
	int argc, i;
	char **argv;
	struct cli_args *a;
	bool *help;
	struct err *e;
};

/* Names a declared option that is spelled nearly like it, or NULL. */
static const char *similar(const struct cli_command *c, const char *name)
{
	const char *best = NULL;
	int least = 4;

	for (const struct cli_option *o = c->options; o && (o->name || o->help); o++) {
		int d = o->name ? text_distance(o->name, name, least) : least;
		/* An abbreviation is meant, too. */
		if (o->name && strlen(name) >= 2 && strncmp(o->name, name, strlen(name)) == 0)
			d = 0;
		if (d < least) {
			least = d;
			best = o->name;
		}
	}
	return best;
}

static int unknown_option(struct parser *p, const char *name)
{
	const char *near = similar(p->c, name);

	if (near)
		return err_set(p->e, ERR_USAGE, "--%.80s: no such option; did you mean --%s?", name, near);
	return err_set(p->e, ERR_USAGE, "--%.80s: no such option", name);
}

/* Takes one option; value is what was attached to it, or NULL: then the next word is it. */
static int take_option(struct parser *p, const struct cli_option *o, const char *value)
{
	if (!o->value && value)
		return err_set(p->e, ERR_USAGE, "--%s: takes no value", o->name);
	if (o->value && !value) {
		if (p->i + 1 >= p->argc)
			return err_set(p->e, ERR_USAGE, "--%s: needs a value: --%s %s", o->name, o->name, o->value);
		value = p->argv[++p->i];
	}
	for (int k = 0; k < p->a->ngiven; k++)
		if (p->a->given[k].option == o && o->value && !o->repeat)
			return err_set(p->e, ERR_USAGE, "--%s: given twice", o->name);
	p->a->given[p->a->ngiven++] = (struct given){o, value ? value : ""};
	return 0;
}

static int take_long(struct parser *p, const char *word)
{
	size_t n = strcspn(word, "=");
	CLEAN(clean_free) char *name = xstrndup(word, n);
	const struct cli_option *o = declared(p->c, name);

	if (!o && strcmp(name, "help") == 0) {
		*p->help = true;
		return 0;
	}
	return o ? take_option(p, o, word[n] ? word + n + 1 : NULL) : unknown_option(p, name);
}

/* "-o FILE", "-oFILE", and switches in one word: "-qv". */
static int take_letters(struct parser *p, const char *word)
{
	for (; *word; word++) {
		const struct cli_option *o = p->c->options;
		while (o && (o->name || o->help) && !(o->name && o->letter == *word))
			o++;
		if ((!o || !o->name) && *word == 'h') {
			*p->help = true;
			continue;
		}
		if (!o || !o->name)
			return err_set(p->e, ERR_USAGE, "-%c: no such option", *word);
		if (o->value)
			return take_option(p, o, word[1] ? word + 1 : NULL);
		int rc = take_option(p, o, NULL);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int parse_words(struct parser *p)
{
	bool options = true;
	int rc = 0;

	for (; p->i < p->argc && rc == 0; p->i++) {
		const char *w = p->argv[p->i];
		if (options && strcmp(w, "--") == 0)
			options = false;
		else if (options && w[0] == '-' && w[1] == '-')
			rc = take_long(p, w + 2);
		else if (options && w[0] == '-' && w[1])
			rc = take_letters(p, w + 1);
		else
			p->a->words[p->a->nwords++] = w;
	}
	return rc;
}

int cli_parse(const struct cli_command *c, int argc, char **argv, struct cli_args **out, bool *help, struct err *e)
{
	CLEAN(clean_cli_args) struct cli_args *a = xcalloc(1, sizeof(*a));
	struct parser p = {c, argc, 0, argv, a, help, e};
	size_t letters = 0;

	*help = false;
	for (int i = 0; i < argc; i++)
		letters += strlen(argv[i]) + 1; /* no word holds more options than letters */
	a->command = c;
	a->given = xcalloc(letters, sizeof(*a->given));
	a->words = xcalloc((size_t)argc, sizeof(*a->words));
	int rc = parse_words(&p);
	if (rc == 0 && !*help && a->nwords < c->min_args)
		rc = err_set(e, ERR_USAGE, "something is missing: %s %s %s", cli_program(), c->name, c->synopsis);
	if (rc == 0 && !*help && c->max_args >= 0 && a->nwords > c->max_args)
		rc = err_set(e, ERR_USAGE, "\"%.80s\": one word too many", a->words[c->max_args]);
	if (rc == 0)
		*out = STEAL(a);
	return rc;
}

void clean_cli_args(struct cli_args **a)
{
	if (!*a)
		return;
	free((*a)->given);
	free((*a)->words);
	free(*a);
	*a = NULL;
}
