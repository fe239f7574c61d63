# Builds, tests and installs Pilotage; `make help` lists what it can do.
# SPDX-License-Identifier: Apache-2.0

# What has to be installed, as `name : Debian package`. The name is one that pkg-config knows,
# or a command where it ends in "!". These lists drive detection, `make deps` and the message.
BUILD_NEEDS = $(firstword $(CC))!:gcc pkg-config!:pkg-config \
  lua5.4:liblua5.4-dev yaml-0.1:libyaml-dev sleef:libsleef-dev \
  jansson:libjansson-dev zlib:zlib1g-dev libmd:libmd-dev
TEST_NEEDS = $(BUILD_NEEDS) cmocka:libcmocka-dev bats!:bats

OBJCOPY ?= objcopy
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
CFLAGS ?= -O2 -g
WERROR ?=
SANITIZE ?=
V ?=

# Every core unless told otherwise; a make started by this one shares its jobs.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif
MAKEFLAGS += --no-print-directory
QUIET = $(if $(V),,@printf '  %-5s %s\n' $(1) $@;)

# --- flags -----------------------------------------------------------------------------------
# Results must be the same bits everywhere, so what decides them follows the user's CFLAGS.
# Only main.c runs on an older CPU, where it says in one sentence what is missing.
# (private: a variable of a target would otherwise reach what the target is made from)
STRICT = -std=c11 -D_GNU_SOURCE -fno-fast-math -ffp-contract=off -fno-math-errno -fno-trapping-math
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes $(if $(WERROR),-Werror)
GUARDS = $(if $(SANITIZE),-O1 -fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
  -fno-omit-frame-pointer)
ARCH = -march=x86-64-v3
LIBRARIES = $(foreach need,$(filter-out %!,$(call names,$(BUILD_NEEDS))),$(need))
# Lua is linked statically: it then uses the pow of engine/script/pow.c.
SHARED_LIBRARIES = $(filter-out lua5.4,$(LIBRARIES))
names = $(foreach need,$(1),$(firstword $(subst :, ,$(need))))

# Asked once, and only by a recipe that compiles.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell $(PKG_CONFIG) --libs-only-L lua5.4) -l:liblua5.4.a \
  $(shell $(PKG_CONFIG) --libs $(SHARED_LIBRARIES)) -lm -ldl)$(PKG_LIBS)
COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS) $(STRICT) $(WARNINGS) $(EXTRA) $(GUARDS) $(ARCH) -pthread
# Lua seeds its hash with the clock and addresses; engine/script/seed.c gives it a fixed seed.
WRAP = -Wl,--wrap=luaS_hash
LINK = $(CC) $(CFLAGS) $(GUARDS) $(LDFLAGS) $(WRAP) -pthread

SOURCES = $(sort $(wildcard engine/*.c engine/*/*.c))
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
MAIN = $(BUILD)/engine/main.o
ENGINE = $(filter-out $(MAIN),$(OBJECTS))
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit_*.c tests/fuzz_*.c)))
# What shows that lanes and stock Lua agree: `tests/run.sh BUILD lanes` runs these.
LANES_TESTS = unit_machine unit_machine_draws unit_machine_real unit_fills unit_engine unit_large fuzz_lanes
BENCHES = $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))
VERSION = $(shell sed -n 's/^.define PILOTAGE_VERSION "\(.*\)"/\1/p' include/pilotage.h)

$(MAIN): private ARCH = -march=x86-64
$(BUILD)/engine/random/%.o: private EXTRA = -O3
# The same loops for three instruction sets; errno and exception flags would keep them scalar.
KERNELS = $(BUILD)/engine/lanes/kernels_
$(KERNELS)%.o: private EXTRA = -O3 -fno-math-errno -fno-trapping-math
$(KERNELS)portable.o: private EXTRA = -O2 -fno-math-errno -fno-tree-vectorize
$(KERNELS)avx512.o: private ARCH = -march=x86-64-v4 -mprefer-vector-width=512
$(BUILD)/engine/scenario/shipped.o: private EXTRA = -DPIL_SHIPPED_FOLDER='"$(PREFIX)/share/pilotage/scripts"'

# --- build -----------------------------------------------------------------------------------
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all lib demo test deps help install asan tsan width2 asan2 werror fuzz format bench clean \
  built-tests built-benches build-needs test-needs always

all: $(BUILD)/pilotage ## build build/pilotage (the default); installs nothing

lib: $(BUILD)/libpilotage.a ## build the library build/libpilotage.a

$(BUILD)/pilotage: $(OBJECTS) | build-needs
	$(call QUIET,LINK)$(LINK) -o $@ $(OBJECTS) $(PKG_LIBS)

