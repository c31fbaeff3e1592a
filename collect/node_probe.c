/* What a node is: who we are on it, its tools and units, its clock. */
#include "base/clock.h"
#include "base/mem.h"
#include "collect/secrets.h"
#include "collect/visit.h"
#include <ctype.h>

void wordset_add(struct wordset *n, const char *s, size_t len)
{
	if (n->n >= 5000)
		return;
	n->v = xreallocarray(n->v, (size_t)n->n + 1, sizeof(*n->v));
	n->v[n->n++] = xstrndup(s, len);
}

bool wordset_has(const struct wordset *n, const char *s)
{
	if (!n->known)
		return true;
	for (int i = 0; i < n->n; i++)
		if (!strcmp(n->v[i], s))
			return true;
	return false;
}

void wordset_release(struct wordset *n)
{
	for (int i = 0; i < n->n; i++)
		free(n->v[i]);
	free(n->v);
	*n = (struct wordset){NULL, 0, false};
}

/* What a script printed, and when the first of it came. */
struct answer {
	struct buf b;
	int64_t asked, came; /* clock_now() */
};

static int to_answer(void *arg, const void *p, size_t n, struct err *e)
{
	struct answer *a = arg;

	if (!a->came)
		a->came = clock_now();
	return buf_add(&a->b, p, n, e);
}

/* A script's output in memory, for the probe. What came before a deadline is kept. */
static int ask(struct visit *v, struct transport *t, const char *script, int64_t timeout, struct answer *a, struct err *e)
{
	CLEAN_BUF struct buf errout = BUF_MAX(4096);
	struct proc_result r;
	int rc;

	buf_clear(&a->b);
	a->came = 0;
	a->asked = clock_now();
	if ((rc = visit_exec(v, t, script, timeout, to_answer, a, &errout, &r, e)) < 0)
		return rc;
	if (r.canceled)
		return err_set(e, ERR_CANCELED, "stopped by the user");
	if (r.timed_out)
		return err_set(e, ERR_TIMEOUT, "a login, but the first command did not answer within %lld s",
		               (long long)((r.ms + 500) / 1000));
	if (!a->b.n)
		return err_set(e, ERR_NETWORK, "a login, but no command runs: %.200s", buf_cstr(&errout));
	return 0;
}

/* Calls fn with each "word rest" line. */
static void each_line(struct visit *v, const struct buf *b, void (*fn)(struct visit *, const char *, const char *))
{
	CLEAN(clean_free) char *copy = xstrdup(buf_cstr(b));
	char *save = NULL;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *sp = strchr(line, ' ');

		if (sp)
			*sp = '\0';
		fn(v, line, sp ? sp + 1 : "");
	}
}

static void who_line(struct visit *v, const char *word, const char *rest)
{
	if (!strcmp(word, "uid")) {
		v->uid = (int)strtol(rest, NULL, 10);
		v->root = v->uid == 0;
	} else if (!strcmp(word, "hostname")) {
		size_t n = 0;

		for (; *rest && n + 1 < sizeof(v->hostname); rest++)
			if (isalnum((unsigned char)*rest) || strchr("-_.", *rest))
				v->hostname[n++] = (char)tolower((unsigned char)*rest);
		v->hostname[n] = '\0';
	} else if (!strcmp(word, "timeout")) {
		v->has_timeout = true;
	} else if (!strcmp(word, "sudo")) {
		snprintf(v->sudo, sizeof(v->sudo), "%s", rest);
	}
}

static void has_line(struct visit *v, const char *word, const char *rest)
{
	if (!strcmp(word, "tool")) {
		wordset_add(&v->tools, rest, strlen(rest));
	} else if (!strcmp(word, "unit")) {
		size_t n = strcspn(rest, " ");

		if (n > 8 && !strncmp(rest + n - 8, ".service", 8))
			wordset_add(&v->units, rest, n - 8);
	} else if (!strcmp(word, "units")) {
		v->units.known = true;
	} else if (!strcmp(word, "journal")) {
		v->journal = !strcmp(rest, "precise") ? "short-iso-precise" : v->journal;
		v->has_journal |= !strcmp(rest, "there");
	} else if (!strcmp(word, "end")) {
		v->tools.known = true;
	}
}

/* Prints which programs and units of the plan there are. $s is what makes a command root, or nothing. */
static void add_has(struct buf *b, const struct plan *p)
{
	struct wordset seen = {.known = true};
	bool units = false;

	buf_add_str(b, "for t in", NULL);
	for (int i = 0; i < p->n_node; i++) {
		units |= p->node[i].units != NULL;
		for (const char **n = p->node[i].needs; n && *n; n++)
			if (!wordset_has(&seen, *n)) {
				wordset_add(&seen, *n, strlen(*n));
				buf_add_str(b, " ", NULL);
				shell_quote(b, *n);
			}
	}
	wordset_release(&seen);
	buf_add_str(b,
	            "; do command -v \"$t\" >/dev/null 2>&1 && echo tool \"$t\"; done\n"
	            "test -d /run/log/journal -o -d /var/log/journal && echo journal there\n",
	            NULL);
	/* What a service manager is asked costs more than all the rest. */
	if (units)
		buf_add_str(b,
		            "$s timeout 10 journalctl -o short-iso-precise -n 0 >/dev/null 2>&1 && echo journal precise\n"
		            "u=$(timeout 15 systemctl list-unit-files --type=service --no-legend --no-pager 2>/dev/null) && "
		            "echo \"$u\" | sed 's/^/unit /' && echo units known\n"
		            "timeout 10 systemctl list-units --all --type=service --no-legend --no-pager --plain 2>/dev/null | "
		            "sed 's/^/unit /'\n",
		            NULL);
	buf_add_str(b, "echo end\n", NULL);
}

