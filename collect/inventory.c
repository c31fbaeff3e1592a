#include "collect/inventory.h"
#include "base/file.h"
#include "base/mem.h"
#include "collect/ansible.h"
#include <ctype.h>
#include <unistd.h>

#define FILE_MAX (4 << 20)
#define HOSTS_MAX 20000

bool inventory_name_is_sane(const char *w)
{
	if (!w[0] || w[0] == '-' || w[0] == '.' || strlen(w) > 253)
		return false;
	for (; *w; w++)
		if (!isalnum((unsigned char)*w) && !strchr("._-:%", *w))
			return false;
	return true;
}

static bool user_is_sane(const char *u)
{
	if (!u[0] || u[0] == '-' || strlen(u) > 128)
		return false;
	for (; *u; u++)
		if (!isalnum((unsigned char)*u) && !strchr("._-@+\\", *u))
			return false;
	return true;
}

struct inv_host *inventory_add(struct inventory *inv)
{
	inv->v = xreallocarray(inv->v, (size_t)inv->n + 1, sizeof(*inv->v));
	inv->v[inv->n] = (struct inv_host){.name = NULL};
	return &inv->v[inv->n++];
}

static void release_host(struct inv_host *h)
{
	free(h->name);
	free(h->addr);
	free(h->user);
	free(h->key);
	free(h->jump);
	*h = (struct inv_host){.name = NULL};
}

void inventory_release(struct inventory *inv)
{
	for (int i = 0; i < inv->n; i++)
		release_host(&inv->v[i]);
	free(inv->v);
	*inv = (struct inventory){NULL, 0};
}

static bool parse_port(const char *s, int *port)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (end == s || *end || v < 1 || v > 65535)
		return false;
	*port = (int)v;
	return true;
}

bool inventory_split(struct inv_host *h, const char *word)
{
	const char *at = strrchr(word, '@'), *host = at ? at + 1 : word, *colon, *end = host + strlen(host);

	if (at)
		h->user = xstrndup(word, (size_t)(at - word));
	if (host[0] == '[') {
		const char *close = strchr(host, ']');

		if (!close || (close[1] && (close[1] != ':' || !parse_port(close + 2, &h->port))))
			return false;
		h->addr = xstrndup(host + 1, (size_t)(close - host - 1));
	} else {
		/* Several colons are an IPv6 address without a port. */
		colon = strchr(host, ':');
		if (colon && !strchr(colon + 1, ':')) {
			if (!parse_port(colon + 1, &h->port))
				return false;
			end = colon;
		}
		h->addr = xstrndup(host, (size_t)(end - host));
	}
	return inventory_name_is_sane(h->addr) && (!h->user || user_is_sane(h->user));
}

static int add_word(struct inventory *inv, const char *word, struct err *e)
{
	const char *eq = strchr(word, '=');
	struct inv_host h = {.name = eq ? xstrndup(word, (size_t)(eq - word)) : NULL};

	if (!inventory_split(&h, eq ? eq + 1 : word) || (h.name && !inventory_name_is_sane(h.name))) {
		release_host(&h);
		return err_set(e, ERR_USAGE,
		               "\"%.200s\" is not a node: give [NAME=][USER@]HOST[:PORT], as in node1, ops@10.0.0.1:2222 or "
		               "node1=10.0.0.1",
		               word);
	}
	*inventory_add(inv) = h;
	return 0;
}

int inventory_words(struct inventory *inv, const char *text, struct err *e)
{
	CLEAN(clean_free) char *copy = xstrdup(text);
	char *save = NULL;
	int rc;

	for (char *w = strtok_r(copy, ", \t\r\n", &save); w; w = strtok_r(NULL, ", \t\r\n", &save)) {
		if (inv->n >= HOSTS_MAX)
			return err_set(e, ERR_LIMIT, "more than %d nodes", HOSTS_MAX);
		if ((rc = add_word(inv, w, e)) < 0)
			return rc;
	}
	return 0;
}

/* Nodes between blanks and commas, # comments. */
static int read_list(struct inventory *inv, char *text, struct err *e)
{
	char *next;
	int rc, n = 1;

	for (char *line = text; line; line = next, n++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, "#")] = '\0';
		if ((rc = inventory_words(inv, line, e)) < 0)
			return err_wrap(e, "line %d", n);
	}
	return 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* A section, or a variable of Ansible's behind a host. */
static bool is_ini(const char *text)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *p = line + strspn(line, " \t");
		size_t n = strcspn(line, "\n");
		const char *var = strstr(line, "ansible_");

		if (ansible_is_section(p))
			return true;
		if (*p != '#' && *p != ';' && var && var < line + n)
			return true;
	}
	return false;
}

static bool is_archive(const struct buf *b)
{
	return (b->n > 4 && (!memcmp(b->p, "\x28\xB5\x2F\xFD", 4) || !memcmp(b->p, "\x1F\x8B", 2) || !memcmp(b->p, "\xFD" "7zXZ", 5))) ||
	       (b->n > 262 && !memcmp(b->p + 257, "ustar", 5));
}

static int read_text(struct inventory *inv, const char *path, const char *group, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX(FILE_MAX);
	CLEAN(clean_ansible) struct ansible *a = NULL;
	int rc = file_read(path, &b, e);
	bool yaml = ends_with(path, ".yaml") || ends_with(path, ".yml");

	if (rc < 0)
		return rc;
	if (!b.p)
		return 0;
	if (b.n >= 3 && !memcmp(b.p, "\xEF\xBB\xBF", 3)) /* Notepad's mark of UTF-8 */
		memset(b.p, ' ', 3);
	if (!yaml && !is_ini(b.p)) {
		if (group)
			return err_set(e, ERR_USAGE, "%s: is a plain list and has no group %s", path, group);
		rc = read_list(inv, b.p, e);
	} else {
		a = ansible_new();
		rc = yaml ? ansible_read_yaml(a, b.p, b.n, e) : ansible_read_ini(a, b.p, e);
		if (rc == 0)
			rc = ansible_hosts(a, group, inv, e);
	}
	return rc < 0 ? err_wrap(e, "%s", path) : 0;
}

/* The beginning is enough to tell an archive from a text. */
static bool file_is_archive(const char *path)
{
	char head[512];
	FILE *f = fopen(path, "re");
	struct buf b = {head, 0, sizeof(head), sizeof(head)};

	if (!f)
		return false;
	b.n = fread(head, 1, sizeof(head), f);
	fclose(f);
	return is_archive(&b);
}

int inventory_read(struct inventory *inv, const char *path, struct err *e)
{
	const char *at = access(path, F_OK) == 0 ? NULL : strrchr(path, '@');
	CLEAN(clean_free) char *file = at ? xstrndup(path, (size_t)(at - path)) : xstrdup(path);

	if (file_is_archive(file))
		return at ? err_set(e, ERR_USAGE, "%s is a bundle and has no group %s", file, at + 1)
		          : inventory_read_bundle(inv, file, e);
	return read_text(inv, file, at ? at + 1 : NULL, e);
}
