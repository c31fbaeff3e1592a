/* Ansible's INI inventories. */
#include "base/buf.h"
#include "base/mem.h"
#include "collect/ansible.h"
#include <ctype.h>

enum kind { HOSTS, VARS, CHILDREN };

struct reader {
	struct ansible *a;
	enum kind kind;
	int group;
	char *rest; /* variables of the host line that is being read */
};

/* The next word of a line, quotes taken off: a=b, a="b c". Ends at a comment. NULL: none. */
static char *next_word(char **pp)
{
	char *p = *pp + strspn(*pp, " \t\r"), *out = p, *start = p, quote = 0;

	if (!*p || *p == '#' || *p == ';')
		return NULL;
	for (; *p && (quote || !isspace((unsigned char)*p)); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else
			*out++ = *p;
	}
	*pp = *p ? p + 1 : p;
	*out = '\0';
	return start;
}

static int one_host(void *arg, const char *name, struct err *e)
{
	struct reader *r = arg;
	CLEAN(clean_free) char *copy = xstrdup(r->rest);
	char *p = copy, *w;
	int host = ansible_host(r->a, name);

	(void)e;
	ansible_member(r->a, r->group, host);
	while ((w = next_word(&p))) {
		char *eq = strchr(w, '=');

		if (!eq)
			continue;
		*eq = '\0';
		ansible_host_var(r->a, host, w, eq + 1);
	}
	return 0;
}

static int section(struct reader *r, char *line, struct err *e)
{
	char *close = strchr(line, ']'), *colon;

	if (!close || close == line + 1)
		return err_set(e, ERR_FORMAT, "a section without its ]");
	*close = '\0';
	colon = strchr(++line, ':');
	r->kind = HOSTS;
	if (colon) {
		*colon++ = '\0';
		if (!strcmp(colon, "vars"))
			r->kind = VARS;
		else if (!strcmp(colon, "children"))
			r->kind = CHILDREN;
		else
			return err_set(e, ERR_FORMAT, "[%.100s:%.100s]: neither vars nor children", line, colon);
	}
	r->group = ansible_group(r->a, line);
	return 0;
}

/* "name = value": the value is the rest of the line. */
static void variable(struct reader *r, char *line)
{
	char *eq = strchr(line, '='), *value, *end;
	size_t n;

	if (!eq)
		return;
	value = eq + 1 + strspn(eq + 1, " \t");
	*eq = '\0';
	line[strcspn(line, " \t")] = '\0';
	if ((end = strstr(value, " #")))
		*end = '\0';
	n = strlen(value);
	while (n && isspace((unsigned char)value[n - 1]))
		value[--n] = '\0';
	if (n > 1 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
		value[n - 1] = '\0';
		value++;
	}
	ansible_group_var(r->a, r->group, line, value);
}

bool ansible_is_section(const char *line)
{
	size_t n = line[0] == '[' ? strspn(line + 1, "0123456789abcdefABCDEF:.") : 0;
	const char *colon = n ? memchr(line + 1, ':', n) : NULL;

	if (line[0] != '[')
		return false;
	/* "[::1]:22" is a host. */
	return !(line[1 + n] == ']' && colon && memchr(colon + 1, ':', n - (size_t)(colon - line)));
}

static int one_line(struct reader *r, char *line, struct err *e)
{
	char *w;

	line += strspn(line, " \t\r");
	if (!*line || *line == '#' || *line == ';')
		return 0;
	if (ansible_is_section(line))
		return section(r, line, e);
	if (r->kind == VARS) {
		variable(r, line);
		return 0;
	}
	if (!(w = next_word(&line)))
		return 0;
	if (r->kind == CHILDREN) {
		ansible_child(r->a, r->group, ansible_group(r->a, w));
		return 0;
	}
	r->rest = line;
	return ansible_expand(w, one_host, r, e);
}

int ansible_read_ini(struct ansible *a, char *text, struct err *e)
{
	struct reader r = {.a = a, .kind = HOSTS, .group = ansible_group(a, "ungrouped")};
	char *next;
	int rc, n = 1;

	for (char *line = text; line; line = next, n++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if ((rc = one_line(&r, line, e)) < 0)
			return err_wrap(e, "line %d", n);
	}
	return 0;
}
