#include "collect/placeholder.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

/* "**REDACTED" in base64, as far as its digits do not depend on what follows. */
static const char begin[] = "**REDACTED:", begin64[] = "KipSRURBQ1RFRD";

enum { KIND_MAX = 20, TABLE_FIRST = 1024, TABLE_MAX = 1 << 20 };

struct seen {
	uint32_t tag;
	char kind[KIND_MAX + 1]; /* "" for a free place */
};
struct placeholders {
	unsigned char key[PLACEHOLDER_KEY];
	/* Which kind a value got first; under lock. Beyond TABLE_MAX / 2 values each keeps the kind of its place. */
	pthread_mutex_t lock;
	struct seen *seen;
	size_t n, size;
};

struct placeholders *placeholders_new(const unsigned char key[PLACEHOLDER_KEY])
{
	struct placeholders *p = xcalloc(1, sizeof(*p));

	if (key)
		memcpy(p->key, key, sizeof(p->key));
	else if (getrandom(p->key, sizeof(p->key), 0) != (ssize_t)sizeof(p->key))
		abort();
	pthread_mutex_init(&p->lock, NULL);
	p->size = TABLE_FIRST;
	p->seen = xcalloc(p->size, sizeof(*p->seen));
	return p;
}

void placeholders_free(struct placeholders *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p->seen);
	OPENSSL_cleanse(p->key, sizeof(p->key));
	free(p);
}

static bool is_base64(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

/* A PEM key without its frame, its line breaks (also written out as \n, however often quoted) and what a log put in
 * front of its lines: the digits alone. */
static void add_pem_digits(struct str v, struct buf *out)
{
	for (size_t i = 0; i < v.n;) {
		if (v.n - i >= 5 && memcmp(v.p + i, "-----", 5) == 0) {
			const char *next = memmem(v.p + i + 5, v.n - i - 5, "-----", 5);

			i = next ? (size_t)(next - v.p) + 5 : v.n;
		} else if (v.p[i] == '\\') {
			while (i < v.n && v.p[i] == '\\')
				i++;
			i += i < v.n && (v.p[i] == 'n' || v.p[i] == 'r' || v.p[i] == 't');
		} else {
			if (is_base64(v.p[i]))
				(void)buf_add(out, v.p + i, 1, NULL);
			i++;
		}
	}
}

/* Decoded base64, or false when v is none. */
static bool decode(struct str v, struct buf *out)
{
	CLEAN_BUF struct buf digits = BUF_MAX((size_t)96 << 20);
	size_t pad = 0;

	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i] == '-' ? '+' : v.p[i] == '_' ? '/' : v.p[i];

		if (c == '\n' || c == '\r' || c == ' ')
			continue;
		if (!is_base64(c) || buf_add(&digits, &c, 1, NULL) < 0)
			return false;
	}
	while (digits.n % 4 && buf_add(&digits, "=", 1, NULL) == 0)
		;
	if (digits.n == 0 || digits.n > INT32_MAX / 2 || buf_reserve(out, digits.n, NULL) < 0)
		return false;
	for (size_t k = digits.n; k > 0 && digits.p[k - 1] == '='; k--)
		pad++;
	int n = EVP_DecodeBlock((unsigned char *)out->p + out->n, (const unsigned char *)digits.p, (int)digits.n);
	if (n < 0 || (size_t)n < pad || pad > 2)
		return false;
	out->n += (size_t)n - pad;
	out->p[out->n] = '\0';
	return true;
}

static struct str trimmed(struct str v)
{
	while (v.n && (v.p[v.n - 1] == '\n' || v.p[v.n - 1] == '\r' || v.p[v.n - 1] == ' '))
		v.n--;
	while (v.n && (*v.p == ' ' || *v.p == '\n')) {
		v.p++;
		v.n--;
	}
	return v;
}

/* The value itself, whatever it is packed into. room holds what had to be unpacked. */
static struct str plain_value(struct str v, bool base64, struct buf *room, struct buf *room2)
{
	v = trimmed(v);
	if ((base64 || str_starts(v, "LS0tLS1CRUdJTi")) && decode(v, room))
		v = trimmed((struct str){room->p, room->n});
	if (str_starts(v, "-----BEGIN")) {
		add_pem_digits(v, room2);
		v = (struct str){buf_cstr(room2), room2->n};
	}
	return v;
}

static uint32_t tag_of(const struct placeholders *p, struct str v)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!HMAC(EVP_sha256(), p->key, (int)sizeof(p->key), (const unsigned char *)(v.p ? v.p : ""), v.n, md, &n))
		abort();
	return (uint32_t)md[0] << 24 | (uint32_t)md[1] << 16 | (uint32_t)md[2] << 8 | md[3];
}

static struct seen *slot(struct seen *table, size_t size, uint32_t tag)
{
	size_t i = tag & (size - 1);

	while (table[i].kind[0] && table[i].tag != tag)
		i = (i + 1) & (size - 1);
	return &table[i];
}

static void grow(struct placeholders *p)
{
	size_t size = p->size * 2;
	struct seen *table = xcalloc(size, sizeof(*table));

	for (size_t i = 0; i < p->size; i++)
		if (p->seen[i].kind[0])
			*slot(table, size, p->seen[i].tag) = p->seen[i];
	free(p->seen);
	p->seen = table;
	p->size = size;
}

