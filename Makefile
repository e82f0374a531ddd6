# make            builds the program
# make reproduce  generates rehearsals of six benchmarks, trains three methods on them, prints table and diff
# make test       builds and runs all tests; as root, also those on a Slurm cluster
# make test-slow  the same, and tests that take minutes
# make soak       sixty runs under random kills, on this machine and on a Slurm cluster: 15 minutes
# make install    installs program, man page and completions for bash, zsh and fish under PREFIX
#                 (/usr/local for root, ~/.local for other users)
# make example    builds the package in Examples, which brings a method and a benchmark of its own; checks the
#                 method's row in the table and in the diff, and prepares a part of the benchmark
# make benchmark  compares speed and memory with PyTorch, scikit-learn, faiss and Pillow, which it installs into a
#                 throw-away environment; writes .build/benchmark.md (benchmarks/README.md)
# make reference  builds the reference of the public declarations with DocC; a warning is a failure
# Every target first installs missing packages if there is dpkg, with `sudo` only if needed. If LIBTORCH is
# in the environment, it is used instead of Debian's libtorch.

SCL := .build/release/scl
PACKAGES := pkg-config libopenblas-dev libhdf5-dev $(if $(LIBTORCH),,libtorch-dev) libturbojpeg0-dev \
  libpng-dev zlib1g-dev liblzma-dev libarchive-dev
# A real Slurm, for the tests of the Slurm executor.
TEST_PACKAGES := slurm-wlm munge
EXAMPLE := Examples/Package.swift Examples/Sources
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

PREFIX ?= $(if $(filter 0,$(shell id -u)),/usr/local,$(HOME)/.local)
TO := $(DESTDIR)$(PREFIX)

.PHONY: install uninstall build packages test-packages reproduce test test-slow soak example verify benchmark reference format lint clean

build: packages
	swift build -c release --product scl

# Asks dpkg first, so that nothing is downloaded and no password is needed if everything is installed.
test-packages: PACKAGES += $(TEST_PACKAGES)
packages test-packages:
	@if ! command -v dpkg-query >/dev/null; then \
	  echo "there is no dpkg; install the equivalents of: $(PACKAGES)"; exit 0; \
	fi; \
	missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" \
	    || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$missing; \
	fi

# The program finds libCATen.so, which links libtorch, in its own folder. The published figures are there too,
# for `scl diff` in a working directory without them.
install: build
	swift package generate-manual >/dev/null || echo "the man page could not be generated and is not installed"
	install -d $(TO)/lib/scl $(TO)/bin $(TO)/share/man/man1 \
	  $(TO)/share/bash-completion/completions $(TO)/share/zsh/site-functions \
	  $(TO)/share/fish/vendor_completions.d
	install -m 755 $(SCL) $(dir $(SCL))libCATen.so $(TO)/lib/scl
	install -m 644 paper-tables.md $(TO)/lib/scl
	ln -sf ../lib/scl/scl $(TO)/bin/scl
	find .build/plugins -name scl.1 -exec install -m 644 {} $(TO)/share/man/man1/scl.1 \;
	$(SCL) --generate-completion-script bash > $(TO)/share/bash-completion/completions/scl
	$(SCL) --generate-completion-script zsh > $(TO)/share/zsh/site-functions/_scl
	$(SCL) --generate-completion-script fish > $(TO)/share/fish/vendor_completions.d/scl.fish
	@echo "installed: $(PREFIX)/bin/scl; a new shell completes its commands"

uninstall:
	rm -rf $(TO)/lib/scl $(TO)/bin/scl $(TO)/share/man/man1/scl.1 \
	  $(TO)/share/bash-completion/completions/scl $(TO)/share/zsh/site-functions/_scl \
	  $(TO)/share/fish/vendor_completions.d/scl.fish

reproduce: build
	$(SCL) reproduce experiments/rehearsal.yaml

test: test-packages
	swift build -c release --build-tests
	swift test -c release --skip-build

test-slow: export SCL_SLOW = 1
test-slow: test

soak: test-packages
	swift build -c release --build-tests
	SCL_SOAK=1 swift test -c release --skip-build --filter "sixty runs"

# Uses this package's build folder, so that nothing is compiled twice.
example: build
	for product in scl-barlow scl-fashion; do \
	  swift build -c release --package-path Examples --scratch-path .build --disable-build-manifest-caching \
	    --product $$product || exit 1; \
	done
	.build/release/scl-barlow methods barlow --check
	mkdir -p .build/example
	.build/release/scl-barlow reproduce Examples/barlow.yaml --profile short \
	  --data .build/example/data --results .build/example/results > .build/example/tables.md
	@cat .build/example/tables.md
	@test "$$(grep -cE '^\| Barlow Twins .*[0-9]\.[0-9]' .build/example/tables.md)" = 1 \
	  && grep -qF '(12 cells)' .build/example/tables.md \
	  || { echo "the method's row is missing from the table, or its six cells from the diff"; exit 1; }
	mkdir -p .build/example/fashion
	{ printf '\000\000\010\003\000\000\000\012\000\000\000\034\000\000\000\034'; yes | head -c 7840; } \
	  > .build/example/fashion/train-images-idx3-ubyte
	printf '\000\000\010\001\000\000\000\012\000\001\002\003\004\005\006\007\010\011' \
	  > .build/example/fashion/train-labels-idx1-ubyte
	.build/release/scl-fashion data prepare fashion-mnist --from .build/example/fashion --partial --force \
	  --data .build/example/data

# Compares operations and trainings with reference values: make verify PARITY=parity.h5
verify: build
	$(SCL) verify $(PARITY)

benchmark: build
	swift build -c release --product scl-speed
	benchmarks/compare --out .build/benchmark.md

reference: build
	scripts/reference

format:
	swift format --in-place --recursive Package.swift Engine/Package.swift Sources Tests benchmarks/Speed $(EXAMPLE)

lint:
	swift format lint --strict --recursive Package.swift Engine/Package.swift Sources Tests benchmarks/Speed $(EXAMPLE)

clean:
	rm -rf .build
