/* redaction: what must go, what must stay, in text and in Kubernetes objects. */
#include "tests/unit/redact_rules.h"

static char *redacted(const char *in, int64_t *n)
{
	struct buf b = BUF_MAX(1 << 20);
	struct err e = {0};

	*n = 0;
	OK(redact_text(rules, str_of(in), &b, n, &e));
	return buf_take(&b);
}

/* Takes the digits out of placeholders, which are others in every run. */
static char *without_tags(char *text)
{
	for (char *p = text; (p = strstr(p, "**REDACTED:"));) {
		p += 11;
		char *colon = p + strcspn(p, ":*");

		if (*colon == ':' && strspn(colon + 1, "0123456789abcdef") == 8)
			memmove(colon, colon + 9, strlen(colon + 9) + 1);
	}
	return text;
}

/* Text, and the part of it that must be gone. Literals are split so that no scanner takes this file for a leak. */
static const struct {
	const char *text, *secret;
} secrets[] = {
	{"Authorization: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlc2lnbmF0dXJl", "c2lnbmF0dXJl"},
	{"token: eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlc2lnbmF0dXJl", "c2lnbmF0dXJl"},
	{"curl -H 'Authorization: Bearer 31ada4fd-adec-460c-809a-9e56ceb75269'", "31ada4fd"},
	{"authorization: Basic YWRtaW46aHVudGVyMg==", "YWRtaW46"},
	{"postgres://app:s3cr3t@db.example:5432/app", "s3cr3t"},
	{"failed to fetch https://user:p%40ss@registry.example/v2/: 401", "p%40ss"},
	{"redis://:onlypassword1@cache:6379/0", "onlypassword1"},
	{"kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:00", "0123456789abcdef"},
	{"using the bootstrap token q3x9kd.a8sd7fkq2mz01p5r", "a8sd7fkq2mz01p5r"},
	{"--certificate-key f8902e114ef118304e561c3ecd4d0b543adc226b7a07f675f56564185ffe0c07", "f8902e11"},
	{"aws_access_key_id = AKIA" "IOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE"},
	{"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"},
	{"key=AIza" "SyA1234567890abcdefghijklmnopqrstuv", "SyA1234567890"},
	{"GITHUB=ghp_" "0123456789abcdefghijABCDEFGHIJ012345", "0123456789abcdefghij"},
	{"slack xoxb-" "123456789012-abcdefghijkl", "123456789012"},
	{"mysqld --user=app --password=hunter2 --port=3306", "hunter2"},
	{"mysql --password hunter2 -h db", "hunter2"},
	{"DB_PASSWORD=correct-horse", "correct-horse"},
	{"spring.datasource.password=correct-horse", "correct-horse"},
	{"  password: correct-horse", "correct-horse"},
	{"  - apiKey: 0a1b2c3d4e5f", "0a1b2c3d4e5f"},
	{"\"password\": \"correct horse battery\",", "correct horse"},
	{"{\"user\":\"app\",\"clientSecret\":\"abcDEF123\"}", "abcDEF123"},
	{"msg=\"config {\\\"password\\\":\\\"hunter2\\\"}\"", "hunter2"},
	{"{\"auths\":{\"r.example\":{\"auth\":\"YWRtaW46aHVudGVyMg==\"}}}", "YWRtaW46"},
	{"client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3c=", "UFJJVkFURSBLRVk"},
	{"tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJn", "QUklWQVRFIEtFWS"},
	{"key = \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg\\n-----END PRIVATE KEY-----\\n\"", "MIIEvQIBADANBg"},
	{"{\"id\":\"9e45c5ca7675a147923480935a1c28eb493b5198931a5180f040006d4bf5b111\",\"password\":\"correct\"}", "correct"},
	{"token=0123456789abcdef0123 accepted", "0123456789abcdef0123"},
	{"http://elastic:changeme@es:9200", "changeme"},
	{"http://user:p@hunter2@proxy:3128", "hunter2"},
	{"https://0123456789abcdef0123hunter2@sentry.example/12", "hunter2"},
	{"root:hunter2@tcp(10.0.0.1:3306)/db", "hunter2"},
	{"PGPASSWORD=hunter2 psql -h db", "hunter2"},
	{"java -Djavax.net.ssl.keyStorePassword=hunter2 -jar x", "hunter2"},
	{"password = \"hunter2\"", "hunter2"},
	{"  auth = \"aHVudGVyMjpodW50ZXIy\"", "aHVudGVy"},
	{"adminPassword: hunter2  # for now", "hunter2"},
	{"password: \"two words\"", "words"},
	{"{\"password\":\"with \\\"quotes\\\" in it\"}", "in it"},
	{"EnvVar{Name:MYSQL_ROOT_PASSWORD,Value:hunter2,ValueFrom:nil,},EnvVar{Name:A,Value:b,ValueFrom:nil,}", "hunter2"},
	{"{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"}", "hunter2"},
	{"    - name: DB_PASSWORD\n      value: hunter2\n", "hunter2"},
	{"  {\n    \"name\": \"DB_PASSWORD\",\n    \"value\": \"hunter2\"\n  }", "hunter2"},
	{"mysqldump --all-databases -u root -phunter2", "hunter2"},
	{"curl -sS -u admin:hunter2 https://reg.example/v2/", "hunter2"},
	{"redis-server --requirepass hunter2", "hunter2"},
	{"redis-cli -a hunter2 ping", "hunter2"},
	{"docker login -u bob -p hunter2 reg.example", "hunter2"},
	{"openssl rsa -passin pass:hunter2 -in x", "hunter2"},
	{"kubectl create secret generic x --from-literal=foo=hunter2", "hunter2"},
	{"ALTER USER root IDENTIFIED BY 'hunter2'", "hunter2"},
	{"AccountName=x;AccountKey=aHVudGVyMmh1bnRlcjI=;EndpointSuffix=core", "aHVudGVy"},
	{"GET https://x.blob.example/c?sv=2020&sig=hunter2%2Babcdefgh%3D", "hunter2"},
	{"https://hooks.slack.com/" "services/T0000HUNT/B000LEAK/hunter2", "hunter2"},
	{"<password>hunter2</password>", "hunter2"},
	{"bob:$2y$05$hunter2hunterXXhunter2hunterXX", "hunter2"},
	{"10.0.0.5:6789:/ /mnt ceph name=admin,secret=AQBhunter2abcdefghijklmnopqrstuvwx==,_netdev", "hunter2"},
	{"objectset.rio.cattle.io/applied: H4sIAAAAAAAA/hunter2hunterXXhunter2hunterXXhunterXX", "hunter2"},
	{"{\"apiVersion\":\"v1\",\"data\":{\"foo\":\"aHVudGVyMg==\"},\"kind\":\"Secret\",\"metadata\":{}}", "aHVudGVy"},
	{"Body: {\"kind\":\"Secret\",\"metadata\":{\"name\":\"x\"},\"data\":{\"foo\":\"aHVudGVyMg==\"}}", "aHVudGVy"},
	{"body=\"{\\\"kind\\\":\\\"Secret\\\",\\\"data\\\":{\\\"foo\\\":\\\"aHVudGVyMg==\\\"}}\"", "aHVudGVy"},
	{"Authorization: token hunter20123456789", "hunter2"},
	{"Cookie: sid=abcdef$ {\"password\":\"hunter2\"}", "hunter2"},
};

