/* Names that announce a credential, and values that are none. */
#include "collect/redact_internal.h"
#include <ctype.h>
#include <strings.h> /* strncasecmp */

/* "API_Key.v2" -> "apikeyv2"; of a name that is too long, its end. Returns its length. */
static size_t normalize(struct str name, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = name.n >= size ? name.n - size + 1 : 0; i < name.n; i++)
		if (isalnum((unsigned char)name.p[i]))
			out[n++] = (char)tolower((unsigned char)name.p[i]);
	out[n] = '\0';
	return n;
}

/* The longest word of the list with which s ends; p NULL: none. */
static struct str ending_of(const char *s, size_t n, const struct redact_list *l)
{
	struct str best = {NULL, 0};

	unsigned char last = n ? (unsigned char)s[n - 1] : 0;

	for (int i = l->first[last]; n && i < l->first[last + 1]; i++) {
		struct str v = l->v[i];

		if (v.n > best.n && v.n <= n && !memcmp(s + n - v.n, v.p, v.n))
			best = v;
	}
	return best;
}

/* A name as environment variables have it: capitals and '_'. */
static bool is_variable(struct str name)
{
	bool letter = false;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
		letter |= c >= 'A' && c <= 'Z';
	}
	return letter;
}

/* DB_PASSWORD_2 holds one, PASSWORD_FILE tells where one is: at most three letters follow. */
static struct str containing(const char *s, size_t n, const struct redact_list *l)
{
	for (int i = 0; i < l->n; i++) {
		struct str v = l->v[i];

		for (size_t more = 1; more <= 3 && v.n + more <= n; more++)
			if (!memcmp(s + n - more - v.n, v.p, v.n))
				return v;
	}
	return (struct str){NULL, 0};
}

/* TOKEN_1, DB_PASSWORD_PRIMARY */
static struct str within(const char *s, const struct redact_list *l)
{
	for (int i = 0; i < l->n; i++)
		if (strstr(s, l->v[i].p))
			return l->v[i];
	return (struct str){NULL, 0};
}

static const char *kind_of(const char *entry)
{
	return strstr(entry, "pass") || strstr(entry, "pw") ? "password" : strstr(entry, "token") ? "token" :
	       strstr(entry, "key") || strstr(entry, "secret") ? "key" : "credential";
}

struct redact_says redact_says(const struct redact *r, struct str name)
{
	struct redact_says says = {.level = REDACT_NOTHING, .variable = is_variable(name)};
	char norm[256];
	size_t n = normalize(name, norm, sizeof(norm));
	struct str entry;

	entry = ending_of(norm, n, &r->not_ends);
	if (!n || (entry.p && !(says.variable && redact_in_list(&r->fields_only, entry))))
		return says;
	if (entry.p) { /* PASSWORD_KEY may be a key, passwordKey is the name of one */
		says.level = REDACT_MAYBE;
		says.kind = "key";
		return says;
	}
	while (n > 3 && norm[n - 1] >= '0' && norm[n - 1] <= '9') /* password1 */
		norm[--n] = '\0';
	entry = ending_of(norm, n, &r->ends);
	if (entry.p) {
		says.level = redact_in_list(&r->weak, entry) ? REDACT_WEAK : REDACT_STRONG;
	} else if (redact_in_list(&r->whole, (struct str){norm, n})) {
		entry = (struct str){norm, n};
		says.level = REDACT_STRONG;
	} else if ((entry = containing(norm, n, &r->contains)).p) {
		says.level = REDACT_STRONG;
	} else if (says.variable && !ending_of(norm, n, &r->not_variables).p && ((entry = ending_of(norm, n, &r->variables)).p || (!within(norm, &r->not_within).p && (entry = within(norm, &r->in_variables)).p))) {
		says.level = REDACT_MAYBE;
	}
	if (entry.p) {
		says.kind = kind_of(entry.p);
		says.bare = entry.n == n;
		says.keyed = redact_in_list(&r->keys, entry);
		if (says.level == REDACT_MAYBE && says.bare && !strcmp(says.kind, "key")) /* KEY=... */
			says.level = REDACT_NOTHING;
	}
	return says;
}

bool redact_only_tells(const struct redact *r, struct str name)
{
	char norm[256];
	size_t n = normalize(name, norm, sizeof(norm));

	return ending_of(norm, n, &r->not_ends).p != NULL;
}

bool redact_name(const struct redact *r, const char *name)
{
	return redact_says(r, str_of(name)).level >= REDACT_WEAK;
}