static void each_answer(struct visit *v, const char *word, const char *rest)
{
	who_line(v, word, rest);
	has_line(v, word, rest);
}

/* "clock 1764073412.123456789", printed before anything else: between our question and the first bytes of the answer. */
static void look_at_clock(struct visit *v, const struct answer *a)
{
	char *dot;
	int64_t sec, us = 0;

	v->clock_rtt = -1;
	if (strncmp(buf_cstr(&a->b), "clock ", 6) != 0)
		return;
	sec = strtoll(a->b.p + 6, &dot, 10);
	for (int k = 0, scale = 100000; *dot == '.' && k < 6 && isdigit((unsigned char)dot[1 + k]); k++, scale /= 10)
		us += (dot[1 + k] - '0') * scale;
	if (sec <= 0)
		return;
	v->clock_rtt = a->came - a->asked;
	v->clock_offset = sec * US_PER_S + us - (a->asked + a->came) / 2;
}

/* sudo asks for a password, and we were given one. */
static int try_sudo_password(struct visit *v, struct transport *t, struct err *e)
{
	struct answer a = {.b = BUF_MAX(4096)};
	char before[sizeof(v->sudo)];
	bool is_root;
	int rc;

	if (v->root || !strcmp(v->sudo, "yes") || !v->run->opts->ssh.ask_sudo_pass)
		return 0;
	snprintf(before, sizeof(before), "%s", v->sudo);
	v->sudo_password = true;
	snprintf(v->sudo, sizeof(v->sudo), "yes");
	rc = ask(v, t, "id -u", 30 * US_PER_S, &a, e);
	is_root = rc == 0 && !strcmp(buf_cstr(&a.b), "0\n");
	buf_release(&a.b);
	if (is_root) {
		secrets_accepted(v->run->secrets, SECRET_SUDO);
		return 0;
	}
	v->sudo_password = false;
	if (rc == -ERR_CANCELED || rc == -ERR_TIMEOUT)
		return rc;
	if (rc == -ERR_DENIED) {
		snprintf(v->sudo, sizeof(v->sudo), "no: %.190s", e->msg);
		return 0;
	}
	secrets_refused(v->run->secrets, SECRET_SUDO);
	snprintf(v->sudo, sizeof(v->sudo), "no: with the password, too: %.150s", rc == -ERR_NETWORK ? e->msg : before);
	return 0;
}

/* One command for all, since each costs a session on the node; one more where sudo wants a password. */
int visit_probe(struct visit *v, struct transport *t, struct err *e)
{
	static const char who[] =
	        "date '+clock %s.%N'\n"
	        "u=$(id -u); echo uid $u; echo hostname $(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)\n"
	        "command -v timeout >/dev/null 2>&1 && echo timeout yes || timeout() { shift; \"$@\"; }\n"
	        "s=; test $u = 0 && echo sudo not needed || { w=$(sudo -n true 2>&1) && echo sudo yes && s='sudo -n' || "
	        "echo sudo no: $w; }\n";
	CLEAN_BUF struct buf script = BUF_MAX(256 * 1024);
	struct answer a = {.b = BUF_MAX(1 << 20)};
	int rc;

	v->journal = "short-iso";
	buf_add_str(&script, who, NULL);
	add_has(&script, v->run->plan);
	rc = ask(v, t, buf_cstr(&script), 60 * US_PER_S, &a, e);
	each_line(v, &a.b, each_answer);
	look_at_clock(v, &a);
	/* Who it is was told; what hung then (a service manager) is left unknown, and all is tried. */
	if (rc == -ERR_TIMEOUT && v->sudo[0])
		rc = 0;
	if (rc == 0)
		rc = try_sudo_password(v, t, e);
	/* What only root may ask. */
	if (rc == 0 && v->sudo_password) {
		buf_clear(&script);
		buf_add_str(&script, "s=; command -v timeout >/dev/null 2>&1 || timeout() { shift; \"$@\"; }\n", NULL);
		wordset_release(&v->tools);
		wordset_release(&v->units);
		add_has(&script, v->run->plan);
		rc = ask(v, t, buf_cstr(&script), 40 * US_PER_S, &a, e);
		each_line(v, &a.b, has_line);
		if (rc == -ERR_TIMEOUT)
			rc = 0;
	}
	buf_release(&a.b);
	return rc;
}
