#include "collect/ansible.h"
#include "base/buf.h"
#include "base/mem.h"
#include <ctype.h>
#include <stdint.h>

#define NAMES_MAX 5000 /* as many as a cluster has nodes */
#define GROUPS_MAX 2000
#define DEPTH_MAX 40

enum var { VAR_HOST, VAR_PORT, VAR_USER, VAR_KEY, VAR_CONNECTION, VAR_ARGS, VAR_EXTRA, N_VARS };
static const char *const var_names[N_VARS][3] = {
        [VAR_HOST] = {"ansible_host", "ansible_ssh_host"},
        [VAR_PORT] = {"ansible_port", "ansible_ssh_port"},
        [VAR_USER] = {"ansible_user", "ansible_ssh_user"},
        [VAR_KEY] = {"ansible_ssh_private_key_file", "ansible_private_key_file"},
        [VAR_CONNECTION] = {"ansible_connection"},
        [VAR_ARGS] = {"ansible_ssh_common_args"},
        [VAR_EXTRA] = {"ansible_ssh_extra_args"},
};

struct ints {
	int *v, n;
};
struct group {
	char *name;
	char *vars[N_VARS];
	struct ints hosts, children;
	int depth; /* from the top; -1: not known yet */
};
struct host {
	char *name;
	char *vars[N_VARS];
};
struct ansible {
	struct group *groups;
	struct host *hosts;
	int n_groups, n_hosts;
	bool too_many; /* groups */
};

struct ansible *ansible_new(void)
{
	struct ansible *a = xcalloc(1, sizeof(*a));

	ansible_group(a, "all");
	return a;
}

void clean_ansible(struct ansible **pp)
{
	struct ansible *a = *pp;

	if (!a)
		return;
	for (int i = 0; i < a->n_groups; i++) {
		struct group *g = &a->groups[i];

		for (int k = 0; k < N_VARS; k++)
			free(g->vars[k]);
		free(g->hosts.v);
		free(g->children.v);
		free(g->name);
	}
	for (int i = 0; i < a->n_hosts; i++) {
		for (int k = 0; k < N_VARS; k++)
			free(a->hosts[i].vars[k]);
		free(a->hosts[i].name);
	}
	free(a->groups);
	free(a->hosts);
	free(a);
	*pp = NULL;
}

static void add_int(struct ints *l, int x)
{
	for (int i = 0; i < l->n; i++)
		if (l->v[i] == x)
			return;
	l->v = xreallocarray(l->v, (size_t)l->n + 1, sizeof(*l->v));
	l->v[l->n++] = x;
}

static int find_group(const struct ansible *a, const char *name)
{
	for (int i = 0; i < a->n_groups; i++)
		if (!strcmp(a->groups[i].name, name))
			return i;
	return -1;
}

int ansible_group(struct ansible *a, const char *name)
{
	int i = find_group(a, name);

	if (i >= 0)
		return i;
	if (a->n_groups == GROUPS_MAX) {
		a->too_many = true;
		return GROUPS_MAX - 1;
	}
	a->groups = xreallocarray(a->groups, (size_t)a->n_groups + 1, sizeof(*a->groups));
	a->groups[a->n_groups] = (struct group){.name = xstrdup(name)};
	return a->n_groups++;
}

int ansible_host(struct ansible *a, const char *name)
{
	for (int i = 0; i < a->n_hosts; i++)
		if (!strcmp(a->hosts[i].name, name))
			return i;
	a->hosts = xreallocarray(a->hosts, (size_t)a->n_hosts + 1, sizeof(*a->hosts));
	a->hosts[a->n_hosts] = (struct host){.name = xstrdup(name)};
	return a->n_hosts++;
}

void ansible_member(struct ansible *a, int group, int host)
{
	add_int(&a->groups[group].hosts, host);
}

void ansible_child(struct ansible *a, int group, int child)
{
	add_int(&a->groups[group].children, child);
}

static void set_var(char *vars[N_VARS], const char *key, const char *value)
{
	if (!value[0] || strstr(value, "{{"))
		return;
	for (int k = 0; k < N_VARS; k++)
		for (int i = 0; i < 3 && var_names[k][i]; i++)
			if (!strcmp(var_names[k][i], key)) {
				free(vars[k]);
				vars[k] = xstrdup(value);
			}
}

void ansible_host_var(struct ansible *a, int host, const char *key, const char *value)
{
	set_var(a->hosts[host].vars, key, value);
}

void ansible_group_var(struct ansible *a, int group, const char *key, const char *value)
{
	set_var(a->groups[group].vars, key, value);
}

/* One "[from:to:step]" of a pattern. */
struct range {
	const char *open, *close; /* the brackets */
	int64_t from, to, step;
	int width; /* digits, filled with zeros; 0: as they are; -1: letters */
};

