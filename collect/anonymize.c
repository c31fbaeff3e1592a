/* Second pass: what was learned is written anew; and the map on disk. */
#include "collect/anonymize.h"
#include "base/asset.h"
#include "base/file.h"
#include "base/yaml.h"
#include "collect/anonymize_internal.h"
#include <ctype.h>
#include <string.h>
#include <sys/random.h>

/* -- words --------------------------------------------------------------------------------------------------------- */

static void add_label(struct anonymizer *a, struct str label, struct buf *out)
{
	const char *name = namemap_get(a->hosts, label);
	char fresh[32];

	if (!label.n)
		return;
	if (!name || !*name)
		name = namemap_get(a->labels, label);
	if (!name || !*name) {
		snprintf(fresh, sizeof(fresh), "name-%zu", namemap_count(a->labels) + 1);
		namemap_add(a->labels, label, fresh);
		name = fresh;
	}
	(void)buf_add_str(out, name, NULL);
}

/* Where a mapped domain stands in a word of several labels, the longest from the left. */
static bool find_zone(const struct anonymizer *a, struct str w, struct str *zone, const char **to)
{
	const char *end = w.p + w.n;

	for (const char *p = w.p; p && p < end; p = memchr(p, '.', (size_t)(end - p)), p = p ? p + 1 : NULL)
		for (const char *q = end; q && q > p; q = memrchr(p, '.', (size_t)(q - p))) {
			*zone = (struct str){p, (size_t)(q - p)};
			*to = memchr(p, '.', zone->n) ? namemap_get(a->zones, *zone) : NULL;
			if (*to && **to)
				return true;
		}
	return false;
}

/* A name below a mapped domain: its labels one by one, the domain by its own name. Returns where it ends, NULL for none. */
static const char *map_domain(struct anonymizer *a, struct str w, struct buf *out)
{
	struct str zone;
	const char *to, *dot;

	if (!find_zone(a, w, &zone, &to))
		return NULL;
	for (const char *p = w.p; p < zone.p; p = dot + 1) {
		dot = memchr(p, '.', (size_t)(zone.p - p));
		add_label(a, (struct str){p, (size_t)(dot - p)}, out);
		(void)buf_add(out, ".", 1, NULL);
	}
	(void)buf_add_str(out, to, NULL);
	return zone.p + zone.n;
}

/* The longest name of a machine that begins at p and ends between words. */
static size_t host_at(const struct anonymizer *a, const char *p, const char *end, const char **to)
{
	size_t first = anonymize_word(p, end), best = 0;

	if (!first || !namemap_get(a->firsts, (struct str){p, first}))
		return 0;
	for (size_t n = first; p + n <= end;) {
		const char *name = namemap_get(a->hosts, (struct str){p, n});

		if (name && *name) {
			best = n;
			*to = name;
		}
		if (p + n >= end || n > 63)
			break;
		n++;
		n += anonymize_word(p + n, end);
	}
	return best;
}

/* 10-0-1-7 of pod's and cloud machine's names, when 10.0.1.7 stands somewhere in the bundle. */
static size_t dashed_at(struct anonymizer *a, const char *p, const char *end, char out[ADDRESS_MAX])
{
	char dots[20];
	size_t n = 0;
	int dashes = 0;

	while (p + n < end && n < 15 && (isdigit((unsigned char)p[n]) || (p[n] == '-' && dashes < 3))) {
		dashes += p[n] == '-';
		n++;
	}
	if (dashes != 3 || !namemap_get(a->dotted, (struct str){p, n}) || (p + n < end && isalnum((unsigned char)p[n])))
		return 0;
	for (size_t i = 0; i <= n; i++)
		dots[i] = i == n ? '\0' : p[i] == '-' ? '.' : p[i];
	if (!addressmap_map(a->addresses, str_of(dots), -1, out))
		return 0;
	for (char *c = out; *c; c++)
		if (*c == '.')
			*c = '-';
	return n;
}

