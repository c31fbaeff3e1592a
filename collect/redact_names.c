/* Names that announce a credential, and values that are none. */
#include "collect/redact_internal.h"
#include <ctype.h>

/* "API_Key.v2" -> "apikeyv2". Returns its length. */
static size_t normalize(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name && n + 1 < size; name++)
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	out[n] = '\0';
	return n;
}

static bool ends_with_one(const char *s, size_t n, const cJSON *list)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list)
	{
		size_t m = cJSON_IsString(v) ? strlen(v->valuestring) : 0;

		if (m && m <= n && !strcmp(s + n - m, v->valuestring))
			return true;
	}
	return false;
}

bool redact_name(const struct redact *r, const char *name)
{
	char norm[256];
	size_t n = normalize(name, norm, sizeof(norm));
	const cJSON *v;

	if (ends_with_one(norm, n, r->not_ends))
		return false;
	if (ends_with_one(norm, n, r->ends))
		return true;
	cJSON_ArrayForEach(v, r->contains)
	{
		const char *hit = cJSON_IsString(v) ? strstr(norm, v->valuestring) : NULL;

		/* DB_PASSWORD_2 holds one, PASSWORD_FILE tells where one is. */
		if (hit && strlen(hit) <= strlen(v->valuestring) + 3)
			return true;
	}
	return false;
}

bool redact_is_innocent(struct str v)
{
	static const char *const whole[] = {"", "true", "false", "null", "none", "~", "{}", "[]", "<nil>", "<none>"},
	                  *const begins[] = {"$(", "${", "{{"};

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (str_eq(v, whole[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (str_starts(v, begins[i]))
			return true;
	return placeholder_is(v);
}

/* Names of objects and of files are written so; a key of letters and digits without any word is not. */
static bool is_reference(struct str v, bool letters_do)
{
	bool dash = false, digit = false, letter = false;
	size_t run = 0, longest = 0;

	if (v.n > 253 || !v.n)
		return false;
	if (*v.p == '/')
		return true;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		run = c == '-' || c == '.' || c == '/' ? 0 : run + 1;
		longest = run > longest ? run : longest;
		dash |= c == '-' || c == '/';
		digit |= c >= '0' && c <= '9';
		letter |= c >= 'a' && c <= 'z';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/' || c == '_'))
			return false;
	}
	return letter && longest <= 24 && (dash || (letters_do && !digit));
}

/* `passwd: files systemd` of nsswitch.conf names where users are looked up. */
static bool is_lookup(struct str v)
{
	static const char *const services[] = {"files", "compat", "systemd", "sss", "db", "ldap", "nis", "winbind"};
	size_t n = 0;

	while (n < v.n && v.p[n] != ' ')
		n++;
	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (strlen(services[i]) == n && !memcmp(v.p, services[i], n))
			return true;
	return false;
}

bool redact_field(const struct redact *r, const char *name, struct str value, bool config)
{
	char norm[256];
	size_t n = normalize(name, norm, sizeof(norm));

	const cJSON *v;

	cJSON_ArrayForEach(v, r->exact) if (cJSON_IsString(v) && !strcmp(v->valuestring, norm)) return value.n >= 8 && !is_reference(value, true);
	if (!redact_name(r, name) || (!strcmp(norm, "passwd") && is_lookup(value)))
		return false;
	/* A name without any other word may be the name of what holds it, too. */
	return !ends_with_one(norm, n, r->weak) || !is_reference(value, !config);
}

bool redact_shape(struct str v)
{
	int upper = 0, lower = 0, digit = 0, changes = 0, last = -1;

	if (v.n < 20 || v.n > 512)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		int kind = isupper(c) ? 0 : islower(c) ? 1 : isdigit(c) ? 2 : 3;

		if (kind == 3 && !strchr("+/=_-", c))
			return false;
		upper += kind == 0;
		lower += kind == 1;
		digit += kind == 2;
		changes += kind != last;
		last = kind;
	}
	/* Words change their case seldom: CamelCase twice a word, random text every other letter. */
	return upper >= 3 && lower >= 3 && digit >= 2 && changes * 5 >= (int)v.n * 2 && !(v.p[0] == '/' && strchr("abcdefghijklmnopqrstuvwxyz", v.p[1]));
}