# One object that holds the engine and the parts of Lua it uses, with only pil_* left visible: a
# host may bring its own Lua and its own pow.
$(BUILD)/libpilotage.a: $(ENGINE) | build-needs
	$(call QUIET,AR)$(CC) -r -nostdlib $(WRAP) -o $(BUILD)/library.o $(ENGINE) \
	  $(filter -L% -l:%,$(PKG_LIBS)) && \
	  $(OBJCOPY) --wildcard --keep-global-symbol='pil_*' $(BUILD)/library.o && \
	  rm -f $@ && $(AR) rcs $@ $(BUILD)/library.o

$(BUILD)/%.o: %.c $(BUILD)/flags | build-needs
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(ENGINE) | test-needs
	$(call QUIET,LINK)$(LINK) -o $@ $< $(ENGINE) $(PKG_LIBS) -lcmocka

$(TESTS:%=%.o): | test-needs

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(ENGINE) | build-needs
	@mkdir -p $(@D)
	$(call QUIET,LINK)$(LINK) -o $@ $< $(ENGINE) $(PKG_LIBS)

# Rewritten only when it would say something else, so that other flags mean another build.
$(BUILD)/flags: always | build-needs
	@mkdir -p $(@D)
	@printf '%s\n' "$(COMPILE) $(PKG_CFLAGS)" | cmp -s - $@ || \
	  printf '%s\n' "$(COMPILE) $(PKG_CFLAGS)" > $@
$(BUILD)/prefix: always
	@mkdir -p $(@D)
	@printf '%s\n' "$(PREFIX)" | cmp -s - $@ || printf '%s\n' "$(PREFIX)" > $@
$(BUILD)/engine/scenario/shipped.o: $(BUILD)/prefix

built-tests: $(TESTS)
	@:
built-benches: $(BENCHES)
	@:
.SECONDARY: $(TESTS:%=%.o) $(BENCHES:$(BUILD)/bench/%=$(BUILD)/tests/bench/%.o)

-include $(OBJECTS:.o=.d) $(TESTS:=.d) $(BENCHES:$(BUILD)/bench/%=$(BUILD)/tests/bench/%.d)

# --- what has to be installed ----------------------------------------------------------------
present = $(if $(filter %!,$(1)),command -v '$(1:!=)',$(PKG_CONFIG) --exists '$(1)')
absent = $(strip $(foreach need,$(1),$(if $(shell \
  $(call present,$(call names,$(need))) >/dev/null 2>&1 && echo yes),,$(need))))
packages = $(foreach need,$(1),$(lastword $(subst :, ,$(need))))
APT_INSTALL = apt-get install -y --no-install-recommends

# What is absent is looked up when a recipe asks: $(1) is what it needs.
demand = $(eval absent_now := $(call absent,$(1)))$(if $(absent_now),$(name_absent))
supply = $(eval absent_now := $(call absent,$(1)))$(if $(absent_now),$(install_absent))
absent_names = $(subst !,,$(call names,$(absent_now)))
install_line = $(APT_INSTALL) $(call packages,$(absent_now))

define name_absent
@exec >&2; echo "Pilotage needs what is not installed here: $(absent_names)."; \
echo "On Debian this line installs it (or type: make deps):"; \
echo "    sudo $(install_line)"; exit 1
endef

define install_absent
@set -e; fail() { printf '%s\n' "$$@" >&2; exit 1; }; \
command -v apt-get >/dev/null || fail "Not installed here: $(absent_names)." \
  "There is no apt-get here; use this system's own packages."; \
sudo=; if [ "$$(id -u)" != 0 ]; then sudo="sudo "; [ -t 0 ] || sudo="sudo -n "; \
  command -v sudo >/dev/null || fail "Not installed here: $(absent_names)." \
    "Installing needs root, and there is no sudo here. As root, run:" "    $(install_line)"; fi; \
echo "Not installed here: $(absent_names). Running: $${sudo}$(install_line)"; \
$${sudo}apt-get update -qq || echo "(The list of packages could not be renewed; going on.)" >&2; \
$${sudo}env DEBIAN_FRONTEND=noninteractive $(install_line)
endef

build-needs:
	$(call demand,$(BUILD_NEEDS))
test-needs:
	$(call demand,$(TEST_NEEDS))

deps: ## install everything that building and testing need (apt-get, as root or by sudo)
	$(call supply,$(TEST_NEEDS))
	@:

