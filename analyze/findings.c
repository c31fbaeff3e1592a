#include "analyze/findings.h"
#include "base/mem.h"

static const char *const severities[] = {"info", "warning", "critical"};
static const char *const confidences[] = {"possible", "likely", "certain"};

static int word_index(const char *const *words, int n, const char *s)
{
	for (int i = 0; s && i < n; i++)
		if (strcmp(words[i], s) == 0)
			return i;
	return -1;
}

const char *severity_name(int s)
{
	return s >= 0 && s < (int)ARRAY_LEN(severities) ? severities[s] : "info";
}

int severity_parse(const char *s)
{
	return word_index(severities, ARRAY_LEN(severities), s);
}

const char *confidence_name(int c)
{
	return c >= 0 && c < (int)ARRAY_LEN(confidences) ? confidences[c] : "likely";
}

int confidence_parse(const char *s)
{
	return word_index(confidences, ARRAY_LEN(confidences), s);
}

static struct str long_kind(struct str kind)
{
	static const char *const kinds[][2] = {
		{"pvc", "persistentvolumeclaim"}, {"pv", "persistentvolume"},      {"svc", "service"},
		{"deploy", "deployment"},         {"ds", "daemonset"},             {"sts", "statefulset"},
		{"rs", "replicaset"},             {"hpa", "horizontalpodautoscaler"}, {"ns", "namespace"},
		{"cm", "configmap"},              {"sa", "serviceaccount"},        {"pdb", "poddisruptionbudget"},
	};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(kind, kinds[i][0]))
			return str_of(kinds[i][1]);
	return kind;
}

struct subject subject_parse(struct str s)
{
	struct subject r = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;

	if (!slash) {
		r.kind = long_kind(s);
		return r;
	}
	r.kind = long_kind((struct str){s.p, (size_t)(slash - s.p)});
	struct str rest = {slash + 1, s.n - (size_t)(slash - s.p) - 1};
	slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
	if (slash) {
		r.namespace = (struct str){rest.p, (size_t)(slash - rest.p)};
		rest = (struct str){slash + 1, rest.n - r.namespace.n - 1};
	}
	r.name = rest;
	return r;
}
