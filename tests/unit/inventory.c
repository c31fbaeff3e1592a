/* Who the nodes are: words, lists, Ansible inventories. */
#include "base/buf.h"
#include "collect/ansible.h"
#include "tests/unit/unit.h"

/* Every host as "name|addr|user|port|key|jump", one a line. */
static char *show(const struct inventory *inv)
{
	struct buf b = BUF_MAX(1 << 20);

	for (int i = 0; i < inv->n; i++) {
		const struct inv_host *h = &inv->v[i];

		buf_printf(&b, NULL, "%s|%s|%s|%d|%s|%s\n", h->name ? h->name : "", h->addr ? h->addr : "(here)",
		           h->user ? h->user : "", h->port, h->key ? h->key : "", h->jump ? h->jump : "");
	}
	return buf_take(&b);
}

static void words(const char *text, const char *want)
{
	struct inventory inv = {NULL, 0};
	struct err e = {0};
	CLEAN(clean_free) char *got = NULL;
	int rc = inventory_words(&inv, text, &e);

	got = rc < 0 ? xstrdup("refused") : show(&inv);
	assert_string_equal(got, want);
	inventory_release(&inv);
}

static void test_words(void **state)
{
	(void)state;
	words("node1", "|node1||0||\n");
	words("a, b\nc", "|a||0||\n|b||0||\n|c||0||\n");
	words("n1=10.0.0.1", "n1|10.0.0.1||0||\n");
	words("n1=ops@10.0.0.1:2222", "n1|10.0.0.1|ops|2222||\n");
	words("ops@node1:22", "|node1|ops|22||\n");
	words("[::1]:2222", "|::1||2222||\n");
	words("fe80::1%eth0", "|fe80::1%eth0||0||\n");
	words("ops@corp@node1", "|node1|ops@corp|0||\n");
	words("-oProxyCommand=x", "refused");
	words("node1:0", "refused");
	words("node1:65536", "refused");
	words("node1:22x", "refused");
	words("-l@node1", "refused");
	words("a/b", "refused");
	words("n1=", "refused");
	words("../x=10.0.0.1", "refused");
	words("$(reboot)", "refused");
	words("[::1", "refused");
}

static char *read_text(const char *name, const char *text, const char *group)
{
	CLEAN(clean_free) char *dir = unit_folder(), *path = xasprintf("%s/%s", dir, name);
	CLEAN(clean_free) char *arg = group ? xasprintf("%s@%s", path, group) : xstrdup(path);
	struct inventory inv = {NULL, 0};
	struct err e = {0};
	const char *msg = e.msg;
	char *got;

	unit_write(path, text, strlen(text));
	if (inventory_read(&inv, arg, &e) < 0) {
		assert_memory_equal(msg, path, strlen(path));
		got = xasprintf("refused: %s", msg + strlen(path) + (msg[strlen(path)] == ':' ? 2 : 1));
	} else {
		got = show(&inv);
	}
	inventory_release(&inv);
	unlink(path);
	rmdir(dir);
	return got;
}

static void file(const char *name, const char *text, const char *group, const char *want)
{
	CLEAN(clean_free) char *got = read_text(name, text, group);

	assert_string_equal(got, want);
}

static void test_list(void **state)
{
	(void)state;
	file("nodes.txt", "\xEF\xBB\xBF# all\nnode1\nn2=10.0.0.2 # two\n\n10.0.0.3, [::1]:22\n", NULL,
	     "|node1||0||\nn2|10.0.0.2||0||\n|10.0.0.3||0||\n|::1||22||\n");
	file("nodes.txt", "a\nb c/d\n", NULL,
	     "refused: line 2: \"c/d\" is not a node: give [NAME=][USER@]HOST[:PORT], as in node1, ops@10.0.0.1:2222 or node1=10.0.0.1");
	file("nodes.txt", "a\n", "g", "refused: is a plain list and has no group g");
}