/* A placeholder in base64, as the data of a Secret has it. */
#define PACKED "KipSRURBQ1RFRD"

static void test_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		int64_t n;
		CLEAN(clean_free) char *out = redacted(secrets[i].text, &n);

		if (n < 1 || (!strstr(out, "**REDACTED:") && !strstr(out, PACKED)) || (secrets[i].secret[0] && strstr(out, secrets[i].secret)))
			fail_msg("\"%s\" became \"%s\"", secrets[i].text, out);
	}
}

static const char *const innocent[] = {
	"I1123 19:33:31.123456    1234 kubelet.go:1917] SyncLoop (ADD, \"api\"): \"web-5bb895c54f-hngkk_default(fe6c3ab5-596e)\"",
	"Image: sha256:9e45c5ca7675a147923480935a1c28eb493b5198931a5180f040006d4bf5b111",
	"docker-pullable://k8s.gcr.io/pause@sha256:927d98197ec1141a368550822d18fa1c60bdae27b78b0c004f705f548c07814f",
	"resourceVersion=\"123456\" uid=6e4d8875-ddcc-4f41-81d3-aeef14fa1bd4",
	"MountVolume.SetUp failed for volume \"default-token-4xk2p\" : secret \"default-token-4xk2p\" not found",
	"FLAG: --token-auth-file=\"\"",
	"FLAG: --bootstrap-kubeconfig=\"/etc/kubernetes/bootstrap-kubelet.conf\"",
	"FLAG: --tls-private-key-file=\"/var/lib/kubelet/pki/kubelet.key\"",
	"--service-account-private-key-file=/etc/kubernetes/pki/sa.key",
	"--service-account-signing-key-file=/etc/kubernetes/pki/sa.key",
	"passwd:         files systemd",
	"passwd: files",
	"sshd[112]: Accepted publickey for ops from 10.77.0.1 port 41234 ssh2: ED25519 SHA256:abcdefghijklmnop",
	"sudo: a password is required",
	"pam_unix(sudo:auth): password incorrect",
	"error: You must be logged in to the server (the server has asked for the client to provide credentials)",
	"Unable to authenticate the request due to an error: [invalid bearer token, Token has been invalidated]",
	"invalid bearer token, square/go-jose: error in cryptographic primitive",
	"http://10.96.0.1:443/api/v1/pods?limit=500&resourceVersion=0",
	"dial tcp 10.77.0.11:6443: connect: connection refused",
	"https://10.77.0.11:6443/api/v1/nodes/node2?timeout=10s: context deadline exceeded",
	"skydns: failure to forward request \"read udp 10.244.1.2:53: i/o timeout\"",
	"secretName: web-tls",
	"secret:\n  secretName: default-token-abc",
	"tokenExpirationSeconds: 3607",
	"Tokens:              default-token-4xk2p",
	"Mountable secrets:   default-token-4xk2p",
	"      /var/run/secrets/kubernetes.io/serviceaccount from default-token-4xk2p (ro)",
	"automountServiceAccountToken: false",
	"-A KUBE-SEP-ABCDEFGHIJKLMNOP -s 10.244.1.2/32 -m comment --comment \"kube-system/kube-dns:dns\" -j KUBE-MARK-MASQ",
	"net.ipv4.tcp_fastopen_key = 00000000-00000000-00000000-00000000",
	"subject=CN = kubernetes",
	"serial=271BF694CF717602907DBC9B03B419951C1A6F",
	"-----BEGIN CERTIFICATE-----",
	"certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM1ekNDQWMrZ0F3SUJBZ0lCQURBTkJna3Foa2lH",
	"keyAlgorithm: ecdsa",
	"public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM2uDjTY1V9Ex42Ujn2BNFHGBmj1RCfbx",
	"DB_PASSWORD=$(DB_PASSWORD_FROM_SECRET)",
	"password=\"\"",
	"PASSWORD_FILE=/run/secrets/db",
	"container.hash=40be9cf3",
	"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	"etcdserver: request timed out, possibly due to previous leader failure",
	"time=\"2026-11-23T19:40:41Z\" level=info msg=\"API listen on /var/run/docker.sock\"",
	"Key: node.kubernetes.io/not-ready",
	"monkey=banana12 turkey=ankara12",
	"- name: FOO\n  value: bar\n- name: PASSWORD_FILE\n  value: /run/secrets/x",
	"- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: pw",
	"EnvVar{Name:DB_PASSWORD,Value:,ValueFrom:&EnvVarSource{},},EnvVar{Name:FOO,Value:bar,ValueFrom:nil,}",
	"docker run -p 8080:80 -u 1000:1000 nginx",
	"mysqld --port=3306 -p",
	"docker-pullable://nginx:1.19@sha256:0d17b565c37bcbd895e9d92315a05c1c3c9a29f762b011a10c54a66cd53c9b31",
	"failed to get secret kube-system/token-abc: token=default-token-abc12",
	"{\"kind\":\"Secret\",\"name\":\"x\",\"uid\":\"1\"}",
	"secret=my-secret-name-that-is-long",
	"compass=north bypass=never",
};

