/* proc: exit statuses, deadlines, cancel, input and output without deadlock, from many threads at once. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "base/proc.h"

static int to_buf(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

/* Runs a shell script; its output lands in out. */
static int sh(const char *script, struct proc_opts o, struct buf *out, struct proc_result *r, struct err *e)
{
	const char *argv[] = {"sh", "-c", script, NULL};

	o.argv = argv;
	o.out = out ? to_buf : NULL;
	o.arg = out;
	return proc_run(&o, r, e);
}

static void test_status(void **state)
{
	CLEAN_BUF struct buf out = BUF_MAX(1000), errs = BUF_MAX(6);
	struct proc_result r;
	struct err e = {0};

	(void)state;
	OK(sh("echo out; echo errors and more >&2; exit 7", (struct proc_opts){.errout = &errs}, &out, &r, &e));
	assert_int_equal(r.exit_status, 7);
	assert_false(r.timed_out || r.canceled);
	assert_string_equal(buf_cstr(&out), "out\n");
	assert_string_equal(buf_cstr(&errs), "errors");
	OK(sh("kill -9 $$", (struct proc_opts){0}, NULL, &r, &e));
	assert_int_equal(r.exit_status, 137);
	const char *const none[] = {"sickbay-no-such-program", NULL};
	assert_int_equal(proc_run(&(struct proc_opts){.argv = none}, &r, &e), -ERR_ABSENT);
	assert_string_equal(e.msg, "sickbay-no-such-program: no such program");
	const char *const folder[] = {"/tmp", NULL};
	assert_int_equal(proc_run(&(struct proc_opts){.argv = folder}, &r, &e), -ERR_IO);
}

static void test_surroundings(void **state)
{
	static const char *const env[] = {"SICKBAY_A=one", "HOME=/elsewhere", NULL};
	CLEAN_BUF struct buf out = BUF_MAX(1000);
	struct proc_result r;
	struct err e = {0};
	CLEAN(clean_fd) int leak = dup(1); /* without CLOEXEC, as a library might */

	(void)state;
	assert_true(leak > 2);
	signal(SIGPIPE, SIG_IGN); /* as main does; the child gets the default back */
	OK(sh("echo $SICKBAY_A $HOME; cat | wc -c; ls /proc/$$/fd | tr '\\n' ' '; (sleep 0.1; echo x) | true; "
	      "grep SigIgn /proc/self/status; test $(ps -o pgid= -p $$) = $$ && echo leads",
	      (struct proc_opts){.env = env}, &out, &r, &e));
	signal(SIGPIPE, SIG_DFL);
	assert_non_null(strstr(buf_cstr(&out), "one /elsewhere\n0\n0 1 2 "));
	/* Signal 13 is not ignored (32 and 33 are glibc's own). */
	const char *ignored = strstr(buf_cstr(&out), "SigIgn:");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + 7, NULL, 16) & 0xffffffff & ~(1ull << 31), 0);
	assert_non_null(strstr(buf_cstr(&out), "leads"));
}

static void test_deadline(void **state)
{
	CLEAN_BUF struct buf out = BUF_MAX(1000);
	struct proc_result r;
	struct err e = {0};
	int64_t start = clock_mono();

	(void)state;
	OK(sh("echo before; sleep 60", (struct proc_opts){.deadline = start + 300000}, &out, &r, &e));
	assert_true(r.timed_out);
	assert_int_equal(r.exit_status, 143);
	assert_string_equal(buf_cstr(&out), "before\n");
	assert_true(clock_mono() - start < 2 * US_PER_S);
	assert_true(r.ms >= 290 && r.ms < 2000);
}

static void test_stubborn(void **state)
{
	struct proc_result r;
	struct err e = {0};
	int64_t start = clock_mono();

	(void)state;
	/* It ignores SIGTERM, and so does what it starts. */
	OK(sh("trap '' TERM; sleep 60 & while :; do sleep 60; done", (struct proc_opts){.deadline = start + 100000}, NULL, &r, &e));
	assert_true(r.timed_out);
	assert_int_equal(r.exit_status, 137);
	assert_true(clock_mono() - start > 2 * US_PER_S);
	assert_true(clock_mono() - start < 4 * US_PER_S);
}

