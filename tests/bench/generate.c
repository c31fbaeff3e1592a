/* generate MIB: writes a bundle of about that many MiB to standard output as a plain tar, the same bytes every time.
 *
 * Half of it are lists of pods as the collector writes them (indented, managedFields and all, about 7.5 KB a pod), half
 * are log lines of about 190 bytes: journald around klog, CRI, docker json-file, etcd's JSON, and the API's timestamps. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_PODS = 1800, NODES = 60, FILE_BYTES = 4 << 20 };

static char *out;         /* the file that is being made */
static size_t n, size;
static uint64_t seed = 42;
static const char *top = "bench";

static uint32_t rnd(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 33) % below);
}

__attribute__((format(printf, 1, 2))) static void add(const char *fmt, ...)
{
	va_list ap;

	if (size - n < 16384 && !(out = realloc(out, size = size * 2 + (1 << 20))))
		exit(1);
	va_start(ap, fmt);
	n += (size_t)vsnprintf(out + n, size - n, fmt, ap);
	va_end(ap);
}

static const char *hex(int digits)
{
	static char room[8][65];
	static int at;
	char *p = room[at++ % 8];

	for (int i = 0; i < digits; i++)
		p[i] = "0123456789abcdef"[rnd(16)];
	p[digits] = '\0';
	return p;
}

/* Ends the file: a tar header, its bytes, padding. Returns its size. */
static uint64_t put_file(const char *name)
{
	uint64_t bytes = n;
	char h[512] = "", pad[512] = "";
	unsigned sum = 0;

	snprintf(h, 100, "%s/%s", top, name);
	snprintf(h + 100, 8, "%07o", 0644u);
	snprintf(h + 108, 8, "%07o", 0u);
	snprintf(h + 116, 8, "%07o", 0u);
	snprintf(h + 124, 12, "%011zo", n);
	snprintf(h + 136, 12, "%011o", 1700000000u);
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	fwrite(h, 1, 512, stdout);
	fwrite(out, 1, n, stdout);
	fwrite(pad, 1, (512 - n % 512) % 512, stdout);
	n = 0;
	return bytes;
}

/* -- pods ---------------------------------------------------------------------------------------------------------- */

static void managed_fields(void)
{
	static const char *const fields[] = {"f:dnsPolicy", "f:enableServiceLinks", "f:restartPolicy", "f:schedulerName",
		"f:securityContext", "f:terminationGracePeriodSeconds", "f:hostIP", "f:phase", "f:podIP", "f:startTime"};

	add("        \"managedFields\": [\n");
	for (int m = 0; m < 2; m++) {
		add("          {\n            \"manager\": \"%s\",\n            \"operation\": \"Update\",\n"
		    "            \"apiVersion\": \"v1\",\n            \"time\": \"2023-11-14T2%u:1%u:20Z\",\n"
		    "            \"fieldsType\": \"FieldsV1\",\n            \"fieldsV1\": {\n",
		    m ? "kubelet" : "kube-controller-manager", rnd(4), rnd(10));
		for (int i = 0; i < 8; i++)
			add("              \"%s\": {\n                \"k:{\\\"type\\\":\\\"%s\\\"}\": {\n                  \".\": {},\n"
			    "                  \"f:lastProbeTime\": {}\n                }\n              }%s\n",
			    fields[i], hex(6), i < 7 ? "," : "");
		add("            }\n          }%s\n", m ? "" : ",");
	}
	add("        ],\n");
}