/* A run of host characters. */
static void map_word(struct anonymizer *a, struct str w, const char *line_end, struct buf *out)
{
	const char *p = w.p, *end = w.p + w.n;
	const char *behind = NULL;

	if (isalnum((unsigned char)*w.p) && memchr(w.p, '.', w.n) && !anonymize_v4(w) && (behind = map_domain(a, w, out)))
		p = behind;
	while (p < end) {
		char mapped[ADDRESS_MAX];
		const char *to = NULL;
		size_t n = anonymize_v4((struct str){p, (size_t)(end - p)});

		if (n) {
			int bits = -1;
			const char *slash = p + n;

			if (slash == end && slash + 1 < line_end && *slash == '/' && isdigit((unsigned char)slash[1])) {
				bits = slash[1] - '0';
				if (slash + 2 < line_end && isdigit((unsigned char)slash[2]))
					bits = bits * 10 + slash[2] - '0';
			}
			if (addressmap_map(a->addresses, (struct str){p, n}, bits, mapped))
				to = mapped;
		} else if (isdigit((unsigned char)*p) && (n = dashed_at(a, p, end, mapped))) {
			to = mapped;
		} else {
			n = host_at(a, p, end, &to);
		}
		if (!n || !to) {
			n = anonymize_word(p, end);
			n = n ? n : 1;
			(void)buf_add(out, p, n, NULL);
		} else {
			(void)buf_add_str(out, to, NULL);
		}
		p += n;
	}
}