static void test_innocent(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(innocent); i++) {
		int64_t n;
		CLEAN(clean_free) char *out = redacted(innocent[i], &n);

		if (n || strcmp(out, innocent[i]) != 0)
			fail_msg("\"%s\" became \"%s\"", innocent[i], out);
	}
}

static void test_blocks(void **state)
{
	static const char in[] = "before\n"
	                         "tls.key: |\n"
	                         "  -----BEGIN RSA PRIVATE KEY-----\n"
	                         "  MIIEowIBAAKCAQEAwJ1+AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefgh\n"
	                         "  Ab3=\n"
	                         "  -----END RSA PRIVATE KEY-----\n"
	                         "after\n"
	                         "-----BEGIN EC PRIVATE KEY-----\n"
	                         "MHcCAQEEIBt0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ\n"
	                         "E1123 19:33:31.123456 1 log.go:1] a line of the log after a key that never ends: x\n";
	int64_t n;
	CLEAN(clean_free) char *out = without_tags(redacted(in, &n));

	(void)state;
	assert_int_equal(n, 2);
	assert_null(strstr(out, "MIIEow"));
	assert_null(strstr(out, "Ab3="));
	assert_null(strstr(out, "MHcCAQ"));
	assert_non_null(strstr(out, "before\ntls.key: |\n  **REDACTED:private-key**\nafter\n"));
	assert_non_null(strstr(out, "a line of the log after"));
}