/* $DB_PASSWORD, $DIR/file: a variable's name instead of a value. */
static bool is_expansion(struct str v)
{
	const char *slash = v.n ? memchr(v.p, '/', v.n) : NULL;

	struct str name = {v.p + 1, slash ? (size_t)(slash - v.p) - 1 : v.n - 1};

	if (v.n < 2 || v.p[0] != '$')
		return false;
	/* $1 of a shell, $__file{...} of Grafana, $http_authorization of nginx */
	if (str_starts(v, "$__") || (isdigit((unsigned char)v.p[1]) && v.n == 2) || str_starts(v, "$http_") || str_starts(v, "$arg_") || str_starts(v, "$cookie_"))
		return true;
	/* $dir/ca.pem of a file of OpenSSL's */
	size_t small = 0;
	while (slash && small < name.n && islower((unsigned char)name.p[small]))
		small++;
	if (is_variable(name) || (slash && small && small == name.n))
		return true;
	/* $oidc.okta.clientSecret, of three words: Argo CD's reference into its Secret */
	for (small = 0; small < v.n - 1 && (isalnum((unsigned char)v.p[small + 1]) || strchr("._-", v.p[small + 1]));)
		small++;
	return small == v.n - 1 && islower((unsigned char)v.p[1]) && memchr(v.p, '.', v.n) && memchr(v.p, '.', v.n) != memrchr(v.p, '.', v.n);
}

/* What programs write in place of a credential: ****, xxxxx, <hidden>. */
static bool is_mask(struct str v)
{
	size_t same = 0;

	/* [hidden], [FILTERED]; its bracket may be taken for what stands around it */
	if (v.n > 2 && v.p[0] == '[') {
		for (same = 1; same < v.n && isalpha((unsigned char)v.p[same]);)
			same++;
		if (same > 5 && (same == v.n || (same + 1 == v.n && v.p[same] == ']')))
			return true;
		same = 0;
	}
	if (v.n > 2 && v.p[0] == '<' && v.p[v.n - 1] == '>') {
		for (size_t i = 1; i + 1 < v.n; i++)
			if (!isalpha((unsigned char)v.p[i]) && !strchr(" _-", v.p[i]))
				return false;
		return true;
	}
	while (same < v.n && v.p[same] == v.p[0])
		same++;
	return v.n && same == v.n && strchr("*xX.-", v.p[0]);
}

/* %s, %+v: a format instead of a value. */
static bool is_verb(struct str v)
{
	size_t i = 1;

	if (v.n < 2 || v.n > 8 || v.p[0] != '%')
		return false;
	while (i < v.n && strchr("+-#.0123456789l", v.p[i]) && v.p[i])
		i++;
	return i < v.n && strchr("sdvqxXpwciu", v.p[i]) && (i + 1 == v.n || !isalnum((unsigned char)v.p[i + 1]));
}

/* What something else puts a value in place of: @db.password@, __KUBECONFIG_FILEPATH__, ref+vault://..., vault:secret/data/db#password. */
static bool is_filled_in(struct str v)
{
	size_t n = 2;

	if (v.n > 2 && v.p[0] == '@' && v.p[v.n - 1] == '@') {
		size_t k = 1;
		while (k + 1 < v.n && (isalpha((unsigned char)v.p[k]) || strchr("._-", v.p[k])))
			k++;
		return k + 1 == v.n && memchr(v.p, '.', v.n);
	}
	if (str_starts(v, "ref+") || (str_starts(v, "vault:") && memchr(v.p, '#', v.n)) || (v.n && v.p[0] == '`'))
		return true;
	if (v.n < 5 || memcmp(v.p, "__", 2) || memcmp(v.p + v.n - 2, "__", 2))
		return false;
	while (n < v.n && (isupper((unsigned char)v.p[n]) || isdigit((unsigned char)v.p[n]) || v.p[n] == '_'))
		n++;
	return n == v.n;
}

/* ssh-ed25519 AAAA... */
static bool is_public_key(struct str v)
{
	static const char *const kinds[] = {"ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-dss AAAA", "ecdsa-sha2-"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(v, kinds[i]))
			return true;
	return false;
}

/* ${NAME:x}, {{ .Values.x | default "y" }}: what is taken in place of the other value may be the credential itself. */
static bool has_default(struct str v)
{
	const char *p = v.p[0] == '$' ? memchr(v.p, ':', v.n) : memmem(v.p, v.n, "default \"", 9), *end = v.p + v.n;

	if (!p || v.p[0] != '$')
		return p != NULL;
	if (v.p[1] != '{')
		return false;
	p += p + 1 < end && p[1] == '-' ? 2 : 1;
	if (end > p && end[-1] == '}')
		end--;
	/* ${X:0:8} is a part of X. */
	if (p < end && isdigit((unsigned char)*p) && memchr(p, ':', (size_t)(end - p)))
		return false;
	return p < end && *p != '?' && *p != '+' && !redact_is_innocent((struct str){p, (size_t)(end - p)});
}

