# sickbay. `make` builds, `make demo` shows it at work, `make test` runs every test. See README.md.
# MODE=release (default) or asan; BUILD= is where everything made goes.
MODE    ?= release
BUILD   ?= build
OUT     := $(BUILD)/$(MODE)
CC      ?= gcc
PREFIX  ?= /usr/local
VERSION := 0.1.0

PKGS    := libarchive libcjson sqlite3 libssh2 yaml-0.1 libpcre2-8 libcrypto
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wformat=2 -Wvla -Wundef -Wstrict-prototypes \
           -Wmissing-prototypes -Wcast-qual -Wnull-dereference $(if $(CI),-Werror)
CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2
CFLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_asan   := -fsanitize=address,undefined

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

# The checks are compiled against the tables by the binary itself: a typo in a check stops the build here.
$(OUT)/sickbay: $(CLI_OBJ) $(LIB_OBJ)
	$(CC) $(ALL_LDFLAGS) $^ $(PKG_LIBS) -o $@.tmp
	@mv $@.tmp $@

$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(LIB_OBJ)
	$(CC) $(ALL_LDFLAGS) $^ $(PKG_LIBS) -lcmocka -o $@

.PHONY: unit clean
unit: $(UNIT_BIN)
clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_SRC:%.c=$(OUT)/%.d)
