# For people: `make` lists what there is. The build itself is meson and ninja.
BUILD ?= build
PREFIX ?= /usr/local
SECONDS ?= 60

help:
	@echo 'make up       install what is missing, build, and run a node on loopback (ARGS="--data DIR ...")'
	@echo 'make check    install what is missing, build, and pass every test'
	@echo 'make build    build $(BUILD)/hinomi'
	@echo 'make bench    measure (tests/bench)'
	@echo 'make fuzz     run each fuzz target for SECONDS ($(SECONDS)), or only FUZZ="name ..."'
	@echo 'make conformance DATA="PATH ..."  play replays (.rpl) of other resolvers (tests/conformance)'
	@echo 'make install  into PREFIX ($(PREFIX)), below DESTDIR'
	@echo 'make fresh    try `make up` and `make check` in a bare Debian 12 chroot (root)'
	@echo 'make clean    remove the build folders'

up:
	tools/setup run
	$(MAKE) --no-print-directory build
	exec $(BUILD)/hinomi up $(ARGS)

check:
	tools/setup test
	tools/check

$(BUILD)/build.ninja:
	meson setup $(BUILD) --prefix $(PREFIX)

build: $(BUILD)/build.ninja
	ninja -C $(BUILD)

bench: build
	tests/bench/run $(BUILD)
	[ ! -d $(DATA)/malware-pcap ] || tests/bench/incident $(BUILD) $(DATA)/malware-pcap/*.pcap*

conformance: build
	tests/conformance/run $(BUILD) $(DATA)

fuzz:
	tools/setup test
	tools/fuzz $(SECONDS) $(FUZZ)

install: $(BUILD)/build.ninja
	meson configure $(BUILD) --prefix $(PREFIX)
	meson install -C $(BUILD)

fresh:
	tools/fresh

clean:
	rm -rf build build-ci build-fuzz

.PHONY: help up check build bench conformance fuzz install fresh clean
