/* findings: the small words that checks, causes and reports share: severity, confidence, subject. */
#ifndef SICKBAY_ANALYZE_FINDINGS_H
#define SICKBAY_ANALYZE_FINDINGS_H
#include "base/buf.h"

/* In rising order, so that they compare. */
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };
enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

const char *severity_name(int s);
int severity_parse(const char *s); /* -1 when it is none, NULL included */
const char *confidence_name(int c);
int confidence_parse(const char *s);

/* "pod/kube-system/dns-x" -> pod, kube-system, dns-x; "node/n1" -> node, none, n1; "cluster" -> cluster, none, none.
 * Views into subject; a missing part has p NULL. Short kinds ("pvc") become the long ones. */
struct subject {
	struct str kind, namespace, name;
};
struct subject subject_parse(struct str subject);

#endif
