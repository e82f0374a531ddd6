# make            builds the program
# make reproduce  draws six miniature benchmarks, trains three methods on them, prints table and diff
# make test       builds and runs all tests
# All install first what is missing; `sudo` is used only where needed.

SCL := .build/release/scl
PACKAGES := pkg-config libopenblas-dev libhdf5-dev libtorch-dev libturbojpeg0-dev libpng-dev \
  libarchive-dev
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: build packages reproduce test verify format lint clean

build: packages
	swift build -c release --product scl

# Asks dpkg first, so that nothing is downloaded and no password asked for where all is there.
packages:
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" \
	    || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$missing; \
	fi

reproduce: build
	$(SCL) reproduce experiments/rehearsal.yaml

test: packages
	swift build -c release --build-tests
	swift test -c release --skip-build

# Compares the operations with other programs' results: make verify PARITY=parity.h5
verify: build
	$(SCL) verify $(PARITY)

format:
	swift format --in-place --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

clean:
	rm -rf .build