static const char ini[] = "lonely ansible_host=10.0.0.9\n"
                          "[masters]\n"
                          "master1 ansible_host=10.0.0.1 ansible_user=core  # the first\n"
                          "[workers]\n"
                          "node[01:03].example.com\n"
                          "; nobody\n"
                          "w-[a:b] ansible_port=2200 note=\"two words\"\n"
                          "10.0.0.77\n"
                          "[k8s:children]\n"
                          "masters\n"
                          "workers\n"
                          "[k8s:vars]\n"
                          "ansible_user = ops\n"
                          "ansible_ssh_common_args='-o ProxyJump=jump@bastion:2201 -o Foo=bar'\n"
                          "[workers:vars]\n"
                          "ansible_ssh_private_key_file=~/.ssh/workers\n"
                          "[all:vars]\n"
                          "ansible_user=nobody\n"
                          "ansible_port=22022\n"
                          "ansible_password=hunter2\n";

static void test_ini(void **state)
{
	(void)state;
	file("hosts", ini, NULL,
	     "lonely|10.0.0.9|nobody|22022||\n"
	     "master1|10.0.0.1|core|22022||jump@bastion:2201\n"
	     "node01.example.com|node01.example.com|ops|22022|~/.ssh/workers|jump@bastion:2201\n"
	     "node02.example.com|node02.example.com|ops|22022|~/.ssh/workers|jump@bastion:2201\n"
	     "node03.example.com|node03.example.com|ops|22022|~/.ssh/workers|jump@bastion:2201\n"
	     "w-a|w-a|ops|2200|~/.ssh/workers|jump@bastion:2201\n"
	     "w-b|w-b|ops|2200|~/.ssh/workers|jump@bastion:2201\n"
	     "|10.0.0.77|ops|22022|~/.ssh/workers|jump@bastion:2201\n");
	file("hosts", ini, "masters", "master1|10.0.0.1|core|22022||jump@bastion:2201\n");
	file("hosts", ini, "nobody", "refused: there is no group \"nobody\" in it");
	file("hosts", "[a]\nh1 ansible_host={{ ip }} ansible_connection=local\n", NULL, "h1|(here)||0||\n");
	file("hosts", "[a]\nx\n[b\n", NULL, "refused: line 3: a section without its ]");
	file("hosts", "[a:what]\n", NULL, "refused: line 1: [a:what]: neither vars nor children");
	file("hosts", "[a]\nh ansible_host=-oProxyCommand=x\n", NULL, "refused: \"h\" is not a host with an address, a port and a user");
	file("hosts", "[a]\nh ansible_port=99999\n", NULL, "refused: \"h\" is not a host with an address, a port and a user");
	file("hosts", "[a]\nn[1:99999999]\n", NULL, "refused: line 2: more than 5000 hosts");
	file("hosts", "[a]\nx\n[a:children]\nb\n[b:children]\na\n", NULL, "x|x||0||\n");
	file("hosts", "[a]\nh ansible_ssh_common_args=\"-o ProxyCommand='ssh -q -p 2222 -W %h:%p -l me gate'\"\n", NULL, "h|h||0||me@gate\n");
}

static void test_yaml(void **state)
{
	(void)state;
	file("hosts.yaml",
	     "all:\n  vars: {ansible_user: ops}\n  hosts:\n    node1: {ansible_host: 10.0.0.1, ip: 10.0.0.1}\n    node2:\n"
	     "  children:\n    kube_node:\n      hosts:\n        node1:\n        w[1:2]: {ansible_port: 2222}\n"
	     "      vars: {ansible_user: core}\n",
	     NULL,
	     "node1|10.0.0.1|core|0||\nnode2|node2|ops|0||\nw1|w1|core|2222||\nw2|w2|core|2222||\n");
	file("hosts.yml", "- a\n", NULL, "refused: no Ansible inventory: it has no groups");
	file("hosts.yml", "all: [\n", NULL, "refused: line 2, column 1: did not find expected node content");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_words),
	        cmocka_unit_test(test_list),
	        cmocka_unit_test(test_ini),
	        cmocka_unit_test(test_yaml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