static void pod(int i, int ns)
{
	const char *name = hex(10), *image = hex(64);
	unsigned restarts = rnd(50) == 0 ? rnd(9) : 0;

	add("    {\n      \"apiVersion\": \"v1\",\n      \"kind\": \"Pod\",\n      \"metadata\": {\n"
	    "        \"name\": \"web-%d-%s\",\n        \"generateName\": \"web-%d-\",\n        \"namespace\": \"team-%d\",\n"
	    "        \"uid\": \"%s-%s\",\n        \"resourceVersion\": \"%u\",\n        \"creationTimestamp\": \"2023-11-%02uT1%u:00:00Z\",\n"
	    "        \"labels\": {\n          \"app\": \"web-%d\",\n          \"pod-template-hash\": \"%s\",\n          \"tier\": \"front\"\n        },\n"
	    "        \"annotations\": {\n          \"checksum/config\": \"%s\"\n        },\n"
	    "        \"ownerReferences\": [\n          {\n            \"apiVersion\": \"apps/v1\",\n            \"kind\": \"ReplicaSet\",\n"
	    "            \"name\": \"web-%d\",\n            \"uid\": \"%s\",\n            \"controller\": true,\n"
	    "            \"blockOwnerDeletion\": true\n          }\n        ],\n", i % 300, name, i % 300, ns, hex(8), hex(12),
	    rnd(100000000), 1 + rnd(28), rnd(10), i % 300, hex(10), hex(64), i % 300, hex(32));
	managed_fields();
	n -= 2; /* the comma of the last member */
	add("\n      },\n      \"spec\": {\n        \"volumes\": [\n          {\n            \"name\": \"token\",\n            \"secret\": {\n"
	    "              \"secretName\": \"default-token-%s\",\n              \"defaultMode\": 420\n            }\n          }\n        ],\n"
	    "        \"containers\": [\n          {\n            \"name\": \"web\",\n            \"image\": \"registry.example.com/team/web:%u.%u\",\n"
	    "            \"ports\": [\n              {\n                \"containerPort\": 8080,\n                \"protocol\": \"TCP\"\n              }\n            ],\n"
	    "            \"resources\": {\n              \"limits\": {\n                \"cpu\": \"500m\",\n                \"memory\": \"512Mi\"\n              },\n"
	    "              \"requests\": {\n                \"cpu\": \"100m\",\n                \"memory\": \"256Mi\"\n              }\n            },\n"
	    "            \"volumeMounts\": [\n              {\n                \"name\": \"token\",\n                \"readOnly\": true,\n"
	    "                \"mountPath\": \"/var/run/secrets/kubernetes.io/serviceaccount\"\n              }\n            ],\n"
	    "            \"terminationMessagePath\": \"/dev/termination-log\",\n            \"imagePullPolicy\": \"IfNotPresent\"\n          }\n        ],\n"
	    "        \"restartPolicy\": \"Always\",\n        \"dnsPolicy\": \"ClusterFirst\",\n        \"serviceAccountName\": \"default\",\n"
	    "        \"nodeName\": \"node%d\",\n        \"schedulerName\": \"default-scheduler\",\n        \"tolerations\": [\n          {\n"
	    "            \"key\": \"node.kubernetes.io/not-ready\",\n            \"operator\": \"Exists\",\n            \"effect\": \"NoExecute\",\n"
	    "            \"tolerationSeconds\": 300\n          }\n        ]\n      },\n", hex(5), rnd(9), rnd(99), i % NODES);
	add("      \"status\": {\n        \"phase\": \"Running\",\n        \"conditions\": [\n");
	static const char *const types[] = {"Initialized", "Ready", "ContainersReady", "PodScheduled"};
	for (int c = 0; c < 4; c++)
		add("          {\n            \"type\": \"%s\",\n            \"status\": \"True\",\n            \"lastProbeTime\": null,\n"
		    "            \"lastTransitionTime\": \"2023-11-14T2%u:%02u:10Z\"\n          }%s\n", types[c], rnd(3), rnd(60), c < 3 ? "," : "");
	add("        ],\n        \"hostIP\": \"10.0.0.%d\",\n        \"podIP\": \"10.%u.%u.%u\",\n        \"startTime\": \"2023-11-14T20:00:%02uZ\",\n"
	    "        \"containerStatuses\": [\n          {\n            \"name\": \"web\",\n            \"state\": {\n              \"running\": {\n"
	    "                \"startedAt\": \"2023-11-14T20:01:%02uZ\"\n              }\n            },\n            \"lastState\": {},\n"
	    "            \"ready\": true,\n            \"restartCount\": %u,\n            \"image\": \"registry.example.com/team/web:1\",\n"
	    "            \"imageID\": \"docker-pullable://registry.example.com/team/web@sha256:%s\",\n"
	    "            \"containerID\": \"docker://%s\",\n            \"started\": true\n          }\n        ],\n        \"qosClass\": \"Burstable\"\n"
	    "      }\n    }", i % NODES, rnd(255), rnd(255), rnd(255), rnd(60), rnd(60), restarts, image, hex(64));
}

static uint64_t pod_list(int ns)
{
	char name[100];

	add("{\n  \"kind\": \"PodList\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {\n    \"resourceVersion\": \"1\"\n  },\n  \"items\": [\n");
	for (int i = 0; i < FILE_PODS; i++) {
		pod(i + ns * FILE_PODS, ns);
		add(i < FILE_PODS - 1 ? ",\n" : "\n  ]\n}\n");
	}
	snprintf(name, sizeof(name), "cluster-resources/pods/team-%d.json", ns);
	return put_file(name);
}

/* -- logs ---------------------------------------------------------------------------------------------------------- */

static uint64_t now; /* µs since 20:00 */

static const char *clock_text(void)
{
	static char room[4][32];
	static int at;
	char *p = room[at++ % 4];

	now += rnd(4000);
	snprintf(p, 32, "%02u:%02u:%02u.%06u", (unsigned)(now / 3600000000u % 24), (unsigned)(now / 60000000 % 60),
	         (unsigned)(now / 1000000 % 60), (unsigned)(now % 1000000));
	return p;
}