/* Lines that look like those of a key wait, those of a Secret's data, too: none overtakes another. */
static void test_order(void **state)
{
	static const char key[] = "pWAbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefghijklmnopqrstuvwxyz";
	CLEAN_BUF struct buf in = BUF_MAX(1 << 20);
	int64_t n;

	(void)state;
	buf_add_str(&in, "data:\n  ca.crt: |\n    -----BEGIN CERTIFICATE-----\n", NULL);
	for (int i = 0; i < 5; i++)
		buf_printf(&in, NULL, "    %d%s\n", i, key);
	buf_add_str(&in, "    Ab=\n    -----END CERTIFICATE-----\n  x: y\nkind: ConfigMap\nlast: line\n", NULL);
	CLEAN(clean_free) char *out = redacted(buf_cstr(&in), &n);
	assert_string_equal(out, buf_cstr(&in));
	assert_int_equal(n, 0);
}

static int collect_out(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static bool drop_x(void *arg, struct str line)
{
	(void)arg;
	return str_starts(line, "x");
}

/* However the pieces fall, the result is the same. */
static void test_stream(void **state)
{
	static const char in[] = "one password=hunter4hunter4 x\nx dropped\n\x1b[0;31mpass\x1b[0mword=hunter3hunter3\n"
	                         "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\nlast";
	static const char want[] = "one password=**REDACTED:password** x\npassword=**REDACTED:password**\n**REDACTED:private-key**\nlast";

	(void)state;
	for (size_t piece = 1; piece < sizeof(in); piece++) {
		CLEAN_BUF struct buf b = BUF_MAX(4096);
		struct redact_stream *s = redact_stream_new(rules, collect_out, &b, drop_x, NULL);
		struct err e = {0};

		for (size_t at = 0; at < sizeof(in) - 1; at += piece)
			OK(redact_stream_write(s, in + at, at + piece < sizeof(in) - 1 ? piece : sizeof(in) - 1 - at, &e));
		OK(redact_stream_finish(s, &e));
		CLEAN(clean_free) char *got = without_tags(xstrdup(buf_cstr(&b)));
		assert_string_equal(got, want);
		assert_int_equal(redact_stream_count(s), 3);
		redact_stream_free(s);
	}
}

static void test_long_lines(void **state)
{
	CLEAN_BUF struct buf b = BUF_MAX(16 << 20);
	struct redact_stream *s = redact_stream_new(rules, collect_out, &b, NULL, NULL);
	size_t n = 3 * (1 << 20) + 17;
	char *line = xmalloc(n);
	struct err e = {0};

	(void)state;
	memset(line, 'a', n);
	OK(redact_stream_write(s, line, n, &e));
	OK(redact_stream_write(s, "\nend\n", 5, &e));
	OK(redact_stream_finish(s, &e));
	assert_int_equal(b.n, n + 5);
	assert_string_equal(b.p + n, "\nend\n");
	redact_stream_free(s);
	free(line);
}

/* A line of more than 1 MiB, cut where it can be: what is planted in it goes, wherever the cuts fall, and the rest stays. */
enum { REDACT_LINE = 1 << 20 };

static void cut_lines(const char *item, const char *secret, size_t shift)
{
	CLEAN_BUF struct buf in = BUF_MAX(16 << 20), out = BUF_MAX(32 << 20);
	struct redact_stream *s = redact_stream_new(rules, collect_out, &out, NULL, NULL);
	size_t item_n = strlen(item), planted = 0, left = 0;
	struct err e = {0};

	for (size_t i = 0; i < shift; i++)
		buf_add(&in, "-", 1, NULL);
	for (; in.n < REDACT_LINE + 4096; planted++)
		buf_add(&in, item, item_n, NULL);
	for (size_t at = 0; at < in.n; at += 65536)
		OK(redact_stream_write(s, in.p + at, in.n - at < 65536 ? in.n - at : 65536, &e));
	OK(redact_stream_finish(s, &e));
	for (const char *p = out.p; (p = memmem(p, (size_t)(out.p + out.n - p), "REDACTED", 8)); p += 8)
		left++;
	for (const char *p = out.p; (p = memmem(p, (size_t)(out.p + out.n - p), PACKED, strlen(PACKED))); p += strlen(PACKED))
		left++;
	if (memmem(out.p, out.n, secret, strlen(secret)) || left + 2 < planted || left > planted + 2)
		fail_msg("\"%s\" shifted by %zu: %zu planted, %zu replaced", item, shift, planted, left);
	redact_stream_free(s);
}

static void test_cut_lines(void **state)
{
	static const struct {
		const char *item, *secret;
	} items[] = {
		{"{\"user\":\"x\",\"password\":\"hunter2hunter2hunter2\"},", "unter2"},
		{"{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2hunter2hunter2\"},", "unter2"},
		{"{\"apiVersion\":\"v1\",\"data\":{\"foo\":\"aHVudGVyMmh1bnRlcjI=\"},\"kind\":\"Secret\"},", "VudGVyMmh1"},
		{"login user=x password=hunter2hunter2hunter2 ok ", "unter2"},
		{"run --password hunter2hunter2hunter2 --port 80 ", "unter2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		for (size_t shift = 0; shift < strlen(items[i].item); shift += 29)
			cut_lines(items[i].item, items[i].secret, shift);
}

static cJSON *object(const char *json, const char *kind, int64_t *n)
{
	cJSON *o = NULL;
	struct err e = {0};

	*n = 0;
	OK(json_parse(json, strlen(json), &o, &e));
	redact_object(rules, o, kind, n);
	return o;
}

static void test_secret_object(void **state)
{
	int64_t n;
	CLEAN(clean_cjson) cJSON *o = object(
		"{\"metadata\":{\"name\":\"s\",\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":"
		"\"{\\\"data\\\":{\\\"a\\\":\\\"aHVudGVyMg==\\\"}}\"}},\"type\":\"Opaque\",\"data\":{\"a\":\"aHVudGVyMg==\",\"empty\":\"\"},"
		"\"stringData\":{\"b\":\"plain\"}}",
		"Secret", &n);
	CLEAN(clean_free) char *t = json_text(o);

	(void)state;
	assert_null(strstr(t, "aHVudGVy"));
	assert_null(strstr(t, "plain"));
	assert_int_equal(json_get_int(json_get_obj(o, "dataSizes"), "a", 0), 1024);
	assert_int_equal(json_get_int(json_get_obj(o, "dataSizes"), "b", 0), 1024);
	assert_int_equal(json_get_int(json_get_obj(o, "dataSizes"), "empty", 9), 0);
	assert_string_equal(json_get_str(o, "type"), "Opaque");
	assert_string_equal(json_path_str(o, "metadata.name"), "s");
	assert_int_equal(n, 3);
}

/* Controllers keep whole manifests in resources of their own, and tools a copy of the object in an annotation. */
static void test_nested_secret(void **state)
{
	static const char text[] = "{\"kind\":\"ManifestWork\",\"spec\":{\"manifests\":[{\"kind\":\"Secret\","
	                           "\"metadata\":{\"annotations\":{\"a.example/original\":\"{\\\"data\\\":{}}\"}},"
	                           "\"data\":{\"foo\":\"aHVudGVyMg==\"}}]}}";
	CLEAN(clean_cjson) cJSON *o = NULL;
	struct err e = {0};
	int64_t n = 0;

	(void)state;
	OK(json_parse(text, strlen(text), &o, &e));
	redact_object(rules, o, NULL, &n);
	CLEAN(clean_free) char *t = json_text(o);
	assert_null(strstr(t, "aHVudGVy"));
	assert_null(strstr(t, "{\\\"data"));
	assert_non_null(strstr(t, "dataSizes"));
	assert_int_equal(n, 2);
}

static void test_pod_object(void **state)
{
	int64_t n;
	CLEAN(clean_cjson) cJSON *o = object(
		"{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":"
		"\"{\\\"spec\\\":{\\\"containers\\\":[{\\\"env\\\":[{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"first1\\\"}],"
		"\\\"image\\\":\\\"web:1\\\"}]}}\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"web:1\",\"env\":["
		"{\"name\":\"DB_PASSWORD\",\"value\":\"second2\"},{\"name\":\"API_TOKEN\",\"value\":\"third3\"},"
		"{\"name\":\"PASSWORD_FILE\",\"value\":\"/run/pw\"},{\"name\":\"MODE\",\"value\":\"prod\"},"
		"{\"name\":\"URL\",\"value\":\"amqp://u:fourth4@mq\"},"
		"{\"name\":\"REF\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"db\",\"key\":\"password\"}}}],"
		"\"args\":[\"--token=fifth5\",\"--password\",\"sixth6\",\"--secure-port=6443\","
		"\"--tls-private-key-file=/etc/kubernetes/pki/apiserver.key\"]}],"
		"\"volumes\":[{\"name\":\"t\",\"secret\":{\"secretName\":\"default-token-4xk2p\"}}]}}",
		"Pod", &n);
	CLEAN(clean_free) char *t = json_text(o);
	static const char *const gone[] = {"first1", "second2", "third3", "fourth4", "fifth5", "sixth6"};
	static const char *const stays[] = {"web:1", "/run/pw", "prod", "--secure-port=6443", "default-token-4xk2p",
	                                    "--tls-private-key-file=/etc/kubernetes/pki/apiserver.key", "\"key\":\"password\"",
	                                    "--password", "amqp://u:"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		if (strstr(t, gone[i]))
			fail_msg("%s is in %s", gone[i], t);
	for (size_t i = 0; i < ARRAY_LEN(stays); i++)
		if (!strstr(t, stays[i]))
			fail_msg("%s is not in %s", stays[i], t);
	assert_int_equal(n, 6);
}

static void test_configmap_object(void **state)
{
	int64_t n;
	CLEAN(clean_cjson) cJSON *o = object(
		"{\"kind\":\"ConfigMap\",\"data\":{\"db-password\":\"one1\",\"app.yaml\":\"host: db\\n  password: two2two\\nport: 1\\n\","
		"\"Corefile\":\".:53 {\\n errors\\n}\",\"ca.crt\":\"-----BEGIN CERTIFICATE-----\\nMIIC\\n-----END CERTIFICATE-----\"}}",
		NULL, &n);
	CLEAN(clean_free) char *t = json_text(o);

	(void)state;
	assert_null(strstr(t, "one1"));
	assert_null(strstr(t, "two2two"));
	assert_non_null(strstr(t, "port: 1"));
	assert_non_null(strstr(t, "errors"));
	assert_non_null(strstr(t, "MIIC"));
	assert_int_equal(n, 2);
}

static void test_names(void **state)
{
	static const char *const yes[] = {"PASSWORD", "DB_PASSWORD", "mysqlRootPassword", "API_KEY", "apiKey", "SECRET_TOKEN",
	                                  "--token", "AWS_SECRET_ACCESS_KEY", "client-secret", "DB_PASSWORD_2", ".dockerconfigjson"};
	static const char *const no[] = {"PASSWORD_FILE", "SECRET_NAME", "TOKEN_TTL", "KEY", "MODE", "PATH", "compass", "bypass",
	                                 "COMPASS", "--tls-private-key-file", "imagePullPolicy", "password_policy"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (!redact_name(rules, yes[i]))
			fail_msg("%s is a credential", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (redact_name(rules, no[i]))
			fail_msg("%s is no credential", no[i]);
}

static void test_bad_rules(void **state)
{
	static const char *const bad[] = {"", "redact: 2", "redact: 1\npatterns:\n  - {id: x, pattern: '('}\n",
	                                  "redact: 1\npatterns:\n  - {pattern: 'a'}\n", "redact: 1\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct redact *r = NULL;
		struct err e = {0};

		assert_true(redact_parse("r.yaml", str_of(bad[i]), &r, &e) < 0);
		assert_non_null(strstr(e.msg, "r.yaml"));
		assert_null(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets),       cmocka_unit_test(test_innocent),   cmocka_unit_test(test_blocks),	cmocka_unit_test(test_order), cmocka_unit_test(test_cut_lines),
		cmocka_unit_test(test_stream),        cmocka_unit_test(test_long_lines), cmocka_unit_test(test_secret_object),
		cmocka_unit_test(test_nested_secret), cmocka_unit_test(test_pod_object),    cmocka_unit_test(test_configmap_object),
		cmocka_unit_test(test_names),         cmocka_unit_test(test_bad_rules),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