# --- what people type ------------------------------------------------------------------------
# Each step is a make of its own, because what the first installs decides the flags of the next.
demo: ## install what is missing, build, and run the main job on real data
	@$(MAKE) demo-needs
	@$(MAKE) $(BUILD)/pilotage
	$(BUILD)/pilotage run scenarios/chatbot.yaml

.PHONY: demo-needs
demo-needs:
	$(call supply,$(BUILD_NEEDS))
	@:

test: ## install what is missing, build, and run every test
	@$(MAKE) deps
	@$(MAKE) $(BUILD)/pilotage $(BUILD)/libpilotage.a built-tests
	@tests/run.sh $(BUILD)

asan: ## build in build/asan with address and undefined-behaviour checks, and run the tests
	@$(MAKE) checked BUILD=$(BUILD)/asan SANITIZE=address,undefined

tsan: ## build in build/tsan with data-race checks, and run the tests
	@$(MAKE) checked BUILD=$(BUILD)/tsan SANITIZE=thread

.PHONY: checked
checked: $(BUILD)/pilotage built-tests
	@FUZZ_COUNT=$${FUZZ_COUNT:-300} tests/run.sh $(BUILD) unit fuzz cli

width2: ## build in build/width2 with blocks of two lanes, and run the tests of lanes
	@$(MAKE) $(BUILD)/width2/pilotage $(LANES_TESTS:%=$(BUILD)/width2/tests/%) BUILD=$(BUILD)/width2 \
	  CPPFLAGS=-DPIL_LANES_WIDTH=2
	@FUZZ_COUNT=200 tests/run.sh $(BUILD)/width2 lanes

asan2: ## the same under address and undefined-behaviour checks, in build/asan2
	@$(MAKE) $(BUILD)/asan2/pilotage $(LANES_TESTS:%=$(BUILD)/asan2/tests/%) BUILD=$(BUILD)/asan2 \
	  CPPFLAGS=-DPIL_LANES_WIDTH=2 SANITIZE=address,undefined
	@FUZZ_COUNT=100 tests/run.sh $(BUILD)/asan2 lanes

werror: ## build everything in build/werror with warnings as errors
	@$(MAKE) BUILD=$(BUILD)/werror WERROR=1 all built-tests built-benches

bench: ## build and run the benchmarks
	@$(MAKE) $(BUILD)/pilotage built-benches
	@tests/bench/run.sh $(BUILD)

fuzz: ## compare random programs in lanes and in stock Lua for long (FUZZ_COUNT=, FUZZ_SEED=)
	@$(MAKE) $(BUILD)/tests/fuzz_lanes
	FUZZ_REASONS=1 FUZZ_COUNT=$${FUZZ_COUNT:-100000} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
	  $(BUILD)/tests/fuzz_lanes

format: ## lay out the C files with clang-format
	$(CLANG_FORMAT) -i $(sort $(wildcard include/*.h engine/*.[ch] engine/*/*.[ch] \
	  tests/*.[ch] tests/bench/*.[ch]))

install: $(BUILD)/pilotage $(BUILD)/libpilotage.a ## install below PREFIX (/usr/local), or DESTDIR/PREFIX
	install -D -m 755 $(BUILD)/pilotage "$(DESTDIR)$(PREFIX)/bin/pilotage"
	install -D -m 644 $(BUILD)/libpilotage.a "$(DESTDIR)$(PREFIX)/lib/libpilotage.a"
	install -D -m 644 include/pilotage.h "$(DESTDIR)$(PREFIX)/include/pilotage.h"
	for script in $(sort $(shell find scripts -name '*.lua' ! -name '*_test.lua')); do \
	  install -D -m 644 $$script "$(DESTDIR)$(PREFIX)/share/pilotage/$$script" || exit 1; done
	install -d "$(DESTDIR)$(PREFIX)/lib/pkgconfig" "$(DESTDIR)$(PREFIX)/share/doc/pilotage"
	install -m 644 LICENSE NOTICE README.md docs/*.md "$(DESTDIR)$(PREFIX)/share/doc/pilotage"
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' \
	  'Name: pilotage' 'Description: Monte Carlo simulation of what scaling a pilot is worth' \
	  'Version: $(VERSION)' 'Requires: $(SHARED_LIBRARIES)' \
	  'Libs: -L$${libdir} -lpilotage -lm -ldl -pthread' \
	  'Cflags: -I$${includedir}' > "$(DESTDIR)$(PREFIX)/lib/pkgconfig/pilotage.pc"

clean: ## remove everything that was built
	rm -rf $(BUILD)

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo "Settings: PREFIX=, DESTDIR=, CC=, CFLAGS=, BUILD=, WERROR=1, V=1 (show commands)"
