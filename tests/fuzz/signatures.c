/* The compiled-in signatures over any lines: the prefilter never loses a hit. The first byte picks the unit. */
#include "tests/fuzz/fuzz.h"

#include "analyze/logline.h"
#include "analyze/signatures.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static int hit(void *arg, const struct sighit *h, struct err *e)
{
	CLEAN(clean_cjson) cJSON *captures = NULL;

	(void)e;
	if (h->captures.p)
		MUST(json_parse(h->captures.p, h->captures.n, &captures, NULL) == 0 && cJSON_IsObject(captures));
	return buf_printf(arg, NULL, "%s ", h->id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const units[] = {NULL, "kubelet", "docker", "containerd", "kube-apiserver", "etcd", "kernel", "coredns",
	                                    "kube-proxy", "kube-controller-manager", "kube-scheduler", "kube-dns"};
	static struct signatures *all;
	CLEAN_BUF struct buf text = BUF_MAX(1 << 20), fast = BUF_MAX(1 << 20), slow = BUF_MAX(1 << 20);
	struct logparser p;
	struct logline l;
	struct err e = {0};

	if (!all)
		MUST(asset_init(&e) == 0 && signatures_load(NULL, &all, &e) == 0);
	if (size < 1 || text_utf8_repair((const char *)data + 1, size - 1, &text, NULL) < 0)
		return 0;
	struct sigset *set = signatures_for(all, units[data[0] % ARRAY_LEN(units)]);
	logparser_init(&p, TIME_NONE);
	for (const char *at = buf_cstr(&text), *end = at + text.n; at < end;) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		struct str line = {at, (size_t)((nl ? nl : end) - at)};
		logline_parse(&p, line, &l);
		struct str subject = logline_subject(&l, line);
		buf_clear(&fast);
		buf_clear(&slow);
		MUST(sigset_match(set, subject, true, hit, &fast, &e) == sigset_match(set, subject, false, hit, &slow, &e));
		MUST(strcmp(buf_cstr(&fast), buf_cstr(&slow)) == 0);
		at += line.n + 1;
	}
	logparser_release(&p);
	return 0;
}