static bool find_range(const char *s, struct range *r)
{
	char *end;
	const char *p;

	*r = (struct range){.open = strchr(s, '['), .step = 1};
	r->close = r->open ? strchr(r->open, ']') : NULL;
	if (!r->close || !memchr(r->open, ':', (size_t)(r->close - r->open)))
		return false;
	p = r->open + 1;
	if (isalpha((unsigned char)*p) && p[1] == ':' && isalpha((unsigned char)p[2])) {
		r->from = (unsigned char)p[0];
		r->to = (unsigned char)p[2];
		r->width = -1;
		end = (char *)(uintptr_t)(p + 3);
	} else {
		size_t digits = strspn(p, "0123456789");

		r->width = digits > 1 && *p == '0' ? (int)digits : 0;
		r->from = digits && digits < 10 ? strtoll(p, NULL, 10) : 0;
		p += digits;
		if (*p++ != ':' || !isdigit((unsigned char)*p))
			return false;
		r->to = strtoll(p, &end, 10);
	}
	if (*end == ':')
		r->step = strtoll(end + 1, &end, 10);
	return end == r->close && r->step > 0 && r->to >= r->from && r->width < 20;
}

static int expand(const char *pattern, int (*fn)(void *, const char *, struct err *), void *arg, int *left, struct err *e)
{
	struct range r;
	int rc;

	if (!find_range(pattern, &r)) {
		if (--*left < 0)
			return err_set(e, ERR_LIMIT, "more than %d hosts", NAMES_MAX);
		return fn(arg, pattern, e);
	}
	for (int64_t i = r.from; i <= r.to; i += r.step) {
		CLEAN(clean_free) char *one = NULL;
		int head = (int)(r.open - pattern);

		if (r.width < 0)
			one = xasprintf("%.*s%c%s", head, pattern, (int)i, r.close + 1);
		else
			one = xasprintf("%.*s%0*lld%s", head, pattern, r.width, (long long)i, r.close + 1);
		if ((rc = expand(one, fn, arg, left, e)) < 0)
			return rc;
	}
	return 0;
}

int ansible_expand(const char *pattern, int (*fn)(void *, const char *, struct err *), void *arg, struct err *e)
{
	int left = NAMES_MAX;

	if (strlen(pattern) > 1000)
		return err_set(e, ERR_LIMIT, "a name of more than 1000 bytes");
	return expand(pattern, fn, arg, &left, e);
}

/* The longest way from a top group; a loop of groups ends at DEPTH_MAX. */
static void set_depth(const struct ansible *a, int *depth, int group, int d)
{
	if (d > DEPTH_MAX || depth[group] >= d)
		return;
	depth[group] = d;
	for (int i = 0; i < a->groups[group].children.n; i++)
		set_depth(a, depth, a->groups[group].children.v[i], d + 1);
}

/* Marks the group and all beneath it. */
static void mark_below(const struct ansible *a, bool *in, int group)
{
	if (in[group])
		return;
	in[group] = true;
	for (int i = 0; i < a->groups[group].children.n; i++)
		mark_below(a, in, a->groups[group].children.v[i]);
}

/* Whether the host is in the group or beneath it. */
static bool group_has(const struct ansible *a, int group, int host, bool *seen)
{
	bool has = false;

	memset(seen, 0, (size_t)a->n_groups * sizeof(*seen));
	mark_below(a, seen, group);
	for (int g = 0; g < a->n_groups && !has; g++)
		for (int i = 0; seen[g] && i < a->groups[g].hosts.n && !has; i++)
			has = a->groups[g].hosts.v[i] == host;
	return has;
}

/* What holds for the host: out[k] borrowed, or NULL. */
static void resolve(const struct ansible *a, int host, const int *depth, bool *seen, const char *out[N_VARS])
{
	int from[N_VARS];

	for (int k = 0; k < N_VARS; k++) {
		out[k] = a->hosts[host].vars[k];
		from[k] = -1;
	}
	for (int g = 0; g < a->n_groups; g++) {
		bool any = false, in;

		for (int k = 0; k < N_VARS; k++)
			any |= a->groups[g].vars[k] != NULL;
		in = any && (g == 0 || group_has(a, g, host, seen));
		for (int k = 0; in && k < N_VARS; k++) {
			int was = from[k];

			if (!a->groups[g].vars[k] || a->hosts[host].vars[k])
				continue;
			if (was < 0 || was == 0 || depth[g] > depth[was] ||
			    (depth[g] == depth[was] && strcmp(a->groups[g].name, a->groups[was].name) > 0)) {
				from[k] = g;
				out[k] = a->groups[g].vars[k];
			}
		}
	}
}

