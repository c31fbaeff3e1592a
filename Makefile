# sickbay. `make` builds, `make demo` shows it at work, `make test` runs every test. See README.md.
# MODE=release (default), asan or fuzz (clang's libFuzzer; see `make fuzz`); BUILD= is where everything made goes.
MODE    ?= release
BUILD   ?= build
OUT     := $(BUILD)/$(MODE)
CC      ?= gcc
PREFIX  ?= /usr/local
VERSION := 0.1.0
# As many jobs as processors, where the caller says nothing.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS := $(MAKEFLAGS) $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
endif

PKGS    := libarchive libcjson sqlite3 libssh2 libcurl yaml-0.1 libpcre2-8 libcrypto
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wformat=2 -Wvla -Wundef -Wstrict-prototypes \
           -Wmissing-prototypes -Wcast-qual -Wnull-dereference $(if $(CI),-Werror)
CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2
CFLAGS_asan    := -Og -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_asan   := -fsanitize=address,undefined
CFLAGS_fuzz    := $(CFLAGS_asan) -fsanitize=fuzzer-no-link
LDFLAGS_fuzz   := $(LDFLAGS_asan) -fsanitize=fuzzer

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
ALL_CFLAGS := -std=gnu17 -g -pthread -fPIE -fstack-protector-strong -D_FILE_OFFSET_BITS=64 -D_GNU_SOURCE \
              -DSICKBAY_VERSION='"$(VERSION)"' -ffile-prefix-map=$(CURDIR)=. -I. -include base/banned.h \
              $(WARN) $(CFLAGS_$(MODE)) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := -pthread -pie -Wl,-z,relro,-z,now $(LDFLAGS_$(MODE)) $(LDFLAGS)

