#include "collect/sshtarget.h"
#include "base/clock.h"
#include "base/mem.h"
#include "collect/inventory.h"
#include <pwd.h>
#include <unistd.h>

static char *expand_home(const char *p)
{
	const char *home = getenv("HOME");

	if (p[0] == '~' && p[1] == '/' && home)
		return xasprintf("%s%s", home, p + 1);
	return xstrdup(p);
}

static void add_path(char **list, size_t size, const char *p, size_t n)
{
	char *one = xstrndup(p, n);

	for (size_t i = 0; i + 1 < size; i++) {
		if (list[i])
			continue;
		list[i] = expand_home(one);
		break;
	}
	free(one);
}

/* One line of `ssh -G`: "hostname 10.0.0.1". */
static void take_line(struct sshtarget *s, const struct collect_ssh *o, const char *key, const char *val)
{
	if (!strcmp(key, "hostname") && !s->addr) {
		s->addr = xstrdup(val);
	} else if (!strcmp(key, "user") && !s->user) {
		s->user = xstrdup(val);
	} else if (!strcmp(key, "port") && !s->t.port) {
		s->t.port = (int)strtol(val, NULL, 10);
	} else if (!strcmp(key, "hostkeyalias") && !s->alias) {
		s->alias = xstrdup(val);
	} else if (!strcmp(key, "identityfile") && !o->key) {
		add_path(s->keys, ARRAY_LEN(s->keys), val, strlen(val));
	} else if ((!strcmp(key, "userknownhostsfile") || !strcmp(key, "globalknownhostsfile")) && !o->known_hosts) {
		for (const char *p = val; *p;) {
			size_t n = strcspn(p, " ");

			if (n)
				add_path(s->known_hosts, ARRAY_LEN(s->known_hosts), p, n);
			p += n + (p[n] == ' ');
		}
	} else if ((!strcmp(key, "proxyjump") || !strcmp(key, "proxycommand")) && strcmp(val, "none") != 0 && !s->through) {
		s->through = xstrdup(val);
	}
}

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static void ask_ssh(struct sshtarget *s, const struct collect_ssh *o, const char *host)
{
	CLEAN_BUF struct buf b = BUF_MAX(256 * 1024);
	const char *argv[] = {"ssh", "-G", "-F", o->config ? o->config : "", "--", host, NULL};
	const char *plain[] = {"ssh", "-G", "--", host, NULL};
	struct proc_opts po = {.argv = o->config ? argv : plain, .deadline = clock_mono() + 5 * US_PER_S, .out = to_buf, .arg = &b};
	struct proc_result r;
	struct err e;
	char *save = NULL;

	if (host[0] == '-' || proc_run(&po, &r, &e) < 0 || r.exit_status != 0 || !b.p)
		return;
	for (char *line = strtok_r(b.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *sp = strchr(line, ' ');

		if (sp) {
			*sp = '\0';
			take_line(s, o, line, sp + 1);
		}
	}
}

static void set_defaults(struct sshtarget *s, const struct collect_ssh *o, const char *host)
{
	static const char *const keys[] = {"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"};
	static const char *const known[] = {"~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"};
	struct passwd entry, *pw = NULL;
	char room[16384];

	if (!s->addr)
		s->addr = xstrdup(host);
	/* Visits run side by side. */
	if (!s->user && getpwuid_r(getuid(), &entry, room, sizeof(room), &pw) != 0)
		pw = NULL;
	if (!s->user)
		s->user = xstrdup(pw ? pw->pw_name : "root");
	if (!s->t.port)
		s->t.port = 22;
	for (size_t i = 0; i < ARRAY_LEN(keys) && !o->key; i++)
		add_path(s->keys, ARRAY_LEN(s->keys), keys[i], strlen(keys[i]));
	for (size_t i = 0; i < ARRAY_LEN(known) && !o->known_hosts; i++)
		add_path(s->known_hosts, ARRAY_LEN(s->known_hosts), known[i], strlen(known[i]));
}

static void quoted_option(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, NULL, " -o %s", name);
	shell_quote(b, value);
}

/* ssh's own -J would not give the jump host our key and our known hosts. */
static char *jump_command(const struct collect_ssh *o, const struct sshtarget *s)
{
	struct inv_host j = {.name = NULL};
	struct buf b = BUF_MAX(16384);

	if (!inventory_split(&j, o->jump))
		j.port = -1; /* checked before; ssh then says what it thinks of it */
	buf_add_str(&b, "ProxyCommand=ssh -o ConnectTimeout=30 -o ServerAliveInterval=5 -o LogLevel=ERROR", NULL);
	if (o->config) {
		buf_add_str(&b, " -F ", NULL);
		shell_quote(&b, o->config);
	}
	if (o->known_hosts)
		quoted_option(&b, "UserKnownHostsFile=", s->known_hosts[0]);
	buf_printf(&b, NULL, " -o StrictHostKeyChecking=%s", o->insecure ? "accept-new" : "yes");
	if (o->key)
		quoted_option(&b, "IdentityFile=", s->keys[0]);
	if (j.user)
		quoted_option(&b, "User=", j.user);
	if (j.port > 0)
		buf_printf(&b, NULL, " -p %d", j.port);
	buf_add_str(&b, " -W '[%h]:%p' -- ", NULL);
	shell_quote(&b, j.addr ? j.addr : o->jump);
	free(j.addr);
	free(j.user);
	return buf_take(&b);
}

struct sshtarget *sshtarget_new(const struct collect_ssh *o, const char *host, struct ssh_shared *shared)
{
	struct sshtarget *s = xcalloc(1, sizeof(*s));

	s->host = xstrdup(host);
	s->user = o->user ? xstrdup(o->user) : NULL;
	s->t.port = o->port;
	if (o->key)
		add_path(s->keys, ARRAY_LEN(s->keys), o->key, strlen(o->key));
	if (o->known_hosts)
		add_path(s->known_hosts, ARRAY_LEN(s->known_hosts), o->known_hosts, strlen(o->known_hosts));
	if (o->jump)
		s->through = xstrdup(o->jump);
	ask_ssh(s, o, host);
	set_defaults(s, o, host);
	if (o->jump)
		s->proxy_command = jump_command(o, s);
	s->t.host = s->host;
	s->t.addr = s->addr;
	s->t.user = s->user;
	s->t.keys = (const char *const *)s->keys;
	s->t.known_hosts = (const char *const *)s->known_hosts;
	s->t.host_key_alias = s->alias;
	s->t.insecure = o->insecure;
	s->t.explicit_key = o->key != NULL;
	s->t.config_known_hosts = o->known_hosts ? s->known_hosts[0] : NULL;
	s->t.config = o->config;
	s->t.proxy_command = s->proxy_command;
	s->t.through = s->through != NULL;
	s->t.shared = shared;
	s->t.connect_timeout = 10 * US_PER_S;
	s->t.login_timeout = 40 * US_PER_S;
	s->t.cancel = shared->cancel;
	return s;
}

void sshtarget_free(struct sshtarget *s)
{
	if (!s)
		return;
	free(s->host);
	free(s->addr);
	free(s->user);
	free(s->alias);
	free(s->through);
	free(s->proxy_command);
	for (size_t i = 0; i < ARRAY_LEN(s->keys); i++)
		free(s->keys[i]);
	for (size_t i = 0; i < ARRAY_LEN(s->known_hosts); i++)
		free(s->known_hosts[i]);
	free(s);
}