/* The host between, out of "-J bastion" and "-o ProxyJump=bastion", "-o ProxyCommand='ssh -W %h:%p bastion'". */
static char *find_jump(const char *args)
{
	const char *p = strstr(args, "-J "), *w = strstr(args, "ProxyJump=");
	size_t n;

	if (!p && !w && strstr(args, "ProxyCommand")) {
		/* The last word that is no option is the host; what options it needs belongs into ssh's configuration. */
		const char *ssh = strstr(args, "ssh "), *last = NULL, *user = NULL;
		size_t last_n = 0, user_n = 0;

		for (p = ssh ? ssh + 4 : ""; *p && *p != '"' && *p != '\''; p += n) {
			p += strspn(p, " ");
			n = strcspn(p, " \"'");
			if (n > 1 && p[0] == '-' && strchr("WpiloFJ", p[1]) && n == 2) {
				const char *value = p + n + strspn(p + n, " ");

				if (p[1] == 'l') {
					user = value;
					user_n = strcspn(value, " \"'");
				}
				n = (size_t)(value - p) + strcspn(value, " \"'");
			} else if (n && p[0] != '-') {
				last = p;
				last_n = n;
			}
			if (!n)
				break;
		}
		if (last && user)
			return xasprintf("%.*s@%.*s", (int)user_n, user, (int)last_n, last);
		return last ? xstrndup(last, last_n) : NULL;
	}
	p = p ? p + 3 : w ? w + 10 : NULL;
	if (!p)
		return NULL;
	p += strspn(p, " \"'");
	n = strcspn(p, " \"',");
	return n ? xstrndup(p, n) : NULL;
}

static int add_host(const struct ansible *a, int host, const char *vars[N_VARS], struct inventory *inv, struct err *e)
{
	const char *name = a->hosts[host].name, *args = vars[VAR_ARGS] ? vars[VAR_ARGS] : vars[VAR_EXTRA];
	struct inv_host *h = inventory_add(inv), jump = {.name = NULL};
	bool ok = inventory_split(h, name), jump_ok = true;

	if (ok && vars[VAR_HOST]) {
		h->name = xstrdup(h->addr);
		free(h->addr);
		h->addr = xstrdup(vars[VAR_HOST]);
		ok = inventory_name_is_sane(h->addr);
	} else if (ok && !isdigit((unsigned char)h->addr[0]) && !strchr(h->addr, ':')) {
		h->name = xstrdup(h->addr);
	}
	if (vars[VAR_PORT])
		h->port = (int)strtol(vars[VAR_PORT], NULL, 10);
	if (vars[VAR_USER] && !h->user)
		h->user = xstrdup(vars[VAR_USER]);
	if (vars[VAR_KEY])
		h->key = xstrdup(vars[VAR_KEY]);
	if (args && (h->jump = find_jump(args)))
		jump_ok = inventory_split(&jump, h->jump);
	free(jump.addr);
	free(jump.user);
	ok = ok && h->port >= 0 && h->port <= 65535 && (!h->user || h->user[0] != '-');
	if (vars[VAR_CONNECTION] && !strcmp(vars[VAR_CONNECTION], "local")) {
		free(h->addr);
		h->addr = NULL;
	}
	if (!jump_ok)
		return err_set(e, ERR_USAGE, "host %.200s: \"%.100s\" is no host to go through", name, h->jump);
	return ok ? 0 : err_set(e, ERR_USAGE, "\"%.200s\" is not a host with an address, a port and a user", name);
}

int ansible_hosts(const struct ansible *a, const char *group, struct inventory *inv, struct err *e)
{
	int g = group ? find_group(a, group) : -1, rc = 0;
	size_t n = (size_t)a->n_groups;
	CLEAN(clean_free) bool *seen = xcalloc(n, sizeof(*seen)), *child = xcalloc(n, sizeof(*child));
	CLEAN(clean_free) int *depth = xcalloc(n, sizeof(*depth));

	if (a->too_many)
		return err_set(e, ERR_LIMIT, "more than %d groups", GROUPS_MAX);
	if (group && g < 0)
		return err_set(e, ERR_USAGE, "there is no group \"%.100s\" in it", group);
	for (int i = 0; i < a->n_groups; i++) {
		depth[i] = -1;
		for (int k = 0; k < a->groups[i].children.n; k++)
			child[a->groups[i].children.v[k]] = true;
	}
	for (int i = 0; i < a->n_groups; i++)
		if (i && !child[i])
			set_depth(a, depth, i, 1);
	set_depth(a, depth, 0, 0);
	for (int i = 0; i < a->n_hosts && rc == 0; i++) {
		const char *vars[N_VARS];

		if (g > 0 && !group_has(a, g, i, seen))
			continue;
		resolve(a, i, depth, seen, vars);
		rc = add_host(a, i, vars, inv, e);
	}
	return rc;
}