static void klog(const char *t)
{
	switch (rnd(20000) == 0 ? 9 : rnd(7)) {
	case 0:
		add("I1114 %s %7u kubelet_volumes.go:140] \"Cleaned up orphaned pod volumes dir\" podUID=%s-%s path=\"/var/lib/kubelet\"",
		    t, 900 + rnd(9), hex(8), hex(12));
		break;
	case 1:
		add("I1114 %s %7u reconciler.go:196] operationExecutor.VerifyControllerAttachedVolume started for volume \"token-%s\" pod \"web-%s\"",
		    t, 900 + rnd(9), hex(5), hex(10));
		break;
	case 2:
		add("W1114 %s %7u pod_container_deletor.go:79] Container \"%s\" not found in pod's containers", t, 900 + rnd(9), hex(32));
		break;
	case 3:
		add("I1114 %s %7u prober.go:117] Readiness probe for \"web-%s_team-%u(%s-%s):web\" succeeded after %u attempts in %ums",
		    t, 900 + rnd(9), hex(10), rnd(40), hex(8), hex(12), rnd(9), rnd(900));
		break;
	case 4:
		add("I1114 %s       1 httplog.go:109] \"HTTP\" verb=\"GET\" URI=\"/api/v1/namespaces/team-%u/pods/web-%s\" latency=\"%u.%ums\" resp=200",
		    t, rnd(40), hex(10), rnd(30), rnd(1000000));
		break;
	case 5:
		add("I1114 %s       1 trace.go:205] Trace[%u]: \"Get\" url:/api/v1/namespaces/kube-system/endpoints/kube-scheduler (total time: %ums)",
		    t, rnd(2000000000), rnd(1000));
		break;
	case 9: /* what signatures look for */
		add("E1114 %s %7u kubelet.go:1839] skipping pod synchronization - PLEG is not healthy: pleg was last seen active 3m%u.1s ago; threshold is 3m0s", t, 905, rnd(60));
		break;
	default:
		add("E1114 %s %7u pod_workers.go:191] Error syncing pod %s-%s (\"web-%s_team-%u\"), skipping: failed to \"StartContainer\" for \"web\" with CrashLoopBackOff: \"back-off 5m0s restarting failed container=web pod=web_team\"",
		    t, 900 + rnd(9), hex(8), hex(12), hex(10), rnd(40));
	}
}

static void etcd_json(const char *t)
{
	add("{\"level\":\"warn\",\"ts\":\"2023-11-14T%sZ\",\"caller\":\"etcdserver/util.go:%u\",\"msg\":\"apply request took too long\",\"took\":\"%u.%ums\",\"expected-duration\":\"100ms\"}",
	    t, rnd(200), 100 + rnd(50), rnd(1000000));
}

static uint64_t log_file(int i)
{
	char name[100];
	int node = i % NODES, part = i / NODES;

	now = 0;
	while (n < FILE_BYTES) {
		const char *t = clock_text();
		switch (i % 4) {
		case 0: /* journald around klog */
			add("2023-11-14T%s+0000 node%d kubelet[905]: ", t, node);
			klog(t);
			break;
		case 1: /* the API's timestamps around etcd's JSON */
			add("2023-11-14T%s123Z ", t);
			etcd_json(t);
			break;
		case 2: /* CRI around klog */
			add("2023-11-14T%s456Z stderr F ", t);
			klog(t);
			break;
		default: /* docker json-file around klog without quotes */
			add("{\"log\":\"I1114 %s       1 shared_informer.go:247] Caches are synced for garbage collector %s generation %u\\n\",\"stream\":\"stderr\",\"time\":\"2023-11-14T%s789Z\"}",
			    t, hex(24), rnd(100000), t);
		}
		add("\n");
	}
	if (i % 4 == 0)
		snprintf(name, sizeof(name), "nodes/node%d/journal/%s.log", node, part % 2 ? "kube-proxy" : "kubelet");
	else if (i % 4 == 1)
		snprintf(name, sizeof(name), "cluster-resources/pods/logs/kube-system/etcd-%d/etcd.log", i);
	else
		snprintf(name, sizeof(name), "nodes/node%d/var-log/pods/kube-system_kube-%s-%d_%d/c/%d.log", node,
		         i % 4 == 2 ? "apiserver" : "controller-manager", node, i, part);
	return put_file(name);
}

int main(int argc, char **argv)
{
	uint64_t want = (argc > 1 ? strtoull(argv[1], NULL, 10) : 1024) << 20, pods = 0, logs = 0;
	int ns = 0, i = 0;

	add("{\"sickbay_bundle\":1,\"tool\":{\"name\":\"bench\"},\"started\":\"2023-11-14T23:59:00Z\",\"cluster\":null}\n");
	put_file("bundle.json");
	while (pods + logs < want) {
		if (pods <= logs) {
			pods += pod_list(ns++);
		} else {
			logs += log_file(i++);
		}
	}
	add("{\"sickbay_manifest\":1,\"finished\":\"2023-11-14T23:59:30Z\",\"captures\":[\n]}\n");
	put_file("manifest.json");
	memset(out, 0, 1024);
	fwrite(out, 1, 1024, stdout);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