/* The kind under which the value became known; this one when it is new. */
static void first_kind(const struct placeholders *const_p, uint32_t tag, const char *kind, char out[KIND_MAX + 1])
{
	struct placeholders *p;

	/* What was seen is no part of what a caller can tell: to him the placeholders do not change. */
	memcpy(&p, &const_p, sizeof(p));
	snprintf(out, KIND_MAX + 1, "%s", kind);
	pthread_mutex_lock(&p->lock);
	struct seen *s = slot(p->seen, p->size, tag);
	if (s->kind[0]) {
		memcpy(out, s->kind, sizeof(s->kind));
	} else if (p->n < TABLE_MAX / 2) {
		s->tag = tag;
		memcpy(s->kind, out, sizeof(s->kind));
		if (++p->n * 2 > p->size)
			grow(p);
	}
	pthread_mutex_unlock(&p->lock);
}

static size_t make(const struct placeholders *p, const char *kind, struct str value, bool base64, char out[PLACEHOLDER_MAX])
{
	CLEAN_BUF struct buf a = BUF_MAX((size_t)96 << 20), b = BUF_MAX((size_t)96 << 20);
	uint32_t tag = tag_of(p, plain_value(value, base64, &a, &b));
	char first[KIND_MAX + 1];

	first_kind(p, tag, kind, first);
	return (size_t)snprintf(out, PLACEHOLDER_MAX, "%s%s:%08x**", begin, first, tag);
}

size_t placeholder_make(const struct placeholders *p, const char *kind, struct str value, char out[PLACEHOLDER_MAX])
{
	return make(p, kind, value, false, out);
}

int placeholder_add(const struct placeholders *p, const char *kind, struct str value, struct buf *out, struct err *e)
{
	char text[PLACEHOLDER_MAX];

	return buf_add(out, text, make(p, kind, value, false, text), e);
}

int placeholder_add_base64(const struct placeholders *p, const char *kind, struct str value, bool pack, struct buf *out)
{
	char text[PLACEHOLDER_MAX], packed[2 * PLACEHOLDER_MAX];
	size_t n = make(p, kind, value, true, text);

	if (!pack)
		return buf_add(out, text, n, NULL);
	return buf_add(out, packed, (size_t)EVP_EncodeBlock((unsigned char *)packed, (const unsigned char *)text, (int)n), NULL);
}

/* Length of the placeholder that begins v, 0 for none; its kind goes to *kind. Those of bundles without digits count, too. */
static size_t length_of(struct str v, struct str *kind)
{
	size_t i = sizeof(begin) - 1, k;

	if (!str_starts(v, begin))
		return 0;
	for (k = i; k < v.n && ((v.p[k] >= 'a' && v.p[k] <= 'z') || (v.p[k] >= '0' && v.p[k] <= '9') || v.p[k] == '-');)
		k++;
	*kind = (struct str){v.p + i, k - i};
	if (k < v.n && v.p[k] == ':')
		for (k++; k < v.n && ((v.p[k] >= '0' && v.p[k] <= '9') || (v.p[k] >= 'a' && v.p[k] <= 'f'));)
			k++;
	return kind->n && v.n - k >= 2 && v.p[k] == '*' && v.p[k + 1] == '*' ? k + 2 : 0;
}

/* The same for one in base64. */
static size_t length_of_base64(struct str v, struct str *kind, char room[PLACEHOLDER_MAX + 4])
{
	CLEAN_BUF struct buf b = BUF_MAX(512);
	size_t n = 0;

	while (n < v.n && n < 88 && is_base64(v.p[n]))
		n++;
	if (!str_starts(v, begin64) || !decode((struct str){v.p, n}, &b) || b.n > PLACEHOLDER_MAX)
		return 0;
	memcpy(room, b.p, b.n);
	return length_of((struct str){room, b.n}, kind) == b.n ? n : 0;
}

bool placeholder_is(struct str v)
{
	char room[PLACEHOLDER_MAX + 4];
	struct str kind;

	return v.n && (length_of(v, &kind) == v.n || length_of_base64(v, &kind, room) == v.n);
}

bool placeholder_begins(struct str v)
{
	char room[PLACEHOLDER_MAX + 4];
	struct str kind;

	return length_of(v, &kind) || length_of_base64(v, &kind, room);
}

bool placeholder_covers(struct str text, size_t at)
{
	struct str kind;

	for (size_t back = 0; back < PLACEHOLDER_MAX && back <= at; back++) {
		size_t i = at - back;

		if (text.p[i] == '*' && length_of((struct str){text.p + i, text.n - i}, &kind) > back)
			return true;
	}
	return false;
}

static void count_with(struct str text, const char *mark, bool base64, struct tally *t)
{
	const char *p = text.p, *end = text.p + text.n;
	char room[PLACEHOLDER_MAX + 4];
	struct str kind;

	while (p < end && (p = memmem(p, (size_t)(end - p), mark, strlen(mark)))) {
		struct str rest = {p, (size_t)(end - p)};
		size_t n = base64 ? length_of_base64(rest, &kind, room) : length_of(rest, &kind);

		if (n)
			tally_add(t, kind, 1);
		p += n ? n : 1;
	}
}

void placeholder_count(struct str text, struct tally *t)
{
	count_with(text, begin, false, t);
	count_with(text, begin64, true, t);
}
