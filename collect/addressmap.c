#include "collect/addressmap.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { REMEMBERED_MAX = 1 << 20 };

struct prefix {
	unsigned char bytes[16];
	int family, bits;
	bool fixed; /* everything below stays, too */
};
struct pair {
	int family; /* 0: free */
	unsigned char from[16], to[16];
};
struct addressmap {
	unsigned char key[ADDRESS_KEY];
	struct prefix *special;
	size_t nspecial;
	struct pair *seen; /* open addressing, size a power of two */
	size_t n, size;
};

static const struct {
	const char *address;
	int bits;
	bool fixed;
} always[] = {
	{"0.0.0.0", 8, true}, {"127.0.0.0", 8, true}, {"169.254.0.0", 16, true}, {"224.0.0.0", 3, true},
	{"10.0.0.0", 8, false}, {"172.16.0.0", 12, false}, {"192.168.0.0", 16, false}, {"100.64.0.0", 10, false},
	{"::", 127, true}, {"fe80::", 64, false}, {"ff00::", 8, true}, {"fc00::", 8, false}, {"fd00::", 8, false},
	{"64:ff9b::", 96, false}, {"2000::", 3, false},
};

static void add_special(struct addressmap *m, const char *address, int bits, bool fixed)
{
	struct prefix p = {.bits = bits, .fixed = fixed};

	p.family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(p.family, address, p.bytes) != 1)
		return;
	m->special = xreallocarray(m->special, m->nspecial + 1, sizeof(*m->special));
	m->special[m->nspecial++] = p;
}

struct addressmap *addressmap_new(const unsigned char key[ADDRESS_KEY])
{
	struct addressmap *m = xcalloc(1, sizeof(*m));

	memcpy(m->key, key, sizeof(m->key));
	m->size = 1024;
	m->seen = xcalloc(m->size, sizeof(*m->seen));
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		add_special(m, always[i].address, always[i].bits, always[i].fixed);
	return m;
}

void addressmap_free(struct addressmap *m)
{
	if (!m)
		return;
	OPENSSL_cleanse(m->key, sizeof(m->key));
	free(m->special);
	free(m->seen);
	free(m);
}

bool addressmap_keep(struct addressmap *m, const char *address)
{
	size_t before = m->nspecial;

	add_special(m, address, strchr(address, ':') ? 128 : 32, true);
	return m->nspecial > before;
}

static bool bit_of(const unsigned char *p, int i)
{
	return p[i / 8] >> (7 - i % 8) & 1;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, int n)
{
	if (memcmp(a, b, (size_t)n / 8) != 0)
		return false;
	for (int i = n / 8 * 8; i < n; i++)
		if (bit_of(a, i) != bit_of(b, i))
			return false;
	return true;
}

/* Whether bit i may change, after the i bits before it: not on the way to a range that must stay where it is, and not
 * within one that stays as a whole. */
static bool may_flip(const struct addressmap *m, int family, const unsigned char *a, int i)
{
	for (size_t k = 0; k < m->nspecial; k++) {
		const struct prefix *p = &m->special[k];

		if (p->family != family)
			continue;
		if (p->bits > i ? same_bits(a, p->bytes, i) : p->fixed && same_bits(a, p->bytes, p->bits))
			return false;
	}
	return true;
}

static bool flip(const struct addressmap *m, int family, const unsigned char *a, int i)
{
	unsigned char in[18] = {(unsigned char)(family == AF_INET6), (unsigned char)i}, md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	for (int b = 0; b < i; b++)
		if (bit_of(a, b))
			in[2 + b / 8] |= (unsigned char)(0x80 >> b % 8);
	if (!HMAC(EVP_sha256(), m->key, (int)sizeof(m->key), in, sizeof(in), md, &n))
		abort();
	return md[0] & 1;
}

static struct pair *slot(struct pair *table, size_t size, int family, const unsigned char from[16])
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (int i = 0; i < 16; i++)
		h = (h ^ from[i]) * UINT64_C(1099511628211);
	size_t i = (size_t)(h ^ h >> 29) & (size - 1);
	while (table[i].family && (table[i].family != family || memcmp(table[i].from, from, 16) != 0))
		i = (i + 1) & (size - 1);
	return &table[i];
}

static void grow(struct addressmap *m)
{
	size_t size = m->size * 2;
	struct pair *table = xcalloc(size, sizeof(*table));

	for (size_t i = 0; i < m->size; i++)
		if (m->seen[i].family)
			*slot(table, size, m->seen[i].family, m->seen[i].from) = m->seen[i];
	free(m->seen);
	m->seen = table;
	m->size = size;
}

static void compute(const struct addressmap *m, int family, const unsigned char from[16], unsigned char to[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned char v4[16] = {0}, v4_to[16];
	int bits = family == AF_INET6 ? 128 : 32;

	memcpy(to, from, 16);
	if (family == AF_INET6 && !memcmp(from, mapped, 12)) { /* ::ffff:10.0.0.1 */
		memcpy(v4, from + 12, 4);
		compute(m, AF_INET, v4, v4_to);
		memcpy(to + 12, v4_to, 4);
		return;
	}
	for (int i = 0; i < bits; i++)
		if (may_flip(m, family, from, i) && flip(m, family, from, i))
			to[i / 8] ^= (unsigned char)(0x80 >> i % 8);
}

static bool host_bits_zero(const unsigned char *a, int bits, int width)
{
	for (int i = bits; i < width; i++)
		if (bit_of(a, i))
			return false;
	return true;
}

bool addressmap_map(struct addressmap *m, struct str text, int bits, char out[ADDRESS_MAX])
{
	unsigned char from[16] = {0}, to[16];
	char s[ADDRESS_MAX];
	int family = text.n && memchr(text.p, ':', text.n) ? AF_INET6 : AF_INET, width = family == AF_INET6 ? 128 : 32;

	if (!text.n || text.n >= sizeof(s))
		return false;
	memcpy(s, text.p, text.n);
	s[text.n] = '\0';
	if (inet_pton(family, s, from) != 1)
		return false;
	struct pair *p = slot(m->seen, m->size, family, from);
	if (p->family) {
		memcpy(to, p->to, 16);
	} else {
		compute(m, family, from, to);
		if (m->n < REMEMBERED_MAX) {
			*p = (struct pair){.family = family};
			memcpy(p->from, from, 16);
			memcpy(p->to, to, 16);
			if (++m->n * 2 > m->size)
				grow(m);
		}
	}
	if (bits >= 0 && bits < width && host_bits_zero(from, bits, width))
		for (int i = bits; i < width; i++)
			to[i / 8] &= (unsigned char)~(0x80 >> i % 8);
	return inet_ntop(family, to, out, ADDRESS_MAX) != NULL;
}

void addressmap_each(const struct addressmap *m, void (*fn)(void *arg, const char *from, const char *to), void *arg)
{
	char from[ADDRESS_MAX], to[ADDRESS_MAX];

	for (size_t i = 0; i < m->size; i++)
		if (m->seen[i].family && inet_ntop(m->seen[i].family, m->seen[i].from, from, sizeof(from)) &&
		    inet_ntop(m->seen[i].family, m->seen[i].to, to, sizeof(to)))
			fn(arg, from, to);
}