/* A child that leaves something behind which keeps the pipes costs two seconds, not the deadline. */
static void test_left_behind(void **state)
{
	CLEAN_BUF struct buf out = BUF_MAX(1000);
	struct proc_result r;
	struct err e = {0};
	int64_t start = clock_mono();

	(void)state;
	OK(sh("sleep 50 & echo $!", (struct proc_opts){.deadline = start + 30 * US_PER_S}, &out, &r, &e));
	assert_int_equal(r.exit_status, 0);
	assert_false(r.timed_out);
	assert_true(clock_mono() - start < 4 * US_PER_S);
	pid_t left = (pid_t)strtol(buf_cstr(&out), NULL, 10);
	for (int i = 0; i < 100 && kill(left, 0) == 0; i++) {
		/* Without an init to reap it, it stays a zombie: gone all the same. */
		CLEAN(clean_free) char *path = xasprintf("/proc/%d/stat", (int)left);
		CLEAN(clean_file) FILE *f = fopen(path, "re");
		char line[200] = "";
		if (f && fgets(line, sizeof(line), f) && strstr(line, ") Z "))
			break;
		assert_true(i < 99);
		usleep(10000);
	}
}

static void *cancel_soon(void *arg)
{
	usleep(300000);
	atomic_store((atomic_bool *)arg, true);
	return NULL;
}

static void test_cancel(void **state)
{
	struct proc_result r;
	struct err e = {0};
	atomic_bool cancel = false;
	pthread_t t;
	int64_t start = clock_mono();

	(void)state;
	pthread_create(&t, NULL, cancel_soon, &cancel);
	OK(sh("sleep 60", (struct proc_opts){.cancel = &cancel}, NULL, &r, &e));
	pthread_join(t, NULL);
	assert_true(r.canceled);
	assert_false(r.timed_out);
	assert_true(clock_mono() - start < 2 * US_PER_S);
}

static void test_input(void **state)
{
	size_t n = 4 << 20;
	CLEAN(clean_free) char *in = xmalloc(n);
	CLEAN_BUF struct buf out = BUF_MAX(8 << 20);
	struct proc_result r;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < n; i++)
		in[i] = (char)('a' + i % 23);
	/* More than any pipe holds, both ways at once. */
	OK(sh("cat", (struct proc_opts){.in = in, .in_len = n}, &out, &r, &e));
	assert_int_equal(out.n, n);
	assert_memory_equal(out.p, in, n);
	/* A program that does not read: no SIGPIPE for us, no hanging. */
	OK(sh("exit 3", (struct proc_opts){.in = in, .in_len = n}, NULL, &r, &e));
	assert_int_equal(r.exit_status, 3);
	buf_clear(&out);
	OK(sh("wc -c", (struct proc_opts){.in = "", .in_len = 0}, &out, &r, &e));
	assert_string_equal(buf_cstr(&out), "0\n");
}

static void test_callback_stops(void **state)
{
	CLEAN_BUF struct buf out = BUF_MAX(100000);
	struct proc_result r;
	struct err e = {0};
	int64_t start = clock_mono();

	(void)state;
	assert_int_equal(sh("yes", (struct proc_opts){.deadline = start + 20 * US_PER_S}, &out, &r, &e), -ERR_LIMIT);
	assert_false(r.timed_out);
	assert_true(clock_mono() - start < 3 * US_PER_S);
}

static void *run_many(void *arg)
{
	int *bad = arg;

	for (int i = 0; i < 20; i++) {
		CLEAN_BUF struct buf out = BUF_MAX(100);
		CLEAN(clean_free) char *script = xasprintf("cat; exit %d", i);
		CLEAN(clean_free) char *text = xasprintf("text %d", i);
		struct proc_result r;
		struct err e = {0};
		int rc = sh(script, (struct proc_opts){.in = text, .in_len = strlen(text)}, &out, &r, &e);
		*bad += rc < 0 || r.exit_status != i || strcmp(buf_cstr(&out), text) != 0;
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t t[8];
	int bad[8] = {0};

	(void)state;
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, run_many, &bad[i]);
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(bad[i], 0);
	}
}

static void test_which(void **state)
{
	CLEAN(clean_free) char *sh_path = proc_which("sh");

	(void)state;
	assert_non_null(sh_path);
	assert_int_equal(sh_path[0], '/');
	assert_null(proc_which("sickbay-no-such-program"));
	assert_null(proc_which("/nonexistent/x"));
	assert_null(proc_which(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_surroundings),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_stubborn),
		cmocka_unit_test(test_left_behind),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_callback_stops),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_which),
	};
	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
