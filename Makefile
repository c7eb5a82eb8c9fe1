# weir: make demo | test | test-full | bench | bench-judgement | bench-language | lint | fuzz | install. SAN=address,undefined or SAN=thread picks a sanitizer build.

comma := ,
BUILD := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
CC ?= gcc
CCACHE := $(shell command -v ccache 2>/dev/null)
MESON_ARGS := $(if $(SAN),-Db_sanitize=$(SAN) -Db_lundef=false --buildtype=debug -Doptimization=1) $(if $(WERROR),--werror)

.PHONY: all demo test test-full bench bench-judgement bench-language lint fuzz install clean setup-demo setup-test setup-full

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	CC="$(CCACHE) $(CC)" meson setup $(BUILD) $(MESON_ARGS)

setup-demo:
	scripts/setup demo
setup-test:
	scripts/setup test
setup-full:
	scripts/setup full

# The main job in front of you. ARGS="--once --yes" runs it unattended.
demo: setup-demo
	@$(MAKE) --no-print-directory all
	$(BUILD)/weir demo $(ARGS)

test: setup-test
	@$(MAKE) --no-print-directory all
	scripts/test $(BUILD) $(SUITE)

# The long counts and all real servers.
test-full: setup-full
	@$(MAKE) --no-print-directory all
	WEIR_TEST_FULL=1 scripts/test $(BUILD) $(SUITE)

bench: setup-test
	@$(MAKE) --no-print-directory all
	bench/run $(BUILD)

# How well it detects, reads and explains, on public data (DATA=FOLDER for another copy of it).
bench-judgement: setup-test
	@$(MAKE) --no-print-directory all
	bench/judgement/run $(BUILD)

bench-language: setup-test
	@$(MAKE) --no-print-directory all
	bench/language/run $(BUILD)

lint: setup-test
	@$(MAKE) --no-print-directory all
	scripts/lint $(BUILD)

fuzz: setup-test
	fuzz/run $(or $(SECONDS_EACH),20) $(TARGET)

install: all
	meson install -C $(BUILD)

clean:
	rm -rf build build-*