LIB_SRC  := $(sort $(wildcard base/*.c bundles/*.c collect/*.c analyze/*.c analyze/*/*.c))
CLI_SRC  := $(sort $(wildcard cli/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(OUT)/%.o) $(OUT)/assets.o
CLI_OBJ  := $(CLI_SRC:%.c=$(OUT)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(OUT)/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_BIN := $(patsubst %.c,$(OUT)/%,$(filter-out tests/fuzz/replay.c,$(FUZZ_SRC)))
# Data that is compiled in; read at run time through base/asset.h.
ASSETS   := $(sort $(shell find schema collect analyze -name '*.sql' -o -name '*.yaml' -o -name '*.css' -o -name '*.js' -o -name '*.html'))

.DELETE_ON_ERROR:
.PHONY: all
all: $(OUT)/sickbay

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# One .incbin a file and a sorted index; the list of names is a dependency too, so that a removed file is noticed.
$(OUT)/assets.list: $(if $(filter-out $(ASSETS),$(shell cat $(OUT)/assets.list 2>/dev/null)),FORCE) $(if $(filter-out $(shell cat $(OUT)/assets.list 2>/dev/null),$(ASSETS)),FORCE)
	@mkdir -p $(@D)
	@printf '%s\n' $(ASSETS) > $@
$(OUT)/assets.S: base/asset-index.sh $(OUT)/assets.list
	sh base/asset-index.sh $(ASSETS) > $@
$(OUT)/assets.o: $(OUT)/assets.S $(ASSETS)
	$(CC) -c $< -o $@
FORCE:

# Programs take out of it what they use.
$(OUT)/libsickbay.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

# The binary checks the data it carries: a typo in a check, signature or plan stops the build here.
$(OUT)/sickbay: $(CLI_OBJ) $(OUT)/libsickbay.a
	$(CC) $(ALL_LDFLAGS) $^ $(PKG_LIBS) -o $@.new
	$@.new checks lint
	@mv $@.new $@

$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(OUT)/libsickbay.a
	$(CC) $(ALL_LDFLAGS) $^ $(PKG_LIBS) -lcmocka -o $@
$(OUT)/tests/bench/%: $(OUT)/tests/bench/%.o $(OUT)/libsickbay.a
	$(CC) $(ALL_LDFLAGS) $^ $(PKG_LIBS) -o $@
# A fuzz target with libFuzzer's main, or with one that feeds it the files of its corpus.
$(FUZZ_BIN): %: %.o $(if $(filter fuzz,$(MODE)),,$(OUT)/tests/fuzz/replay.o) $(OUT)/libsickbay.a
	$(CC) $(ALL_LDFLAGS) $^ $(PKG_LIBS) -o $@
.SECONDARY: $(UNIT_SRC:%.c=$(OUT)/%.o) $(FUZZ_SRC:%.c=$(OUT)/%.o)

# What a machine needs. Only what is missing is installed; root or sudo is asked for only then.
DEPS      := gcc libc6-dev pkg-config libarchive-dev libcjson-dev libsqlite3-dev libssh2-1-dev libcurl4-openssl-dev libyaml-dev libpcre2-dev libssl-dev
TEST_DEPS := $(DEPS) libcmocka-dev zstd xz-utils zip jq sqlite3 openssh-server openssh-client procps curl python3 python3-jsonschema openssl sudo iproute2 util-linux bsdutils

.PHONY: unit fuzzers deps test-deps demo test test-lab test-browser screenshots bench fuzz lint check-headers install clean
deps:
	@sh tests/deps.sh $(DEPS)
test-deps:
	@sh tests/deps.sh $(TEST_DEPS) kubectl

DEMO := bundles/samples/kubelet-stopped.tar.zst
# The second make reads the compiler and library settings again, which exist only once the first is done.
demo:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all
	@mkdir -p $(BUILD)/demo
	$(OUT)/sickbay inspect $(DEMO) | head -n 20
	$(OUT)/sickbay analyze $(DEMO) -o $(BUILD)/demo/report.html -o $(BUILD)/demo/report.md -o $(BUILD)/demo/report.json
	$(OUT)/sickbay analyze $(DEMO)
	@echo "HTML report: $(abspath $(BUILD)/demo/report.html)"

unit: $(UNIT_BIN)
fuzzers: $(FUZZ_BIN)

# Everything under AddressSanitizer and UBSan. Ends with "N passed, N failed". ONLY=unit/ picks tests by a regular expression.
test:
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory MODE=asan all unit fuzzers
	@sh tests/run.sh $(BUILD)/asan $(if $(ONLY),'$(ONLY)')

# The proof on a real cluster: LAB is the folder of a lab with ./lab up|fault|heal (see tests/lab/run.sh).
# FAULTS="healthy forward-drop" picks some of tests/lab/expect.tsv. K8S_BIN=DIR[:DIR] holds etcd, kube-apiserver and kubectl
# where they are not in PATH (also for `make bench`).
test-lab:
	@test -n "$(LAB)" || { echo 'make test-lab: say which lab: make test-lab LAB=/path/to/lab' >&2; exit 2; }
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory all
	@SICKBAY=$(abspath $(OUT)/sickbay) sh tests/lab/api.sh >$(OUT)/lab-api.tap; cat $(OUT)/lab-api.tap; ! grep -q '^not ok' $(OUT)/lab-api.tap
	@MANY=100 SICKBAY=$(abspath $(OUT)/sickbay) sh tests/cli/collect_many.sh >$(OUT)/many.tap; cat $(OUT)/many.tap; ! grep -q '^not ok' $(OUT)/many.tap
	@SICKBAY=$(abspath $(OUT)/sickbay) sh tests/lab/run.sh "$(LAB)" $(FAULTS)
	@SICKBAY=$(abspath $(OUT)/sickbay) sh tests/lab/nodes.sh "$(LAB)"
	@SICKBAY=$(abspath $(OUT)/sickbay) sh tests/lab/explore.sh "$(LAB)"

# The report's page in Debian's Chromium, driven by modules of npm: needs both registries once.
test-browser:
	@sh tests/deps.sh $(DEPS) chromium node
	@$(MAKE) --no-print-directory all
	@sh tests/browser/run.sh $(abspath $(OUT)/sickbay) $(abspath $(BUILD)/browser)

# The pictures in README: the report of a recorded bundle, in the same browser.
SCREENSHOTS_OF := bundles/samples/disk-full.tar.zst
screenshots:
	@sh tests/deps.sh $(DEPS) chromium node
	@$(MAKE) --no-print-directory all
	@sh tests/browser/screenshots.sh $(abspath $(OUT)/sickbay) $(abspath $(BUILD)/browser) $(SCREENSHOTS_OF) docs

bench:
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory all $(OUT)/tests/bench/redact
	@$(OUT)/tests/bench/redact bundles/samples/*.tar.zst
	@SICKBAY=$(abspath $(OUT)/sickbay) OUT=$(abspath $(BUILD)/bench) sh tests/bench/run.sh
	@SICKBAY=$(abspath $(OUT)/sickbay) OUT=$(abspath $(BUILD)/bench) sh tests/bench/api.sh
	@SICKBAY=$(abspath $(OUT)/sickbay) OUT=$(abspath $(BUILD)/bench) sh tests/bench/ssh.sh

# Looks for inputs that break a reader: every target of tests/fuzz (or FUZZ="yaml plan") for FUZZ_SECONDS. Needs
# clang with libFuzzer. `make test` replays what was found, without clang.
FUZZ_SECONDS ?= 60
fuzz:
	@echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	  clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null || \
	  { echo 'make fuzz: this machine has no clang with libFuzzer (Debian: clang libclang-rt-14-dev)' >&2; exit 2; }
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzzers
	@sh tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ)

# clang's opinion of every source, and every header on its own.
lint: check-headers
	@for f in $(LIB_SRC) $(CLI_SRC) $(UNIT_SRC) $(FUZZ_SRC); do \
	  clang $(filter-out -fPIE,$(ALL_CFLAGS)) -Werror -fsyntax-only $$f || exit 1; done; echo "lint: clang has nothing to say"
check-headers:
	@for f in $(sort $(wildcard */*.h */*/*.h)); do \
	  $(CC) $(ALL_CFLAGS) -Werror -fsyntax-only -x c $$f || exit 1; done; echo "check-headers: every header compiles alone"

install: all
	install -D -m 755 $(OUT)/sickbay $(DESTDIR)$(PREFIX)/bin/sickbay
	ln -sf sickbay $(DESTDIR)$(PREFIX)/bin/kubectl-sickbay
clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_SRC:%.c=$(OUT)/%.d) $(FUZZ_SRC:%.c=$(OUT)/%.d)