bool redact_is_innocent(struct str v)
{
	static const char *const whole[] = {"", "true", "false", "null", "none", "~", "{}", "[]", "nil"};
	static const char *const around[][2] = {{"$(", ")"}, {"${", "}"}, {"{{", "}}"}};

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (v.n == strlen(whole[i]) && !strncasecmp(v.p ? v.p : "", whole[i], v.n))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(around); i++)
		/* Its end may be taken for what stands around it. */
		if (str_starts(v, around[i][0]) && has_default(v))
			return false;
		else if (str_starts(v, around[i][0]) && (str_ends(v, around[i][1]) || !memmem(v.p, v.n, around[i][1], strlen(around[i][1]))))
			return true;
	return is_filled_in(v) || is_expansion(v) || is_mask(v) || is_verb(v) || is_public_key(v) || placeholder_is(v);
}

bool redact_is_path(const struct redact *r, struct str v)
{
	size_t n = 1;

	if (v.n < 3 || v.p[0] != '/' || memchr(v.p, '+', v.n) || memchr(v.p, '=', v.n))
		return false;
	while (n < v.n && v.p[n] != '/')
		n++;
	return n < v.n && redact_in_list(&r->roots, (struct str){v.p + 1, n - 1});
}

bool redact_is_lookup(struct str v)
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

/* 31ada4fd-adec-460c-809a-9e56cea26000 */
static bool is_uuid(struct str v)
{
	if (v.n != 36)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? v.p[i] != '-' : !isxdigit((unsigned char)v.p[i]))
			return false;
	return true;
}

/* Names of objects are written so; a key of letters and digits without any word is not. */
bool redact_is_reference(struct str v, bool letters_do)
{
	bool dash = false, digit = false, letter = false;
	size_t run = 0, longest = 0;

	if (v.n > 253 || !v.n || *v.p == '/' || is_uuid(v))
		return false;
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

bool redact_names_object(const struct redact_says *says, struct str v, bool letters_do)
{
	if (!redact_is_reference(v, letters_do || says->keyed))
		return false;
	return !says->keyed || !memchr(v.p, '-', v.n);
}

/* Numbers, and addresses of IPv4. */
static bool is_number(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!(v.p[i] >= '0' && v.p[i] <= '9') && v.p[i] != '.' && v.p[i] != '-')
			return false;
	return true;
}

bool redact_may_be(struct str v)
{
	bool digits = is_number(v);

	return v.n >= 6 && !digits && !memmem(v.p, v.n, "://", 3) && !str_starts(v, "arn:") && !str_starts(v, "alias/") && !redact_is_reference(v, true);
}

bool redact_is_directory(struct str name, struct str value)
{
	return name.n == 3 && !strncasecmp(name.p, "pwd", 3) && value.n && *value.p == '/';
}

static bool is_word_of(const struct redact_list *l, struct str v)
{
	char word[32];

	if (!v.n || v.n >= sizeof(word))
		return false;
	for (size_t i = 0; i < v.n; i++)
		word[i] = (char)tolower((unsigned char)v.p[i]);
	return redact_in_list(l, (struct str){word, v.n});
}

bool redact_is_prose(const struct redact *r, struct str v)
{
	return is_word_of(&r->prose, v);
}

bool redact_is_method(const struct redact *r, struct str v)
{
	return is_word_of(&r->methods, v);
}

/* <|endoftext|>, </s>: what language models call a token. */
static bool is_special_token(struct str v)
{
	return v.n >= 3 && v.n <= 32 && v.p[0] == '<' && v.p[v.n - 1] == '>' && !memchr(v.p, ' ', v.n);
}

bool redact_field(const struct redact *r, const char *name, struct str value, bool config)
{
	struct redact_says says = redact_says(r, str_of(name));
	char norm[256];

	size_t n = normalize(str_of(name), norm, sizeof(norm));
	if (redact_is_directory((struct str){norm, n}, value))
		return false;
	if ((says.level < REDACT_STRONG || (says.kind && !strcmp(says.kind, "token"))) && (redact_is_method(r, value) || is_special_token(value)))
		return false;
	if (redact_in_list(&r->exact, (struct str){norm, n}))
		return value.n >= 8 && !redact_is_reference(value, true) && !redact_is_path(r, value);
	if (says.level == REDACT_MAYBE)
		return redact_may_be(value) && !redact_is_path(r, value);
	if (ending_of(norm, n, &r->documents).p && value.n && memchr(value.p, '\n', value.n) && memchr(value.p, ':', value.n))
		return false;
	if (says.level < REDACT_WEAK || redact_is_path(r, value) || (!strcmp(norm, "passwd") && redact_is_lookup(value)))
		return false;
	/* A name without any other word may be the name of what holds it, too. */
	/* In a file of an application such names are those of values. */
	return says.level == REDACT_STRONG || says.variable || (config && says.keyed) || !redact_names_object(&says, value, !config);
}

bool redact_shape(struct str v)
{
	int upper = 0, lower = 0, digit = 0, changes = 0, last = -1;

	if (v.n < 20 || v.n > 512)
		return false;
	/* base64 of -----BEGIN PUBLIC KEY, of -----BEGIN CERTIFICATE */
	if (str_starts(v, "LS0tLS1CRUdJTiBQVUJM") || str_starts(v, "LS0tLS1CRUdJTiBDRVJU"))
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