static bool is_v6_char(char c)
{
	return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

/* An address of v6 at p; its length, else 0. */
static size_t map_v6(struct anonymizer *a, const char *p, const char *end, struct buf *out)
{
	char mapped[ADDRESS_MAX];
	size_t n = 0, colons = 0;
	bool twice = false;
	int bits = -1;

	for (; p + n < end && n < 46 && is_v6_char(p[n]); n++) {
		colons += p[n] == ':';
		twice |= p[n] == ':' && n && p[n - 1] == ':';
	}
	if (colons < 2 || n >= 46 || (!twice && colons < 6) || (p + n < end && isalnum((unsigned char)p[n])))
		return 0;
	while (n && (p[n - 1] == '.' || (p[n - 1] == ':' && !(n > 1 && p[n - 2] == ':'))))
		n--;
	if (p + n + 1 < end && p[n] == '/' && isdigit((unsigned char)p[n + 1]))
		bits = (int)strtol(p + n + 1, NULL, 10);
	if (!addressmap_map(a->addresses, (struct str){p, n}, bits, mapped))
		return 0;
	(void)buf_add_str(out, mapped, NULL);
	return n;
}

/* A character written as %3D of an address or as \u003d of JSON: its digits belong to no name behind them. */
static size_t escape_at(const char *p, const char *end)
{
	size_t lead = *p == '%' ? 1 : *p == '\\' && p + 1 < end && p[1] == 'u' ? 2 : 0, n = lead == 1 ? 3 : 6;

	if (!lead || (size_t)(end - p) < n)
		return 0;
	for (size_t i = lead; i < n; i++)
		if (!isxdigit((unsigned char)p[i]))
			return 0;
	return n;
}

int anonymizer_text(struct anonymizer *a, struct str text, struct buf *out, struct err *e)
{
	const char *p = text.p, *end = p + text.n;

	if (buf_reserve(out, text.n + 64, e) < 0)
		return -ERR_LIMIT;
	while (p < end) {
		const char *s = p;
		size_t n;

		/* In JSON a letter may belong to an escape: \nnode1 is a line break and a name. */
		if ((n = escape_at(p, end))) {
			(void)buf_add(out, p, n, NULL);
			p += n;
			continue;
		}
		if (*p == '\\' && p + 1 < end && strchr("nrtbf", p[1])) {
			const char *to = NULL;
			n = host_at(a, p + 1, end, &to) ? 1 : 2;
			(void)buf_add(out, p, n, NULL);
			p += n;
			continue;
		}
		if ((isxdigit((unsigned char)*p) || (*p == ':' && p + 1 < end && p[1] == ':')) && (n = map_v6(a, p, end, out))) {
			p += n;
			continue;
		}
		while (p < end && anonymize_host_char(*p))
			p++;
		if (p > s) {
			map_word(a, (struct str){s, (size_t)(p - s)}, end, out);
			continue;
		}
		while (p < end && !anonymize_host_char(*p) && *p != '\\' && *p != ':' && *p != '%')
			p++;
		if (p == s)
			p++;
		(void)buf_add(out, s, (size_t)(p - s), NULL);
	}
	return 0;
}

char *anonymizer_path(struct anonymizer *a, const char *path)
{
	struct buf b = BUF_MAX(1 << 20);

	if (!path)
		return NULL;
	(void)anonymizer_text(a, str_of(path), &b, NULL);
	return buf_take(&b);
}

/* -- the map ------------------------------------------------------------------------------------------------------- */

static int parse_key(struct anonymizer *a, const char *hex)
{
	if (!hex || strlen(hex) != 2 * sizeof(a->key))
		return -1;
	for (size_t i = 0; i < sizeof(a->key); i++) {
		unsigned v;
		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return -1;
		a->key[i] = (unsigned char)v;
	}
	return 0;
}

static int load_map(struct anonymizer *a, const char *path, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX((size_t)64 << 20);
	CLEAN(clean_cjson) cJSON *o = NULL;
	const cJSON *v;
	int rc = file_read(path, &b, e);

	if (rc < 0)
		return rc;
	if ((rc = json_parse(buf_cstr(&b), b.n, &o, e)) < 0)
		return err_wrap(e, "%s", path);
	if (json_get_int(o, "sickbay_anonymize_map", 0) != 1 || parse_key(a, json_get_str(o, "key")) < 0)
		return err_set(e, ERR_FORMAT, "%s: not a map of names that `--anonymize` wrote", path);
	namemap_load(a->hosts, json_get_obj(o, "hosts"));
	namemap_load(a->zones, json_get_obj(o, "domains"));
	namemap_load(a->labels, json_get_obj(o, "names"));
	cJSON_ArrayForEach(v, json_get_obj(o, "hosts")) if (v->string)
		namemap_add(a->firsts, (struct str){v->string, anonymize_word(v->string, v->string + strlen(v->string))}, NULL);
	return 0;
}

static void add_address(void *arg, const char *from, const char *to)
{
	if (strcmp(from, to) != 0)
		namemap_add(arg, str_of(from), to);
}

int anonymizer_save(const struct anonymizer *a, const char *path, struct err *e)
{
	CLEAN(clean_cjson) cJSON *o = cJSON_CreateObject();
	CLEAN(clean_outfile) struct outfile *f = NULL;
	CLEAN_BUF struct buf b = BUF_MAX((size_t)1 << 30);
	struct namemap *addresses = namemap_new();
	char hex[2 * ADDRESS_KEY + 1];
	int rc;

	for (size_t i = 0; i < sizeof(a->key); i++)
		snprintf(hex + 2 * i, 3, "%02x", a->key[i]);
	addressmap_each(a->addresses, add_address, addresses);
	cJSON_AddNumberToObject(o, "sickbay_anonymize_map", 1);
	cJSON_AddStringToObject(o, "key", hex);
	cJSON_AddItemToObject(o, "hosts", namemap_json(a->hosts));
	cJSON_AddItemToObject(o, "domains", namemap_json(a->zones));
	cJSON_AddItemToObject(o, "names", namemap_json(a->labels));
	cJSON_AddItemToObject(o, "addresses", namemap_json(addresses));
	namemap_free(addresses);
	if ((rc = json_print_pretty(o, 0, &b, e)) < 0 || (rc = buf_add_str(&b, "\n", e)) < 0 || (rc = outfile_open(path, &f, e)) < 0)
		return rc;
	if (fwrite(b.p, 1, b.n, outfile_stream(f)) != b.n)
		return err_errno(e, "%s: cannot be written", path);
	return outfile_commit(f, e);
}

char *anonymizer_summary(const struct anonymizer *a)
{
	struct namemap *m = namemap_new();
	size_t n;

	addressmap_each(a->addresses, add_address, m);
	n = namemap_count(m);
	namemap_free(m);
	return xasprintf("%zu machines, %zu domains, %zu addresses", namemap_count(a->hosts), namemap_count(a->zones), n);
}

/* -- beginning and end --------------------------------------------------------------------------------------------- */

static void load_words(struct anonymizer *a, struct namemap **m, const char *key)
{
	const cJSON *v;

	*m = namemap_new();
	cJSON_ArrayForEach(v, json_get_arr(a->doc, key)) if (cJSON_IsString(v)) namemap_add(*m, str_of(v->valuestring), "");
}

static int load_lessons(struct anonymizer *a, struct err *e)
{
	const cJSON *list = json_get_arr(a->doc, "learn"), *o;
	int n = cJSON_GetArraySize(list), *owners = xcalloc((size_t)n + 1, sizeof(*owners)), rc = 0;
	struct str *texts = xcalloc((size_t)n + 1, sizeof(*texts));

	a->lessons = xcalloc((size_t)n + 1, sizeof(*a->lessons));
	cJSON_ArrayForEach(o, list)
	{
		struct lesson *l = &a->lessons[a->n_lessons];
		const char *p = json_get_str(o, "pattern"), *hint = json_get_str(o, "hint");

		if (!p || !hint || !hint[0] || a->n_lessons >= WORDSET_OWNERS) {
			rc = err_set(e, ERR_FORMAT, "collect/anonymize.yaml: `learn`: hint and pattern are needed");
			break;
		}
		if ((rc = regex_compile(p, 0, &l->re, e)) < 0)
			break;
		l->group = -1;
		for (int i = 0; i < regex_group_count(l->re); i++) {
			const char *g = regex_group_name(l->re, i);
			if (g && (!strcmp(g, "host") || !strcmp(g, "domain"))) {
				l->group = i;
				l->host = g[0] == 'h';
			}
		}
		owners[a->n_lessons] = a->n_lessons;
		texts[a->n_lessons++] = str_of(hint);
		if (l->group < 0 || l->group >= 8) {
			rc = err_set(e, ERR_FORMAT, "collect/anonymize.yaml: `%s`: no group `host` or `domain`", p);
			break;
		}
	}
	a->hints = wordset_new(texts, owners, a->n_lessons);
	free(texts);
	free(owners);
	return rc;
}

int anonymizer_new(const char *map, struct anonymizer **out, struct err *e)
{
	CLEAN(clean_anonymizer) struct anonymizer *a = xcalloc(1, sizeof(*a));
	const struct asset *asset = asset_get("collect/anonymize.yaml");
	const cJSON *v;
	int rc;

	if (!asset)
		return err_set(e, ERR_INTERNAL, "collect/anonymize.yaml is not compiled in");
	if ((rc = yaml_parse(asset->text.p, asset->text.n, &a->doc, e)) < 0 ||
	    (rc = redact_parse("collect/anonymize.yaml", asset->text, &a->rules, e)) < 0)
		return err_wrap(e, "collect/anonymize.yaml");
	a->hosts = namemap_new();
	a->firsts = namemap_new();
	a->zones = namemap_new();
	a->labels = namemap_new();
	a->seen = namemap_new();
	a->dotted = namemap_new();
	load_words(a, &a->keep_names, "keep_names");
	load_words(a, &a->keep_domains, "keep_domains");
	load_words(a, &a->endings, "endings");
	if ((rc = load_lessons(a, e)) < 0)
		return rc;
	if (map) {
		if ((rc = load_map(a, map, e)) < 0)
			return rc;
	} else if (getrandom(a->key, sizeof(a->key), 0) != (ssize_t)sizeof(a->key)) {
		return err_errno(e, "no random numbers");
	}
	a->addresses = addressmap_new(a->key);
	cJSON_ArrayForEach(v, json_get_arr(a->doc, "keep_addresses")) if (cJSON_IsString(v))
		addressmap_keep(a->addresses, v->valuestring);
	*out = STEAL(a);
	return 0;
}

void anonymizer_settle(struct anonymizer *a)
{
	namemap_number(a->hosts, "host-", a->seen);
	namemap_number(a->zones, "domain-", a->seen);
}

const struct redact *anonymizer_rules(const struct anonymizer *a)
{
	return a->rules;
}

void anonymizer_free(struct anonymizer *a)
{
	if (!a)
		return;
	for (int i = 0; i < a->n_lessons; i++)
		regex_free(a->lessons[i].re);
	free(a->lessons);
	wordset_free(a->hints);
	redact_free(a->rules);
	addressmap_free(a->addresses);
	namemap_free(a->hosts);
	namemap_free(a->firsts);
	namemap_free(a->zones);
	namemap_free(a->labels);
	namemap_free(a->keep_names);
	namemap_free(a->keep_domains);
	namemap_free(a->endings);
	namemap_free(a->seen);
	namemap_free(a->dotted);
	explicit_bzero(a->key, sizeof(a->key));
	cJSON_Delete(a->doc);
	free(a);
}

void clean_anonymizer(struct anonymizer **a)
{
	anonymizer_free(*a);
	*a = NULL;
}
